//! Names as runs of characters: 磷酸铁锂正极材料 is like other 正极材料.
//!
//! Ids that are only a number are not read.

use std::collections::{BTreeMap, HashMap};

use super::facts::{Facts, at, real};

/// Most names like one that are looked at.
pub(super) const LIKE: usize = 60;

/// Terms in more names than this say nothing worth the time.
const COMMON: usize = 6_000;

/// Names ready to be compared.
#[derive(Debug, Default)]
pub(super) struct Names {
    terms: HashMap<String, u32>,
    rarity: Vec<f64>,
    vectors: Vec<Vec<(u32, f64)>>,
    postings: Vec<Vec<(u32, f64)>>,
    given: BTreeMap<String, String>,
}

impl Names {
    /// The names of the products of `facts`: what `given` says, else the id.
    pub(super) fn new(facts: &Facts, given: &BTreeMap<String, String>) -> Self {
        let read: Vec<BTreeMap<String, f64>> = facts
            .ids()
            .iter()
            .map(|id| terms(given.get(id).map_or(id.as_str(), String::as_str)))
            .collect();
        let mut with: BTreeMap<&String, usize> = BTreeMap::new();
        for term in read.iter().flat_map(BTreeMap::keys) {
            *with.entry(term).or_default() += 1;
        }
        let total = real(read.len());
        let rarity = with.values().map(|&with| ((1.0 + total) / real(with)).ln()).collect();
        let terms = with.keys().map(|&term| term.clone()).zip(0..).collect();
        let mut names = Self { terms, rarity, given: given.clone(), ..Self::default() };
        names.vectors = read.iter().map(|terms| names.vector(terms)).collect();
        names.postings = vec![Vec::new(); names.terms.len()];
        for (node, vector) in (0..).zip(&names.vectors) {
            for &(term, weight) in vector {
                names.postings[at(term)].push((node, weight));
            }
        }
        names
    }

    fn vector(&self, terms: &BTreeMap<String, f64>) -> Vec<(u32, f64)> {
        let weigh = |(term, weight): (&String, &f64)| {
            let term = *self.terms.get(term)?;
            Some((term, weight * self.rarity[at(term)]))
        };
        let mut vector: Vec<(u32, f64)> = terms.iter().filter_map(weigh).collect();
        let length = vector.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        for (_, weight) in &mut vector {
            *weight /= length.max(f64::MIN_POSITIVE);
        }
        vector.sort_unstable_by_key(|&(term, _)| term);
        vector
    }

    /// Products whose name is like that of the product with this id, most like first, with how
    /// like it is (0 to 1).
    pub(super) fn like_id(&self, facts: &Facts, id: &str) -> Vec<(u32, f64)> {
        if let Some(node) = facts.node(id) {
            return self.like(node);
        }
        let name = self.given.get(id).map_or(id, String::as_str);
        self.search(&self.vector(&terms(name)), None)
    }

    /// Products whose name is like that of `node`.
    pub(super) fn like(&self, node: u32) -> Vec<(u32, f64)> {
        self.search(&self.vectors[at(node)], Some(node))
    }

    fn search(&self, vector: &[(u32, f64)], without: Option<u32>) -> Vec<(u32, f64)> {
        let mut products: HashMap<u32, f64> = HashMap::new();
        for &(term, weight) in vector {
            let postings = &self.postings[at(term)];
            if postings.len() > COMMON {
                continue;
            }
            for &(node, other) in postings {
                *products.entry(node).or_default() += weight * other;
            }
        }
        let mut found: Vec<(u32, f64)> =
            products.into_iter().filter(|&(node, _)| Some(node) != without).collect();
        let order = |a: &(u32, f64), b: &(u32, f64)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
        if found.len() > LIKE {
            found.select_nth_unstable_by(LIKE - 1, order);
            found.truncate(LIKE);
        }
        found.sort_unstable_by(order);
        found
    }
}

/// What a name is made of: characters, pairs, its end (a product is what its last word says), and
/// the parts of a path such as 商品化工-橡胶-合成橡胶.
fn terms(name: &str) -> BTreeMap<String, f64> {
    let mut terms = BTreeMap::new();
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    if digits.chars().all(|c| c.is_ascii_digit()) {
        return terms;
    }
    let parts: Vec<&str> = name.split(['-', '/', '>']).filter(|part| !part.is_empty()).collect();
    for part in &parts {
        let chars: Vec<char> = part.chars().flat_map(char::to_lowercase).collect();
        for size in 1..=3 {
            for window in chars.windows(size) {
                *terms.entry(window.iter().collect()).or_insert(0.0) += 1.0;
            }
        }
        for size in 1..=2.min(chars.len()) {
            let end: String = chars[chars.len() - size..].iter().collect();
            *terms.entry(format!("{end}$")).or_insert(0.0) += 1.0;
        }
        if parts.len() > 1 {
            *terms.entry(format!("-{part}")).or_insert(0.0) += 2.0;
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::super::Edge;
    use super::*;

    #[test]
    fn the_name_that_ends_alike_is_most_alike_and_numbers_are_not_read() {
        let edge = |from: &str, to: &str| Edge {
            from: from.to_owned(),
            to: to.to_owned(),
            kind: "m".to_owned(),
        };
        let edges = [edge("三元正极材料", "镍"), edge("正极片", "铝箔"), edge("P0001", "P0002")];
        let facts = Facts::new(&edges, std::iter::empty());
        let names = Names::new(&facts, &BTreeMap::new());
        let like = names.like_id(&facts, "磷酸铁锂正极材料");
        let order: Vec<&str> = like.iter().map(|&(node, _)| facts.name(node)).collect();
        assert_eq!(order, ["三元正极材料", "正极片"]);
        assert_eq!(names.like_id(&facts, "P0001"), []);
    }
}
