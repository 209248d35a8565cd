//! Timetables beyond the published problem: meetings of several people, several representatives,
//! half-days, lunch, rest, walking, equipment, own tables, unequal lengths, levels, and a timetable
//! that people already hold in their hands.
//!
//! Start reading at [`Problem`] (what is asked), [`check()`] (what a timetable breaks, told without
//! the search), [`score()`] (what it costs) and [`solve()`]. Behind them `board` keeps a timetable
//! in which nobody is at two places, `improve` moves meetings on it, `exhaust` tries all timetables
//! of a small problem, `encode` writes the demands down for a SAT solver, and `conflict` names the
//! fewest demands that contradict each other. A new demand needs a field in `problem`, a file in
//! `constraint`, a case in `board/evict` and clauses in `encode`; the tests against brute force then
//! judge it.
//!
//! [`day`] plans the rest of a day again around those who did not come.
//!
//! Three levels are compared one after the other and never added up, see [`Score`].

mod board;
mod bound;
#[cfg(test)]
mod brute;
mod check;
mod conflict;
mod constraint;
pub mod day;
mod encode;
mod exhaust;
mod improve;
mod parse;
mod problem;
mod publish;
mod shape;
mod slots;
mod solve;
mod timetable;
mod validate;
mod words;

pub use check::{Score, Tally, check, score, tally};
pub use constraint::{Finding, Kind};
pub use parse::{ParseError, parse};
pub use problem::{
    Level, MAX_EQUIPMENT, MAX_LISTED, MAX_MEETINGS, MAX_PARTICIPANTS, MAX_PLACES, MAX_POINTS,
    MAX_PRECEDENCES, MAX_REPRESENTATIVES, MAX_SEATS, MAX_SLOTS, MAX_TABLES, Meeting, Participant,
    Precedence, Prices, Problem, Seat, Slot, Table,
};
pub use solve::{Answer, Options, Progress, Status, solve};
pub use timetable::{Placed, Timetable};
pub use validate::ProblemError;
