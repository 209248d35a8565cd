//! Who should meet whom: scores offers against needs, says why, and finds the best set of pairs.
//!
//! Everything here is a pure function on plain values: no clock, no database, no async, no
//! randomness that is not seeded by the caller. Equal input gives equal output, to the byte.
//!
//! Start reading at [`suggest`] (ranked counterparts of one need, with reasons), [`assign`] (the
//! exact best pairs under minimums and maximums), [`tasks`] (projects, owners and counterparts of
//! cooperation tasks), [`finder`] (an index of offers that changes with each of them) or [`rank`]
//! (texts alone, for measuring with [`eval`]).
//!
//! A new criterion gets one file in [`criteria`], with a test that shows exactly the points it
//! gives, a variant of [`score::Criterion`] and a line in [`score::reasons`].

pub mod assign;
pub mod candidates;
pub mod classify;
pub mod counter;
pub mod criteria;
pub mod duplicates;
pub mod eval;
pub mod explain;
pub mod finder;
pub mod learn;
pub mod problem;
pub mod rank;
pub mod score;
pub mod shortlist;
pub mod suggest;
pub mod tasks;
pub mod text;
pub mod together;
pub mod topics;
pub mod whatif;
