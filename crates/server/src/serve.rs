//! `lianmeng serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use lianmeng_api::http::health::Lifecycle;
use lianmeng_api::http::{Front, routes};
use lianmeng_api::measure;
use lianmeng_app::desk::{Clock, Office};
use lianmeng_app::suggest::offers;
use lianmeng_app::{post, trail};
use poem::EndpointExt as _;
use poem::listener::{Acceptor, Listener as _, TcpListener};
use tokio::sync::watch;

use crate::args::ServeArgs;
use crate::config::{Config, Server};
use crate::observe::Observe;
use crate::{cluster, graphql, metrics, print, wire, work};

/// Serves until a signal comes, then lets running requests finish.
pub(crate) async fn run(config: &Config, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let faults = config.faults();
    anyhow::ensure!(faults.is_empty(), "the configuration is not sound: {}", faults.join("; "));
    let recorder = metrics::install(&config.metrics)?;
    let (mut office, failover) =
        wire::installation(config, Clock::System, wire::random_seed()?).await?;
    measure::watch(&mut office.db);
    let office = Arc::new(office);
    let db = office.db.clone();
    let door = Arc::new(wire::door(config)?);
    let lifecycle = Lifecycle::default();
    let settings = graphql::settings(&config.graphql)?;
    let front = Front::new(Arc::clone(&office), door, settings, lifecycle.clone());
    let page = match recorder {
        Some(recorder) => {
            Some(metrics::serve(&config.metrics, recorder, Arc::clone(&office)).await?)
        }
        None => None,
    };
    let acceptor = listen(&config.server, args.port).await?;
    let (end, ended) = watch::channel(false);
    let mut team = work::start(&office, config.jobs.workers, &ended).await?;
    team.spawn(cluster::follow(failover, Office::clone(&office), ended.clone()));
    team.spawn(keep_fresh(Arc::clone(&office), ended.clone()));
    team.spawn(learn_words(Arc::clone(&office), ended.clone()));
    team.spawn(keep_post(Arc::clone(&office), ended.clone()));
    team.spawn(keep_trail(office, ended));
    let drain = Duration::from_secs(config.server.drain_seconds);
    let grace = Duration::from_secs(config.server.grace_seconds);
    let served = poem::Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(
            routes(front).with(Observe),
            leave(lifecycle, drain),
            Some(grace),
        )
        .await;
    end.send_replace(true);
    while let Some(task) = team.join_next().await {
        task.context("a worker or a keeper stopped")?;
    }
    if let Some(page) = page {
        page.abort();
    }
    served.context("the server stopped")?;
    // SQLite writes its log back into the file when the last connection closes.
    db.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Follows changes until the server ends.
async fn keep_fresh(office: Arc<Office>, mut ended: watch::Receiver<bool>) {
    // An error means that the server is gone, which is an end as well.
    let ended = async { drop(ended.wait_for(|is_over| *is_over).await) };
    office.graph.keep_fresh(&office, ended).await;
}

/// Writes the audit trail until the process ends, and what is left then.
pub(crate) async fn keep_trail(office: Arc<Office>, mut ended: watch::Receiver<bool>) {
    let ended = async { drop(ended.wait_for(|is_over| *is_over).await) };
    trail::keep(&office, ended).await;
}

/// Sends messages that are due until the process ends.
pub(crate) async fn keep_post(office: Arc<Office>, mut ended: watch::Receiver<bool>) {
    let ended = async { drop(ended.wait_for(|is_over| *is_over).await) };
    post::keep(&office, ended).await;
}

/// Takes in the words of all needs and offers, so that the first who asks need not wait for it.
async fn learn_words(office: Arc<Office>, mut ended: watch::Receiver<bool>) {
    tokio::select! {
        () = async {
            if let Err(error) = office.alike.fill(&office.db).await {
                tracing::warn!(%error, "needs were not taken in; the first question will");
            }
            if let Err(error) = offers::prepare(&office.desk()).await {
                tracing::warn!(%error, "offers were not taken in; the first question will");
            }
        } => {}
        _ = ended.wait_for(|is_over| *is_over) => {}
    }
}

/// Takes the port and says where.
async fn listen(server: &Server, port: Option<u16>) -> anyhow::Result<impl Acceptor + use<>> {
    let port = port.unwrap_or(server.port);
    let acceptor = TcpListener::bind((server.address.clone(), port))
        .into_acceptor()
        .await
        .with_context(|| format!("cannot listen on {}:{port}", server.address))?;
    for address in acceptor.local_addr() {
        if let Some(address) = address.as_socket_addr() {
            print::text(&format!("listening on http://{address}"));
        }
    }
    Ok(acceptor)
}

/// Returns when no new connection is to be taken: after a signal, and a while in which
/// `/health/ready` already says so. A second signal cuts the while short.
async fn leave(lifecycle: Lifecycle, drain: Duration) {
    stop().await;
    lifecycle.stop();
    tracing::info!(drain_ms = drain.as_millis(), "stopping");
    tokio::select! {
        () = tokio::time::sleep(drain) => {}
        () = stop() => {}
    }
}

/// Returns when the process is asked to end.
pub(crate) async fn stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _signal_or_none = interrupt.await;
}
