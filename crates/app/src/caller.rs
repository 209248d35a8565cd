//! Who a request comes from, and until when that holds.

use chrono::{DateTime, Utc};
use lianmeng_domain::account::{self, Access, Account, AccountError, ApiToken, Grant, Login};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{AccountId, ApiTokenId, GrantId, Id, LoginId};
use lianmeng_store::{StoreError, account as accounts, api_token, grant, login};
use sea_orm::DatabaseConnection;
use thiserror::Error;

use crate::desk::{day_end, local_date};

/// A caller with what they came in by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Who acts, and as what.
    pub actor: Actor,
    /// What they came in by.
    pub by: Credential,
    /// The grant they act under; none for the public and for development tokens.
    pub grant: Option<GrantId>,
    /// What they may do.
    pub access: Access,
    /// Whether they may take lists out as files: a right of the grant, which no role brings.
    pub may_export: bool,
    /// The moment at which this ends without anybody doing anything: the end of the login, of the
    /// token or of the term of office, whichever is first. None for the public.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What a caller came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Nothing.
    None,
    /// A development token.
    Developer,
    /// A sign-in.
    Login(AccountId, LoginId),
    /// A token of another system.
    ApiToken(AccountId, ApiTokenId),
}

impl Caller {
    /// A caller without a credential.
    pub fn public() -> Self {
        Self::plain(Actor::public())
    }

    /// A caller who is just this actor: for tests.
    pub const fn plain(actor: Actor) -> Self {
        Self {
            actor,
            by: Credential::None,
            grant: None,
            access: Access::ReadWrite,
            may_export: false,
            ends_at: None,
        }
    }

    /// The bearer of a development token.
    pub fn developer(actor: Actor, ends_at: DateTime<Utc>) -> Self {
        Self { by: Credential::Developer, ends_at: Some(ends_at), ..Self::plain(actor) }
    }

    /// The account they act for.
    pub const fn account(&self) -> Option<AccountId> {
        match self.by {
            Credential::Login(account, _) | Credential::ApiToken(account, _) => Some(account),
            Credential::None | Credential::Developer => None,
        }
    }

    /// Their account and login, if they signed in: only such callers change what lets them in.
    pub const fn login(&self) -> Option<(AccountId, LoginId)> {
        match self.by {
            Credential::Login(account, login) => Some((account, login)),
            Credential::None | Credential::Developer | Credential::ApiToken(..) => None,
        }
    }

    /// Whether what they came in by has run out at `now`.
    pub fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }
}

/// An account as it stands, with what somebody came in by; good for every grant of the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    account: Account,
    grants: Vec<Grant>,
    by: By,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum By {
    Login(Login),
    Token(ApiToken),
}

/// Why a credential lets nobody in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Shut {
    /// Ended, revoked, or its account was disabled.
    #[error("this login or token has ended or was revoked; sign in again")]
    Ended,
    /// The grant it names, or is bound to, is not held today.
    #[error(transparent)]
    NotHeld(AccountError),
}

impl Standing {
    /// The standing of a login; none if there is no such login.
    ///
    /// # Errors
    ///
    /// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
    pub async fn of_login(
        db: &DatabaseConnection,
        id: LoginId,
    ) -> Result<Option<Self>, StoreError> {
        let Some(login) = login::find(db, id).await? else { return Ok(None) };
        Self::read(db, login.account, By::Login(login)).await
    }

    /// The standing of the API token whose text has this hash, its use noted; none if there is no
    /// such token.
    ///
    /// # Errors
    ///
    /// As [`Self::of_login`].
    pub async fn of_api_token(
        db: &DatabaseConnection,
        hash: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Self>, StoreError> {
        let Some(token) = api_token::find_by_hash(db, hash).await? else { return Ok(None) };
        if token.is_open(now) {
            api_token::note_use(db, &token, now).await?;
        }
        Self::read(db, token.account, By::Token(token)).await
    }

    /// The standing of the API token with this id; none if there is no such token.
    ///
    /// # Errors
    ///
    /// As [`Self::of_login`].
    pub async fn of_api_token_id(
        db: &DatabaseConnection,
        id: ApiTokenId,
    ) -> Result<Option<Self>, StoreError> {
        let Some(token) = api_token::find(db, id).await? else { return Ok(None) };
        Self::read(db, token.account, By::Token(token)).await
    }

    async fn read(
        db: &DatabaseConnection,
        account: AccountId,
        by: By,
    ) -> Result<Option<Self>, StoreError> {
        let Some(kept) = accounts::find(db, account).await? else { return Ok(None) };
        let grants = grant::of_account(db, account).await?;
        Ok(Some(Self { account: kept.account, grants, by }))
    }

    /// Whose standing it is.
    pub const fn account(&self) -> AccountId {
        self.account.id
    }

    /// The caller at `now`, acting under the grant `wanted`, or under the default one.
    ///
    /// # Errors
    ///
    /// See [`Shut`].
    pub fn caller(&self, wanted: Option<GrantId>, now: DateTime<Utc>) -> Result<Caller, Shut> {
        if self.account.disabled_at.is_some() {
            return Err(Shut::Ended);
        }
        let today = local_date(now);
        let (is_open, ends_at) = match &self.by {
            By::Login(login) => (login.is_open(now), login.ends_at),
            By::Token(token) => (token.is_open(now), token.ends_at),
        };
        if !is_open {
            return Err(Shut::Ended);
        }
        let (grant, by, access) = match &self.by {
            By::Login(login) => {
                let grant = account::choose(&self.grants, wanted, today).map_err(Shut::NotHeld)?;
                (grant, Credential::Login(self.account.id, login.id), Access::ReadWrite)
            }
            By::Token(token) => {
                if wanted.is_some_and(|wanted| wanted != token.grant) {
                    return Err(Shut::NotHeld(AccountError::NotHeld));
                }
                let grant = account::choose(&self.grants, Some(token.grant), today)
                    .map_err(Shut::NotHeld)?;
                (grant, Credential::ApiToken(self.account.id, token.id), token.access)
            }
        };
        let subject = match by {
            Credential::ApiToken(_, token) => format!("{}:{token}", ApiTokenId::TAG),
            Credential::None | Credential::Developer | Credential::Login(..) => {
                format!("{}:{}", AccountId::TAG, self.account.id)
            }
        };
        let term_end = grant.and_then(|grant| grant.until_on).map(day_end);
        Ok(Caller {
            actor: Actor {
                subject,
                role: grant.map_or(Role::Public, |grant| grant.role),
                body: grant.and_then(|grant| grant.body.clone()),
            },
            by,
            grant: grant.map(|grant| grant.id),
            access,
            may_export: grant.is_some_and(|grant| grant.may_export),
            ends_at: Some(term_end.map_or(ends_at, |term| term.min(ends_at))),
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, TimeDelta};
    use lianmeng_domain::account::{LoginEnd, LoginMethod};

    use super::*;

    fn at(day: u32) -> DateTime<Utc> {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap().and_hms_opt(4, 0, 0).unwrap().and_utc()
    }

    fn standing() -> Standing {
        let account = AccountId::from(1);
        let grant = |id: u128, until: Option<u32>| Grant {
            id: GrantId::from(id),
            account,
            role: Role::Coordinator,
            body: None,
            from_on: at(1).date_naive(),
            until_on: until.map(|day| at(day).date_naive()),
            is_default: id == 1,
            is_administrator: false,
            may_export: false,
            revoked_at: None,
        };
        Standing {
            account: Account {
                id: account,
                name: "li".to_owned(),
                display_name: "李".to_owned(),
                disabled_at: None,
                kept_by: None,
                created_at: at(1),
                version: 1,
            },
            grants: vec![grant(1, Some(3)), grant(2, None)],
            by: By::Login(Login {
                id: LoginId::from(9),
                account,
                method: LoginMethod::Password,
                started_at: at(1),
                seen_at: at(1),
                ends_at: at(8),
                ended: None,
                address: String::new(),
                agent: String::new(),
            }),
        }
    }

    #[test]
    fn a_caller_ends_with_the_term_or_the_login_whichever_is_first() {
        let standing = standing();
        let caller = standing.caller(None, at(2)).unwrap();
        let midnight = day_end(at(3).date_naive());
        assert_eq!((caller.grant, caller.ends_at), (Some(GrantId::from(1)), Some(midnight)));
        assert!(!caller.has_ended(midnight - TimeDelta::seconds(1)) && caller.has_ended(midnight));
        let caller = standing.caller(None, at(4)).unwrap();
        assert_eq!((caller.grant, caller.ends_at), (Some(GrantId::from(2)), Some(at(8))));
        let not_held = Err(Shut::NotHeld(AccountError::NotHeld));
        assert_eq!(standing.caller(Some(GrantId::from(1)), at(4)), not_held);
        assert_eq!(standing.caller(None, at(8)), Err(Shut::Ended));
    }

    #[test]
    fn an_ended_login_and_a_disabled_account_let_nobody_in() {
        let mut ended = standing();
        if let By::Login(login) = &mut ended.by {
            login.ended = Some((at(2), LoginEnd::Revoked));
        }
        assert_eq!(ended.caller(None, at(2)), Err(Shut::Ended));
        let mut disabled = standing();
        disabled.account.disabled_at = Some(at(2));
        assert_eq!(disabled.caller(None, at(2)), Err(Shut::Ended));
    }

    #[test]
    fn a_token_is_bound_to_its_grant_and_its_access() {
        let token = ApiToken {
            id: ApiTokenId::from(5),
            account: AccountId::from(1),
            grant: GrantId::from(1),
            label: "x".to_owned(),
            access: Access::ReadOnly,
            created_at: at(1),
            ends_at: at(20),
            revoked_at: None,
            used_at: None,
        };
        let bound = Standing { by: By::Token(token), ..standing() };
        let caller = bound.caller(None, at(2)).unwrap();
        assert_eq!((caller.access, caller.grant), (Access::ReadOnly, Some(GrantId::from(1))));
        assert!(caller.actor.subject.starts_with("api_token:"), "{caller:?}");
        assert_eq!(caller.login(), None);
        let other = bound.caller(Some(GrantId::from(2)), at(2));
        assert_eq!(other, Err(Shut::NotHeld(AccountError::NotHeld)));
        assert!(bound.caller(None, at(4)).is_err(), "the term it is bound to has ended");
    }

    #[test]
    fn without_a_grant_one_is_of_the_public_but_known() {
        let none = Standing { grants: Vec::new(), ..standing() };
        let caller = none.caller(None, at(2)).unwrap();
        assert_eq!((caller.actor.role, caller.grant), (Role::Public, None));
        assert!(caller.actor.subject.starts_with("account:"), "{caller:?}");
    }
}
