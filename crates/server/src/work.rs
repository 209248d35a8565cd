//! Workers: they take jobs and do them. `lianmeng work` runs only these; `lianmeng serve` runs them
//! beside the server unless `jobs.workers` is 0.

use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use chrono::TimeDelta;
use futures_util::StreamExt as _;
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::job::run;
use lianmeng_backplane::bus::Topic;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::args::WorkArgs;
use crate::config::Config;
use crate::{cluster, print, serve, wire};

/// How often a worker looks for a job that nobody told it of.
const LOOK: Duration = Duration::from_secs(1);

/// `lianmeng work`.
pub(crate) async fn run(config: &Config, args: WorkArgs) -> anyhow::Result<ExitCode> {
    let (office, failover) =
        wire::installation(config, Clock::System, wire::random_seed()?).await?;
    let workers = args.workers.unwrap_or(config.jobs.workers).max(1);
    print::text(&format!("{workers} workers wait for jobs"));
    let (stop, stopped) = watch::channel(false);
    let mut team = start(&office, workers, &stopped).await?;
    team.spawn(serve::keep_post(Arc::new(office.clone()), stopped.clone()));
    team.spawn(serve::keep_trail(Arc::new(office.clone()), stopped.clone()));
    team.spawn(cluster::follow(failover, office, stopped));
    serve::stop().await;
    stop.send_replace(true);
    while let Some(ended) = team.join_next().await {
        ended.context("a worker stopped")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Starts `workers` workers, which end after the job in hand once `stopped` says so.
pub(crate) async fn start(
    office: &Office,
    workers: u32,
    stopped: &watch::Receiver<bool>,
) -> anyhow::Result<JoinSet<()>> {
    let mut team = JoinSet::new();
    if workers == 0 {
        return Ok(team);
    }
    run::plan_housekeeping(office, TimeDelta::zero()).await.context("no housekeeping")?;
    for number in 1..=workers {
        // The id tells workers of all processes apart.
        let id: lianmeng_domain::ids::JobId = office.desk().mint();
        let owner = format!("{number} of {id}");
        team.spawn(work(office.clone(), owner, stopped.clone()));
    }
    Ok(team)
}

async fn work(office: Office, owner: String, mut stopped: watch::Receiver<bool>) {
    let mut hints = pin!(office.backplane.bus.subscribe(Topic::Job).fuse());
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|is_over| *is_over) => return,
            Some(_) = hints.next() => {}
            _ = looks.tick() => {}
        }
        // One job after the other for as long as there are any.
        while !*stopped.borrow() {
            match run::next(&office, &owner).await {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(cause = %error, "the queue of jobs cannot be read");
                    break;
                }
            }
        }
    }
}
