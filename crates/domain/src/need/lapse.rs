//! Needs that nobody confirms lapse.

use chrono::{DateTime, TimeDelta, Utc};

use super::rules::{advance, ended};
use super::{Need, NeedError, NeedStep, NeedTrace, TRANSITIONS};
use crate::steps;

/// Days after which a need that nobody confirmed lapses.
pub const DAYS_TO_CONFIRM: i64 = 90;
/// Days before that on which the enterprise is reminded.
pub const DAYS_OF_REMINDER: i64 = 14;

/// Notes that the enterprise still needs it.
///
/// # Errors
///
/// [`NeedError::NotConfirmable`] where the need does not lapse.
pub fn confirm(need: &Need, now: DateTime<Utc>) -> Result<Need, NeedError> {
    if !steps::allowed(TRANSITIONS, need.stage).contains(&NeedStep::Expire) {
        return Err(NeedError::NotConfirmable(need.stage));
    }
    let trace = NeedTrace { confirmed_at: Some(now), ..need.trace };
    Ok(Need { trace, ..need.clone() })
}

/// Whether the need lapses soon: whoever asked for it is to be reminded.
pub fn is_lapsing(need: &Need, now: DateTime<Utc>) -> bool {
    let lapses = steps::allowed(TRANSITIONS, need.stage).contains(&NeedStep::Expire);
    lapses && lapses_at(need) - TimeDelta::days(DAYS_OF_REMINDER) <= now
}

/// When the need lapses unless it is confirmed.
pub fn lapses_at(need: &Need) -> DateTime<Utc> {
    need.trace.confirmed_at.unwrap_or(need.created_at) + TimeDelta::days(DAYS_TO_CONFIRM)
}

/// Lets a need lapse that nobody confirmed; `None` before its time.
///
/// # Errors
///
/// Wrong stage.
pub fn expire(need: &Need, now: DateTime<Utc>) -> Result<Option<Need>, NeedError> {
    let expired = ended(advance(need, NeedStep::Expire)?, now);
    Ok((lapses_at(need) <= now).then_some(Need { is_published: false, ..expired }))
}
