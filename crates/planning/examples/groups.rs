//! Measures grouped sessions: `groups [--seeds N] [--steps N] [--noise N]` makes data of the size
//! of a real meeting (65 central enterprises, 151 projects of 24 delegations, three half-days with
//! two rooms) by seed and prints, for each seed, our relevance, that of a greedy hand with no, one
//! and three passes, of lists cut in pieces, the bound, and the milliseconds of the search.
//!
//! Data: eight domains; an enterprise works in one, half of them in a second one; a project belongs
//! to one domain; a delegation has two domains that half of its projects come from. A pair of the
//! same main domain is worth 60 to 100, of the second one 30 to 60, any other 0 to the noise (20).

use lianmeng_planning::groups::{
    Delegation, Item, Participant, Problem, Room, greedy, in_list_order, plan,
};
use std::error::Error;
use std::io::Write as _;
use std::time::Instant;

const DOMAINS: u64 = 8;

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

fn problem(seed: u64, steps: u64, noise: u64) -> Result<Problem, Box<dyn Error>> {
    let mut dice = Dice(seed);
    let firms: Vec<(u64, Option<u64>)> = (0..65)
        .map(|_| {
            let main = dice.below(DOMAINS);
            (main, (dice.below(2) == 0).then(|| dice.below(DOMAINS)))
        })
        .collect();
    let homes: Vec<[u64; 2]> =
        (0..24).map(|_| [dice.below(DOMAINS), dice.below(DOMAINS)]).collect();
    let mut items = Vec::new();
    let mut domains = Vec::new();
    for i in 0..151 {
        let home = usize::try_from(if i < 24 { i } else { dice.below(24) })?;
        let own = homes[home][usize::try_from(dice.below(2))?];
        domains.push(if dice.below(2) == 0 { own } else { dice.below(DOMAINS) });
        let delegation = format!("d{home:02}");
        items.push(Item { id: format!("i{i:03}"), delegation, ..Item::default() });
    }
    let mut rows = Vec::new();
    for (main, second) in firms {
        let mut row = Vec::new();
        for &domain in &domains {
            let points = if domain == main {
                60 + dice.below(41)
            } else if Some(domain) == second {
                30 + dice.below(31)
            } else {
                dice.below(noise + 1)
            };
            row.push(u32::try_from(points)?);
        }
        rows.push(row);
    }
    let delegation = |i: usize| Delegation { id: format!("d{i:02}"), ..Delegation::default() };
    let participant = |i: usize| Participant { id: format!("p{i:02}"), ..Participant::default() };
    Ok(Problem {
        half_days: 3,
        rooms: ["a", "b"].map(|id| Room { id: id.into(), capacity: None }).to_vec(),
        groups: Some(6),
        participants: (0..65).map(participant).collect(),
        delegations: (0..24).map(delegation).collect(),
        items,
        relevance: Some(rows),
        min_participants: 9,
        max_participants: Some(13),
        min_items: 20,
        max_items: Some(30),
        seed,
        steps,
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut seeds, mut steps, mut noise) = (5, 4_000_000, 20);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let number = arguments.next().ok_or("a number is missing")?.parse()?;
        match argument.as_str() {
            "--seeds" => seeds = number,
            "--steps" => steps = number,
            "--noise" => noise = number,
            _ => return Err(format!("{argument} is not --seeds, --steps or --noise").into()),
        }
    }
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "seed,ours,greedy,greedy1,greedy3,lists,lists_broken,bound,of_bound_bp,status,ms"
    )?;
    for seed in 1..=seeds {
        let problem = problem(seed, steps, noise)?;
        let start = Instant::now();
        let answer = plan(&problem)?;
        let ms = start.elapsed().as_millis();
        let figures = answer.figures.ok_or("no figures")?;
        let hands = [greedy(&problem, 0)?, greedy(&problem, 1)?, greedy(&problem, 3)?];
        let (lists, broken) = in_list_order(&problem)?;
        let hands: Vec<String> = hands
            .iter()
            .map(|(points, broken)| format!("{points}{}", if *broken > 0 { "!" } else { "" }))
            .collect();
        writeln!(
            out,
            "{seed},{},{},{lists},{broken},{},{},{:?},{ms}",
            figures.relevance,
            hands.join(","),
            figures.bound,
            figures.share_basis_points,
            answer.status,
        )?;
    }
    Ok(())
}
