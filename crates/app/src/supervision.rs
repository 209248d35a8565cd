//! Supervision of needs 督办: opening, listing, lifting. Each is a row of the audit log.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{Id as _, NeedId};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::supervision::{self as rules, Supervision, SupervisionError, Watched};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, need, supervision};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SupervisionDeed {
    /// Open one, for a reason.
    Open {
        /// Why.
        reason: String,
        /// Lists it at once.
        lists: bool,
    },
    /// List the standing one; a reason given replaces the old one.
    List {
        /// Why.
        reason: Option<String>,
    },
    /// Lift the standing one, for a reason.
    Lift {
        /// Why.
        reason: String,
    },
}

/// Supervises a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuperviseNeed {
    /// Which.
    pub need: NeedId,
    /// The version of the supervision that was read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What is done.
    pub deed: SupervisionDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a need was not supervised.
#[derive(Debug, Error)]
pub enum SupervisionCommandError {
    /// No such need that the caller may supervise.
    #[error("no need with this id that you may supervise")]
    NotFound,
    /// A rule of supervision.
    #[error(transparent)]
    Rule(#[from] SupervisionError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for SupervisionCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            // Another opened one at the same moment.
            StoreError::Conflict(_) => Self::Rule(SupervisionError::Stands),
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Supervises a need: a coordinator, or the secretary of its committee.
///
/// # Errors
///
/// See [`SupervisionCommandError`]; nothing is saved when an error is returned.
pub async fn supervise(
    desk: &Desk,
    actor: &Actor,
    cmd: &SuperviseNeed,
) -> Result<NeedId, SupervisionCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.need),
    };
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    let eyes = Eyes { sees: &sees, reads: &reads, ..Eyes::ALL };
    let found = need::find(&change.tx, eyes, cmd.need).await?.filter(|seen| seen.is_full);
    let need = found
        .map(|seen| seen.need)
        .filter(|need| rules::may_supervise(actor, need.committee))
        .ok_or(SupervisionCommandError::NotFound)?;
    let standing = supervision::standing(&change.tx, &Visibility::All, need.id).await?;
    if let SupervisionDeed::Open { reason, lists } = &cmd.deed {
        let watched = Watched { need: need.id, stage: need.stage, standing: standing.as_ref() };
        let opened = rules::open(desk.mint(), watched, reason, *lists, desk.now)?;
        supervision::insert(&change.tx, &opened).await?;
    } else {
        let standing = standing.ok_or(SupervisionError::NoneStands)?;
        let version = cmd.version.unwrap_or(standing.version);
        let changed = apply(&Supervision { version, ..standing }, &cmd.deed, desk)?;
        supervision::save(&change.tx, &changed).await?;
    }
    let thing = format!("{}:{}", NeedId::TAG, need.id);
    change.finish(action(&cmd.deed), &thing, Touches::Nothing).await?;
    Ok(need.id)
}

/// What is done with a standing supervision.
fn apply(
    standing: &Supervision,
    deed: &SupervisionDeed,
    desk: &Desk,
) -> Result<Supervision, SupervisionError> {
    match deed {
        SupervisionDeed::Open { .. } => Err(SupervisionError::Stands),
        SupervisionDeed::List { reason } => rules::list(standing, reason.as_deref(), desk.now),
        SupervisionDeed::Lift { reason } => rules::lift(standing, reason, desk.now),
    }
}

/// The command's name in the audit log.
const fn action(deed: &SupervisionDeed) -> &'static str {
    match deed {
        SupervisionDeed::Open { .. } => "OpenSupervision",
        SupervisionDeed::List { .. } => "ListSupervision",
        SupervisionDeed::Lift { .. } => "LiftSupervision",
    }
}
