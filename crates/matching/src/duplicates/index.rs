//! Which texts may be like a given one: terms with the texts that have them, kept up as texts come.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use super::terms::{self, Key};

/// A term in more texts than this no longer finds candidates: what thousands have in common tells
/// nothing, and reading them all would cost the time.
const COMMON: usize = 2_000;

/// How a term's repetition counts: ten mentions as five.
const REPETITION_EXPONENT: f64 = 0.7;

/// A text as it is compared: terms by number with their repetition, ascending.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    entries: Vec<(u32, u16)>,
    /// Square lengths over all terms and over characters alone.
    square: [f64; 2],
}

/// Rarity of terms in the texts seen so far, and which texts have the rarer ones.
#[derive(Debug, Default)]
pub(crate) struct Index {
    numbers: HashMap<Key, u32>,
    terms: Vec<Term>,
    /// Root of the number of terms of each text.
    sizes: Vec<f64>,
}

#[derive(Debug)]
struct Term {
    is_character: bool,
    texts_with: u32,
    /// Texts with it; empty for characters and once there are more than [`COMMON`].
    texts: Vec<u32>,
}

/// What finding candidates of one text works with, to be used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    sums: Vec<f64>,
    touched: Vec<u32>,
}

impl Index {
    /// Takes in one more text and gives its number, from 0.
    pub(crate) fn add(&mut self, counts: &BTreeMap<Key, u16>) -> u32 {
        let text = narrow(self.sizes.len());
        self.sizes.push(root(counts.len()));
        for &key in counts.keys() {
            let next = narrow(self.terms.len());
            let number = *self.numbers.entry(key).or_insert(next);
            if number == next {
                let is_character = terms::is_character(key);
                self.terms.push(Term { is_character, texts_with: 0, texts: Vec::new() });
            }
            let Some(term) = self.terms.get_mut(wide(number)) else { continue };
            term.texts_with += 1;
            if term.is_character || wide(term.texts_with) > COMMON {
                term.texts = Vec::new();
            } else {
                term.texts.push(text);
            }
        }
        text
    }

    /// How much a term in `texts_with` texts tells, from 1.
    fn rarity(&self, texts_with: u32) -> f64 {
        let texts = f64::from(narrow(self.sizes.len()));
        ((1.0 + texts) / (1.0 + f64::from(texts_with))).ln() + 1.0
    }

    /// How much the term `key` tells, from 1.
    pub(crate) fn rarity_of(&self, key: Key) -> f64 {
        let term = self.numbers.get(&key).and_then(|number| self.terms.get(wide(*number)));
        self.rarity(term.map_or(0, |term| term.texts_with))
    }

    /// A text as it is compared. Terms of no text taken in only make it longer.
    pub(crate) fn vector(&self, counts: &BTreeMap<Key, u16>) -> Vector {
        let mut entries = Vec::with_capacity(counts.len());
        let mut square = [0.0, 0.0];
        for (&key, &count) in counts {
            let weight = repeated(count) * self.rarity_of(key);
            square[0] += weight * weight;
            if terms::is_character(key) {
                square[1] += weight * weight;
            }
            if let Some(&number) = self.numbers.get(&key) {
                entries.push((number, count));
            }
        }
        entries.sort_unstable();
        Vector { entries, square }
    }

    /// How like two texts are, 0 to 1: half by all terms, half by characters alone, which also
    /// sees words that only share one.
    pub(crate) fn likeness(&self, a: &Vector, b: &Vector) -> f64 {
        let mut products = [0.0, 0.0];
        let mut others = b.entries.iter().peekable();
        for &(number, count) in &a.entries {
            while others.next_if(|(other, _)| *other < number).is_some() {}
            let Some(&&(_, other)) = others.peek().filter(|(other, _)| *other == number) else {
                continue;
            };
            let Some(term) = self.terms.get(wide(number)) else { continue };
            let rarity = self.rarity(term.texts_with);
            let product = repeated(count) * repeated(other) * rarity * rarity;
            products[0] += product;
            if term.is_character {
                products[1] += product;
            }
        }
        let cosine = |at: usize| {
            let length = (a.square[at] * b.square[at]).sqrt();
            if length > 0.0 { products[at] / length } else { 0.0 }
        };
        f64::midpoint(cosine(0), cosine(1))
    }

    /// Up to `limit` texts that share the most telling terms with `asked`, best first; `asked`
    /// itself may be among them. Ties break on the lower number.
    pub(crate) fn candidates(
        &self,
        asked: &Vector,
        limit: usize,
        scratch: &mut Scratch,
    ) -> Vec<u32> {
        scratch.sums.resize(self.sizes.len(), 0.0);
        for &(number, count) in &asked.entries {
            let Some(term) = self.terms.get(wide(number)) else { continue };
            let rarity = self.rarity(term.texts_with);
            let worth = repeated(count) * rarity * rarity;
            for &text in &term.texts {
                let Some(sum) = scratch.sums.get_mut(wide(text)) else { continue };
                if *sum <= 0.0 {
                    scratch.touched.push(text);
                }
                *sum += worth;
            }
        }
        let mut scored: Vec<(f64, u32)> = Vec::with_capacity(scratch.touched.len());
        for text in scratch.touched.drain(..) {
            let sum = std::mem::take(&mut scratch.sums[wide(text)]);
            scored.push((sum / self.sizes[wide(text)], text));
        }
        let by_score = |a: &(f64, u32), b: &(f64, u32)| {
            Reverse(a.0.to_bits()).cmp(&Reverse(b.0.to_bits())).then(a.1.cmp(&b.1))
        };
        if scored.len() > limit {
            scored.select_nth_unstable_by(limit, by_score);
            scored.truncate(limit);
        }
        scored.sort_unstable_by(by_score);
        scored.into_iter().map(|(_, text)| text).collect()
    }
}

fn repeated(count: u16) -> f64 {
    if count == 1 { 1.0 } else { f64::from(count).powf(REPETITION_EXPONENT) }
}

fn root(count: usize) -> f64 {
    f64::from(narrow(count).max(1)).sqrt()
}

fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
