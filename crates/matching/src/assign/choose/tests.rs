use super::super::flow::wide;
use super::super::model::{Demand, Limit, count};
use super::super::{Bounds, branch, network};
use super::*;
use proptest::prelude::*;

impl Model {
    /// Whether a choice keeps a demand.
    fn keeps(&self, demand: Demand, chosen: &[bool]) -> bool {
        let degree = |person: usize| {
            let of = |&(a, b): &(u32, u32)| wide(a) == person || wide(b) == person;
            let pairs = self.ends.iter().zip(chosen);
            count(pairs.filter(|(ends, is)| **is && of(ends)).count())
        };
        let inside =
            |limit: &Limit| count(limit.pairs.iter().filter(|&&p| chosen[wide(p)]).count());
        match demand {
            Demand::Minimum(person) => degree(person) >= self.people[person].min,
            Demand::Maximum(person) => degree(person) <= self.people[person].max,
            Demand::LimitMinimum(at) => inside(&self.limits[at]) >= self.limits[at].bounds.min,
            Demand::LimitMaximum(at) => inside(&self.limits[at]) <= self.limits[at].bounds.max,
            Demand::Must(pair) => chosen[wide(pair)],
            Demand::Avoid(pair) => !chosen[wide(pair)],
        }
    }

    fn choices(&self) -> impl Iterator<Item = Vec<bool>> {
        let size = self.ends.len();
        (0..1_u32 << size).map(move |mask| (0..size).map(|at| mask >> at & 1 == 1).collect())
    }

    fn totals(&self, chosen: &[bool]) -> Vec<i128> {
        (0..self.levels.len()).map(|level| self.total(level, chosen)).collect()
    }

    /// The best totals, compared in order, over all choices that keep every demand.
    fn brute_force(&self) -> Option<Vec<i128>> {
        let demands = self.demands();
        self.choices()
            .filter(|chosen| demands.iter().all(|&demand| self.keeps(demand, chosen)))
            .map(|chosen| self.totals(&chosen))
            .max()
    }

    /// Size of the smallest set of demands that no choice keeps together.
    fn smallest_conflict(&self) -> usize {
        let demands = self.demands();
        let broken = |chosen: Vec<bool>| {
            let mark = |(at, &demand)| u64::from(!self.keeps(demand, &chosen)) << at;
            demands.iter().enumerate().map(mark).sum::<u64>()
        };
        let mut masks: Vec<u64> = self.choices().map(broken).collect();
        masks.sort_unstable();
        masks.dedup();
        (0..1_u64 << demands.len())
            .filter(|set| masks.iter().all(|mask| mask & set != 0))
            .map(|set| usize::try_from(set.count_ones()).unwrap())
            .min()
            .unwrap()
    }
}

fn check_verdict(model: &Model, verdict: Verdict) -> Result<(), TestCaseError> {
    let want = model.brute_force();
    match verdict {
        Verdict::Found(found) => {
            prop_assert!(is_proved(model, &found));
            prop_assert!(model.demands().iter().all(|&d| model.keeps(d, &found.chosen)));
            prop_assert_eq!(Some(model.totals(&found.chosen)), want);
        }
        Verdict::Impossible(_) => prop_assert_eq!(None, want),
        Verdict::Unknown => prop_assert!(false, "unknown"),
    }
    Ok(())
}

fn check_branch(model: &Model) -> Result<(), TestCaseError> {
    let verdict = model.program().map(|program| branch::solve(&program, 10_000_000));
    check_verdict(model, verdict.unwrap_or(Verdict::Impossible(None)))
}

fn check_conflict(model: &Model) -> Result<(), TestCaseError> {
    if model.brute_force().is_some() {
        return Ok(());
    }
    let (demands, smallest) = conflict::find(model, 10_000_000);
    let texts: Vec<_> = demands.iter().map(|words| words.text.clone()).collect();
    let named: Vec<Demand> =
        model.demands().into_iter().filter(|&d| demands.contains(&model.words(d))).collect();
    prop_assert_eq!(named.len(), demands.len(), "{:?}", &texts);
    prop_assert_eq!(model.only(&named).brute_force(), None);
    for skip in 0..named.len() {
        let mut fewer = named.clone();
        fewer.remove(skip);
        prop_assert!(model.only(&fewer).brute_force().is_some(), "{} of {:?}", skip, &texts);
    }
    prop_assert!(smallest);
    prop_assert_eq!(named.len(), model.smallest_conflict());
    Ok(())
}

/// A small model: how many people, whether they have sides, the most pairs, levels and points.
#[derive(Debug, Clone, Copy)]
struct Shape {
    sides: bool,
    most: usize,
    minimum: u64,
    levels: usize,
    limits: usize,
    fixed: usize,
    points: i64,
}

fn any_model(shape: Shape) -> impl Strategy<Value = Model> {
    (2..=8_usize, 1..=4_usize).prop_flat_map(move |(people, left)| {
        let left = left.min(people - 1);
        let from = |a: usize| if shape.sides { left } else { a + 1 };
        let to = if shape.sides { left } else { people };
        let all: Vec<(u32, u32)> = (0..u32::try_from(to).unwrap())
            .flat_map(|a| {
                let b = from(wide(a))..people;
                b.map(move |b| (a, u32::try_from(b).unwrap()))
            })
            .collect();
        let most = all.len().min(shape.most);
        let bounds = (0..=shape.minimum, 0..=3_u64)
            .prop_map(|(min, more)| Bounds { min, max: (min + more).max(1) });
        (
            prop::collection::vec(bounds.clone(), people),
            prop::sample::subsequence(all, most.min(1)..=most),
            prop::collection::vec(
                prop::collection::vec(-2..=shape.points, shape.most),
                shape.levels,
            ),
            prop::collection::vec((0..1_u32 << shape.most, 0..=1_u64, 1..=4_u64), 0..=shape.limits),
            prop::collection::vec((0..12_u32, any::<bool>()), 0..=shape.fixed),
        )
            .prop_map(move |(people, ends, points, limits, fixed)| {
                let size = u32::try_from(ends.len()).unwrap();
                let mark = |wanted: bool| {
                    let of = fixed.iter().filter(|f| f.1 == wanted && f.0 < size);
                    let mut list: Vec<u32> = of.map(|f| f.0).collect();
                    list.sort_unstable();
                    list.dedup();
                    list
                };
                let limit = |(at, &(mask, min, max)): (usize, &(u32, u64, u64))| Limit {
                    name: format!("limit {at}"),
                    bounds: Bounds { min, max },
                    pairs: (0..size).filter(|pair| mask >> pair & 1 == 1).collect(),
                };
                Model {
                    people,
                    left: shape.sides.then_some(left),
                    levels: points.iter().map(|level| level[..ends.len()].to_vec()).collect(),
                    limits: limits.iter().enumerate().map(limit).collect(),
                    must: mark(true),
                    avoid: mark(false),
                    ends,
                }
            })
    })
}

const SHAPE: Shape =
    Shape { sides: false, most: 12, minimum: 0, levels: 1, limits: 0, fixed: 0, points: 9 };

/// Limits that are whole organisations on both sides and kinds within people: they stay flows.
fn nested(mut model: Model) -> Model {
    let ends = model.ends.clone();
    let of = |test: &dyn Fn(&(u32, u32)) -> bool| {
        (0..).zip(&ends).filter(|(_, ends)| test(ends)).map(|(at, _)| at).collect::<Vec<u32>>()
    };
    let left = u32::try_from(model.left.unwrap()).unwrap();
    for (name, min, max, pairs) in [
        ("organisation", 1, 3, of(&|ends| ends.0 < 2)),
        ("firm", 0, 2, of(&|ends| ends.1 < left + 2)),
        ("kind", 0, 1, of(&|ends| ends.0 == 0 && ends.1 % 2 == 0)),
    ] {
        let name = name.to_owned();
        model.limits.push(Limit { name, bounds: Bounds { min, max }, pairs });
    }
    model
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn anybody_with_anybody_equals_brute_force(m in any_model(SHAPE)) {
        check_branch(&m)?;
    }

    #[test]
    fn anybody_with_anybody_under_minimums_equals_brute_force(
        m in any_model(Shape { minimum: 2, points: 3, ..SHAPE })
    ) {
        check_branch(&m)?;
    }

    #[test]
    fn levels_are_compared_in_order(
        m in any_model(Shape { levels: 3, points: 1, minimum: 1, ..SHAPE })
    ) {
        check_branch(&m)?;
    }

    #[test]
    fn crossing_limits_must_and_avoid_equal_brute_force(
        m in any_model(Shape { limits: 3, fixed: 3, levels: 2, minimum: 1, points: 4, ..SHAPE })
    ) {
        check_branch(&m)?;
    }

    #[test]
    fn crossing_limits_of_two_sides_equal_brute_force(
        m in any_model(Shape { sides: true, limits: 3, fixed: 2, levels: 2, points: 3, ..SHAPE })
    ) {
        check_verdict(&m, search(&m, 10_000_000))?;
    }

    #[test]
    fn flows_hold_levels_as_branching_does(
        m in any_model(
            Shape { sides: true, fixed: 2, levels: 3, minimum: 1, points: 2, ..SHAPE }
        ).prop_map(nested)
    ) {
        if let Some(verdict) = network::solve(&m) {
            check_verdict(&m, verdict)?;
        }
        check_branch(&m)?;
    }

    #[test]
    fn points_of_64_bits_are_compared_to_the_last(
        m in any_model(Shape { points: 2, levels: 2, ..SHAPE }).prop_map(|mut m| {
            for points in m.levels.iter_mut().flatten() {
                *points = (i64::MAX / 3) * *points / 2 + *points % 2;
            }
            m
        })
    ) {
        check_branch(&m)?;
    }

    #[test]
    fn a_conflict_is_the_smallest_there_is(
        m in any_model(Shape { most: 9, limits: 1, fixed: 2, minimum: 2, levels: 0, ..SHAPE })
    ) {
        check_conflict(&m)?;
    }

    #[test]
    fn a_conflict_of_two_sides_is_the_smallest_there_is(
        m in any_model(Shape { sides: true, most: 9, fixed: 2, minimum: 2, levels: 0, ..SHAPE })
    ) {
        check_conflict(&m)?;
    }
}
