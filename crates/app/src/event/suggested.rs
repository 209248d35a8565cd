//! Taking pairs of an event from the engine's suggestions.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::ids::{DockingEventId, ParticipantId, SuggestionId};
use lianmeng_domain::meeting::{Meeting, Participant};
use lianmeng_domain::policy;
use lianmeng_domain::suggestion::SuggestionStage;
use lianmeng_store::meeting::{self as store, participant};
use lianmeng_store::suggestion;
use sea_orm::ConnectionTrait;

use super::people::{self, Wishes};
use super::{EventCommandError, Target, managed, replayed, revised, timetable, wire};
use crate::command::{self, Begun, Touches};
use crate::desk::Desk;

/// Adds the two sides of suggestions to an event as a pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddFromSuggestions {
    /// Which event.
    pub target: Target,
    /// Suggestions that stand: not declined, expired or withdrawn.
    pub suggestions: Vec<SuggestionId>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Adds pairs from suggestions; the event's managers only, from suggestions they see.
///
/// Sides that do not take part yet become participants without wishes. Two suggestions for the same
/// two, and pairs that meet already, give one meeting. Returns the meetings in the order of the
/// suggestions.
///
/// # Errors
///
/// See [`EventCommandError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddFromSuggestions,
) -> Result<(DockingEvent, Vec<Meeting>), EventCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let event = replayed(desk, &thing).await?;
            let sides = sides(&desk.db, actor, &cmd.suggestions, false).await?;
            let found = meetings_of(&desk.db, event.id, &sides).await?;
            return Ok((event, found));
        }
    };
    let event = managed(&change.tx, actor, cmd.target).await?;
    let sides = sides(&change.tx, actor, &cmd.suggestions, true).await?;
    let standing = participant::all(&change.tx, event.id).await?;
    let present: BTreeSet<Member> = standing.iter().map(|one| one.member).collect();
    let named: BTreeSet<Member> = sides.iter().flatten().copied().collect();
    let fresh: Vec<_> =
        named.difference(&present).map(|member| (*member, Wishes::default())).collect();
    people::insert(desk, &change.tx, event.id, &fresh).await?;

    let board = timetable(&change.tx, event.id).await?;
    let mut paired: BTreeSet<_> = board.meetings.iter().map(Meeting::sides).collect();
    let added: Vec<Meeting> = pairs(&board.participants, &sides)
        .into_iter()
        .filter(|pair| paired.insert(*pair))
        .map(|[first, second]| Meeting {
            id: desk.mint(),
            event: event.id,
            first,
            second,
            half_day: None,
            fixed_slot: None,
            spot: None,
            is_locked: false,
        })
        .collect();
    board.check_added(&added)?;
    store::insert_many(&change.tx, &added).await?;
    let event = if added.is_empty() { event } else { revised(desk, &change, event).await? };
    let found = meetings_of(&change.tx, event.id, &sides).await?;
    change.finish("AddFromSuggestions", &wire(event.id), Touches::Nothing).await?;
    Ok((event, found))
}

/// The two sides of each suggestion; with `must_stand`, every one must still stand.
async fn sides(
    db: &impl ConnectionTrait,
    actor: &Actor,
    suggestions: &[SuggestionId],
    must_stand: bool,
) -> Result<Vec<[Member; 2]>, EventCommandError> {
    let sees = policy::visibility(actor);
    let mut sides = Vec::with_capacity(suggestions.len());
    for id in suggestions {
        let found = suggestion::find_whole(db, &sees, *id).await?;
        let found = found.ok_or(EventCommandError::UnknownSuggestion { suggestion: *id })?;
        if must_stand && !stands(found.stage) {
            return Err(EventCommandError::SuggestionEnded { suggestion: *id });
        }
        sides.push([Member::Enterprise(found.a), found.b]);
    }
    Ok(sides)
}

/// Whether a suggestion in this stage may bring its sides to a table.
const fn stands(stage: SuggestionStage) -> bool {
    match stage {
        SuggestionStage::Proposed
        | SuggestionStage::Shown
        | SuggestionStage::AcceptedByA
        | SuggestionStage::AcceptedByB
        | SuggestionStage::Mutual
        | SuggestionStage::Paired => true,
        SuggestionStage::Declined | SuggestionStage::Expired | SuggestionStage::Withdrawn => false,
    }
}

/// The participants of each pair of members, the lower id first; pairs with a side that does not
/// take part are left out.
fn pairs(people: &[Participant], sides: &[[Member; 2]]) -> Vec<[ParticipantId; 2]> {
    let by_member: BTreeMap<Member, ParticipantId> =
        people.iter().map(|one| (one.member, one.id)).collect();
    let found = sides.iter().filter_map(|[a, b]| {
        let (a, b) = (*by_member.get(a)?, *by_member.get(b)?);
        Some([a.min(b), a.max(b)])
    });
    found.collect()
}

/// The meetings of `event` between `sides`, in their order, each once.
async fn meetings_of(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    sides: &[[Member; 2]],
) -> Result<Vec<Meeting>, EventCommandError> {
    let people = participant::all(db, event).await?;
    let mut meetings = BTreeMap::new();
    for meeting in store::all(db, event).await? {
        meetings.insert(meeting.sides(), meeting);
    }
    Ok(pairs(&people, sides).iter().filter_map(|pair| meetings.remove(pair)).collect())
}
