//! From guests to participants of the timetable.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::guest::{GuestStage, Invitee};
use lianmeng_domain::meeting::Participant;
use lianmeng_store::guest as store;
use lianmeng_store::meeting::participant;

use crate::command::{self, Begun, Touches};
use crate::desk::Desk;
use crate::event::people::{self, Wishes};
use crate::event::{EventCommandError, Target, managed, replayed, revised, wire};

/// Makes the guests who come participants of the event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatGuests {
    /// Which event.
    pub target: Target,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Makes those guests of the registry who come and take no part yet participants of the event; its
/// organisers only. Gives those it added, in the order in which they were invited; without any, the
/// timetable stays as it is.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn seat(
    desk: &Desk,
    actor: &Actor,
    cmd: &SeatGuests,
) -> Result<(DockingEvent, Vec<Participant>), EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return Ok((replayed(desk, &thing).await?, Vec::new())),
    };
    let event = managed(&change.tx, actor, cmd.target).await?;
    let present: Vec<Member> = participant::all(&change.tx, event.id)
        .await?
        .into_iter()
        .map(|participant| participant.member)
        .collect();
    let guests = store::all(&change.tx, event.id).await?;
    let missing: Vec<(Member, Wishes)> = guests
        .into_iter()
        .filter(|guest| guest.stage == GuestStage::Yes)
        .filter_map(|guest| match guest.who {
            Invitee::Member(member) => Some(member),
            Invitee::Outside(_) => None,
        })
        .filter(|member| !present.contains(member))
        .map(|member| (member, Wishes::default()))
        .collect();
    if missing.is_empty() {
        change.undo().await?;
        return Ok((event, Vec::new()));
    }
    let added = people::insert(desk, &change.tx, event.id, &missing).await?;
    let event = revised(desk, &change, event).await?;
    change.finish("SeatGuests", &wire(event.id), Touches::Nothing).await?;
    Ok((event, added))
}
