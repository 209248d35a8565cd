//! Whether the candidate has anything left to give. Gives no points; without capacity there is no
//! suggestion.

use crate::problem::Candidate;

/// Whether something is left; candidates without a stated capacity always have.
pub fn has_any(candidate: &Candidate) -> bool {
    candidate.capacity_left != Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::CandidateKind;

    #[test]
    fn only_a_stated_capacity_can_be_used_up() {
        for (capacity_left, want) in [(None, true), (Some(1), true), (Some(0), false)] {
            let candidate =
                Candidate { capacity_left, ..Candidate::new(CandidateKind::Offer, 1, "") };
            assert_eq!(has_any(&candidate), want, "{capacity_left:?}");
        }
    }
}
