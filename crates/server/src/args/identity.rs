//! The command line of `user` and `key`.
#![expect(clippy::doc_markdown, reason = "these comments are the help people read on a terminal")]

use chrono::NaiveDate;
use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make an account.
    ///
    /// Prints a password made up for it, unless told otherwise. The account may do nothing before a
    /// role is granted to it.
    Add(UserAddArgs),
    /// Grant an account a role, for a body and a term of office.
    Grant(UserGrantArgs),
    /// End logins, take back a grant or an API token, or disable an account.
    Revoke(UserRevokeArgs),
    /// List accounts with their grants.
    List(UserListArgs),
    /// Set a password, end all logins, and let a disabled account in again.
    Password(UserPasswordArgs),
    /// Make an API token for another system; prints it once.
    ApiToken(UserApiTokenArgs),
    /// Sign a development token and print it.
    ///
    /// Send it as `Authorization: Bearer TOKEN`. It belongs to no account and cannot be revoked
    /// alone; `lianmeng key roll --at-once` ends all of them.
    Token(TokenArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UserAddArgs {
    /// Name to sign in with: 2 to 64 letters, digits and . _ - @
    pub(crate) name: String,
    /// How the account is shown; the name if absent.
    #[arg(long, value_name = "TEXT")]
    pub(crate) display_name: Option<String>,
    /// Read the password from the first line of standard input.
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// No password: for systems, and for people who sign in through the identity provider.
    #[arg(long, conflicts_with = "password_stdin")]
    pub(crate) no_password: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UserGrantArgs {
    /// Name of the account.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// First day of the term, as in 2026-03-01; today if absent.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: Option<NaiveDate>,
    /// Last day of the term; without one it has no end.
    #[arg(long, value_name = "DATE")]
    pub(crate) until: Option<NaiveDate>,
    /// Act under this grant where a request names none.
    #[arg(long)]
    pub(crate) default: bool,
    /// Let the holder keep the people of the body: add colleagues and end their grants.
    #[arg(long)]
    pub(crate) administrator: bool,
    /// Let the holder take lists out as files: a right of its own, which no role brings.
    #[arg(long)]
    pub(crate) export: bool,
}

#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false, id = "what")]
pub(crate) struct UserRevokeArgs {
    /// End every login of this account.
    #[arg(long, value_name = "NAME", group = "what")]
    pub(crate) logins: Option<String>,
    /// Disable this account and end its logins and API tokens.
    #[arg(long, value_name = "NAME", group = "what")]
    pub(crate) account: Option<String>,
    /// Take back this grant, as in grant:01J….
    #[arg(long, value_name = "ID", group = "what")]
    pub(crate) grant: Option<String>,
    /// Revoke this API token, as in api_token:01J….
    #[arg(long, value_name = "ID", group = "what")]
    pub(crate) api_token: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UserListArgs {
    /// Print one line of JSON for each account.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UserPasswordArgs {
    /// Name of the account.
    pub(crate) name: String,
    /// Read the password from the first line of standard input; else one is made up and printed.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct UserApiTokenArgs {
    /// Name of the account.
    pub(crate) name: String,
    /// What the token is for.
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: String,
    /// Grant it acts under, as in grant:01J…; the default one if absent. It ends with the grant.
    #[arg(long, value_name = "ID")]
    pub(crate) grant: Option<String>,
    /// Let it change things, too.
    #[arg(long)]
    pub(crate) read_write: bool,
    /// Days until it ends, 1 to 366.
    #[arg(long, default_value_t = 365)]
    pub(crate) days: u32,
}

/// A role and the body it is held for.
#[derive(Debug, ClapArgs)]
pub(crate) struct RoleArgs {
    /// Role: enterprise, rotating_chair, department_handler, service_liaison, committee_secretary,
    /// district_host, coordinator, group_headquarters, auditor, system_admin or public.
    #[arg(long, value_name = "R")]
    pub(crate) role: String,
    /// Body the role is held for: an id (enterprise:…, organisation:…, committee:…, zone:…), a
    /// division (region:440305), a credit code, an external id, or an exact name.
    #[arg(long, value_name = "O")]
    pub(crate) org: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    pub(crate) role: RoleArgs,
    /// Name in the audit log, and whose request keys its changes use; "developer" and the body unless
    /// given.
    #[arg(long)]
    pub(crate) subject: Option<String>,
    /// Hours until the token ends, 1 to 8784.
    #[arg(long, default_value_t = 24 * 30, value_parser = clap::value_parser!(u32).range(1..=8784))]
    pub(crate) hours: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Sign with a new key from now on; old ones verify until their tokens have ended.
    Roll(KeyRollArgs),
    /// List the keys in force, the one that signs first; never their secrets.
    List,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct KeyRollArgs {
    /// Let old keys verify nothing any more, because one has leaked: every access token and every
    /// development token ends. Logins and API tokens stay.
    #[arg(long)]
    pub(crate) at_once: bool,
}
