//! Small problems made from a seed.

use crate::random::Random;
use crate::wide::problem::{
    Level, Meeting, Participant, Precedence, Prices, Problem, Seat, Slot, Table,
};

/// Which demands a made problem has.
pub(super) const DEMANDS: [&str; 16] = [
    "plain",
    "presence",
    "half days",
    "fixed",
    "locked",
    "equipment",
    "owner",
    "load",
    "half load",
    "rest",
    "lunch",
    "travel",
    "length",
    "order",
    "spread",
    "representatives",
];

fn numbers(random: &mut Random, below: usize, chance: usize) -> Vec<usize> {
    (0..below).filter(|_| random.below(chance) != 0).collect()
}

/// A problem of `seed` with the demands whose numbers are in `with`.
pub(super) fn made(seed: u64, with: &[usize]) -> Problem {
    let mut random = Random::new(seed);
    let r = &mut random;
    let has = |demand: &str| with.iter().any(|&i| DEMANDS[i] == demand);
    let slots = 2 + r.below(3);
    let cut = if r.below(2) == 0 { slots } else { 1 + r.below(slots) };
    let people = 2 + r.below(3);
    let mut problem = Problem {
        slots: (0..slots)
            .map(|t| Slot { half_day: usize::from(t >= cut), minutes: [20, 30][r.below(2)] })
            .collect(),
        tables: vec![Table::default(); 1 + r.below(2)],
        participants: vec![Participant::default(); people],
        ..Problem::default()
    };
    for _ in 0..=r.below(4) {
        let mut order: Vec<usize> = (0..people).collect();
        let size = 2 + r.below(people - 1).min(1);
        for i in 0..size {
            let j = i + r.below(people - i);
            order.swap(i, j);
        }
        order.truncate(size);
        problem.meetings.push(Meeting {
            participants: order,
            level: [Level::Must, Level::Must, Level::Should, Level::Wish][r.below(4)],
            points: u32::try_from(1 + r.below(30)).unwrap(),
            ..Meeting::default()
        });
    }
    if r.below(3) == 0 {
        problem.prices = Prices { moved_participant: 7, moved_meeting: 3, ..Prices::default() };
    }
    people_want(&mut problem, r, &has);
    meetings_want(&mut problem, r, &has);
    tables_have(&mut problem, r, &has);
    if r.below(3) == 0 {
        problem.published = (0..problem.meetings.len())
            .map(|_| (r.below(3) > 0).then(|| seat(&problem, r)))
            .collect();
    }
    if has("spread") {
        problem.spread = Some(u32::try_from(r.below(2)).unwrap());
    }
    problem.validate().unwrap();
    problem
}

fn seat(problem: &Problem, r: &mut Random) -> Seat {
    Seat { slot: r.below(problem.slots.len()), table: r.below(problem.tables.len()) }
}

fn people_want(problem: &mut Problem, r: &mut Random, has: &dyn Fn(&str) -> bool) {
    let slots = problem.slots.len();
    for participant in &mut problem.participants {
        if has("presence") && r.below(2) == 0 {
            participant.present = Some(numbers(r, slots, 3));
        }
        if has("load") {
            participant.min = r.below(3);
            participant.max = (r.below(2) == 0).then(|| r.below(3));
        }
        if has("half load") {
            participant.min_per_half_day = r.below(2);
            participant.max_per_half_day = (r.below(2) == 0).then(|| 1 + r.below(2));
        }
        if has("rest") && r.below(3) > 0 {
            participant.max_run_minutes = Some(u32::try_from(15 + 15 * r.below(4)).unwrap());
        }
        if has("lunch") && r.below(3) > 0 {
            let first = r.below(slots);
            participant.lunch = vec![vec![first, (first + 1).min(slots - 1)]];
            if r.below(3) == 0 {
                participant.lunch.push(vec![r.below(slots)]);
            }
        }
        if has("representatives") {
            participant.representatives = 1 + r.below(2);
        }
    }
}

fn meetings_want(problem: &mut Problem, r: &mut Random, has: &dyn Fn(&str) -> bool) {
    let last = problem.slots[problem.slots.len() - 1].half_day;
    let meetings = problem.meetings.len();
    for m in 0..meetings {
        let at = seat(problem, r);
        let meeting = &mut problem.meetings[m];
        if has("half days") && r.below(2) == 0 {
            meeting.half_days = vec![r.below(last + 1)];
        }
        if has("fixed") && r.below(2) == 0 {
            meeting.fixed = Some(at.slot);
        }
        if has("locked") && r.below(2) == 0 {
            meeting.locked = Some(at);
        }
        if has("length") {
            meeting.length = 1 + r.below(3);
        }
        if has("equipment") && r.below(2) == 0 {
            meeting.needs = vec!["projector".to_owned()];
        }
        if has("order") && r.below(2) == 0 {
            let after = r.below(meetings);
            problem.precedences.push(Precedence { before: m, after });
        }
    }
}

fn tables_have(problem: &mut Problem, r: &mut Random, has: &dyn Fn(&str) -> bool) {
    let people = problem.participants.len();
    if has("travel") {
        problem.travel = vec![vec![0, 1 + r.below(2)], vec![1 + r.below(2), 0]];
    }
    for table in &mut problem.tables {
        if has("equipment") && r.below(2) == 0 {
            table.equipment = vec!["projector".to_owned()];
        }
        if has("owner") && r.below(2) == 0 {
            table.owner = Some(r.below(people));
        }
        if has("travel") {
            table.place = r.below(2);
        }
    }
}
