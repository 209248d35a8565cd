//! Needs of a town for a few weeks, on a clock that is not the machine's: enterprises ask, a
//! secretariat dispatches, units answer well, late or not at all. Every step is taken by the rules, so
//! that a profile can be judged before anybody has to keep it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use thiserror::Error;

use super::rules::{self, DispatchOrder, Verdict};
use super::{Need, NeedError, NeedKind, NeedStage, Rating, SendBack, SendBackReason};
use crate::calendar::{self, CalendarError, WorkCalendar};
use crate::deadline::DeadlineProfile;
use crate::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId, splitmix};
use crate::lamp::{Lamp, SUQIAN};

/// Longest simulation in days.
pub const MAX_DAYS: u32 = 366;
/// Most needs a day.
pub const MAX_NEEDS_PER_DAY: u32 = 1_000;

/// What is simulated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Town {
    /// First local day.
    pub from: NaiveDate,
    /// How many days, 1 to [`MAX_DAYS`].
    pub days: u32,
    /// Needs on an average day, 1 to [`MAX_NEEDS_PER_DAY`].
    pub needs_per_day: u32,
    /// Units that answer, 2 at least.
    pub units: u32,
    /// Answers that a unit puts off beyond its deadline, in basis points.
    pub late_basis_points: u32,
    /// Needs a unit sends back, in basis points.
    pub send_back_basis_points: u32,
    /// Poor ratings, in basis points.
    pub poor_basis_points: u32,
    /// The same seed gives the same weeks.
    pub seed: u64,
}

/// What happened on one local day, and how the lamps stood at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub date: NaiveDate,
    /// Needs handed in.
    pub opened: u32,
    /// Needs dispatched, again after a send-back or a poor rating included.
    pub dispatched: u32,
    /// Needs sent back.
    pub sent_back: u32,
    /// Needs answered.
    pub answered: u32,
    /// Of these, by their deadline.
    pub on_time: u32,
    /// Of these, later.
    pub late: u32,
    /// Needs rated poorly.
    pub poor: u32,
    /// Needs closed.
    pub closed: u32,
    /// Blue lamps at 24:00.
    pub blue: u32,
    /// Yellow lamps at 24:00.
    pub yellow: u32,
    /// Red lamps at 24:00.
    pub red: u32,
    /// Rungs that late needs climbed during the day.
    pub escalations: u32,
}

/// Why a simulation ended early.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SimulationError {
    /// The calendar does not reach far enough.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A rule refused a step that the town believed to be allowed.
    #[error(transparent)]
    Rule(#[from] NeedError),
}

/// Lives through the days of `town`. Gives a row for each.
///
/// Time `O(n log n)` for `n` needs, and their number again for each day.
///
/// # Errors
///
/// [`SimulationError::Calendar`] if a deadline falls into a year that is not loaded.
pub fn simulate(
    town: &Town,
    calendar: &WorkCalendar,
    profile: &DeadlineProfile,
) -> Result<Vec<DayCount>, SimulationError> {
    let mut life =
        Life { town, calendar, profile, dice: town.seed, cases: Vec::new(), acts: BTreeSet::new() };
    let dates = town.from.iter_days().take(usize::try_from(town.days).unwrap_or(0));
    dates.map(|date| life.day(date)).collect()
}

/// Units that leave a note half way, in basis points.
const NOTES_BASIS_POINTS: u32 = 7_000;

/// A need, how high it has climbed, and when its unit will answer.
struct Case {
    need: Need,
    level: u32,
    answer_at: Option<DateTime<Utc>>,
}

struct Life<'a> {
    town: &'a Town,
    calendar: &'a WorkCalendar,
    profile: &'a DeadlineProfile,
    dice: u64,
    cases: Vec<Case>,
    /// Whose turn is when.
    acts: BTreeSet<(DateTime<Utc>, usize)>,
}

impl Life<'_> {
    fn day(&mut self, date: NaiveDate) -> Result<DayCount, SimulationError> {
        let begin = calendar::utc(date.and_time(NaiveTime::MIN));
        let end = begin + TimeDelta::days(1);
        let mut count = DayCount::none(date);
        for _ in 0..self.between(0, u64::from(self.town.needs_per_day) * 2) {
            let at = begin + self.minutes(0, 1_439);
            self.acts.insert((at, self.cases.len()));
            let need = self.draft(at);
            self.cases.push(Case { need, level: 0, answer_at: None });
        }
        while let Some(&(at, case)) = self.acts.first()
            && at < end
        {
            self.acts.pop_first();
            if let Some(next) = self.act(at, case, &mut count)? {
                self.acts.insert((next, case));
            }
        }
        self.look(end, &mut count);
        Ok(count)
    }

    /// A number of `low..=high`.
    fn between(&mut self, low: u64, high: u64) -> u64 {
        low + splitmix(&mut self.dice) % (high - low + 1)
    }

    fn minutes(&mut self, low: u64, high: u64) -> TimeDelta {
        TimeDelta::minutes(i64::try_from(self.between(low, high)).unwrap_or(0))
    }

    fn happens(&mut self, basis_points: u32) -> bool {
        self.between(0, 9_999) < u64::from(basis_points)
    }

    /// A moment after so many working minutes.
    fn later(
        &mut self,
        at: DateTime<Utc>,
        low: u64,
        high: u64,
    ) -> Result<DateTime<Utc>, CalendarError> {
        let minutes = self.between(low, high);
        self.calendar.add_minutes(at, u32::try_from(minutes).unwrap_or(u32::MAX))
    }

    fn draft(&mut self, at: DateTime<Utc>) -> Need {
        let number = u128::try_from(self.cases.len()).unwrap_or(0) + 1;
        let kinds = NeedKind::ALL;
        let kind = usize::try_from(splitmix(&mut self.dice)).unwrap_or(0) % kinds.len();
        Need {
            committee: Some(ChainCommitteeId::from(1)),
            kind: kinds.get(kind).copied().unwrap_or(NeedKind::Other),
            title: format!("需求{number}"),
            body: "模拟".to_owned(),
            ..Need::blank(NeedId::from(number), EnterpriseId::from(number), at)
        }
    }

    /// Lets the party whose turn it is act; gives the moment of the next act.
    fn act(
        &mut self,
        now: DateTime<Utc>,
        case: usize,
        count: &mut DayCount,
    ) -> Result<Option<DateTime<Utc>>, SimulationError> {
        let Some(Case { need, answer_at, .. }) = self.cases.get(case) else { return Ok(None) };
        let (need, answer_at) = (need.clone(), *answer_at);
        let (moved, next) = match need.stage {
            NeedStage::Draft => {
                count.opened += 1;
                (rules::submit(&need, true, now)?, Some(self.later(now, 10, 120)?))
            }
            NeedStage::Submitted => (rules::triage(&need, None)?, Some(now)),
            NeedStage::Triaged | NeedStage::SentBack | NeedStage::Reopened => {
                count.dispatched += 1;
                (self.dispatch(&need, now)?, Some(self.later(now, 5, 80)?))
            }
            NeedStage::Dispatched => self.respond(&need, now, count)?,
            NeedStage::Accepted => {
                let answer_at = self.answer_at(&need, now)?;
                if let Some(case) = self.cases.get_mut(case) {
                    case.answer_at = Some(answer_at);
                }
                let notes = self.happens(NOTES_BASIS_POINTS);
                let next = if notes { now + (answer_at - now) / 2 } else { answer_at };
                (rules::start(&need, now)?, Some(next))
            }
            NeedStage::InProgress if answer_at.is_some_and(|at| now < at) => {
                (rules::progressed(need, now), answer_at)
            }
            NeedStage::InProgress => {
                count.answered += 1;
                let is_late = need.due_at.is_some_and(|due| due < now);
                count.on_time += u32::from(!is_late);
                count.late += u32::from(is_late);
                (rules::answer(&need, "已办", now)?, Some(now + self.minutes(60, 2_880)))
            }
            NeedStage::Answered => {
                let is_poor = self.happens(self.town.poor_basis_points);
                count.poor += u32::from(is_poor);
                let rating = Rating::new(if is_poor { 2 } else { 5 })?;
                let verdict = Verdict { rating, consent: None };
                (rules::rate(&need, &verdict, now)?, Some(self.later(now, 30, 240)?))
            }
            NeedStage::Rated => {
                count.closed += 1;
                (rules::close(&need, now)?, None)
            }
            NeedStage::Excluded
            | NeedStage::Whistled
            | NeedStage::Matching
            | NeedStage::Suspended
            | NeedStage::Merged
            | NeedStage::Expired
            | NeedStage::Closed => return Ok(None),
        };
        if let Some(case) = self.cases.get_mut(case) {
            case.need = moved;
        }
        Ok(next)
    }

    /// Sends a need to another unit than the one that has it.
    fn dispatch(&mut self, need: &Need, now: DateTime<Utc>) -> Result<Need, SimulationError> {
        let units = u64::from(self.town.units.max(2));
        let had = need.handler.map_or(0, OrganisationId::number);
        let drawn = u128::from(self.between(1, units));
        let handler = if drawn == had { drawn % u128::from(units) + 1 } else { drawn };
        let due_at = if need.stage == NeedStage::SentBack {
            // The clock has been running.
            None
        } else {
            Some(self.profile.deadlines(need.kind, now, self.calendar)?.answer_by)
        };
        let is_decided = need.send_backs >= super::rights::ADJUDICATION_AFTER;
        let basis = is_decided.then(|| "职责清单".to_owned());
        let order = DispatchOrder { handler: OrganisationId::from(handler), due_at, basis };
        Ok(rules::dispatch(need, &order, now)?)
    }

    /// The unit accepts, or sends back.
    fn respond(
        &mut self,
        need: &Need,
        now: DateTime<Utc>,
        count: &mut DayCount,
    ) -> Result<(Need, Option<DateTime<Utc>>), SimulationError> {
        if need.adjudication.is_none() && self.happens(self.town.send_back_basis_points) {
            count.sent_back += 1;
            let reason = SendBackReason::NotResponsible;
            let back =
                SendBack { reason, note: "不属于本单位职责".to_owned(), proposed: None };
            return Ok((rules::send_back(need, &back)?, Some(self.later(now, 30, 240)?)));
        }
        Ok((rules::accept(need, now)?, Some(self.later(now, 5, 60)?)))
    }

    /// When the unit will answer: mostly within its time, else up to half as long again.
    fn answer_at(
        &mut self,
        need: &Need,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, CalendarError> {
        let Some((from, due)) = need.dispatched_at.zip(need.due_at) else { return Ok(now) };
        if self.happens(self.town.late_basis_points) {
            let given = u64::try_from((due - from).num_minutes()).unwrap_or(1);
            return Ok(due.max(now) + self.minutes(1, (given / 2).max(1)));
        }
        let left = self.calendar.minutes_between(now, due)?;
        let left = u64::try_from(left).unwrap_or(0);
        // Late already when it came: at once.
        self.later(now, left / 10, left)
    }

    /// Counts the lamps at `now` and what climbed since the day before.
    fn look(&mut self, now: DateTime<Utc>, count: &mut DayCount) {
        for case in &mut self.cases {
            let facts = case.need.lamp_facts();
            match facts.lamp(&SUQIAN, now) {
                Lamp::None => {}
                Lamp::Blue => count.blue += 1,
                Lamp::Yellow => count.yellow += 1,
                Lamp::Red => count.red += 1,
            }
            let level = facts.escalation(&SUQIAN, now).level;
            count.escalations += level.saturating_sub(case.level);
            case.level = level;
        }
    }
}

impl DayCount {
    const fn none(date: NaiveDate) -> Self {
        Self {
            date,
            opened: 0,
            dispatched: 0,
            sent_back: 0,
            answered: 0,
            on_time: 0,
            late: 0,
            poor: 0,
            closed: 0,
            blue: 0,
            yellow: 0,
            red: 0,
            escalations: 0,
        }
    }

    /// What happened on this day and on `other`; the lamps of `other`, which is the later one.
    #[must_use]
    pub const fn and_then(&self, other: &Self) -> Self {
        Self {
            date: other.date,
            opened: self.opened + other.opened,
            dispatched: self.dispatched + other.dispatched,
            sent_back: self.sent_back + other.sent_back,
            answered: self.answered + other.answered,
            on_time: self.on_time + other.on_time,
            late: self.late + other.late,
            poor: self.poor + other.poor,
            closed: self.closed + other.closed,
            blue: other.blue,
            yellow: other.yellow,
            red: other.red,
            escalations: self.escalations + other.escalations,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::calendar;
    use crate::deadline::{default_profile, shipped};

    fn town(seed: u64) -> Town {
        Town {
            from: NaiveDate::from_ymd_opt(2026, 3, 2).unwrap(),
            days: 30,
            needs_per_day: 20,
            units: 5,
            late_basis_points: 500,
            send_back_basis_points: 800,
            poor_basis_points: 500,
            seed,
        }
    }

    fn total(days: &[DayCount]) -> DayCount {
        days.iter().fold(DayCount::none(days[0].date), |sum, day| sum.and_then(day))
    }

    #[test]
    fn the_same_seed_gives_the_same_month_and_another_another() {
        let run = |seed| simulate(&town(seed), &calendar(), &default_profile()).unwrap();
        let month = run(7);
        assert_eq!(month, run(7));
        assert_ne!(month, run(8));
        assert_eq!(month.len(), 30);
        assert!(month.iter().any(|day| day.blue > 0) && month.iter().any(|day| day.yellow > 0));
        let sum = total(&month);
        assert_eq!(sum.on_time + sum.late, sum.answered);
        assert!(sum.opened > 300 && sum.answered > 200, "{sum:?}");
        assert!(sum.late > 0 && sum.escalations > 0 && sum.sent_back > 0, "{sum:?}");
    }

    #[test]
    fn units_that_are_never_late_and_never_send_back_leave_no_red_lamp() {
        let punctual = Town {
            late_basis_points: 0,
            send_back_basis_points: 0,
            poor_basis_points: 0,
            ..town(3)
        };
        for profile in shipped() {
            let sum = total(&simulate(&punctual, &calendar(), &profile).unwrap());
            // What is dispatched on a Friday evening may be due by the clock before Monday.
            if profile.name == "ZHUHAI_124" {
                assert_eq!((sum.late, sum.red, sum.escalations, sum.sent_back), (0, 0, 0, 0));
            }
            assert!(sum.answered > 0 && sum.poor == 0, "{}", profile.name);
        }
    }

    #[test]
    fn units_that_always_dawdle_are_always_late() {
        let slow = Town { late_basis_points: 10_000, ..town(3) };
        let sum = total(&simulate(&slow, &calendar(), &default_profile()).unwrap());
        assert!(sum.answered > 0 && sum.escalations > 0);
        assert_eq!((sum.on_time, sum.late), (0, sum.answered));
    }

    #[test]
    fn a_month_beyond_the_calendar_is_an_error() {
        let late = Town { from: NaiveDate::from_ymd_opt(2026, 12, 20).unwrap(), ..town(1) };
        let error = simulate(&late, &calendar(), &default_profile()).unwrap_err();
        assert_eq!(error, CalendarError::YearNotLoaded { year: 2027 }.into());
    }
}
