//! The gate every request passes: from a token to a [`Caller`].
//!
//! What the database says about a login or an API token is remembered for a few seconds, so that a
//! request costs no statement for it. A revocation is felt on every replica when that time is over;
//! terms of office and lives of tokens are compared with the clock at every request.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_app::api_token;
use lianmeng_app::caller::{Caller, Credential, Shut, Standing};
use lianmeng_app::desk::{Desk, Office};
use lianmeng_app::join::Pepper;
use lianmeng_app::keys;
use lianmeng_app::login::Lives;
use lianmeng_app::secret::{self, NoRandomness, Secret};
use lianmeng_domain::account::{AccountError, Login};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{AccountId, ApiTokenId, GrantId, LoginId};
use lianmeng_store::StoreError;
use thiserror::Error;

use super::{Bearer, KeyRing, TokenError};
use crate::ids;

/// Most logins and tokens remembered at a time.
const MOST: usize = 20_000;

/// Settings of sign-in.
#[derive(Clone, PartialEq, Eq)]
pub struct GateSettings {
    /// How long things live.
    pub lives: Lives,
    /// How long what the database said is believed.
    pub recheck: TimeDelta,
    /// Mixed into every signing key; empty for none.
    pub pepper: String,
}

impl std::fmt::Debug for GateSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GateSettings")
            .field("lives", &self.lives)
            .field("recheck", &self.recheck)
            .finish_non_exhaustive()
    }
}

/// Why a request does not pass.
#[derive(Debug, Error)]
pub enum GateError {
    /// Its token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The machine.
    #[error(transparent)]
    Machine(#[from] NoRandomness),
}

/// What was read, and when.
#[derive(Debug)]
struct Read<T> {
    value: Arc<T>,
    at: DateTime<Utc>,
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), at: self.at }
    }
}

/// What a standing is remembered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Login(LoginId),
    /// By the hash of its text, as requests bring it.
    ApiToken(String),
    /// By its id, as open connections remember it.
    ApiTokenId(ApiTokenId),
}

/// Keys and standings as last read. Cheap to share; one for each server.
pub struct Gate {
    settings: GateSettings,
    ring: Mutex<Option<Read<KeyRing>>>,
    standings: Mutex<HashMap<Key, Read<Standing>>>,
    /// How often something was forgotten: what was read before that must not be remembered after.
    forgotten: AtomicU64,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl From<Shut> for GateError {
    fn from(shut: Shut) -> Self {
        Self::Token(match shut {
            Shut::Ended => TokenError::Ended,
            Shut::NotHeld(error) => TokenError::NotHeld(error),
        })
    }
}

impl Gate {
    /// A gate that has read nothing yet.
    pub fn new(settings: GateSettings) -> Self {
        Self {
            settings,
            ring: Mutex::default(),
            standings: Mutex::default(),
            forgotten: AtomicU64::default(),
        }
    }

    /// How long things live.
    pub const fn lives(&self) -> &Lives {
        &self.settings.lives
    }

    /// The caller that `token` stands for, acting under the grant with the wire id `acting_as`, or
    /// under their default one.
    ///
    /// # Errors
    ///
    /// [`GateError::Token`] for a token that is not ours, has ended or was revoked, and for a grant
    /// that is not held; [`GateError::Store`] if the database refuses.
    pub async fn caller(
        &self,
        office: &Office,
        token: &str,
        acting_as: Option<&str>,
    ) -> Result<Caller, GateError> {
        let not_held = || TokenError::NotHeld(AccountError::NotHeld);
        let wanted = acting_as.map(ids::decode::<GrantId>).transpose();
        let wanted = wanted.map_err(|_| not_held())?;
        let desk = office.desk();
        let key = if token.starts_with(api_token::PREFIX) {
            Key::ApiToken(secret::hash(token))
        } else {
            match self.bearer(&desk, token).await? {
                Bearer::Developer(..) if wanted.is_some() => return Err(not_held().into()),
                Bearer::Developer(actor, ends_at) => return Ok(Caller::developer(actor, ends_at)),
                Bearer::Login(id) => Key::Login(id),
            }
        };
        Ok(self.standing(&desk, key).await?.caller(wanted, desk.now)?)
    }

    /// The same caller as the database has them now: for sockets and streams, which outlive a
    /// request. It may act as something else than before, if it named no grant and its default one
    /// has changed. Costs three statements every few seconds and none in between.
    ///
    /// # Errors
    ///
    /// As [`Self::caller`]; the connection must be closed then.
    pub async fn recheck(&self, office: &Office, caller: &Caller) -> Result<Caller, GateError> {
        let desk = office.desk();
        if caller.has_ended(desk.now) {
            return Err(TokenError::Ended.into());
        }
        let key = match caller.by {
            Credential::None | Credential::Developer => return Ok(caller.clone()),
            Credential::Login(_, id) => Key::Login(id),
            Credential::ApiToken(_, id) => Key::ApiTokenId(id),
        };
        Ok(self.standing(&desk, key).await?.caller(caller.grant, desk.now)?)
    }

    /// An access token for somebody who signed in or refreshed, and when it ends: never later than
    /// the login.
    ///
    /// # Errors
    ///
    /// [`GateError::Token`] if there is no key, [`GateError::Store`] if the database refuses.
    pub async fn access_token(
        &self,
        desk: &Desk,
        login: &Login,
    ) -> Result<(String, DateTime<Utc>), GateError> {
        let ends_at = login.ends_at.min(desk.now + self.settings.lives.access);
        // Read anew: nobody signs with a key that was rolled away a moment ago.
        let ring = self.read_ring(desk).await?;
        Ok((ring.sign_login(login, ends_at)?, ends_at))
    }

    /// A development token for `actor`.
    ///
    /// # Errors
    ///
    /// As [`Self::access_token`].
    pub async fn developer_token(
        &self,
        desk: &Desk,
        actor: &Actor,
        ends_at: DateTime<Utc>,
    ) -> Result<String, GateError> {
        let ring = self.read_ring(desk).await?;
        if let Some(kid) = ring.kid() {
            // A key that rolls must verify until this token has ended.
            keys::note_long_token(desk, kid, ends_at).await?;
        }
        Ok(ring.sign_actor(actor, ends_at)?)
    }

    /// Forgets what is remembered of a login, so that its end is felt here at once.
    pub fn forget(&self, login: LoginId) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        lock(&self.standings).remove(&Key::Login(login));
    }

    /// Forgets what is remembered of every login and token of an account, so that what was taken
    /// from it is felt here at once.
    pub fn forget_account(&self, account: AccountId) {
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        lock(&self.standings).retain(|_, read| read.value.account() != account);
    }

    /// What codes that people type are mixed with before their hash is kept.
    pub fn pepper(&self) -> Pepper {
        Pepper::new(&self.settings.pepper)
    }

    async fn bearer(&self, desk: &Desk, token: &str) -> Result<Bearer, GateError> {
        let remembered = lock(&self.ring).as_ref().filter(|read| self.holds(read, desk)).cloned();
        let ring = match remembered {
            // A key made by another replica a moment ago is looked up once.
            Some(read) if read.value.knows(token) => read.value,
            Some(_) | None => self.read_ring(desk).await?,
        };
        Ok(ring.verify(token, desk.now)?)
    }

    async fn read_ring(&self, desk: &Desk) -> Result<Arc<KeyRing>, GateError> {
        let keys = keys::in_force(desk, &Secret::draw()?).await?;
        let ring = Arc::new(KeyRing::new(&keys, &self.settings.pepper)?);
        *lock(&self.ring) = Some(Read { value: Arc::clone(&ring), at: desk.now });
        Ok(ring)
    }

    fn holds<T>(&self, read: &Read<T>, desk: &Desk) -> bool {
        // A clock that was set back must not keep anything for long.
        let age = desk.now - read.at;
        TimeDelta::zero() <= age && age < self.settings.recheck
    }

    async fn standing(&self, desk: &Desk, key: Key) -> Result<Arc<Standing>, GateError> {
        let remembered = lock(&self.standings)
            .get(&key)
            .filter(|read| self.holds(read, desk))
            .map(|read| Arc::clone(&read.value));
        if let Some(standing) = remembered {
            return Ok(standing);
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let found = match &key {
            Key::Login(id) => Standing::of_login(&desk.db, *id).await?,
            Key::ApiToken(hash) => Standing::of_api_token(&desk.db, hash, desk.now).await?,
            Key::ApiTokenId(id) => Standing::of_api_token_id(&desk.db, *id).await?,
        };
        let standing = Arc::new(found.ok_or(TokenError::Invalid)?);
        let mut standings = lock(&self.standings);
        if standings.len() >= MOST {
            standings.retain(|_, read| self.holds(read, desk));
        }
        let is_fresh = self.forgotten.load(Ordering::SeqCst) == forgotten;
        if standings.len() < MOST && is_fresh {
            standings.insert(key, Read { value: Arc::clone(&standing), at: desk.now });
        }
        Ok(standing)
    }
}

/// A panic elsewhere cannot leave half a value in these.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
