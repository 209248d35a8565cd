//! Which table each meeting takes.

use crate::problem::Problem;
use std::collections::BTreeSet;

/// Gives each meeting a table, so that no table is used twice in a slot and participants change
/// tables seldom.
///
/// `slots` is a timetable that [`crate::score()`] finds nothing wrong with. Locked meetings keep their
/// entry of `before`, and others prefer where their participants sit just before, then the table
/// they had. Slot by slot, the meeting with the most participants to please chooses first; ties
/// break by the number of the meeting, then of the table. `O(meetings · participants of a meeting)`
/// up to logarithms.
pub(crate) fn assign(problem: &Problem, slots: &[usize], before: Option<&[usize]>) -> Vec<usize> {
    let mut tables = vec![0; slots.len()];
    let mut seat: Vec<Option<usize>> = vec![None; problem.participants.len()];
    for t in 0..problem.slots {
        let mut here: Vec<usize> = (0..slots.len()).filter(|&m| slots[m] == t).collect();
        let mut free: BTreeSet<usize> = (0..problem.tables).collect();
        if let Some(before) = before {
            here.retain(|&m| {
                let kept = problem.meetings[m].locked && free.remove(&before[m]);
                if kept {
                    tables[m] = before[m];
                }
                !kept
            });
        }
        let mut wishes: Vec<(usize, usize, usize)> = Vec::new();
        for &m in &here {
            wishes.extend(wished(problem, &seat, before, m));
        }
        wishes.sort_by_key(|&(votes, m, table)| (std::cmp::Reverse(votes), m, table));
        for (_, m, table) in wishes {
            if here.contains(&m) && free.remove(&table) {
                tables[m] = table;
                here.retain(|&x| x != m);
            }
        }
        for m in here {
            tables[m] = free.pop_first().unwrap_or(0);
        }
        for m in (0..slots.len()).filter(|&m| slots[m] == t) {
            for &p in &problem.meetings[m].participants {
                seat[p] = Some(tables[m]);
            }
        }
    }
    tables
}

/// Tables that meeting `m` would like: `(votes, m, table)`. A participant's seat counts two, the
/// table the meeting had before counts one.
fn wished(
    problem: &Problem,
    seat: &[Option<usize>],
    before: Option<&[usize]>,
    m: usize,
) -> Vec<(usize, usize, usize)> {
    let mut votes: Vec<(usize, usize, usize)> = Vec::new();
    let seats = problem.meetings[m].participants.iter().filter_map(|&p| Some((2, seat[p]?)));
    for (weight, table) in seats.chain(before.map(|before| (1, before[m]))) {
        match votes.iter_mut().find(|vote| vote.2 == table) {
            Some(vote) => vote.0 += weight,
            None => votes.push((weight, m, table)),
        }
    }
    votes
}
