//! Why two meet, as far as the readers of a handbook may know: what both gain by the suggestion behind
//! their meeting, and what they wrote when they asked for it.

use std::collections::BTreeMap;

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{DockingEventId, MeetingId, SuggestionId};
use lianmeng_domain::request::{MeetingRequest, RequestStage};
use lianmeng_domain::rights::DataClass;
use lianmeng_domain::suggestion::{SeenSuggestion, SuggestionStage, told};
use lianmeng_store::page::Window;
use lianmeng_store::request::RequestFilter;
use lianmeng_store::suggestion::between;
use lianmeng_store::{StoreError, request, suggestion};

use super::profile::Reader;
use crate::desk::Desk;

/// Rows read at once.
const PAGE: u64 = 1_000;

/// The meetings of a handbook by their sides, the lower one first.
pub(super) type Pairs = BTreeMap<(Member, Member), MeetingId>;

/// The two, the lower one first.
pub(super) fn pair(one: Member, other: Member) -> (Member, Member) {
    if one <= other { (one, other) } else { (other, one) }
}

/// What every one of `readers` may know of why they meet, by meeting.
pub(super) async fn reasons(
    desk: &Desk,
    readers: &[Reader],
    (event, pairs): (DockingEventId, &Pairs),
    names: &BTreeMap<Member, String>,
) -> Result<BTreeMap<MeetingId, Vec<String>>, StoreError> {
    let mut found: BTreeMap<MeetingId, Vec<String>> = BTreeMap::new();
    for (meeting, seen) in suggested(desk, readers, pairs).await? {
        if let Some(told) = told::visit(&seen) {
            found.entry(meeting).or_default().push(told.zh);
        }
    }
    for asked in requested(desk, readers, event).await? {
        let Some(meeting) = asked.meeting else { continue };
        let name = names.get(&asked.from).map(String::as_str).unwrap_or_default();
        let message = asked.card.message.trim();
        let text = if message.is_empty() {
            format!("{name}申请会面。")
        } else {
            format!("{name}申请会面：{message}")
        };
        found.entry(meeting).or_default().push(text);
    }
    Ok(found)
}

/// The suggestion behind each meeting that every reader sees, as the last of them reads it, where those
/// before read both sides: the one that came furthest, of these the one with most points, then the
/// oldest.
async fn suggested(
    desk: &Desk,
    readers: &[Reader],
    pairs: &Pairs,
) -> Result<BTreeMap<MeetingId, SeenSuggestion>, StoreError> {
    let Some((first, others)) = readers.split_first() else { return Ok(BTreeMap::new()) };
    let mut found = between_pairs(desk, first, pairs).await?;
    for reader in others {
        // Nobody learns more through another's eyes than with their own.
        let both = found.iter().filter(|one| one.shows_both());
        let ids: Vec<SuggestionId> = both.map(|one| one.suggestion.id).collect();
        found = suggestion::find_many(&desk.db, reader.eyes(DataClass::Suggestion), &ids).await?;
    }
    found.sort_by_key(|one| {
        let of = &one.suggestion;
        (std::cmp::Reverse(rank(of.stage)), std::cmp::Reverse(of.points), of.id)
    });
    let mut best = BTreeMap::new();
    for one in found {
        let sides = pair(Member::Enterprise(one.suggestion.a), one.suggestion.b);
        if let Some(meeting) = pairs.get(&sides) {
            best.entry(*meeting).or_insert(one);
        }
    }
    Ok(best)
}

/// All suggestions that stand between two who meet, as `reader` sees them.
async fn between_pairs(
    desk: &Desk,
    reader: &Reader,
    pairs: &Pairs,
) -> Result<Vec<SeenSuggestion>, StoreError> {
    let mut members: Vec<Member> = pairs.keys().flat_map(|(one, other)| [*one, *other]).collect();
    members.sort_unstable();
    members.dedup();
    let (eyes, mut after, mut found) = (reader.eyes(DataClass::Suggestion), None, Vec::new());
    loop {
        let window = Window::next(after, PAGE);
        let page = between::page(&desk.db, eyes, &members, window).await?;
        let is_last = u64::try_from(page.len()).unwrap_or(u64::MAX) < PAGE;
        after = page.last().map(|seen| seen.suggestion.id);
        found.extend(page.into_iter().filter(|seen| {
            pairs.contains_key(&pair(Member::Enterprise(seen.suggestion.a), seen.suggestion.b))
        }));
        if is_last {
            return Ok(found);
        }
    }
}

/// How far a suggestion came.
const fn rank(stage: SuggestionStage) -> u8 {
    match stage {
        SuggestionStage::Paired => 4,
        SuggestionStage::Mutual => 3,
        SuggestionStage::AcceptedByA | SuggestionStage::AcceptedByB => 2,
        SuggestionStage::Shown => 1,
        SuggestionStage::Proposed
        | SuggestionStage::Declined
        | SuggestionStage::Expired
        | SuggestionStage::Withdrawn => 0,
    }
}

/// The accepted requests of the event that every reader sees, oldest first.
async fn requested(
    desk: &Desk,
    readers: &[Reader],
    event: DockingEventId,
) -> Result<Vec<MeetingRequest>, StoreError> {
    let Some((first, others)) = readers.split_first() else { return Ok(Vec::new()) };
    let filter = RequestFilter { stages: Some((vec![RequestStage::Accepted], desk.now)) };
    let sees = first.sees(DataClass::MeetingRequest);
    let (mut after, mut found) = (None, Vec::new());
    loop {
        let window = Window::next(after, PAGE);
        let page = request::page(&desk.db, sees, (event, &filter), window).await?;
        let is_last = u64::try_from(page.len()).unwrap_or(u64::MAX) < PAGE;
        after = page.last().map(|one| one.id);
        found.extend(page);
        if is_last {
            break;
        }
    }
    for reader in others {
        let ids: Vec<_> = found.iter().map(|one| one.id).collect();
        let sees = reader.sees(DataClass::MeetingRequest);
        found = request::find_many(&desk.db, sees, &ids).await?;
        found.sort_by_key(|one| one.id);
    }
    Ok(found)
}
