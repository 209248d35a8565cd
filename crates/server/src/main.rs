//! The binary `lianmeng`.
fn main() {}
