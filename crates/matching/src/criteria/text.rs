//! Likeness of the texts, by characters and words of Chinese.

use crate::rank::{self, NeedText};
use crate::score::{Criterion, Evidence, PERFECT, Points, Reason, fraction};
use crate::text::{Space, words};
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Most points for a suggestion: texts that say the same.
pub const MOST: Points = 3000;

/// Likeness below this share of a perfect one, in basis points, is chance.
const CHANCE_BASIS_POINTS: u32 = 200;

/// Most words named as evidence.
const NAMED_WORDS: usize = 3;

/// How like two texts are, and in which words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Likeness {
    /// 0 to 10 000, as [`crate::rank`] gives it.
    pub basis_points: u32,
    /// The most telling words both have, most telling first.
    pub words: Vec<String>,
}

/// Compares a need with many texts at once; rarity is learned from these texts.
///
/// Takes about 0.2 s for 4 000 titles.
pub fn likeness(title: &str, body: &str, texts: &[&str]) -> Vec<Likeness> {
    let need = NeedText { id: String::new(), title: title.to_owned(), content: body.to_owned() };
    let points = rank::text_points(&need, texts);
    let own = [words(title), words(body)].concat();
    let theirs: Vec<Vec<String>> = texts.iter().map(|text| words(text)).collect();
    let space = Space::learn(theirs.iter().chain([&own]).map(Vec::as_slice));
    let own: BTreeSet<&String> = own.iter().collect();
    let named = |theirs: &Vec<String>| {
        let mut shared: Vec<&String> =
            theirs.iter().collect::<BTreeSet<_>>().intersection(&own).copied().collect();
        let spread = |word: &String| space.texts_with_term(word);
        shared.sort_by_key(|word| (spread(word), Reverse(word.chars().count()), (*word).clone()));
        // A word inside a longer one that is named already adds nothing.
        let mut named: Vec<String> = Vec::new();
        for word in shared {
            if named.len() < NAMED_WORDS && !named.iter().any(|longer| longer.contains(word)) {
                named.push(word.clone());
            }
        }
        named
    };
    let likeness = |(points, theirs): (i64, &Vec<String>)| Likeness {
        basis_points: u32::try_from(points).unwrap_or(0),
        words: named(theirs),
    };
    points.into_iter().zip(&theirs).map(likeness).collect()
}

/// `most` times the square root of the likeness: a need and a good offer rarely share more than a
/// third of their wording, and the root spreads the lower end.
pub fn reason(likeness: &Likeness, most: Points) -> Option<Reason> {
    if likeness.basis_points < CHANCE_BASIS_POINTS {
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
            (199, None),
            (200, Some(424)),
            (400, Some(600)),
            (2500, Some(1500)),
            (10_000, Some(3000)),
        ];
        for (basis_points, want) in cases {
            let likeness = Likeness { basis_points, words: Vec::new() };
            let got = reason(&likeness, MOST).map(|reason| reason.points);
            assert_eq!(got, want, "{basis_points}");
        }
    }

    #[test]
    fn the_words_named_are_the_most_telling_ones_both_have() {
        let texts = ["污水处理系统", "农业系统", "系统设计", ""];
        let got = likeness("印染污水处理系统", "", &texts);
        assert_eq!(got[0].words, ["污水处理", "系统"]);
        assert_eq!(got[1].words, ["系统"]);
        assert_eq!(got[3], Likeness::default());
        assert!(got[0].basis_points > got[1].basis_points, "{got:?}");
    }
}
