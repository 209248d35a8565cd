//! Passages that two texts copied from one source, and what is left without them.

use std::collections::HashSet;

use super::index::Index;
use super::{Item, PASSAGE, REST, terms};

/// How like two needs are without the passages they have in common; `None` if there is none, or if
/// hardly anything else is left of one of them.
pub(super) fn likeness_of_the_rest(index: &Index, a: &Item, b: &Item) -> Option<f64> {
    let (a, b) = (terms::canonical(&a.text()), terms::canonical(&b.text()));
    let (rest_a, rest_b) = (without(&a, &b)?, without(&b, &a)?);
    let length = |rest: &[char]| rest.iter().filter(|c| c.is_alphanumeric()).count();
    if length(&rest_a) < REST || length(&rest_b) < REST {
        return None;
    }
    let vector = |rest: &[char]| {
        let text: String = rest.iter().collect();
        index.vector(&terms::count_in(rest, &text))
    };
    Some(index.likeness(&vector(&rest_a), &vector(&rest_b)))
}

/// `text` with each passage that is also in `other` replaced by marks; `None` if there is none.
fn without(text: &[char], other: &[char]) -> Option<Vec<char>> {
    let passages: HashSet<&[char]> = other.windows(PASSAGE).collect();
    let mut rest = text.to_vec();
    let mut is_any = false;
    for (at, window) in text.windows(PASSAGE).enumerate() {
        if passages.contains(window) {
            rest[at..at + PASSAGE].fill('，');
            is_any = true;
        }
    }
    is_any.then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_copied_is_left_out() {
        let chars = |text: &str| text.chars().collect::<Vec<_>>();
        let (a, b) = (chars("甲1234567890乙"), chars("丙1234567890丁戊"));
        let rest: String = without(&a, &b).unwrap().into_iter().collect();
        assert_eq!(rest, "甲，，，，，，，，，，乙");
        assert_eq!(without(&a, &chars("123456789")), None);
    }
}
