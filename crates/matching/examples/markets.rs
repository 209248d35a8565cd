//! Times the pairing engine on made-up markets: `cargo run --release --example markets [NAME]`,
//! where NAME picks the markets whose names contain it.
#![expect(clippy::print_stdout, reason = "a measuring tool talks to its terminal")]

use lianmeng_matching::assign::{self, Bounds, Edge, PairingProblem};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::time::Instant;

/// How points are drawn.
#[derive(Clone, Copy)]
enum Taste {
    /// Every pair on its own, from a wide range.
    Wide,
    /// Every pair on its own, from 0 to 9: many ties.
    Narrow,
    /// Everybody prefers the same partners, with a little noise.
    Common,
    /// As `Common`, and some are better for everybody.
    Mutual,
}

struct Market {
    name: &'static str,
    size: usize,
    degree: Option<usize>,
    left: (u64, u64),
    right: (u64, u64),
    taste: Taste,
}

fn main() {
    let dense =
        |name, left, right, taste| Market { name, size: 2000, degree: None, left, right, taste };
    let sparse = |name, left, right, taste| Market {
        name,
        size: 10_000,
        degree: Some(20),
        left,
        right,
        taste,
    };
    let markets = [
        dense("dense (1,1) wide", (0, 1), (0, 1), Taste::Wide),
        dense("dense (1,1) narrow", (0, 1), (0, 1), Taste::Narrow),
        dense("dense (1,1) common", (0, 1), (0, 1), Taste::Common),
        dense("dense (3,2) wide", (0, 3), (0, 2), Taste::Wide),
        dense("dense min (1..3,1..2) common", (1, 3), (1, 2), Taste::Common),
        dense("dense (300,300) wide", (0, 300), (0, 300), Taste::Wide),
        dense("dense (1,1) mutual", (0, 1), (0, 1), Taste::Mutual),
        sparse("sparse (2,2) mutual", (0, 2), (0, 2), Taste::Mutual),
        sparse("sparse (1,1) wide", (0, 1), (0, 1), Taste::Wide),
        sparse("sparse (3,2) wide", (0, 3), (0, 2), Taste::Wide),
        sparse("sparse (3,2) narrow", (0, 3), (0, 2), Taste::Narrow),
        sparse("sparse (3,2) common", (0, 3), (0, 2), Taste::Common),
        sparse("sparse (2,2) common", (0, 2), (0, 2), Taste::Common),
        sparse("sparse min (1..3,1..2) wide", (1, 3), (1, 2), Taste::Wide),
        sparse("sparse min (2..3,2..2) common", (2, 3), (2, 2), Taste::Common),
        sparse("sparse infeasible (3..3,2..2)", (3, 3), (2, 2), Taste::Wide),
    ];
    let only = std::env::args().nth(1);
    for market in markets
        .iter()
        .filter(|market| only.as_deref().is_none_or(|only| market.name.contains(only)))
    {
        let problem = build(market);
        let start = Instant::now();
        let answer = assign::solve(&problem);
        let elapsed = start.elapsed().as_millis();
        println!(
            "{:32} {:7} edges {:?} total {:?} pairs {} conflicts {} in {elapsed} ms",
            market.name,
            problem.edges().len(),
            answer.status,
            answer.total,
            answer.pairs.len(),
            answer.conflict.len(),
        );
    }
}

fn build(market: &Market) -> PairingProblem {
    let mut rng = StdRng::seed_from_u64(1);
    let worth: Vec<i64> = (0..market.size).map(|_| rng.random_range(0..100_000)).collect();
    let mut edges = Vec::new();
    for left in 0..market.size {
        let partners: Vec<usize> = match market.degree {
            None => (0..market.size).collect(),
            Some(degree) => rand::seq::index::sample(&mut rng, market.size, degree).into_vec(),
        };
        for right in partners {
            let points = match market.taste {
                Taste::Wide => rng.random_range(0..100_000),
                Taste::Narrow => rng.random_range(0..10),
                Taste::Common => worth[right] + rng.random_range(0..1000),
                Taste::Mutual => worth[right] * worth[left] / 1000 + rng.random_range(0..1000),
            };
            edges.push(Edge { left, right, points });
        }
    }
    let side = |(min, max)| vec![Bounds { min, max }; market.size];
    match PairingProblem::new(side(market.left), side(market.right), edges) {
        Ok(problem) => problem,
        Err(error) => unreachable!("made-up markets are well formed: {error}"),
    }
}
