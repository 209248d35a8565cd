//! The engine against brute force on thousands of small problems.

use lianmeng_planning::{
    Budget, ConflictItem, ConflictKind, Finding, HalfDay, Meeting, Options, Participant,
    Precedence, Problem, Status, score, solve,
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
    let slots = 1 + dice.below(5);
    let people = 2 + dice.below(4);
    let mut participants = vec![Participant::default(); people];
    for participant in &mut participants {
        while dice.one_in(4) {
            participant.forbidden.push(dice.below(slots));
        }
    }
    let meetings: Vec<Meeting> = (0..dice.below(7)).map(|_| meeting(dice, people, slots)).collect();
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
