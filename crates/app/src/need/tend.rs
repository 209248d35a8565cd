//! What time does to needs: those that nobody confirmed lapse, those whose rest is over go on.

use chrono::TimeDelta;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::need::{Need, NeedStage, rules};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, need};

use super::wire;
use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Needs looked at in one round of the list.
const ROUND: u64 = 500;

/// Lets every need lapse or go on whose time has come, each in a change of its own, and gives how many
/// did. A need that somebody moves at the same moment is left to the next round.
///
/// # Errors
///
/// [`CommandError::Store`] if the database refuses; what was done before stays done.
pub async fn tend(desk: &Desk, actor: &Actor) -> Result<u64, CommandError> {
    let confirmed_before = desk.now - TimeDelta::days(rules::DAYS_TO_CONFIRM);
    let (mut after, mut moved) = (None, 0);
    loop {
        let ids = need::due(&desk.db, (confirmed_before, desk.today), after, ROUND).await?;
        let Some(&last) = ids.last() else { return Ok(moved) };
        for id in ids {
            match tend_one(desk, actor, id).await {
                Ok(is_moved) => moved += u64::from(is_moved),
                Err(CommandError::Store(StoreError::Stale)) => {}
                Err(error) => return Err(error),
            }
        }
        after = Some(last);
    }
}

async fn tend_one(desk: &Desk, actor: &Actor, id: NeedId) -> Result<bool, CommandError> {
    let Some(seen) = need::find(&desk.db, Eyes::ALL, id).await? else { return Ok(false) };
    let Some((action, tended)) = turn(&seen.need, desk) else { return Ok(false) };
    // A second worker in the same round finds the key claimed, and a later round another version.
    let key = format!("tend-{id}-{}", seen.need.version);
    let change = match command::begin(desk, actor, &key, &(action, id)).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(false),
    };
    need::save(&change.tx, &tended).await?;
    let change = change.noting(need::diff(Some(&seen.need), &tended));
    change.finish(action, &wire(id), Touches::Nothing).await?;
    Ok(true)
}

/// What time does to `need` now; `None` where it does nothing.
fn turn(need: &Need, desk: &Desk) -> Option<(&'static str, Need)> {
    if need.stage == NeedStage::Suspended {
        let is_over = need.suspended_until.is_some_and(|until| until <= desk.today);
        // Without a unit there is a counterpart to seek.
        let next = || rules::resume(need).or_else(|_| rules::seek(need)).ok();
        return is_over.then(next).flatten().map(|next| ("ResumeNeed", next));
    }
    rules::expire(need, desk.now).ok().flatten().map(|lapsed| ("ExpireNeed", lapsed))
}
