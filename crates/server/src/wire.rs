//! How the parts are put together.

use std::path::Path;

use anyhow::Context as _;
use chrono::TimeDelta;
use lianmeng_api::auth::gate::{Gate, GateSettings};
use lianmeng_api::http::{Door, NameClaim, Provider, ProviderSettings};
use lianmeng_app::blobs::{Blobs, Bucket, BucketSettings};
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::login::Lives;
use lianmeng_app::reads::Reads;
use lianmeng_app::trail::COMMAND_LINE;
use lianmeng_backplane::Backplane;
use lianmeng_domain::ids::IdSource;
use lianmeng_domain::rights::aggregate::Fewest;
use lianmeng_store::connect;
use lianmeng_store::failover::{self, Failover};

use crate::config::{self, Config, Database, without_password};

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
    let (mut office, _) = installation(config, clock, seed).await?;
    office.origin = COMMAND_LINE.into();
    Ok(office)
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
    lianmeng_app::calendar::seed(&db, clock.now())
        .await
        .context("the working-day calendar cannot be filled in")?;
    let mut office = Office::new(db, IdSource::new(seed), clock);
    office.post = config.post()?;
    office.fewest = Fewest::new(config.rights.fewest_enterprises.into());
    office.blobs = blobs(config)?;
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

/// Where the bytes of attachments lie, as configured.
fn blobs(config: &Config) -> anyhow::Result<Blobs> {
    let files = &config.attachments;
    let mut blobs = if files.s3_endpoint.is_empty() {
        Blobs::in_folder(files.dir.clone())
    } else {
        Blobs::in_bucket(Bucket::new(&BucketSettings {
            endpoint: files.s3_endpoint.clone(),
            region: files.s3_region.clone(),
            bucket: files.s3_bucket.clone(),
            prefix: files.s3_prefix.clone(),
            access_key: files.s3_access_key.clone(),
            secret: files.s3_secret.clone(),
            is_in_path: files.s3_path_style,
        })?)
    };
    blobs.keep_months = files.keep_months;
    Ok(blobs)
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

/// The way in, as configured.
pub(crate) fn door(config: &Config) -> anyhow::Result<Door> {
    let auth = &config.auth;
    let public_url = auth.public_url.trim_end_matches('/').to_owned();
    Ok(Door { gate: gate(config), oidc: provider(config, &public_url)?, public_url })
}

/// The gate, as configured.
pub(crate) fn gate(config: &Config) -> Gate {
    let auth = &config.auth;
    let lives = Lives {
        access: TimeDelta::minutes(auth.access_minutes.into()),
        login: TimeDelta::days(auth.login_days.into()),
        leeway: TimeDelta::seconds(auth.refresh_leeway_seconds.into()),
    };
    let recheck = TimeDelta::seconds(auth.recheck_seconds.into());
    Gate::new(GateSettings { lives, recheck, pepper: auth.pepper.clone() })
}

fn provider(config: &Config, public_url: &str) -> anyhow::Result<Option<Provider>> {
    let oidc = &config.oidc;
    if oidc.issuer.is_empty() {
        return Ok(None);
    }
    let extra_roots = if oidc.ca_file.as_os_str().is_empty() {
        Vec::new()
    } else {
        std::fs::read(&oidc.ca_file)
            .with_context(|| format!("oidc.ca_file {} cannot be read", oidc.ca_file.display()))?
    };
    let settings = ProviderSettings {
        issuer: oidc.issuer.clone(),
        client_id: oidc.client_id.clone(),
        client_secret: oidc.client_secret.clone(),
        scopes: oidc.scopes.clone(),
        name_claim: match oidc.name_claim {
            config::NameClaim::None => NameClaim::None,
            config::NameClaim::PreferredUsername => NameClaim::PreferredUsername,
            config::NameClaim::Email => NameClaim::Email,
        },
        extra_roots,
    };
    Ok(Some(Provider::new(settings, public_url).context("the identity provider")?))
}
