//! How recently somebody confirmed that the candidate still stands.

use crate::score::{Criterion, Evidence, Points, Reason, fraction};

/// Most points: confirmed today or in the last 30 days.
pub const MOST: Points = 500;

/// As good as new.
const FRESH_DAYS: u32 = 30;
/// Expired; the same number of days after which an unconfirmed need expires.
const STALE_DAYS: u32 = 90;

/// 500 up to 30 days, then falling evenly to nothing at 90; nothing if never confirmed.
pub fn reason(confirmed_days_ago: Option<u32>) -> Option<Reason> {
    let days = confirmed_days_ago?;
    let (criterion, evidence) = (Criterion::Recency, Evidence::ConfirmedDaysAgo(days));
    Some(Reason { criterion, points: fresh(days)?, evidence })
}

/// The same for the need: who could help gains more from one that was just raised.
pub fn freshness(raised_days_ago: Option<u32>) -> Option<Reason> {
    let days = raised_days_ago?;
    let (criterion, evidence) = (Criterion::Freshness, Evidence::RaisedDaysAgo(days));
    Some(Reason { criterion, points: fresh(days)?, evidence })
}

fn fresh(days: u32) -> Option<Points> {
    let points = fraction(MOST, STALE_DAYS.saturating_sub(days), STALE_DAYS - FRESH_DAYS);
    (points > 0).then_some(points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_fall_from_the_thirtieth_to_the_ninetieth_day() {
        let cases = [
            (None, None),
            (Some(0), Some(500)),
            (Some(30), Some(500)),
            (Some(31), Some(491)),
            (Some(60), Some(250)),
            (Some(89), Some(8)),
            (Some(90), None),
            (Some(u32::MAX), None),
        ];
        for (days, want) in cases {
            assert_eq!(reason(days).map(|reason| reason.points), want, "{days:?}");
            assert_eq!(freshness(days).map(|reason| reason.points), want, "{days:?}");
        }
    }
}
