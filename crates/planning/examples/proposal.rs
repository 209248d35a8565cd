//! Measures proposals of events: `proposal [--seeds N] [--people N] [--suggestions N]
//! [--capacity N]` makes a graph by seed and prints, for each seed, the expected points of ours, of
//! a greedy hand (best suggestion first) and of inviting by lot (mean of 20), the bound, what the
//! smaller alternative keeps with how many people, and the milliseconds.
//!
//! Data: people of six kinds and ten districts, one to four matches each; suggestions between
//! people by lot, three in four of them between popular fifths; 10 to 100 points, 20 to 95 %.

use lianmeng_planning::proposal::{
    About, Host, Kind, Person, Problem, Quota, Suggestion, by_lot, greedy, propose,
};
use std::collections::BTreeSet;
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

/// `SplitMix64`, so that a seed gives the same data everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

const KINDS: [Kind; 6] = [
    Kind::CentralSoe,
    Kind::LocalSoe,
    Kind::PrivateFirm,
    Kind::Finance,
    Kind::Institute,
    Kind::Department,
];

fn problem(
    seed: u64,
    people: u64,
    suggestions: u64,
    capacity: u64,
) -> Result<Problem, Box<dyn Error>> {
    let mut dice = Dice(seed);
    let mut all = Vec::new();
    for i in 0..people {
        let kind = KINDS[usize::try_from(dice.below(6))?];
        all.push(Person {
            id: format!("e{i:04}"),
            kind,
            district: Some(format!("d{}", dice.below(10))),
            capacity: u32::try_from(1 + dice.below(4))?,
            must_invite: kind == Kind::CentralSoe && dice.below(20) == 0,
            away: false,
            cost_fen: 50_000,
        });
    }
    let mut seen = BTreeSet::new();
    let mut edges = Vec::new();
    for _ in 0..suggestions {
        let a = if dice.below(4) > 0 { dice.below(people.div_ceil(5)) } else { dice.below(people) };
        let b = dice.below(people);
        if a == b || !seen.insert((a.min(b), a.max(b))) {
            continue;
        }
        edges.push(Suggestion {
            a: format!("e{a:04}"),
            b: format!("e{b:04}"),
            value_points: u32::try_from(10 + dice.below(91))?,
            probability_basis_points: u32::try_from(2_000 + dice.below(7_501))?,
            about: About::Cooperation,
        });
    }
    let quota = |kind, min, max| Quota { kind, min, max };
    Ok(Problem {
        people: all,
        suggestions: edges,
        capacity: usize::try_from(capacity)?,
        quotas: vec![quota(Kind::Finance, 3, None), quota(Kind::Department, 0, Some(5))],
        hosts: (0..10)
            .map(|d| Host {
                id: format!("d{d}"),
                name: format!("第{d}区"),
                capacity: None,
                waited_days: d,
            })
            .collect(),
        max_hosts: 2,
        keep_basis_points: 8_000,
        steps: 50_000_000,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut seeds, mut people, mut suggestions, mut capacity) = (5, 300, 2_000, 60);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().ok_or("a number is missing")?.parse()?;
        match argument.as_str() {
            "--seeds" => seeds = number,
            "--people" => people = number,
            "--suggestions" => suggestions = number,
            "--capacity" => capacity = number,
            _ => return Err(format!("{argument} is not an option").into()),
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(out, "seed,ours,greedy,by_lot,bound,status,smaller_people,smaller_keeps_bp,ms")?;
    for seed in 1..=seeds {
        let problem = problem(seed, people, suggestions, capacity)?;
        let start = Instant::now();
        let answer = propose(&problem)?;
        let ms = start.elapsed().as_millis();
        let figures = answer.figures.ok_or("no figures")?;
        let mut lots = 0;
        for draw in 0..20 {
            lots += by_lot(&problem, draw)?;
        }
        let smaller = answer.smaller.map_or((0, 0), |s| (s.people, s.keeps_basis_points));
        writeln!(
            out,
            "{seed},{},{},{},{},{:?},{},{},{ms}",
            figures.expected_points,
            greedy(&problem)?,
            lots / 20,
            figures.bound_points,
            answer.status,
            smaller.0,
            smaller.1,
        )?;
    }
    Ok(())
}
