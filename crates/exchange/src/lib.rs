//! Lianmeng: exchange.
