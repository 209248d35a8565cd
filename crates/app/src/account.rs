//! Keeping accounts: making them, granting roles for a term, taking them back, passwords.
//!
//! All but [`change_password`] are for those who run the program; the command line is their door.

use chrono::NaiveDate;
use lianmeng_domain::account::password::{Password, PasswordError};
use lianmeng_domain::account::throttle::{self, Throttled};
use lianmeng_domain::account::{self, Account, AccountError, Grant, LoginEnd};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{AccountId, GrantId, Id, LoginId};
use lianmeng_store::account::{self as store, Kept};
use lianmeng_store::login_attempt::{self, Attempt, Outcome};
use lianmeng_store::{StoreError, api_token, grant, login};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches, replayed_id};
use crate::desk::Desk;
use crate::notify;
use crate::password::{self, HashError};
use crate::secret::Secret;

/// Why an account was not changed.
#[derive(Debug, Error)]
pub enum AccountCommandError {
    /// No such account.
    #[error("there is no account with this name")]
    NotFound,
    /// The name belongs to another.
    #[error("an account with this name exists already")]
    Taken,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] AccountError),
    /// The new password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The present password was not the right one.
    #[error("the present password is wrong")]
    WrongPassword,
    /// Too many tries at the present password.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// The account signs in through a provider or a token.
    #[error("this account has no password; it signs in through its provider")]
    NoPassword,
    /// Hashing.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for AccountCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

fn wire<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// Makes an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddAccount {
    /// The name it signs in with.
    pub name: String,
    /// How it is shown.
    pub display_name: String,
    /// Its password as typed; none for those who sign in through a provider, and for systems.
    pub password: Option<Typed>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// A new password as somebody typed it, not checked yet; its debug form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Typed(pub String);

impl std::fmt::Debug for Typed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Typed(..)")
    }
}

/// Makes an account; `salt` goes into the hash of its password.
///
/// # Errors
///
/// See [`AccountCommandError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddAccount,
    salt: &Secret,
) -> Result<AccountId, AccountCommandError> {
    let name = account::check_name(&cmd.name)?;
    let display_name = account::check_label(&cmd.display_name)?;
    let password_hash = match &cmd.password {
        Some(Typed(text)) => {
            let password = Password::chosen(text, &[&name, &display_name])?;
            Some(password::hash(password, salt).await?)
        }
        None => None,
    };
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed_id(&thing).ok_or(AccountCommandError::NotFound),
    };
    let account = Account {
        id: desk.mint(),
        name,
        display_name,
        disabled_at: None,
        kept_by: None,
        created_at: desk.now,
        version: 1,
    };
    let id = account.id;
    store::insert(&change.tx, &Kept { account, password_hash }).await.map_err(
        |error| match error {
            StoreError::Conflict(_) => AccountCommandError::Taken,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
        },
    )?;
    change.finish("AddAccount", &wire(id), Touches::Nothing).await?;
    Ok(id)
}

/// Grants a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddGrant {
    /// To whom, by name.
    pub name: String,
    /// Which role.
    pub role: Role,
    /// For which body.
    pub body: Option<Body>,
    /// First day; today if absent.
    pub from_on: Option<NaiveDate>,
    /// Last day.
    pub until_on: Option<NaiveDate>,
    /// Whether requests that name no grant act under this one from now on.
    pub is_default: bool,
    /// Whether its holder keeps the people of the body.
    pub is_administrator: bool,
    /// Whether its holder may take lists out as files.
    pub may_export: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Grants a role for a body and a term.
///
/// # Errors
///
/// See [`AccountCommandError`]; nothing is saved when an error is returned.
pub async fn add_grant(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddGrant,
) -> Result<GrantId, AccountCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed_id(&thing).ok_or(AccountCommandError::NotFound),
    };
    let kept = store::find_by_name(&change.tx, &cmd.name).await?;
    let new = Grant {
        id: desk.mint(),
        account: kept.ok_or(AccountCommandError::NotFound)?.account.id,
        role: cmd.role,
        body: cmd.body.clone(),
        from_on: cmd.from_on.unwrap_or(desk.today),
        until_on: cmd.until_on,
        is_default: cmd.is_default,
        is_administrator: cmd.is_administrator,
        may_export: cmd.may_export,
        revoked_at: None,
    };
    account::check_grant(&new)?;
    grant::insert(&change.tx, &new).await?;
    let change = change.noting(grant::diff(&new));
    change.finish("GrantRole", &wire(new.id), Touches::Nothing).await?;
    notify::access(desk, new.account);
    Ok(new.id)
}

/// Takes a grant back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeGrant {
    /// Which.
    pub id: GrantId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Takes a grant back before its term is over.
///
/// # Errors
///
/// [`AccountCommandError::NotFound`] if there is none, or it was taken back before.
pub async fn revoke_grant(
    desk: &Desk,
    actor: &Actor,
    cmd: &RevokeGrant,
) -> Result<GrantId, AccountCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.id),
    };
    let found = grant::find(&change.tx, cmd.id).await?;
    let holder = found.ok_or(AccountCommandError::NotFound)?.account;
    grant::revoke(&change.tx, cmd.id, desk.now).await.map_err(|error| match error {
        StoreError::Stale => AccountCommandError::NotFound,
        StoreError::Conflict(_) | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    })?;
    change.finish("RevokeGrant", &wire(cmd.id), Touches::Nothing).await?;
    notify::access(desk, holder);
    Ok(cmd.id)
}

/// Shuts an account, or only what it is signed in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShutAccount {
    /// Its name.
    pub name: String,
    /// Whether nobody may sign in with it any more; else only its logins end.
    pub disables: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Ends every login of an account and, where asked, disables it with its API tokens. Returns how
/// many logins were open.
///
/// # Errors
///
/// See [`AccountCommandError`]; nothing is changed when an error is returned.
pub async fn shut(
    desk: &Desk,
    actor: &Actor,
    cmd: &ShutAccount,
) -> Result<u64, AccountCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(0),
    };
    let kept = store::find_by_name(&change.tx, &cmd.name).await?;
    let mut kept = kept.ok_or(AccountCommandError::NotFound)?;
    let (action, why) = if cmd.disables {
        ("DisableAccount", LoginEnd::Disabled)
    } else {
        ("RevokeLogins", LoginEnd::Revoked)
    };
    let id = kept.account.id;
    let ended = login::end_all(&change.tx, id, None, (desk.now, why)).await?;
    if cmd.disables && kept.account.disabled_at.is_none() {
        kept.account.disabled_at = Some(desk.now);
        api_token::revoke_all(&change.tx, id, desk.now).await?;
        store::save(&change.tx, &kept).await?;
    }
    change.finish(action, &wire(id), Touches::Nothing).await?;
    notify::access(desk, id);
    Ok(ended)
}

/// Sets a password for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetPassword {
    /// Whose, by name.
    pub name: String,
    /// The new one as typed.
    pub password: Typed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Sets a password, lets a disabled account in again, and ends all of its logins.
///
/// # Errors
///
/// See [`AccountCommandError`]; nothing is changed when an error is returned.
pub async fn set_password(
    desk: &Desk,
    actor: &Actor,
    cmd: &SetPassword,
    salt: &Secret,
) -> Result<AccountId, AccountCommandError> {
    let found = store::find_by_name(&desk.db, &cmd.name).await?;
    let found = found.ok_or(AccountCommandError::NotFound)?;
    let hash = new_hash(&found.account, &cmd.password, salt).await?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(found.account.id),
    };
    let id = found.account.id;
    let account = Account { disabled_at: None, ..found.account };
    store::save(&change.tx, &Kept { account, password_hash: Some(hash) }).await?;
    let why = (desk.now, LoginEnd::PasswordChanged);
    login::end_all(&change.tx, id, None, why).await?;
    change.finish("SetPassword", &wire(id), Touches::Nothing).await?;
    notify::access(desk, id);
    Ok(id)
}

/// The hash of a new password that somebody chose for `account`.
pub(crate) async fn new_hash(
    account: &Account,
    Typed(text): &Typed,
    salt: &Secret,
) -> Result<String, AccountCommandError> {
    let chosen = Password::chosen(text, &[&account.name, &account.display_name])?;
    Ok(password::hash(chosen, salt).await?)
}

/// Changes one's own password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangePassword {
    /// The present one.
    pub present: Password,
    /// The new one as typed.
    pub new: Typed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Changes the caller's own password and ends all of their logins but the present one.
///
/// Tries at the present password are throttled together with those at signing in.
///
/// # Errors
///
/// See [`AccountCommandError`]; nothing is changed when an error is returned.
pub async fn change_password(
    desk: &Desk,
    actor: &Actor,
    (owner, present): (AccountId, LoginId),
    cmd: &ChangePassword,
    salt: &Secret,
) -> Result<AccountId, AccountCommandError> {
    let kept = store::find(&desk.db, owner).await?.ok_or(AccountCommandError::NotFound)?;
    let Some(hash) = kept.password_hash else { return Err(AccountCommandError::NoPassword) };
    match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        // Hashing takes long: no transaction waits for it.
        Begun::New(change) => change.undo().await?,
        Begun::Replay(_) => return Ok(owner),
    }
    prove(desk, &kept.account, cmd, hash).await?;
    let password_hash = Some(new_hash(&kept.account, &cmd.new, salt).await?);
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(owner),
    };
    store::save(&change.tx, &Kept { account: kept.account, password_hash }).await?;
    let why = (desk.now, LoginEnd::PasswordChanged);
    login::end_all(&change.tx, owner, Some(present), why).await?;
    change.finish("ChangePassword", &wire(owner), Touches::Nothing).await?;
    notify::access(desk, owner);
    Ok(owner)
}

/// Checks the present password as an attempt to sign in.
async fn prove(
    desk: &Desk,
    account: &Account,
    cmd: &ChangePassword,
    hash: String,
) -> Result<(), AccountCommandError> {
    let name_key = account::name_key(&account.name);
    let attempt = Attempt { id: desk.mint(), at: desk.now, name_key: &name_key, address: "" };
    login_attempt::insert(&desk.db, attempt).await?;
    let recent = login_attempt::recent(&desk.db, attempt).await?;
    let settle = |outcome| login_attempt::settle(&desk.db, attempt.id, outcome, None);
    if let Err(throttled) = throttle::check(&recent, desk.now) {
        settle(Outcome::Throttled).await?;
        return Err(throttled.into());
    }
    match password::is_right(cmd.present.clone(), Some(hash)).await {
        Ok(true) => Ok(settle(Outcome::Succeeded).await?),
        Ok(false) => {
            settle(Outcome::Failed).await?;
            Err(AccountCommandError::WrongPassword)
        }
        Err(error) => {
            settle(Outcome::Throttled).await?;
            Err(error.into())
        }
    }
}
