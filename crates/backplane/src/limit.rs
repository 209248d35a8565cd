//! How often somebody may do something: so many times in a window, counted from its first use.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use moka::Expiry;
use moka::sync::Cache;
use redis::Script;

use crate::remote::Remote;

/// Names one process counts at the same time; more would be an attack by many names.
const MOST_NAMES: u64 = 200_000;

/// Counts and gives the window's rest in milliseconds in one step, so that no count can lose its
/// end.
const COUNT: &str = "local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return {n, redis.call('PTTL', KEYS[1])}";

/// Whether one more is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Allowed,
    /// Come back after this long.
    Refused(Duration),
}

/// A rule: `most` times in `window`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Times allowed in one window.
    pub most: u64,
    /// Length of the window.
    pub window: Duration,
}

#[derive(Debug)]
struct Count {
    times: AtomicU64,
    since: Instant,
    window: Duration,
}

struct WithItsWindow;

impl Expiry<String, Arc<Count>> for WithItsWindow {
    fn expire_after_create(&self, _: &String, count: &Arc<Count>, _: Instant) -> Option<Duration> {
        Some(count.window)
    }
}

/// Counters by name: of this process, or of the installation where Redis is.
#[derive(Debug, Clone)]
pub struct Limiter {
    near: Cache<String, Arc<Count>>,
    remote: Option<Arc<Remote>>,
}

impl Default for Limiter {
    fn default() -> Self {
        let near = Cache::builder().max_capacity(MOST_NAMES).expire_after(WithItsWindow).build();
        Self { near, remote: None }
    }
}

impl Limiter {
    pub(crate) fn shared(remote: Arc<Remote>) -> Self {
        Self { remote: Some(remote), ..Self::default() }
    }

    /// Counts one more use by `name` and judges it by `rate`.
    pub async fn check(&self, name: &str, rate: Rate) -> Verdict {
        let (times, rest) = match self.count_far(name, rate.window).await {
            Some(counted) => counted,
            None => self.count_near(name, rate.window),
        };
        if times <= rate.most { Verdict::Allowed } else { Verdict::Refused(rest) }
    }

    async fn count_far(&self, name: &str, window: Duration) -> Option<(u64, Duration)> {
        let remote = self.remote.as_ref()?;
        let key = remote.key("limit", name);
        let millis = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
        let counted = remote.try_do(async move |mut redis| {
            let script = Script::new(COUNT);
            script.key(key).arg(millis).invoke_async::<(u64, i64)>(&mut redis).await
        });
        let (times, rest) = counted.await.ok()?;
        Some((times, Duration::from_millis(u64::try_from(rest).unwrap_or(0))))
    }

    fn count_near(&self, name: &str, window: Duration) -> (u64, Duration) {
        let count = self.near.get_with_by_ref(name, || {
            Arc::new(Count { times: AtomicU64::new(0), since: Instant::now(), window })
        });
        let times = count.times.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        (times, window.saturating_sub(count.since.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_after_the_last_is_told_when_to_come_back() {
        let limiter = Limiter::default();
        let rate = Rate { most: 2, window: Duration::from_hours(1) };
        assert_eq!(limiter.check("a", rate).await, Verdict::Allowed);
        assert_eq!(limiter.check("a", rate).await, Verdict::Allowed);
        let Verdict::Refused(rest) = limiter.check("a", rate).await else { panic!("allowed") };
        assert!(rest > Duration::from_mins(59) && rest <= Duration::from_hours(1), "{rest:?}");
        assert_eq!(limiter.check("b", rate).await, Verdict::Allowed);
    }
}
