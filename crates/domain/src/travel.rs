//! How long the way from one division to another takes 车程.
//!
//! The way there takes as long as the way back. Coordinators enter the times; what nobody entered is not
//! known and never guessed.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::region::RegionCode;

/// Longest way in minutes.
pub const MAX_MINUTES: u16 = 1_440;
/// Most times in one change.
pub const MAX_TIMES: usize = 500;

/// The way between two divisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    /// The lower code.
    pub near: RegionCode,
    /// The higher code.
    pub far: RegionCode,
}

impl Way {
    /// The way between two divisions, whichever is named first.
    ///
    /// # Errors
    ///
    /// [`TravelError::Same`].
    pub fn between(one: RegionCode, other: RegionCode) -> Result<Self, TravelError> {
        match one.cmp(&other) {
            std::cmp::Ordering::Less => Ok(Self { near: one, far: other }),
            std::cmp::Ordering::Greater => Ok(Self { near: other, far: one }),
            std::cmp::Ordering::Equal => Err(TravelError::Same(one)),
        }
    }
}

/// How long a way takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TravelTime {
    /// From where to where.
    pub way: Way,
    /// Minutes, 1 to [`MAX_MINUTES`].
    pub minutes: u16,
}

/// What is wrong with times.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TravelError {
    /// One division twice.
    #[error("{0} stands at both ends; name two divisions")]
    Same(RegionCode),
    /// A time out of range.
    #[error("{minutes} minutes from {from} to {to}; write 1 to {MAX_MINUTES}, or null to remove")]
    Minutes {
        /// One end.
        from: RegionCode,
        /// The other end.
        to: RegionCode,
        /// What was written.
        minutes: i64,
    },
    /// None, or too many.
    #[error("{0} times; write 1 to {MAX_TIMES} in one change")]
    Count(usize),
    /// One way twice.
    #[error("the way from {0} to {1} is there twice")]
    Twice(RegionCode, RegionCode),
    /// A code nobody knows.
    #[error("no division has the code {0}")]
    Unknown(RegionCode),
}

/// Checks times as people wrote them; `None` removes one.
///
/// # Errors
///
/// See [`TravelError`].
pub fn check(
    written: &[(RegionCode, RegionCode, Option<i64>)],
) -> Result<BTreeMap<Way, Option<u16>>, TravelError> {
    if !(1..=MAX_TIMES).contains(&written.len()) {
        return Err(TravelError::Count(written.len()));
    }
    let mut times = BTreeMap::new();
    for &(from, to, minutes) in written {
        let way = Way::between(from, to)?;
        let minutes = minutes.map(|minutes| {
            let fits = u16::try_from(minutes).ok().filter(|m| (1..=MAX_MINUTES).contains(m));
            fits.ok_or(TravelError::Minutes { from, to, minutes })
        });
        if times.insert(way, minutes.transpose()?).is_some() {
            return Err(TravelError::Twice(from, to));
        }
    }
    Ok(times)
}

/// The shortest known way between two sides, of all their divisions; where a district has no time of
/// its own, that of its city to another city. None if nothing is known, or both are in one division.
pub fn shortest(
    known: &BTreeMap<Way, u16>,
    one: &[RegionCode],
    other: &[RegionCode],
) -> Option<u16> {
    let minutes = |a: RegionCode, b: RegionCode| {
        let time = |a, b| known.get(&Way::between(a, b).ok()?).copied();
        time(a, b).or_else(|| time(a.city(), b.city()))
    };
    if one.iter().any(|code| other.contains(code)) {
        return None;
    }
    one.iter().flat_map(|&a| other.iter().filter_map(move |&b| minutes(a, b))).min()
}

/// Whether `actor` may write times: coordinators.
pub fn may_write(actor: &Actor) -> bool {
    actor.role == Role::Coordinator
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_written_is_checked_whole() {
        let (a, b, c) = (code("440304"), code("440305"), code("440306"));
        let ok = check(&[(b, a, Some(30)), (b, c, None), (a, c, Some(1_440))]).unwrap();
        let want = [
            (Way { near: a, far: b }, Some(30)),
            (Way { near: a, far: c }, Some(1_440)),
            (Way { near: b, far: c }, None),
        ];
        assert_eq!(ok, BTreeMap::from(want));
        let bad = |minutes| TravelError::Minutes { from: a, to: b, minutes };
        let cases = [
            (vec![], TravelError::Count(0)),
            (vec![(a, b, Some(1)); 501], TravelError::Count(501)),
            (vec![(a, a, Some(1))], TravelError::Same(a)),
            (vec![(a, b, Some(0))], bad(0)),
            (vec![(a, b, Some(1_441))], bad(1_441)),
            (vec![(a, b, Some(-7))], bad(-7)),
            (vec![(a, b, Some(1)), (b, a, None)], TravelError::Twice(b, a)),
        ];
        for (written, want) in cases {
            assert_eq!(check(&written), Err(want));
        }
    }

    #[test]
    fn the_shortest_way_counts_and_cities_stand_for_their_districts() {
        let way = |a, b| Way::between(code(a), code(b)).unwrap();
        let known = BTreeMap::from([
            (way("440304", "440305"), 25),
            (way("440304", "440306"), 50),
            (way("440300", "441900"), 70),
            (way("440304", "441900"), 60),
        ]);
        let codes = |list: &[&str]| list.iter().map(|text| code(text)).collect::<Vec<_>>();
        let cases = [
            (vec!["440304"], vec!["440305"], Some(25)),
            (vec!["440305", "440306"], vec!["440304"], Some(25)),
            (vec!["440305"], vec!["440306"], None),
            (vec!["440305"], vec!["441900"], Some(70)),
            (vec!["440304"], vec!["441900"], Some(60)),
            (vec!["440304"], vec!["440304", "440305"], None),
            (vec![], vec!["440305"], None),
        ];
        for (one, other, want) in cases {
            assert_eq!(shortest(&known, &codes(&one), &codes(&other)), want, "{one:?} {other:?}");
        }
    }
}
