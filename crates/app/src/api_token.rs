//! Tokens with which other systems act under one grant of an account.

use chrono::TimeDelta;
use lianmeng_domain::account::{self, Access, AccountError, ApiToken, MAX_API_TOKENS};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{AccountId, ApiTokenId, GrantId, Id};
use lianmeng_store::{StoreError, api_token as store, grant};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches, replayed_id};
use crate::desk::Desk;
use crate::notify;
use crate::secret::{self, Secret};

/// What an API token begins with, so that scanners of leaked secrets know it.
pub const PREFIX: &str = "lm_";

/// Makes an API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateApiToken {
    /// What it is for.
    pub label: String,
    /// The grant it acts under; it ends with it.
    pub grant: GrantId,
    /// What it may do.
    pub access: Access,
    /// How long it lives, in days.
    pub days: u32,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Revokes an API token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokeApiToken {
    /// Which.
    pub id: ApiTokenId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why an API token was not made or revoked.
#[derive(Debug, Error)]
pub enum ApiTokenError {
    /// No such token of the caller's.
    #[error("you have no API token with this id")]
    NotFound,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] AccountError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ApiTokenError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// A new token with its text, which nobody can ask for again.
#[derive(Clone, PartialEq, Eq)]
pub struct Created {
    /// Its id.
    pub id: ApiTokenId,
    /// Its text; none when the command is repeated.
    pub text: Option<String>,
}

impl std::fmt::Debug for Created {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Created").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Makes an API token for a grant that `owner` holds; `secret` becomes its text.
///
/// # Errors
///
/// See [`ApiTokenError`]; nothing is saved when an error is returned.
pub async fn create(
    desk: &Desk,
    actor: &Actor,
    owner: AccountId,
    cmd: &CreateApiToken,
    secret: &Secret,
) -> Result<Created, ApiTokenError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let id = replayed_id(&thing).ok_or(ApiTokenError::NotFound)?;
            return Ok(Created { id, text: None });
        }
    };
    let label = account::check_label(&cmd.label)?;
    let days = account::check_life(cmd.days)?;
    let held = grant::find(&change.tx, cmd.grant).await?;
    if !held.is_some_and(|held| held.account == owner && held.is_in_force(desk.today)) {
        return Err(AccountError::NotHeld.into());
    }
    if store::count(&change.tx, owner, desk.now).await? >= MAX_API_TOKENS {
        return Err(AccountError::TooManyTokens.into());
    }
    let token = ApiToken {
        id: desk.mint(),
        account: owner,
        grant: cmd.grant,
        label,
        access: cmd.access,
        created_at: desk.now,
        ends_at: desk.now + TimeDelta::days(i64::from(days)),
        revoked_at: None,
        used_at: None,
    };
    let text = secret.text(PREFIX);
    store::insert(&change.tx, &token, &secret::hash(&text)).await?;
    let thing = format!("{}:{}", ApiTokenId::TAG, token.id);
    change.finish("CreateApiToken", &thing, Touches::Nothing).await?;
    Ok(Created { id: token.id, text: Some(text) })
}

/// Revokes one of the API tokens of `owner`; with none given, of anybody.
///
/// # Errors
///
/// See [`ApiTokenError`]; nothing is changed when an error is returned.
pub async fn revoke(
    desk: &Desk,
    actor: &Actor,
    owner: Option<AccountId>,
    cmd: &RevokeApiToken,
) -> Result<ApiTokenId, ApiTokenError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.id),
    };
    let found = store::find(&change.tx, cmd.id).await?.ok_or(ApiTokenError::NotFound)?;
    if owner.is_some_and(|owner| owner != found.account) {
        return Err(ApiTokenError::NotFound);
    }
    store::revoke(&change.tx, cmd.id, desk.now).await?;
    let thing = format!("{}:{}", ApiTokenId::TAG, cmd.id);
    change.finish("RevokeApiToken", &thing, Touches::Nothing).await?;
    notify::access(desk, found.account);
    Ok(cmd.id)
}
