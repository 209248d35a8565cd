//! How the parts are put together.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianmeng_api::auth::TokenKey;
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::reads::Reads;
use lianmeng_backplane::Backplane;
use lianmeng_domain::ids::IdSource;
use lianmeng_store::connect;
use lianmeng_store::failover::{self, Failover};

use crate::config::{Config, Database, without_password};

/// The parts every command works with: an open, migrated database and the rest of the office.
pub(crate) async fn office(config: &Config) -> anyhow::Result<Office> {
    office_with(config, Clock::System, random_seed()?).await
}

/// As [`office`], with a clock and a seed of the caller's: for demonstrations that repeat.
pub(crate) async fn office_with(
    config: &Config,
    clock: Clock,
    seed: u64,
) -> anyhow::Result<Office> {
    Ok(installation(config, clock, seed).await?.0)
}

/// As [`office_with`], and what follows the primary when it moves.
pub(crate) async fn installation(
    config: &Config,
    clock: Clock,
    seed: u64,
) -> anyhow::Result<(Office, Failover)> {
    let Database { url, standby_urls, read_urls, connections } = &config.database;
    make_folder(url)?;
    let urls: Vec<String> = std::iter::once(url).chain(standby_urls).cloned().collect();
    let failover = failover::open(&urls, *connections)
        .await
        .with_context(|| format!("the database {} cannot be opened", without_password(url)))?;
    let db = failover.db().clone();
    lianmeng_app::codes::seed(&db).await.context("the code tables cannot be filled in")?;
    let mut office = Office::new(db, IdSource::new(seed), clock);
    if !config.redis.url.is_empty() {
        office.backplane = Backplane::shared(&config.redis.url, &config.redis.space)?;
    }
    let mut standbys = Vec::new();
    for url in read_urls {
        // One that is away now is asked again and again.
        let db = connect::connect_lazy(url, *connections).await;
        standbys.push(db.with_context(|| format!("{} cannot be read", without_password(url)))?);
    }
    office.reads = Reads::new(standbys);
    Ok((office, failover))
}

pub(crate) fn random_seed() -> anyhow::Result<u64> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|e| anyhow::anyhow!("no randomness: {e}"))?;
    Ok(u64::from_le_bytes(bytes))
}

/// The file of a SQLite URL; `None` for another database or one in memory.
pub(crate) fn sqlite_file(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    (!path.contains(":memory:")).then(|| Path::new(path))
}

/// Makes the folder of a SQLite file.
pub(crate) fn make_folder(url: &str) -> anyhow::Result<()> {
    match sqlite_file(url).and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
            .with_context(|| format!("the folder {} cannot be made", folder.display())),
        Some(_) | None => Ok(()),
    }
}

/// Reads the signing key, making it at first start.
pub(crate) fn token_key(path: &Path) -> anyhow::Result<TokenKey> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => make_key(path)?,
        Err(error) => {
            return Err(error)
                .with_context(|| format!("the key {} cannot be read", path.display()));
        }
    };
    let secret = STANDARD.decode(text.trim()).with_context(|| {
        format!("the key {} is not base64; remove it to get a new one", path.display())
    })?;
    TokenKey::new(&secret).with_context(|| format!("the key {}", path.display()))
}

fn make_key(path: &Path) -> anyhow::Result<String> {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|e| anyhow::anyhow!("no randomness: {e}"))?;
    let text = STANDARD.encode(secret);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            Ok(text)
        }
        // Another process made it in the same moment.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            std::fs::read_to_string(path).map_err(Into::into)
        }
        Err(error) => {
            Err(error).with_context(|| format!("the key {} cannot be written", path.display()))
        }
    }
}
