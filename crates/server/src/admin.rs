//! Commands for those who run the program.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::TimeDelta;
use lianmeng_api::auth;
use lianmeng_domain::actor::{Actor, Body, Role};

use crate::args::{TokenArgs, UserCommand};
use crate::config::Config;
use crate::{print, wire};

/// `lianmeng user token`.
pub(crate) async fn user(config: &Config, command: UserCommand) -> anyhow::Result<ExitCode> {
    let UserCommand::Token(args) = command;
    let key = wire::token_key(&config.auth.key_file)?;
    let office = wire::office(config).await?;
    let role = Role::from_word(&args.role).with_context(|| {
        let words: Vec<_> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("{:?} is no role; choose one of {}", args.role, words.join(", "))
    })?;
    let body = match &args.org {
        None => None,
        Some(org) => Some(find_body(&office.db, org).await?),
    };
    let actor = Actor { subject: args.subject.clone(), role, body };
    check(&actor, &args)?;
    let ends_at = office.clock.now() + TimeDelta::hours(i64::from(args.hours));
    print::text(&key.sign(&actor, ends_at)?);
    Ok(ExitCode::SUCCESS)
}

/// Refuses a token that would see nothing because its body is missing or does not fit.
fn check(actor: &Actor, args: &TokenArgs) -> anyhow::Result<()> {
    use lianmeng_domain::policy::{Visibility, visibility};
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
    if let Ok(body) = auth::parse_body(org) {
        return Ok(body);
    }
    let found = lianmeng_store::body::find(db, org).await?;
    match found.as_slice() {
        [body] => Ok(body.clone()),
        [] => anyhow::bail!("no enterprise, organisation, committee or zone is called {org:?}"),
        several => {
            let ids: Vec<_> = several.iter().map(auth::body_wire).collect();
            anyhow::bail!("{org:?} fits several; give one of {}", ids.join(", "))
        }
    }
}
