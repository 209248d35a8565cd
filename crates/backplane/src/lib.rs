//! Lianmeng: backplane.
