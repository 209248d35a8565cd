//! `lianmeng jobs` and `lianmeng parts`: looking at jobs, putting dead ones back, old months.

use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{Months, NaiveDate};
use comfy_table::{Table, presets};
use lianmeng_app::job::{self, RequeueJob};
use lianmeng_app::trail;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{Id as _, JobId};
use lianmeng_domain::job::{Job, JobState};
use lianmeng_store::job as store;
use lianmeng_store::page::Window;
use lianmeng_store::part;

use crate::args::{JobsCommand, PartsCommand};
use crate::config::Config;
use crate::{print, wire};

/// `lianmeng jobs …`.
pub(crate) async fn run(config: &Config, command: JobsCommand) -> anyhow::Result<ExitCode> {
    let office = wire::office(config).await?;
    let keeper = Actor { subject: "command line".to_owned(), role: Role::SystemAdmin, body: None };
    match command {
        JobsCommand::List { state, limit } => {
            let state = state.as_deref().map(state_of).transpose()?;
            let window = Window::first(u64::from(limit));
            let jobs = store::page(&office.db, &keeper, state, window).await?;
            let header =
                ["job", "kind", "state", "attempts", "progress", "asked by", "since", "error"];
            let mut table = Table::new();
            table.load_style(presets::NOTHING).set_header(header).add_rows(jobs.iter().map(row));
            print::text(&table.to_string());
        }
        JobsCommand::Show { job } => {
            let found = store::find(&office.db, &keeper, id(&job)?).await?;
            let found = found.with_context(|| format!("there is no {job}"))?;
            print::text(&format!("{found:#?}"));
        }
        JobsCommand::Requeue { job } => {
            let desk = office.desk();
            let request_key = format!("command line {}", desk.now.timestamp_micros());
            let cmd = RequeueJob { job: id(&job)?, request_key };
            job::requeue(&desk, &keeper, &cmd).await?;
            print::text(&format!("{job} waits for a worker"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(job: &Job) -> Vec<String> {
    let error: String = job.error.as_deref().unwrap_or_default().chars().take(60).collect();
    vec![
        format!("{}:{}", JobId::TAG, job.id),
        job.kind.to_string(),
        job.state.to_string(),
        format!("{} of {}", job.attempts, job.max_attempts),
        format!("{} of {}", job.progress_done, job.progress_total),
        job.actor.subject.clone(),
        job.changed_at.format("%F %T").to_string(),
        error,
    ]
}

fn state_of(word: &str) -> anyhow::Result<JobState> {
    JobState::from_word(word).with_context(|| {
        let words: Vec<_> = JobState::ALL.iter().map(|state| state.word()).collect();
        format!("{word:?} is no state; choose one of {}", words.join(", "))
    })
}

fn id(text: &str) -> anyhow::Result<JobId> {
    let bare = text.strip_prefix("job:").unwrap_or(text);
    bare.parse().with_context(|| format!("{text:?} is no job; `lianmeng jobs list` shows them"))
}

/// `lianmeng parts …`.
pub(crate) async fn parts(config: &Config, command: PartsCommand) -> anyhow::Result<ExitCode> {
    let office = wire::office(config).await?;
    let today = office.desk().today;
    match command {
        PartsCommand::List => {
            part::make_ahead(&office.db, today).await?;
            for table in part::TABLES {
                for name in part::parts(&office.db, table).await? {
                    print::text(&name);
                }
            }
        }
        PartsCommand::Detach { keep_months } => {
            let least = config.audit.keep_months;
            anyhow::ensure!(
                keep_months >= least,
                "audit.keep_months is {least}; keep at least so many months"
            );
            // What is not sealed stays.
            trail::seal(&office).await?;
            let keep_from: NaiveDate = today - Months::new(keep_months);
            for name in part::detach_before(&office.db, keep_from).await? {
                print::text(&format!(
                    "{name} stands alone now: dump it with pg_dump -t {name}, then drop it"
                ));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
