//! The wide engine on the published problem: both engines, which share no search, agree.

use lianmeng_planning::wide::{self, Options as WideOptions, Prices, Slot, Table};
use lianmeng_planning::{
    Budget, HalfDay, Meeting, Options, Participant, Precedence, Problem, Status, solve,
};

/// Numbers below a limit, from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n
    }
}

/// A small problem of the published kind.
fn classic(seed: u64) -> Problem {
    let mut random = Random(seed);
    let (people, slots) = (3 + random.below(4), 3 + random.below(4));
    let mut problem = Problem {
        slots,
        morning: slots,
        tables: 1 + random.below(3),
        fairness: Some(u32::try_from(random.below(3)).unwrap_or(0)),
        participants: vec![Participant::default(); people],
        meetings: Vec::new(),
        precedences: Vec::new(),
    };
    for participant in &mut problem.participants {
        participant.forbidden = (0..slots).filter(|_| random.below(9) == 0).collect();
    }
    for m in 0..2 + random.below(7) {
        let first = random.below(people);
        let second = (first + 1 + random.below(people - 1)) % people;
        problem.meetings.push(Meeting {
            participants: vec![first, second],
            half_day: HalfDay::Either,
            fixed: (random.below(8) == 0).then(|| random.below(slots)),
            locked: false,
        });
        if m > 0 && random.below(5) == 0 {
            problem.precedences.push(Precedence { before: m - 1, after: m });
        }
    }
    problem
}

/// The same problem in the wide form: one half-day, and only breaks have a price.
fn widened(problem: &Problem) -> wide::Problem {
    let present = |participant: &Participant| {
        (0..problem.slots).filter(|t| !participant.forbidden.contains(t)).collect()
    };
    wide::Problem {
        slots: vec![Slot { half_day: 0, minutes: 20 }; problem.slots],
        tables: vec![Table::default(); problem.tables],
        participants: problem
            .participants
            .iter()
            .map(|p| wide::Participant {
                present: Some(present(p)),
                ..wide::Participant::default()
            })
            .collect(),
        meetings: problem
            .meetings
            .iter()
            .map(|m| wide::Meeting {
                participants: m.participants.clone(),
                fixed: m.fixed,
                ..wide::Meeting::default()
            })
            .collect(),
        precedences: problem
            .precedences
            .iter()
            .map(|pair| wide::Precedence { before: pair.before, after: pair.after })
            .collect(),
        spread: problem.fairness,
        prices: Prices { r#break: 1, table_change: 0, walking: 0, ..Prices::default() },
        ..wide::Problem::default()
    }
}

#[test]
fn both_engines_give_the_same_breaks_and_the_same_contradictions() {
    let (mut optimal, mut infeasible) = (0, 0);
    for seed in 0..250 {
        let problem = classic(seed);
        let old = solve(&problem, &Options::default(), Budget::Steps(2_000_000)).unwrap();
        let new = wide::solve(
            &widened(&problem),
            &WideOptions::default(),
            Budget::Steps(100_000),
            &mut |_| {},
        )
        .unwrap();
        match old.status {
            Status::Optimal => {
                optimal += 1;
                assert_eq!((new.score.hard, new.score.medium), (0, 0), "seed {seed}");
                let breaks = new.score.soft;
                let old = u64::from(old.breaks.unwrap());
                if new.status == wide::Status::Optimal {
                    assert_eq!(breaks, old, "seed {seed}");
                }
                assert!(breaks >= old, "seed {seed}");
            }
            Status::Infeasible => {
                infeasible += 1;
                assert_eq!(new.status, wide::Status::Infeasible, "seed {seed}");
            }
            Status::Feasible | Status::Unknown => {}
        }
    }
    assert!(optimal > 80 && infeasible > 40, "{optimal} optimal, {infeasible} infeasible");
}
