//! What time does to needs: those that nobody confirmed lapse, those whose rest is over go on; and
//! whom it makes us tell: that a need lapses soon, that one is late and on which rung it stands.

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::NeedId;
use lianmeng_domain::lamp::SUQIAN;
use lianmeng_domain::need::{Need, NeedStage, lapse, rules};
use lianmeng_domain::notice::{self, Audience, NoticeKind};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, need};

use super::{save, wire};
use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Needs looked at in one round of the list.
const ROUND: u64 = 500;
/// Days after its deadline on which nobody is told of a late need any more. The last rung is told after
/// three; request keys, which remember what was told, are kept for thirty.
const DAYS_TOLD: i64 = 28;

/// Lets every need lapse or go on whose time has come, and tells of those that are late or lapse soon,
/// each in a change of its own; gives how many changes that made. A need that somebody moves at the
/// same moment is left to the next round.
///
/// # Errors
///
/// [`CommandError::Store`] if the database refuses; what was done before stays done.
pub async fn tend(desk: &Desk, actor: &Actor) -> Result<u64, CommandError> {
    let lapsed = desk.now - TimeDelta::days(lapse::DAYS_TO_CONFIRM);
    let lapsing = lapsed + TimeDelta::days(lapse::DAYS_OF_REMINDER);
    let (mut after, mut done) = (None, 0);
    loop {
        let ids = need::due(&desk.db, (lapsed, desk.today), after, ROUND).await?;
        let Some(&last) = ids.last() else { break };
        for id in ids {
            done += counted(tend_one(desk, actor, id).await.map(u64::from))?;
        }
        after = Some(last);
    }
    after = None;
    loop {
        let moments = (lapsing, desk.now - TimeDelta::days(DAYS_TOLD), desk.now);
        let ids = need::worrying(&desk.db, moments, after, ROUND).await?;
        let Some(&last) = ids.last() else { return Ok(done) };
        for id in ids {
            done += counted(warn_one(desk, actor, id).await)?;
        }
        after = Some(last);
    }
}

fn counted(done: Result<u64, CommandError>) -> Result<u64, CommandError> {
    match done {
        Err(CommandError::Store(StoreError::Stale)) => Ok(0),
        done => done,
    }
}

/// Tells of a need, once for each confirmation and each rung: the request keys say which. Gives how
/// many changes that made.
async fn warn_one(desk: &Desk, actor: &Actor, id: NeedId) -> Result<u64, CommandError> {
    let Some(seen) = need::find(&desk.db, Eyes::ALL, id).await? else { return Ok(0) };
    let need = seen.need;
    let mut told = 0;
    for (action, key, audience) in warnings(&need, desk.now) {
        let change = match command::begin(desk, actor, &key, &(action, id)).await? {
            Begun::New(change) => change.telling(&need.title, vec![audience]),
            Begun::Replay(_) => continue,
        };
        change.finish(action, &wire(id), Touches::Nothing).await?;
        told += 1;
    }
    Ok(told)
}

/// Who is to be told what of `need` at `now`, each with the command's name and its request key.
fn warnings(need: &Need, now: DateTime<Utc>) -> Vec<(&'static str, String, Audience)> {
    let late = need.lamp_facts().escalation(&SUQIAN, now);
    // It may be here because it lapses, long after everybody was told that it is late.
    let due_at = need.due_at.filter(|&due_at| due_at > now - TimeDelta::days(DAYS_TOLD));
    let escalation = late.rung.zip(due_at).and_then(|(rung, due_at)| {
        let key = format!("late-{}-{}-{}", need.id, due_at.timestamp(), late.level);
        Some(("EscalateNeed", key, notice::of_rung(rung, need)?))
    });
    let reminder = lapse::is_lapsing(need, now).then(|| {
        let key = format!("lapsing-{}-{}", need.id, lapse::lapses_at(need).timestamp());
        Some(("RemindNeed", key, notice::enterprise(need, NoticeKind::NeedLapsing)?))
    });
    escalation.into_iter().chain(reminder.flatten()).collect()
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
    save(&change.tx, &seen.need, &tended, desk.now).await?;
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
    lapse::expire(need, desk.now).ok().flatten().map(|lapsed| ("ExpireNeed", lapsed))
}
