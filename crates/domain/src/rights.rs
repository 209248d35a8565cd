//! The rights matrix: who may see what.

pub mod aggregate;
