//! A second judge, for the engines' answers only.
//!
//! It shares no code with the engines nor with [`crate::score()`]: no masks, no shape, no counts
//! kept on the way. It reads the problem and looks every demand up again, in the plainest way, so
//! that an error elsewhere cannot hide here too. Debug builds pass every answer through it.

use crate::problem::{HalfDay, Problem};
use std::collections::{BTreeMap, BTreeSet};

/// Breaks of `slots`, one slot from 0 for each meeting, if they meet every demand of `problem`.
///
/// `O((meetings + precedences) · log meetings)`.
///
/// # Errors
///
/// The first demand found broken, in words, with numbers from 0.
pub(crate) fn breaks(problem: &Problem, slots: &[usize]) -> Result<u32, String> {
    if slots.len() != problem.meetings.len() {
        return Err(format!("{} slots for {} meetings", slots.len(), problem.meetings.len()));
    }
    let mut days: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); problem.participants.len()];
    let mut tables: BTreeMap<usize, usize> = BTreeMap::new();
    for (m, &slot) in slots.iter().enumerate() {
        own_demands(problem, m, slot)?;
        for &p in &problem.meetings[m].participants {
            if !days[p].insert(slot) {
                return Err(format!("participant {p} sits in two meetings in slot {slot}"));
            }
        }
        let taken = tables.entry(slot).or_default();
        *taken += 1;
        if *taken > problem.tables {
            return Err(format!("more than {} meetings in slot {slot}", problem.tables));
        }
    }
    if let Some(i) = problem.precedences.iter().position(|p| slots[p.before] >= slots[p.after]) {
        return Err(format!("precedence {i} does not hold"));
    }
    let each: Vec<u32> = days.iter().map(day).collect();
    fair(problem, &each)?;
    Ok(each.iter().sum())
}

/// Breaks of one day.
fn day(slots: &BTreeSet<usize>) -> u32 {
    let neighbours = slots.iter().zip(slots.iter().skip(1));
    neighbours.map(|(&slot, &next)| u32::from(next - slot > 1)).sum()
}

fn own_demands(problem: &Problem, m: usize, slot: usize) -> Result<(), String> {
    let meeting = &problem.meetings[m];
    let range = match meeting.half_day {
        HalfDay::Morning => 0..problem.morning,
        HalfDay::Afternoon => problem.morning..problem.slots,
        HalfDay::Either => 0..problem.slots,
    };
    if !range.contains(&slot) {
        return Err(format!("meeting {m} in slot {slot}, not in {range:?}"));
    }
    match meeting.fixed {
        Some(fixed) if fixed != slot => return Err(format!("meeting {m} is not in slot {fixed}")),
        Some(_) | None => {}
    }
    let away = |&&p: &&usize| problem.participants[p].forbidden.contains(&slot);
    match meeting.participants.iter().find(away) {
        Some(p) => Err(format!("participant {p} cannot sit in slot {slot}")),
        None => Ok(()),
    }
}

fn fair(problem: &Problem, breaks: &[u32]) -> Result<(), String> {
    let (Some(most), Some(fewest)) = (breaks.iter().max(), breaks.iter().min()) else {
        return Ok(());
    };
    match problem.fairness {
        Some(limit) if most - fewest > limit => {
            Err(format!("breaks from {fewest} to {most} are more than {limit} apart"))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Meeting, Participant, Precedence};
    use crate::random::Random;
    use crate::score::score;

    /// A small problem with every kind of demand now and then.
    fn problem(random: &mut Random) -> Problem {
        let slots = 2 + random.below(5);
        let people = 2 + random.below(4);
        let meeting = |random: &mut Random| {
            let first = random.below(people);
            Meeting {
                participants: vec![first, (first + 1 + random.below(people - 1)) % people],
                half_day: [HalfDay::Morning, HalfDay::Afternoon, HalfDay::Either, HalfDay::Either]
                    [random.below(4)],
                fixed: (random.below(6) == 0).then(|| random.below(slots)),
                locked: false,
            }
        };
        let meetings: Vec<Meeting> = (0..=random.below(4)).map(|_| meeting(random)).collect();
        let (before, after) = (random.below(meetings.len()), random.below(meetings.len()));
        let forbidden = |random: &mut Random| Participant {
            name: None,
            forbidden: if random.below(3) == 0 { vec![random.below(slots)] } else { Vec::new() },
        };
        Problem {
            slots,
            morning: random.below(slots + 1),
            tables: 1 + random.below(3),
            fairness: [None, Some(0), Some(1)][random.below(3)],
            participants: (0..people).map(|_| forbidden(random)).collect(),
            meetings,
            precedences: if random.below(3) == 0 {
                vec![Precedence { before, after }]
            } else {
                Vec::new()
            },
        }
    }

    #[test]
    fn both_judges_agree_on_any_slots() {
        let mut random = Random::new(5);
        let mut right = 0;
        for round in 0..50_000 {
            let problem = problem(&mut random);
            let slots: Vec<usize> =
                problem.meetings.iter().map(|_| random.below(problem.slots)).collect();
            let first = score(&problem, &slots);
            let want = first.findings.is_empty().then_some(first.breaks);
            assert_eq!(breaks(&problem, &slots).ok(), want, "{round}: {problem:?} {slots:?}");
            right += usize::from(want.is_some());
        }
        assert!(right > 5_000, "{right} timetables were right");
    }
}
