//! Redis: one connection for commands, one for listening, and a short memory of its failures.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{Client, RedisError};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::bus::Message;
use crate::memory::Memory;

/// Longest wait for an answer. Redis is there to make things faster; one that needs longer does
/// not.
const PATIENCE: Duration = Duration::from_millis(100);
/// How long nobody asks again after a failure.
const PAUSE: Duration = Duration::from_millis(500);
/// Longest wait for a connection to listen on.
const CONNECT: Duration = Duration::from_secs(2);
/// How often a listener that lost its connection tries again.
const AGAIN: Duration = Duration::from_millis(500);

/// What Redis did not do.
#[derive(Debug)]
pub(crate) struct Away;

pub(crate) struct Remote {
    client: Client,
    commands: ConnectionManager,
    space: String,
    /// Tells our own messages from those of others.
    own: String,
    start: Instant,
    /// Milliseconds after `start` until which nobody asks.
    pause_until: AtomicU64,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote").field("space", &self.space).finish_non_exhaustive()
    }
}

impl Remote {
    pub(crate) fn new(url: &str, space: &str) -> Result<Self, RedisError> {
        let client = Client::open(url)?;
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let commands = ConnectionManager::new_lazy_with_config(client.clone(), config)?;
        let start = Instant::now();
        let own = RandomState::new().hash_one(std::process::id()).to_string();
        Ok(Self {
            client,
            commands,
            space: space.to_owned(),
            own,
            start,
            pause_until: AtomicU64::new(0),
        })
    }

    /// The key under which this installation keeps `what`.
    pub(crate) fn key(&self, kind: &str, what: &str) -> String {
        format!("lianmeng:{}:{kind}:{what}", self.space)
    }

    /// Does `work` if Redis answered lately; [`Away`] if it did not or does not now.
    pub(crate) async fn try_do<T>(
        &self,
        work: impl AsyncFnOnce(ConnectionManager) -> Result<T, RedisError>,
    ) -> Result<T, Away> {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        if now < self.pause_until.load(Ordering::Relaxed) {
            metrics::counter!("lianmeng_redis_skipped_total").increment(1);
            return Err(Away);
        }
        match timeout(PATIENCE * 2, work(self.commands.clone())).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.rest(now, &error.to_string())),
            Err(_elapsed) => Err(self.rest(now, "no answer in time")),
        }
    }

    fn rest(&self, now: u64, cause: &str) -> Away {
        let pause = u64::try_from(PAUSE.as_millis()).unwrap_or(u64::MAX);
        self.pause_until.store(now.saturating_add(pause), Ordering::Relaxed);
        metrics::counter!("lianmeng_redis_failures_total").increment(1);
        tracing::warn!(cause, "Redis does not answer; this process helps itself");
        Away
    }

    fn channel(&self) -> String {
        self.key("bus", "all")
    }

    /// Sends what waits, until nobody publishes any more. What Redis does not take is dropped.
    pub(crate) async fn send(self: Arc<Self>, mut waiting: mpsc::Receiver<Message>) {
        while let Some(message) = waiting.recv().await {
            let text = format!("{} {}", self.own, message.written());
            let channel = self.channel();
            let sent = self
                .try_do(async move |mut redis| {
                    let mut command = redis::cmd("PUBLISH");
                    command.arg(channel).arg(text).query_async::<()>(&mut redis).await
                })
                .await;
            if sent.is_err() {
                metrics::counter!("lianmeng_redis_dropped_total").increment(1);
            }
        }
    }

    /// Hands what others publish to the subscribers of this process, for as long as there is one.
    pub(crate) async fn listen(self: Arc<Self>, memory: Memory) {
        loop {
            if let Err(error) = self.listen_once(&memory).await {
                metrics::gauge!("lianmeng_redis_listening").set(0.0);
                tracing::debug!(%error, "not listening to Redis");
            }
            sleep(AGAIN).await;
        }
    }

    async fn listen_once(&self, memory: &Memory) -> Result<(), RedisError> {
        let connect = async {
            let mut listener = self.client.get_async_pubsub().await?;
            listener.subscribe(self.channel()).await?;
            Ok::<_, RedisError>(listener)
        };
        let Ok(listener) = timeout(CONNECT, connect).await else { return Ok(()) };
        let mut listener = listener?;
        metrics::gauge!("lianmeng_redis_listening").set(1.0);
        let mut messages = listener.on_message();
        while let Some(message) = messages.next().await {
            let text: String = message.get_payload()?;
            let Some((from, text)) = text.split_once(' ') else { continue };
            if from != self.own
                && let Some(message) = Message::read(text)
            {
                memory.publish(message);
            }
        }
        Ok(())
    }
}
