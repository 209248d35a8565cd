//! `lianmeng demo`: the demo data and one walk around the loop: import, graph, needs, suggestions,
//! pairings, cooperation tasks, an event with its timetable.
//!
//! Every command has a request key of its own, so that a second walk changes nothing.

use std::process::ExitCode;

use anyhow::Context as _;
use lianmeng_app::desk::Desk;
use lianmeng_app::import::{self, ImportDrafts};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::draft::Drafts;
use lianmeng_domain::ids::EnterpriseId;
use rust_embed::RustEmbed;

use crate::args::{DemoArgs, ServeArgs};
use crate::config::Config;
use crate::{print, serve, wire};

mod event;
mod matching;

/// The demo data, in the import format.
#[derive(RustEmbed)]
#[folder = "../../demo"]
struct Files;

/// Walks the loop, then serves if asked to.
pub(crate) async fn run(config: &Config, args: DemoArgs) -> anyhow::Result<ExitCode> {
    let office = wire::office(config).await?;
    let desk = office.desk();
    step(1, "导入 import");
    let drafts = drafts()?;
    print::text(&load(&desk, &drafts).await?);
    step(2, "图谱 graph");
    print::text(&matching::graph_facts(&office).await?);
    step(3, "需求与撮合建议 needs and suggestions");
    print::text(&matching::needs(&desk).await?);
    step(4, "结对 pairings: 16 departments, 22 flagships");
    print::text(&matching::pairings(&desk).await?);
    step(5, "央地合作任务 cooperation tasks");
    print::text(&matching::tasks(&desk).await?);
    step(6, "对接活动 docking event");
    let event = event::hold(&office).await?;
    print::text(&event.text);
    if !args.serve {
        return Ok(ExitCode::SUCCESS);
    }
    print::text(&queries(&event.id));
    drop(office);
    serve::run(config, ServeArgs { port: args.port }).await
}

fn step(number: u8, name: &str) {
    print::text(&format!("\n[{number}/6] {name}"));
}

/// The coordinator on whose behalf the demo acts.
fn coordinator() -> Actor {
    Actor { subject: "demo".to_owned(), role: Role::Coordinator, body: None }
}

/// Staff of an enterprise.
fn staff(enterprise: EnterpriseId) -> Actor {
    Actor {
        subject: format!("demo {enterprise}"),
        role: Role::Enterprise,
        body: Some(Body::Enterprise(enterprise)),
    }
}

fn drafts() -> anyhow::Result<Drafts> {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for name in Files::iter().filter(|name| name.ends_with(".csv")) {
        let file = Files::get(&name).with_context(|| format!("{name} is not in the binary"))?;
        files.push((name.into_owned(), file.data.into_owned()));
    }
    files.sort();
    Ok(lianmeng_exchange::read::files(&files)?)
}

async fn load(desk: &Desk, drafts: &Drafts) -> anyhow::Result<String> {
    let cmd = ImportDrafts {
        drafts,
        is_dry_run: false,
        is_strict: true,
        listed: 20,
        progress: &|_, _| {},
    };
    let report = import::import(desk, &coordinator(), cmd).await?;
    let total = report.total();
    anyhow::ensure!(total.rejected == 0, "the demo data have {} bad rows", total.rejected);
    Ok(format!(
        "{} rows added, {} changed, {} unchanged: committees, alliances, enterprises, products, needs, offers, projects",
        total.added, total.changed, total.unchanged
    ))
}

/// The enterprise or organisation with this key of the demo data.
async fn member(desk: &Desk, key: &str) -> anyhow::Result<Member> {
    let found = lianmeng_store::body::find(&desk.db, key).await?;
    match found.as_slice() {
        [Body::Enterprise(id)] => Ok(Member::Enterprise(*id)),
        [Body::Organisation(id)] => Ok(Member::Organisation(*id)),
        _ => anyhow::bail!("{key} is not in the demo data"),
    }
}

/// The enterprise with this key of the demo data.
async fn enterprise(desk: &Desk, key: &str) -> anyhow::Result<EnterpriseId> {
    match member(desk, key).await? {
        Member::Enterprise(id) => Ok(id),
        Member::Organisation(_) => anyhow::bail!("{key} is no enterprise of the demo data"),
    }
}

fn queries(event: &str) -> String {
    format!(
        "
Three queries to try in GraphiQL (sign a token with `lianmeng user token --role coordinator`):

  {{ committees(first: 5) {{ nodes {{ name chain {{ name }} alliances(first: 10) {{ name }} }} }} }}

  {{ enterprises(filter: {{ search: \"云锦\" }}) {{ nodes {{ name suppliers(first: 5) {{ enterprise {{ name }} }} }} }} }}

  {{ node(id: \"{event}\") {{ ... on DockingEvent {{ title heldOn meetings(first: 20) {{ nodes {{ id }} }} }} }} }}
"
    )
}
