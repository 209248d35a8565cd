//! The offers at hand, ready to be searched: an index that changes with each offer.
//!
//! An offer inserted, changed or removed is right in the next answer; nothing is rebuilt. An index
//! that came to its offers step by step answers as one that was given them at once. Each signal is
//! a way to read a text as terms and a share of 10 000 points; rare terms of the need weigh more,
//! by how many offers have them now. Points are whole numbers and add up over the signals.
//!
//! Texts come in the form `lianmeng_domain::text::normalise` gives: width, case and traditional
//! characters are folded there.

mod lexicon;
mod sounds;
mod typos;

pub use lexicon::Lexicon;

use crate::text::{grams, words};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Signals with the points an offer gets that has every term of the need; together 10 000.
pub const SIGNALS: [(&str, u32); 6] = [
    ("characters", 2500),
    ("pairs", 4000),
    ("words", 2000),
    ("products", 500),
    ("sounds", 500),
    ("typos", 500),
];

/// Where words stand in [`SIGNALS`]: they are the evidence.
const WORDS: usize = 2;
/// Where products stand in [`SIGNALS`]; behind them come signals read from titles alone.
const PRODUCTS: usize = 3;
/// Terms of a need looked up, for each signal: the most telling ones.
const MOST_TERMS: usize = 64;
/// How often a term of the title counts beside one of the body.
const TITLE_WEIGHT: f64 = 5.0;
/// Dampens repetition.
const REPETITION_EXPONENT: f64 = 0.7;
/// Sharpens rarity, so that common words such as 系统 count little.
const RARITY_EXPONENT: f64 = 1.5;
/// One point in the fine units sums are made of.
const FINE: u32 = 1000;
/// What a length factor of 1 is written as.
const WHOLE_FACTOR: u64 = 4096;
/// Characters of a body that are read; what a need is about stands before that.
const MOST_BODY: usize = 600;
/// Words named as evidence.
const NAMED_WORDS: usize = 3;

/// An offer found for a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<K> {
    /// Whose text it is.
    pub id: K,
    /// Sum over `signals`, 0 to 10 000.
    pub points: u32,
    /// Points in the order of [`SIGNALS`].
    pub signals: [u32; SIGNALS.len()],
    /// The most telling words both have, most telling first.
    pub words: Vec<String>,
}

/// What an index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Offers.
    pub offers: usize,
    /// Different terms.
    pub terms: usize,
    /// Bytes of the lists and tables, unused room included; the allocator's own is not counted.
    pub bytes: usize,
}

#[derive(Debug)]
struct Slot<K> {
    id: K,
    /// Terms, ascending.
    terms: Box<[u32]>,
}

/// The index.
#[derive(Debug)]
pub struct Finder<K> {
    lexicon: Lexicon,
    terms: HashMap<Box<str>, u32>,
    /// Slots by term, ascending.
    postings: Vec<Vec<u32>>,
    slots: Vec<Option<Slot<K>>>,
    /// Characters by slot, at most 255.
    lengths: Vec<u8>,
    free: Vec<u32>,
    by_id: HashMap<K, u32>,
    /// Sum of `lengths` of taken slots.
    total_length: u64,
}

/// A term of a need and what it is worth, in fine units.
type Weighted = (String, u32);

impl<K: Clone + Eq + Hash + Ord> Finder<K> {
    /// An index without offers.
    pub fn new(lexicon: Lexicon) -> Self {
        Self {
            lexicon,
            terms: HashMap::new(),
            postings: Vec::new(),
            slots: Vec::new(),
            lengths: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            total_length: 0,
        }
    }

    /// Takes an offer in, or its new text.
    pub fn insert(&mut self, id: K, text: &str) {
        self.remove(&id);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.lengths.push(0);
            number(self.slots.len() - 1)
        });
        let mut terms: Vec<u32> = Vec::new();
        for signal in 0..SIGNALS.len() {
            for term in self.read(signal, text) {
                terms.push(self.intern(signal, &term));
            }
        }
        terms.sort_unstable();
        terms.dedup();
        for &term in &terms {
            let postings = &mut self.postings[at(term)];
            let place = postings.partition_point(|&other| other < slot);
            postings.insert(place, slot);
        }
        let length = u8::try_from(text.chars().count()).unwrap_or(u8::MAX);
        self.lengths[at(slot)] = length;
        self.total_length += u64::from(length);
        self.slots[at(slot)] = Some(Slot { id: id.clone(), terms: terms.into() });
        self.by_id.insert(id, slot);
    }

    /// Lets an offer go; whether it was there.
    pub fn remove(&mut self, id: &K) -> bool {
        let Some(slot) = self.by_id.remove(id) else { return false };
        if let Some(taken) = self.slots[at(slot)].take() {
            for &term in &taken.terms {
                let postings = &mut self.postings[at(term)];
                if let Ok(place) = postings.binary_search(&slot) {
                    postings.remove(place);
                }
            }
        }
        self.total_length -= u64::from(self.lengths[at(slot)]);
        self.free.push(slot);
        true
    }

    /// The best `limit` offers for a need, best first, then by id. Offers without a term in common
    /// are not found.
    ///
    /// Time grows with the offers that have the need's terms: 100,000 in a few milliseconds.
    pub fn best(&self, title: &str, body: &str, limit: usize) -> Vec<Found<K>> {
        self.best_of(title, body, limit, |_| true)
    }

    /// As [`Finder::best`], of the offers that `fits` keeps. How rare a term is still goes by all.
    pub fn best_of(
        &self,
        title: &str,
        body: &str,
        limit: usize,
        fits: impl Fn(&K) -> bool,
    ) -> Vec<Found<K>> {
        let end = body.char_indices().nth(MOST_BODY).map_or(body.len(), |(end, _)| end);
        let body = &body[..end];
        let need: [Vec<Weighted>; SIGNALS.len()] =
            std::array::from_fn(|signal| self.weigh(signal, title, body));
        let mut worth: HashMap<u32, (usize, u32)> = HashMap::new();
        let mut sums = vec![0_u32; self.slots.len()];
        for (signal, terms) in need.iter().enumerate() {
            for (term, weight) in terms {
                let Some(term) = self.term(signal, term) else { continue };
                worth.insert(term, (signal, *weight));
                for &slot in &self.postings[at(term)] {
                    sums[at(slot)] += weight;
                }
            }
        }
        let factors = self.factors();
        let mut found: Vec<(u32, Found<K>)> = self
            .strongest((&sums, &factors), limit.saturating_mul(4), fits)
            .into_iter()
            .filter_map(|slot| Some((slot, self.found(slot, &worth, &factors)?)))
            .collect();
        found.sort_unstable_by(|(_, a), (_, b)| {
            (Reverse(a.points), &a.id).cmp(&(Reverse(b.points), &b.id))
        });
        found.truncate(limit);
        self.name_words(&mut found, &need[WORDS]);
        found.into_iter().map(|(_, found)| found).collect()
    }

    /// Offers, terms and memory.
    pub fn size(&self) -> Size {
        let lists = |lists: &Vec<Vec<u32>>| -> usize {
            let inside: usize = lists.iter().map(|list| list.capacity() * size_of::<u32>()).sum();
            inside + lists.capacity() * size_of::<Vec<u32>>()
        };
        // A table keeps one byte beside each entry and an eighth of its room free.
        let names = self.terms.capacity() * (size_of::<(Box<str>, u32)>() + 1) * 8 / 7;
        let letters: usize = self.postings.len() * 8;
        let own: usize =
            self.slots.iter().flatten().map(|slot| slot.terms.len() * size_of::<u32>()).sum();
        let slots = self.slots.capacity() * (size_of::<Option<Slot<K>>>() + 1);
        let ids = self.by_id.capacity() * (size_of::<(K, u32)>() + 1) * 8 / 7;
        Size {
            offers: self.by_id.len(),
            terms: self.terms.len(),
            bytes: lists(&self.postings) + names + letters + own + slots + ids,
        }
    }

    /// A text as terms of a signal.
    fn read(&self, signal: usize, text: &str) -> Vec<String> {
        match signal {
            0 => grams(text, &[1]),
            1 => grams(text, &[2]),
            WORDS => words(text),
            PRODUCTS => self.lexicon.products(text),
            4 => sounds::sounds(text),
            _ => typos::gapped(text),
        }
    }

    fn intern(&mut self, signal: usize, term: &str) -> u32 {
        let key = key(signal, term);
        if let Some(&term) = self.terms.get(key.as_str()) {
            return term;
        }
        let term = number(self.postings.len());
        self.terms.insert(key.into(), term);
        self.postings.push(Vec::new());
        term
    }

    fn term(&self, signal: usize, term: &str) -> Option<u32> {
        self.terms.get(key(signal, term).as_str()).copied()
    }

    /// The most telling terms of a need with their parts of the signal's points.
    fn weigh(&self, signal: usize, title: &str, body: &str) -> Vec<Weighted> {
        let mut counts: BTreeMap<String, f64> = BTreeMap::new();
        // Sounds and typos are for what a person types, and bodies are long.
        let body = if signal > PRODUCTS { "" } else { body };
        for (text, weight) in [(title, TITLE_WEIGHT), (body, 1.0)] {
            for term in self.read(signal, text) {
                *counts.entry(term).or_default() += weight;
            }
        }
        let offers = real(self.by_id.len());
        let weigh = |(term, count): (String, f64)| {
            let with = self.term(signal, &term).map_or(0, |term| self.postings[at(term)].len());
            let rarity = ((1.0 + offers) / (1.0 + real(with))).ln() + 1.0;
            (count.powf(REPETITION_EXPONENT) * rarity.powf(RARITY_EXPONENT), term)
        };
        let mut weighed: Vec<(f64, String)> = counts.into_iter().map(weigh).collect();
        weighed.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        weighed.truncate(MOST_TERMS);
        let total: f64 = weighed.iter().map(|(weight, _)| weight).sum();
        let whole = f64::from(SIGNALS[signal].1 * FINE);
        let part = |(weight, term)| (term, whole_number(whole * weight / total));
        weighed.into_iter().map(part).collect()
    }

    /// How much of its sum an offer keeps, by length: a long title has many terms by chance.
    fn factors(&self) -> [u64; 256] {
        let offers = u64::try_from(self.by_id.len()).unwrap_or(u64::MAX);
        std::array::from_fn(|length| {
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            let all = 6 * self.total_length.max(1);
            WHOLE_FACTOR * all / (all + 4 * length * offers)
        })
    }

    /// The slots with the highest sums, equal ones by id.
    fn strongest(
        &self,
        (sums, factors): (&[u32], &[u64; 256]),
        limit: usize,
        fits: impl Fn(&K) -> bool,
    ) -> Vec<u32> {
        let mut best: Vec<(u64, u32)> = Vec::new();
        let order = |a: &(u64, u32), b: &(u64, u32)| {
            b.0.cmp(&a.0).then_with(|| self.id(a.1).cmp(&self.id(b.1)))
        };
        let room = limit.saturating_mul(2).max(64);
        let mut least = 1;
        for ((slot, &sum), &length) in (0..).zip(sums).zip(&self.lengths) {
            let score = u64::from(sum) * factors[usize::from(length)];
            if score < least || !self.id(slot).is_some_and(&fits) {
                continue;
            }
            best.push((score, slot));
            if best.len() >= room && limit > 0 {
                best.select_nth_unstable_by(limit - 1, order);
                best.truncate(limit);
                least = best[limit - 1].0;
            }
        }
        best.sort_unstable_by(order);
        best.truncate(limit);
        best.into_iter().map(|(_, slot)| slot).collect()
    }

    fn id(&self, slot: u32) -> Option<&K> {
        self.slots[at(slot)].as_ref().map(|slot| &slot.id)
    }

    fn found(
        &self,
        slot: u32,
        worth: &HashMap<u32, (usize, u32)>,
        factors: &[u64; 256],
    ) -> Option<Found<K>> {
        let factor = factors[usize::from(self.lengths[at(slot)])];
        let taken = self.slots[at(slot)].as_ref()?;
        let mut sums = [0_u64; SIGNALS.len()];
        for term in &taken.terms {
            if let Some(&(signal, weight)) = worth.get(term) {
                sums[signal] += u64::from(weight);
            }
        }
        let points = |sum: u64| {
            u32::try_from(sum * factor / WHOLE_FACTOR / u64::from(FINE)).unwrap_or(u32::MAX)
        };
        let signals = sums.map(points);
        let (id, points) = (taken.id.clone(), signals.iter().sum());
        Some(Found { id, points, signals, words: Vec::new() })
    }

    /// Puts in the words that offers share with the need.
    fn name_words(&self, found: &mut [(u32, Found<K>)], words: &[Weighted]) {
        let words: Vec<(u32, &String)> =
            words.iter().filter_map(|(word, _)| Some((self.term(WORDS, word)?, word))).collect();
        for (slot, found) in found {
            let Some(taken) = &self.slots[at(*slot)] else { continue };
            let shared = words.iter().filter(|(term, _)| taken.terms.binary_search(term).is_ok());
            found.words = shared.take(NAMED_WORDS).map(|(_, word)| (*word).clone()).collect();
        }
    }
}

/// A term in the table of all signals.
fn key(signal: usize, term: &str) -> String {
    let mark = u8::try_from(signal).map_or('0', |signal| char::from(b'0' + signal));
    let mut key = String::with_capacity(term.len() + 1);
    key.push(mark);
    key.push_str(term);
    key
}

fn at(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn real(count: usize) -> f64 {
    f64::from(number(count))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of at most 4,000,000 fine units"
)]
fn whole_number(share: f64) -> u32 {
    share.max(0.0) as u32
}

#[cfg(test)]
mod tests;
