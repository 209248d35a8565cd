//! Measures what is saved of a day when people do not come: `noshow FILE [--seeds N] [--steps N]`
//! plans a published event (`.dzn`), then lets a tenth of its people be absent, drawn by seed, and
//! plans the rest of the day again as `eventReplan` does.
//!
//! Prints one JSON line for the plan and one for each seed and case, with all that is needed to
//! judge it elsewhere; everything is counted from 0.

use lianmeng_planning::wide::day::{Booked, Day, Person, STEPS, replan};
use lianmeng_planning::wide::{self, Seat, Slot};
use lianmeng_planning::{Budget, HalfDay, Options, Problem, Timetable, parse_dzn, plan};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

/// The third slot, from 0.
const THIRD: usize = 2;
/// Pairs that stand by for one replanning, at most; the limit of `eventReplan`.
const STANDBY: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut file, mut seeds, mut steps) = (None, 100, 20_000_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            arguments
                .next()
                .ok_or("a number is missing")?
                .parse::<u64>()
                .map_err(Box::<dyn Error>::from)
        };
        match argument.as_str() {
            "--seeds" => seeds = number()?,
            "--steps" => steps = number()?,
            _ => file = Some(argument),
        }
    }
    let file = file.ok_or("noshow FILE [--seeds N] [--steps N]")?;
    let problem = parse_dzn(&std::fs::read_to_string(&file)?, Some(2))?;
    let solution = plan(&problem, None, &Options::default(), Budget::Steps(steps))?;
    let before = solution.timetable.ok_or("no timetable was found; give more steps")?;
    let mut out = std::io::stdout().lock();
    let breaks = solution.score.map(|score| score.breaks);
    writeln!(out, "{}", json!({"plan": seats(&before), "breaks": breaks}))?;
    for seed in 1..=seeds {
        for case in cases(&problem, seed) {
            writeln!(out, "{}", case.run(&problem, &before)?)?;
        }
    }
    Ok(())
}

/// Who does not come from when on, and who may take their place.
struct Case {
    seed: u64,
    absent: BTreeSet<usize>,
    from: usize,
    /// Whether that was drawn too.
    is_drawn: bool,
    /// Whether somebody who lost nothing may get one more meeting.
    with_anybody: bool,
}

/// A tenth of the people, absent from the third slot on or from any but the first.
fn cases(problem: &Problem, seed: u64) -> Vec<Case> {
    let mut dice = Dice(seed);
    let people = problem.participants.len();
    let mut absent = BTreeSet::new();
    while absent.len() < people.div_ceil(10) {
        absent.insert(dice.below(people));
    }
    let any = 1 + dice.below(problem.slots.saturating_sub(1));
    let case = |(is_drawn, with_anybody)| {
        let from = if is_drawn { any } else { THIRD };
        Case { seed, absent: absent.clone(), from, is_drawn, with_anybody }
    };
    [(false, false), (false, true), (true, false), (true, true)].map(case).into()
}

impl Case {
    fn run(&self, problem: &Problem, before: &Timetable) -> Result<Value, Box<dyn Error>> {
        let mut meetings = booked(problem, before);
        let mut lost = BTreeSet::new();
        for one in &mut meetings {
            let is_open = one.seat.is_some_and(|seat| seat.slot >= self.from);
            if is_open && one.participants.iter().any(|p| self.absent.contains(p)) {
                one.seat = None;
                lost.extend(one.participants.iter().copied().filter(|p| !self.absent.contains(p)));
            }
        }
        let standby = self.standby(problem, &lost);
        meetings.extend(
            standby.iter().map(|pair| Booked { participants: pair.to_vec(), ..Booked::default() }),
        );
        let day = Day {
            slots: slots(problem),
            tables: problem.tables,
            people: self.people(problem, &lost),
            meetings,
            precedences: Vec::new(),
            from: self.from,
            may_move: true,
        };
        let start = Instant::now();
        let options = wide::Options { seed: self.seed };
        let seats = replan(&day, &options, Budget::Steps(STEPS))?;
        let micros = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let most: Vec<_> = day.people.iter().map(|one| one.max).collect();
        Ok(json!({
            "seed": self.seed, "from": self.from, "drawn": self.is_drawn, "anybody": self.with_anybody, "us": micros,
            "absent": self.absent, "standby": standby, "most": most, "seats": seats,
        }))
    }

    /// Pairs who do not meet yet and are there, of whom one or both `lost` a meeting: those with
    /// the most partners in common first, who are likely to have business with each other.
    fn standby(&self, problem: &Problem, lost: &BTreeSet<usize>) -> Vec<[usize; 2]> {
        let mut partners = vec![BTreeSet::new(); problem.participants.len()];
        for meeting in &problem.meetings {
            for &p in &meeting.participants {
                partners[p].extend(meeting.participants.iter().copied().filter(|&q| q != p));
            }
        }
        let mut pairs = Vec::new();
        for p in 0..partners.len() {
            for q in p + 1..partners.len() {
                let is_here = !self.absent.contains(&p) && !self.absent.contains(&q);
                let losers = usize::from(lost.contains(&p)) + usize::from(lost.contains(&q));
                let common = partners[p].intersection(&partners[q]).count();
                let enough = if self.with_anybody { 1 } else { 2 };
                if is_here && losers >= enough && common > 0 && !partners[p].contains(&q) {
                    pairs.push((std::cmp::Reverse(common), p, q));
                }
            }
        }
        pairs.sort_unstable();
        pairs.into_iter().take(STANDBY).map(|(_, p, q)| [p, q]).collect()
    }

    /// Who lost a meeting gets at most as many as planned. Who lost none gets none, or any number.
    fn people(&self, problem: &Problem, lost: &BTreeSet<usize>) -> Vec<Person> {
        let person = |(p, one): (usize, &lianmeng_planning::Participant)| {
            let planned = problem.meetings.iter().filter(|m| m.participants.contains(&p)).count();
            let is_there = |&t: &usize| t < self.from || !self.absent.contains(&p);
            let free = (0..problem.slots).filter(|t| !one.forbidden.contains(t));
            let is_bound = lost.contains(&p) || !self.with_anybody;
            Person { free: free.filter(is_there).collect(), max: is_bound.then_some(planned) }
        };
        problem.participants.iter().enumerate().map(person).collect()
    }
}

fn slots(problem: &Problem) -> Vec<Slot> {
    let slot = |t: usize| Slot { half_day: usize::from(t >= problem.morning), minutes: 20 };
    (0..problem.slots).map(slot).collect()
}

fn seats(before: &Timetable) -> Vec<Seat> {
    let both = before.slots.iter().zip(&before.tables);
    both.map(|(&slot, &table)| Seat { slot, table }).collect()
}

fn booked(problem: &Problem, before: &Timetable) -> Vec<Booked> {
    let both = problem.meetings.iter().zip(seats(before));
    let booked = |(meeting, seat): (&lianmeng_planning::Meeting, Seat)| Booked {
        participants: meeting.participants.clone(),
        half_days: match meeting.half_day {
            HalfDay::Morning => vec![0],
            HalfDay::Afternoon => vec![1],
            HalfDay::Either => Vec::new(),
        },
        fixed: meeting.fixed,
        seat: Some(seat),
        is_locked: meeting.locked,
    };
    both.map(booked).collect()
}

/// Numbers by seed: a linear congruence, of which the upper bits are used.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        let state = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = state.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % n.max(1)
    }
}
