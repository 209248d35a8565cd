//! Nearness in space: by travel time where it is known, else by administrative division (GB/T 2260).

use crate::score::{Criterion, Evidence, Points, Reason, fraction};
use lianmeng_domain::region::{RegionCode, RegionLevel};

/// Most points: the same district.
pub const MOST: Points = 1000;

/// As near as next door.
const NEAR_MINUTES: u32 = 20;
/// Too far for a day.
const FAR_MINUTES: u32 = 180;

/// By `travel_minutes` if known: 1000 up to 20 minutes, then falling evenly to nothing at 180; else
/// [`by_division`].
pub fn reason(
    seeker: &[RegionCode],
    candidate: &[RegionCode],
    travel_minutes: Option<u32>,
) -> Option<Reason> {
    let Some(minutes) = travel_minutes else { return by_division(seeker, candidate) };
    let left = FAR_MINUTES.saturating_sub(minutes);
    let points = fraction(MOST, left, FAR_MINUTES - NEAR_MINUTES);
    let evidence = Evidence::TravelMinutes(minutes);
    (points > 0).then_some(Reason { criterion: Criterion::Place, points, evidence })
}

/// 1000 for the same district, 700 for the same city, 400 for the same province.
///
/// A side known only by its city or province is compared on that level. Where a side has several
/// divisions, the nearest two count.
pub fn by_division(seeker: &[RegionCode], candidate: &[RegionCode]) -> Option<Reason> {
    let near = seeker.iter().flat_map(|&a| candidate.iter().map(move |&b| common(a, b)));
    let (points, code) =
        near.flatten().max_by_key(|&(points, code)| (points, std::cmp::Reverse(code)))?;
    let level = match points {
        MOST => RegionLevel::District,
        700 => RegionLevel::City,
        _ => RegionLevel::Province,
    };
    let evidence = Evidence::SamePlace { level, code };
    Some(Reason { criterion: Criterion::Place, points, evidence })
}

fn common(a: RegionCode, b: RegionCode) -> Option<(Points, RegionCode)> {
    let lowest = |code: RegionCode, level: RegionLevel| match (code.level(), level) {
        (RegionLevel::District, RegionLevel::District) => Some(code),
        (RegionLevel::District | RegionLevel::City, RegionLevel::City) => Some(code.city()),
        (_, RegionLevel::Province) => Some(code.province()),
        (RegionLevel::City | RegionLevel::Province, _) => None,
    };
    [(MOST, RegionLevel::District), (700, RegionLevel::City), (400, RegionLevel::Province)]
        .into_iter()
        .find_map(|(points, level)| {
            let code = lowest(a, level)?;
            (lowest(b, level) == Some(code)).then_some((points, code))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &[&str]) -> Vec<RegionCode> {
        list.iter().map(|code| code.parse().unwrap()).collect()
    }

    #[test]
    fn a_known_travel_time_decides_whatever_the_divisions() {
        let cases = [
            (0, Some(1000)),
            (20, Some(1000)),
            (21, Some(993)),
            (100, Some(500)),
            (179, Some(6)),
            (180, None),
            (u32::MAX, None),
        ];
        for (minutes, want) in cases {
            let got = reason(&codes(&["320612"]), &codes(&["320602"]), Some(minutes));
            assert_eq!(got.map(|reason| reason.points), want, "{minutes}");
        }
    }

    #[test]
    fn points_fall_with_the_level_of_the_common_division() {
        let cases = [
            (vec!["320612"], vec!["320612"], Some((1000, "320612"))),
            (vec!["320612"], vec!["320602"], Some((700, "320600"))),
            (vec!["320612"], vec!["320600"], Some((700, "320600"))),
            (vec!["320612"], vec!["320500"], Some((400, "320000"))),
            (vec!["320000"], vec!["320000"], Some((400, "320000"))),
            (vec!["320612"], vec!["110112"], None),
            (vec!["440305", "440306"], vec!["440306", "110112"], Some((1000, "440306"))),
            (vec![], vec!["320612"], None),
        ];
        for (a, b, want) in cases {
            let got = by_division(&codes(&a), &codes(&b))
                .map(|reason| (reason.points, reason.evidence_strings().concat()));
            assert_eq!(got, want.map(|(points, code)| (points, code.to_owned())), "{a:?} {b:?}");
        }
    }
}
