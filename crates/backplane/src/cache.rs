//! Values that can be made again: in the memory of this process, and behind it in Redis.

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache as Near;

use crate::remote::Remote;

/// Bytes the memory of one process holds at most.
const NEAR_BYTES: u64 = 32 * 1024 * 1024;
/// How long a value stays near without being asked for.
const NEAR_IDLE: Duration = Duration::from_mins(10);

/// A cache of bytes by name. A value never changes under its name, so nothing is ever stale.
#[derive(Debug, Clone)]
pub struct Cache {
    near: Near<String, Arc<[u8]>>,
    remote: Option<Arc<Remote>>,
}

impl Default for Cache {
    fn default() -> Self {
        let near = Near::builder()
            .max_capacity(NEAR_BYTES)
            .weigher(|key: &String, value: &Arc<[u8]>| {
                u32::try_from(key.len() + value.len()).unwrap_or(u32::MAX)
            })
            .time_to_idle(NEAR_IDLE)
            .build();
        Self { near, remote: None }
    }
}

impl Cache {
    pub(crate) fn shared(remote: Arc<Remote>) -> Self {
        Self { remote: Some(remote), ..Self::default() }
    }

    /// The value under `name`, if this process or Redis has it.
    pub async fn get(&self, name: &str) -> Option<Arc<[u8]>> {
        if let Some(value) = self.near.get(name) {
            return Some(value);
        }
        let remote = self.remote.as_ref()?;
        let key = remote.key("cache", name);
        let found: Option<Vec<u8>> = remote
            .try_do(async move |mut redis| redis::cmd("GET").arg(key).query_async(&mut redis).await)
            .await
            .ok()?;
        let value: Arc<[u8]> = found?.into();
        self.near.insert(name.to_owned(), Arc::clone(&value));
        Some(value)
    }

    /// Keeps `value` under `name`, in Redis for `keep`.
    pub async fn put(&self, name: &str, value: &[u8], keep: Duration) {
        self.near.insert(name.to_owned(), value.into());
        let Some(remote) = &self.remote else { return };
        let key = remote.key("cache", name);
        let kept = remote.try_do(async move |mut redis| {
            let mut command = redis::cmd("SET");
            command.arg(key).arg(value).arg("EX").arg(keep.as_secs().max(1));
            command.query_async::<()>(&mut redis).await
        });
        // Without Redis the value is near, which is all that was promised.
        let _near_only = kept.await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_value_is_found_under_its_name_and_no_other() {
        let cache = Cache::default();
        cache.put("a", b"1", Duration::from_secs(1)).await;
        assert_eq!(cache.get("a").await.as_deref(), Some(&b"1"[..]));
        assert_eq!(cache.get("b").await, None);
    }
}
