//! Quiet hours 免打扰时段, in China's time.

use chrono::{
    DateTime, Datelike as _, NaiveDate, NaiveTime, TimeDelta, Timelike as _, Utc, Weekday,
};

use super::DeliveryError;
use crate::calendar::{self, WorkCalendar};

/// Days looked ahead for the end of quiet hours; the longest holidays have nine.
const AHEAD: u32 = 60;

/// When nothing is sent to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// Local time at which it begins.
    pub from: NaiveTime,
    /// Local time at which it ends, on the next day if it is the earlier one; the same as `from` for
    /// no quiet hours at all.
    pub until: NaiveTime,
    /// Whether days off are quiet from midnight to midnight.
    pub days_off: bool,
}

impl Default for Quiet {
    /// 21:00 to 08:00, on every day alike.
    fn default() -> Self {
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or(NaiveTime::MIN);
        Self { from: hour(21), until: hour(8), days_off: false }
    }
}

impl Quiet {
    /// Quiet hours from texts such as `21:00`.
    ///
    /// # Errors
    ///
    /// [`DeliveryError::Hour`] for a text that is no time of day.
    pub fn parse(from: &str, until: &str, days_off: bool) -> Result<Self, DeliveryError> {
        let time = |text: &str| {
            let is_short = text.len() == 5;
            let time = is_short.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten();
            time.ok_or_else(|| DeliveryError::Hour(text.chars().take(20).collect()))
        };
        Ok(Self { from: time(from)?, until: time(until)?, days_off })
    }

    /// `moment`, or the first one after it that is not quiet. A year whose calendar is not loaded has
    /// its weekends off.
    pub fn lift(&self, moment: DateTime<Utc>, days: &WorkCalendar) -> DateTime<Utc> {
        let mut local = calendar::local(moment);
        for _ in 0..AHEAD {
            let (date, time) = (local.date(), local.time());
            let tomorrow = date.succ_opt().unwrap_or(NaiveDate::MAX);
            local = if self.days_off && is_off(date, days) {
                tomorrow.and_time(NaiveTime::MIN)
            } else if self.is_quiet(time) {
                let wakes = if time < self.until { date } else { tomorrow };
                wakes.and_time(self.until)
            } else {
                break;
            };
        }
        // To the second where it was moved, as it was where it was not.
        if local == calendar::local(moment) { moment } else { calendar::utc(local) }
    }

    fn is_quiet(&self, time: NaiveTime) -> bool {
        if self.from <= self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }
}

fn is_off(date: NaiveDate, days: &WorkCalendar) -> bool {
    let is_weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
    days.is_working_day(date).map_or(is_weekend, |works| !works)
}

/// A time of day as people write it.
pub fn text(time: NaiveTime) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// A time of day from minutes after midnight.
pub fn of_minutes(minutes: i32) -> Option<NaiveTime> {
    let is_day = (0..24 * 60).contains(&minutes);
    is_day.then(|| NaiveTime::MIN + TimeDelta::minutes(i64::from(minutes)))
}

/// Minutes after midnight.
pub fn minutes(time: NaiveTime) -> i32 {
    i32::try_from(time.num_seconds_from_midnight() / 60).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        calendar::utc(NaiveDateTime::parse_from_str(text, "%F %R").unwrap())
    }

    fn lift(quiet: Quiet, text: &str) -> String {
        let moved = quiet.lift(at(text), &WorkCalendar::default());
        calendar::local(moved).format("%F %R").to_string()
    }

    #[test]
    fn a_night_ends_in_the_morning_and_the_day_stays_as_it_is() {
        let night = Quiet::default();
        for (given, want) in [
            ("2026-03-03 07:59", "2026-03-03 08:00"),
            ("2026-03-03 08:00", "2026-03-03 08:00"),
            ("2026-03-03 20:59", "2026-03-03 20:59"),
            ("2026-03-03 21:00", "2026-03-04 08:00"),
            ("2026-03-03 23:59", "2026-03-04 08:00"),
            ("2026-03-04 00:00", "2026-03-04 08:00"),
            ("2026-12-31 22:00", "2027-01-01 08:00"),
        ] {
            assert_eq!(lift(night, given), want, "{given}");
        }
        let noon = Quiet::parse("12:00", "14:00", false).unwrap();
        for (given, want) in [
            ("2026-03-03 11:59", "2026-03-03 11:59"),
            ("2026-03-03 12:00", "2026-03-03 14:00"),
            ("2026-03-03 14:00", "2026-03-03 14:00"),
            ("2026-03-03 23:00", "2026-03-03 23:00"),
        ] {
            assert_eq!(lift(noon, given), want, "{given}");
        }
        let never = Quiet::parse("08:00", "08:00", false).unwrap();
        assert_eq!(lift(never, "2026-03-03 03:00"), "2026-03-03 03:00");
    }

    #[test]
    fn days_off_are_quiet_to_their_end_and_the_night_after_them_too() {
        let off = Quiet { days_off: true, ..Quiet::default() };
        // A Friday evening waits for Monday; a plain evening only for the morning.
        assert_eq!(lift(off, "2026-03-06 21:30"), "2026-03-09 08:00");
        assert_eq!(lift(off, "2026-03-07 12:00"), "2026-03-09 08:00");
        assert_eq!(lift(off, "2026-03-05 22:00"), "2026-03-06 08:00");
        assert_eq!(lift(off, "2026-03-06 12:00"), "2026-03-06 12:00");
    }

    #[test]
    fn hours_are_read_as_they_are_written() {
        let quiet = Quiet::parse("22:30", "06:05", true).unwrap();
        assert_eq!((text(quiet.from), text(quiet.until)), ("22:30".to_owned(), "06:05".to_owned()));
        assert_eq!(of_minutes(minutes(quiet.from)), Some(quiet.from));
        assert_eq!((of_minutes(-1), of_minutes(1440)), (None, None));
        for wrong in ["", "24:00", "9:00", "21:60", "21-00", "21:00:00", "２１:00"] {
            let refused = Quiet::parse(wrong, "08:00", false);
            assert_eq!(refused, Err(DeliveryError::Hour(wrong.to_owned())), "{wrong}");
        }
    }
}
