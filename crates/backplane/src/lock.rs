//! Who does what needs doing once. A lock saves work; correctness never rests on it, because two
//! holders are possible when Redis goes or a holder pauses longer than it asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::Script;

use crate::remote::Remote;

/// Lets go only of what is still held by the same holder.
const RELEASE: &str =
    "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/// Locks by name.
#[derive(Debug, Clone, Default)]
pub struct Locks {
    near: Arc<Mutex<HashMap<String, Instant>>>,
    remote: Option<Arc<Remote>>,
}

/// A lock that is held until it is let go or its time is over.
#[derive(Debug)]
#[must_use = "a lock that nobody lets go blocks others until its time is over"]
pub struct Held {
    name: String,
    holder: Option<String>,
    until: Instant,
}

impl Locks {
    pub(crate) fn shared(remote: Arc<Remote>) -> Self {
        Self { remote: Some(remote), ..Self::default() }
    }

    /// Takes the lock `name` for at most `time` as `holder`, a word no other process uses; `None`
    /// if somebody else holds it.
    pub async fn take(&self, name: &str, holder: &str, time: Duration) -> Option<Held> {
        let until = Instant::now() + time;
        let near = Held { name: name.to_owned(), holder: None, until };
        let Some(remote) = &self.remote else { return self.take_near(near) };
        let (key, word) = (remote.key("lock", name), holder.to_owned());
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let taken = remote.try_do(async move |mut redis| {
            let mut command = redis::cmd("SET");
            command.arg(key).arg(word).arg("NX").arg("PX").arg(millis);
            command.query_async::<Option<String>>(&mut redis).await
        });
        match taken.await {
            Ok(Some(_)) => Some(Held { holder: Some(holder.to_owned()), ..near }),
            Ok(None) => None,
            Err(_away) => self.take_near(near),
        }
    }

    fn take_near(&self, held: Held) -> Option<Held> {
        let mut all = self.near.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        all.retain(|_, until| *until > now);
        if all.contains_key(&held.name) {
            return None;
        }
        all.insert(held.name.clone(), held.until);
        Some(held)
    }

    /// Lets go.
    pub async fn release(&self, held: Held) {
        let Held { name, holder, until } = held;
        if let (Some(holder), Some(remote)) = (holder, &self.remote) {
            let key = remote.key("lock", &name);
            let done = remote.try_do(async move |mut redis| {
                Script::new(RELEASE).key(key).arg(holder).invoke_async::<i64>(&mut redis).await
            });
            // If Redis is away, the lock ends by itself when its time is over.
            let _ends_by_itself = done.await;
        } else {
            let mut all = self.near.lock().unwrap_or_else(PoisonError::into_inner);
            if all.get(&name) == Some(&until) {
                all.remove(&name);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_holds_it_until_it_is_let_go() {
        let locks = Locks::default();
        let hour = Duration::from_hours(1);
        let held = locks.take("a", "one", hour).await.unwrap();
        assert!(locks.take("a", "two", hour).await.is_none());
        assert!(locks.take("b", "two", hour).await.is_some());
        locks.release(held).await;
        assert!(locks.take("a", "two", hour).await.is_some());
    }

    #[tokio::test]
    async fn its_end_frees_it() {
        let locks = Locks::default();
        let _ended = locks.take("a", "one", Duration::ZERO).await.unwrap();
        assert!(locks.take("a", "two", Duration::ZERO).await.is_some());
    }
}
