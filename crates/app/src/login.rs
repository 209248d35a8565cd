//! Signing in, staying signed in, signing out.

use chrono::TimeDelta;
use lianmeng_domain::account::password::Password;
use lianmeng_domain::account::throttle::{self, Throttled};
use lianmeng_domain::account::{self, Account, Login, LoginEnd, LoginMethod};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{AccountId, Id, LoginId};
use lianmeng_store::account::{External, Kept};
use lianmeng_store::audit::{self, Deed};
use lianmeng_store::login::{self as store, Used};
use lianmeng_store::login_attempt::{self, Attempt, Outcome};
use lianmeng_store::oidc_flow::Flow;
use lianmeng_store::{StoreError, account as accounts, oidc_flow, signing_key, tx};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::notify;
use crate::password::{self, HashError};
use crate::secret::{self, Secret};

/// What a refresh token begins with.
pub const REFRESH_PREFIX: &str = "lmr_";
/// How long attempts and spent refresh tokens are kept.
const KEEP: TimeDelta = TimeDelta::days(180);

/// How long things live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lives {
    /// An access token.
    pub access: TimeDelta,
    /// A login with everything refreshed from it.
    pub login: TimeDelta,
    /// How long after its use a refresh token that comes again is taken for a second tab or a
    /// repeated request in place of a thief.
    pub leeway: TimeDelta,
}

/// Where somebody signs in from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Network address; empty if unknown.
    pub address: String,
    /// What the program calls itself; empty if it does not.
    pub agent: String,
}

/// Signs in with name and password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// The account's name.
    pub name: String,
    /// Its password.
    pub password: Password,
    /// Where from.
    pub from: Origin,
}

/// A login with the refresh token that keeps it going, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The login.
    pub login: Login,
    /// Its next refresh token.
    pub refresh: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("login", &self.login).finish_non_exhaustive()
    }
}

/// Why nobody was signed in.
#[derive(Debug, Error)]
pub enum SignInError {
    /// Wrong name or password, or an account that may not; which of them is nobody's business.
    #[error("name or password is wrong, or the account cannot sign in this way")]
    Failed,
    /// Too many attempts.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Hashing.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a login was not refreshed.
#[derive(Debug, Error)]
pub enum RefreshError {
    /// No token of ours, or its login has ended.
    #[error("this refresh token is not ours or its login has ended; sign in again")]
    Ended,
    /// It was used a moment ago.
    #[error("this refresh token was used a moment ago; use the one that came back then")]
    JustUsed,
    /// It was used before: somebody has a copy, so the login was ended.
    #[error("this refresh token was used before, so its login was ended; sign in again")]
    Reused,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Signs in with name and password; `refresh` becomes the refresh token.
///
/// The attempt is kept before anything is looked at, so that attempts at the same moment on many
/// replicas count each other.
///
/// # Errors
///
/// See [`SignInError`].
pub async fn sign_in(
    desk: &Desk,
    lives: &Lives,
    cmd: &SignIn,
    refresh: &Secret,
) -> Result<SignedIn, SignInError> {
    let name: String = cmd.name.chars().take(100).collect();
    let name_key = account::name_key(&name);
    let address: String = cmd.from.address.chars().take(64).collect();
    let attempt = Attempt { id: desk.mint(), at: desk.now, name_key: &name_key, address: &address };
    login_attempt::insert(&desk.db, attempt).await?;
    let recent = login_attempt::recent(&desk.db, attempt).await?;
    if let Err(throttled) = throttle::check(&recent, desk.now) {
        login_attempt::settle(&desk.db, attempt.id, Outcome::Throttled, None).await?;
        return Err(throttled.into());
    }
    let kept = accounts::find_by_name(&desk.db, &name).await?;
    let hash = kept.as_ref().and_then(|kept| kept.password_hash.clone());
    let is_right = match password::is_right(cmd.password.clone(), hash).await {
        Ok(is_right) => is_right,
        Err(error) => {
            // Nobody guessed anything: it must not count against the owner.
            login_attempt::settle(&desk.db, attempt.id, Outcome::Throttled, None).await?;
            return Err(error.into());
        }
    };
    let account = kept.map(|kept| kept.account).filter(|account| account.disabled_at.is_none());
    let Some(account) = account.filter(|_| is_right) else {
        login_attempt::settle(&desk.db, attempt.id, Outcome::Failed, None).await?;
        return Err(SignInError::Failed);
    };
    let tx = tx::begin(&desk.db).await?;
    let login = new_login(desk, lives, &account, (LoginMethod::Password, &cmd.from));
    login_attempt::settle(&tx, attempt.id, Outcome::Succeeded, Some(login.id)).await?;
    let seq = open(desk, &tx, &login, refresh).await?;
    commit(desk, tx, Some(seq)).await?;
    Ok(SignedIn { login, refresh: refresh.text(REFRESH_PREFIX) })
}

/// Remembers somebody who leaves for an identity provider.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn leave(desk: &Desk, flow: &Flow) -> Result<(), StoreError> {
    oidc_flow::insert(&desk.db, flow).await
}

/// What was remembered of somebody who comes back with this state; once, and not for ever.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn come_back(desk: &Desk, state_hash: &str) -> Result<Option<Flow>, StoreError> {
    oidc_flow::take(&desk.db, state_hash, desk.now).await
}

/// Somebody whom an identity provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// The provider.
    pub issuer: String,
    /// Its name for the person, never given to another.
    pub subject: String,
    /// The account's name the provider gives, where the configuration trusts it to.
    pub name: Option<String>,
    /// Where from.
    pub from: Origin,
}

/// Signs in whom an identity provider vouches for.
///
/// Whoever is linked with an account gets that one. Whoever comes for the first time is linked with
/// the account that has the name the provider gives, if that account has no password and no other
/// link: an administrator made it for this. No account is ever made here.
///
/// # Errors
///
/// See [`SignInError`].
pub async fn sign_in_vouched(
    desk: &Desk,
    lives: &Lives,
    cmd: &Vouched,
    refresh: &Secret,
) -> Result<SignedIn, SignInError> {
    let tx = tx::begin(&desk.db).await?;
    let external = External { issuer: &cmd.issuer, subject: &cmd.subject };
    let found = match accounts::linked(&tx, external).await? {
        Some(id) => accounts::find(&tx, id).await?,
        None => link_by_name(desk, &tx, cmd).await?,
    };
    let account = found.map(|kept| kept.account).filter(|found| found.disabled_at.is_none());
    let Some(account) = account else {
        tx::rollback(tx).await?;
        note_stranger(desk, cmd).await?;
        return Err(SignInError::Failed);
    };
    let login = new_login(desk, lives, &account, (LoginMethod::Oidc, &cmd.from));
    let name_key = account::name_key(&account.name);
    let attempt =
        Attempt { id: desk.mint(), at: desk.now, name_key: &name_key, address: &login.address };
    login_attempt::insert(&tx, attempt).await?;
    login_attempt::settle(&tx, attempt.id, Outcome::Succeeded, Some(login.id)).await?;
    let seq = open(desk, &tx, &login, refresh).await?;
    commit(desk, tx, Some(seq)).await?;
    Ok(SignedIn { login, refresh: refresh.text(REFRESH_PREFIX) })
}

/// Keeps the attempt of somebody without an account. No account can have such a name, so it counts
/// against nobody's.
async fn note_stranger(desk: &Desk, cmd: &Vouched) -> Result<(), StoreError> {
    let name = cmd.name.as_deref().unwrap_or(&cmd.subject);
    let name_key: String = format!("oidc {name}").chars().take(100).collect();
    let attempt =
        Attempt { id: desk.mint(), at: desk.now, name_key: &name_key, address: &cmd.from.address };
    login_attempt::insert(&desk.db, attempt).await?;
    login_attempt::settle(&desk.db, attempt.id, Outcome::Failed, None).await
}

async fn link_by_name(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    cmd: &Vouched,
) -> Result<Option<Kept>, StoreError> {
    let Some(name) = &cmd.name else { return Ok(None) };
    let Some(kept) = accounts::find_by_name(tx, name).await? else { return Ok(None) };
    let id = kept.account.id;
    if kept.password_hash.is_some() || accounts::is_linked(tx, id).await? {
        return Ok(None);
    }
    let external = External { issuer: &cmd.issuer, subject: &cmd.subject };
    accounts::link(tx, external, id, desk.now).await?;
    note(desk, tx, "LinkAccount", id, &wire(id)).await?;
    Ok(Some(kept))
}

fn new_login(
    desk: &Desk,
    lives: &Lives,
    account: &Account,
    (method, from): (LoginMethod, &Origin),
) -> Login {
    Login {
        id: desk.mint(),
        account: account.id,
        method,
        started_at: desk.now,
        seen_at: desk.now,
        ends_at: desk.now + lives.login,
        ended: None,
        address: from.address.chars().take(64).collect(),
        agent: from.agent.chars().take(200).collect(),
    }
}

/// Keeps a new login, its refresh token and the audit row.
async fn open(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    login: &Login,
    refresh: &Secret,
) -> Result<i64, StoreError> {
    store::insert(tx, login).await?;
    let hash = secret::hash(refresh.text(REFRESH_PREFIX));
    store::add_refresh(tx, &hash, login.id, desk.now).await?;
    note(desk, tx, "SignIn", login.account, &wire(login.id)).await
}

/// An audit row of what somebody did whose role does not matter, such as signing in. Others wait
/// from here on, so it comes last before the commit.
async fn note(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    action: &str,
    account: AccountId,
    thing: &str,
) -> Result<i64, StoreError> {
    let actor = Actor { subject: wire(account), role: Role::Public, body: None };
    let trace = desk.trace(None)?;
    let deed = Deed {
        id: desk.mint(),
        at: desk.now,
        action,
        thing,
        touches_graph: false,
        trace: Some(&trace),
    };
    audit::append(tx, &actor, deed).await
}

/// Commits, and tells the others that there is something to read.
async fn commit(desk: &Desk, tx: DatabaseTransaction, seq: Option<i64>) -> Result<(), StoreError> {
    tx::commit(tx).await?;
    if let Some(seq) = seq {
        notify::changed(desk, seq, Touches::Nothing);
    }
    Ok(())
}

fn wire<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// Swaps a refresh token for `next`.
///
/// A token that was used before ends its login, unless it was used within the leeway.
///
/// # Errors
///
/// See [`RefreshError`].
pub async fn refresh(
    desk: &Desk,
    lives: &Lives,
    token: &str,
    next: &Secret,
) -> Result<SignedIn, RefreshError> {
    let tx = tx::begin(&desk.db).await?;
    let id = match store::use_refresh(&tx, &secret::hash(token), desk.now).await? {
        Used::Now(id) => id,
        Used::Never => return Err(RefreshError::Ended),
        // Used later than now: the clock was set back, and nothing tells a thief from a tab.
        Used::Before(_, before) if (desk.now - before).abs() <= lives.leeway => {
            return Err(RefreshError::JustUsed);
        }
        Used::Before(id, _) => {
            let Some(login) = store::find(&tx, id).await? else { return Err(RefreshError::Ended) };
            let mut seq = None;
            if store::end(&tx, id, desk.now, LoginEnd::Reused).await? {
                seq = Some(note(desk, &tx, "EndReusedLogin", login.account, &wire(id)).await?);
                tracing::warn!(login.id = %id, "a refresh token came twice; its login was ended");
            }
            commit(desk, tx, seq).await?;
            return Err(RefreshError::Reused);
        }
    };
    match store::touch(&tx, id, desk.now).await {
        Ok(()) => {}
        Err(StoreError::Stale) => return Err(RefreshError::Ended),
        Err(error) => return Err(error.into()),
    }
    let login = store::find(&tx, id).await?.ok_or(RefreshError::Ended)?;
    let account = accounts::find(&tx, login.account).await?.map(|kept| kept.account);
    if account.is_none_or(|account| account.disabled_at.is_some()) {
        return Err(RefreshError::Ended);
    }
    store::add_refresh(&tx, &secret::hash(next.text(REFRESH_PREFIX)), id, desk.now).await?;
    tx::commit(tx).await?;
    Ok(SignedIn { login, refresh: next.text(REFRESH_PREFIX) })
}

/// Signs out the login that a refresh token belongs to; a token of nobody's changes nothing.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn sign_out_by_token(desk: &Desk, token: &str) -> Result<Option<LoginId>, StoreError> {
    match store::of_refresh(&desk.db, &secret::hash(token)).await? {
        Some(id) => sign_out(desk, id).await.map(|()| Some(id)),
        None => Ok(None),
    }
}

/// Signs out.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn sign_out(desk: &Desk, id: LoginId) -> Result<(), StoreError> {
    let tx = tx::begin(&desk.db).await?;
    let Some(login) = store::find(&tx, id).await? else { return Ok(()) };
    let mut seq = None;
    if store::end(&tx, id, desk.now, LoginEnd::LoggedOut).await? {
        seq = Some(note(desk, &tx, "SignOut", login.account, &wire(id)).await?);
    }
    commit(desk, tx, seq).await
}

/// Revokes a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeLogin {
    /// Which.
    pub id: LoginId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a login was not revoked.
#[derive(Debug, Error)]
pub enum RevokeLoginError {
    /// No such login of the caller's.
    #[error("you have no login with this id")]
    NotFound,
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for RevokeLoginError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Revokes one of the logins of `owner`, their present one too.
///
/// # Errors
///
/// See [`RevokeLoginError`]; nothing is changed when an error is returned.
pub async fn revoke(
    desk: &Desk,
    actor: &Actor,
    owner: AccountId,
    cmd: &RevokeLogin,
) -> Result<LoginId, RevokeLoginError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.id),
    };
    let login = store::find(&change.tx, cmd.id).await?;
    if login.is_none_or(|login| login.account != owner) {
        return Err(RevokeLoginError::NotFound);
    }
    store::end(&change.tx, cmd.id, desk.now, LoginEnd::Revoked).await?;
    change.finish("RevokeLogin", &wire(cmd.id), Touches::Nothing).await?;
    notify::access(desk, owner);
    Ok(cmd.id)
}

/// Forgets what nobody needs any more: attempts and refresh tokens of half a year ago, sign-ins
/// that never came back from a provider, keys that verify nothing.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn tidy(desk: &Desk) -> Result<(), StoreError> {
    let old = desk.now - KEEP;
    login_attempt::forget(&desk.db, old).await?;
    store::forget_refresh(&desk.db, old).await?;
    oidc_flow::forget(&desk.db, desk.now).await?;
    signing_key::forget(&desk.db, old).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
