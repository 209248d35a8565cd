//! What the ways in share that a stranger may try: invitations, claims and codes for a password.
//!
//! Codes are short enough to type, so that guessing is slowed down as at signing in, and what is kept
//! of them is mixed with the pepper, so that a stolen copy of the database opens nothing.

use lianmeng_domain::account::password::{Password, PasswordError};
use lianmeng_domain::account::throttle::{self, Throttled};
use lianmeng_domain::account::{self, Account, AccountError, LoginEnd};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{AccountId, GrantId, LoginId};
use lianmeng_domain::invitation::{CODE_BYTES, JoinCode};
use lianmeng_store::account::{self as accounts, Kept};
use lianmeng_store::login_attempt::{self, Attempt, Outcome};
use lianmeng_store::{StoreError, api_token, grant, login, password_code};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::account::Typed;
use crate::command::CommandError;
use crate::desk::Desk;
use crate::password::{self, HashError};
use crate::secret::{self, Secret};

/// What codes are mixed with before their hash is kept; its debug form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Pepper(String);

impl std::fmt::Debug for Pepper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pepper(..)")
    }
}

impl Pepper {
    /// The pepper of the configuration; may be empty.
    pub fn new(pepper: &str) -> Self {
        // Hashed, so that where it ends and a code begins is never in doubt.
        Self(secret::hash(format!("lianmeng codes {pepper}")))
    }

    /// What is kept of `code`.
    pub(crate) fn hash(&self, code: &JoinCode) -> String {
        secret::hash(format!("{}{}", self.0, code.plain()))
    }
}

/// A new code out of a secret.
pub fn code(secret: &Secret) -> JoinCode {
    let mut bytes = [0; CODE_BYTES];
    bytes.copy_from_slice(&secret.bytes()[..CODE_BYTES]);
    JoinCode::drawn(&bytes)
}

/// Through which door somebody comes.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// What codes are mixed with.
    pub pepper: Pepper,
    /// Network address they come from; empty if unknown.
    pub address: String,
}

/// Who comes, where they signed in: as what, and with which account.
pub type Known<'a> = Option<(&'a Actor, AccountId)>;

/// Somebody without an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// The name they will sign in with.
    pub name: String,
    /// How they are shown.
    pub display_name: String,
    /// Their password as typed.
    pub password: Typed,
}

/// Why somebody did not get in.
#[derive(Debug, Error)]
pub enum JoinError {
    /// No such code, or none that is good any more; which of them is nobody's business.
    #[error("this code opens nothing: it is mistyped, used, withdrawn or over; ask for a new one")]
    NotFound,
    /// Neither signed in nor said who they are.
    #[error("sign in first, or say which account to make")]
    Nobody,
    /// Signed in, and wants another account.
    #[error("you are signed in; leave the account out, or sign out first")]
    Somebody,
    /// The name belongs to another.
    #[error("an account with this name exists already; sign in with it, or choose another name")]
    Taken,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] AccountError),
    /// The password.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Too many tries.
    #[error(transparent)]
    Throttled(#[from] Throttled),
    /// Hashing.
    #[error(transparent)]
    Hash(#[from] HashError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for JoinError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// A try that is counted: a failure until it is settled, so that many at once cannot slip through.
#[derive(Debug)]
pub(crate) struct Try(LoginId);

impl Try {
    /// Counts a try at `what` from an address.
    ///
    /// # Errors
    ///
    /// [`JoinError::Throttled`] after too many failures.
    pub(crate) async fn new(desk: &Desk, what: &str, address: &str) -> Result<Self, JoinError> {
        let address: String = address.chars().take(64).collect();
        // No account can have a name with a blank in it, so nobody is shut out by this.
        let name_key = format!("{what} {address}");
        let attempt =
            Attempt { id: desk.mint(), at: desk.now, name_key: &name_key, address: &address };
        login_attempt::insert(&desk.db, attempt).await?;
        let recent = login_attempt::recent(&desk.db, attempt).await?;
        let this = Self(attempt.id);
        if let Err(throttled) = throttle::check(&recent, desk.now) {
            this.settle(desk, Outcome::Throttled).await?;
            return Err(throttled.into());
        }
        Ok(this)
    }

    /// Writes how it ended.
    pub(crate) async fn settle(self, desk: &Desk, outcome: Outcome) -> Result<(), StoreError> {
        login_attempt::settle(&desk.db, self.0, outcome, None).await
    }

    /// As [`Self::settle`], by what became of a code: a right one whose holder must mend something
    /// else counts for nothing.
    pub(crate) async fn settle_by<T>(
        self,
        desk: &Desk,
        done: &Result<T, JoinError>,
    ) -> Result<(), StoreError> {
        let outcome = match done {
            Ok(_) => Outcome::Succeeded,
            Err(JoinError::NotFound) => Outcome::Failed,
            Err(_) => Outcome::Throttled,
        };
        self.settle(desk, outcome).await
    }
}

/// Who comes in: somebody with an account, or somebody whose account is ready to be kept.
#[derive(Debug)]
pub(crate) enum Comer {
    /// With an account.
    Known(AccountId),
    /// Without.
    New(Kept),
}

/// Checks who comes and makes their account ready, before any transaction: hashing takes long.
///
/// # Errors
///
/// [`JoinError`] if they are nobody or two at once, and if name or password will not do.
pub(crate) async fn comer(
    desk: &Desk,
    known: Known<'_>,
    newcomer: Option<&Newcomer>,
    kept_by: Option<Body>,
    salt: &Secret,
) -> Result<Comer, JoinError> {
    let newcomer = match (known, newcomer) {
        (Some((_, account)), None) => return Ok(Comer::Known(account)),
        (Some(_), Some(_)) => return Err(JoinError::Somebody),
        (None, None) => return Err(JoinError::Nobody),
        (None, Some(newcomer)) => newcomer,
    };
    let name = account::check_name(&newcomer.name)?;
    let display_name = account::check_label(&newcomer.display_name)?;
    let Typed(text) = &newcomer.password;
    let password = Password::chosen(text, &[&name, &display_name])?;
    let password_hash = Some(password::hash(password, salt).await?);
    let account = Account {
        id: desk.mint(),
        name,
        display_name,
        disabled_at: None,
        kept_by,
        created_at: desk.now,
        version: 1,
    };
    Ok(Comer::New(Kept { account, password_hash }))
}

impl Comer {
    /// Keeps the account if it is new; gives its id and whether it is.
    ///
    /// # Errors
    ///
    /// [`JoinError::Taken`] if the name is, [`JoinError::NotFound`] if the account was shut.
    pub(crate) async fn settle_in(
        &self,
        tx: &impl ConnectionTrait,
    ) -> Result<(AccountId, bool), JoinError> {
        match self {
            Self::Known(id) => {
                let kept = accounts::find(tx, *id).await?;
                let is_open = kept.is_some_and(|kept| kept.account.disabled_at.is_none());
                if is_open { Ok((*id, false)) } else { Err(JoinError::NotFound) }
            }
            Self::New(kept) => {
                accounts::insert(tx, kept).await.map_err(|error| match error {
                    StoreError::Conflict(_) => JoinError::Taken,
                    StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                        error.into()
                    }
                })?;
                Ok((kept.account.id, true))
            }
        }
    }
}

/// Who acts: the known one, else a stranger under `name`. Request keys belong to subjects, so
/// strangers must not share one.
pub(crate) fn acting(known: Known<'_>, name: String) -> Actor {
    match known {
        Some((actor, _)) => actor.clone(),
        None => Actor { subject: name, role: Role::Public, body: None },
    }
}

/// Takes `grants` of `account` back with the tokens bound to them. Whoever has nothing left then
/// loses every login and token as well: they are a stranger.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub(crate) async fn end_grants(
    desk: &Desk,
    tx: &impl ConnectionTrait,
    account: AccountId,
    grants: &[GrantId],
) -> Result<(), StoreError> {
    for id in grants {
        match grant::revoke(tx, *id, desk.now).await {
            Ok(()) | Err(StoreError::Stale) => {}
            Err(error) => return Err(error),
        }
    }
    api_token::revoke_of_grants(tx, grants, desk.now).await?;
    if grant::alive_of_accounts(tx, &[account], desk.today).await?.is_empty() {
        login::end_all(tx, account, None, (desk.now, LoginEnd::Revoked)).await?;
        api_token::revoke_all(tx, account, desk.now).await?;
        password_code::remove(tx, account).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_of_a_code_depends_on_the_pepper() {
        let code = code(&Secret::of([7; 32]));
        let (with, without) = (Pepper::new("hush"), Pepper::new(""));
        assert_eq!(with.hash(&code), with.hash(&code.to_string().parse().unwrap()));
        assert_ne!(with.hash(&code), without.hash(&code));
        assert_eq!(format!("{with:?}"), "Pepper(..)");
    }
}
