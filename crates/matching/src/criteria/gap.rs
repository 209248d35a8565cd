//! Whether the candidate closes a gap of the seeker's city 补链, or is the one thread it hangs by.

use crate::problem::{Candidate, Problem};
use crate::score::{Criterion, Evidence, Points, Reason};
use lianmeng_domain::region::{RegionCode, RegionLevel};

/// Most points: nobody in the city makes what is wanted, or the candidate alone does.
pub const MOST: Points = 500;

/// For a wanted product, or a kind of it, that the candidate makes:
///
/// | makers in the seeker's city | candidate there | candidate elsewhere |
/// |---|---|---|
/// | nobody | – | 500: it would close the gap |
/// | one | 500: it is that one | 250: it would be the second |
/// | two | 250 | – |
///
/// The product that gives most counts, the lower id first; nothing where nobody counted the makers, or
/// nobody knows in which city the two are.
pub fn reason(problem: &Problem, candidate: &Candidate) -> Option<Reason> {
    let city = city(*problem.seeker.regions.first()?)?;
    let cities: Vec<RegionCode> =
        candidate.regions.iter().filter_map(|&one| self::city(one)).collect();
    if cities.is_empty() {
        return None;
    }
    let is_local = cities.contains(&city);
    let rare = candidate.makes.iter().filter_map(|made| {
        let serving = problem.serving.get(&made.product)?;
        if serving.steps > 0 || serving.stands_in_as.is_some() {
            return None;
        }
        let makers = *problem.local_makers.get(&made.product)?;
        let points = match (makers, is_local) {
            (0, false) | (1, true) => MOST,
            (1, false) | (2, true) => MOST / 2,
            (_, true | false) => return None,
        };
        Some((points, made, makers))
    });
    let (points, made, makers) =
        rare.max_by_key(|(points, made, _)| (*points, std::cmp::Reverse(made.product)))?;
    let evidence = Evidence::Rare { product: made.name.clone(), makers, is_local };
    Some(Reason { criterion: Criterion::Gap, points, evidence })
}

/// The city that a division is or lies in; none of a province.
fn city(region: RegionCode) -> Option<RegionCode> {
    (region.level() != RegionLevel::Province).then(|| region.city())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::problem::{CandidateKind, Made, Seeker, Serving, Wanted, WantedBecause};

    fn problem(makers: Option<u32>, steps: u8, stands_in_as: Option<String>) -> Problem {
        let wanted =
            Wanted { product: 9, name: "坯布".to_owned(), because: WantedBecause::Stated };
        Problem {
            seeker: Seeker { regions: vec!["320612".parse().unwrap()], ..Seeker::default() },
            serving: BTreeMap::from([(9, Serving { wanted, steps, stands_in_as })]),
            local_makers: makers.map(|makers| (9, makers)).into_iter().collect(),
            ..Problem::default()
        }
    }

    fn maker(region: &str) -> Candidate {
        let made = Made { product: 9, name: "坯布".to_owned(), share_basis_points: None };
        let regions = vec![region.parse().unwrap()];
        Candidate { makes: vec![made], regions, ..Candidate::new(CandidateKind::Enterprise, 1, "") }
    }

    #[test]
    fn who_closes_a_gap_or_is_the_only_one_counts() {
        let (here, there) = ("320602", "440305");
        let cases = [
            (Some(0), there, Some((500, "本市尚无企业生产「坯布」，可补链"))),
            (Some(1), here, Some((500, "本市仅其一家生产「坯布」"))),
            (Some(1), there, Some((250, "本市仅一家生产「坯布」，可作第二来源"))),
            (Some(2), here, Some((250, "本市仅两家生产「坯布」，其为其一"))),
            (Some(2), there, None),
            (Some(3), here, None),
            (None, there, None),
        ];
        for (makers, region, want) in cases {
            let got = reason(&problem(makers, 0, None), &maker(region));
            let got = got.map(|reason| (reason.points, reason.text_zh()));
            let want = want.map(|(points, text)| (points, text.to_owned()));
            assert_eq!(got, want, "{makers:?} {region}");
        }
    }

    #[test]
    fn materials_and_what_stands_in_close_no_gap() {
        assert_eq!(reason(&problem(Some(0), 1, None), &maker("440305")), None);
        let stands_in = problem(Some(0), 0, Some("布".to_owned()));
        assert_eq!(reason(&stands_in, &maker("440305")), None);
        let unknown = Candidate { regions: Vec::new(), ..maker("440305") };
        assert_eq!(reason(&problem(Some(0), 0, None), &unknown), None, "it may be in the city");
        assert_eq!(reason(&problem(Some(0), 0, None), &maker("320000")), None, "so may it");
        let province = Seeker { regions: vec!["320000".parse().unwrap()], ..Seeker::default() };
        let wide = Problem { seeker: province, ..problem(Some(0), 0, None) };
        assert_eq!(reason(&wide, &maker("440305")), None, "no city to look at");
        let nowhere = Problem { seeker: Seeker::default(), ..problem(Some(0), 0, None) };
        assert_eq!(reason(&nowhere, &maker("440305")), None);
    }
}
