//! Measures prediction of hidden edges: `predict kag|a-share DIR [SEED]` hides one edge in ten and
//! prints ours beside common neighbours, Adamic-Adar and popularity; `predict split …` writes
//! `train.csv`, `queries.csv` and `hidden.csv` for `lianmeng graph predict` into the directory
//! named last.
#![expect(clippy::print_stdout, reason = "a measuring tool talks to its terminal")]

use lianmeng_graph::predict::measure::{Split, measure};
use lianmeng_graph::predict::rivals::{Rival, Rivals};
use lianmeng_graph::predict::{Edge, Predictor, Query, SIGNALS};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

/// Targets kept for each query.
const LIMIT: usize = 100;

type Names = BTreeMap<String, String>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["split", set, dir, seed, out] => {
            let (edges, kind, _) = read(set, Path::new(dir))?;
            write(&Split::new(&edges, kind, seed.parse()?), Path::new(out))
        }
        [set, dir] => table(set, Path::new(dir), 1),
        [set, dir, seed] => table(set, Path::new(dir), seed.parse()?),
        _ => Err("usage: predict kag|a-share DIR [SEED] | split kag|a-share DIR SEED OUT".into()),
    }
}

fn read(set: &str, dir: &Path) -> Result<(Vec<Edge>, &'static str, Names), Box<dyn Error>> {
    let rows = |name: &str| -> Result<Vec<csv::StringRecord>, Box<dyn Error>> {
        Ok(csv::Reader::from_path(dir.join(name))?.records().collect::<Result<_, _>>()?)
    };
    let edge = |row: &csv::StringRecord, kind: &str| Edge {
        from: row[0].to_owned(),
        to: row[1].to_owned(),
        kind: kind.to_owned(),
    };
    if set == "kag" {
        let edges = rows("supply_edges.csv")?.iter().map(|row| edge(row, "supply")).collect();
        return Ok((edges, "supply", Names::new()));
    }
    let edges = rows("product_edges.csv")?.iter().map(|row| edge(row, &row[2])).collect();
    let name = |row: &csv::StringRecord| (row[0].to_owned(), row[1].to_owned());
    let names = rows("products.csv")?.iter().map(name).collect();
    Ok((edges, "upstream_material", names))
}

fn write(split: &Split, out: &Path) -> Result<(), Box<dyn Error>> {
    for (name, edges) in [("train.csv", &split.train), ("hidden.csv", &split.hidden)] {
        let mut writer = csv::Writer::from_path(out.join(name))?;
        writer.write_record(["from", "to", "kind"])?;
        for edge in edges {
            writer.write_record([&edge.from, &edge.to, &edge.kind])?;
        }
        writer.flush()?;
    }
    let mut writer = csv::Writer::from_path(out.join("queries.csv"))?;
    writer.write_record(["from", "kind"])?;
    for query in split.queries() {
        writer.write_record([&query.from, &query.kind])?;
    }
    Ok(writer.flush()?)
}

fn table(set: &str, dir: &Path, seed: u64) -> Result<(), Box<dyn Error>> {
    let (edges, kind, names) = read(set, dir)?;
    let split = Split::new(&edges, kind, seed);
    let only: Vec<Edge> = split.train.iter().filter(|edge| edge.kind == kind).cloned().collect();
    println!(
        "{set}: {} edges to learn from, {} hidden, seed {seed}",
        split.train.len(),
        split.hidden.len()
    );
    ours("ours", &split, &split.train, &names);
    if !names.is_empty() {
        ours("ours, without names", &split, &split.train, &Names::new());
        ours("ours, names and this kind alone", &split, &only, &names);
    }
    let rivals = Rivals::new(&split.train, &names);
    for (name, rival) in [
        ("common neighbours", Rival::CommonNeighbours),
        ("Adamic-Adar", Rival::AdamicAdar),
        ("popularity", Rival::Popularity),
    ] {
        let rank = |query: &Query| (query.clone(), rivals.rank(rival, query, LIMIT));
        line(name, &split, &split.queries().iter().map(rank).collect());
    }
    Ok(())
}

fn ours(name: &str, split: &Split, train: &[Edge], names: &Names) {
    let queries = split.queries();
    let start = Instant::now();
    let predictor = Predictor::learn(train, names, 1);
    let learned = start.elapsed();
    let start = Instant::now();
    let found = predictor.rank_all(&queries, LIMIT);
    let ranked = start.elapsed();
    let lists = queries
        .iter()
        .cloned()
        .zip(found)
        .map(|(query, found)| (query, found.into_iter().map(|one| one.to).collect()))
        .collect();
    line(name, split, &lists);
    println!("    learned in {learned:.1?}, {} queries ranked in {ranked:.1?}", queries.len());
    for known in [0, 1, 4, 20] {
        let weights = predictor.weights(&queries[0].kind, known).unwrap_or_default();
        let words: Vec<String> = SIGNALS
            .iter()
            .zip(weights)
            .filter(|(_, weight)| *weight > 0)
            .map(|((_, word), weight)| format!("{word} {weight}"))
            .collect();
        println!("    {known:>2} known: {}", words.join(", "));
    }
}

fn line(name: &str, split: &Split, lists: &BTreeMap<Query, Vec<String>>) {
    let found = measure(split, lists);
    println!(
        "{name:32} MRR {:.4} ± {:.4}  Hits@10 {:.4}  ({} edges)",
        found.mrr, found.mrr_margin, found.hits10, found.edges
    );
}
