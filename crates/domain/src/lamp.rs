//! Lamps 三色灯 of needs on their way, and the ladder a late need climbs 逐级上报.
//!
//! The colours are those of the supervision slips of Suqian 三色督办单: blue before the deadline,
//! yellow for work that lags or was done badly, red once it is late. Shares of the time given are
//! counted by the clock: a lamp must shine whether or not a calendar is loaded, and can then be a
//! condition of a query.

use chrono::{DateTime, TimeDelta, Utc};

use crate::need::{NeedStage, Rating};
use crate::words;

words! {
    /// The lamp of a need.
    pub enum Lamp {
        /// Nothing to look at.
        None = "none",
        /// A fifth of the time or less is left 蓝灯.
        Blue = "blue",
        /// Sent back, badly rated, or long without a word of progress 黄灯.
        Yellow = "yellow",
        /// Overdue 红灯.
        Red = "red",
    }
}

words! {
    /// Who looks after a late need.
    pub enum EscalationRung {
        /// The unit in charge 办理单位.
        HandlingUnit = "handling_unit",
        /// The secretariat of its committee 党委办公室.
        Secretariat = "secretariat",
        /// The coordinator 统筹单位.
        Coordinator = "coordinator",
        /// The chain chief 链长.
        ChainChief = "chain_chief",
    }
}

/// When lamps change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LampRules {
    /// Blue when this share of the time given is left, in basis points.
    pub left_basis_points: i32,
    /// Yellow when there was no progress for this share of the time given, in basis points.
    pub silent_basis_points: i32,
    /// Who looks after a late need: the first from the moment it is late.
    pub ladder: &'static [EscalationRung],
    /// How long a late need stays on a rung.
    pub rung_hours: i64,
}

/// A fifth of the time left, half of it without a word; one rung a day.
pub const SUQIAN: LampRules = LampRules {
    left_basis_points: 2_000,
    silent_basis_points: 5_000,
    ladder: &[
        EscalationRung::HandlingUnit,
        EscalationRung::Secretariat,
        EscalationRung::Coordinator,
        EscalationRung::ChainChief,
    ],
    rung_hours: 24,
};

/// What a lamp depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LampFacts {
    /// Where the need stands.
    pub stage: NeedStage,
    /// The last rating.
    pub rating: Option<Rating>,
    /// When the clock began.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// Moment by which it must be answered.
    pub due_at: Option<DateTime<Utc>>,
    /// When the unit last took a step or wrote a word of progress.
    pub progress_at: Option<DateTime<Utc>>,
}

/// From when on each lamp would shine; `None` where it would not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LampMoments {
    /// Red after this moment.
    pub red_at: Option<DateTime<Utc>>,
    /// Yellow from this moment on.
    pub yellow_at: Option<DateTime<Utc>>,
    /// Blue from this moment on.
    pub blue_at: Option<DateTime<Utc>>,
}

impl LampMoments {
    /// The lamp at `now`.
    pub fn lamp(&self, now: DateTime<Utc>) -> Lamp {
        if self.red_at.is_some_and(|at| at < now) {
            Lamp::Red
        } else if self.yellow_at.is_some_and(|at| at <= now) {
            Lamp::Yellow
        } else if self.blue_at.is_some_and(|at| at <= now) {
            Lamp::Blue
        } else {
            Lamp::None
        }
    }
}

/// How high a late need has climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escalation {
    /// Escalations so far: 0 on the first day it is late, and while it is not.
    pub level: u32,
    /// Who looks after it; `None` while it is not late.
    pub rung: Option<EscalationRung>,
}

/// Whether the clock of the unit runs in `stage`.
pub const fn is_running(stage: NeedStage) -> bool {
    match stage {
        NeedStage::Dispatched
        | NeedStage::SentBack
        | NeedStage::Accepted
        | NeedStage::InProgress
        | NeedStage::Whistled
        | NeedStage::Matching => true,
        NeedStage::Draft
        | NeedStage::Submitted
        | NeedStage::Excluded
        | NeedStage::Triaged
        | NeedStage::Suspended
        | NeedStage::Answered
        | NeedStage::Rated
        | NeedStage::Reopened
        | NeedStage::Merged
        | NeedStage::Expired
        | NeedStage::Closed => false,
    }
}

impl LampFacts {
    /// The lamp at `now`. The graver one wins: red before yellow before blue.
    pub fn lamp(&self, rules: &LampRules, now: DateTime<Utc>) -> Lamp {
        if self.is_overdue(now) {
            return Lamp::Red;
        }
        if self.is_poor() || (self.runs() && self.silent_at(rules).is_some_and(|at| at <= now)) {
            return Lamp::Yellow;
        }
        if self.runs() && self.blue_at(rules).is_some_and(|at| at <= now) {
            return Lamp::Blue;
        }
        Lamp::None
    }

    /// How high the need has climbed at `now`.
    pub fn escalation(&self, rules: &LampRules, now: DateTime<Utc>) -> Escalation {
        let Some(due_at) = self.due_at.filter(|_| self.is_overdue(now)) else {
            return Escalation { level: 0, rung: None };
        };
        let top = u32::try_from(rules.ladder.len()).unwrap_or(u32::MAX).saturating_sub(1);
        let rungs = (now - due_at).num_hours() / rules.rung_hours.max(1);
        let level = u32::try_from(rungs).unwrap_or(u32::MAX).min(top);
        let rung = usize::try_from(level).ok().and_then(|level| rules.ladder.get(level));
        Escalation { level, rung: rung.copied() }
    }

    /// From when on the lamp is blue; `None` without a deadline.
    pub fn blue_at(&self, rules: &LampRules) -> Option<DateTime<Utc>> {
        let (_, due_at, given) = self.given()?;
        Some(due_at - share(given, rules.left_basis_points))
    }

    /// From when on the lamp is yellow if there is no progress; `None` without a deadline.
    pub fn silent_at(&self, rules: &LampRules) -> Option<DateTime<Utc>> {
        let (dispatched_at, _, given) = self.given()?;
        let heard_at = self.progress_at.map_or(dispatched_at, |at| at.max(dispatched_at));
        Some(heard_at + share(given, rules.silent_basis_points))
    }

    /// From when on each lamp would shine while nothing happens: what a database keeps, so that a
    /// lamp is a comparison with the present.
    pub fn moments(&self, rules: &LampRules) -> LampMoments {
        let running = |at: Option<DateTime<Utc>>| at.filter(|_| self.runs());
        let long_past = self.is_poor().then_some(DateTime::UNIX_EPOCH);
        LampMoments {
            red_at: running(self.due_at),
            yellow_at: long_past.or_else(|| running(self.silent_at(rules))),
            blue_at: running(self.blue_at(rules)),
        }
    }

    const fn runs(&self) -> bool {
        is_running(self.stage)
    }

    fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.runs() && self.due_at.is_some_and(|due| due < now)
    }

    /// Sent back and in nobody's hands, or badly rated and not closed.
    fn is_poor(&self) -> bool {
        match self.stage {
            NeedStage::SentBack | NeedStage::Reopened => true,
            NeedStage::Rated => self.rating.is_some_and(|rating| !rating.is_satisfied()),
            NeedStage::Draft
            | NeedStage::Submitted
            | NeedStage::Excluded
            | NeedStage::Triaged
            | NeedStage::Dispatched
            | NeedStage::Accepted
            | NeedStage::InProgress
            | NeedStage::Whistled
            | NeedStage::Matching
            | NeedStage::Suspended
            | NeedStage::Answered
            | NeedStage::Merged
            | NeedStage::Expired
            | NeedStage::Closed => false,
        }
    }

    fn given(&self) -> Option<(DateTime<Utc>, DateTime<Utc>, TimeDelta)> {
        let (from, until) = self.dispatched_at.zip(self.due_at)?;
        Some((from, until, (until - from).max(TimeDelta::zero())))
    }
}

/// A share of a span, in whole microseconds: what a database keeps.
fn share(of: TimeDelta, basis_points: i32) -> TimeDelta {
    let micros = i128::from(of.num_microseconds().unwrap_or(i64::MAX));
    let part = micros * i128::from(basis_points) / 10_000;
    TimeDelta::microseconds(i64::try_from(part).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::at;

    /// Dispatched on the 2nd at noon, due ten days later.
    fn facts(stage: NeedStage) -> LampFacts {
        LampFacts {
            stage,
            rating: None,
            dispatched_at: Some(at("03-02 12:00")),
            due_at: Some(at("03-12 12:00")),
            progress_at: None,
        }
    }

    #[test]
    fn a_lamp_changes_at_the_minute() {
        use Lamp::{Blue, None, Red, Yellow};
        use NeedStage::{Accepted, Answered, InProgress, SentBack, Suspended};
        let heard = Some("03-06 12:00");
        // Stage, last progress, now, lamp.
        let cases = [
            (InProgress, Option::None, "03-02 12:00", None),
            (InProgress, Option::None, "03-07 11:59", None),
            (InProgress, Option::None, "03-07 12:00", Yellow),
            (InProgress, heard, "03-07 12:00", None),
            (InProgress, heard, "03-10 11:59", None),
            (InProgress, heard, "03-10 12:00", Blue),
            (InProgress, heard, "03-11 11:59", Blue),
            (InProgress, heard, "03-11 12:00", Yellow),
            (InProgress, heard, "03-12 12:00", Yellow),
            (InProgress, heard, "03-12 12:01", Red),
            (Accepted, Option::None, "03-13 12:00", Red),
            (SentBack, Option::None, "03-02 12:01", Yellow),
            (SentBack, Option::None, "03-12 12:01", Red),
            (Answered, Option::None, "03-30 12:00", None),
            (Suspended, Option::None, "03-30 12:00", None),
        ];
        for (stage, heard, now, want) in cases {
            let facts = LampFacts { progress_at: heard.map(at), ..facts(stage) };
            assert_eq!(facts.lamp(&SUQIAN, at(now)), want, "{stage} {now}");
        }
        let untimed = LampFacts { due_at: Option::None, ..facts(InProgress) };
        assert_eq!(untimed.lamp(&SUQIAN, at("09-01 12:00")), None);
    }

    #[test]
    fn a_poor_rating_is_yellow_until_it_is_closed() {
        let rated = |stage, stars| {
            let rating = Some(Rating::new(stars).unwrap());
            LampFacts { rating, ..facts(stage) }.lamp(&SUQIAN, at("03-30 12:00"))
        };
        assert_eq!(rated(NeedStage::Rated, 2), Lamp::Yellow);
        assert_eq!(rated(NeedStage::Rated, 3), Lamp::None);
        assert_eq!(rated(NeedStage::Reopened, 2), Lamp::Yellow);
        assert_eq!(rated(NeedStage::Closed, 2), Lamp::None);
    }

    #[test]
    fn the_moments_of_a_lamp_tell_the_same_lamp_at_any_time() {
        let at = |hour: i64| DateTime::UNIX_EPOCH + TimeDelta::hours(hour);
        let mut told = 0;
        for &stage in NeedStage::ALL {
            for (due, heard, stars) in
                [(10, None, None), (10, Some(3), None), (7, Some(9), Some(2)), (0, None, Some(5))]
            {
                let facts = LampFacts {
                    stage,
                    rating: stars.map(|stars| Rating::new(stars).unwrap()),
                    dispatched_at: Some(at(1)),
                    due_at: (due > 0).then(|| at(due)),
                    progress_at: heard.map(at),
                };
                let moments = facts.moments(&SUQIAN);
                for minutes in 0..1_000 {
                    let now = at(0) + TimeDelta::minutes(minutes);
                    assert_eq!(moments.lamp(now), facts.lamp(&SUQIAN, now), "{facts:?} {now}");
                    told += 1;
                }
            }
        }
        assert_eq!(told, NeedStage::ALL.len() * 4 * 1_000);
    }

    #[test]
    fn a_late_need_climbs_a_rung_a_day() {
        use EscalationRung::{ChainChief, Coordinator, HandlingUnit, Secretariat};
        let cases = [
            ("03-12 12:00", 0, None),
            ("03-12 12:01", 0, Some(HandlingUnit)),
            ("03-13 11:59", 0, Some(HandlingUnit)),
            ("03-13 12:00", 1, Some(Secretariat)),
            ("03-14 12:00", 2, Some(Coordinator)),
            ("03-15 12:00", 3, Some(ChainChief)),
            ("12-31 12:00", 3, Some(ChainChief)),
        ];
        for (now, level, rung) in cases {
            let got = facts(NeedStage::Dispatched).escalation(&SUQIAN, at(now));
            assert_eq!(got, Escalation { level, rung }, "{now}");
        }
        let answered = facts(NeedStage::Answered).escalation(&SUQIAN, at("12-31 12:00"));
        assert_eq!(answered, Escalation { level: 0, rung: None });
    }
}
