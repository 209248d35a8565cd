//! Lianmeng: graph.
