//! A small event that the tests of the demands share.

use super::Finding;
use crate::wide::check::check;
use crate::wide::problem::{Meeting, Participant, Problem, Slot, Table};
use crate::wide::timetable::{Placed, Timetable};

/// Six slots of 20 minutes in two half-days, three tables, 甲, 乙, 丙 and 丁, and a meeting for
/// each of `pairs`.
pub(super) fn problem(pairs: &[[usize; 2]]) -> Problem {
    let people = ["甲", "乙", "丙", "丁"]
        .map(|name| Participant { name: name.to_owned(), ..Participant::default() });
    let meeting = |pair: &[usize; 2]| Meeting { participants: pair.to_vec(), ..Meeting::default() };
    Problem {
        slots: (0..6).map(|t| Slot { half_day: t / 3, minutes: 20 }).collect(),
        tables: vec![Table::default(); 3],
        participants: people.to_vec(),
        meetings: pairs.iter().map(meeting).collect(),
        ..Problem::default()
    }
}

/// A place for each meeting: slot and table, with the first representatives.
pub(super) fn at(seats: &[Option<(usize, usize)>]) -> Timetable {
    let placed =
        |&(slot, table): &(usize, usize)| Placed { slot, table, representatives: vec![0; 2] };
    Timetable { meetings: seats.iter().map(|seat| seat.as_ref().map(placed)).collect() }
}

/// What `timetable` breaks: all of it, each with its weight and both texts.
pub(super) fn told(problem: &Problem, timetable: &Timetable) -> Vec<(u64, String, String)> {
    problem.validate().unwrap();
    let tell = |finding: Finding| (finding.weight, finding.text, finding.text_zh);
    check(problem, timetable).into_iter().map(tell).collect()
}

/// The same as [`told`] in the form the tests write it.
pub(super) fn words(list: &[(u64, &str, &str)]) -> Vec<(u64, String, String)> {
    list.iter().map(|&(weight, en, zh)| (weight, en.to_owned(), zh.to_owned())).collect()
}
