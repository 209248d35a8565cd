//! What kind a need is of and who should handle it, learned from needs that were handled before.
//!
//! The nearest needs of the past vote with their likeness, and so does what is said of a class: what
//! a kind is about, what a unit can do. Where the votes are scattered or nothing is near, nothing is
//! suggested.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::duplicates::index::Vector;
use crate::duplicates::{Item, Memory, shared_words};
use crate::score::Points;

#[cfg(test)]
mod tests;

/// Points from which kinds are suggested, measured in `docs/duplicates.md`.
pub const KINDS_FROM: Points = 2_000;
/// Points from which units are suggested: more, because there are more of them to be wrong about.
pub const UNITS_FROM: Points = 3_000;
/// Most suggestions.
pub const MOST: usize = 3;

/// Needs of the past that vote.
const NEAREST: usize = 20;
/// How much more a very near one counts than a less near one.
const LIKENESS_EXPONENT: i32 = 2;
/// What is said of a class counts as so many needs.
const SAID: f64 = 2.0;
/// From this likeness of the best on, votes count in full.
const NEAR: f64 = 0.3;

/// A need of the past, its texts normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The need.
    pub item: Item,
    /// Where it belonged.
    pub class: String,
    /// How much it counts: 1, more where somebody decided with authority.
    pub weight: u32,
}

/// What is said of a class, normalised: what a kind is about, what a unit can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// The class.
    pub class: String,
    /// What is said.
    pub text: String,
}

/// Why a class is suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What speaks for it.
    pub evidence: Evidence,
    /// Its points; together with the others those of the suggestion.
    pub points: Points,
}

/// What speaks for a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// So many of the nearest needs of the past belonged there; titles of the nearest, at most two.
    Cases(usize, Vec<String>),
    /// Words that the need shares with what is said of the class, most telling first.
    Said(Vec<String>),
}

impl Reason {
    /// Stable key.
    pub const fn key(&self) -> &'static str {
        match self.evidence {
            Evidence::Cases(..) => "past",
            Evidence::Said(_) => "competence",
        }
    }

    /// In Chinese.
    pub fn text_zh(&self) -> String {
        match &self.evidence {
            Evidence::Cases(count, titles) => {
                format!("相近的既往诉求{count}件：{}", titles.join("；"))
            }
            Evidence::Said(words) if words.is_empty() => "与职责说明相近".to_owned(),
            Evidence::Said(words) => format!("与职责说明相符：{}", words.join("、")),
        }
    }

    /// In English.
    pub fn text_en(&self) -> String {
        match &self.evidence {
            Evidence::Cases(count, titles) => {
                format!("{count} like needs of the past: {}", titles.join("; "))
            }
            Evidence::Said(words) if words.is_empty() => "close to its competence".to_owned(),
            Evidence::Said(words) => format!("matches its competence: {}", words.join(", ")),
        }
    }
}

/// A class suggested.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The class.
    pub class: String,
    /// Its share of all votes, less where nothing is near: 0 to 10 000.
    pub points: Points,
    /// What speaks for it.
    pub reasons: Vec<Reason>,
}

#[derive(Default)]
struct Votes<'a> {
    cases: f64,
    said: f64,
    nearest: Vec<&'a Item>,
    description: Option<&'a Description>,
}

/// What each kind is about, by its stored name.
pub fn kinds() -> Vec<Description> {
    let lines = include_str!("classify/kinds.txt").lines();
    lines
        .filter_map(|line| line.split_once(' '))
        .map(|(class, text)| Description { class: class.to_owned(), text: text.to_owned() })
        .collect()
}

/// The best three classes for `asked`, most points first, ties by class; none if the best has fewer
/// points than `from`. A case with the id of `asked` is left out.
///
/// Time `O(cases)`.
pub fn advise(
    memory: &Memory,
    asked: &Item,
    cases: &[Case],
    descriptions: &[Description],
    from: Points,
) -> Vec<Advice> {
    let index = memory.index();
    let wanted = index.vector(&asked.count());
    let like = |item: &Item| index.likeness(&wanted, &index.vector(&item.count()));
    let others = cases.iter().filter(|case| case.item.id != asked.id);
    let mut near: Vec<(f64, &Case)> = others.map(|case| (like(&case.item), case)).collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.item.id.cmp(&b.1.item.id)));
    near.truncate(NEAREST);
    let mut best = near.first().map_or(0.0, |(likeness, _)| *likeness);
    let mut votes: BTreeMap<&str, Votes<'_>> = BTreeMap::new();
    for &(likeness, case) in near.iter().filter(|(likeness, _)| *likeness > 0.0) {
        let of_class = votes.entry(&case.class).or_default();
        of_class.cases += f64::from(case.weight) * likeness.powi(LIKENESS_EXPONENT);
        of_class.nearest.push(&case.item);
    }
    for said in descriptions {
        let likeness = like_said(memory, &wanted, said);
        if likeness > 0.0 {
            best = best.max(likeness);
            let of_class = votes.entry(&said.class).or_default();
            of_class.said += SAID * likeness.powi(LIKENESS_EXPONENT);
            of_class.description = Some(said);
        }
    }
    let total: f64 = votes.values().map(|votes| votes.cases + votes.said).sum();
    let certainty = (best / NEAR).min(1.0);
    let mut advice: Vec<Advice> = votes
        .into_iter()
        .map(|(class, votes)| told(memory, asked, class, &votes, certainty / total))
        .filter(|advice| advice.points > 0)
        .collect();
    advice.sort_by_key(|advice| (Reverse(advice.points), advice.class.clone()));
    advice.truncate(MOST);
    if advice.first().is_some_and(|best| best.points >= from) { advice } else { Vec::new() }
}

fn like_said(memory: &Memory, wanted: &Vector, said: &Description) -> f64 {
    let item = Item { content: said.text.clone(), ..Item::default() };
    let index = memory.index();
    index.likeness(wanted, &index.vector(&item.count()))
}

fn told(memory: &Memory, asked: &Item, class: &str, votes: &Votes<'_>, worth: f64) -> Advice {
    let mut reasons = Vec::new();
    if votes.cases > 0.0 {
        let titles = votes.nearest.iter().take(2).map(|item| item.title.clone()).collect();
        let evidence = Evidence::Cases(votes.nearest.len(), titles);
        reasons.push(Reason { evidence, points: rounded(votes.cases * worth) });
    }
    if let Some(said) = votes.description {
        let item = Item { content: said.text.clone(), ..Item::default() };
        let evidence = Evidence::Said(shared_words(memory.index(), asked, &item));
        reasons.push(Reason { evidence, points: rounded(votes.said * worth) });
    }
    let points = reasons.iter().map(|reason| reason.points).sum();
    Advice { class: class.to_owned(), points, reasons }
}

/// A share of 10 000 points, rounded down.
fn rounded(share: f64) -> Points {
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        reason = "clamped to 0..=10000, which fits"
    )]
    let points = (share.clamp(0.0, 1.0) * 10_000.0) as Points;
    points
}
