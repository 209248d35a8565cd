//! Lianmeng: store.
