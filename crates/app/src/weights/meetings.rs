//! Which meetings came of which suggestions, and what the sides said of them.

use std::collections::BTreeMap;

use chrono::DateTime;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::SuggestionId;
use lianmeng_domain::meeting_result::{Course, Reporter, course};
use lianmeng_domain::need::Rating;
use lianmeng_domain::suggestion::{Side, Suggestion, SuggestionStage};
use lianmeng_store::meeting_result::past::PastMeeting;

use crate::desk::local_date;

/// A meeting that was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    a: Option<Rating>,
    b: Option<Rating>,
}

impl Held {
    /// How satisfied the side was with it, if it said so.
    pub(super) const fn rating(self, side: Side) -> Option<Rating> {
        match side {
            Side::A => self.a,
            Side::B => self.b,
        }
    }
}

/// The newest meeting that each suggestion led to: one of the same two, held on its day or later. Of
/// several suggestions for the same two that both accepted, the newest before the meeting led to it, so
/// that a meeting counts once.
pub(super) fn of_suggestions(
    answered: &[Suggestion],
    meetings: &[PastMeeting],
) -> BTreeMap<SuggestionId, Held> {
    let mut accepted: BTreeMap<(Member, Member), Vec<&Suggestion>> = BTreeMap::new();
    for one in answered {
        if matches!(one.stage, SuggestionStage::Mutual | SuggestionStage::Paired) {
            accepted.entry((Member::Enterprise(one.a), one.b)).or_default().push(one);
        }
    }
    let mut newest: Vec<&PastMeeting> = meetings.iter().collect();
    newest.sort_by_key(|one| std::cmp::Reverse((one.held_on, one.meeting)));
    let mut found = BTreeMap::new();
    for meeting in newest {
        if course(&meeting.results) != Course::Held {
            continue;
        }
        let said = |reporter| {
            let said = meeting.results.iter().find(|one| one.reporter == reporter);
            said.and_then(|one| one.card.satisfaction)
        };
        let (first, second) = (said(Reporter::First), said(Reporter::Second));
        // Who needs may stand on either side of a meeting.
        let ways = [
            ((meeting.first, meeting.second), Held { a: first, b: second }),
            ((meeting.second, meeting.first), Held { a: second, b: first }),
        ];
        let led = ways.into_iter().filter_map(|(pair, held)| {
            let before = accepted.get(&pair)?.iter().filter(|one| is_before(one.id, meeting));
            Some((before.map(|one| one.id).max()?, held))
        });
        if let Some((suggestion, held)) = led.max_by_key(|(id, _)| *id) {
            found.entry(suggestion).or_insert(held);
        }
    }
    found
}

/// Whether the suggestion was made by the day of the meeting.
fn is_before(suggestion: SuggestionId, meeting: &PastMeeting) -> bool {
    // The first 48 bits of an id are the milliseconds of its making.
    let made = i64::try_from(suggestion.number() >> 80).ok();
    let made = made.and_then(DateTime::from_timestamp_millis);
    made.is_some_and(|made| local_date(made) <= meeting.held_on)
}
