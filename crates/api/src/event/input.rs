//! Inputs of changes to events.

use async_graphql::{Enum, ID, InputObject};
use chrono::NaiveTime;
use lianmeng_app::event::pairs::{Pair, Side};
use lianmeng_app::event::people::Wishes;
use lianmeng_app::event::{EventCard, SessionCard, Target};
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::{DEFAULT_FAIRNESS, HalfDayLayout};
use lianmeng_domain::ids::{Id as _, ParticipantId};
use lianmeng_domain::meeting::Precedence;

use super::EventStageWord;
use super::part::HalfDayWord;
use crate::error::ApiError;
use crate::ids;
use crate::organisation::member;
use crate::region::PlaceInput;
use crate::scalars::{Day, Int32};

/// The slots of one half of the day.
#[derive(Debug, InputObject)]
pub struct HalfDayInput {
    /// Which half.
    half_day: HalfDayWord,
    /// Time in China at which the first slot begins, as 09:00.
    starts_at: String,
    /// How long a slot lasts, in minutes, 5 to 180; usually 15, 20 or 30.
    slot_minutes: u16,
    /// Minutes between two slots, for changing tables.
    #[graphql(default)]
    pause_minutes: u16,
    /// How many slots; both halves together have 1 to 64.
    slots: u16,
}

impl HalfDayInput {
    pub(crate) fn into_layout(self) -> Result<HalfDayLayout, ApiError> {
        Ok(HalfDayLayout {
            half_day: self.half_day.into(),
            starts_at: time(&self.starts_at)?,
            slot_minutes: self.slot_minutes,
            pause_minutes: self.pause_minutes,
            slots: self.slots,
        })
    }
}

/// A session (场次) as a person writes it.
#[derive(Debug, InputObject)]
pub struct SessionInput {
    /// Title.
    #[graphql(validator(max_length = 200))]
    title: String,
    /// Room; one session at a time.
    #[graphql(validator(max_length = 100))]
    room: Option<String>,
    /// Time in China at which it begins, as 14:00.
    starts_at: String,
    /// Time in China at which it ends.
    ends_at: String,
}

impl SessionInput {
    fn into_card(self) -> Result<SessionCard, ApiError> {
        Ok(SessionCard {
            title: self.title,
            room: self.room.filter(|room| !room.trim().is_empty()),
            starts_at: time(&self.starts_at)?,
            ends_at: time(&self.ends_at)?,
        })
    }
}

/// A time by the clock in China.
pub(crate) fn time(text: &str) -> Result<NaiveTime, ApiError> {
    NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| {
        let text: String = text.chars().take(20).collect();
        ApiError::BadInput(format!("{text:?} is not a time; write it as 09:00"))
    })
}

/// The card of an event as a person fills it in.
#[derive(Debug, InputObject)]
pub struct EventCardInput {
    /// Title, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    title: String,
    /// Divisions and zones that host it together (承办方), the leading one first, 1 to 10.
    #[graphql(validator(max_items = 10))]
    hosts: Vec<PlaceInput>,
    /// Chain committee it belongs to.
    committee_id: Option<ID>,
    /// Where it takes place.
    venue_id: Option<ID>,
    /// Its date in China; not in the past.
    held_on: Day,
    /// How many tables it has, no more than its venue has room for.
    tables: u16,
    /// What stands on the cards of the tables, from the first; the rest are called by number.
    #[graphql(validator(max_items = 100))]
    table_labels: Option<Vec<String>>,
    /// How far the breaks of any two participants may differ, 0 to 20; 2 if absent.
    fairness: Option<u16>,
    /// Its slots, by half day.
    #[graphql(validator(max_items = 2))]
    half_days: Vec<HalfDayInput>,
    /// Its sessions, at most 50.
    #[graphql(validator(max_items = 50))]
    sessions: Option<Vec<SessionInput>>,
    /// Whether it is invented for demonstration (示例).
    #[graphql(default)]
    is_example: bool,
}

impl EventCardInput {
    pub(super) fn into_card(self) -> Result<EventCard, ApiError> {
        let hosts: Result<_, _> = self.hosts.into_iter().map(PlaceInput::into_place).collect();
        let halves = self.half_days.into_iter().map(HalfDayInput::into_layout);
        let sessions = self.sessions.unwrap_or_default().into_iter().map(SessionInput::into_card);
        Ok(EventCard {
            title: self.title,
            hosts: hosts?,
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            venue: self.venue_id.map(|id| ids::decode(&id)).transpose()?,
            held_on: self.held_on.date(),
            tables: self.tables,
            table_labels: self.table_labels.unwrap_or_default(),
            fairness: self.fairness.unwrap_or(DEFAULT_FAIRNESS),
            half_days: halves.collect::<Result<_, _>>()?,
            sessions: sessions.collect::<Result<_, _>>()?,
            is_example: self.is_example,
        })
    }
}

/// Input of `eventCreate`.
#[derive(Debug, InputObject)]
pub struct EventCreateInput {
    /// The card.
    pub(super) card: EventCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Input of `eventUpdate`.
#[derive(Debug, InputObject)]
pub struct EventUpdateInput {
    /// Event to change.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// The whole new card.
    pub(super) card: EventCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Input of `eventAdvance`.
#[derive(Debug, InputObject)]
pub struct EventAdvanceInput {
    /// Event to move on.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Stage to move it to, one of its `nextStages`.
    pub(super) stage: EventStageWord,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Input of `eventPublish`.
#[derive(Debug, InputObject)]
pub struct EventPublishInput {
    /// Event whose timetable to publish.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Wishes of a participant.
#[derive(Debug, Default, InputObject)]
pub struct WishesInput {
    /// Numbers of slots in which it cannot meet.
    #[graphql(validator(max_items = 64))]
    unavailable_slots: Option<Vec<u16>>,
    /// Fewest meetings that make coming worthwhile.
    min_meetings: Option<u16>,
    /// Most meetings it wants.
    max_meetings: Option<u16>,
}

impl From<WishesInput> for Wishes {
    fn from(input: WishesInput) -> Self {
        Self {
            unavailable: input.unavailable_slots.unwrap_or_default(),
            min_meetings: input.min_meetings,
            max_meetings: input.max_meetings,
        }
    }
}

/// A new participant (参会方).
#[derive(Debug, InputObject)]
pub struct ParticipantInput {
    /// Enterprise or organisation that takes part.
    member_id: ID,
    /// Its wishes; none if absent.
    wishes: Option<WishesInput>,
}

impl ParticipantInput {
    pub(super) fn into_member(self) -> Result<(Member, Wishes), ApiError> {
        Ok((member(&self.member_id)?, self.wishes.unwrap_or_default().into()))
    }
}

/// Input of `eventAddParticipants`.
#[derive(Debug, InputObject)]
pub struct EventAddParticipantsInput {
    /// Event to add them to.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Who takes part, 1 to 100 at a time.
    #[graphql(validator(min_items = 1, max_items = 100))]
    pub(super) participants: Vec<ParticipantInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Input of `participantUpdate`.
#[derive(Debug, InputObject)]
pub struct ParticipantUpdateInput {
    /// Event it takes part in.
    pub(super) event_id: ID,
    /// Version of the event that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Participant to change.
    pub(super) participant_id: ID,
    /// Its wishes from now on, all of them.
    pub(super) wishes: WishesInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Two who should meet.
#[derive(Debug, InputObject)]
pub struct PairInput {
    /// One of them: a participant of the event, or the enterprise or organisation it stands for.
    a: ID,
    /// The other.
    b: ID,
    /// Half of the day the meeting must be in; either if absent.
    half_day: Option<HalfDayWord>,
    /// Number of the slot the meeting must be in; free if absent.
    fixed_slot: Option<u16>,
}

impl PairInput {
    pub(super) fn into_pair(self) -> Result<Pair, ApiError> {
        Ok(Pair {
            a: side(&self.a)?,
            b: side(&self.b)?,
            half_day: self.half_day.map(Into::into),
            fixed_slot: self.fixed_slot,
        })
    }
}

fn side(id: &str) -> Result<Side, ApiError> {
    if id.split_once(':').is_some_and(|(tag, _)| tag == ParticipantId::TAG) {
        return Ok(Side::Participant(ids::decode(id)?));
    }
    Ok(Side::Member(member(id)?))
}

/// Input of `eventAddPairs`.
#[derive(Debug, InputObject)]
pub struct EventAddPairsInput {
    /// Event to add them to.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Who should meet whom, 1 to 100 at a time.
    #[graphql(validator(min_items = 1, max_items = 100))]
    pub(super) pairs: Vec<PairInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Input of `eventAddFromSuggestions`.
#[derive(Debug, InputObject)]
pub struct EventAddFromSuggestionsInput {
    /// Event to add the pairs to.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Suggestions (撮合建议) that stand, 1 to 100 at a time.
    #[graphql(validator(min_items = 1, max_items = 100))]
    pub(super) suggestion_ids: Vec<ID>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// One meeting before another.
#[derive(Debug, InputObject)]
pub struct PrecedenceInput {
    /// The meeting that comes first.
    before_id: ID,
    /// The meeting that comes later.
    after_id: ID,
}

impl PrecedenceInput {
    pub(super) fn into_precedence(self) -> Result<Precedence, ApiError> {
        let (before, after) = (ids::decode(&self.before_id)?, ids::decode(&self.after_id)?);
        Ok(Precedence { before, after })
    }
}

/// Input of `eventOrderMeetings`.
#[derive(Debug, InputObject)]
pub struct EventOrderMeetingsInput {
    /// Event whose meetings to order.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Precedences (先后) to add, at most 100 at a time.
    #[graphql(validator(max_items = 100))]
    pub(super) add: Option<Vec<PrecedenceInput>>,
    /// Precedences to remove, at most 100 at a time; missing ones are passed over.
    #[graphql(validator(max_items = 100))]
    pub(super) remove: Option<Vec<PrecedenceInput>>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Input of `meetingLock`.
#[derive(Debug, InputObject)]
pub struct MeetingLockInput {
    /// Meeting to lock.
    pub(super) meeting_id: ID,
    /// Version of its event that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Number of the slot to lock it in; where it stands if absent. Unlocked meetings that are in
    /// the way lose their slot until the timetable is planned again.
    pub(super) slot: Option<u16>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// Input of `meetingUnlock` and `meetingRemove`.
#[derive(Debug, InputObject)]
pub struct MeetingInput {
    /// Which meeting.
    pub(super) meeting_id: ID,
    /// Version of its event that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// How planning treats the timetable that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Enum)]
pub enum PlanMode {
    /// Change as little of it as possible.
    #[default]
    Keep,
    /// Start afresh; locked meetings stay.
    Fresh,
}

/// Input of `eventPlan`.
#[derive(Debug, InputObject)]
pub struct EventPlanInput {
    /// Event to plan.
    pub(super) event_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(super) version: i64,
    /// Start of the random numbers; the same event, seed and steps give the same timetable.
    #[graphql(default = 1, validator(custom = "Int32"))]
    pub(super) seed: u64,
    /// Steps the search may take, 1 to 50,000,000; 5,000,000 if absent.
    #[graphql(validator(minimum = 1, maximum = 50_000_000))]
    pub(super) steps: Option<u64>,
    /// How it treats the timetable that stands.
    #[graphql(default)]
    pub(super) mode: PlanMode,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(super) request_key: String,
}

/// The event meant and the version read.
pub(crate) fn target(event_id: &str, version: i64) -> Result<Target, ApiError> {
    Ok(Target { event: ids::decode(event_id)?, version })
}
