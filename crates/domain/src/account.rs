//! Accounts, the roles granted to them for a term, their logins and their API tokens.

pub mod password;
pub mod throttle;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::actor::{Actor, Body, Role};
use crate::ids::{AccountId, ApiTokenId, GrantId, LoginId};
use crate::policy::{self, Visibility};
use crate::text;
use crate::words;

/// Shortest and longest name of an account, in characters.
pub const NAME_LENGTH: std::ops::RangeInclusive<usize> = 2..=64;
/// Longest display name and longest label, in characters.
pub const MAX_LABEL: usize = 100;
/// Most API tokens of one account that are in force at a time.
pub const MAX_API_TOKENS: u64 = 20;
/// Longest life of an API token, in days.
pub const MAX_API_TOKEN_DAYS: u32 = 366;

/// An account 账号: a person or a system that can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name it signs in with, as written; unique in its [`name_key`].
    pub name: String,
    /// How it is shown to others.
    pub display_name: String,
    /// Since when nobody can sign in with it.
    pub disabled_at: Option<DateTime<Utc>>,
    /// The body whose administrator may set its password anew: the one it was made for. None for
    /// those that nobody but the operator keeps.
    pub kept_by: Option<Body>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Raised by one with each save.
    pub version: i64,
}

/// A role held for a body and a term 任职.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Who holds it.
    pub account: AccountId,
    /// What they act as.
    pub role: Role,
    /// For whom; roles for the whole platform have none.
    pub body: Option<Body>,
    /// First local day of the term.
    pub from_on: NaiveDate,
    /// Last local day of the term, itself included; none for a term without an end.
    pub until_on: Option<NaiveDate>,
    /// Whether requests that name no grant act under this one.
    pub is_default: bool,
    /// Whether its holder keeps the people of the body: adds colleagues and ends their grants.
    pub is_administrator: bool,
    /// Whether its holder may take lists out as files.
    pub may_export: bool,
    /// When it was taken back before its end.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Grant {
    /// Whether it is in force on the local date `today`.
    pub fn is_in_force(&self, today: NaiveDate) -> bool {
        self.revoked_at.is_none()
            && self.from_on <= today
            && self.until_on.is_none_or(|until| today <= until)
    }

    /// Whether it is in force on the local date `today`, or will be.
    pub fn is_alive(&self, today: NaiveDate) -> bool {
        self.revoked_at.is_none() && self.until_on.is_none_or(|until| today <= until)
    }
}

/// Whether the administrator of `body` may set the password of `account` anew, which holds
/// `grants`: it was made for that body, works there, and nowhere else. Whoever else could take over
/// the rights that somebody has elsewhere.
pub fn may_reset(account: &Account, grants: &[Grant], body: &Body, today: NaiveDate) -> bool {
    let mut alive = grants.iter().filter(|grant| grant.is_alive(today)).peekable();
    account.kept_by.as_ref() == Some(body)
        && alive.peek().is_some()
        && alive.all(|grant| grant.body.as_ref() == Some(body))
}

words! {
    /// What an API token may do.
    pub enum Access {
        /// Ask.
        ReadOnly = "read_only",
        /// Ask and change.
        ReadWrite = "read_write",
    }
}

words! {
    /// How somebody signed in.
    pub enum LoginMethod {
        /// With name and password.
        Password = "password",
        /// With a provider of OpenID Connect.
        Oidc = "oidc",
    }
}

words! {
    /// Why a login ended before its time.
    pub enum LoginEnd {
        /// Its owner signed out.
        LoggedOut = "logged_out",
        /// Its owner or an administrator revoked it.
        Revoked = "revoked",
        /// A refresh token came a second time, so somebody has a copy.
        Reused = "reused",
        /// The password was changed.
        PasswordChanged = "password_changed",
        /// The account was disabled.
        Disabled = "disabled",
    }
}

/// A sign-in 登录 and everything refreshed from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Its id.
    pub id: LoginId,
    /// Who signed in.
    pub account: AccountId,
    /// How.
    pub method: LoginMethod,
    /// When.
    pub started_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub seen_at: DateTime<Utc>,
    /// When it ends at the latest.
    pub ends_at: DateTime<Utc>,
    /// When and why it ended before that.
    pub ended: Option<(DateTime<Utc>, LoginEnd)>,
    /// Network address it came from; empty if unknown.
    pub address: String,
    /// What the program called itself; empty if it did not.
    pub agent: String,
}

impl Login {
    /// Whether it still holds at `now`.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.ended.is_none() && now < self.ends_at
    }
}

/// A token with which another system acts under one grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// Whose grant it acts under.
    pub account: AccountId,
    /// The grant that bounds it: the token ends with it.
    pub grant: GrantId,
    /// What it is for.
    pub label: String,
    /// What it may do.
    pub access: Access,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// When it was revoked before that.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to about ten minutes.
    pub used_at: Option<DateTime<Utc>>,
}

impl ApiToken {
    /// Whether it still holds at `now`.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.ends_at
    }
}

/// Why an account, a grant or an API token makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AccountError {
    /// A name that is too short, too long or holds odd characters.
    #[error("{0:?} cannot be an account's name; use 2 to 64 letters, digits and the signs . _ - @")]
    Name(String),
    /// A display name or label that is empty or too long.
    #[error("{length} characters; write 1 to {MAX_LABEL}")]
    Label {
        /// Its length.
        length: usize,
    },
    /// A role that sees nothing for this body.
    #[error("role {role} cannot be held for {body}; give a body that fits it")]
    Unfit {
        /// The role.
        role: Role,
        /// The body, or "no body".
        body: String,
    },
    /// A term that ends before it begins.
    #[error("the term ends on {until}, before it begins on {from}")]
    TermReversed {
        /// First day.
        from: NaiveDate,
        /// Last day.
        until: NaiveDate,
    },
    /// The grant is not the caller's, or not in force.
    #[error("you do not hold this grant today; ask `viewer {{ grants }}` for those you hold")]
    NotHeld,
    /// Too long or too short a life for an API token.
    #[error("a life of {0} days; an API token lives 1 to {MAX_API_TOKEN_DAYS} days")]
    Life(u32),
    /// Too many API tokens.
    #[error("{MAX_API_TOKENS} API tokens are in force; revoke one first")]
    TooManyTokens,
}

/// The form of an account's name in which no two are alike.
pub fn name_key(name: &str) -> String {
    text::normalise(name)
}

/// Checks the name of a new account and returns it without white space around it.
///
/// # Errors
///
/// [`AccountError::Name`].
pub fn check_name(name: &str) -> Result<String, AccountError> {
    let trimmed = name.trim();
    let is_fine = NAME_LENGTH.contains(&trimmed.chars().count())
        && trimmed.chars().all(|c| c.is_alphanumeric() || "._-@".contains(c));
    if is_fine {
        Ok(trimmed.to_owned())
    } else {
        Err(AccountError::Name(name.chars().take(80).collect()))
    }
}

/// Checks a display name or the label of a token and returns it without white space around it.
///
/// # Errors
///
/// [`AccountError::Label`].
pub fn check_label(label: &str) -> Result<String, AccountError> {
    let length = label.trim().chars().count();
    if (1..=MAX_LABEL).contains(&length) {
        Ok(label.trim().to_owned())
    } else {
        Err(AccountError::Label { length })
    }
}

/// Checks that a role and a body fit and that the term runs forward.
///
/// # Errors
///
/// [`AccountError::Unfit`] for a role that would see nothing, and for the public, which needs no
/// grant; [`AccountError::TermReversed`].
pub fn check_grant(grant: &Grant) -> Result<(), AccountError> {
    let actor = Actor { subject: String::new(), role: grant.role, body: grant.body.clone() };
    let sees_nothing = policy::visibility(&actor) == Visibility::Nothing;
    if grant.role == Role::Public || (sees_nothing && grant.role != Role::SystemAdmin) {
        let body = grant.body.as_ref().map_or("no body".to_owned(), ToString::to_string);
        return Err(AccountError::Unfit { role: grant.role, body });
    }
    match grant.until_on {
        Some(until) if until < grant.from_on => {
            Err(AccountError::TermReversed { from: grant.from_on, until })
        }
        Some(_) | None => Ok(()),
    }
}

/// The grant that a request acts under: the one it names, else the default one, else the oldest.
///
/// None if no grant is in force: the caller then is one of the public.
///
/// # Errors
///
/// [`AccountError::NotHeld`] if the one it names is not among `grants` or not in force.
pub fn choose(
    grants: &[Grant],
    wanted: Option<GrantId>,
    today: NaiveDate,
) -> Result<Option<&Grant>, AccountError> {
    let in_force = || grants.iter().filter(|grant| grant.is_in_force(today));
    match wanted {
        Some(id) => in_force().find(|grant| grant.id == id).map(Some).ok_or(AccountError::NotHeld),
        None => Ok(in_force().min_by_key(|grant| (!grant.is_default, grant.id))),
    }
}

/// Checks the life of an API token, in days.
///
/// # Errors
///
/// [`AccountError::Life`].
pub fn check_life(days: u32) -> Result<u32, AccountError> {
    if (1..=MAX_API_TOKEN_DAYS).contains(&days) { Ok(days) } else { Err(AccountError::Life(days)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ChainCommitteeId, EnterpriseId};

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    fn grant(id: u128, from: u32, until: Option<u32>) -> Grant {
        Grant {
            id: GrantId::from(id),
            account: AccountId::from(1),
            role: Role::Coordinator,
            body: None,
            from_on: day(from),
            until_on: until.map(day),
            is_default: false,
            is_administrator: false,
            may_export: false,
            revoked_at: None,
        }
    }

    #[test]
    fn an_administrator_resets_those_who_work_for_nobody_else() {
        let ours = Body::Enterprise(EnterpriseId::from(1));
        let theirs = Body::Enterprise(EnterpriseId::from(2));
        let account = |kept_by: Option<&Body>| Account {
            id: AccountId::from(1),
            name: "wang".to_owned(),
            display_name: "王".to_owned(),
            disabled_at: None,
            kept_by: kept_by.cloned(),
            created_at: DateTime::UNIX_EPOCH,
            version: 1,
        };
        let held = |body: &Body, until| Grant { body: Some(body.clone()), ..grant(1, 5, until) };
        let cases = [
            ("a colleague", Some(&ours), vec![held(&ours, None)], true),
            ("one who has left", Some(&ours), vec![held(&ours, Some(8))], false),
            ("one without grants", Some(&ours), vec![], false),
            ("one who came along", None, vec![held(&ours, None)], false),
            ("one of another", Some(&theirs), vec![held(&ours, None)], false),
            ("of two bodies", Some(&ours), vec![held(&ours, None), held(&theirs, None)], false),
            ("once of another", Some(&ours), vec![held(&ours, None), held(&theirs, Some(8))], true),
        ];
        for (name, kept_by, grants, may) in cases {
            assert_eq!(may_reset(&account(kept_by), &grants, &ours, day(9)), may, "{name}");
        }
    }

    #[test]
    fn a_term_holds_from_its_first_to_its_last_day() {
        let term = grant(1, 5, Some(7));
        for (today, holds) in [(4, false), (5, true), (7, true), (8, false)] {
            assert_eq!(term.is_in_force(day(today)), holds, "{today}");
        }
        assert!(grant(1, 5, None).is_in_force(day(30)));
        let revoked = Grant { revoked_at: DateTime::from_timestamp(0, 0), ..term };
        assert!(!revoked.is_in_force(day(6)));
    }

    #[test]
    fn a_request_acts_under_the_grant_it_names_else_the_default_else_the_oldest() {
        let mut grants = [grant(1, 1, Some(3)), grant(2, 1, None), grant(3, 1, None)];
        let chosen = |grants: &[Grant], wanted: Option<u128>, today| {
            choose(grants, wanted.map(GrantId::from), day(today))
                .map(|grant| grant.map(|grant| grant.id.number()))
        };
        assert_eq!(chosen(&grants, None, 2), Ok(Some(1)));
        assert_eq!(chosen(&grants, None, 4), Ok(Some(2)), "the first term has ended");
        assert_eq!(chosen(&grants, Some(3), 4), Ok(Some(3)));
        assert_eq!(chosen(&grants, Some(1), 4), Err(AccountError::NotHeld));
        assert_eq!(chosen(&grants, Some(9), 4), Err(AccountError::NotHeld));
        assert_eq!(chosen(&[], None, 4), Ok(None));
        grants[2].is_default = true;
        assert_eq!(chosen(&grants, None, 2), Ok(Some(3)));
    }

    #[test]
    fn a_role_needs_a_body_that_fits_and_a_term_that_runs_forward() {
        let with = |role, body| Grant { role, body, ..grant(1, 2, Some(2)) };
        let firm = Some(Body::Enterprise(EnterpriseId::from(1)));
        let committee = Some(Body::Committee(ChainCommitteeId::from(1)));
        let cases = [
            ("coordinator", with(Role::Coordinator, None), true),
            ("administrator", with(Role::SystemAdmin, None), true),
            ("enterprise", with(Role::Enterprise, firm.clone()), true),
            ("enterprise without a body", with(Role::Enterprise, None), false),
            ("enterprise for a committee", with(Role::Enterprise, committee), false),
            ("public", with(Role::Public, None), false),
            ("a reversed term", Grant { until_on: Some(day(1)), ..grant(1, 2, None) }, false),
        ];
        for (name, grant, fits) in cases {
            assert_eq!(check_grant(&grant).is_ok(), fits, "{name}");
        }
    }

    #[test]
    fn names_are_short_plain_and_alike_in_any_width() {
        for good in ["li.ming", "王芳", "city-system@sz", "ab"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "a b", "x\n", "<b>", &"x".repeat(65)] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        assert_eq!(name_key("Ｌi.Ming"), name_key("li.ming"));
    }
}
