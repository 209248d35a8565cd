//! `lianmeng serve`.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use lianmeng_api::http::{Front, routes};
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use tracing_subscriber::EnvFilter;

use crate::args::{Command, ServeArgs};
use crate::config::{Config, Log, LogFormat};
use crate::{print, wire};

/// Longest wait for running requests when the server stops.
const GRACE: Duration = Duration::from_secs(10);

/// Starts logging to standard error; a server tells more than other commands.
pub(crate) fn start_logging(log: &Log, command: &Command) -> anyhow::Result<()> {
    let serves = matches!(command, Command::Serve(_));
    let filter = match log.filter.as_str() {
        "warn" if serves => "info,sea_orm_migration=warn,sqlx=warn",
        other => other,
    };
    let filter = EnvFilter::try_new(filter).context("log.filter cannot be read")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().init(),
    }
    Ok(())
}

/// Serves until a signal comes, then lets running requests finish.
pub(crate) async fn run(config: &Config, args: ServeArgs) -> anyhow::Result<ExitCode> {
    let office = Arc::new(wire::office(config).await?);
    let key = wire::token_key(&config.auth.key_file)?;
    let front = Front { schema: lianmeng_api::schema::build(), office: Arc::clone(&office), key };
    let port = args.port.unwrap_or(config.server.port);
    let acceptor = TcpListener::bind((config.server.address.clone(), port))
        .into_acceptor()
        .await
        .with_context(|| format!("cannot listen on {}:{port}", config.server.address))?;
    for address in acceptor.local_addr() {
        if let Some(address) = address.as_socket_addr() {
            print::text(&format!("listening on http://{address}"));
        }
    }
    let (stop_keeper, stopped) = tokio::sync::oneshot::channel::<()>();
    let keeper = tokio::spawn(async move {
        // Ends when it is told to, and when the sender is gone.
        let stopped = async { drop(stopped.await) };
        office.graph.keep_fresh(&office, stopped).await;
    });
    let served = poem::Server::new_with_acceptor(acceptor)
        .run_with_graceful_shutdown(routes(front), stop(), Some(GRACE))
        .await;
    drop(stop_keeper);
    keeper.await.context("the keeper of the graph stopped")?;
    served.context("the server stopped")?;
    Ok(ExitCode::SUCCESS)
}

/// Returns when the process is asked to end.
async fn stop() {
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
