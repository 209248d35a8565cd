//! Lianmeng: migrations.
