//! What is asked: slots, tables, participants, meetings and the demands on them.

use serde::{Deserialize, Serialize};

/// Most slots of one event: one bit each.
pub const MAX_SLOTS: usize = 128;
/// Most participants of one event.
pub const MAX_PARTICIPANTS: usize = 5_000;
/// Most meetings of one event.
pub const MAX_MEETINGS: usize = 20_000;
/// Most tables of one event.
pub const MAX_TABLES: usize = 2_000;
/// Most places (floors, sites) of one event.
pub const MAX_PLACES: usize = 64;
/// Most different names of equipment.
pub const MAX_EQUIPMENT: usize = 64;
/// Most precedences of one event.
pub const MAX_PRECEDENCES: usize = 20_000;
/// Most representatives of one participant.
pub const MAX_REPRESENTATIVES: usize = 16;
/// Most participants of one meeting.
pub const MAX_SEATS: usize = 16;
/// Most points or price of one thing.
pub const MAX_POINTS: u32 = 1_000_000;
/// Most entries of a list inside a participant or a table, such as sets of lunch slots.
pub const MAX_LISTED: usize = 64;

/// An event's meetings, to be put into slots and onto tables.
///
/// Everything is numbered from 0 in the order of its list. The JSON form is camelCase; absent
/// fields take the value given here, and unknown ones are refused (see [`super::parse()`]).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Problem {
    /// When meetings can be, in order of time; at most [`MAX_SLOTS`].
    pub slots: Vec<Slot>,
    /// Where meetings can be; at most [`MAX_TABLES`].
    pub tables: Vec<Table>,
    /// Who takes part; at most [`MAX_PARTICIPANTS`].
    pub participants: Vec<Participant>,
    /// What is to be held; at most [`MAX_MEETINGS`].
    pub meetings: Vec<Meeting>,
    /// Which meetings end before which begin, where both are held.
    #[serde(default)]
    pub precedences: Vec<Precedence>,
    /// `travel[a][b]`: slots that lie between a meeting at place `a` and a later one of the same
    /// representative at place `b` in the same half-day, at least. Empty for one place.
    #[serde(default)]
    pub travel: Vec<Vec<usize>>,
    /// How far the breaks of any two participants may differ; none for no such demand.
    #[serde(default)]
    pub spread: Option<u32>,
    /// What is paid for what is not wrong but unwelcome.
    #[serde(default)]
    pub prices: Prices,
    /// Where each meeting stands in the timetable that people have; none for those without a seat.
    /// Empty if nothing was published.
    #[serde(default)]
    pub published: Vec<Option<Seat>>,
}

/// A stretch of time for meetings (时段).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Slot {
    /// The half-day (半天) it lies in, counted over all days: never smaller than that of the slot
    /// before. Slots of one half-day follow each other without a pause; between half-days there is
    /// one that is long enough for rest and for every way.
    #[serde(default)]
    pub half_day: usize,
    /// How long it is, in minutes, from 1 to 1,440.
    #[serde(default = "twenty")]
    pub minutes: u32,
}

/// Where a meeting sits (桌位).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Table {
    /// What findings call it; its number from 1 when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// The floor or site it stands at, an index into `travel`.
    #[serde(default)]
    pub place: usize,
    /// What it has, such as a projector.
    #[serde(default)]
    pub equipment: Vec<String>,
    /// The participant whose table it is: only meetings with them are held here, and their
    /// meetings are held only at a table of one of those who meet.
    #[serde(default)]
    pub owner: Option<usize>,
}

/// An organisation that sits in meetings (参会方).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Participant {
    /// What findings call them; their number from 1 when empty.
    #[serde(default)]
    pub name: String,
    /// How many meetings they can sit in at once, one person each.
    #[serde(default = "one")]
    pub representatives: usize,
    /// The slots in which they are there, in any order; all slots when absent.
    #[serde(default)]
    pub present: Option<Vec<usize>>,
    /// Fewest meetings they are to have.
    #[serde(default)]
    pub min: usize,
    /// Most meetings they are to have; no limit when absent.
    #[serde(default)]
    pub max: Option<usize>,
    /// Fewest meetings in each half-day in which they are there for at least one slot.
    #[serde(default)]
    pub min_per_half_day: usize,
    /// Most meetings in one half-day; no limit when absent.
    #[serde(default)]
    pub max_per_half_day: Option<usize>,
    /// Most minutes that a representative sits in meetings without a free slot between.
    #[serde(default)]
    pub max_run_minutes: Option<u32>,
    /// Sets of slots: each representative has at least one free slot of each set.
    #[serde(default)]
    pub lunch: Vec<Vec<usize>>,
}

impl Default for Participant {
    fn default() -> Self {
        Self {
            name: String::new(),
            representatives: 1,
            present: None,
            min: 0,
            max: None,
            min_per_half_day: 0,
            max_per_half_day: None,
            max_run_minutes: None,
            lunch: Vec::new(),
        }
    }
}

/// People who are to sit together (会面).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Meeting {
    /// What findings call it; its number from 1 when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Who sits in it, with one representative each: 2 to [`MAX_SEATS`] different participants.
    pub participants: Vec<usize>,
    /// How many slots it takes, one after the other in one half-day.
    #[serde(default = "one")]
    pub length: usize,
    /// The half-days it may be in; any when empty.
    #[serde(default)]
    pub half_days: Vec<usize>,
    /// The slot it must begin in; none if it is free.
    #[serde(default)]
    pub fixed: Option<usize>,
    /// Where it must be, since people confirmed it; such a meeting counts as one that must be held.
    #[serde(default)]
    pub locked: Option<Seat>,
    /// What its table must have.
    #[serde(default)]
    pub needs: Vec<String>,
    /// How much it matters that it is held.
    #[serde(default)]
    pub level: Level,
    /// What it counts among those of its level, up to [`MAX_POINTS`]; of no effect for
    /// [`Level::Must`].
    #[serde(default = "point")]
    pub points: u32,
}

impl Default for Meeting {
    fn default() -> Self {
        Self {
            name: None,
            participants: Vec::new(),
            length: 1,
            half_days: Vec::new(),
            fixed: None,
            locked: None,
            needs: Vec::new(),
            level: Level::Must,
            points: 1,
        }
    }
}

impl Meeting {
    /// Its level, as far as it is decided by whether people confirmed it.
    pub(crate) fn rank(&self) -> Level {
        if self.locked.is_some() { Level::Must } else { self.level }
    }
}

/// How much it matters that a meeting is held.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// A timetable without it is broken.
    #[default]
    Must,
    /// Missing it counts more than everything below.
    Should,
    /// Missing it is weighed against breaks, ways and moves.
    Wish,
}

/// A slot and a table: where a meeting begins, or began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seat {
    /// The slot it begins in.
    pub slot: usize,
    /// The table it is at.
    pub table: usize,
}

/// One meeting ends before another begins, where both are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Precedence {
    /// The meeting that comes first.
    pub before: usize,
    /// The meeting that comes later.
    pub after: usize,
}

/// Points of the last level, each from 0 to [`MAX_POINTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Prices {
    /// For each participant of whom at least one published meeting is moved or dropped. The default
    /// of 100,000 outweighs everything else of the level at usual sizes: as few people as possible.
    pub moved_participant: u32,
    /// For each published meeting that is at another slot or table, or dropped; default 1,000.
    pub moved_meeting: u32,
    /// For each break: a representative waits between two meetings of a half-day; default 10.
    pub r#break: u32,
    /// For each change of table between meetings of a half-day, for each representative; default 2.
    pub table_change: u32,
    /// For each slot of way between meetings of a half-day, for each representative; default 1.
    pub walking: u32,
}

impl Default for Prices {
    fn default() -> Self {
        Self {
            moved_participant: 100_000,
            moved_meeting: 1_000,
            r#break: 10,
            table_change: 2,
            walking: 1,
        }
    }
}

fn one() -> usize {
    1
}

fn twenty() -> u32 {
    20
}

fn point() -> u32 {
    1
}
