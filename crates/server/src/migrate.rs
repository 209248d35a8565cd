//! `lianmeng migrate`.

use std::process::ExitCode;

use anyhow::Context as _;
use lianmeng_store::{connect, migrate};

use crate::args::MigrateCommand;
use crate::config::{Config, without_password};
use crate::{print, wire};

/// Brings the tables forward or back, or tells where they stand.
pub(crate) async fn run(config: &Config, command: MigrateCommand) -> anyhow::Result<ExitCode> {
    let url = &config.database.url;
    wire::make_folder(url)?;
    let db = connect::connect(url, 1)
        .await
        .with_context(|| format!("the database {} cannot be opened", without_password(url)))?;
    match command {
        MigrateCommand::Status => {
            for step in migrate::status(&db).await? {
                let state = if step.is_applied { "applied" } else { "missing" };
                print::text(&format!("{state}  {}", step.name));
            }
        }
        MigrateCommand::Up { steps } => {
            let done = migrate::up(&db, steps).await?;
            print::text(&format!("{done} applied"));
        }
        MigrateCommand::Down { steps } => {
            let done = migrate::down(&db, steps).await?;
            print::text(&format!("{done} taken back"));
        }
    }
    db.close().await?;
    Ok(ExitCode::SUCCESS)
}
