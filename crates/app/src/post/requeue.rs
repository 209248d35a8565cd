//! Putting back a message that was given up, on the command line.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{DeliveryId, Id as _};
use lianmeng_store::delivery as store;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Puts a message back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequeueDelivery {
    /// Which.
    pub id: DeliveryId,
    /// Key chosen by the caller; repeating it is safe.
    pub request_key: String,
}

/// Lets a message that was given up be tried from the beginning.
///
/// # Errors
///
/// [`CommandError::Store`] with [`lianmeng_store::StoreError::Stale`] if it was not given up.
pub async fn requeue(
    desk: &Desk,
    actor: &Actor,
    cmd: &RequeueDelivery,
) -> Result<(), CommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(()),
    };
    store::requeue(&change.tx, cmd.id, desk.now).await?;
    let thing = format!("{}:{}", DeliveryId::TAG, cmd.id);
    change.finish("RequeueDelivery", &thing, Touches::Nothing).await?;
    Ok(())
}
