//! What questions to the planning engines share: why one is refused, and whom it names.

use std::collections::BTreeMap;

use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{EnterpriseId, OrganisationId};
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::policy::Visibility;
use lianmeng_planning::InputError;
use lianmeng_store::{StoreError, enterprise, organisation};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::CommandError;

/// Why a question was refused.
#[derive(Debug, Error)]
pub enum AskError {
    /// Not for this caller; says for whom.
    #[error("{0}")]
    NotFound(&'static str),
    /// A number or name that makes no sense.
    #[error("{place}: {message}")]
    Input {
        /// The field and its position, counted from 0.
        place: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Something named does not exist.
    #[error("{place}: there is no such {what}")]
    Unknown {
        /// The field and its position, counted from 0.
        place: String,
        /// What it should be.
        what: &'static str,
    },
    /// The engine stopped.
    #[error("the engine stopped: {0}")]
    Engine(String),
    /// The database.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for AskError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

impl AskError {
    /// What the engine refuses; `asked_as` says how the caller calls a place in the engine's problem.
    pub(crate) fn input(error: InputError, asked_as: impl Fn(&str) -> String) -> Self {
        Self::Input { place: asked_as(&error.place), message: error.message }
    }
}

/// Enterprises and organisations that a question names, by id.
#[derive(Debug)]
pub(crate) struct Members {
    /// The enterprises.
    pub(crate) enterprises: BTreeMap<EnterpriseId, Enterprise>,
    /// The organisations.
    pub(crate) organisations: BTreeMap<OrganisationId, Organisation>,
}

impl Members {
    /// Reads them; those that do not exist are left out. Two statements.
    pub(crate) async fn read(
        db: &impl ConnectionTrait,
        firms: &[EnterpriseId],
        others: &[OrganisationId],
    ) -> Result<Self, StoreError> {
        let firms = enterprise::find_many(db, &Visibility::All, firms).await?;
        let others = organisation::find_many(db, &Visibility::All, others).await?;
        Ok(Self {
            enterprises: firms.into_iter().map(|one| (one.id, one)).collect(),
            organisations: others.into_iter().map(|one| (one.id, one)).collect(),
        })
    }

    /// The name of `member`; `None` if it does not exist.
    pub(crate) fn name(&self, member: Member) -> Option<&str> {
        match member {
            Member::Enterprise(id) => self.enterprises.get(&id).map(|one| one.name.as_str()),
            Member::Organisation(id) => self.organisations.get(&id).map(|one| one.name.as_str()),
        }
    }

    /// Refuses the first of `members` that does not exist; `place` names it by its position.
    pub(crate) fn check(
        &self,
        members: impl IntoIterator<Item = Member>,
        place: impl Fn(usize) -> String,
    ) -> Result<(), AskError> {
        match members.into_iter().position(|member| self.name(member).is_none()) {
            Some(at) => {
                Err(AskError::Unknown { place: place(at), what: "enterprise or organisation" })
            }
            None => Ok(()),
        }
    }
}
