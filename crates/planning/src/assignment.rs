//! The cheapest assignment of rows to columns.
//!
//! The crate `matching` has assignments of its own; this one is here since `planning` uses no other
//! engine, as [ARCHITECTURE.md](../../../ARCHITECTURE.md) lays down, and needs only this much.

use crate::words::signed;

/// Dearer than any real choice; stands for what is forbidden.
pub(crate) const FORBIDDEN: i64 = 1 << 50;

/// A column for each row, all different, with the least sum of `cost`; none if every assignment
/// needs something [`FORBIDDEN`]. Needs at least as many columns as rows, else none.
///
/// Method: shortest augmenting paths with potentials (Jonker and Volgenant 1987, without their
/// reduction steps); rows² × columns steps.
pub(crate) fn cheapest(
    rows: usize,
    columns: usize,
    cost: impl Fn(usize, usize) -> i64,
) -> Option<Vec<usize>> {
    if rows > columns {
        return None;
    }
    // Row and column 0 are the source; real ones count from 1.
    let mut of_row = vec![0_i64; rows + 1];
    let mut of_column = vec![0_i64; columns + 1];
    let mut row_at = vec![0_usize; columns + 1];
    for row in 1..=rows {
        row_at[0] = row;
        let mut way = vec![0_usize; columns + 1];
        let mut least = vec![i64::MAX; columns + 1];
        let mut done = vec![false; columns + 1];
        let mut here = 0;
        while row_at[here] != 0 {
            done[here] = true;
            let r = row_at[here];
            let (mut step, mut next) = (i64::MAX, 0);
            for c in 1..=columns {
                if done[c] {
                    continue;
                }
                let reduced = cost(r - 1, c - 1) - of_row[r] - of_column[c];
                if reduced < least[c] {
                    least[c] = reduced;
                    way[c] = here;
                }
                if least[c] < step {
                    step = least[c];
                    next = c;
                }
            }
            for c in 0..=columns {
                if done[c] {
                    of_row[row_at[c]] += step;
                    of_column[c] -= step;
                } else if least[c] < i64::MAX {
                    least[c] -= step;
                }
            }
            here = next;
        }
        while here != 0 {
            row_at[here] = row_at[way[here]];
            here = way[here];
        }
    }
    let mut answer = vec![0; rows];
    for c in 1..=columns {
        if row_at[c] > 0 {
            answer[row_at[c] - 1] = c - 1;
        }
    }
    let is_possible = answer.iter().enumerate().all(|(r, &c)| cost(r, c) < FORBIDDEN);
    (is_possible && signed(rows) < FORBIDDEN).then_some(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn by_trying(rows: usize, columns: usize, table: &[i64], row: usize, used: u32) -> i64 {
        if row == rows {
            return 0;
        }
        (0..columns)
            .filter(|c| used & (1 << c) == 0)
            .map(|c| {
                table[row * columns + c] + by_trying(rows, columns, table, row + 1, used | 1 << c)
            })
            .min()
            .unwrap_or(0)
    }

    #[test]
    fn equals_trying_all_assignments() {
        let mut random = Random::new(3);
        for _ in 0..500 {
            let rows = 1 + random.below(5);
            let columns = rows + random.below(3);
            let table: Vec<i64> =
                (0..rows * columns)
                    .map(|_| {
                        if random.below(5) == 0 { FORBIDDEN } else { signed(random.below(20)) - 10 }
                    })
                    .collect();
            let want = by_trying(rows, columns, &table, 0, 0);
            let got = cheapest(rows, columns, |r, c| table[r * columns + c]);
            let sum = got.map(|got| {
                got.iter().enumerate().map(|(r, &c)| table[r * columns + c]).sum::<i64>()
            });
            assert_eq!(sum, (want < FORBIDDEN / 2).then_some(want));
        }
    }
}
