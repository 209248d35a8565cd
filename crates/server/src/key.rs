//! `lianmeng key`.

use std::process::ExitCode;

use lianmeng_app::keys::{self, RollKeys};
use lianmeng_app::secret::Secret;
use lianmeng_domain::ids::AuditId;

use crate::args::identity::KeyCommand;
use crate::config::Config;
use crate::user::administrator;
use crate::{print, wire};

/// Rolls or lists the keys that sign access tokens.
pub(crate) async fn run(config: &Config, command: KeyCommand) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    match command {
        KeyCommand::Roll(args) => {
            let lives = *wire::gate(config).lives();
            let cmd = RollKeys {
                secret: Secret::draw()?,
                access: lives.access,
                at_once: args.at_once,
                request_key: desk.mint::<AuditId>().to_string(),
            };
            let kid = keys::roll(&desk, &administrator(), &cmd).await?;
            print::text(&format!("{kid} signs from now on"));
        }
        KeyCommand::List => {
            for key in keys::in_force(&desk, &Secret::draw()?).await? {
                let state = key.verifies_until.map_or_else(
                    || "signs".to_owned(),
                    |until| format!("verifies until {}", until.format("%F %T UTC")),
                );
                let made = key.made_at.format("%F %T UTC");
                print::text(&format!("{}  made {made}  {state}", key.kid));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
