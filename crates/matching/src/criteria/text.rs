//! Likeness of the texts, by characters and words of Chinese.

use crate::rank;
use crate::score::{Criterion, Evidence, PERFECT, Points, Reason, fraction};
use crate::text::{Space, words};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Most points for a suggestion: texts that say the same.
pub const MOST: Points = 3000;

/// Likeness below this share of a perfect one, in basis points, is chance.
const CHANCE_BASIS_POINTS: u32 = 300;

/// Words that say nothing about what somebody does: the mark of invented examples, and what every
/// company name ends in.
const EMPTY_WORDS: [&str; 6] = ["示例", "公司", "有限", "有限公司", "股份", "集团"];

/// Most words kept as evidence; of those a reader may know the first few are told.
const KEPT_WORDS: usize = 12;

/// How like two texts are, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Likeness {
    /// 0 to 10 000, as [`crate::rank`] gives it.
    pub basis_points: u32,
    /// The most telling words both have, most telling first.
    pub words: Vec<String>,
}

/// Compares needs, each a title and a body, with texts: one row for each need, in the order of the
/// texts. Rarity is learned from all of them together.
///
/// Takes about 0.2 s for 4 000 titles, little more for many needs.
pub fn likeness(needs: &[(&str, &str)], texts: &[&str]) -> Vec<Vec<Likeness>> {
    let points = rank::text_points(needs, texts);
    let own: Vec<Vec<String>> =
        needs.iter().map(|(title, body)| [words(title), words(body)].concat()).collect();
    let theirs: Vec<Vec<String>> = texts.par_iter().map(|text| words(text)).collect();
    let space = Space::learn(theirs.iter().chain(&own).map(Vec::as_slice));
    let theirs: Vec<BTreeSet<&String>> =
        theirs.iter().map(|words| words.iter().collect()).collect();
    let row = |(points, own): (Vec<i64>, &Vec<String>)| {
        let own: BTreeSet<&String> = own.iter().collect();
        let likeness = |(points, theirs): (i64, &BTreeSet<&String>)| Likeness {
            basis_points: u32::try_from(points).unwrap_or(0),
            words: telling(
                &space,
                theirs
                    .intersection(&own)
                    .copied()
                    .filter(|word| !EMPTY_WORDS.contains(&word.as_str()))
                    .collect(),
            ),
        };
        points.into_iter().zip(&theirs).map(likeness).collect()
    };
    points.into_iter().zip(&own).map(row).collect()
}

/// The words that fewest texts have, longer words first among equals.
fn telling(space: &Space, mut words: Vec<&String>) -> Vec<String> {
    words.sort_by_cached_key(|word| {
        (space.texts_with_term(word), Reverse(word.chars().count()), (*word).clone())
    });
    let mut named: Vec<String> = Vec::new();
    for word in words {
        // A word inside a longer one that is named already adds nothing.
        if named.len() < KEPT_WORDS && !named.iter().any(|longer| longer.contains(word)) {
            named.push(word.clone());
        }
    }
    named
}

/// `most` times the square root of the likeness: a need and a good offer rarely share more than a
/// third of their wording, and the root spreads the lower end. Nothing without a word in common:
/// single characters alone are chance, and nobody could be told why.
pub fn reason(likeness: &Likeness, most: Points) -> Option<Reason> {
    if likeness.basis_points < CHANCE_BASIS_POINTS || likeness.words.is_empty() {
        return None;
    }
    let whole = u32::try_from(PERFECT).unwrap_or(0);
    let root = (likeness.basis_points.min(whole) * whole).isqrt();
    let points = fraction(most, root, whole);
    let evidence = Evidence::SharedWords(likeness.words.clone());
    Some(Reason { criterion: Criterion::Text, points, evidence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_grow_with_the_root_of_the_likeness() {
        let cases = [
            (0, None),
            (299, None),
            (300, Some(519)),
            (400, Some(600)),
            (2500, Some(1500)),
            (10_000, Some(3000)),
        ];
        for (basis_points, want) in cases {
            let likeness = Likeness { basis_points, words: vec!["印染".to_owned()] };
            let got = reason(&likeness, MOST).map(|reason| reason.points);
            assert_eq!(got, want, "{basis_points}");
            let wordless = Likeness { basis_points, words: Vec::new() };
            assert_eq!(reason(&wordless, MOST), None);
        }
    }

    #[test]
    fn the_words_named_are_the_most_telling_ones_both_have() {
        let texts = ["污水处理系统", "农业系统", "示例有限公司", ""];
        let got = &likeness(&[("印染污水处理系统", "示例有限公司")], &texts)[0];
        assert_eq!(got[0].words, ["污水处理", "系统"]);
        assert_eq!(got[1].words, ["系统"]);
        assert_eq!(got[2].words, Vec::<String>::new());
        assert_eq!(got[3], Likeness::default());
        assert!(got[0].basis_points > got[1].basis_points, "{got:?}");
    }
}
