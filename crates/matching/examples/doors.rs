//! Runs the engines on files, for measuring: `rank DIR`, `eval DIR`, `suggest DIR`, `pairing FILE`,
//! where DIR holds `needs.csv`, `offers.csv` and `labels.csv`.
#![expect(clippy::print_stdout, reason = "a measuring tool talks to its terminal")]

use lianmeng_domain::text::normalise;
use lianmeng_matching::assign::{self, PairingProblem};
use lianmeng_matching::eval::{self, JudgedSet, Judgement};
use lianmeng_matching::problem::{Candidate, CandidateKind, Problem, Seeker};
use lianmeng_matching::rank::{self, NeedText, OfferText, Selection};
use lianmeng_matching::suggest::suggest;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rank", dir] => rank_all(Path::new(dir)),
        ["eval", dir] => {
            let report = eval::evaluate(&read(Path::new(dir))?, normalise, 1);
            println!("{}", serde_json::to_string(&report)?);
            Ok(())
        }
        ["suggest", dir] => suggest_all(Path::new(dir)),
        ["pairing", file] => pairing(Path::new(file)),
        _ => Err("usage: doors rank DIR | eval DIR | suggest DIR | pairing FILE".into()),
    }
}

fn pairing(file: &Path) -> Result<(), Box<dyn Error>> {
    let problem = PairingProblem::from_json(&std::fs::read(file)?)?;
    let start = Instant::now();
    let pairing = assign::solve(&problem);
    let elapsed_ms = u64::try_from(start.elapsed().as_millis())?;
    println!("{}", serde_json::to_string(&pairing.report(elapsed_ms))?);
    Ok(())
}

/// Suggests offers for the first needs, as the platform would with nothing but texts to go by.
fn suggest_all(dir: &Path) -> Result<(), Box<dyn Error>> {
    let set = read(dir)?;
    let candidates: Vec<Candidate> = set
        .offers
        .iter()
        .zip(0..)
        .map(|(offer, id)| Candidate::new(CandidateKind::Offer, id, normalise(&offer.title)))
        .collect();
    for need in set.needs.iter().take(5) {
        let seeker = Seeker {
            title: normalise(&need.title),
            body: normalise(&need.content),
            ..Seeker::default()
        };
        let candidates = candidates.clone();
        let problem = Problem { seeker, candidates, limit: 3, ..Problem::default() };
        let start = Instant::now();
        let found = suggest(&problem);
        println!("{} ({} ms)", need.title, start.elapsed().as_millis());
        for suggestion in &found.suggestions {
            let title = set.offers.iter().zip(0..).find(|(_, id)| *id == suggestion.id);
            println!("  {} {}", suggestion.score, title.map_or("", |(offer, _)| &offer.title));
            for reason in &suggestion.reasons {
                println!("    {} {}", reason.points, reason.text_zh());
            }
        }
    }
    Ok(())
}

fn rank_all(dir: &Path) -> Result<(), Box<dyn Error>> {
    let set = read(dir)?;
    let start = Instant::now();
    let ranking = rank::rank(&set.needs, &set.offers, Selection::Best(50));
    println!("{} rows in {} ms", ranking.rows.len(), start.elapsed().as_millis());
    for row in ranking.rows.iter().take(5) {
        println!("{row:?}");
    }
    Ok(())
}

fn read(dir: &Path) -> Result<JudgedSet, Box<dyn Error>> {
    let rows = |name: &str| -> Result<Vec<csv::StringRecord>, csv::Error> {
        csv::Reader::from_path(dir.join(name))?.records().collect()
    };
    let needs = rows("needs.csv")?
        .iter()
        .map(|row| NeedText {
            id: row[0].to_owned(),
            title: row[1].to_owned(),
            content: row[2].to_owned(),
        })
        .collect();
    let offers = rows("offers.csv")?
        .iter()
        .map(|row| OfferText { id: row[0].to_owned(), title: row[2].to_owned() })
        .collect();
    let mut judgements = Vec::new();
    for row in rows("labels.csv")? {
        let (need_id, offer_id) = (row[1].to_owned(), row[2].to_owned());
        judgements.push(Judgement { need_id, offer_id, level: row[3].parse()? });
    }
    Ok(JudgedSet { needs, offers, judgements })
}
