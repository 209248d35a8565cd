//! Confirming that an offer or the card of an enterprise still stands 确认有效.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{EnterpriseId, Id as _, OfferId};
use lianmeng_domain::offer as offer_rules;
use lianmeng_domain::policy::Visibility;
use lianmeng_store::{StoreError, confirmation as store, enterprise, offer};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::enterprise::may_update;

/// What is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// An offer.
    Offer(OfferId),
    /// The card of an enterprise.
    Enterprise(EnterpriseId),
}

/// Confirms that what is recorded still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// What.
    pub thing: Thing,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nothing was confirmed.
#[derive(Debug, Error)]
pub enum ConfirmError {
    /// Nothing that the caller may confirm.
    #[error("nothing with this id that you may confirm")]
    NotFound,
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ConfirmError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Confirms an offer or a card as of now: whoever may change it.
///
/// # Errors
///
/// See [`ConfirmError`]; nothing is saved when an error is returned.
pub async fn confirm(desk: &Desk, actor: &Actor, cmd: &Confirm) -> Result<(), ConfirmError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(()),
    };
    let (deed, wire) = match cmd.thing {
        Thing::Offer(id) => {
            let found = offer::find(&change.tx, &Visibility::All, id).await?;
            let may = found.is_some_and(|one| offer_rules::may_write(actor, one.provider));
            may.then_some(()).ok_or(ConfirmError::NotFound)?;
            store::record(&change.tx, id, desk.now).await?;
            ("ConfirmOffer", format!("{}:{id}", OfferId::TAG))
        }
        Thing::Enterprise(id) => {
            let found = enterprise::find(&change.tx, &Visibility::All, id).await?;
            let may = found.is_some_and(|one| may_update(actor, one.id));
            may.then_some(()).ok_or(ConfirmError::NotFound)?;
            store::record(&change.tx, id, desk.now).await?;
            ("ConfirmEnterprise", format!("{}:{id}", EnterpriseId::TAG))
        }
    };
    change.finish(deed, &wire, Touches::Nothing).await?;
    Ok(())
}
