//! Lianmeng: app.
