//! `lianmeng user`: accounts, grants, passwords, tokens.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::TimeDelta;
use lianmeng_app::account::{
    self as app, AddAccount, AddGrant, RevokeGrant, SetPassword, ShutAccount, Typed,
};
use lianmeng_app::api_token::{self, CreateApiToken, RevokeApiToken};
use lianmeng_app::desk::Desk;
use lianmeng_app::secret::Secret;
use lianmeng_domain::account::{self, Access, Account, Grant};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{AuditId, Id};
use lianmeng_domain::policy::{Visibility, visibility};
use lianmeng_store::page::Window;
use lianmeng_store::{account as accounts, grant as grants};
use serde_json::json;

use crate::args::identity::{
    RoleArgs, TokenArgs, UserAddArgs, UserApiTokenArgs, UserCommand, UserGrantArgs, UserListArgs,
    UserPasswordArgs, UserRevokeArgs,
};
use crate::config::Config;
use crate::{print, wire};

/// Accounts read at a time.
const PAGE: u64 = 200;

/// Whoever runs the program, in the audit log.
pub(crate) fn administrator() -> Actor {
    Actor { subject: "command line".to_owned(), role: Role::SystemAdmin, body: None }
}

/// Runs one of the commands.
pub(crate) async fn run(config: &Config, command: UserCommand) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    match command {
        UserCommand::Add(args) => add(&desk, args).await?,
        UserCommand::Grant(args) => grant(&desk, args).await?,
        UserCommand::Revoke(args) => revoke(&desk, args).await?,
        UserCommand::List(args) => list(&desk, &args).await?,
        UserCommand::Password(args) => password(&desk, args).await?,
        UserCommand::ApiToken(args) => api_token(&desk, args).await?,
        UserCommand::Token(args) => token(config, &desk, args).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A command typed twice is meant twice.
fn request_key(desk: &Desk) -> String {
    desk.mint::<AuditId>().to_string()
}

/// A made-up password: four groups of five letters and digits that cannot be mistaken, 98 bits.
fn made_up() -> anyhow::Result<String> {
    const SIGNS: &[u8; 30] = b"abcdefghijkmnpqrstuvwxyz234567";
    let secret = Secret::draw()?;
    let mut text = String::new();
    // 240 is the largest multiple of 30 in a byte; larger bytes would favour the first signs.
    let bytes = secret.bytes().iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < 240);
    for (at, byte) in bytes.take(20).enumerate() {
        if at > 0 && at % 5 == 0 {
            text.push('-');
        }
        text.push(char::from(SIGNS[byte % SIGNS.len()]));
    }
    Ok(text)
}

/// The first line of standard input, or a made-up password and whether it must be shown.
fn new_password(from_stdin: bool) -> anyhow::Result<(Typed, bool)> {
    if !from_stdin {
        return Ok((Typed(made_up()?), true));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).context("standard input cannot be read")?;
    Ok((Typed(line.trim_end_matches(['\r', '\n']).to_owned()), false))
}

fn show(password: Option<&(Typed, bool)>) {
    if let Some((Typed(text), true)) = password {
        print::text(&format!("password: {text}"));
    }
}

async fn add(desk: &Desk, args: UserAddArgs) -> anyhow::Result<()> {
    let password = if args.no_password { None } else { Some(new_password(args.password_stdin)?) };
    let cmd = AddAccount {
        display_name: args.display_name.unwrap_or_else(|| args.name.clone()),
        name: args.name,
        password: password.as_ref().map(|(typed, _)| typed.clone()),
        request_key: request_key(desk),
    };
    let id = app::add(desk, &administrator(), &cmd, &Secret::draw()?).await?;
    print::text(&wire_id(id));
    show(password.as_ref());
    Ok(())
}

fn wire_id<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// The id behind `grant:01J…`.
fn read_id<T: Id>(text: &str) -> anyhow::Result<T> {
    let id = text.strip_prefix(T::TAG).and_then(|rest| rest.strip_prefix(':'));
    let id = id.and_then(|id| id.parse().ok());
    id.with_context(|| format!("{text:?} is no id of this kind; it looks like {}:01J…", T::TAG))
}

async fn role_and_body(desk: &Desk, args: &RoleArgs) -> anyhow::Result<(Role, Option<Body>)> {
    let role = Role::from_word(&args.role).with_context(|| {
        let words: Vec<_> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("{:?} is no role; choose one of {}", args.role, words.join(", "))
    })?;
    let body = match &args.org {
        None => None,
        Some(org) => Some(find_body(&desk.db, org).await?),
    };
    Ok((role, body))
}

async fn grant(desk: &Desk, args: UserGrantArgs) -> anyhow::Result<()> {
    let (role, body) = role_and_body(desk, &args.role).await?;
    let cmd = AddGrant {
        name: args.name,
        role,
        body,
        from_on: args.from,
        until_on: args.until,
        is_default: args.default,
        is_administrator: args.administrator,
        may_export: args.export,
        request_key: request_key(desk),
    };
    let id = app::add_grant(desk, &administrator(), &cmd).await?;
    print::text(&wire_id(id));
    Ok(())
}

async fn revoke(desk: &Desk, args: UserRevokeArgs) -> anyhow::Result<()> {
    let actor = administrator();
    if let Some(id) = args.grant {
        let cmd = RevokeGrant { id: read_id(&id)?, request_key: request_key(desk) };
        app::revoke_grant(desk, &actor, &cmd).await.with_context(|| id.clone())?;
        print::text(&format!("{id} taken back"));
    } else if let Some(id) = args.api_token {
        let cmd = RevokeApiToken { id: read_id(&id)?, request_key: request_key(desk) };
        api_token::revoke(desk, &actor, None, &cmd).await.with_context(|| id.clone())?;
        print::text(&format!("{id} revoked"));
    } else {
        let disables = args.account.is_some();
        let name = args.account.or(args.logins).context("name what to revoke")?;
        let cmd = ShutAccount { name: name.clone(), disables, request_key: request_key(desk) };
        let ended = app::shut(desk, &actor, &cmd).await?;
        let how = if disables { "disabled, " } else { "" };
        print::text(&format!("{name}: {how}{ended} logins ended"));
    }
    Ok(())
}

async fn list(desk: &Desk, args: &UserListArgs) -> anyhow::Result<()> {
    let mut after = None;
    loop {
        let window = Window::next(after.take(), PAGE);
        let page = accounts::page(&desk.db, window).await?;
        for account in &page {
            let held = grants::of_account(&desk.db, account.id).await?;
            if args.json {
                print::text(&as_json(desk, account, &held).to_string());
            } else {
                print_account(desk, account, &held);
            }
        }
        match page.last() {
            Some(last) if u64::try_from(page.len()).is_ok_and(|rows| rows == PAGE) => {
                after = Some(last.name.clone());
            }
            Some(_) | None => return Ok(()),
        }
    }
}

fn print_account(desk: &Desk, account: &Account, held: &[Grant]) {
    let state = if account.disabled_at.is_some() { "  (disabled)" } else { "" };
    print::text(&format!("{}  {}{state}", account.name, account.display_name));
    for grant in held {
        let body = grant.body.as_ref().map(|body| format!(" for {body}")).unwrap_or_default();
        let until = grant.until_on.map(|day| format!(" until {day}")).unwrap_or_default();
        let state = if grant.is_in_force(desk.today) { "" } else { "  (not in force)" };
        let export = if grant.may_export { ", may export" } else { "" };
        let (id, role, from) = (wire_id(grant.id), grant.role, grant.from_on);
        print::text(&format!("  {id}  {role}{body} from {from}{until}{export}{state}"));
    }
}

fn as_json(desk: &Desk, account: &Account, held: &[Grant]) -> serde_json::Value {
    let held: Vec<_> = held
        .iter()
        .map(|grant| {
            json!({
                "id": wire_id(grant.id),
                "role": grant.role.word(),
                "body": grant.body.as_ref().map(ToString::to_string),
                "fromOn": grant.from_on.to_string(),
                "untilOn": grant.until_on.map(|day| day.to_string()),
                "isDefault": grant.is_default,
                "isAdministrator": grant.is_administrator,
                "mayExport": grant.may_export,
                "isInForce": grant.is_in_force(desk.today),
            })
        })
        .collect();
    json!({
        "id": wire_id(account.id),
        "name": account.name,
        "displayName": account.display_name,
        "isDisabled": account.disabled_at.is_some(),
        "grants": held,
    })
}

async fn password(desk: &Desk, args: UserPasswordArgs) -> anyhow::Result<()> {
    let password = new_password(args.password_stdin)?;
    let cmd = SetPassword {
        name: args.name,
        password: password.0.clone(),
        request_key: request_key(desk),
    };
    app::set_password(desk, &administrator(), &cmd, &Secret::draw()?).await?;
    print::text("the password is set; all logins of the account have ended");
    show(Some(&password));
    Ok(())
}

async fn api_token(desk: &Desk, args: UserApiTokenArgs) -> anyhow::Result<()> {
    let kept = accounts::find_by_name(&desk.db, &args.name).await?;
    let owner = kept.with_context(|| format!("there is no account {:?}", args.name))?.account;
    let grant = if let Some(id) = &args.grant {
        read_id(id)?
    } else {
        let held = grants::of_account(&desk.db, owner.id).await?;
        let chosen = account::choose(&held, None, desk.today)?.map(|grant| grant.id);
        chosen.with_context(|| format!("{:?} holds no grant today", args.name))?
    };
    let cmd = CreateApiToken {
        label: args.label,
        grant,
        access: if args.read_write { Access::ReadWrite } else { Access::ReadOnly },
        days: args.days,
        request_key: request_key(desk),
    };
    let made = api_token::create(desk, &administrator(), owner.id, &cmd, &Secret::draw()?).await?;
    print::text(&wire_id(made.id));
    print::text(&format!("token: {}", made.text.unwrap_or_default()));
    Ok(())
}

async fn token(config: &Config, desk: &Desk, args: TokenArgs) -> anyhow::Result<()> {
    let (role, body) = role_and_body(desk, &args.role).await?;
    let subject = args.subject.unwrap_or_else(|| match &body {
        Some(body) => format!("developer {body}"),
        None => "developer".to_owned(),
    });
    let actor = Actor { subject, role, body };
    check(&actor, &args.role)?;
    let ends_at = desk.now + TimeDelta::hours(i64::from(args.hours));
    print::text(&wire::gate(config).developer_token(desk, &actor, ends_at).await?);
    Ok(())
}

/// Refuses a token that would see nothing because its body is missing or does not fit.
fn check(actor: &Actor, args: &RoleArgs) -> anyhow::Result<()> {
    let sees_nothing = visibility(actor) == Visibility::Nothing;
    anyhow::ensure!(
        !sees_nothing || actor.role == Role::SystemAdmin,
        "role {} needs --org with a body that fits it; {} does not",
        args.role,
        args.org.as_deref().unwrap_or("none"),
    );
    Ok(())
}

/// The body with this id, division, credit code, external id or exact name.
async fn find_body(db: &sea_orm::DatabaseConnection, org: &str) -> anyhow::Result<Body> {
    if let Ok(body) = org.parse() {
        return Ok(body);
    }
    let found = lianmeng_store::body::find(db, org).await?;
    match found.as_slice() {
        [body] => Ok(body.clone()),
        [] => anyhow::bail!("no enterprise, organisation, committee or zone is called {org:?}"),
        several => {
            let ids: Vec<_> = several.iter().map(ToString::to_string).collect();
            anyhow::bail!("{org:?} fits several; give one of {}", ids.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_password_is_good_enough_and_new_each_time() {
        use lianmeng_domain::account::password::Password;
        let (a, b) = (made_up().unwrap(), made_up().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 23, "{a}");
        Password::chosen(&a, &[]).unwrap();
    }
}
