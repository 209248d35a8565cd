//! Red credit 红色信用: how a city rates the standing of an enterprise in its Party-building and
//! integrity scheme. It may speak for an enterprise in suggestions, a little, and only where the
//! weights in force say so.

use chrono::NaiveDate;
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::ids::EnterpriseId;

/// Highest rating.
pub const MAX_POINTS: u8 = 100;
/// Longest name of a source in characters.
pub const MAX_SOURCE: usize = 200;

/// Points of a rating, 0 to [`MAX_POINTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CreditPoints(u8);

impl CreditPoints {
    /// The points, if there are so many.
    ///
    /// # Errors
    ///
    /// [`CreditError::Points`] below 0 or above [`MAX_POINTS`].
    pub fn new(points: i64) -> Result<Self, CreditError> {
        let narrow = u8::try_from(points).ok().filter(|points| *points <= MAX_POINTS);
        narrow.map(Self).ok_or(CreditError::Points(points))
    }

    /// The number.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// The rating of an enterprise; each has one at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedCredit {
    /// Whose.
    pub enterprise: EnterpriseId,
    /// How many points.
    pub points: CreditPoints,
    /// Day of the rating.
    pub rated_on: NaiveDate,
    /// Last day on which it holds; `None` until it is rated again.
    pub until_on: Option<NaiveDate>,
    /// Who rated, such as a committee or a bureau.
    pub source: String,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why a rating was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CreditError {
    /// Points that do not exist.
    #[error("{0} points; a rating has 0 to {MAX_POINTS}")]
    Points(i64),
    /// It would end before it begins.
    #[error("the rating of {rated_on} would hold until {until_on}, before it was given")]
    Ends {
        /// Day of the rating.
        rated_on: NaiveDate,
        /// Last day on which it would hold.
        until_on: NaiveDate,
    },
    /// Rated on a day to come.
    #[error("the rating is of {rated_on}; today is {today}")]
    Early {
        /// Day of the rating.
        rated_on: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// A source that is empty or too long.
    #[error("source has {0} characters; it needs 1 to {MAX_SOURCE}: say who rated")]
    Source(usize),
}

impl RedCredit {
    /// Whether it holds on `day`.
    pub fn stands_on(&self, day: NaiveDate) -> bool {
        self.rated_on <= day && self.until_on.is_none_or(|until| day <= until)
    }

    /// Checks days and source.
    ///
    /// # Errors
    ///
    /// The first [`CreditError`] found.
    pub fn check(&self, today: NaiveDate) -> Result<(), CreditError> {
        let rated_on = self.rated_on;
        if rated_on > today {
            return Err(CreditError::Early { rated_on, today });
        }
        if let Some(until_on) = self.until_on.filter(|until| *until < rated_on) {
            return Err(CreditError::Ends { rated_on, until_on });
        }
        let length = self.source.trim().chars().count();
        if (1..=MAX_SOURCE).contains(&length) { Ok(()) } else { Err(CreditError::Source(length)) }
    }
}

/// Whether `actor` may rate enterprises: coordinators.
pub fn may_rate(actor: &Actor) -> bool {
    actor.role == Role::Coordinator
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn rating() -> RedCredit {
        RedCredit {
            enterprise: 1.into(),
            points: CreditPoints::new(86).unwrap(),
            rated_on: day(2),
            until_on: Some(day(9)),
            source: "家纺产业链党委".to_owned(),
            version: 1,
        }
    }

    #[test]
    fn a_rating_holds_from_its_day_to_its_last() {
        let held: Vec<u32> = (1..=12).filter(|one| rating().stands_on(day(*one))).collect();
        assert_eq!(held, (2..=9).collect::<Vec<_>>());
        assert!(RedCredit { until_on: None, ..rating() }.stands_on(day(30)));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_the_reason() {
        assert_eq!(CreditPoints::new(101), Err(CreditError::Points(101)));
        assert_eq!(CreditPoints::new(-1), Err(CreditError::Points(-1)));
        assert_eq!(CreditPoints::new(100).unwrap().get(), 100);
        assert_eq!(rating().check(day(2)), Ok(()));
        let early = CreditError::Early { rated_on: day(2), today: day(1) };
        assert_eq!(rating().check(day(1)), Err(early));
        let ends = RedCredit { until_on: Some(day(1)), ..rating() }.check(day(5));
        assert_eq!(ends, Err(CreditError::Ends { rated_on: day(2), until_on: day(1) }));
        let nobody = RedCredit { source: " ".to_owned(), ..rating() };
        assert_eq!(nobody.check(day(5)), Err(CreditError::Source(0)));
    }
}
