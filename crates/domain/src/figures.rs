//! Figures about needs: of how many it is known, of how many it is so, and of how many it is not
//! known yet 三率.
//!
//! A figure is about the needs handed in within a period, as they stood at the end of a day. It is
//! computed from the moments at which things happened, never from the present stage, so that the
//! same question asked later gets the same answer. [`judge`] says it for one need and is what the
//! query of the store must agree with.
//!
//! | figure | numerator | the rest of the denominator | pending |
//! |---|---|---|---|
//! | response 响应率 | a unit took it on or answered it | the moment it was due came first | dispatched, in time |
//! | resolution 解决率 | answered, and rated 3 stars or more or closed | rated 1 or 2 stars; not answered when it was due or at its end | in time; answered, not yet rated |
//! | satisfaction 满意率 | rated 3 stars or more | rated 1 or 2 stars | answered, not rated |
//! | on time 按期办结率 | answered by the moment it was due | answered later, or not and late | not answered, in time |
//! | imported 导入率 | has a number on the city's platform | has none | of the rest, those not yet ended |
//!
//! Pending needs stand outside of the denominator, except for the imported rate: what was collected
//! is its denominator, and what is pending is a part of it. A need that was taken up again counts by
//! its last round; one that was excluded, merged or lapsed before anybody worked on it is not
//! counted as collected, unless it has a number.

use chrono::{DateTime, Utc};

use crate::actor::Actor;
use crate::need::NeedStage;
use crate::policy::{self, Visibility};
use crate::words;

words! {
    /// A figure about needs.
    pub enum Figure {
        /// Response rate 响应率.
        Response = "response",
        /// Resolution rate 解决率.
        Resolution = "resolution",
        /// Satisfaction 满意率.
        Satisfaction = "satisfaction",
        /// On-time rate 按期办结率.
        OnTime = "on_time",
        /// Imported rate 导入率.
        Imported = "imported",
    }
}

/// A rate with what it is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// Of how many it is so.
    pub numerator: u64,
    /// Of how many it is known.
    pub denominator: u64,
    /// Of how many it is not known yet.
    pub pending: u64,
}

impl Rate {
    /// The rate in basis points, rounded to the nearest, halves up; `None` where nothing is known.
    /// May exceed 10 000.
    pub fn basis_points(self) -> Option<u64> {
        self.parts(10_000)
    }

    /// The rate as people read it: per cent with one decimal, with two above 99 %. It is never
    /// rounded to 100 % unless it is 100 %; `None` where nothing is known.
    pub fn shown(self) -> Option<String> {
        let tenths = self.parts(1_000)?;
        let (n, d) = (u128::from(self.numerator), u128::from(self.denominator));
        if n == d {
            return Some("100 %".to_owned());
        }
        if n * 100 <= d * 99 || tenths > 1_000 {
            return Some(format!("{}.{} %", tenths / 10, tenths % 10));
        }
        let hundredths = self.parts(10_000)?;
        // As near to 100 % as it can be without being it.
        let hundredths = if n < d { hundredths.min(9_999) } else { hundredths.max(10_001) };
        Some(format!("{}.{:02} %", hundredths / 100, hundredths % 100))
    }

    /// The rate in parts of `whole`, rounded to the nearest, halves up.
    fn parts(self, whole: u64) -> Option<u64> {
        let (n, d) = (u128::from(self.numerator), u128::from(self.denominator));
        let doubled = (n * u128::from(whole) * 2 + d).checked_div(d * 2)?;
        u64::try_from(doubled).ok()
    }
}

/// The figures of a set of needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// How many needs were handed in.
    pub needs: u64,
    /// Of how many different enterprises.
    pub enterprises: u64,
    /// Response rate.
    pub response: Rate,
    /// Resolution rate.
    pub resolution: Rate,
    /// Satisfaction.
    pub satisfaction: Rate,
    /// On-time rate.
    pub on_time: Rate,
    /// Imported rate.
    pub imported: Rate,
}

/// At which moments things happened to a need, in its round of that time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Course {
    /// When a unit first took it on.
    pub responded_at: Option<DateTime<Utc>>,
    /// When the clock began.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// Moment by which it must be answered.
    pub due_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When the answer was rated.
    pub rated_at: Option<DateTime<Utc>>,
    /// The stars.
    pub rating: Option<u8>,
    /// When it came to an end.
    pub closed_at: Option<DateTime<Utc>>,
    /// Since when it has a number on the city's platform.
    pub imported_at: Option<DateTime<Utc>>,
}

/// When figures are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// What happened before this moment counts: the end of a day.
    pub end: DateTime<Utc>,
    /// What was due before this moment is late: that end, or the present while the day lasts.
    pub clock: DateTime<Utc>,
}

/// What a need counts as in a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// In numerator and denominator.
    Yes,
    /// In the denominator.
    No,
    /// Pending; in the denominator of the imported rate.
    Pending,
    /// Not at all.
    Out,
}

/// What a need that was handed in counts as in `figure`.
pub fn judge(figure: Figure, course: &Course, as_of: AsOf) -> Verdict {
    let before = |at: Option<DateTime<Utc>>| at.filter(|at| *at < as_of.end);
    let sent = before(course.dispatched_at);
    // What stands from an earlier round is older than the dispatch of this one.
    let answered = before(course.answered_at).filter(|at| sent.is_none_or(|sent| *at >= sent));
    let rated = answered
        .and_then(|answered| before(course.rated_at).filter(|at| *at >= answered))
        .and(course.rating);
    let is_good = rated.map(|stars| stars >= 3);
    let is_ended = before(course.closed_at).is_some();
    let is_late = answered.is_none() && course.due_at.is_some_and(|due| due < as_of.clock);
    match figure {
        Figure::Response | Figure::OnTime if sent.is_none() => Verdict::Out,
        Figure::Resolution if sent.or(answered).is_none() => Verdict::Out,
        Figure::Response => {
            let has_responded = before(course.responded_at).or(answered).is_some();
            if has_responded { Verdict::Yes } else { no_or_pending(is_late) }
        }
        Figure::Resolution => match (is_good, answered.is_some(), is_ended) {
            (Some(true), _, _) | (None, true, true) => Verdict::Yes,
            (Some(false), _, _) | (None, false, true) => Verdict::No,
            (None, _, false) => no_or_pending(is_late),
        },
        Figure::Satisfaction => match (is_good, answered) {
            (Some(true), _) => Verdict::Yes,
            (Some(false), _) => Verdict::No,
            (None, Some(_)) => Verdict::Pending,
            (None, None) => Verdict::Out,
        },
        Figure::OnTime => match answered {
            Some(at) if course.due_at.is_none_or(|due| at <= due) => Verdict::Yes,
            Some(_) => Verdict::No,
            None => no_or_pending(is_late),
        },
        Figure::Imported => match (before(course.imported_at), is_ended) {
            (Some(_), _) => Verdict::Yes,
            (None, false) => Verdict::Pending,
            (None, true) if sent.or(answered).is_none() => Verdict::Out,
            (None, true) => Verdict::No,
        },
    }
}

const fn no_or_pending(is_late: bool) -> Verdict {
    if is_late { Verdict::No } else { Verdict::Pending }
}

/// Whose needs a caller gets figures about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// Needs the caller reads in full: any figure, in any division. Whoever reads the rows may add
    /// them up.
    Full(Visibility),
    /// Needs the caller sees in part: totals of whole quarters, withheld where they are about few
    /// enterprises.
    Totals(Visibility),
}

/// Whose needs `actor` gets figures about; `None` where they get none.
pub fn reach(actor: &Actor) -> Option<Reach> {
    let (reads, sees) = (policy::reading(actor), policy::visibility(actor));
    match (reads, sees) {
        (Visibility::Nothing | Visibility::Published, sees) => match sees {
            Visibility::Committee(_) | Visibility::Region(_) | Visibility::Zone(_) => {
                Some(Reach::Totals(sees))
            }
            Visibility::All
            | Visibility::Group(_)
            | Visibility::Enterprise(_)
            | Visibility::Organisation(_)
            | Visibility::Published
            | Visibility::Nothing => None,
        },
        (reads, _) => Some(Reach::Full(reads)),
    }
}

words! {
    /// Whose turn it is with a need.
    pub enum Turn {
        /// The secretariat's: to triage, to dispatch, to seek, to close.
        Secretariat = "secretariat",
        /// The unit's in charge: to accept, to work, to answer.
        Unit = "unit",
        /// The enterprise's: to hand in or to rate.
        Enterprise = "enterprise",
        /// Nobody's: it rests or has ended.
        Nobody = "nobody",
    }
}

/// Whose turn it is in `stage`; a counterpart is sought by the unit in charge if there is one.
pub const fn turn(stage: NeedStage, has_handler: bool) -> Turn {
    match stage {
        NeedStage::Matching if has_handler => Turn::Unit,
        NeedStage::Submitted
        | NeedStage::Triaged
        | NeedStage::SentBack
        | NeedStage::Matching
        | NeedStage::Rated
        | NeedStage::Reopened => Turn::Secretariat,
        NeedStage::Dispatched
        | NeedStage::Accepted
        | NeedStage::InProgress
        | NeedStage::Whistled => Turn::Unit,
        NeedStage::Draft | NeedStage::Answered => Turn::Enterprise,
        NeedStage::Suspended
        | NeedStage::Excluded
        | NeedStage::Merged
        | NeedStage::Expired
        | NeedStage::Closed => Turn::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::{Body, Role};
    use crate::ids::{ChainCommitteeId, EnterpriseId};

    fn rate(numerator: u64, denominator: u64) -> Rate {
        Rate { numerator, denominator, pending: 0 }
    }

    #[test]
    fn rates_are_shown_with_one_decimal_and_with_two_above_99_per_cent() {
        let cases = [
            (1_009, 1_033, 9_768, "97.7 %"),
            (1_010, 1_033, 9_777, "97.8 %"),
            (815, 816, 9_988, "99.88 %"),
            (816, 816, 10_000, "100 %"),
            (0, 816, 0, "0.0 %"),
            (99, 100, 9_900, "99.0 %"),
            (9_901, 10_000, 9_901, "99.01 %"),
            (10, 17, 5_882, "58.8 %"),
            (1, 8, 1_250, "12.5 %"),
            (1, 16, 625, "6.3 %"),
            (99_999, 100_000, 10_000, "99.99 %"),
            (100_001, 100_000, 10_000, "100.01 %"),
            (1_006, 1_000, 10_060, "100.6 %"),
            (210, 100, 21_000, "210.0 %"),
        ];
        for (numerator, denominator, basis_points, shown) in cases {
            let rate = rate(numerator, denominator);
            let got = (rate.basis_points(), rate.shown());
            assert_eq!(got, (Some(basis_points), Some(shown.to_owned())), "{rate:?}");
        }
        assert_eq!((rate(0, 0).basis_points(), rate(0, 0).shown()), (None, None));
        assert_eq!(rate(u64::MAX, u64::MAX).shown().as_deref(), Some("100 %"));
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!(rate(1, 20_000).basis_points(), Some(1));
        assert_eq!(rate(1, 20_001).basis_points(), Some(0));
        assert_eq!(rate(3, 20_000).basis_points(), Some(2));
    }

    fn at(day: i64) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(1_767_225_600 + day * 86_400, 0)
    }

    fn as_of(day: i64) -> AsOf {
        AsOf { end: at(day).unwrap(), clock: at(day).unwrap() }
    }

    /// Dispatched on day 1, due on day 5, taken on on day 2, answered on day 4, rated on day 8 with
    /// five stars, closed on day 9, with a number since day 3.
    fn course() -> Course {
        Course {
            responded_at: at(2),
            dispatched_at: at(1),
            due_at: at(5),
            answered_at: at(4),
            rated_at: at(8),
            closed_at: at(9),
            imported_at: at(3),
            rating: Some(5),
        }
    }

    #[test]
    fn a_need_counts_by_what_had_happened_by_then() {
        use Verdict::{Out, Pending, Yes};
        // Day, then response, resolution, satisfaction, on time, imported.
        let cases = [
            (1, [Out, Out, Out, Out, Pending]),
            (2, [Pending, Pending, Out, Pending, Pending]),
            (3, [Yes, Pending, Out, Pending, Pending]),
            (4, [Yes, Pending, Out, Pending, Yes]),
            (5, [Yes, Pending, Pending, Yes, Yes]),
            (8, [Yes, Pending, Pending, Yes, Yes]),
            (9, [Yes, Yes, Yes, Yes, Yes]),
            (99, [Yes, Yes, Yes, Yes, Yes]),
        ];
        for (day, want) in cases {
            let got = Figure::ALL.iter().map(|&figure| judge(figure, &course(), as_of(day)));
            assert_eq!(got.collect::<Vec<_>>(), want, "day {day}");
        }
    }

    #[test]
    fn what_went_wrong_stays_in_the_denominator() {
        use Figure::{Imported, OnTime, Resolution, Response, Satisfaction};
        use Verdict::{No, Out, Pending, Yes};
        let silent = Course { dispatched_at: at(1), due_at: at(5), ..Course::default() };
        let poor = Course { rating: Some(2), ..course() };
        let late = Course { answered_at: at(6), ..course() };
        let unrated = Course { rated_at: None, rating: None, ..course() };
        let unsent = Course { closed_at: at(2), ..Course::default() };
        let lapsed = Course { closed_at: at(4), ..silent };
        // Taken up again on day 9 and sent to another unit on day 10.
        let again = Course { dispatched_at: at(10), due_at: at(20), closed_at: None, ..poor };
        let cases = [
            ("due, silent", silent, Response, 6, No),
            ("not yet due", silent, Response, 5, Pending),
            ("due, silent", silent, Resolution, 6, No),
            ("due, silent", silent, OnTime, 6, No),
            ("due, silent", silent, Satisfaction, 6, Out),
            ("two stars", poor, Satisfaction, 9, No),
            ("two stars, closed", poor, Resolution, 99, No),
            ("two stars", poor, OnTime, 9, Yes),
            ("a day late", late, OnTime, 9, No),
            ("a day late", late, Resolution, 9, Yes),
            ("closed unrated", unrated, Resolution, 99, Yes),
            ("closed unrated", unrated, Satisfaction, 99, Pending),
            ("excluded", unsent, Imported, 3, Out),
            ("before it was excluded", unsent, Imported, 2, Pending),
            ("lapsed", lapsed, Resolution, 5, No),
            ("lapsed", lapsed, Imported, 5, No),
            ("second round", again, Satisfaction, 12, Out),
            ("second round", again, OnTime, 12, Pending),
            ("second round", again, Response, 12, Yes),
        ];
        for (name, course, figure, day, want) in cases {
            assert_eq!(judge(figure, &course, as_of(day)), want, "{name}: {figure} on day {day}");
        }
    }

    #[test]
    fn while_a_day_lasts_what_is_due_in_it_is_not_late() {
        let silent = Course { dispatched_at: at(1), due_at: at(5), ..Course::default() };
        let noon = AsOf { end: at(6).unwrap(), clock: at(5).unwrap() };
        assert_eq!(judge(Figure::OnTime, &silent, noon), Verdict::Pending);
    }

    #[test]
    fn who_reads_needs_in_full_gets_figures_and_who_sees_a_part_gets_totals() {
        let actor = |role, body| Actor { subject: "t".to_owned(), role, body };
        let committee = ChainCommitteeId::from(5);
        let of = || Some(Body::Committee(committee));
        let firm = EnterpriseId::from(1);
        let own = || Some(Body::Enterprise(firm));
        let cases = [
            (actor(Role::Coordinator, None), Some(Reach::Full(Visibility::All))),
            (actor(Role::Auditor, None), Some(Reach::Full(Visibility::All))),
            (
                actor(Role::CommitteeSecretary, of()),
                Some(Reach::Full(Visibility::Committee(committee))),
            ),
            (actor(Role::Enterprise, own()), Some(Reach::Full(Visibility::Enterprise(firm)))),
            (actor(Role::GroupHeadquarters, own()), Some(Reach::Full(Visibility::Group(firm)))),
            (
                actor(Role::RotatingChair, of()),
                Some(Reach::Totals(Visibility::Committee(committee))),
            ),
            (actor(Role::SystemAdmin, None), None),
            (Actor::public(), None),
        ];
        for (actor, want) in cases {
            assert_eq!(reach(&actor), want, "{actor:?}");
        }
    }
}
