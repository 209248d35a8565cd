//! Counting with clauses.

use super::sat::{Lit, Sat};

/// Which way a counter draws conclusions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ways {
    /// From the inputs to the outputs: enough to keep a count low.
    Up,
    /// In both directions: the outputs say exactly how many inputs hold.
    Both,
}

/// At most one of `literals` holds: in pairs when few, else one after the other (Sinz 2005).
pub(crate) fn at_most_one(sat: &mut Sat<'_>, literals: &[Lit]) {
    if literals.len() <= 5 {
        for (i, &a) in literals.iter().enumerate() {
            for &b in &literals[..i] {
                sat.clause(&[-a, -b]);
            }
        }
        return;
    }
    let mut seen: Option<Lit> = None;
    for (i, &literal) in literals.iter().enumerate() {
        if let Some(seen) = seen {
            sat.clause(&[-seen, -literal]);
        }
        if i + 1 == literals.len() {
            break;
        }
        let next = sat.fresh();
        sat.clause(&[-literal, next]);
        if let Some(seen) = seen {
            sat.clause(&[-seen, next]);
        }
        seen = Some(next);
    }
}

/// A totalizer (Bailleux, Boufkhad 2003): output `i` stands for "at least `i + 1` of `inputs`".
///
/// There are at most `cap` outputs; the last then stands for "at least `cap`".
/// `O(cap · n · log n)` clauses for `n` inputs.
pub(crate) fn totalizer(sat: &mut Sat<'_>, inputs: &[Lit], cap: usize, ways: Ways) -> Vec<Lit> {
    if inputs.len() <= 1 || cap == 0 {
        return inputs.iter().copied().take(cap).collect();
    }
    let (left, right) = inputs.split_at(inputs.len() / 2);
    let left = totalizer(sat, left, cap, ways);
    let right = totalizer(sat, right, cap, ways);
    let outputs: Vec<Lit> = (0..cap.min(left.len() + right.len())).map(|_| sat.fresh()).collect();
    for i in 0..=left.len() {
        for j in 0..=right.len() {
            merge(sat, (&left, i), (&right, j), (&outputs, cap, ways));
        }
    }
    for pair in outputs.windows(2) {
        sat.clause(&[-pair[1], pair[0]]);
    }
    outputs
}

/// The clauses for `i` on the left and `j` on the right.
fn merge(
    sat: &mut Sat<'_>,
    (left, i): (&[Lit], usize),
    (right, j): (&[Lit], usize),
    (outputs, cap, ways): (&[Lit], usize, Ways),
) {
    let both = (i + j).min(outputs.len());
    if let Some(&output) = both.checked_sub(1).and_then(|k| outputs.get(k)) {
        let mut clause = vec![output];
        clause.extend(i.checked_sub(1).map(|k| -left[k]));
        clause.extend(j.checked_sub(1).map(|k| -right[k]));
        sat.clause(&clause);
    }
    // A side that was cut off at the cap may hold more than it shows.
    let cut = (i == left.len() && i == cap) || (j == right.len() && j == cap);
    if ways == Ways::Both
        && !cut
        && let Some(&output) = outputs.get(i + j)
    {
        let mut clause = vec![-output];
        clause.extend(left.get(i));
        clause.extend(right.get(j));
        sat.clause(&clause);
    }
}
