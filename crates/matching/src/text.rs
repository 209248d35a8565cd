//! Chinese text as weighted terms, with weights learned from the texts at hand.
//!
//! A [`Space`] knows how rare each term is; a [`Vector`] is one text seen in it; an [`Index`]
//! compares one text with many. Texts are expected in the form that
//! `lianmeng_domain::text::normalise` gives (width, traditional forms, case); nothing here repeats
//! that work.

use jieba_rs::Jieba;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// The dictionary is constant data; loading it takes about 0.2 s, so it is done once.
static JIEBA: LazyLock<Jieba> = LazyLock::new(Jieba::new);

/// Runs of `sizes` characters inside the unbroken stretches of letters and digits of `text`.
pub fn grams(text: &str, sizes: &[usize]) -> Vec<String> {
    let mut grams = Vec::new();
    for stretch in text.split(|c: char| !c.is_alphanumeric()) {
        push_windows(&stretch.chars().collect::<Vec<_>>(), sizes, &mut grams);
    }
    grams
}

/// Runs of `sizes` characters of the whole text, spaces and marks included, runs of white space
/// counted as one space: the reading of the baselines in [`crate::eval`].
pub fn raw_grams(text: &str, sizes: &[usize]) -> Vec<String> {
    let mut chars: Vec<char> = Vec::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || chars.last() != Some(&' ') {
            chars.push(c);
        }
    }
    let mut grams = Vec::new();
    push_windows(&chars, sizes, &mut grams);
    grams
}

fn push_windows(chars: &[char], sizes: &[usize], grams: &mut Vec<String>) {
    for &size in sizes {
        grams.extend(chars.windows(size).map(|window| window.iter().collect::<String>()));
    }
}

/// Words of two characters and more, long words together with the shorter ones inside them.
pub fn words(text: &str) -> Vec<String> {
    let tokens = JIEBA.cut_for_search(text, true);
    let kept = tokens.into_iter().map(|token| token.word.trim());
    kept.filter(|word| word.chars().nth(1).is_some()).map(str::to_owned).collect()
}

/// The terms of a set of texts and in how many of them each occurs.
#[derive(Debug, Default)]
pub struct Space {
    ids: HashMap<String, u32>,
    texts_with: Vec<u32>,
    texts: u32,
}

/// Occurrences by term, ascending.
pub type Counts = BTreeMap<u32, f64>;

impl Space {
    /// Learns from `texts`, each a list of terms. `O(n log n)` for `n` terms in all.
    pub fn learn<'a>(texts: impl IntoIterator<Item = &'a [String]>) -> Self {
        let mut space = Self::default();
        for text in texts {
            space.texts += 1;
            let mut seen: Vec<u32> = text.iter().map(|term| space.intern(term)).collect();
            seen.sort_unstable();
            seen.dedup();
            for id in seen {
                space.texts_with[wide(id)] += 1;
            }
        }
        space
    }

    fn intern(&mut self, term: &str) -> u32 {
        if let Some(&id) = self.ids.get(term) {
            return id;
        }
        let id = u32::try_from(self.texts_with.len()).unwrap_or(u32::MAX);
        self.ids.insert(term.to_owned(), id);
        self.texts_with.push(0);
        id
    }

    /// How often each known term occurs in a text.
    pub fn counts(&self, text: &[String]) -> Counts {
        let mut counts = Counts::new();
        for id in text.iter().filter_map(|term| self.ids.get(term)) {
            *counts.entry(*id).or_default() += 1.0;
        }
        counts
    }

    /// How much a term tells, from 1: `ln((1 + n) / (1 + n_t)) + 1` for `n` texts of which `n_t`
    /// have the term.
    pub fn rarity(&self, term: u32) -> f64 {
        let with = self.texts_with.get(wide(term)).copied().unwrap_or(0);
        ((1.0 + f64::from(self.texts)) / (1.0 + f64::from(with))).ln() + 1.0
    }

    /// Texts that have the term.
    pub fn texts_with(&self, term: u32) -> u32 {
        self.texts_with.get(wide(term)).copied().unwrap_or(0)
    }

    /// Texts that have the term as written; 0 if it is unknown.
    pub fn texts_with_term(&self, term: &str) -> u32 {
        self.ids.get(term).map_or(0, |&id| self.texts_with(id))
    }

    /// Texts learned from.
    pub fn texts(&self) -> u32 {
        self.texts
    }

    /// Terms known.
    pub fn terms(&self) -> usize {
        self.texts_with.len()
    }
}

fn wide(id: u32) -> usize {
    usize::try_from(id).unwrap_or(usize::MAX)
}

/// Weights by term, ascending by term.
#[derive(Debug, Clone, Default)]
pub struct Vector {
    entries: Vec<(u32, f64)>,
}

impl Vector {
    /// Takes weights in ascending order of terms.
    pub fn new(weights: impl IntoIterator<Item = (u32, f64)>) -> Self {
        Self { entries: weights.into_iter().collect() }
    }

    /// Weights by term, ascending.
    pub fn entries(&self) -> &[(u32, f64)] {
        &self.entries
    }

    /// Euclidean length.
    pub fn length(&self) -> f64 {
        self.entries.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt()
    }

    /// The same direction with length 1; empty stays empty.
    #[must_use]
    pub fn unit(self) -> Self {
        let length = self.length();
        if length <= 0.0 {
            return self;
        }
        Self {
            entries: self.entries.into_iter().map(|(id, weight)| (id, weight / length)).collect(),
        }
    }
}

/// Many texts, ready to be compared with one.
#[derive(Debug)]
pub struct Index {
    postings: Vec<Vec<(u32, f64)>>,
    texts: usize,
}

impl Index {
    /// Turns vectors into postings. `terms` is [`Space::terms`].
    pub fn new(terms: usize, vectors: &[Vector]) -> Self {
        let mut postings = vec![Vec::new(); terms];
        for (text, vector) in vectors.iter().enumerate() {
            let text = u32::try_from(text).unwrap_or(u32::MAX);
            for &(term, weight) in vector.entries() {
                postings[wide(term)].push((text, weight));
            }
        }
        Self { postings, texts: vectors.len() }
    }

    /// The products of `query` with every text, in the order of the texts.
    ///
    /// Costs as many steps as the terms of `query` occur in the texts.
    pub fn products(&self, query: &Vector) -> Vec<f64> {
        let mut products = vec![0.0; self.texts];
        for &(term, weight) in query.entries() {
            for &(text, other) in &self.postings[wide(term)] {
                products[wide(text)] += weight * other;
            }
        }
        products
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grams_stay_inside_stretches_of_letters() {
        assert_eq!(grams("水 处理,3D", &[1, 2]), ["水", "处", "理", "处理", "3", "D", "3D"]);
        assert_eq!(grams("", &[1, 2]), Vec::<String>::new());
    }

    #[test]
    fn raw_grams_keep_marks_and_fold_white_space() {
        assert_eq!(raw_grams("A \n\t,", &[2]), ["a ", " ,"]);
    }

    #[test]
    fn words_have_two_characters_and_more() {
        assert_eq!(words("一种污水处理系统的"), ["一种", "污水", "处理", "污水处理", "系统"]);
    }

    #[test]
    fn rare_terms_tell_more() {
        let texts = [grams("甲乙", &[1]), grams("甲丙", &[1]), grams("甲", &[1])];
        let space = Space::learn(texts.iter().map(Vec::as_slice));
        let rarity =
            |term: &str| space.rarity(*space.counts(&[term.to_owned()]).keys().next().unwrap());
        assert!((rarity("甲") - 1.0).abs() < 1e-12);
        assert!((rarity("乙") - (2.0_f64.ln() + 1.0)).abs() < 1e-12);
        assert_eq!((space.texts(), space.terms()), (3, 3));
    }

    #[test]
    fn the_product_of_a_unit_vector_with_itself_is_one() {
        let vector = Vector::new([(0, 3.0), (2, 4.0)]).unit();
        let index = Index::new(3, &[vector.clone(), Vector::new([(1, 1.0)])]);
        let products = index.products(&vector);
        assert!((products[0] - 1.0).abs() < 1e-12 && products[1].abs() < 1e-12, "{products:?}");
    }
}
