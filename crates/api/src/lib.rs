//! Lianmeng: api.
