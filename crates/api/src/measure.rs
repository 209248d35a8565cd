//! What an operation costs, as numbers and as one span; losing all of it loses nothing.
//!
//! Numbers go through the `metrics` facade: a program that installs no recorder pays almost nothing.
//! What each name means stands in `docs/runbook.md`.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::task::Poll;
use std::time::{Duration, Instant};

use async_graphql::Response;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use lianmeng_domain::actor::{Actor, Role};
use metrics::{Counter, Histogram, counter, gauge, histogram};
use sea_orm::DatabaseConnection;
use tracing::field::Empty;
use tracing::{Instrument as _, Span, info_span};

/// Most names of operations that are counted one by one; the rest is `other`.
const MAX_NAMES: usize = 200;
/// Longest name counted by itself.
const MAX_NAME_BYTES: usize = 64;
/// Label of operations whose name is not counted by itself.
const OTHER: &str = "other";
/// Label of operations without a name.
const UNNAMED: &str = "unnamed";
/// An operation that takes longer than this is worth a line in the log.
const SLOW: Duration = Duration::from_secs(1);

/// Counts the units an operation was allowed for, as the limits reckon them.
pub fn cost(units: u64) {
    static COST: LazyLock<Histogram> = LazyLock::new(|| histogram!("lianmeng_operation_cost"));
    // Beyond 2^32 a cost is a refused bomb; its exact size tells nobody anything.
    COST.record(f64::from(u32::try_from(units).unwrap_or(u32::MAX)));
}

tokio::task_local! {
    /// Statements of the operation that this task works for.
    static STATEMENTS: Arc<AtomicU32>;
}

/// Counts every statement of `db` from here on, for the operation that caused it as well.
pub fn watch(db: &mut DatabaseConnection) {
    static SECONDS: LazyLock<Histogram> =
        LazyLock::new(|| histogram!("lianmeng_statement_seconds"));
    static FAILED: LazyLock<Counter> =
        LazyLock::new(|| counter!("lianmeng_statements_failed_total"));
    db.set_metric_callback(move |statement| {
        // Statements of the keeper of the graph belong to no operation.
        let _no_operation = STATEMENTS.try_with(|seen| seen.fetch_add(1, Ordering::Relaxed));
        SECONDS.record(statement.elapsed);
        if statement.failed {
            FAILED.increment(1);
        }
    });
}

/// A socket or stream that stays open; counted until it is dropped.
#[derive(Debug)]
pub struct OpenStream(&'static str);

impl OpenStream {
    /// Counts one more over `transport`, such as `websocket` or `sse`.
    pub fn new(transport: &'static str) -> Self {
        gauge!("lianmeng_streams_open", "transport" => transport).increment(1);
        Self(transport)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        gauge!("lianmeng_streams_open", "transport" => self.0).decrement(1);
    }
}

/// Counts an error that stands in an answer.
pub(crate) fn error(code: &str) {
    counter!("lianmeng_errors_total", "code" => code.to_owned()).increment(1);
}

/// Numbers of the operations of one name and kind.
#[derive(Debug)]
struct Series {
    ok: Counter,
    failed: Counter,
    cancelled: Counter,
    seconds: Histogram,
    statements: Counter,
}

impl Series {
    fn new(name: &str, kind: &'static str) -> Self {
        let done = |outcome: &'static str| counter!("lianmeng_operations_total", "operation" => name.to_owned(), "type" => kind, "outcome" => outcome);
        Self {
            ok: done("ok"),
            failed: done("failed"),
            cancelled: done("cancelled"),
            seconds: histogram!("lianmeng_operation_seconds", "operation" => name.to_owned(), "type" => kind),
            statements: counter!("lianmeng_operation_statements_total", "operation" => name.to_owned(), "type" => kind),
        }
    }
}

/// The series of each name, by kind.
type Names = HashMap<&'static str, HashMap<String, Arc<Series>>>;

static NAMES: LazyLock<RwLock<Names>> = LazyLock::new(RwLock::default);

/// The series of `name`. Only callers who signed in make new ones, so that strangers cannot fill
/// the list with names of their own.
fn series(name: &str, kind: &'static str, may_add: bool) -> Arc<Series> {
    let known = NAMES.read().unwrap_or_else(PoisonError::into_inner);
    let names = known.get(kind);
    if let Some(found) = names.and_then(|names| names.get(name)) {
        return Arc::clone(found);
    }
    let is_full = names.is_some_and(|names| names.len() >= MAX_NAMES);
    let is_own = name == OTHER || name == UNNAMED;
    if !is_own && (is_full || !may_add || name.len() > MAX_NAME_BYTES) {
        drop(known);
        return series(OTHER, kind, may_add);
    }
    drop(known);
    let mut known = NAMES.write().unwrap_or_else(PoisonError::into_inner);
    let names = known.entry(kind).or_default();
    let made = names.entry(name.to_owned()).or_insert_with(|| Arc::new(Series::new(name, kind)));
    Arc::clone(made)
}

/// The name and kind of the operation of `document` that will run.
fn operation<'a>(
    document: &'a ExecutableDocument,
    chosen: Option<&'a str>,
) -> (&'a str, &'static str) {
    let mut operations = document.operations.iter();
    let found = match chosen {
        Some(chosen) => operations.find(|(name, _)| name.is_some_and(|name| name == chosen)),
        None => operations.next(),
    };
    let Some((name, operation)) = found else { return (UNNAMED, "query") };
    let kind = match operation.node.ty {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    };
    (name.map_or(UNNAMED, |name| name.as_str()), kind)
}

/// Follows one operation; what it cost is counted when this is dropped, so an operation whose
/// client left counts as well.
#[derive(Debug)]
pub(crate) struct Meter {
    series: Arc<Series>,
    kind: &'static str,
    start: Instant,
    statements: Arc<AtomicU32>,
    outcome: Option<bool>,
    span: Span,
}

impl Meter {
    /// Starts following the operation of `document` that will run.
    pub(crate) fn start(
        document: &ExecutableDocument,
        chosen: Option<&str>,
        actor: &Actor,
    ) -> Self {
        let (name, kind) = operation(document, chosen);
        let span = info_span!(
            "operation",
            operation.name = name,
            operation.r#type = kind,
            statements = Empty,
            outcome = Empty
        );
        let may_add = actor.role != Role::Public;
        Self {
            series: series(name, kind, may_add),
            kind,
            start: Instant::now(),
            statements: Arc::default(),
            outcome: None,
            span,
        }
    }

    /// Follows an operation with one answer.
    pub(crate) async fn run(mut self, work: impl Future<Output = Response>) -> Response {
        let work = work.instrument(self.span.clone());
        let answer = STATEMENTS.scope(Arc::clone(&self.statements), work).await;
        self.note(&answer);
        answer
    }

    /// Follows an operation with many answers.
    pub(crate) fn follow(
        mut self,
        mut answers: BoxStream<'static, Response>,
    ) -> impl Stream<Item = Response> + Send + 'static {
        stream::poll_fn(move |context| {
            let _entered = self.span.clone().entered();
            let seen = Arc::clone(&self.statements);
            let answer = STATEMENTS.sync_scope(seen, || answers.poll_next_unpin(context));
            if let Poll::Ready(Some(answer)) = &answer {
                self.note(answer);
            }
            answer
        })
    }

    /// Takes note of an answer.
    fn note(&mut self, answer: &Response) {
        let is_fine = self.outcome.unwrap_or(true) && answer.errors.is_empty();
        self.outcome = Some(is_fine);
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        let statements = self.statements.load(Ordering::Relaxed);
        let elapsed = self.start.elapsed();
        let (done, outcome) = match self.outcome {
            Some(true) => (&self.series.ok, "ok"),
            Some(false) => (&self.series.failed, "failed"),
            None => (&self.series.cancelled, "cancelled"),
        };
        done.increment(1);
        self.series.seconds.record(elapsed);
        self.series.statements.increment(u64::from(statements));
        self.span.record("statements", statements);
        self.span.record("outcome", outcome);
        if elapsed > SLOW && self.kind != "subscription" {
            let elapsed_ms = elapsed.as_millis();
            self.span.in_scope(|| tracing::warn!(elapsed_ms, statements, "a slow operation"));
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[test]
    fn the_operation_that_runs_gives_name_and_kind() {
        let two = parse_query("query A { a } mutation B { b }").unwrap();
        assert_eq!(operation(&two, Some("B")), ("B", "mutation"));
        assert_eq!(operation(&two, Some("C")), (UNNAMED, "query"));
        let one = parse_query("subscription { s }").unwrap();
        assert_eq!(operation(&one, None), (UNNAMED, "subscription"));
    }

    #[test]
    fn names_are_bounded_and_strangers_add_none() {
        let kind = "test";
        let other = series(OTHER, kind, true);
        assert!(Arc::ptr_eq(&series("Stranger", kind, false), &other));
        let known = series("Known", kind, true);
        assert!(Arc::ptr_eq(&series("Known", kind, false), &known), "known names count for all");
        for number in 0..MAX_NAMES {
            series(&format!("N{number}"), kind, true);
        }
        assert!(Arc::ptr_eq(&series("OneMore", kind, true), &other));
        assert!(Arc::ptr_eq(
            &series(&"x".repeat(65), "test2", true),
            &series(OTHER, "test2", true)
        ));
    }
}
