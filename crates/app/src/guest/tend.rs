//! What time does to invitations: those that nobody accepted or declined lapse.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::guest::{self as rules, Guest};
use lianmeng_domain::notice::NoticeKind;
use lianmeng_domain::policy::Visibility;
use lianmeng_store::guest as store;
use lianmeng_store::{StoreError, event as events};

use super::{Held, finish, staff, told};
use crate::command::{self, Begun, CommandError};
use crate::desk::Desk;

/// Invitations looked at in one round of the list.
const ROUND: u64 = 500;

/// Lets every invitation lapse whose time is over, each in a change of its own; gives how many. One
/// that somebody answers at the same moment is left to the next round. Whoever reads before that finds
/// them lapsed all the same.
///
/// # Errors
///
/// [`CommandError::Store`] if the database refuses; what was done before stays done.
pub async fn tend(desk: &Desk, actor: &Actor) -> Result<u64, CommandError> {
    let (mut after, mut done) = (None, 0);
    loop {
        let guests = store::lapsing(&desk.db, desk.now, after, ROUND).await?;
        let Some(last) = guests.last().map(|guest| guest.id) else { return Ok(done) };
        for guest in guests {
            match tend_one(desk, actor, &guest).await {
                Ok(has_lapsed) => done += u64::from(has_lapsed),
                Err(CommandError::Store(StoreError::Stale)) => {}
                Err(error) => return Err(error),
            }
        }
        after = Some(last);
    }
}

async fn tend_one(desk: &Desk, actor: &Actor, guest: &Guest) -> Result<bool, CommandError> {
    let Some(lapsed) = rules::lapse(guest, desk.now) else { return Ok(false) };
    // A second worker in the same round finds the key claimed, and a later round another version.
    let key = format!("lapse-{}-{}", guest.id, guest.version);
    let change = match command::begin(desk, actor, &key, &("LapseGuest", guest.id)).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(false),
    };
    let found = events::find(&change.tx, &Visibility::All, guest.event).await?;
    let Some(event) = found else { return Ok(false) };
    let mut held = Held::of(&change.tx, event, desk.now).await?;
    let promoted = held.settle(&change.tx, &lapsed).await?;
    let diff = told(Some(guest), &lapsed, &promoted);
    let news = staff(&promoted, NoticeKind::GuestPromoted);
    finish(change, "LapseGuest", &held.event, (diff, news)).await?;
    Ok(true)
}
