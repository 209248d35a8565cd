//! Rating enterprises: red credit.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::credit::{self as rules, CreditError, CreditPoints, RedCredit};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{EnterpriseId, Id as _};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::{StoreError, credit as store, enterprise};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// A rating as a person writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditCard {
    /// How many points.
    pub points: i64,
    /// Day of the rating.
    pub rated_on: NaiveDate,
    /// Last day on which it holds; none until it is rated again.
    pub until_on: Option<NaiveDate>,
    /// Who rated.
    pub source: String,
}

/// Rates an enterprise, or takes its rating away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateEnterprise {
    /// Which.
    pub enterprise: EnterpriseId,
    /// Version of the rating that was read; none if it had none.
    pub version: Option<i64>,
    /// The new rating; none takes it away.
    pub card: Option<CreditCard>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why an enterprise was not rated.
#[derive(Debug, Error)]
pub enum CreditCommandError {
    /// No such enterprise that the caller may rate.
    #[error("no enterprise with this id that you may rate")]
    NotFound,
    /// A rule of ratings.
    #[error(transparent)]
    Rule(#[from] CreditError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for CreditCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            // Somebody rated it at the same moment.
            StoreError::Conflict(_) => Self::Command(StoreError::Stale.into()),
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Rates an enterprise, or takes its rating away. Coordinators only.
///
/// # Errors
///
/// See [`CreditCommandError`]; nothing is saved when an error is returned.
pub async fn rate(
    desk: &Desk,
    actor: &Actor,
    cmd: &RateEnterprise,
) -> Result<Enterprise, CreditCommandError> {
    if !rules::may_rate(actor) {
        return Err(CreditCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return found(&desk.db, cmd.enterprise).await,
    };
    let enterprise = found(&change.tx, cmd.enterprise).await?;
    match (&cmd.card, cmd.version) {
        (Some(card), version) => {
            let rating = RedCredit {
                enterprise: enterprise.id,
                points: CreditPoints::new(card.points)?,
                rated_on: card.rated_on,
                until_on: card.until_on,
                source: card.source.trim().to_owned(),
                version: version.unwrap_or(1),
            };
            rating.check(desk.today)?;
            match version {
                Some(_) => store::save(&change.tx, &rating).await?,
                None => store::insert(&change.tx, &rating).await?,
            }
        }
        (None, Some(version)) => store::remove(&change.tx, enterprise.id, version).await?,
        (None, None) => return Err(CommandError::Store(StoreError::Stale).into()),
    }
    let thing = format!("{}:{}", EnterpriseId::TAG, enterprise.id);
    change.finish("RateEnterprise", &thing, Touches::Nothing).await?;
    Ok(enterprise)
}

async fn found(
    db: &impl sea_orm::ConnectionTrait,
    id: EnterpriseId,
) -> Result<Enterprise, CreditCommandError> {
    let found = enterprise::find(db, &Visibility::All, id).await?;
    found.ok_or(CreditCommandError::NotFound)
}
