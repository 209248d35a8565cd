//! Which demands contradict each other, in words a coordinator can act on.

use std::collections::BTreeMap;

use lianmeng_domain::event::{HalfDay, Slot, layout};
use lianmeng_domain::ids::ParticipantId;
use lianmeng_domain::meeting::{Meeting, Participant, Timetable};
use lianmeng_domain::words;
use lianmeng_planning::{self as planning, ConflictItem};

/// Names of participants.
pub(super) type Names = BTreeMap<ParticipantId, String>;

/// Most things a sentence names.
const NAMED: usize = 6;

words! {
    /// Kinds of demands in a conflict.
    pub enum ConflictKind {
        /// Meetings that must all be held.
        Meetings = "meetings",
        /// Fewer meetings than a participant asks for.
        TooFewMeetings = "too_few_meetings",
        /// Slots in which a participant cannot meet.
        Unavailable = "unavailable",
        /// A meeting fixed or locked to a slot.
        Fixed = "fixed",
        /// A meeting tied to a half of the day.
        HalfDay = "half_day",
        /// A meeting that must come before another.
        Precedence = "precedence",
        /// Slots with too few tables.
        Tables = "tables",
        /// The limit on how far breaks may differ.
        Fairness = "fairness",
        /// Everything together, where the budget did not suffice to narrow it down.
        Everything = "everything",
    }
}

/// One demand of a conflict: together they cannot hold, and giving up one of them helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// What kind of demand it is.
    pub kind: ConflictKind,
    /// What is demanded and what would help, in English.
    pub text: String,
    /// The same in Chinese.
    pub text_zh: String,
    /// Participants it concerns.
    pub participants: Vec<Participant>,
    /// Meetings it concerns.
    pub meetings: Vec<Meeting>,
    /// Slots it concerns.
    pub slots: Vec<Slot>,
}

/// Participants who have fewer meetings than they ask for: no timetable mends that.
pub(super) fn too_few_meetings(board: &Timetable, names: &Names) -> Vec<Conflict> {
    let wanting = board.participants.iter().filter_map(|one| {
        let least = one.min_meetings?;
        let held: Vec<Meeting> =
            board.meetings.iter().filter(|meeting| meeting.has(one.id)).cloned().collect();
        if held.len() >= usize::from(least) {
            return None;
        }
        let (name, count) = (name(names, one.id), held.len());
        Some(Conflict {
            kind: ConflictKind::TooFewMeetings,
            text: format!(
                "{name} asks for at least {least} meetings but has {count}; add pairs or lower that"
            ),
            text_zh: format!("{name}要求至少{least}场会面，现有{count}场；请补充结对或降低要求"),
            participants: vec![one.clone()],
            meetings: held,
            slots: Vec::new(),
        })
    });
    wanting.collect()
}

/// The engine's conflict with names and times in place of numbers.
pub(super) fn explain(board: &Timetable, items: &[ConflictItem], names: &Names) -> Vec<Conflict> {
    items.iter().map(|item| Reader { board, names, item }.conflict()).collect()
}

struct Reader<'a> {
    board: &'a Timetable,
    names: &'a Names,
    item: &'a ConflictItem,
}

impl Reader<'_> {
    fn conflict(&self) -> Conflict {
        let participants = picked(&self.board.participants, &self.item.participants);
        let meetings = picked(&self.board.meetings, &self.item.meetings);
        let slots = picked(&self.board.slots, &self.item.slots);
        let (kind, text, text_zh) = self.words(&participants, &meetings, &slots);
        Conflict { kind, text, text_zh, participants, meetings, slots }
    }

    fn words(
        &self,
        participants: &[Participant],
        meetings: &[Meeting],
        slots: &[Slot],
    ) -> (ConflictKind, String, String) {
        use planning::ConflictKind as Kind;
        let who = listed(participants.iter().map(|one| name(self.names, one.id)));
        let what = listed(meetings.iter().map(|one| self.pair(one)));
        let when = listed(slots.iter().map(|slot| layout::clock(slot.starts_at)));
        let tables = self.board.tables;
        match self.item.kind {
            Kind::Meetings => {
                let count = meetings.len();
                let free = if slots.is_empty() { "none" } else { when.as_str() };
                let free_zh = if slots.is_empty() { "无" } else { when.as_str() };
                (
                    ConflictKind::Meetings,
                    format!(
                        "{who} must hold {count} meetings ({what}); times left for them: {free}; drop a meeting or free a time"
                    ),
                    format!(
                        "{who}须进行{count}场会面（{what}），可用时段：{free_zh}；请减少会面或腾出时段"
                    ),
                )
            }
            Kind::Unavailable => (
                ConflictKind::Unavailable,
                format!("{who} cannot meet at {when}; free one of these times"),
                format!("{who}在{when}无法参加；请腾出其中一个时段"),
            ),
            Kind::Fixed => (
                ConflictKind::Fixed,
                format!("the meeting {what} must be at {when}; release it"),
                format!("会面“{what}”固定在{when}；请解除固定"),
            ),
            Kind::HalfDay => {
                let (half, half_zh) = half_day(meetings);
                (
                    ConflictKind::HalfDay,
                    format!("the meeting {what} must be in the {half}; allow the other half"),
                    format!("会面“{what}”须在{half_zh}进行；请允许另一个半天"),
                )
            }
            Kind::Precedence => (
                ConflictKind::Precedence,
                format!("these meetings must be held in this order: {what}; drop the order"),
                format!("以下会面须按此先后进行：{what}；请取消先后要求"),
            ),
            Kind::Tables => (
                ConflictKind::Tables,
                format!("{tables} tables do not suffice at {when}; add tables or slots"),
                format!("{when}的{tables}张桌位不够；请增加桌位或时段"),
            ),
            Kind::Fairness => (
                ConflictKind::Fairness,
                "the breaks of the participants would differ by more than allowed; allow more"
                    .to_owned(),
                "各方空档数相差超过上限；请放宽上限".to_owned(),
            ),
            Kind::Everything => (
                ConflictKind::Everything,
                "all demands together cannot hold; allow more to learn which of them conflict"
                    .to_owned(),
                "全部要求无法同时满足；请增加计算量以查明冲突".to_owned(),
            ),
        }
    }

    fn pair(&self, meeting: &Meeting) -> String {
        format!("{} – {}", name(self.names, meeting.first), name(self.names, meeting.second))
    }
}

fn half_day(meetings: &[Meeting]) -> (&'static str, &'static str) {
    match meetings.first().and_then(|one| one.half_day) {
        Some(HalfDay::Morning) => ("morning", "上午"),
        Some(HalfDay::Afternoon) => ("afternoon", "下午"),
        None => ("day", "当天"),
    }
}

fn name(names: &Names, id: ParticipantId) -> String {
    names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}

/// Those of `all` that `numbers`, counted from 1, name.
fn picked<T: Clone>(all: &[T], numbers: &[usize]) -> Vec<T> {
    let found = numbers.iter().filter_map(|number| all.get(number.checked_sub(1)?));
    found.cloned().collect()
}

/// The first few of `items`, and how many more there are.
fn listed(items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    match items.len().checked_sub(NAMED) {
        None | Some(0) => items.join(", "),
        Some(more) => format!("{} + {more}", items[..NAMED].join(", ")),
    }
}
