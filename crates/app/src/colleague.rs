//! The people of a body: its administrator adds colleagues, lets them choose a password anew and ends
//! their grants; whoever leaves loses everything at once.

use chrono::{NaiveDate, TimeDelta};
use lianmeng_domain::account::password::Password;
use lianmeng_domain::account::{self, Account, AccountError, Grant, LoginEnd};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{AccountId, GrantId, Id};
use lianmeng_domain::invitation::JoinCode;
use lianmeng_store::account::{self as accounts, Kept};
use lianmeng_store::login_attempt::Outcome;
use lianmeng_store::page::Window;
use lianmeng_store::password_code::{self, PasswordCode};
use lianmeng_store::{StoreError, grant, login};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::account::{AccountCommandError, Typed, new_hash};
use crate::command::{self, Begun, CommandError, Touches, replayed_id};
use crate::desk::Desk;
use crate::join::{self, Entrance, JoinError, Pepper, Try};
use crate::notify;
use crate::password::{self, HashError};
use crate::secret::Secret;

/// How long a code to choose a password with is good.
pub const CODE_LIFE: TimeDelta = TimeDelta::days(7);
/// Most people of one body.
pub const MOST: usize = 500;

/// An administrator: their account and the grant they act under. Whether it makes them one is read
/// in the transaction that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keeper {
    /// Their account.
    pub account: AccountId,
    /// The grant.
    pub grant: GrantId,
}

/// What was drawn for a change that gives out a code.
#[derive(Debug, Clone)]
pub struct Drawn<'a> {
    /// The code.
    pub code: JoinCode,
    /// What it is mixed with.
    pub pepper: &'a Pepper,
    /// What becomes the password that nobody knows.
    pub secret: &'a Secret,
}

/// Adds a colleague.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddColleague {
    /// The name they sign in with.
    pub name: String,
    /// How they are shown; for those who have an account it stays as it is.
    pub display_name: String,
    /// First day; today if absent.
    pub from_on: Option<NaiveDate>,
    /// Last day.
    pub until_on: Option<NaiveDate>,
    /// Whether they keep the people, too.
    pub is_administrator: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Ends every grant that somebody has for the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveColleague {
    /// Who.
    pub account: AccountId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Gives up a grant of one's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaveGrant {
    /// Which.
    pub grant: GrantId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Makes a colleague's password void and gives out a code to choose another with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetPassword {
    /// Whose.
    pub account: AccountId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Chooses a password with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoosePassword {
    /// The code.
    pub code: JoinCode,
    /// The password as typed.
    pub password: Typed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nothing was changed about a colleague.
#[derive(Debug, Error)]
pub enum ColleagueError {
    /// The caller keeps no people, or not this one.
    #[error(
        "nobody with this id whom you may change; only an administrator changes the people of their own body"
    )]
    NotFound,
    /// The account has a role there already, or cannot be used.
    #[error("this account acts for your body already, or was shut")]
    Taken,
    /// It has rights elsewhere, or was not made here.
    #[error(
        "this account belongs to somebody who also acts for others or came with an account of their own; they change the password themselves, or the operator does"
    )]
    NotYours,
    /// Too many people.
    #[error("{MOST} people act for your body; end some grants first")]
    TooMany,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] AccountError),
    /// Hashing.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ColleagueError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

fn wire<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// What a keeper is administrator as, today.
async fn kept(
    db: &impl ConnectionTrait,
    desk: &Desk,
    keeper: Keeper,
) -> Result<(Role, Body), ColleagueError> {
    let found = grant::find(db, keeper.grant).await?;
    let held = found.filter(|grant| {
        grant.account == keeper.account && grant.is_administrator && grant.is_in_force(desk.today)
    });
    let held = held.ok_or(ColleagueError::NotFound)?;
    Ok((held.role, held.body.ok_or(ColleagueError::NotFound)?))
}

/// The body whose people `keeper` keeps today; `None` if none.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn body_of(desk: &Desk, keeper: Keeper) -> Result<Option<Body>, StoreError> {
    match kept(&desk.db, desk, keeper).await {
        Ok((_, body)) => Ok(Some(body)),
        Err(ColleagueError::Command(CommandError::Store(error))) => Err(error),
        Err(_) => Ok(None),
    }
}

/// A hash of a password that nobody knows: an account with one is linked with nobody who comes from
/// an identity provider under its name.
async fn unknown_password(secret: &Secret) -> Result<String, HashError> {
    password::hash(Password::given(&secret.text("")), secret).await
}

/// Who was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Their account.
    pub account: AccountId,
    /// Their grant.
    pub grant: GrantId,
    /// Whether the account was made now and the code drawn for it is good.
    pub has_code: bool,
}

/// Adds a colleague with the role of the administrator: to an account that exists, or to a new one
/// whose password is chosen with the code drawn for it.
///
/// # Errors
///
/// See [`ColleagueError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    keeper: Keeper,
    cmd: &AddColleague,
    drawn: &Drawn<'_>,
) -> Result<Added, ColleagueError> {
    let name = account::check_name(&cmd.name)?;
    let display_name = account::check_label(&cmd.display_name)?;
    let password_hash = Some(unknown_password(drawn.secret).await?);
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let id = replayed_id(&thing).ok_or(ColleagueError::NotFound)?;
            let found = grant::find(&desk.db, id).await?.ok_or(ColleagueError::NotFound)?;
            return Ok(Added { account: found.account, grant: id, has_code: false });
        }
    };
    let (role, body) = kept(&change.tx, desk, keeper).await?;
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    let people = grant::page_of_body(&change.tx, &body, desk.today, Window::first(most)).await?;
    if people.len() >= MOST {
        return Err(ColleagueError::TooMany);
    }
    let found = accounts::find_by_name(&change.tx, &name).await?;
    let is_new = found.is_none();
    let account = if let Some(found) = found {
        may_join(&found.account, &people)?;
        found.account.id
    } else {
        let account = Account {
            id: desk.mint(),
            name,
            display_name,
            disabled_at: None,
            kept_by: Some(body.clone()),
            created_at: desk.now,
            version: 1,
        };
        let id = account.id;
        insert(&change.tx, &Kept { account, password_hash }).await?;
        give_code(desk, &change.tx, (id, actor), drawn).await?;
        id
    };
    let new = Grant {
        id: desk.mint(),
        account,
        role,
        body: Some(body),
        from_on: cmd.from_on.unwrap_or(desk.today),
        until_on: cmd.until_on,
        is_default: is_new,
        is_administrator: cmd.is_administrator,
        may_export: false,
        revoked_at: None,
    };
    account::check_grant(&new)?;
    grant::insert(&change.tx, &new).await?;
    change.finish("AddColleague", &wire(new.id), Touches::Nothing).await?;
    notify::access(desk, account);
    Ok(Added { account, grant: new.id, has_code: is_new })
}

/// Refuses an account that was shut, and one that is among the people.
fn may_join(account: &Account, people: &[Grant]) -> Result<(), ColleagueError> {
    let is_there = people.iter().any(|grant| grant.account == account.id);
    if account.disabled_at.is_some() || is_there { Err(ColleagueError::Taken) } else { Ok(()) }
}

async fn insert(tx: &impl ConnectionTrait, kept: &Kept) -> Result<(), ColleagueError> {
    accounts::insert(tx, kept).await.map_err(|error| match error {
        // Somebody took the name a moment ago.
        StoreError::Conflict(_) => ColleagueError::Taken,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    })
}

async fn give_code(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    (account, by): (AccountId, &Actor),
    drawn: &Drawn<'_>,
) -> Result<(), StoreError> {
    let ends_at = desk.now + CODE_LIFE;
    let code = PasswordCode { account, made_by: by.subject.clone(), ends_at };
    password_code::put(tx, &code, &drawn.pepper.hash(&drawn.code)).await
}

/// Ends every grant that somebody has for the body of the administrator, with the tokens bound to
/// them; whoever has no other grant loses all logins and tokens.
///
/// # Errors
///
/// See [`ColleagueError`]; nothing is saved when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    keeper: Keeper,
    cmd: &RemoveColleague,
) -> Result<AccountId, ColleagueError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.account),
    };
    let (_, body) = kept(&change.tx, desk, keeper).await?;
    let held = grant::alive_of_accounts(&change.tx, &[cmd.account], desk.today).await?;
    let theirs = held.iter().filter(|grant| grant.body.as_ref() == Some(&body));
    let theirs: Vec<GrantId> = theirs.map(|grant| grant.id).collect();
    if theirs.is_empty() {
        return Err(ColleagueError::NotFound);
    }
    join::end_grants(desk, &change.tx, cmd.account, &theirs).await?;
    change.finish("RemoveColleague", &wire(cmd.account), Touches::Nothing).await?;
    notify::access(desk, cmd.account);
    Ok(cmd.account)
}

/// Gives up a grant of one's own, with the tokens bound to it; whoever has no other loses all logins
/// and tokens.
///
/// # Errors
///
/// See [`ColleagueError`]; nothing is saved when an error is returned.
pub async fn leave(
    desk: &Desk,
    actor: &Actor,
    owner: AccountId,
    cmd: &LeaveGrant,
) -> Result<GrantId, ColleagueError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.grant),
    };
    let found = grant::find(&change.tx, cmd.grant).await?;
    if !found.is_some_and(|grant| grant.account == owner && grant.is_alive(desk.today)) {
        return Err(ColleagueError::NotFound);
    }
    join::end_grants(desk, &change.tx, owner, &[cmd.grant]).await?;
    change.finish("LeaveGrant", &wire(cmd.grant), Touches::Nothing).await?;
    notify::access(desk, owner);
    Ok(cmd.grant)
}

/// Makes a colleague's password void, ends their logins and lets them choose another with the code
/// drawn for them; whether the code is good, or the command was done before and its code is gone.
///
/// # Errors
///
/// See [`ColleagueError`]; nothing is saved when an error is returned.
pub async fn reset(
    desk: &Desk,
    actor: &Actor,
    keeper: Keeper,
    cmd: &ResetPassword,
    drawn: &Drawn<'_>,
) -> Result<bool, ColleagueError> {
    let hash = unknown_password(drawn.secret).await?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(false),
    };
    let (_, body) = kept(&change.tx, desk, keeper).await?;
    let held = grant::alive_of_accounts(&change.tx, &[cmd.account], desk.today).await?;
    if !held.iter().any(|grant| grant.body.as_ref() == Some(&body)) {
        return Err(ColleagueError::NotFound);
    }
    let found = accounts::find(&change.tx, cmd.account).await?.ok_or(ColleagueError::NotFound)?;
    let is_linked = accounts::is_linked(&change.tx, cmd.account).await?;
    let account = found.account;
    let is_open = account.disabled_at.is_none() && !is_linked;
    if !is_open || !account::may_reset(&account, &held, &body, desk.today) {
        return Err(ColleagueError::NotYours);
    }
    accounts::save(&change.tx, &Kept { account, password_hash: Some(hash) }).await?;
    let why = (desk.now, LoginEnd::PasswordChanged);
    login::end_all(&change.tx, cmd.account, None, why).await?;
    give_code(desk, &change.tx, (cmd.account, actor), drawn).await?;
    change.finish("ResetPassword", &wire(cmd.account), Touches::Nothing).await?;
    notify::access(desk, cmd.account);
    Ok(true)
}

/// Chooses a password with a code, once; ends every login of the account and gives its name.
///
/// Tries are counted for each address and slowed down, see [`lianmeng_domain::account::throttle`].
///
/// # Errors
///
/// See [`JoinError`]; nothing is saved when an error is returned.
pub async fn choose_password(
    desk: &Desk,
    cmd: &ChoosePassword,
    entrance: &Entrance,
    salt: &Secret,
) -> Result<String, JoinError> {
    let attempt = Try::new(desk, "password", &entrance.address).await?;
    let hash = entrance.pepper.hash(&cmd.code);
    let Some(code) = password_code::find(&desk.db, &hash).await? else {
        attempt.settle(desk, Outcome::Failed).await?;
        return Err(JoinError::NotFound);
    };
    let done = choose(desk, cmd, (&code, &hash), salt).await;
    attempt.settle_by(desk, &done).await?;
    done
}

async fn choose(
    desk: &Desk,
    cmd: &ChoosePassword,
    (code, hash): (&PasswordCode, &str),
    salt: &Secret,
) -> Result<String, JoinError> {
    let found = accounts::find(&desk.db, code.account).await?;
    let account = found.map(|kept| kept.account).filter(|found| found.disabled_at.is_none());
    let account = account.ok_or(JoinError::NotFound)?;
    let new = new_hash(&account, &cmd.password, salt).await.map_err(|error| match error {
        AccountCommandError::Password(error) => JoinError::Password(error),
        AccountCommandError::Hash(error) => JoinError::Hash(error),
        AccountCommandError::Command(error) => JoinError::Command(error),
        AccountCommandError::Rule(error) => JoinError::Rule(error),
        AccountCommandError::Throttled(error) => JoinError::Throttled(error),
        AccountCommandError::NotFound
        | AccountCommandError::Taken
        | AccountCommandError::WrongPassword
        | AccountCommandError::NoPassword => JoinError::NotFound,
    })?;
    let actor = Actor { subject: wire(account.id), role: Role::Public, body: None };
    let (name, id) = (account.name.clone(), account.id);
    // The debug form of the command hides the code, so its hash stands for it.
    let command = ("ChoosePassword", hash);
    let change = match command::begin(desk, &actor, &cmd.request_key, &command).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(name),
    };
    match password_code::use_up(&change.tx, hash, desk.now).await {
        Ok(()) => {}
        Err(StoreError::Stale) => return Err(JoinError::NotFound),
        Err(error) => return Err(error.into()),
    }
    accounts::save(&change.tx, &Kept { account, password_hash: Some(new) }).await?;
    login::end_all(&change.tx, id, None, (desk.now, LoginEnd::PasswordChanged)).await?;
    change.finish("ChoosePassword", &wire(id), Touches::Nothing).await?;
    notify::access(desk, id);
    Ok(name)
}
