//! Measures the wide engine on a made event, or solves one from a file.
//!
//! `cargo run --release -p lianmeng-planning --example wide -- PEOPLE MEETINGS SLOTS SECONDS [plain]`
//! makes an event of that size with most kinds of demands (without them if `plain`), and prints
//! each better timetable; `-- FILE SECONDS` reads a file, also a published
//! one (`.dzn`), of which only breaks have a price.

use lianmeng_planning::wide::{
    Level, Meeting, Options, Participant, Precedence, Prices, Problem, Progress, Slot, Table,
    parse, solve,
};
use lianmeng_planning::{Budget, Clock, HalfDay, parse_dzn};
use std::time::Instant;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "an example says what it found")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (problem, seconds) = match read(&arguments) {
        Ok(read) => read,
        Err(message) => {
            eprintln!("{message}");
            return;
        }
    };
    let start = Instant::now();
    let elapsed = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    let budget = Budget::Clock(Clock { elapsed_ms: &elapsed, limit_ms: seconds * 1000 });
    let mut told = 0;
    let mut tell = |progress: &Progress<'_>| {
        told += 1;
        if told <= 3 || progress.elapsed_ms >= told * 20 {
            println!("{:>7} ms {:?}", progress.elapsed_ms, progress.score);
        }
    };
    match solve(&problem, &Options::default(), budget, &mut tell) {
        Ok(answer) => {
            println!("{:>7} ms {:?} {:?}", answer.elapsed_ms, answer.status, answer.score);
            println!("bound {:?}, {:?}", answer.bound, answer.tally);
            for finding in answer.conflict.iter().take(20) {
                println!("{} / {}", finding.text, finding.text_zh);
            }
        }
        Err(error) => eprintln!("{error}"),
    }
}

fn read(arguments: &[String]) -> Result<(Problem, u64), String> {
    let number = |i: usize| -> Result<usize, String> {
        let text = arguments.get(i).ok_or("give PEOPLE MEETINGS SLOTS SECONDS, or FILE SECONDS")?;
        text.parse().map_err(|_| format!("{text} is not a whole number"))
    };
    if number(0).is_ok() {
        let seconds = u64::try_from(number(3)?).unwrap_or(1);
        let plain = arguments.get(4).is_some_and(|word| word == "plain");
        return Ok((made(number(0)?, number(1)?, number(2)?, plain), seconds));
    }
    let file = arguments.first().ok_or("give a file")?;
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let is_published = std::path::Path::new(file).extension().is_some_and(|end| end == "dzn");
    let problem = if is_published {
        widened(&parse_dzn(&text, Some(2)).map_err(|error| format!("{file}: {error}"))?)
    } else {
        parse(&text).map_err(|error| format!("{file}: {error}"))?
    };
    Ok((problem, u64::try_from(number(1)?).unwrap_or(1)))
}

/// A published event with two half-days; only breaks within one count.
fn widened(problem: &lianmeng_planning::Problem) -> Problem {
    let half_days = |half_day: HalfDay| match half_day {
        HalfDay::Morning => vec![0],
        HalfDay::Afternoon => vec![1],
        HalfDay::Either => Vec::new(),
    };
    let slot = |t: usize| Slot { half_day: usize::from(t >= problem.morning), minutes: 20 };
    Problem {
        slots: (0..problem.slots).map(slot).collect(),
        tables: vec![Table::default(); problem.tables],
        participants: problem
            .participants
            .iter()
            .map(|p| Participant {
                present: Some((0..problem.slots).filter(|t| !p.forbidden.contains(t)).collect()),
                ..Participant::default()
            })
            .collect(),
        meetings: problem
            .meetings
            .iter()
            .map(|m| Meeting {
                participants: m.participants.clone(),
                half_days: half_days(m.half_day),
                fixed: m.fixed,
                ..Meeting::default()
            })
            .collect(),
        precedences: problem
            .precedences
            .iter()
            .map(|pair| Precedence { before: pair.before, after: pair.after })
            .collect(),
        spread: problem.fairness,
        prices: Prices { r#break: 1, table_change: 0, walking: 0, ..Prices::default() },
        ..Problem::default()
    }
}

/// An event of two half-days: pairs drawn at random, nobody above their seats; each sixth meeting a
/// “should”, each tenth a wish.
fn made(people: usize, meetings: usize, slots: usize, plain: bool) -> Problem {
    let mut state = 7_u64;
    let mut below = move |n: usize| -> usize {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % n.max(1)
    };
    let mut problem = Problem {
        slots: (0..slots)
            .map(|t| Slot { half_day: usize::from(t * 2 >= slots), minutes: 20 })
            .collect(),
        tables: vec![Table::default(); (meetings * 5).div_ceil(slots * 4) + 1],
        participants: vec![Participant::default(); people],
        ..Problem::default()
    };
    let mut seats = vec![slots - slots / 8; people];
    if !plain {
        problem.travel = vec![vec![0, 1], vec![1, 0]];
        for (t, table) in problem.tables.iter_mut().enumerate() {
            table.place = usize::from(t % 4 == 0);
            if t % 3 == 1 {
                table.equipment = vec!["projector".to_owned()];
            }
        }
        for (p, participant) in problem.participants.iter_mut().enumerate() {
            participant.lunch = vec![vec![slots / 2 - 1, slots / 2]];
            if p % 3 == 0 {
                participant.max_run_minutes = Some(120);
            }
            if p % 20 == 0 {
                participant.present = Some((0..slots / 2).collect());
                seats[p] = slots / 3;
            }
            if p % 10 == 1 {
                participant.representatives = 2;
                seats[p] *= 2;
            }
        }
    }
    let mut tries = 0;
    while problem.meetings.len() < meetings && tries < meetings * 100 {
        tries += 1;
        let (a, b) = (below(people), below(people));
        let m = problem.meetings.len();
        let length = if !plain && m % 25 == 3 { 2 } else { 1 };
        let known = |meeting: &Meeting| {
            meeting.participants.contains(&a) && meeting.participants.contains(&b)
        };
        if a == b || seats[a] < length || seats[b] < length || problem.meetings.iter().any(known) {
            continue;
        }
        seats[a] -= length;
        seats[b] -= length;
        let mut meeting = Meeting { participants: vec![a, b], length, ..Meeting::default() };
        if !plain {
            meeting.level = match m {
                m if m % 10 == 9 => Level::Wish,
                m if m % 6 == 5 => Level::Should,
                _ => Level::Must,
            };
            meeting.points = u32::try_from(1 + m % 7).unwrap_or(1);
            if m % 9 == 4 {
                meeting.needs = vec!["projector".to_owned()];
            }
        }
        problem.meetings.push(meeting);
    }
    problem
}
