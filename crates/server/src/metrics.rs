//! Numbers for Prometheus, on a listener of their own. What each means stands in docs/runbook.md.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lianmeng_app::desk::Office;
use lianmeng_store::version;
use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::web::Data;
use poem::{EndpointExt as _, IntoResponse as _, Response, Route, get, handler};
use sea_orm::DbBackend;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;

use crate::config::Metrics;
use crate::print;

/// How often recorded values are folded into their buckets while nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);
/// Longest wait for the database when it is asked for its version.
const PATIENCE: Duration = Duration::from_secs(1);

/// Upper bounds in seconds.
const SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Upper bounds of costs, in the units of the limit.
const UNITS: &[f64] = &[10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0];

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}

/// Every number of ours: kind, name, meaning.
const NAMES: &[(Kind, &str, &str)] = &[
    (Kind::Counter, "lianmeng_http_requests_total", "HTTP requests by path and status"),
    (Kind::Histogram, "lianmeng_http_seconds", "Time to answer an HTTP request, by path"),
    (Kind::Gauge, "lianmeng_http_requests_open", "HTTP requests being answered"),
    (Kind::Counter, "lianmeng_operations_total", "GraphQL operations by name, type and outcome"),
    (Kind::Histogram, "lianmeng_operation_seconds", "Time of GraphQL operations, by name and type"),
    (Kind::Counter, "lianmeng_operation_statements_total", "SQL statements by operation and type"),
    (
        Kind::Histogram,
        "lianmeng_operation_cost",
        "Cost of GraphQL operations as the limit counts it",
    ),
    (Kind::Counter, "lianmeng_errors_total", "Errors in answers by code"),
    (Kind::Histogram, "lianmeng_statement_seconds", "Time of SQL statements"),
    (Kind::Counter, "lianmeng_statements_failed_total", "SQL statements that failed"),
    (Kind::Gauge, "lianmeng_streams_open", "Open sockets and event streams by transport"),
    (Kind::Gauge, "lianmeng_graph_version", "Version of the graph that answers are computed from"),
    (Kind::Gauge, "lianmeng_graph_version_stored", "Version of the graph in the database"),
    (Kind::Gauge, "lianmeng_graph_age_seconds", "Time since the graph was built"),
    (
        Kind::Gauge,
        "lianmeng_graph_behind_seconds",
        "Time for which the graph is known to be older than the database; 0 while it is not",
    ),
    (Kind::Gauge, "lianmeng_graph_bytes", "Memory of the graph"),
    (Kind::Histogram, "lianmeng_graph_rebuild_seconds", "Time to read and build the graph anew"),
    (
        Kind::Counter,
        "lianmeng_near_hits_total",
        "Rows of the registry that were kept near, by kind",
    ),
    (
        Kind::Counter,
        "lianmeng_near_misses_total",
        "Rows of the registry that had to be read, by kind",
    ),
    (Kind::Gauge, "lianmeng_database_connections", "Connections to the database by state"),
    (Kind::Gauge, "lianmeng_database_up", "1 while the database answers, else 0"),
    (Kind::Gauge, "lianmeng_build_info", "Always 1; the label is the version of the program"),
];

/// Starts to record; `None` where nobody is to ask for it.
pub(crate) fn install(settings: &Metrics) -> anyhow::Result<Option<PrometheusHandle>> {
    if settings.listen.is_empty() {
        return Ok(None);
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_cost".to_owned()), UNITS)?
        .install_recorder()
        .context("numbers cannot be recorded")?;
    for (kind, name, meaning) in NAMES {
        match kind {
            Kind::Counter => describe_counter!(*name, *meaning),
            Kind::Gauge => describe_gauge!(*name, *meaning),
            Kind::Histogram => describe_histogram!(*name, *meaning),
        }
    }
    gauge!("lianmeng_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(Some(handle))
}

/// What the page is made from.
#[derive(Clone)]
struct Source {
    handle: PrometheusHandle,
    process: Collector,
    office: Arc<Office>,
    /// Since when the graph was found to be older than the database.
    behind_since: Arc<Mutex<Option<Instant>>>,
}

/// Answers `/metrics` until the task is aborted.
pub(crate) async fn serve(
    settings: &Metrics,
    handle: PrometheusHandle,
    office: Arc<Office>,
) -> anyhow::Result<JoinHandle<()>> {
    let listen = settings.listen.clone();
    let acceptor = TcpListener::bind(listen.clone()).into_acceptor().await.with_context(|| {
        format!(
            "metrics cannot listen on {listen}; give metrics.listen another port, 0 for a free one, or leave it empty"
        )
    })?;
    for address in acceptor.local_addr() {
        if let Some(address) = address.as_socket_addr() {
            print::text(&format!("metrics on http://{address}/metrics"));
        }
    }
    let upkeep = handle.clone();
    let process = Collector::default();
    process.describe();
    let source = Source { handle, process, office, behind_since: Arc::default() };
    let routes = Route::new().at("/metrics", get(page)).data(source);
    Ok(tokio::spawn(async move {
        let mut ticks = tokio::time::interval(UPKEEP);
        let folding = async {
            loop {
                ticks.tick().await;
                upkeep.run_upkeep();
            }
        };
        tokio::select! {
            served = poem::Server::new_with_acceptor(acceptor).run(routes) => {
                if let Err(error) = served {
                    tracing::error!(cause = %error, "the listener of /metrics stopped");
                }
            }
            () = folding => {}
        }
    }))
}

#[handler]
async fn page(source: Data<&Source>) -> Response {
    sample(&source).await;
    source.process.collect();
    let text = source.handle.render();
    Response::builder()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text)
        .into_response()
}

/// Takes the numbers that are states rather than events.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "Prometheus knows floating-point numbers only; 53 bits are enough for these"
)]
async fn sample(source: &Source) {
    let pinned = source.office.graph.current();
    gauge!("lianmeng_graph_version").set(pinned.version as f64);
    gauge!("lianmeng_graph_age_seconds").set(pinned.built_at.elapsed().as_secs_f64());
    gauge!("lianmeng_graph_bytes").set(pinned.graph.bytes() as f64);

    let db = &source.office.db;
    let stored = tokio::time::timeout(PATIENCE, version::current(db, version::GRAPH)).await;
    let stored = stored.ok().and_then(Result::ok);
    gauge!("lianmeng_database_up").set(if stored.is_some() { 1.0 } else { 0.0 });
    if let Some(stored) = stored {
        let mut since = source.behind_since.lock().await;
        let is_behind = stored > pinned.version;
        *since = is_behind.then(|| since.unwrap_or_else(Instant::now));
        let behind = since.map_or(0.0, |since| since.elapsed().as_secs_f64());
        gauge!("lianmeng_graph_version_stored").set(stored as f64);
        gauge!("lianmeng_graph_behind_seconds").set(behind);
    }
    let (open, idle) = if db.get_database_backend() == DbBackend::Postgres {
        let pool = db.get_postgres_connection_pool();
        (f64::from(pool.size()), pool.num_idle())
    } else {
        let pool = db.get_sqlite_connection_pool();
        (f64::from(pool.size()), pool.num_idle())
    };
    gauge!("lianmeng_database_connections", "state" => "open").set(open);
    gauge!("lianmeng_database_connections", "state" => "idle").set(idle as f64);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_explained_in_the_runbook_and_none_else() {
        let runbook = include_str!("../../../docs/runbook.md");
        let explained: Vec<&str> = runbook
            .lines()
            .filter_map(|line| line.strip_prefix("| `lianmeng_"))
            .filter_map(|rest| rest.split('`').next())
            .collect();
        let known: Vec<&str> =
            NAMES.iter().filter_map(|(_, name, _)| name.strip_prefix("lianmeng_")).collect();
        assert_eq!(explained, known);
    }
}
