//! By when a dispatched need must be responded to and answered.

use chrono::{DateTime, Utc};
use lianmeng_domain::need::rules::{self, DispatchOrder};
use lianmeng_domain::need::{Need, NeedStage, NeedStep};
use sea_orm::DatabaseTransaction;

use super::NeedCommandError;
use crate::deadline::{self, DeadlineError};

/// Dispatches `need`. Where the order names no moment and none stands, the profile of the need's
/// committee does.
///
/// A moment that a person gives stands whether or not a calendar is loaded; the time to respond is
/// then left open if it cannot be told.
pub(super) async fn dispatch(
    tx: &DatabaseTransaction,
    need: &Need,
    order: &DispatchOrder,
    now: DateTime<Utc>,
) -> Result<Need, NeedCommandError> {
    // That the stage forbids it is said before the calendar is asked.
    rules::advance(need, NeedStep::Dispatch)?;
    let found = match deadline::of_need(tx, need.committee, need.kind, now).await {
        Ok(found) => Ok(found),
        Err(DeadlineError::Calendar(error)) => Err(error),
        Err(DeadlineError::Store(error)) => return Err(error.into()),
    };
    let stands = need.stage == NeedStage::SentBack && need.due_at.is_some();
    let due_at = match (order.due_at, &found) {
        (Some(due_at), _) => Some(due_at),
        (None, _) if stands => None,
        (None, Ok(found)) => Some(found.answer_by),
        (None, Err(error)) => return Err(NeedCommandError::NoCalendar(error.clone())),
    };
    let sent = rules::dispatch(need, &DispatchOrder { due_at, ..order.clone() }, now)?;
    let respond_by = found.ok().map(|found| match sent.due_at {
        // Never after the answer, unless that is late already.
        Some(due_at) if due_at > now => found.respond_by.min(due_at),
        Some(_) | None => found.respond_by,
    });
    Ok(Need { respond_by, ..sent })
}
