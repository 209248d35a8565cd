//! Lianmeng: matching.
