//! Writes graphs to measure on and answers questions about them, for `benches/graph.py`.
//!
//! `net make NODES EDGES SEED FILE` writes edges whose ends are drawn with weights that give degrees
//! by a power law of exponent 2.2 (Chung and Lu 2002). `net a-share FOLDER FILE` writes products and
//! companies of the listed set. `net ask FILE OUT PAIRS` answers, times each question by processor
//! time and writes whole answers into the folder OUT. `net communities FILE ROUNDS SEED` looks for
//! communities alone. `net far NODES EDGES SEED` makes a graph, keeps it
//! in memory and asks for two hops.
//!
//! A file is a list of 32-bit numbers, low byte first: nodes, then the two ends of each edge.
#![expect(clippy::print_stdout, reason = "a measuring tool talks to its terminal")]

use std::collections::HashMap;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::Path;
use std::time::Instant;

use lianmeng_graph::Direction;
use lianmeng_graph::net::community::Leiden;
use lianmeng_graph::net::rank::Surfing;
use lianmeng_graph::net::reach::{Marks, Within};
use lianmeng_graph::net::route::{Route, Trails};
use lianmeng_graph::net::{Net, Node};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;
type Edges = Vec<(Node, Node)>;

fn main() -> Outcome {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["make", nodes, edges, seed, file] => {
            let nodes = nodes.parse()?;
            let list = power_law(nodes, edges.parse()?, seed.parse()?)?;
            write(Path::new(file), nodes, &list)
        }
        ["a-share", folder, file] => {
            let (nodes, list) = a_share(Path::new(folder))?;
            write(Path::new(file), nodes, &list)
        }
        ["ask", file, out, pairs] => ask(Path::new(file), Path::new(out), pairs.parse()?),
        ["communities", file, rounds, seed] => {
            let (nodes, edges) = read(Path::new(file))?;
            let ties = Net::new(nodes, &edges)?.ties();
            let start = processor();
            let how = Leiden { rounds: rounds.parse()?, seed: seed.parse()?, start: &[] };
            let groups = ties.communities(how)?;
            let (took, quality) = (processor() - start, ties.modularity(&groups));
            println!("{} communities, modularity {quality:.6}, {took:.3} s", groups.count());
            Ok(())
        }
        ["far", nodes, edges, seed] => far(nodes.parse()?, edges.parse()?, seed.parse()?),
        _ => {
            Err("usage: net make NODES EDGES SEED FILE | a-share FOLDER FILE | ask FILE OUT PAIRS \
                  | communities FILE ROUNDS SEED | far NODES EDGES SEED"
                .into())
        }
    }
}

/// Exactly `count` different edges without loops; node `i` in a hidden order is drawn with weight
/// `i^(−1/1.2)`, which gives degrees with density `k^−2.2`.
fn power_law(nodes: u32, count: usize, seed: u64) -> Outcome<Edges> {
    let mut random = StdRng::seed_from_u64(seed);
    let mut names: Vec<u32> = (0..nodes).collect();
    for last in (1..names.len()).rev() {
        names.swap(last, random.random_range(0..=last));
    }
    let mut sum = 0.0;
    let mut reach: Vec<f64> = Vec::with_capacity(names.len());
    for place in 1..=nodes {
        sum += f64::from(place).powf(-1.0 / 1.2);
        reach.push(sum);
    }
    let mut draw = || {
        let point = random.random_range(0.0..sum);
        names[reach.partition_point(|&end| end <= point).min(names.len() - 1)]
    };
    let mut list: Vec<(Node, Node)> = Vec::with_capacity(count + count / 8);
    while list.len() < count {
        while list.len() < count + count / 8 {
            let edge = (draw(), draw());
            if edge.0 != edge.1 {
                list.push(edge);
            }
        }
        list.sort_unstable();
        list.dedup();
    }
    // Too many by chance: drop evenly, so that no node loses more than others.
    let surplus = list.len() - count;
    let mut dropped = 0;
    let total = list.len();
    let mut place = 0;
    list.retain(|_| {
        place += 1;
        let is_out = dropped < surplus && place * surplus / total > dropped;
        dropped += usize::from(is_out);
        !is_out
    });
    if list.len() != count {
        return Err(format!("made {} edges instead of {count}", list.len()).into());
    }
    Ok(list)
}

/// Products and companies of the listed set: companies first, then products, as they stand in the
/// files; product edges as written, and what companies make.
fn a_share(folder: &Path) -> Outcome<(u32, Edges)> {
    let mut number: HashMap<String, Node> = HashMap::new();
    let mut next = 0;
    for file in ["companies.csv", "products.csv"] {
        for row in csv::Reader::from_path(folder.join(file))?.records() {
            number.insert(row?[0].to_owned(), next);
            next += 1;
        }
    }
    let mut list = Vec::new();
    for file in ["product_edges.csv", "company_product.csv"] {
        for row in csv::Reader::from_path(folder.join(file))?.records() {
            let row = row?;
            let end = |place: usize| number.get(&row[place]).copied().ok_or("an unknown end");
            list.push((end(0)?, end(1)?));
        }
    }
    list.retain(|(from, to)| from != to);
    list.sort_unstable();
    list.dedup();
    Ok((next, list))
}

fn write(file: &Path, nodes: u32, edges: &[(Node, Node)]) -> Outcome {
    let mut out = BufWriter::new(File::create(file)?);
    out.write_all(&nodes.to_le_bytes())?;
    for (from, to) in edges {
        out.write_all(&from.to_le_bytes())?;
        out.write_all(&to.to_le_bytes())?;
    }
    out.flush()?;
    println!("{nodes} nodes, {} edges", edges.len());
    Ok(())
}

fn read(file: &Path) -> Outcome<(u32, Edges)> {
    let mut bytes = Vec::new();
    File::open(file)?.read_to_end(&mut bytes)?;
    let numbers: Vec<u32> = bytes
        .chunks_exact(4)
        .map(|four| four.iter().rev().fold(0, |sum, &byte| sum << 8 | u32::from(byte)))
        .collect();
    let [nodes, ends @ ..] = &numbers[..] else { return Err("the file is empty".into()) };
    Ok((*nodes, ends.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()))
}

/// Seconds of processor time of this process.
fn processor() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|word| word.parse::<f64>().ok());
    nanos.unwrap_or(0.0) / 1e9
}

/// Runs a question often enough to be measured and prints its name and the seconds of one run: the
/// shortest on the clock, or processor time where a run takes longer than the system's tick.
fn timed<T>(name: &str, mut run: impl FnMut() -> T) -> T {
    let (mut best, mut spent, mut runs) = (f64::MAX, 0.0, 0);
    loop {
        let (clock, start) = (Instant::now(), processor());
        let answer = run();
        let (wall, cpu) = (clock.elapsed().as_secs_f64(), processor() - start);
        let took = if wall > 0.1 { cpu } else { wall };
        spent += wall;
        best = best.min(took);
        runs += 1;
        if spent > 2.0 || spent > 0.5 && runs >= 20 {
            println!("time\t{name}\t{best:.9}");
            return answer;
        }
    }
}

fn save(folder: &Path, name: &str, numbers: impl Iterator<Item = u32>) -> Outcome {
    let mut out = BufWriter::new(File::create(folder.join(name))?);
    for number in numbers {
        out.write_all(&number.to_le_bytes())?;
    }
    Ok(out.flush()?)
}

/// Nodes to ask from, spread by a fixed step.
fn asked(nodes: u32, count: u32, salt: u64) -> impl Iterator<Item = Node> {
    let mut random = StdRng::seed_from_u64(salt);
    (0..count).map(move |_| random.random_range(0..nodes))
}

/// As far as `hops` along edges.
fn along(hops: u32, limit: usize) -> Within {
    Within { hops, direction: Direction::Out, limit }
}

fn ask(file: &Path, out: &Path, pairs: u32) -> Outcome {
    let (nodes, edges) = read(file)?;
    let net = timed("build", || Net::new(nodes, &edges))?;
    let bytes = net.bytes();
    println!("nodes\t{nodes}\nedges\t{}\nbytes\t{bytes}", net.edges());
    drop(edges);

    let starts: Vec<Node> = asked(nodes, pairs, 7).collect();
    let ends: Vec<Node> = asked(nodes, pairs, 8).collect();
    save(out, "starts", starts.iter().copied())?;
    save(out, "ends", ends.iter().copied())?;
    let mut marks = Marks::new(nodes);
    for hops in [2, 3] {
        let counts = timed(&format!("hops{hops}"), || {
            let one =
                |&start: &Node| net.within(start, along(hops, usize::MAX), &mut marks).nodes.len();
            starts.iter().map(one).collect::<Vec<usize>>()
        });
        let numbers = counts.iter().map(|&count| u32::try_from(count));
        save(out, &format!("hops{hops}"), numbers.collect::<Result<Vec<_>, _>>()?.into_iter())?;
    }
    let first = net.within(starts[0], along(2, usize::MAX), &mut marks);
    save(out, "first", first.nodes.into_iter())?;

    let mut trails = Trails::new(nodes);
    let lengths = timed("shortest", || {
        let ends = starts.iter().zip(&ends);
        let one = |(&from, &to): (&Node, &Node)| {
            net.shortest(
                Route { from, to, direction: Direction::Out, max_steps: u32::MAX },
                &mut trails,
            )
            .map_or(0, |way| way.len())
        };
        ends.map(one).collect::<Vec<usize>>()
    });
    let numbers = lengths.iter().map(|&length| u32::try_from(length));
    save(out, "shortest", numbers.collect::<Result<Vec<_>, _>>()?.into_iter())?;

    let weak = timed("weak", || net.weak_pieces());
    save(out, "weak", weak.of.iter().copied())?;
    let strong = timed("strong", || net.strong_pieces());
    save(out, "strong", strong.of.iter().copied())?;
    let ranks = timed("rank", || net.page_rank(Surfing::default()));
    let mut file = BufWriter::new(File::create(out.join("rank"))?);
    for rank in ranks {
        file.write_all(&rank.to_le_bytes())?;
    }
    file.flush()?;

    let ties = timed("ties", || net.ties());
    println!("ties\t{}\nties_bytes\t{}", ties.count(), ties.bytes());
    let cuts = timed("cuts", || ties.cuts());
    save(out, "cuts", cuts.nodes.iter().copied())?;
    save(out, "bridges", cuts.bridges.iter().flat_map(|&(a, b)| [a, b]))?;
    let groups = timed("communities", || ties.communities(Leiden::default()))?;
    save(out, "communities", groups.of.iter().copied())?;
    println!("modularity\t{:.6}\ncommunity_count\t{}", ties.modularity(&groups), groups.count());
    Ok(())
}

/// Builds a graph without a file and asks for two hops from 10,000 nodes.
fn far(nodes: u32, count: usize, seed: u64) -> Outcome {
    let start = Instant::now();
    let edges = power_law(nodes, count, seed)?;
    println!(
        "{count} edges drawn in {:.1} s, {} MB resident",
        start.elapsed().as_secs_f64(),
        resident()
    );
    let start = processor();
    let net = Net::new(nodes, &edges)?;
    println!("built in {:.1} s of processor time", processor() - start);
    drop(edges);
    println!("{} MB held, {} MB resident, {} MB at most", net.bytes() >> 20, resident(), peak());
    let mut marks = Marks::new(nodes);
    for limit in [10_000, usize::MAX] {
        let mut times = Vec::new();
        let mut found = Vec::new();
        for from in asked(nodes, 10_000, 9) {
            let start = Instant::now();
            let reach = net.within(from, along(2, limit), &mut marks);
            times.push(start.elapsed().as_micros());
            found.push(reach.nodes.len());
        }
        times.sort_unstable();
        found.sort_unstable();
        let at = |share: usize| (times[share * 100 - 1], found[share * 100 - 1]);
        println!(
            "limit {limit}: p50, p90, p99, most (µs, nodes) {:?} {:?} {:?} {:?}",
            at(50),
            at(90),
            at(99),
            at(100)
        );
    }
    Ok(())
}

fn memory(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Megabytes this process holds.
fn resident() -> u64 {
    memory("VmRSS:")
}

/// The most megabytes it ever held.
fn peak() -> u64 {
    memory("VmHWM:")
}
