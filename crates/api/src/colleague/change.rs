//! Adding colleagues, letting them choose a password, ending what they may do; leaving.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::account::Typed;
use lianmeng_app::colleague::{
    self as app, AddColleague, ChoosePassword, ColleagueError, Drawn, LeaveGrant, RemoveColleague,
    ResetPassword,
};
use lianmeng_app::join;
use lianmeng_app::password::HashError;

use super::keeper;
use crate::account::change::{draw, rule_error, signed_in};
use crate::doorway::{Doorway, Opens};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::invitation::change::{CodeToHandOver, join_error, read_code};
use crate::scalars::Day;
use crate::scope::Scope;

/// Input of `colleagueAdd`.
#[derive(Debug, InputObject)]
pub struct ColleagueAddInput {
    /// The name they sign in with: 2 to 64 letters, digits and the signs `. _ - @`. If an account has
    /// it, that account is added; else one is made.
    #[graphql(validator(max_length = 100))]
    name: String,
    /// How they are shown, 1 to 100 characters; an account that exists stays as it is.
    #[graphql(validator(max_length = 100))]
    display_name: String,
    /// First local day of their term; today if absent.
    from_on: Option<Day>,
    /// Last local day of their term, itself included; no end if absent.
    until_on: Option<Day>,
    /// Whether they keep the people, too.
    #[graphql(default)]
    is_administrator: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Whom of the people to change.
#[derive(Debug, InputObject)]
pub struct ColleagueInput {
    /// Account of the colleague.
    account_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `grantLeave`.
#[derive(Debug, InputObject)]
pub struct GrantLeaveInput {
    /// Grant of yours to give up.
    grant_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `passwordChoose`.
#[derive(InputObject)]
pub struct PasswordChooseInput {
    /// The code that an administrator handed over; small letters, blanks and hyphens do not matter.
    #[graphql(validator(max_length = 60), secret)]
    code: String,
    /// The new password: 15 to 256 characters, of any kind, not easy to guess.
    #[graphql(validator(max_length = 1000), secret)]
    password: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Which colleague was changed, or why not.
#[derive(Debug, Default, SimpleObject)]
pub struct ColleaguePayload {
    /// Global id of their account; null if it was refused.
    account_id: Option<ID>,
    /// Global id of their new grant; null unless they were added.
    grant_id: Option<ID>,
    /// Code and link with which they choose a password within seven days, once; null if there is none
    /// to hand over, or the request is repeated.
    password_code: Option<CodeToHandOver>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl ColleaguePayload {
    fn refused(error: UserError) -> Self {
        Self { errors: vec![error], ..Self::default() }
    }
}

/// Which grant was given up, or why not.
#[derive(Debug, SimpleObject)]
pub struct GrantLeavePayload {
    /// Global id of the grant that has ended; null if it was refused.
    left_id: Option<ID>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Whose password was chosen, or why not.
#[derive(Debug, SimpleObject)]
pub struct PasswordChoosePayload {
    /// The name to sign in with; null if it was refused.
    name: Option<String>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

fn user_error(error: ColleagueError) -> Result<UserError, ApiError> {
    use ColleagueError as E;
    let (code, field) = match error {
        E::Command(error) => return command_error(error),
        E::Rule(error) => return Ok(rule_error(&error)),
        E::Hash(HashError::Failed(_)) => return Err(ApiError::Internal(Box::new(error))),
        E::Hash(HashError::Busy) => (ErrorCode::Throttled, None),
        E::NotFound => (ErrorCode::NotFound, Some("accountId")),
        E::Taken => (ErrorCode::Taken, Some("name")),
        E::NotYours => (ErrorCode::Invalid, Some("accountId")),
        E::TooMany => (ErrorCode::CapacityExceeded, None),
    };
    Ok(UserError::new(code, error, field))
}

/// Changes of the people of a body.
#[derive(Debug, Default)]
pub struct ColleagueMutation;

#[Object]
impl ColleagueMutation {
    /// Adds a colleague (添加同事) with your role for the body you administer: an account that exists,
    /// or a new one with a code to choose its password with. Administrators who signed in.
    async fn colleague_add(
        &self,
        ctx: &Context<'_>,
        input: ColleagueAddInput,
    ) -> Result<ColleaguePayload> {
        let (scope, doorway) = (Scope::of(ctx)?, Doorway::of(ctx)?);
        let Some(keeper) = keeper(ctx)? else {
            return Ok(ColleaguePayload::refused(user_error(ColleagueError::NotFound)?));
        };
        let cmd = AddColleague {
            name: input.name,
            display_name: input.display_name,
            from_on: input.from_on.map(Day::date),
            until_on: input.until_on.map(Day::date),
            is_administrator: input.is_administrator,
            request_key: input.request_key,
        };
        let (code, secret, pepper) = (join::code(&draw()?), draw()?, doorway.pepper());
        let drawn = Drawn { code, pepper: &pepper, secret: &secret };
        Ok(match app::add(&scope.desk, &scope.actor, keeper, &cmd, &drawn).await {
            Ok(added) => {
                doorway.forget(added.account);
                let code = || CodeToHandOver::new(doorway, Opens::Password, &code);
                ColleaguePayload {
                    account_id: Some(ids::encode(added.account)),
                    grant_id: Some(ids::encode(added.grant)),
                    password_code: added.has_code.then(code),
                    errors: Vec::new(),
                }
            }
            Err(error) => ColleaguePayload::refused(user_error(error)?),
        })
    }

    /// Ends every grant that somebody has for the body you administer (移除同事), with the API tokens
    /// bound to them; whoever acts for nobody else loses all logins and tokens. It is felt at once.
    /// Administrators who signed in.
    async fn colleague_remove(
        &self,
        ctx: &Context<'_>,
        input: ColleagueInput,
    ) -> Result<ColleaguePayload> {
        let scope = Scope::of(ctx)?;
        let Some(keeper) = keeper(ctx)? else {
            return Ok(ColleaguePayload::refused(user_error(ColleagueError::NotFound)?));
        };
        let account = ids::decode(&input.account_id)?;
        let cmd = RemoveColleague { account, request_key: input.request_key };
        Ok(match app::remove(&scope.desk, &scope.actor, keeper, &cmd).await {
            Ok(account) => {
                Doorway::of(ctx)?.forget(account);
                let account_id = Some(ids::encode(account));
                ColleaguePayload { account_id, ..ColleaguePayload::default() }
            }
            Err(error) => ColleaguePayload::refused(user_error(error)?),
        })
    }

    /// Makes the password of a colleague void, ends their logins and gives a code to choose another
    /// with (重置密码). Only for accounts made for the body you administer that act for nobody else.
    /// Administrators who signed in.
    async fn colleague_password_reset(
        &self,
        ctx: &Context<'_>,
        input: ColleagueInput,
    ) -> Result<ColleaguePayload> {
        let (scope, doorway) = (Scope::of(ctx)?, Doorway::of(ctx)?);
        let Some(keeper) = keeper(ctx)? else {
            return Ok(ColleaguePayload::refused(user_error(ColleagueError::NotFound)?));
        };
        let account = ids::decode(&input.account_id)?;
        let cmd = ResetPassword { account, request_key: input.request_key };
        let (code, secret, pepper) = (join::code(&draw()?), draw()?, doorway.pepper());
        let drawn = Drawn { code, pepper: &pepper, secret: &secret };
        Ok(match app::reset(&scope.desk, &scope.actor, keeper, &cmd, &drawn).await {
            Ok(is_new) => {
                doorway.forget(account);
                let code = || CodeToHandOver::new(doorway, Opens::Password, &code);
                ColleaguePayload {
                    account_id: Some(ids::encode(account)),
                    password_code: is_new.then(code),
                    ..ColleaguePayload::default()
                }
            }
            Err(error) => ColleaguePayload::refused(user_error(error)?),
        })
    }

    /// Gives up a grant of yours (离任), with the API tokens bound to it; if it was the last one, all
    /// your logins and tokens end.
    async fn grant_leave(
        &self,
        ctx: &Context<'_>,
        input: GrantLeaveInput,
    ) -> Result<GrantLeavePayload> {
        let scope = Scope::of(ctx)?;
        let refused = |error| GrantLeavePayload { left_id: None, errors: vec![error] };
        let (owner, _) = match signed_in(ctx)? {
            Ok(found) => found,
            Err(error) => return Ok(refused(error)),
        };
        let grant = ids::decode(&input.grant_id)?;
        let cmd = LeaveGrant { grant, request_key: input.request_key };
        Ok(match app::leave(&scope.desk, &scope.actor, owner, &cmd).await {
            Ok(id) => {
                Doorway::of(ctx)?.forget(owner);
                GrantLeavePayload { left_id: Some(ids::encode(id)), errors: Vec::new() }
            }
            Err(ColleagueError::NotFound) => {
                let error = UserError::new(ErrorCode::NotFound, NOT_HELD, Some("grantId"));
                refused(error)
            }
            Err(error) => refused(user_error(error)?),
        })
    }

    /// Chooses a password with a code that an administrator handed over (设置密码), once; all logins of
    /// the account end. Anyone who has the code; wrong codes are counted and slowed down.
    async fn password_choose(
        &self,
        ctx: &Context<'_>,
        input: PasswordChooseInput,
    ) -> Result<PasswordChoosePayload> {
        let (scope, doorway) = (Scope::of(ctx)?, Doorway::of(ctx)?);
        let refused = |error| PasswordChoosePayload { name: None, errors: vec![error] };
        let code = match read_code(&input.code) {
            Ok(code) => code,
            Err(error) => return Ok(refused(error)),
        };
        let password = Typed(input.password);
        let cmd = ChoosePassword { code, password, request_key: input.request_key };
        let entrance = doorway.entrance();
        Ok(match app::choose_password(&scope.desk, &cmd, &entrance, &draw()?).await {
            Ok(name) => PasswordChoosePayload { name: Some(name), errors: Vec::new() },
            Err(error) => refused(join_error(error)?),
        })
    }
}

/// What is said of a grant that is none of the caller's.
const NOT_HELD: &str = "you do not hold this grant; ask `viewer { grants }` for those you hold";
