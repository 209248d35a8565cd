//! Deadlines 时限: a profile says how long a unit has to respond and to answer, by the kind of need,
//! and the calendar makes a moment of it.
//!
//! Profiles are data. Three are shipped; an administrator sets others, and each committee goes by the
//! one chosen for it or by the default.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::calendar::{self, CalendarError, WorkCalendar};
use crate::need::NeedKind;
use crate::words;

/// The profile that is the default until another is chosen.
pub const DEFAULT_PROFILE: &str = "ZHUHAI_124";
/// Longest name of a profile.
const MAX_NAME: usize = 40;
/// Longest title of a profile in characters.
const MAX_TITLE: usize = 200;
/// Longest span.
const MAX_AMOUNT: u32 = 1_000;

words! {
    /// What a span is counted in.
    pub enum SpanUnit {
        /// Hours while the office is open 工作小时.
        WorkingHour = "working_hour",
        /// Days on which people work 工作日: the first is the one after, the last ends when the office
        /// closes.
        WorkingDay = "working_day",
        /// Hours by the clock 小时.
        ClockHour = "clock_hour",
        /// Days of the calendar 自然日: the first is the one after, the last ends at 24:00.
        CalendarDay = "calendar_day",
    }
}

/// A length of time, such as 2 working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many, 1 to 1000.
    pub amount: u32,
    /// Of what.
    pub unit: SpanUnit,
}

impl Span {
    /// `amount` of `unit`.
    pub const fn new(amount: u32, unit: SpanUnit) -> Self {
        Self { amount, unit }
    }

    /// When a span that begins at `from` is over.
    ///
    /// # Errors
    ///
    /// [`CalendarError::YearNotLoaded`] for spans of working time.
    pub fn end(
        self,
        from: DateTime<Utc>,
        calendar: &WorkCalendar,
    ) -> Result<DateTime<Utc>, CalendarError> {
        match self.unit {
            SpanUnit::WorkingHour => calendar.add_minutes(from, self.amount.saturating_mul(60)),
            SpanUnit::WorkingDay => calendar.add_days(from, self.amount),
            SpanUnit::ClockHour => Ok(from + TimeDelta::hours(self.amount.into())),
            SpanUnit::CalendarDay => Ok(calendar::end_of_day(from, self.amount)),
        }
    }
}

/// How long a unit has 时限规则.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadlineProfile {
    /// Its name: capitals, digits and underscores, 1 to 40.
    pub name: String,
    /// What people call it, 1 to 200 characters.
    pub title: String,
    /// Time to respond 响应: to accept the need or send it back.
    pub respond: Span,
    /// Time to answer needs of these kinds.
    pub answers: BTreeMap<NeedKind, Span>,
    /// Time to answer all others.
    pub answer: Span,
}

/// By when a unit must respond and answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Moment by which it must respond; never after `answer_by`.
    pub respond_by: DateTime<Utc>,
    /// Moment by which it must answer.
    pub answer_by: DateTime<Utc>,
}

/// Why a profile cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// A name of other letters, or too long.
    #[error("{0:?} is no name of a profile; use 1 to 40 capitals, digits and underscores")]
    Name(String),
    /// A title that is empty or too long.
    #[error("the title has {length} characters; it needs 1 to {MAX_TITLE}")]
    Title {
        /// How many it has.
        length: usize,
    },
    /// A span of nothing, or of years.
    #[error("{0} is no length of time; give 1 to {MAX_AMOUNT}")]
    Amount(u32),
}

impl DeadlineProfile {
    /// Checks what a person wrote.
    ///
    /// # Errors
    ///
    /// See [`ProfileError`].
    pub fn check(&self) -> Result<(), ProfileError> {
        let is_plain =
            |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        if !(1..=MAX_NAME).contains(&self.name.len()) || !self.name.bytes().all(is_plain) {
            return Err(ProfileError::Name(self.name.chars().take(MAX_NAME).collect()));
        }
        let length = self.title.trim().chars().count();
        if !(1..=MAX_TITLE).contains(&length) {
            return Err(ProfileError::Title { length });
        }
        let spans = self.answers.values().chain([&self.respond, &self.answer]);
        let wrong = spans.map(|span| span.amount).find(|n| !(1..=MAX_AMOUNT).contains(n));
        wrong.map_or(Ok(()), |amount| Err(ProfileError::Amount(amount)))
    }

    /// Time to answer a need of `kind`.
    pub fn answer_span(&self, kind: NeedKind) -> Span {
        self.answers.get(&kind).copied().unwrap_or(self.answer)
    }

    /// By when a need of `kind` dispatched at `from` must be responded to and answered.
    ///
    /// # Errors
    ///
    /// [`CalendarError::YearNotLoaded`] if the calendar does not reach far enough.
    pub fn deadlines(
        &self,
        kind: NeedKind,
        from: DateTime<Utc>,
        calendar: &WorkCalendar,
    ) -> Result<Deadlines, CalendarError> {
        let answer_by = self.answer_span(kind).end(from, calendar)?;
        let respond_by = self.respond.end(from, calendar)?.min(answer_by);
        Ok(Deadlines { respond_by, answer_by })
    }
}

/// The profiles that come with the program.
///
/// - `ZHUHAI_124`: the "124" of Zhuhai (2023): respond in 1 working hour, answer consultations in 2
///   working days and all else in 4.
/// - `SHENZHEN_2020`: policy questions within 24 hours by the clock, all else within 3 working days.
///   The source sets no time to respond; it is one working day here, and never after the answer.
/// - `PLAIN_DAYS`: days of the calendar to 24:00, as in Jungar Banner: sign within one, answer
///   within seven. Needs no calendar.
pub fn shipped() -> Vec<DeadlineProfile> {
    use SpanUnit::{CalendarDay, ClockHour, WorkingDay};
    let profile =
        |name: &str, title: &str, respond, policy: Option<Span>, answer| DeadlineProfile {
            name: name.to_owned(),
            title: title.to_owned(),
            respond,
            answers: policy.map(|span| (NeedKind::Policy, span)).into_iter().collect(),
            answer,
        };
    vec![
        profile(
            "PLAIN_DAYS",
            "自然日：1 日内签收，7 日内答复",
            Span::new(1, CalendarDay),
            None,
            Span::new(7, CalendarDay),
        ),
        profile(
            "SHENZHEN_2020",
            "深圳：政策咨询 24 小时，其他 3 个工作日",
            Span::new(1, WorkingDay),
            Some(Span::new(24, ClockHour)),
            Span::new(3, WorkingDay),
        ),
        default_profile(),
    ]
}

/// The shipped profile that is the default.
pub fn default_profile() -> DeadlineProfile {
    DeadlineProfile {
        name: DEFAULT_PROFILE.to_owned(),
        title: "珠海“124”：1 小时响应，咨询 2 个工作日，其他 4 个工作日".to_owned(),
        respond: Span::new(1, SpanUnit::WorkingHour),
        answers: [(NeedKind::Policy, Span::new(2, SpanUnit::WorkingDay))].into(),
        answer: Span::new(4, SpanUnit::WorkingDay),
    }
}

/// Whether `actor` keeps calendars and profiles: coordinators, and administrators, since neither is
/// business data.
pub fn may_keep(actor: &Actor) -> bool {
    match actor.role {
        Role::Coordinator | Role::SystemAdmin => true,
        Role::Enterprise
        | Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::CommitteeSecretary
        | Role::DistrictHost
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::Public => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::tests::{at, calendar};

    fn named(name: &str) -> DeadlineProfile {
        shipped().into_iter().find(|profile| profile.name == name).unwrap()
    }

    #[test]
    fn the_shipped_profiles_give_the_moments_their_cities_promise() {
        use NeedKind::{Facilities, Policy};
        let calendar = calendar();
        // Name, kind, dispatched, respond by, answer by; local time.
        let cases = [
            ("ZHUHAI_124", Policy, "03-02 09:00", "03-02 10:00", "03-04 18:00"),
            ("ZHUHAI_124", Facilities, "03-02 09:00", "03-02 10:00", "03-06 18:00"),
            ("ZHUHAI_124", Facilities, "03-06 17:30", "03-09 09:30", "03-12 18:00"),
            // The Saturday after Spring Festival works.
            ("ZHUHAI_124", Facilities, "02-27 11:30", "02-27 14:30", "03-04 18:00"),
            ("ZHUHAI_124", Policy, "09-30 17:15", "10-08 09:15", "10-09 18:00"),
            ("SHENZHEN_2020", Policy, "03-06 17:30", "03-07 17:30", "03-07 17:30"),
            ("SHENZHEN_2020", Policy, "03-02 09:10", "03-03 09:10", "03-03 09:10"),
            ("SHENZHEN_2020", Facilities, "03-06 17:30", "03-09 18:00", "03-11 18:00"),
            ("PLAIN_DAYS", Policy, "09-30 17:15", "10-02 00:00", "10-08 00:00"),
            ("PLAIN_DAYS", Facilities, "03-02 00:00", "03-04 00:00", "03-10 00:00"),
        ];
        for (name, kind, from, respond_by, answer_by) in cases {
            let got = named(name).deadlines(kind, at(from), &calendar).unwrap();
            let want = Deadlines { respond_by: at(respond_by), answer_by: at(answer_by) };
            assert_eq!(got, want, "{name} {kind} {from}");
        }
    }

    #[test]
    fn days_by_the_clock_need_no_calendar_and_working_days_do() {
        let none = WorkCalendar::default();
        let from = at("03-02 09:00");
        assert!(named("PLAIN_DAYS").deadlines(NeedKind::Talent, from, &none).is_ok());
        for name in ["ZHUHAI_124", "SHENZHEN_2020"] {
            let got = named(name).deadlines(NeedKind::Talent, from, &none);
            assert_eq!(got, Err(CalendarError::YearNotLoaded { year: 2026 }), "{name}");
        }
    }

    #[test]
    fn a_profile_has_a_plain_name_a_title_and_spans() {
        for profile in shipped() {
            assert_eq!(profile.check(), Ok(()), "{}", profile.name);
        }
        let good = named(DEFAULT_PROFILE);
        let nothing = Span::new(0, SpanUnit::WorkingDay);
        let cases = [
            (
                DeadlineProfile { name: "zhuhai".to_owned(), ..good.clone() },
                ProfileError::Name("zhuhai".to_owned()),
            ),
            (
                DeadlineProfile { name: String::new(), ..good.clone() },
                ProfileError::Name(String::new()),
            ),
            (
                DeadlineProfile { title: " ".to_owned(), ..good.clone() },
                ProfileError::Title { length: 0 },
            ),
            (DeadlineProfile { answer: nothing, ..good.clone() }, ProfileError::Amount(0)),
            (
                DeadlineProfile { respond: Span::new(1_001, SpanUnit::ClockHour), ..good.clone() },
                ProfileError::Amount(1_001),
            ),
        ];
        for (profile, want) in cases {
            assert_eq!(profile.check(), Err(want));
        }
    }

    #[test]
    fn coordinators_and_administrators_keep_them() {
        let keepers: Vec<Role> = Role::ALL
            .iter()
            .copied()
            .filter(|role| may_keep(&Actor { subject: "t".to_owned(), role: *role, body: None }))
            .collect();
        assert_eq!(keepers, [Role::Coordinator, Role::SystemAdmin]);
    }
}
