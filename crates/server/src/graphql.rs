//! Settings of the GraphQL endpoint, from the section `[graphql]`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use lianmeng_api::http::settings::{Settings, SocketSettings};
use lianmeng_api::limits::{Limits, Trusted};
use serde::{Deserialize, Serialize};

/// The endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GraphQl {
    pub(crate) mode: Mode,
    pub(crate) introspection: Switch,
    pub(crate) graphiql: Switch,
    pub(crate) trusted_documents: PathBuf,
    pub(crate) trusted_only: bool,
    pub(crate) timeout_seconds: u64,
    pub(crate) max_body_bytes: usize,
    pub(crate) max_upload_bytes: usize,
    pub(crate) max_document_bytes: usize,
    pub(crate) max_tokens: usize,
    pub(crate) max_depth: usize,
    pub(crate) max_cost: usize,
    pub(crate) max_fields: usize,
    pub(crate) max_aliases: usize,
    pub(crate) max_directives: usize,
    pub(crate) max_batch: usize,
    pub(crate) trust_forwarded_for: bool,
    pub(crate) allowed_origins: Vec<String>,
    pub(crate) init_timeout_seconds: u64,
    pub(crate) keep_alive_seconds: u64,
    pub(crate) send_timeout_seconds: u64,
    pub(crate) max_message_bytes: usize,
    pub(crate) max_operations_per_socket: usize,
    pub(crate) max_connections_per_address: usize,
    pub(crate) max_connections_per_caller: usize,
}

/// Whom the endpoint serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Mode {
    Development,
    Production,
}

/// A switch that may follow the mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Switch {
    Auto,
    On,
    Off,
}

impl Switch {
    /// Whether it is on; `auto` is on in development.
    fn is_on(self, mode: Mode) -> bool {
        match self {
            Self::Auto => mode == Mode::Development,
            Self::On => true,
            Self::Off => false,
        }
    }
}

/// The settings, with the trusted documents read.
pub(crate) fn settings(config: &GraphQl) -> anyhow::Result<Settings> {
    let path = &config.trusted_documents;
    let trusted = if path.as_os_str().is_empty() {
        Trusted::default()
    } else {
        Trusted::read(path).context("graphql.trusted_documents cannot be read")?
    };
    anyhow::ensure!(
        !config.trusted_only || !trusted.is_empty(),
        "graphql.trusted_only is set, but graphql.trusted_documents names no document"
    );
    anyhow::ensure!(config.keep_alive_seconds > 0, "graphql.keep_alive_seconds must be at least 1");
    Ok(Settings {
        has_graphiql: config.graphiql.is_on(config.mode),
        has_introspection: config.introspection.is_on(config.mode),
        trusted,
        trusted_only: config.trusted_only,
        limits: Limits {
            bytes: config.max_document_bytes,
            tokens: config.max_tokens,
            depth: config.max_depth,
            cost: config.max_cost,
            fields: config.max_fields,
            aliases: config.max_aliases,
            directives: config.max_directives,
            batch: config.max_batch,
            ..Limits::default()
        },
        timeout: Duration::from_secs(config.timeout_seconds),
        max_body_bytes: config.max_body_bytes,
        max_upload_bytes: config.max_upload_bytes,
        trusts_forwarded_for: config.trust_forwarded_for,
        socket: SocketSettings {
            init_timeout: Duration::from_secs(config.init_timeout_seconds),
            keep_alive: Duration::from_secs(config.keep_alive_seconds),
            send_timeout: Duration::from_secs(config.send_timeout_seconds),
            max_message_bytes: config.max_message_bytes,
            max_operations: config.max_operations_per_socket,
            max_per_address: config.max_connections_per_address,
            max_per_caller: config.max_connections_per_caller,
            origins: config.allowed_origins.clone(),
        },
    })
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format as _, Toml};

    use super::*;
    use crate::config::{Config, DEFAULTS};

    fn read(text: &str) -> anyhow::Result<Settings> {
        let figment = Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(text));
        settings(&figment.extract::<Config>()?.graphql)
    }

    #[test]
    fn the_defaults_are_those_of_the_library() {
        let (ours, theirs) = (read("").unwrap(), Settings::default());
        assert_eq!(ours.limits, theirs.limits);
        assert_eq!(ours.socket, theirs.socket);
        assert_eq!(ours.timeout, theirs.timeout);
        assert_eq!(ours.max_body_bytes, theirs.max_body_bytes);
        assert_eq!(ours.max_upload_bytes, theirs.max_upload_bytes);
        assert!(ours.has_graphiql && ours.has_introspection && !ours.trusted_only);
    }

    #[test]
    fn production_tells_nothing_about_itself_unless_asked() {
        let quiet = read("[graphql]\nmode = \"production\"").unwrap();
        assert!(!quiet.has_graphiql && !quiet.has_introspection);
        let asked = read("[graphql]\nmode = \"production\"\ngraphiql = \"on\"").unwrap();
        assert!(asked.has_graphiql && !asked.has_introspection);
    }

    #[test]
    fn trusting_nothing_is_refused() {
        let error = read("[graphql]\ntrusted_only = true").unwrap_err();
        assert!(error.to_string().contains("names no document"), "{error}");
    }
}
