//! Who should meet whom: scores offers against needs, says why, and finds the best set of pairs.

pub mod assign;
pub mod eval;
pub mod rank;
pub mod text;
