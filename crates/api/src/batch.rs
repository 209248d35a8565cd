//! Many keys, one statement, without a clock.
//!
//! Whoever asks first lets every other field of the request come to its question, and then reads
//! for all of them. A loader that waits a millisecond instead adds one for every level of a query,
//! and on a busy machine its batches break apart.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_graphql::dataloader::Loader;
use futures_util::FutureExt as _;
use tokio::sync::oneshot;
use tokio::task::yield_now;

/// Most keys of one statement.
const MAX_KEYS: usize = 1_000;

type Answer<V, E> = Result<Option<V>, E>;

/// Who waits for each key.
type Waiting<K, V, E> = HashMap<K, Vec<oneshot::Sender<Answer<V, E>>>>;

/// Batches of one request: the keys that wait, by their type.
pub(crate) struct Batches<T> {
    loader: T,
    waiting: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
}

impl<T: Debug> Debug for Batches<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("loader", &self.loader).finish_non_exhaustive()
    }
}

impl<T> Batches<T> {
    /// Batches that `loader` reads.
    pub(crate) fn new(loader: T) -> Self {
        Self { loader, waiting: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<TypeId, Box<dyn Any + Send>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts `key` down among those that wait.
    fn ask<K>(&self, key: K) -> oneshot::Receiver<Answer<T::Value, T::Error>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        T: Loader<K>,
    {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.lock();
        let kind = waiting.entry(TypeId::of::<K>());
        let kind = kind.or_insert_with(|| Box::new(Waiting::<K, T::Value, T::Error>::new()));
        if let Some(theirs) = kind.downcast_mut::<Waiting<K, T::Value, T::Error>>() {
            theirs.entry(key).or_default().push(sender);
        }
        receiver
    }

    /// All keys that wait, which are the caller's to read from here on.
    fn take<K>(&self) -> Waiting<K, T::Value, T::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        T: Loader<K>,
    {
        let found = self.lock().remove(&TypeId::of::<K>());
        found.and_then(|found| found.downcast().ok()).map(|found| *found).unwrap_or_default()
    }

    /// What belongs to `key`, read together with what the rest of the request asks for meanwhile.
    ///
    /// # Errors
    ///
    /// What the loader says.
    pub(crate) async fn one<K>(&self, key: K) -> Answer<T::Value, T::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        T: Loader<K>,
    {
        loop {
            let answer = self.ask(key.clone());
            self.gather::<K>().await;
            // Who read for this key may have left half-way; then it is asked for anew.
            if let Ok(answer) = answer.await {
                return answer;
            }
        }
    }

    /// What belongs to each of `keys`, in their order.
    ///
    /// # Errors
    ///
    /// What the loader says.
    pub(crate) async fn many<K>(&self, keys: &[K]) -> Result<Vec<Option<T::Value>>, T::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        T: Loader<K>,
    {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let answers: Vec<_> = keys.iter().map(|key| self.ask(key.clone())).collect();
        self.gather::<K>().await;
        let mut found = Vec::with_capacity(keys.len());
        for (key, answer) in keys.iter().zip(answers) {
            found.push(match answer.await {
                Ok(answer) => answer?,
                Err(_reader_left) => self.one(key.clone()).await?,
            });
        }
        Ok(found)
    }

    /// Lets every other field of the request that can go on come to its question, then reads for all.
    async fn gather<K>(&self)
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        T: Loader<K>,
    {
        yield_now().await;
        // Boxed, so that every field that asks does not carry every way to be answered: compilers
        // take minutes over that.
        self.read(self.take::<K>()).boxed().await;
    }

    async fn read<K>(&self, mut asked: Waiting<K, T::Value, T::Error>)
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        T: Loader<K>,
    {
        let keys: Vec<K> = asked.keys().cloned().collect();
        for keys in keys.chunks(MAX_KEYS) {
            let mut found = self.loader.load(keys).await;
            for key in keys {
                let answer = match &mut found {
                    Ok(found) => Ok(found.remove(key)),
                    Err(error) => Err(error.clone()),
                };
                let mut senders = asked.remove(key).unwrap_or_default();
                let last = senders.pop();
                for sender in senders {
                    // Whoever left needs no answer.
                    let _left = sender.send(answer.clone());
                }
                if let Some(last) = last {
                    let _left = last.send(answer);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::future::{join, join_all};

    use super::*;

    /// Doubles even numbers, knows no odd ones, and notes what it was asked.
    #[derive(Debug, Default)]
    struct Doubles(Mutex<Vec<Vec<u32>>>);

    impl Loader<u32> for Doubles {
        type Value = u32;
        type Error = Infallible;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, Infallible> {
            let mut asked = keys.to_vec();
            asked.sort_unstable();
            self.0.lock().unwrap().push(asked);
            yield_now().await;
            let even = keys.iter().filter(|key| *key % 2 == 0);
            Ok(even.map(|key| (*key, key * 2)).collect())
        }
    }

    /// Refuses everything.
    #[derive(Debug)]
    struct Refuses;

    impl Loader<u32> for Refuses {
        type Value = u32;
        type Error = &'static str;

        async fn load(&self, _keys: &[u32]) -> Result<HashMap<u32, u32>, &'static str> {
            Err("refused")
        }
    }

    fn asked(batches: &Batches<Doubles>) -> Vec<Vec<u32>> {
        batches.loader.0.lock().unwrap().clone()
    }

    #[tokio::test]
    async fn siblings_at_any_depth_are_read_at_once_and_each_key_once() {
        let batches = Batches::new(Doubles::default());
        let flat = join_all((0..40).map(|key| batches.one(key)));
        let nested = join(batches.one(2), batches.many(&[2, 50]));
        let (flat, nested) = join(flat, nested).await;
        assert_eq!(flat[4], Ok(Some(8)));
        assert_eq!(flat[5], Ok(None));
        assert_eq!(nested, (Ok(Some(4)), Ok(vec![Some(4), Some(100)])));
        assert_eq!(asked(&batches), [(0..40).chain([50]).collect::<Vec<_>>()]);
    }

    #[tokio::test]
    async fn what_follows_from_an_answer_is_one_batch_more() {
        let batches = Batches::new(Doubles::default());
        let twice = async |key| {
            let found = batches.one(key).await?;
            batches.one(found.unwrap_or_default()).await
        };
        assert_eq!(join_all([2, 4, 6].map(twice)).await, [Ok(Some(8)), Ok(Some(16)), Ok(Some(24))]);
        assert_eq!(asked(&batches), [[2, 4, 6], [4, 8, 12]]);
    }

    #[tokio::test]
    async fn who_reads_may_leave_and_the_others_get_their_answer() {
        let batches = Batches::new(Doubles::default());
        let mut reader = Box::pin(batches.one(2));
        let mut waiter = Box::pin(batches.one(4));
        // Both put their keys down; then the first reads for both and is dropped while it waits.
        assert!(futures_util::poll!(&mut reader).is_pending());
        assert!(futures_util::poll!(&mut waiter).is_pending());
        yield_now().await;
        assert!(futures_util::poll!(&mut reader).is_pending());
        assert!(futures_util::poll!(&mut waiter).is_pending());
        assert_eq!(asked(&batches), [[2, 4]]);
        drop(reader);
        assert_eq!(waiter.await, Ok(Some(8)));
        assert_eq!(asked(&batches), [vec![2, 4], vec![4]]);
    }

    #[tokio::test]
    async fn a_list_that_another_read_for_asks_again_when_that_one_leaves() {
        let batches = Batches::new(Doubles::default());
        let mut reader = Box::pin(batches.one(2));
        let mut waiter = Box::pin(batches.many(&[4, 5]));
        assert!(futures_util::poll!(&mut reader).is_pending());
        assert!(futures_util::poll!(&mut waiter).is_pending());
        yield_now().await;
        assert!(futures_util::poll!(&mut reader).is_pending());
        assert!(futures_util::poll!(&mut waiter).is_pending());
        assert_eq!(asked(&batches), [[2, 4, 5]]);
        drop(reader);
        assert_eq!(waiter.await, Ok(vec![Some(8), None]));
        assert_eq!(asked(&batches), [vec![2, 4, 5], vec![4], vec![5]]);
    }

    #[tokio::test]
    async fn more_keys_than_a_statement_takes_are_several() {
        let batches = Batches::new(Doubles::default());
        let keys: Vec<u32> = (0..2_500).collect();
        let found = batches.many(&keys).await.unwrap();
        assert_eq!(found.iter().flatten().count(), 1_250);
        assert_eq!(asked(&batches).iter().map(Vec::len).collect::<Vec<_>>(), [1_000, 1_000, 500]);
    }

    #[tokio::test]
    async fn a_refusal_reaches_everyone() {
        let batches = Batches::new(Refuses);
        let both = join(batches.one(1), batches.many(&[1, 2])).await;
        assert_eq!(both, (Err("refused"), Err("refused")));
    }
}
