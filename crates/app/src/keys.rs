//! The keys that sign access tokens: one signs, older ones verify until their tokens have ended.
//!
//! They live in the database, so that every replica has them and a new one is known everywhere at
//! once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::AuditId;
use lianmeng_store::StoreError;
use lianmeng_store::signing_key::{self, SigningKey};

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::secret::Secret;

/// How much longer than its last token an old key verifies: clocks differ.
const MARGIN: TimeDelta = TimeDelta::minutes(5);

/// What a key is called in the audit log.
const TAG: &str = "key:";

/// The keys in force, the one that signs first; `fresh` becomes the first key of a new database.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn in_force(desk: &Desk, fresh: &Secret) -> Result<Vec<SigningKey>, StoreError> {
    let found = signing_key::in_force(&desk.db, desk.now).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let minted = desk.mint::<AuditId>().to_string();
    // Of several replicas that start at once one makes the first key; a minted name is for the
    // database whose keys have all ended.
    for kid in [signing_key::FIRST, &minted] {
        signing_key::insert(&desk.db, &new_key(kid, fresh, desk.now)).await?;
        let found = signing_key::in_force(&desk.db, desk.now).await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Notes that the key `kid` signed a token that ends at `ends_at`, later than ordinary ones.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn note_long_token(
    desk: &Desk,
    kid: &str,
    ends_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    signing_key::note_long_token(&desk.db, kid, ends_at).await
}

fn new_key(kid: &str, secret: &Secret, now: DateTime<Utc>) -> SigningKey {
    SigningKey {
        kid: kid.to_owned(),
        secret: STANDARD.encode(secret.bytes()),
        made_at: now,
        tokens_end_at: None,
        verifies_until: None,
    }
}

/// Rolls the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollKeys {
    /// The new secret.
    pub secret: Secret,
    /// How long access tokens live.
    pub access: TimeDelta,
    /// Whether old keys stop verifying at once, because one has leaked.
    pub at_once: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Makes a new key that signs from now on; returns its name. Old keys verify until the last token
/// they signed has ended, or stop at once.
///
/// # Errors
///
/// [`CommandError`]; nothing is changed when an error is returned.
pub async fn roll(desk: &Desk, actor: &Actor, cmd: &RollKeys) -> Result<String, CommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return Ok(thing.trim_start_matches(TAG).to_owned()),
    };
    let kid = desk.mint::<AuditId>().to_string();
    for old in signing_key::in_force(&change.tx, desk.now).await? {
        let ordinary = desk.now + cmd.access + MARGIN;
        let last = old.tokens_end_at.map_or(ordinary, |end| ordinary.max(end + MARGIN));
        let until = match old.verifies_until {
            _ if cmd.at_once => desk.now,
            Some(until) => until,
            None => last,
        };
        signing_key::retire(&change.tx, &old.kid, until).await?;
    }
    signing_key::insert(&change.tx, &new_key(&kid, &cmd.secret, desk.now)).await?;
    change.finish("RollKeys", &format!("{TAG}{kid}"), Touches::Nothing).await?;
    Ok(kid)
}
