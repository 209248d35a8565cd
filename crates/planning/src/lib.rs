//! Lianmeng: planning.
