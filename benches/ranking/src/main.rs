//! One need against 100,000 offers: the index of offers beside tantivy's top 50 for the same words.
//!
//! `lianmeng-bench-ranking DIR [OFFERS] [SEED]`, where DIR holds needs.csv and offers.csv. The
//! titles are recombined: each made title takes the length in words of a real one and draws that
//! many words from all titles. Every need is asked; the first round warms, the second is timed.

use lianmeng_domain::text::normalise;
use lianmeng_matching::finder::{Finder, Lexicon};
use lianmeng_matching::text::words;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, Term, doc};

const BEST: usize = 50;
const CHANGES: usize = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let dir = Path::new(args.first().ok_or("usage: lianmeng-bench-ranking DIR [OFFERS] [SEED]")?);
    let offers: usize = args.get(1).map_or(Ok(100_000), |text| text.parse())?;
    let seed: u64 = args.get(2).map_or(Ok(1), |text| text.parse())?;
    let mut rng = StdRng::seed_from_u64(seed);
    let titles = recombined(&read(dir, "offers.csv", 1)?, offers, &mut rng);
    let needs: Vec<(String, String)> = read(dir, "needs.csv", 1)?
        .into_iter()
        .zip(read(dir, "needs.csv", 2)?)
        .map(|(title, body)| (normalise(&title), normalise(&body)))
        .collect();
    println!("{offers} offers, {} needs, seed {seed}, one thread", needs.len());
    ours(&titles, &needs);
    tantivy(&titles, &needs)
}

fn read(dir: &Path, name: &str, column: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let rows = csv::Reader::from_path(dir.join(name))?.records().collect::<Result<Vec<_>, _>>()?;
    Ok(rows.iter().map(|row| row[column].to_owned()).collect())
}

fn recombined(tokens: &[String], count: usize, rng: &mut StdRng) -> Vec<String> {
    let lengths: Vec<usize> = tokens.iter().map(|title| title.split(' ').count()).collect();
    let all: Vec<&str> = tokens.iter().flat_map(|title| title.split(' ')).collect();
    (0..count)
        .map(|_| {
            let length = lengths[rng.random_range(0..lengths.len())];
            (0..length).map(|_| all[rng.random_range(0..all.len())]).collect()
        })
        .collect()
}

fn ours(titles: &[String], needs: &[(String, String)]) {
    let before = resident();
    let start = Instant::now();
    let mut finder: Finder<u32> = Finder::new(Lexicon::default());
    for (id, title) in (0..).zip(titles) {
        finder.insert(id, title);
    }
    let filled = start.elapsed();
    let size = finder.size();
    println!(
        "ours: filled in {filled:.1?}, {} terms, {} bytes an offer counted, {} resident",
        size.terms,
        size.bytes / size.offers.max(1),
        (resident().saturating_sub(before)) / size.offers.max(1)
    );
    let ask = |(title, body): &(String, String)| finder.best(title, body, BEST).len();
    line("ours, top 50 with reasons", needs, ask);
    let start = Instant::now();
    for (id, title) in (0..).zip(titles.iter().rev()).take(CHANGES) {
        finder.insert(id, title);
    }
    let changed = start.elapsed() / u32::try_from(CHANGES).unwrap_or(1);
    finder.insert(u32::MAX, "激光清洗机器人除锈");
    let found = finder.best("激光清洗机器人除锈", "", 1);
    let is_first = found.first().is_some_and(|one| one.id == u32::MAX);
    println!("ours: a change of an offer takes {changed:.1?}; a new one is found next: {is_first}");
}

fn tantivy(titles: &[String], needs: &[(String, String)]) -> Result<(), Box<dyn Error>> {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("whitespace")
        .set_index_option(IndexRecordOption::WithFreqs);
    let field =
        schema.add_text_field("title", TextOptions::default().set_indexing_options(indexing));
    let index = Index::create_in_ram(schema.build());
    let start = Instant::now();
    let mut writer = index.writer_with_num_threads(1, 64_000_000)?;
    for title in titles {
        writer.add_document(doc!(field => words(title).join(" ")))?;
    }
    writer.commit()?;
    println!("tantivy: filled in {:.1?}", start.elapsed());
    let searcher = index.reader()?.searcher();
    let ask = |(title, body): &(String, String)| {
        let mut terms = [words(title), words(body)].concat();
        terms.sort_unstable();
        terms.dedup();
        let clause = |word: &String| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(field, word);
            (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        };
        let query = BooleanQuery::new(terms.iter().map(clause).collect());
        searcher.search(&query, &TopDocs::with_limit(BEST)).map_or(0, |found| found.len())
    };
    line("tantivy, top 50", needs, ask);
    Ok(())
}

fn line(name: &str, needs: &[(String, String)], ask: impl Fn(&(String, String)) -> usize) {
    let mut took: Vec<Duration> = Vec::new();
    let mut found = 0;
    for round in 0..2 {
        for need in needs {
            let start = Instant::now();
            found += ask(need);
            if round == 1 {
                took.push(start.elapsed());
            }
        }
    }
    took.sort_unstable();
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    println!("{name}: p50 {:.2?}, p95 {:.2?}, p99 {:.2?} ({found} found)", at(50), at(95), at(99));
}

/// Bytes of memory this process holds.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1)?.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}
