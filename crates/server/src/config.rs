//! Settings: defaults, then a TOML file, then the environment. Read once at start.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use lianmeng_api::auth::MIN_KEY_BYTES;
use lianmeng_store::part::KEPT_MONTHS;
use serde::{Deserialize, Serialize};

use crate::args::ConfigCommand;
use crate::graphql::GraphQl;
use crate::print;

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
    pub(crate) audit: Audit,
    pub(crate) attachments: Attachments,
    pub(crate) auth: Auth,
    pub(crate) graphql: GraphQl,
    pub(crate) rights: Rights,
    pub(crate) oidc: Oidc,
    pub(crate) mail: crate::mail::Mail,
    pub(crate) webhooks: crate::mail::Webhooks,
    pub(crate) log: Log,
    pub(crate) metrics: Metrics,
    pub(crate) telemetry: Telemetry,
}

/// The HTTP server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) port: u16,
    pub(crate) drain_seconds: u64,
    pub(crate) grace_seconds: u64,
}

/// The database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) standby_urls: Vec<String>,
    pub(crate) read_urls: Vec<String>,
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

/// The audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Audit {
    pub(crate) keep_months: u32,
}

/// Files on needs, tasks and meetings.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attachments {
    pub(crate) keep_months: u32,
    pub(crate) dir: PathBuf,
    pub(crate) s3_endpoint: String,
    pub(crate) s3_region: String,
    pub(crate) s3_bucket: String,
    pub(crate) s3_prefix: String,
    pub(crate) s3_access_key: String,
    pub(crate) s3_secret: String,
    pub(crate) s3_path_style: bool,
}

/// Signing in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) public_url: String,
    pub(crate) access_minutes: u32,
    pub(crate) login_days: u32,
    pub(crate) refresh_leeway_seconds: u32,
    pub(crate) recheck_seconds: u32,
    pub(crate) pepper: String,
}

/// Rights beyond the matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rights {
    pub(crate) fewest_enterprises: u32,
}

/// The identity provider.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Oidc {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) name_claim: NameClaim,
    pub(crate) ca_file: PathBuf,
}

/// Which claim of the provider may name an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NameClaim {
    None,
    PreferredUsername,
    Email,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Attachments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachments").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Auth").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc").field("issuer", &self.issuer).finish_non_exhaustive()
    }
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

/// Numbers for Prometheus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    pub(crate) listen: String,
}

/// Traces over OTLP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telemetry {
    pub(crate) otlp_endpoint: String,
    pub(crate) service_name: String,
    pub(crate) sample_percent: u8,
}

/// What stands in place of a secret.
const MASK: &str = "********";

impl Attachments {
    /// What is wrong with values that have the right type.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if !(1..=1200).contains(&self.keep_months) {
            faults.push("attachments.keep_months must lie between 1 and 1200".to_owned());
        }
        let is_address = ["http://", "https://"].iter().any(|at| self.s3_endpoint.starts_with(at));
        let is_whole = ![&self.s3_bucket, &self.s3_access_key, &self.s3_secret]
            .iter()
            .any(|text| text.is_empty());
        let is_fine = self.s3_endpoint.is_empty() || (is_address && is_whole);
        if !is_fine {
            let wants = "must be empty or an http:// or https:// address with s3_bucket, s3_access_key and s3_secret";
            faults.push(format!("attachments.s3_endpoint {wants}"));
        }
        faults
    }
}

impl Config {
    /// Every setting as it is in force, as TOML; secrets are masked.
    pub(crate) fn shown(&self) -> anyhow::Result<String> {
        let mut all = toml::Value::try_from(self)?;
        mask(&mut all, "");
        Ok(toml::to_string(&all)?)
    }

    /// What is wrong with values that have the right type, one sentence each.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut demand = |is_fine: bool, key: &str, wants: &str| {
            if !is_fine {
                faults.push(format!("{key} {wants}"));
            }
        };
        let starts = |text: &str, with: &[&str]| with.iter().any(|start| text.starts_with(start));
        demand(
            starts(&self.database.url, &["sqlite:", "postgres://", "postgresql://"]),
            "database.url",
            "must start with sqlite:, postgres:// or postgresql://",
        );
        demand(self.database.connections > 0, "database.connections", "must be at least 1");
        demand(
            self.redis.url.is_empty() || starts(&self.redis.url, &["redis://", "rediss://"]),
            "redis.url",
            "must be empty or start with redis:// or rediss://",
        );
        let endpoint = &self.telemetry.otlp_endpoint;
        demand(
            endpoint.is_empty() || starts(endpoint, &["http://"]),
            "telemetry.otlp_endpoint",
            "must be empty or start with http://; a collector on this machine passes it on by TLS",
        );
        demand(self.telemetry.sample_percent <= 100, "telemetry.sample_percent", "is at most 100");
        let port = self.metrics.listen.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        demand(
            self.metrics.listen.is_empty() || matches!(port, Some(Ok(_))),
            "metrics.listen",
            "must be empty or host:port",
        );
        demand(
            self.audit.keep_months >= KEPT_MONTHS,
            "audit.keep_months",
            "must be at least 6: the law asks for six months of logs",
        );
        let auth = &self.auth;
        demand(
            auth.public_url.is_empty() || starts(&auth.public_url, &["http://", "https://"]),
            "auth.public_url",
            "must be empty or start with http:// or https://",
        );
        demand(
            auth.pepper.is_empty() || auth.pepper.len() >= MIN_KEY_BYTES,
            "auth.pepper",
            "must be empty or at least 32 bytes long",
        );
        for (key, value, range) in [
            ("rights.fewest_enterprises", self.rights.fewest_enterprises, 2..=1000),
            ("mail.timeout_seconds", self.mail.timeout_seconds, 1..=60),
            ("webhooks.timeout_seconds", self.webhooks.timeout_seconds, 1..=60),
            ("auth.access_minutes", auth.access_minutes, 1..=1440),
            ("auth.login_days", auth.login_days, 1..=366),
            ("auth.refresh_leeway_seconds", auth.refresh_leeway_seconds, 0..=300),
            ("auth.recheck_seconds", auth.recheck_seconds, 0..=300),
        ] {
            let wants = format!("must lie between {} and {}", range.start(), range.end());
            demand(range.contains(&value), key, &wants);
        }
        let is_whole = !auth.public_url.is_empty() && !self.oidc.client_id.is_empty();
        demand(
            self.oidc.issuer.is_empty() || is_whole,
            "oidc.issuer",
            "needs auth.public_url and oidc.client_id as well",
        );
        demand(
            tracing_subscriber::EnvFilter::try_new(&self.log.filter).is_ok(),
            "log.filter",
            "must be a level or a filter such as info,lianmeng_app=debug",
        );
        faults.extend(self.attachments.faults());
        faults.extend(self.mail.faults());
        faults
    }

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
        if let Ok(urls) = std::env::var("DATABASE_READ_URLS") {
            let urls: Vec<&str> =
                urls.split(',').map(str::trim).filter(|url| !url.is_empty()).collect();
            figment = figment.merge(Serialized::default("database.read_urls", urls));
        }
        figment.extract().context("the configuration cannot be read")
    }
}

/// `lianmeng config`.
pub(crate) fn run(config: &Config, command: &ConfigCommand) -> anyhow::Result<ExitCode> {
    match command {
        ConfigCommand::Print(args) if args.effective => print::text(&config.shown()?),
        ConfigCommand::Print(_) => print::text(DEFAULTS),
        ConfigCommand::Check => {
            let faults = config.faults();
            for fault in &faults {
                print::error(fault);
            }
            if !faults.is_empty() {
                return Ok(ExitCode::from(2));
            }
            print::text("the configuration is sound");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Hides what must not stand on a screen: passwords in URLs, and keys that say what they are.
fn mask(value: &mut toml::Value, key: &str) {
    match value {
        toml::Value::Table(table) => {
            for (key, inner) in table.iter_mut() {
                mask(inner, key);
            }
        }
        toml::Value::Array(items) => {
            for inner in items {
                mask(inner, key);
            }
        }
        toml::Value::String(text) => {
            let is_secret =
                ["secret", "password", "token", "pepper"].iter().any(|word| key.ends_with(word));
            if is_secret && !text.is_empty() {
                MASK.clone_into(text);
            } else if text.contains("://") {
                *text = without_password(text);
            }
        }
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_) => {}
    }
}

/// `url` as it may stand in a message.
pub(crate) fn without_password(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else {
        return match (url.split_once("://"), url.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://{MASK}@{host}"),
            (Some(_) | None, _) => url.to_owned(),
        };
    };
    let hides_more = parsed.query_pairs().any(|(key, _)| key.contains("password"));
    if parsed.password().is_none() && !hides_more {
        return url.to_owned();
    }
    if parsed.password().is_some() && parsed.set_password(Some(MASK)).is_err() {
        return MASK.to_owned();
    }
    if hides_more {
        parsed.set_query(None);
    }
    parsed.into()
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

    #[test]
    fn a_password_never_stands_in_a_message() {
        for (url, want) in [
            ("postgres://u:secret@h:1/d", "postgres://u:********@h:1/d"),
            ("postgres://u:s@cret@h/d", "postgres://u:********@h/d"),
            ("postgres://h/d?password=secret", "postgres://h/d"),
            ("redis://:secret@h:1", "redis://:********@h:1"),
            ("postgres://u@h/d", "postgres://u@h/d"),
            ("sqlite:data/x.db", "sqlite:data/x.db"),
        ] {
            assert_eq!(without_password(url), want);
        }
    }

    #[test]
    fn what_is_shown_can_be_read_again_and_holds_no_secret() {
        let mut config: Config = Figment::from(Toml::string(DEFAULTS)).extract().unwrap();
        config.redis.url = "redis://:hush@h:1".to_owned();
        config.auth.pepper = "hush".to_owned();
        config.oidc.client_secret = "hush".to_owned();
        let shown = config.shown().unwrap();
        assert!(!shown.contains("hush"), "{shown}");
        config.redis.url = "redis://:********@h:1".to_owned();
        config.auth.pepper = MASK.to_owned();
        config.oidc.client_secret = MASK.to_owned();
        let again: Config = Figment::from(Toml::string(&shown)).extract().unwrap();
        assert_eq!(again, config);
    }

    #[test]
    fn the_defaults_are_sound_and_each_fault_is_named() {
        let mut config: Config = Figment::from(Toml::string(DEFAULTS)).extract().unwrap();
        assert_eq!(config.faults(), Vec::<String>::new());
        config.database.url = "mysql://h/d".to_owned();
        config.metrics.listen = "9464".to_owned();
        config.log.filter = "a=b=c".to_owned();
        config.auth.login_days = 0;
        config.audit.keep_months = 5;
        config.auth.pepper = "short".to_owned();
        config.oidc.issuer = "https://id.example".to_owned();
        let faults = config.faults().join("; ");
        for key in [
            "database.url",
            "metrics.listen",
            "log.filter",
            "auth.login_days",
            "audit.keep_months",
            "auth.pepper",
            "oidc.",
        ] {
            assert!(faults.contains(key), "{key}: {faults}");
        }
    }
}
