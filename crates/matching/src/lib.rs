//! Who should meet whom: scores offers against needs, says why, and finds the best set of pairs.

pub mod assign;
