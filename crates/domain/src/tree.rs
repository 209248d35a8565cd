//! Trees kept as "who is above whom": ownership, and superiors of Party organisations.

use std::collections::{BTreeMap, BTreeSet};

/// A cycle among `parents`, as the ids along it; `None` if there is none.
///
/// `parents` holds (child, parent). Time `O(n log n)`; the cycle found is the one that holds the
/// smallest id.
pub fn cycle<T: Copy + Ord>(parents: impl IntoIterator<Item = (T, T)>) -> Option<Vec<T>> {
    let parents: BTreeMap<_, _> = parents.into_iter().collect();
    let mut cleared = BTreeSet::new();
    for &start in parents.keys() {
        let mut path = Vec::new();
        let mut on_path = BTreeSet::new();
        let mut at = start;
        while !cleared.contains(&at) {
            if !on_path.insert(at) {
                let first = path.iter().position(|&id| id == at).unwrap_or(0);
                return Some(path.split_off(first));
            }
            path.push(at);
            match parents.get(&at) {
                Some(&parent) => at = parent,
                None => break,
            }
        }
        cleared.extend(path);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_of_owners_is_found_and_a_tree_is_not() {
        assert_eq!(cycle([(1, 2), (3, 2)]), None);
        assert_eq!(cycle([(1, 2), (2, 3), (3, 2)]), Some(vec![2, 3]));
        assert_eq!(cycle([(5, 5)]), Some(vec![5]));
    }
}
