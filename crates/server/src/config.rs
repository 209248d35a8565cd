//! Settings: defaults, then a TOML file, then the environment. Read once at start.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use serde::{Deserialize, Serialize};

/// Every setting with its default, as `lianmeng config print` shows it.
pub(crate) const DEFAULTS: &str = include_str!("default.toml");

/// All settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) server: Server,
    pub(crate) database: Database,
    pub(crate) redis: Redis,
    pub(crate) jobs: Jobs,
    pub(crate) auth: Auth,
    pub(crate) log: Log,
}

/// The HTTP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) port: u16,
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) connections: u32,
}

/// Redis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Redis {
    pub(crate) url: String,
    pub(crate) space: String,
}

/// Jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Jobs {
    pub(crate) workers: u32,
}

/// Tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) key_file: PathBuf,
}

/// Logging.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// Shape of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

impl Config {
    /// Reads defaults, `file` (which must exist if named), and the environment.
    pub(crate) fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        if let Some(file) = file {
            anyhow::ensure!(
                file.is_file(),
                "no configuration file {}; `lianmeng config print` shows what to put there",
                file.display()
            );
            figment = figment.merge(Toml::file_exact(file));
        }
        // Other variables of ours, such as LIANMENG_BIN of the tests, are no settings.
        let settings = Env::prefixed("LIANMENG_").filter(|key| key.as_str().contains("__"));
        figment = figment.merge(settings.split("__"));
        for (variable, key) in
            [("DATABASE_URL", "database.url"), ("REDIS_URL", "redis.url"), ("PORT", "server.port")]
        {
            match std::env::var(variable) {
                Ok(value) if key == "server.port" => {
                    let port: u16 = value.parse().with_context(|| {
                        format!("{variable} is {value:?}; it must be a port from 0 to 65535")
                    })?;
                    figment = figment.merge(Serialized::default(key, port));
                }
                Ok(value) if !value.is_empty() => {
                    figment = figment.merge(Serialized::default(key, value));
                }
                Ok(_) | Err(_) => {}
            }
        }
        figment.extract().context("the configuration cannot be read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_defaults_are_the_defaults() {
        let config: Config = Figment::from(Toml::string(DEFAULTS)).extract().unwrap();
        assert_eq!(config.server.port, 8000);
        assert_eq!(config.database.url, "sqlite:data/lianmeng.db");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let figment =
            Figment::from(Toml::string(DEFAULTS)).merge(Toml::string("[server]\nprot = 1"));
        assert!(figment.extract::<Config>().unwrap_err().to_string().contains("prot"));
    }
}
