//! What would change if weights or participants were other: two lists side by side, nothing decided.

use std::collections::BTreeMap;

use crate::score::Points;

/// One entry of a list: who, and with how many points.
pub type Entry<K> = (K, Points);

/// What became of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moved<K> {
    /// Who.
    pub key: K,
    /// Rank from 1 and points before; `None` if it is new.
    pub before: Option<(usize, Points)>,
    /// Rank from 1 and points after; `None` if it is lost.
    pub after: Option<(usize, Points)>,
}

/// Two lists compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference<K> {
    /// Every entry of either list: those of the second in its order, then the lost ones in theirs.
    pub entries: Vec<Moved<K>>,
    /// Sum of the points before.
    pub total_before: i64,
    /// Sum of the points after.
    pub total_after: i64,
}

impl<K> Difference<K> {
    /// How many are in the second list only.
    pub fn gained(&self) -> usize {
        self.entries.iter().filter(|entry| entry.before.is_none()).count()
    }

    /// How many are in the first list only.
    pub fn lost(&self) -> usize {
        self.entries.iter().filter(|entry| entry.after.is_none()).count()
    }

    /// How many are in both.
    pub fn kept(&self) -> usize {
        self.entries.len() - self.gained() - self.lost()
    }
}

/// Compares two lists in the order of their ranks. `O(n log n)`.
pub fn compare<K: Copy + Ord>(before: &[Entry<K>], after: &[Entry<K>]) -> Difference<K> {
    let ranks = |list: &[Entry<K>]| -> BTreeMap<K, (usize, Points)> {
        list.iter().enumerate().map(|(at, &(key, points))| (key, (at + 1, points))).collect()
    };
    let total = |list: &[Entry<K>]| list.iter().map(|&(_, points)| i64::from(points)).sum();
    let (old, new) = (ranks(before), ranks(after));
    let moved = |&(key, _): &Entry<K>| Moved {
        key,
        before: old.get(&key).copied(),
        after: new.get(&key).copied(),
    };
    let lost = before.iter().filter(|(key, _)| !new.contains_key(key));
    Difference {
        entries: after.iter().chain(lost).map(moved).collect(),
        total_before: total(before),
        total_after: total(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_gained_lost_and_kept_is_told_with_ranks() {
        let got = compare(&[(1, 900), (2, 800), (3, 700)], &[(3, 950), (4, 100), (1, 50)]);
        let want = [
            (3, Some((3, 700)), Some((1, 950))),
            (4, None, Some((2, 100))),
            (1, Some((1, 900)), Some((3, 50))),
            (2, Some((2, 800)), None),
        ];
        let entries: Vec<_> = got.entries.iter().map(|e| (e.key, e.before, e.after)).collect();
        assert_eq!(entries, want);
        assert_eq!((got.gained(), got.lost(), got.kept()), (1, 1, 2));
        assert_eq!((got.total_before, got.total_after), (2400, 1100));
    }
}
