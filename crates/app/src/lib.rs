//! Lianmeng: app.

pub mod codes;
pub mod import;
