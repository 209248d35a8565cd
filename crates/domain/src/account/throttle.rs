//! How fast somebody may try to sign in.
//!
//! Failures are counted three ways: for one account from one address, for one account from
//! anywhere, and from one address for any account. Each has a number that is free; after that the
//! wait doubles with every failure up to a limit. Nobody is locked out for ever, and an address
//! from which the account was signed in to before is spared the count from anywhere, so that a
//! stranger cannot shut its owner out.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

/// How far back failures count.
pub const WINDOW: TimeDelta = TimeDelta::hours(24);

/// Failures of one kind within [`WINDOW`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Option<DateTime<Utc>>,
}

/// What happened lately around one attempt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recent {
    /// This account from this address, since its last success.
    pub pair: Tally,
    /// This account from anywhere, since its last success.
    pub account: Tally,
    /// Any account from this address.
    pub address: Tally,
    /// Whether this account was signed in to from this address before.
    pub is_known: bool,
}

/// How many failures are free, the first wait after that, and the longest.
struct Rule {
    free: u32,
    first: TimeDelta,
    longest: TimeDelta,
}

const PAIR: Rule = Rule { free: 5, first: TimeDelta::seconds(30), longest: TimeDelta::minutes(15) };
const ACCOUNT: Rule =
    Rule { free: 20, first: TimeDelta::seconds(30), longest: TimeDelta::minutes(20) };
/// A whole office may stand behind one address.
const ADDRESS: Rule =
    Rule { free: 50, first: TimeDelta::seconds(10), longest: TimeDelta::minutes(5) };

/// Too many attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("too many attempts; try again after {until}")]
pub struct Throttled {
    /// The first moment at which an attempt is taken again.
    pub until: DateTime<Utc>,
}

impl Rule {
    fn until(&self, tally: Tally) -> Option<DateTime<Utc>> {
        let over = tally.failures.checked_sub(self.free)?;
        let wait = self.first * 2_i32.checked_pow(over.min(20))?;
        tally.last_at.map(|last| last + wait.min(self.longest))
    }
}

/// Whether an attempt is taken at `now`, this attempt not counted among `recent`.
///
/// # Errors
///
/// [`Throttled`] with the moment at which the last of the waits is over.
pub fn check(recent: &Recent, now: DateTime<Utc>) -> Result<(), Throttled> {
    let account = if recent.is_known { None } else { ACCOUNT.until(recent.account) };
    let waits = [PAIR.until(recent.pair), account, ADDRESS.until(recent.address)];
    match waits.into_iter().flatten().max() {
        Some(until) if now < until => Err(Throttled { until }),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn tally(failures: u32) -> Tally {
        Tally { failures, last_at: Some(at(0)) }
    }

    #[test]
    fn waits_begin_after_the_free_failures_double_and_end_somewhere() {
        let none = Recent::default();
        let pair = |n| Recent { pair: tally(n), ..none };
        let account = |n, is_known| Recent { account: tally(n), is_known, ..none };
        let address = |n| Recent { address: tally(n), ..none };
        let cases = [
            ("nothing happened", none, None),
            ("four failures", pair(4), None),
            ("five failures", pair(5), Some(30)),
            ("six failures", pair(6), Some(60)),
            ("many failures", pair(1_000), Some(900)),
            ("an account from anywhere", account(20, false), Some(30)),
            ("an account from anywhere, at home", account(90, true), None),
            ("an office", address(49), None),
            ("one address, many accounts", address(50), Some(10)),
            ("the longest wait of an address", address(99), Some(300)),
        ];
        for (name, recent, wait) in cases {
            let want = wait.map_or(Ok(()), |until| Err(Throttled { until: at(until) }));
            assert_eq!(check(&recent, at(0)), want, "{name}");
            if let Some(until) = wait {
                assert_eq!(check(&recent, at(until)), Ok(()), "{name}, afterwards");
            }
        }
    }

    #[test]
    fn a_day_of_guessing_is_a_hundred_attempts_at_most() {
        let (mut now, mut failures) = (at(0), 0);
        let mut last_at = None;
        while now < at(0) + WINDOW {
            let recent = Recent { account: Tally { failures, last_at }, ..Recent::default() };
            match check(&recent, now) {
                Ok(()) => {
                    failures += 1;
                    last_at = Some(now);
                }
                Err(Throttled { until }) => now = until,
            }
        }
        assert!(failures <= 100, "{failures}");
    }
}
