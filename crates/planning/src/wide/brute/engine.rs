//! The parts of the engine against all timetables.

use super::best;
use super::made::{DEMANDS, made};
use crate::budget::{Budget, Meter};
use crate::improve::WHOLE;
use crate::random::Random;
use crate::wide::bound;
use crate::wide::check::{Score, score};
use crate::wide::conflict::{self, Decision};
use crate::wide::encode::Demand;
use crate::wide::exhaust::exhaust;
use crate::wide::improve::Improver;
use crate::wide::problem::{Level, Prices, Problem};
use crate::wide::publish::place_published;
use crate::wide::shape::Shape;
use crate::wide::{Options, Status, solve};
use std::collections::BTreeSet;

/// Problems of each kind of demand.
const EACH: u64 = 220;
/// Most timetables tried.
const MOST: usize = 3_000;

fn endless() -> Meter<'static> {
    Meter::new(Budget::Steps(u64::MAX))
}

/// Small problems with the best score of each: one demand at a time, then several together.
fn problems() -> Vec<(String, Problem, Score)> {
    let mut list = Vec::new();
    let mut add = |name: String, problem: Problem| {
        if let Some(score) = best(&problem, MOST) {
            list.push((name, problem, score));
        }
    };
    for (i, demand) in DEMANDS.iter().enumerate() {
        for seed in 0..EACH {
            add(format!("{demand}, seed {seed}"), made(seed, &[i]));
        }
    }
    for seed in 0..EACH * 6 {
        let mut random = Random::new(seed);
        let with: Vec<usize> = (0..DEMANDS.len()).filter(|_| random.below(4) == 0).collect();
        add(format!("mix {with:?}, seed {seed}"), made(seed, &with));
    }
    list
}

#[test]
fn all_parts_agree_with_all_timetables() {
    let problems = problems();
    assert!(problems.len() > 4000, "{}", problems.len());
    let impossible = problems.iter().filter(|(_, _, best)| best.hard > 0).count();
    assert!(impossible * 6 > problems.len(), "{impossible} impossible ones");
    assert!(impossible * 3 < problems.len() * 2, "{impossible} impossible ones");
    for (name, problem, best) in &problems {
        let shape = Shape::new(problem);
        let upper = Score { hard: u64::MAX, ..Score::default() };
        let (found, timetable) = exhaust(&shape, upper, u64::MAX, &endless()).unwrap();
        assert_eq!(found, *best, "exhaust, {name}: {problem:?}");
        assert_eq!(score(problem, &timetable.unwrap()), *best, "{name}");
        decided(name, &shape, *best);
        annealed(name, &shape, *best);
        let answer =
            solve(problem, &Options::default(), Budget::Steps(200_000), &mut |_| {}).unwrap();
        assert_eq!(answer.score, *best, "{name}");
        let status = if best.hard > 0 { Status::Infeasible } else { Status::Optimal };
        assert_eq!(answer.status, status, "{name}: {problem:?}");
        assert_eq!(answer.conflict.is_empty(), best.hard == 0, "{name}");
        assert_eq!(answer.findings.iter().map(|f| f.weight).sum::<u64>(), best.hard, "{name}");
    }
}

#[test]
fn leaving_a_demand_out_never_makes_the_best_worse() {
    let (mut tried, mut better) = (0, 0);
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let with: Vec<usize> = (0..DEMANDS.len()).filter(|_| random.below(3) == 0).collect();
        let problem = made(seed, &with);
        let Some(before) = optimum(&problem) else { continue };
        for change in CHANGES {
            let mut easier = problem.clone();
            change(&mut easier);
            if let Some(after) = optimum(&easier) {
                assert!(after <= before, "seed {seed}: {before:?} became {after:?}: {problem:?}");
                tried += 1;
                better += usize::from(after < before);
            }
        }
    }
    assert!(tried > 3000 && better > 200, "{tried} tried, {better} better");
}

/// The best score of a problem, as the exhaustive search proves it.
fn optimum(problem: &Problem) -> Option<Score> {
    let upper = Score { hard: u64::MAX, ..Score::default() };
    exhaust(&Shape::new(problem), upper, 20_000, &endless()).map(|(score, _)| score)
}

/// Ways to leave a demand out of a problem.
const CHANGES: [fn(&mut Problem); 12] = [
    // Fewest meetings in a half-day are asked only of those who are there.
    |problem| {
        for participant in &mut problem.participants {
            (participant.present, participant.min_per_half_day) = (None, 0);
        }
    },
    |problem| problem.participants.iter_mut().for_each(|p| p.max = None),
    |problem| problem.participants.iter_mut().for_each(|p| p.min = 0),
    |problem| problem.participants.iter_mut().for_each(|p| p.max_per_half_day = None),
    |problem| problem.participants.iter_mut().for_each(|p| p.max_run_minutes = None),
    |problem| problem.participants.iter_mut().for_each(|p| p.lunch.clear()),
    |problem| problem.meetings.iter_mut().for_each(|m| m.half_days.clear()),
    |problem| problem.meetings.iter_mut().for_each(|m| m.needs.clear()),
    |problem| problem.meetings.iter_mut().for_each(|m| m.fixed = None),
    |problem| problem.precedences.clear(),
    |problem| problem.spread = None,
    |problem| problem.travel.iter_mut().flatten().for_each(|way| *way = 0),
];

fn decided(name: &str, shape: &Shape<'_>, best: Score) {
    let problem = shape.problem;
    let meter = endless();
    match conflict::decide(shape, &meter) {
        Decision::Possible(timetable) => {
            assert_eq!(best.hard, 0, "possible, {name}: {problem:?}");
            assert_eq!(score(problem, &timetable).hard, 0, "model, {name}: {problem:?}");
        }
        Decision::Impossible(demands) => {
            assert!(best.hard > 0, "impossible, {name}: {demands:?} {problem:?}");
            irreducible(name, problem, &demands);
        }
        Decision::Unknown => panic!("undecided, {name}"),
    }
    if let Some(demands) = conflict::count(shape, &meter) {
        assert!(best.hard > 0, "counting, {name}: {demands:?} {problem:?}");
        irreducible(name, problem, &demands);
    }
    if best.hard == 0 {
        let bound = bound::find(shape, &meter, best);
        let all = (best.medium, bound.medium, best.soft, bound.soft);
        assert!(bound.medium <= best.medium && bound.soft <= best.soft, "{name}: {all:?}");
        for timetable in &bound.met {
            assert_eq!(score(problem, timetable).hard, 0, "bound, {name}: {problem:?}");
        }
    }
}

fn annealed(name: &str, shape: &Shape<'_>, best: Score) {
    let meter = Meter::new(Budget::Steps(1_600));
    let mut improver = Improver::new(shape, 5, &meter);
    place_published(&mut improver.board);
    improver.construct();
    improver.repair(Level::Must, WHOLE / 4, 200);
    improver.repair(Level::Should, WHOLE / 3, 200);
    let mut looks = Vec::new();
    improver.anneal(WHOLE, best, &mut |improver| looks.push(improver.best()));
    assert!(looks.is_sorted_by(|a, b| a > b), "{name}: {looks:?}");
    let timetable = improver.board.timetable();
    assert_eq!(score(shape.problem, &timetable), improver.best(), "{name}: {:?}", shape.problem);
    assert_eq!(timetable, improver.best_timetable(), "{name}");
    assert!(improver.best() >= best, "{name}: annealing found what does not exist");
}

/// Keeps only the demands of a contradiction and looks whether nothing can be done; then leaves out
/// one after the other and looks whether something can.
fn irreducible(name: &str, problem: &Problem, demands: &BTreeSet<Demand>) {
    let Some(score) = best(&only(problem, demands), MOST) else { return };
    assert!(score.hard > 0, "{name}: {demands:?} contradict nothing: {problem:?}");
    // Where leaving a demand out cannot be written as a problem, the solver's word must do.
    let plain = problem.travel.is_empty()
        && !demands.iter().any(|demand| matches!(demand, Demand::Locked(_)))
        && problem.spread.is_none()
        && problem.meetings.iter().all(|meeting| meeting.length == 1)
        && problem.participants.iter().all(|p| p.max_run_minutes.is_none() && p.lunch.is_empty());
    if !plain {
        return;
    }
    let kinds = Shape::new(problem).kinds;
    for demand in demands {
        let mut fewer = demands.clone();
        fewer.remove(demand);
        let mut rest = only(problem, &fewer);
        for (p, participant) in rest.participants.iter_mut().enumerate() {
            if !fewer.contains(&Demand::Seats(p)) {
                participant.representatives = problem.meetings.len();
            }
        }
        for (kind, tables) in kinds.iter().enumerate() {
            if !fewer.contains(&Demand::Tables(kind)) {
                let more = problem.tables[tables[0]].clone();
                rest.tables.extend(vec![more; problem.meetings.len()]);
            }
        }
        // Anything that can be followed will do.
        rest.published.clear();
        rest.prices = Prices { r#break: 0, table_change: 0, walking: 0, ..rest.prices };
        rest.meetings.iter_mut().for_each(|meeting| meeting.points = 0);
        let one = Score { hard: 1, ..Score::default() };
        let (_, possible) =
            exhaust(&Shape::new(&only(&rest, &fewer)), one, u64::MAX, &endless()).unwrap();
        assert!(possible.is_some(), "{name}: {demands:?} do not need {demand:?}: {problem:?}");
    }
}

/// `problem` with the demands of a contradiction alone, as far as they can be left out.
fn only(problem: &Problem, demands: &BTreeSet<Demand>) -> Problem {
    let mut problem = problem.clone();
    let has = |demand: Demand| demands.contains(&demand);
    for (m, meeting) in problem.meetings.iter_mut().enumerate() {
        if !has(Demand::Held(m)) {
            meeting.level = Level::Wish;
        } else if meeting.locked.is_some() {
            meeting.level = Level::Must;
        }
        if !has(Demand::HalfDay(m)) {
            meeting.half_days.clear();
        }
        if !has(Demand::Fixed(m)) {
            meeting.fixed = None;
        }
        if !has(Demand::Locked(m)) {
            meeting.locked = None;
        }
        if !has(Demand::Equipment(m)) {
            meeting.needs.clear();
        }
    }
    for (p, participant) in problem.participants.iter_mut().enumerate() {
        if !has(Demand::Presence(p)) {
            participant.present = None;
        }
        if !has(Demand::Max(p)) {
            participant.max = None;
        }
        if !has(Demand::Min(p)) {
            participant.min = 0;
        }
        if !has(Demand::MaxPerHalfDay(p)) {
            participant.max_per_half_day = None;
        }
        if !has(Demand::MinPerHalfDay(p)) {
            participant.min_per_half_day = 0;
        }
        if !has(Demand::Rest(p)) {
            participant.max_run_minutes = None;
        }
        if !has(Demand::Lunch(p)) {
            participant.lunch.clear();
        }
    }
    for table in &mut problem.tables {
        if table.owner.is_some_and(|owner| !has(Demand::Owner(owner))) {
            table.owner = None;
        }
    }
    let orders = problem.precedences.iter().enumerate();
    problem.precedences =
        orders.filter(|&(i, _)| has(Demand::Order(i))).map(|(_, &pair)| pair).collect();
    if !has(Demand::Spread) {
        problem.spread = None;
    }
    problem
}
