//! Puts the meetings of a docking event into slots and onto tables, and says what each choice cost.
//!
//! The crate takes values and returns values: it knows no database, no clock and no async. The end
//! of its work comes in as a [`Budget`], randomness as a seed.
//!
//! Start reading at [`Problem`] (what is asked), [`score()`] (what a timetable breaks and costs),
//! [`solve()`] (the door for measuring) and [`plan()`] (the door for events). Behind them `search`
//! shares the budget between `certificate` (quick proofs that there is no timetable), `improve`
//! (annealing on Kempe chains over `board`), `cover` (a bound from counting seats) and `exact`
//! (MaxSAT over CaDiCaL); `explain` and `conflict` say why there is none, `check` judges again. A new demand needs a field in `problem`, a finding in
//! `score`, a count in `board`, clauses in `exact/encode` and words in `conflict`; the tests against
//! brute force then judge it.

mod assignment;
mod board;
mod budget;
mod certificate;
mod check;
mod conflict;
mod cover;
mod exact;
mod explain;
pub mod groups;
mod improve;
mod mask;
mod parse;
mod plan;
mod problem;
mod progress;
pub mod proposal;
mod random;
mod score;
mod search;
pub mod season;
mod shape;
mod solve;
mod tables;
pub mod visits;
pub mod wide;
mod words;

pub use budget::{Budget, Clock};
pub use conflict::{ConflictItem, ConflictKind};
pub use mask::MAX_SLOTS;
pub use parse::{ParseError, parse, parse_dzn, parse_json};
pub use plan::{PlanError, Solution, Timetable, explain, plan, plan_telling};
pub use problem::{
    HalfDay, MAX_MEETING_SIZE, MAX_MEETINGS, MAX_PARTICIPANTS, MAX_PRECEDENCES, Meeting,
    Participant, Precedence, Problem, ProblemError,
};
pub use progress::Progress;
pub use score::{Day, Finding, Score, score};
pub use solve::{Options, Report, Status, solve, solve_telling};
pub use words::{InputError, Words};
