//! The engine against brute force on thousands of small problems.

use lianmeng_planning::{
    Budget, ConflictItem, ConflictKind, Finding, HalfDay, Meeting, Options, Participant,
    Precedence, Problem, Status, plan, score, solve,
};
use std::collections::BTreeSet;

/// A small generator of our own: the engine's is none of this test's business.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A problem of at most 5 slots and 6 meetings, with every kind of demand now and then.
fn problem(dice: &mut Dice) -> Problem {
    problem_of(dice, 5, 6)
}

fn problem_of(dice: &mut Dice, most_slots: usize, most_meetings: usize) -> Problem {
    let slots = 1 + dice.below(most_slots);
    let people = 2 + dice.below(4);
    let mut participants = vec![Participant::default(); people];
    for participant in &mut participants {
        while dice.one_in(4) {
            participant.forbidden.push(dice.below(slots));
        }
    }
    let meetings: Vec<Meeting> =
        (0..dice.below(most_meetings + 1)).map(|_| meeting(dice, people, slots)).collect();
    let mut precedences = Vec::new();
    while !meetings.is_empty() && dice.one_in(2) {
        let (before, after) = (dice.below(meetings.len()), dice.below(meetings.len()));
        precedences.push(Precedence { before, after });
    }
    Problem {
        slots,
        morning: dice.below(slots + 1),
        tables: 1 + dice.below(3),
        fairness: [None, Some(0), Some(1), Some(2)][dice.below(4)],
        participants,
        meetings,
        precedences,
    }
}

fn meeting(dice: &mut Dice, people: usize, slots: usize) -> Meeting {
    let first = dice.below(people);
    let mut participants = vec![first, (first + 1 + dice.below(people - 1)) % people];
    if dice.one_in(8) {
        let third = dice.below(people);
        if !participants.contains(&third) {
            participants.push(third);
        }
    }
    let half_day = match dice.below(6) {
        0 => HalfDay::Morning,
        1 => HalfDay::Afternoon,
        _ => HalfDay::Either,
    };
    let fixed = dice.one_in(8).then(|| dice.below(slots));
    Meeting { participants, half_day, fixed, locked: false }
}

/// The fewest breaks of any timetable, by trying them all; none if there is no timetable.
fn fewest_breaks(problem: &Problem) -> Option<u32> {
    let mut best: Option<u32> = None;
    every_timetable(problem, |slots| {
        let judged = score(problem, slots);
        if judged.findings.is_empty() {
            best = Some(best.map_or(judged.breaks, |best| best.min(judged.breaks)));
        }
        false
    });
    best
}

#[test]
fn totals_and_impossibility_agree_with_brute_force() {
    let mut dice = Dice(2026);
    let (mut possible, mut impossible) = (0, 0);
    for round in 0..3000 {
        let problem = problem(&mut dice);
        let want = fewest_breaks(&problem);
        let report = solve(&problem, &Options::default(), Budget::Steps(20_000_000)).unwrap();

        assert_eq!(report.breaks, want, "round {round}: {problem:?}");
        let status = if want.is_some() { Status::Optimal } else { Status::Infeasible };
        assert_eq!(report.status, status, "round {round}");
        assert_eq!(report.lower_bound, want, "round {round}");
        assert_eq!(report.conflict.is_empty(), want.is_some(), "round {round}");
        possible += usize::from(want.is_some());
        impossible += usize::from(want.is_none());
    }
    assert!(possible > 500 && impossible > 500, "{possible} possible, {impossible} impossible");
}

/// The same by trying meeting after meeting, and leaving off where somebody would sit twice at
/// once: reaches problems that are too large to try every timetable.
fn fewest_breaks_in_order(problem: &Problem, slots: &mut Vec<usize>) -> Option<u32> {
    let m = slots.len();
    if m == problem.meetings.len() {
        let judged = score(problem, slots);
        return judged.findings.is_empty().then_some(judged.breaks);
    }
    let mut best = None;
    for t in 0..problem.slots {
        let sits = |q: &usize| {
            problem.meetings[*q]
                .participants
                .iter()
                .any(|p| problem.meetings[m].participants.contains(p))
        };
        let clash = (0..m).filter(|&q| slots[q] == t).any(|q| sits(&q));
        if clash || problem.meetings[m].fixed.is_some_and(|fixed| fixed != t) {
            continue;
        }
        slots.push(t);
        let found = fewest_breaks_in_order(problem, slots);
        slots.pop();
        best = match (best, found) {
            (Some(a), Some(b)) => Some(std::cmp::min::<u32>(a, b)),
            (a, b) => a.or(b),
        };
    }
    best
}

#[test]
fn larger_problems_agree_with_brute_force() {
    let mut dice = Dice(11);
    let mut broken = 0;
    for round in 0..400 {
        let problem = problem_of(&mut dice, 7, 8);
        let want = fewest_breaks_in_order(&problem, &mut Vec::new());
        let report = solve(&problem, &Options::default(), Budget::Steps(20_000_000)).unwrap();

        assert_eq!(report.breaks, want, "round {round}: {problem:?}");
        assert_eq!(report.conflict.is_empty(), want.is_some(), "round {round}");
        assert_eq!(report.lower_bound, want, "round {round}");
        broken += usize::from(want.is_some_and(|breaks| breaks > 0));
    }
    assert!(broken > 10, "{broken} problems with breaks seen");
}

/// The same event with its day run backwards.
fn mirrored(problem: &Problem) -> Problem {
    let back = |t: usize| problem.slots - 1 - t;
    let mut mirrored = problem.clone();
    mirrored.morning = problem.slots - problem.morning;
    for participant in &mut mirrored.participants {
        participant.forbidden.iter_mut().for_each(|t| *t = back(*t));
    }
    for meeting in &mut mirrored.meetings {
        meeting.fixed = meeting.fixed.map(back);
        meeting.half_day = match meeting.half_day {
            HalfDay::Morning => HalfDay::Afternoon,
            HalfDay::Afternoon => HalfDay::Morning,
            HalfDay::Either => HalfDay::Either,
        };
    }
    for order in &mut mirrored.precedences {
        *order = Precedence { before: order.after, after: order.before };
    }
    mirrored
}

#[test]
fn what_does_not_matter_changes_nothing_and_more_room_never_hurts() {
    let mut dice = Dice(23);
    let breaks = |problem: &Problem| {
        solve(problem, &Options::default(), Budget::Steps(20_000_000)).unwrap().breaks
    };
    for round in 0..400 {
        let problem = problem(&mut dice);
        let want = breaks(&problem);

        assert_eq!(breaks(&mirrored(&problem)), want, "backwards, round {round}: {problem:?}");
        let mut turned = problem.clone();
        for meeting in &mut turned.meetings {
            meeting.participants.reverse();
        }
        turned.precedences.reverse();
        assert_eq!(breaks(&turned), want, "turned around, round {round}: {problem:?}");
        let mut roomy = problem.clone();
        roomy.tables += 1;
        let more = breaks(&roomy);
        assert!(want.is_none() || more <= want && more.is_some(), "round {round}: {problem:?}");
    }
}

#[test]
fn planning_again_with_nothing_changed_changes_nothing() {
    let mut dice = Dice(31);
    let mut planned = 0;
    for round in 0..1000 {
        let problem = problem(&mut dice);
        let first = plan(&problem, None, &Options::default(), Budget::Steps(200_000)).unwrap();
        let Some(before) = first.timetable else { continue };
        let again = Options { seed: 99, threads: 1 };
        let second = plan(&problem, Some(&before), &again, Budget::Steps(200_000)).unwrap();

        assert_eq!(second.timetable, Some(before), "round {round}: {problem:?}");
        assert_eq!(second.moved, Vec::<usize>::new(), "round {round}");
        planned += 1;
    }
    assert!(planned > 300, "{planned} problems planned");
}

#[test]
fn conflicts_are_impossible_and_no_part_of_them_is() {
    let mut dice = Dice(7);
    let mut seen = 0;
    for round in 0..1500 {
        let problem = problem(&mut dice);
        let report = solve(&problem, &Options::default(), Budget::Steps(20_000_000)).unwrap();
        if report.status != Status::Infeasible {
            continue;
        }
        seen += 1;
        let demands = demands(&report.conflict);
        assert!(!possible(&problem, &demands), "round {round}: {problem:?}\n{demands:?}");
        // With fairness in it, meetings outside the conflict could help, which `possible` forgets.
        if demands.contains(&(ConflictKind::Fairness, 0, 0)) {
            continue;
        }
        for demand in &demands {
            let mut fewer = demands.clone();
            fewer.remove(demand);
            assert!(possible(&problem, &fewer), "round {round}: {demand:?} of {demands:?}");
        }
    }
    assert!(seen > 200, "{seen} impossible problems seen");
}

/// A demand: its kind and the one or two numbers, from 1, that name it.
type Demand = (ConflictKind, usize, usize);

/// The single demands that the items of a conflict stand for.
fn demands(conflict: &[ConflictItem]) -> BTreeSet<Demand> {
    let mut demands = BTreeSet::new();
    for item in conflict {
        assert!(!item.text.is_empty());
        match item.kind {
            ConflictKind::Meetings | ConflictKind::Fixed | ConflictKind::HalfDay => {
                demands.extend(item.meetings.iter().map(|&m| (item.kind, m, 0)));
            }
            ConflictKind::Unavailable => {
                demands.extend(item.participants.iter().map(|&p| (item.kind, p, 0)));
            }
            ConflictKind::Tables => demands.extend(item.slots.iter().map(|&t| (item.kind, t, 0))),
            ConflictKind::Precedence => {
                let last = item.meetings.len() - 1;
                demands.insert((item.kind, item.meetings[0], item.meetings[last]));
            }
            ConflictKind::Fairness => {
                demands.insert((item.kind, 0, 0));
            }
            ConflictKind::Everything => unreachable!("a small conflict is always narrowed down"),
        }
    }
    demands
}

/// Whether the meetings that `demands` hold can be held under the other `demands` alone.
fn possible(problem: &Problem, demands: &BTreeSet<Demand>) -> bool {
    let has = |kind, a: usize, b: usize| demands.contains(&(kind, a, b));
    let held: Vec<usize> =
        (0..problem.meetings.len()).filter(|m| has(ConflictKind::Meetings, m + 1, 0)).collect();
    let part = only(problem, &held);
    let matters = |finding: &Finding| match *finding {
        Finding::WrongHalfDay { meeting, .. } => has(ConflictKind::HalfDay, held[meeting] + 1, 0),
        Finding::NotFixed { meeting, .. } => has(ConflictKind::Fixed, held[meeting] + 1, 0),
        Finding::Forbidden { participant, .. } => {
            has(ConflictKind::Unavailable, participant + 1, 0)
        }
        Finding::TooFewTables { slot, .. } => has(ConflictKind::Tables, slot + 1, 0),
        Finding::OutOfOrder { before, after } => {
            has(ConflictKind::Precedence, held[before] + 1, held[after] + 1)
        }
        Finding::Unfair { .. } => has(ConflictKind::Fairness, 0, 0),
        Finding::Clash { .. } => true,
        Finding::WrongLength { .. }
        | Finding::NoSuchSlot { .. }
        | Finding::NoSuchTable { .. }
        | Finding::TableTaken { .. } => unreachable!("not a demand: {finding:?}"),
    };
    every_timetable(&part, |slots| !score(&part, slots).findings.iter().any(matters))
}

/// Whether `wanted` holds for some timetable, tried one by one.
fn every_timetable(problem: &Problem, mut wanted: impl FnMut(&[usize]) -> bool) -> bool {
    let mut slots = vec![0; problem.meetings.len()];
    loop {
        if wanted(&slots) {
            return true;
        }
        let Some(m) = slots.iter().position(|&t| t + 1 < problem.slots) else { return false };
        slots[m] += 1;
        slots[..m].fill(0);
    }
}

/// The problem with only some of its meetings.
fn only(problem: &Problem, meetings: &[usize]) -> Problem {
    let place = |m| meetings.iter().position(|&x| x == m);
    let precedence =
        |p: &Precedence| Some(Precedence { before: place(p.before)?, after: place(p.after)? });
    Problem {
        meetings: meetings.iter().map(|&m| problem.meetings[m].clone()).collect(),
        precedences: problem.precedences.iter().filter_map(precedence).collect(),
        ..problem.clone()
    }
}
