//! Lianmeng: domain.
