//! Lianmeng: testkit.
