//! Makes things faster or nearer; losing all of it loses nothing.
//!
//! It must not know the tables. Everything works in the memory of one process; with Redis the
//! processes of an installation share it, and when Redis is away each falls back on its own memory,
//! counting every such moment. Start reading at [`Backplane`] and [`bus`].

use std::sync::Arc;

use thiserror::Error;

pub mod bus;
pub mod cache;
pub mod limit;
mod memory;
mod remote;

use bus::Bus;
use cache::Cache;
use limit::Limiter;
use remote::Remote;

/// All parts together; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Backplane {
    /// Hints that something changed.
    pub bus: Bus,
    /// Values that can be made again.
    pub cache: Cache,
    /// How often somebody may do something.
    pub limiter: Limiter,
}

/// An address that names no Redis.
#[derive(Debug, Error)]
#[error("the address of Redis cannot be read: {0}; write redis://host:port")]
pub struct AddressError(String);

impl Backplane {
    /// Parts that share Redis at `url` with every process of the same `space`, a word of this
    /// installation's that keeps it apart from others on the same server.
    ///
    /// Starts a task that listens; must be called on the async runtime. Redis need not answer: what
    /// it cannot do is done in memory until it can.
    ///
    /// # Errors
    ///
    /// [`AddressError`] if `url` cannot be read.
    pub fn shared(url: &str, space: &str) -> Result<Self, AddressError> {
        let remote = Arc::new(Remote::new(url, space).map_err(|e| AddressError(e.to_string()))?);
        Ok(Self {
            bus: Bus::shared(&remote),
            cache: Cache::shared(Arc::clone(&remote)),
            limiter: Limiter::shared(remote),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::StreamExt as _;
    use tokio::time::timeout;

    use super::*;
    use crate::bus::Topic;
    use crate::limit::{Rate, Verdict};

    /// Two processes of one installation, if the environment names a Redis.
    fn pair(space: &str) -> Option<[Backplane; 2]> {
        let Ok(url) = std::env::var("LIANMENG_TEST_REDIS") else {
            println!("skipped: LIANMENG_TEST_REDIS names no server");
            return None;
        };
        let space = format!("{space}-{}", std::process::id());
        let one = || Backplane::shared(&url, &space).unwrap();
        Some([one(), one()])
    }

    #[tokio::test]
    async fn what_one_process_keeps_and_counts_the_other_finds() {
        let Some([a, b]) = pair("shared") else { return };
        let hour = Duration::from_hours(1);
        a.cache.put("name", b"value", hour).await;
        assert_eq!(b.cache.get("name").await.as_deref(), Some(&b"value"[..]));
        let rate = Rate { most: 1, window: hour };
        assert_eq!(a.limiter.check("caller", rate).await, Verdict::Allowed);
        assert!(matches!(b.limiter.check("caller", rate).await, Verdict::Refused(_)));
    }

    #[tokio::test]
    async fn a_hint_reaches_the_other_process_and_comes_back_once() {
        let Some([a, b]) = pair("bus") else { return };
        let mut far = Box::pin(b.bus.subscribe(Topic::Job));
        let mut near = Box::pin(a.bus.subscribe(Topic::Job));
        let heard = async {
            loop {
                // The listener may not be there yet; a hint may be lost.
                a.bus.publish(Topic::Job, "job:1".to_owned());
                if let Ok(Some(hint)) = timeout(Duration::from_millis(50), far.next()).await {
                    return hint.payload;
                }
            }
        };
        assert_eq!(timeout(Duration::from_secs(20), heard).await.unwrap(), "job:1");
        assert_eq!(near.next().await.unwrap().payload, "job:1");
    }

    #[tokio::test]
    async fn a_redis_that_is_not_there_costs_a_moment_and_memory_helps() {
        let alone = Backplane::shared("redis://127.0.0.1:1/", "nowhere").unwrap();
        let hour = Duration::from_hours(1);
        alone.cache.put("name", b"value", hour).await;
        assert_eq!(alone.cache.get("name").await.as_deref(), Some(&b"value"[..]));
        assert_eq!(alone.cache.get("other").await, None);
        let rate = Rate { most: 1, window: hour };
        assert_eq!(alone.limiter.check("caller", rate).await, Verdict::Allowed);
        assert!(matches!(alone.limiter.check("caller", rate).await, Verdict::Refused(_)));
        let mut near = Box::pin(alone.bus.subscribe(Topic::Change));
        alone.bus.publish(Topic::Change, "7".to_owned());
        assert_eq!(near.next().await.unwrap().payload, "7");
    }
}
