//! The engine against brute force on thousands of small problems.

use lianmeng_planning::{
    Budget, HalfDay, Meeting, Options, Participant, Precedence, Problem, Status, score, solve,
};

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
    let mut slots = vec![0; problem.meetings.len()];
    let mut best = None;
    loop {
        let judged = score(problem, &slots);
        if judged.findings.is_empty() {
            best = Some(best.map_or(judged.breaks, |best: u32| best.min(judged.breaks)));
        }
        let Some(m) = slots.iter().position(|&t| t + 1 < problem.slots) else { return best };
        slots[m] += 1;
        slots[..m].fill(0);
    }
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
fn the_meetings_of_a_conflict_alone_are_impossible() {
    let mut dice = Dice(7);
    let mut seen = 0;
    for round in 0..2000 {
        let problem = problem(&mut dice);
        let report = solve(&problem, &Options::default(), Budget::Steps(20_000_000)).unwrap();
        if report.status != Status::Infeasible {
            continue;
        }
        seen += 1;
        let named: Vec<usize> = (0..problem.meetings.len())
            .filter(|m| report.conflict.iter().any(|item| item.meetings.contains(&(m + 1))))
            .collect();
        assert_eq!(fewest_breaks(&only(&problem, &named)), None, "round {round}: {problem:?}");
    }
    assert!(seen > 300, "{seen} impossible problems seen");
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
