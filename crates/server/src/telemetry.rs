//! Log lines to standard error, and spans to a collector where one is named.

use std::io::IsTerminal as _;
use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{Bytes, HeaderExtractor, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use poem::http::HeaderMap;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, filter, fmt};

use crate::config::{Config, Log, LogFormat, Telemetry};

/// Longest one batch of spans may take to be sent, and to be flushed at the end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends what is left when it is dropped.
#[derive(Debug)]
pub(crate) struct Guard(Option<SdkTracerProvider>);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take()
            && let Err(error) = provider.shutdown_with_timeout(PATIENCE)
        {
            tracing::warn!(cause = %error, "the last spans could not be sent");
        }
    }
}

/// Starts logging and, where it is asked for, tracing; `serves` tells a server, which says more
/// than other commands.
pub(crate) fn start(config: &Config, serves: bool) -> anyhow::Result<Guard> {
    let Log { filter, format } = &config.log;
    let filter = match filter.as_str() {
        "warn" if serves => "info,sea_orm_migration=warn,sqlx=warn",
        other => other,
    };
    let filter = EnvFilter::try_new(filter).context("log.filter cannot be read")?;
    let colours = std::io::stderr().is_terminal();
    let lines = fmt::layer().with_writer(std::io::stderr).with_ansi(colours);
    let lines = match format {
        LogFormat::Text => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().with_filter(filter).boxed(),
    };
    let provider = if serves { provider(&config.telemetry)? } else { None };
    let spans = provider.as_ref().map(|provider| {
        // Ours alone: what libraries trace is theirs to know.
        let ours = filter::filter_fn(|metadata| {
            metadata.target().starts_with("lianmeng") && *metadata.level() <= tracing::Level::INFO
        });
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("lianmeng"))
            .with_target(false)
            .with_location(false)
            .with_threads(false)
            .with_filter(ours)
    });
    tracing_subscriber::registry().with(lines).with(spans).init();
    Ok(Guard(provider))
}

/// What sends spans in batches from a thread of its own; `None` where nobody takes them.
fn provider(settings: &Telemetry) -> anyhow::Result<Option<SdkTracerProvider>> {
    let endpoint = settings.otlp_endpoint.trim_end_matches('/');
    if endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Courier::default())
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_timeout(PATIENCE)
        .build()
        .context("telemetry.otlp_endpoint cannot be used")?;
    let resource = Resource::builder()
        .with_service_name(settings.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let share = f64::from(settings.sample_percent.min(100)) / 100.0;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
        .with_resource(resource)
        .build();
    Ok(Some(provider))
}

/// Makes `span` part of the trace that the headers of its request name, if any.
pub(crate) fn join(span: &tracing::Span, headers: &HeaderMap) {
    if !headers.contains_key("traceparent") {
        return;
    }
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    // Fails where no collector is named: then there is no trace to be part of.
    let _no_collector = span.set_parent(parent);
}

/// Carries batches over HTTP. Blocks, which is fine on the exporter's own thread.
#[derive(Debug)]
struct Courier(ureq::Agent);

impl Default for Courier {
    fn default() -> Self {
        let settings = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .build();
        Self(ureq::Agent::new_with_config(settings))
    }
}

#[async_trait::async_trait]
impl HttpClient for Courier {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let mut answer = self.0.run(Request::from_parts(parts, body.to_vec()))?;
        let body = answer.body_mut().read_to_vec()?;
        let (parts, _) = answer.into_parts();
        Ok(Response::from_parts(parts, Bytes::from(body)))
    }
}
