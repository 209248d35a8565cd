//! `lianmeng need`: what can be said of needs without a database.

use std::process::ExitCode;

use anyhow::Context as _;
use lianmeng_domain::need::process;
use lianmeng_domain::text;
use lianmeng_matching::duplicates::{self, Item};

use crate::args::need::{DuplicatesArgs, NeedCommand};
use crate::{matching, print, simulate};

/// Runs the command that was asked for.
pub(crate) fn run(command: &NeedCommand) -> anyhow::Result<ExitCode> {
    match command {
        NeedCommand::Process => {
            print::text(&process::page());
            Ok(ExitCode::SUCCESS)
        }
        NeedCommand::Simulate(args) => simulate::run(args),
        NeedCommand::Duplicates(args) => duplicates(args),
    }
}

fn duplicates(args: &DuplicatesArgs) -> anyhow::Result<ExitCode> {
    let rows = matching::columns(&args.needs, [&["id"], &["title"], &["content"]])?;
    let item = |[id, title, content]: [String; 3]| Item {
        id,
        title: text::normalise(&title),
        content: text::normalise(&content),
        ..Item::default()
    };
    let items: Vec<Item> = rows.into_iter().map(item).collect();
    let found = duplicates::pairs(&items);
    let at = || format!("{} cannot be written", args.out.display());
    let mut writer = csv::Writer::from_path(&args.out).with_context(at)?;
    writer.write_record(["need_id", "other_id", "points"])?;
    for pair in &found.pairs {
        writer.write_record([&pair.need_id, &pair.other_id, &pair.points.to_string()])?;
    }
    writer.flush().with_context(at)?;
    for id in found.repeated_ids.iter().take(20) {
        print::error(&format!("left out: id {id:?} stands twice; the first row counts"));
    }
    if found.repeated_ids.len() > 20 {
        print::error(&format!("left out: {} more", found.repeated_ids.len() - 20));
    }
    print::text(&format!("{} pairs written to {}", found.pairs.len(), args.out.display()));
    Ok(ExitCode::SUCCESS)
}
