//! Changes of what lets the caller in: logins, API tokens, the password.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::account::{self as app, AccountCommandError, ChangePassword, Typed};
use lianmeng_app::api_token::{self, ApiTokenError, CreateApiToken, RevokeApiToken};
use lianmeng_app::caller::Caller;
use lianmeng_app::login::{self, RevokeLogin, RevokeLoginError};
use lianmeng_app::password::HashError;
use lianmeng_app::secret::Secret;
use lianmeng_domain::account::AccountError;
use lianmeng_domain::account::password::Password;
use lianmeng_domain::ids::{AccountId, LoginId};
use lianmeng_store::api_token as store;

use super::{AccessWord, ApiTokenNode};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::scalars::Int32;
use crate::scope::Scope;

/// Input of `loginRevoke`.
#[derive(Debug, InputObject)]
pub struct LoginRevokeInput {
    /// Login to end; the present one is fine too.
    login_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `apiTokenCreate`.
#[derive(Debug, InputObject)]
pub struct ApiTokenCreateInput {
    /// What it is for, 1 to 100 characters.
    #[graphql(validator(max_length = 100))]
    label: String,
    /// Grant of yours that it acts under; the one you act under now if absent.
    grant_id: Option<ID>,
    /// What it may do.
    access: AccessWord,
    /// How long it lives, 1 to 366 days; it ends earlier with the grant.
    #[graphql(validator(custom = "Int32"))]
    days: u32,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `apiTokenRevoke`.
#[derive(Debug, InputObject)]
pub struct ApiTokenRevokeInput {
    /// Token to revoke.
    api_token_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `passwordChange`.
#[derive(InputObject)]
pub struct PasswordChangeInput {
    /// The present password.
    #[graphql(validator(max_length = 1000), secret)]
    present_password: String,
    /// The new one: 15 to 256 characters, of any kind, not easy to guess.
    #[graphql(validator(max_length = 1000), secret)]
    new_password: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Which login, token or webhook has ended, or why not.
#[derive(Debug, SimpleObject)]
pub struct RevokedPayload {
    /// Global id of what has ended; null if it was refused. Every replica feels it within seconds.
    revoked_id: Option<ID>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl RevokedPayload {
    /// It has ended.
    pub(crate) const fn of(id: ID) -> Self {
        Self { revoked_id: Some(id), errors: Vec::new() }
    }

    /// It goes on.
    pub(crate) fn refused(error: UserError) -> Self {
        Self { revoked_id: None, errors: vec![error] }
    }
}

/// A new API token, or why there is none.
#[derive(Debug, SimpleObject)]
pub struct ApiTokenCreatePayload {
    /// The token; null if it was refused.
    api_token: Option<ApiTokenNode>,
    /// Its text, to be sent as `Authorization: Bearer …`. Nobody can ask for it again; null when
    /// the request is repeated.
    text: Option<String>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Whether the password was changed, or why not.
#[derive(Debug, SimpleObject)]
pub struct PasswordChangePayload {
    /// Whether it was changed; all your other logins have ended then.
    is_changed: bool,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Account and login of a caller who signed in. Tokens cannot change what lets people in: whoever
/// steals one must not be able to stay.
pub(crate) fn signed_in(ctx: &Context<'_>) -> Result<Result<(AccountId, LoginId), UserError>> {
    let message = "only somebody who signed in can change this; sign in at /auth/login";
    let refused = || UserError::new(ErrorCode::NotFound, message, None);
    Ok(ctx.data::<Caller>()?.login().ok_or_else(refused))
}

/// A new secret.
pub(crate) fn draw() -> Result<Secret, ApiError> {
    Secret::draw().map_err(|error| ApiError::Internal(Box::new(error)))
}

fn login_error(error: RevokeLoginError) -> Result<UserError, ApiError> {
    match error {
        RevokeLoginError::NotFound => {
            Ok(UserError::new(ErrorCode::NotFound, error, Some("loginId")))
        }
        RevokeLoginError::Command(error) => command_error(error),
    }
}

/// What to mend about a name, a label, a grant or a token.
pub(crate) fn rule_error(error: &AccountError) -> UserError {
    let (code, field) = match error {
        AccountError::Name(_) => (ErrorCode::Invalid, Some("name")),
        AccountError::Label { .. } => (ErrorCode::Invalid, Some("label")),
        AccountError::Unfit { .. } => (ErrorCode::Invalid, Some("role")),
        AccountError::TermReversed { .. } => (ErrorCode::Invalid, Some("untilOn")),
        AccountError::NotHeld => (ErrorCode::NotFound, Some("grantId")),
        AccountError::Life(_) => (ErrorCode::Invalid, Some("days")),
        AccountError::TooManyTokens => (ErrorCode::CapacityExceeded, None),
    };
    UserError::new(code, error, field)
}

fn token_error(error: ApiTokenError) -> Result<UserError, ApiError> {
    match error {
        ApiTokenError::NotFound => {
            Ok(UserError::new(ErrorCode::NotFound, error, Some("apiTokenId")))
        }
        ApiTokenError::Rule(error) => Ok(rule_error(&error)),
        ApiTokenError::Command(error) => command_error(error),
    }
}

fn password_error(error: AccountCommandError) -> Result<UserError, ApiError> {
    use AccountCommandError as E;
    let (code, field) = match error {
        E::Command(error) => return command_error(error),
        E::Rule(error) => return Ok(rule_error(&error)),
        E::Hash(HashError::Failed(_)) => return Err(ApiError::Internal(Box::new(error))),
        E::Hash(HashError::Busy) | E::Throttled(_) => (ErrorCode::Throttled, None),
        E::NotFound | E::NoPassword => (ErrorCode::NotFound, None),
        E::Taken => (ErrorCode::Taken, Some("name")),
        E::Password(_) => (ErrorCode::Invalid, Some("newPassword")),
        E::WrongPassword => (ErrorCode::Invalid, Some("presentPassword")),
    };
    Ok(UserError::new(code, error, field))
}

/// Changes of what lets the caller in.
#[derive(Debug, Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Ends one of your logins, on whatever device it is.
    async fn login_revoke(
        &self,
        ctx: &Context<'_>,
        input: LoginRevokeInput,
    ) -> Result<RevokedPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = RevokeLogin { id: ids::decode(&input.login_id)?, request_key: input.request_key };
        let refused = match signed_in(ctx)? {
            Ok((owner, _)) => match login::revoke(&scope.desk, &scope.actor, owner, &cmd).await {
                Ok(id) => {
                    let revoked_id = Some(ids::encode(id));
                    return Ok(RevokedPayload { revoked_id, errors: Vec::new() });
                }
                Err(error) => login_error(error)?,
            },
            Err(refused) => refused,
        };
        Ok(RevokedPayload { revoked_id: None, errors: vec![refused] })
    }

    /// Makes an API token that acts under one of your grants, for another system.
    async fn api_token_create(
        &self,
        ctx: &Context<'_>,
        input: ApiTokenCreateInput,
    ) -> Result<ApiTokenCreatePayload> {
        let scope = Scope::of(ctx)?;
        let refused =
            |error| ApiTokenCreatePayload { api_token: None, text: None, errors: vec![error] };
        let (owner, _) = match signed_in(ctx)? {
            Ok(found) => found,
            Err(error) => return Ok(refused(error)),
        };
        let grant = match &input.grant_id {
            Some(id) => Some(ids::decode(id)?),
            None => ctx.data::<Caller>()?.grant,
        };
        let Some(grant) = grant else { return Ok(refused(rule_error(&AccountError::NotHeld))) };
        let cmd = CreateApiToken {
            label: input.label,
            grant,
            access: input.access.into(),
            days: input.days,
            request_key: input.request_key,
        };
        let created = api_token::create(&scope.desk, &scope.actor, owner, &cmd, &draw()?).await;
        Ok(match created {
            Ok(created) => ApiTokenCreatePayload {
                api_token: store::find(&scope.desk.db, created.id).await?.map(ApiTokenNode),
                text: created.text,
                errors: Vec::new(),
            },
            Err(error) => refused(token_error(error)?),
        })
    }

    /// Revokes one of your API tokens.
    async fn api_token_revoke(
        &self,
        ctx: &Context<'_>,
        input: ApiTokenRevokeInput,
    ) -> Result<RevokedPayload> {
        let scope = Scope::of(ctx)?;
        let id = ids::decode(&input.api_token_id)?;
        let cmd = RevokeApiToken { id, request_key: input.request_key };
        let refused = match signed_in(ctx)? {
            Ok((owner, _)) => {
                let done = api_token::revoke(&scope.desk, &scope.actor, Some(owner), &cmd).await;
                match done {
                    Ok(id) => {
                        let revoked_id = Some(ids::encode(id));
                        return Ok(RevokedPayload { revoked_id, errors: Vec::new() });
                    }
                    Err(error) => token_error(error)?,
                }
            }
            Err(refused) => refused,
        };
        Ok(RevokedPayload { revoked_id: None, errors: vec![refused] })
    }

    /// Changes your password and ends all your other logins.
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        input: PasswordChangeInput,
    ) -> Result<PasswordChangePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ChangePassword {
            present: Password::given(&input.present_password),
            new: Typed(input.new_password),
            request_key: input.request_key,
        };
        let refused = match signed_in(ctx)? {
            Ok(owner) => {
                let salt = draw()?;
                let done =
                    app::change_password(&scope.desk, &scope.actor, owner, &cmd, &salt).await;
                match done {
                    Ok(_) => {
                        return Ok(PasswordChangePayload { is_changed: true, errors: Vec::new() });
                    }
                    Err(error) => password_error(error)?,
                }
            }
            Err(refused) => refused,
        };
        Ok(PasswordChangePayload { is_changed: false, errors: vec![refused] })
    }
}
