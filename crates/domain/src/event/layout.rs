//! From "the morning begins at nine, six meetings of twenty minutes" to slots with moments.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use thiserror::Error;

use super::{HalfDay, Slot};
use crate::calendar;

/// Most slots of one event.
pub const MAX_SLOTS: usize = 64;
/// Shortest slot in minutes.
pub const MIN_MINUTES: u16 = 5;
/// Longest slot in minutes.
pub const MAX_MINUTES: u16 = 180;

/// The slots of one half of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HalfDayLayout {
    /// Which half.
    pub half_day: HalfDay,
    /// Local time at which the first slot begins.
    pub starts_at: NaiveTime,
    /// How long a slot lasts, in minutes.
    pub slot_minutes: u16,
    /// Minutes between two slots, for changing tables.
    pub pause_minutes: u16,
    /// How many slots.
    pub slots: u16,
}

/// Why slots make no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// No slot, or too many.
    #[error("{slots} slots; an event has 1 to {MAX_SLOTS}")]
    Count {
        /// How many there would be.
        slots: usize,
    },
    /// A slot too short or too long.
    #[error("slots of {minutes} minutes; they last {MIN_MINUTES} to {MAX_MINUTES}")]
    Minutes {
        /// The length given.
        minutes: u16,
    },
    /// The same half twice.
    #[error("the {half_day} is given twice; give it once")]
    Twice {
        /// Which half.
        half_day: HalfDay,
    },
    /// The morning runs into the afternoon, or starts after it.
    #[error("the morning ends at {morning_ends}, after the afternoon begins at {afternoon_starts}")]
    Overlap {
        /// Local time at which the last morning slot ends.
        morning_ends: NaiveTime,
        /// Local time at which the first afternoon slot begins.
        afternoon_starts: NaiveTime,
    },
    /// The day ends at midnight.
    #[error("the {half_day} does not end before midnight; give fewer or shorter slots")]
    PastMidnight {
        /// Which half.
        half_day: HalfDay,
    },
}

/// The moment at which it is `time` on `day` in China.
pub fn moment(day: NaiveDate, time: NaiveTime) -> DateTime<Utc> {
    calendar::utc(day.and_time(time))
}

/// The local time in China at `moment`, as 09:20.
pub fn clock(moment: DateTime<Utc>) -> String {
    calendar::local(moment).format("%H:%M").to_string()
}

/// The slots of `day`, morning first, numbered from 1.
///
/// # Errors
///
/// The first [`LayoutError`] found.
pub fn slots(day: NaiveDate, layouts: &[HalfDayLayout]) -> Result<Vec<Slot>, LayoutError> {
    let mut halves = layouts.to_vec();
    halves.sort_by_key(|half| half.half_day);
    for pair in halves.windows(2) {
        if pair[0].half_day == pair[1].half_day {
            return Err(LayoutError::Twice { half_day: pair[0].half_day });
        }
    }
    let count: usize = halves.iter().map(|half| usize::from(half.slots)).sum();
    if !(1..=MAX_SLOTS).contains(&count) {
        return Err(LayoutError::Count { slots: count });
    }
    halves.retain(|half| half.slots > 0);
    let mut morning_ends = None;
    let mut slots = Vec::with_capacity(count);
    for half in &halves {
        let ends = end(half)?;
        if let Some(morning_ends) = morning_ends.filter(|ends| *ends > half.starts_at) {
            let afternoon_starts = half.starts_at;
            return Err(LayoutError::Overlap { morning_ends, afternoon_starts });
        }
        morning_ends = Some(ends);
        let step = i64::from(half.slot_minutes) + i64::from(half.pause_minutes);
        for index in 0..half.slots {
            let number = u16::try_from(slots.len() + 1).unwrap_or(u16::MAX);
            let starts_at = moment(day, half.starts_at)
                + TimeDelta::minutes(step.saturating_mul(i64::from(index)));
            slots.push(Slot {
                number,
                half_day: half.half_day,
                starts_at,
                minutes: half.slot_minutes,
            });
        }
    }
    Ok(slots)
}

/// Local time at which the last slot of `half`, which has at least one, ends.
fn end(half: &HalfDayLayout) -> Result<NaiveTime, LayoutError> {
    if !(MIN_MINUTES..=MAX_MINUTES).contains(&half.slot_minutes) {
        return Err(LayoutError::Minutes { minutes: half.slot_minutes });
    }
    let (slots, slot, pause) =
        (i64::from(half.slots), i64::from(half.slot_minutes), i64::from(half.pause_minutes));
    let whole = TimeDelta::minutes(slots * slot + (slots - 1) * pause);
    match half.starts_at.overflowing_add_signed(whole) {
        (ends, 0) => Ok(ends),
        _ => Err(LayoutError::PastMidnight { half_day: half.half_day }),
    }
}
