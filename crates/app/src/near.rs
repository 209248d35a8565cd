//! Rows of the registry kept near this process, so that what rarely changes is not read each time.
//!
//! Everyone may read the registry, and every change of it raises the number of the last change of
//! the graph ([`Touches::Graph`](crate::command::Touches)). What is kept carries the number that
//! was known before it was read; once a higher one is known it is no longer used. A request keeps to
//! the number it began with and stops using what is near after its own first change.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::hash::Hash;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use metrics::{Counter, counter};
use quick_cache::sync::Cache;

/// Of which state something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// How often the database was doubted before.
    pub(crate) epoch: u64,
    /// The number of the last change of the graph.
    pub(crate) version: i64,
    /// The number of the last change of all.
    pub(crate) seen: i64,
}

impl Stamp {
    const fn covers(self, asked: Self) -> bool {
        self.epoch == asked.epoch && self.version >= asked.version
    }
}

struct Shelf<K, V> {
    kept: Cache<K, (Stamp, V)>,
    hits: Counter,
    misses: Counter,
}

/// What is kept, by the type of its key and value.
#[derive(Default)]
pub struct Shelves(HashMap<(TypeId, TypeId), Box<dyn Any + Send + Sync>>);

impl Debug for Shelves {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Shelves").field(&self.0.len()).finish()
    }
}

impl Shelves {
    /// A shelf more: at most `capacity` values by their keys; `name` stands in the metrics.
    #[must_use]
    pub fn with<K, V>(mut self, name: &'static str, capacity: usize) -> Self
    where
        K: Hash + Eq + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        let shelf = Shelf::<K, V> {
            kept: Cache::new(capacity),
            hits: counter!("lianmeng_near_hits_total", "of" => name),
            misses: counter!("lianmeng_near_misses_total", "of" => name),
        };
        self.0.insert((TypeId::of::<K>(), TypeId::of::<V>()), Box::new(shelf));
        self
    }

    fn shelf<K: 'static, V: 'static>(&self) -> Option<&Shelf<K, V>> {
        self.0.get(&(TypeId::of::<K>(), TypeId::of::<V>()))?.downcast_ref()
    }
}

/// What is near as one request may use it.
#[derive(Debug, Clone)]
pub struct View {
    pub(crate) shelves: Arc<Shelves>,
    pub(crate) stamp: Stamp,
    /// The number of the last change that the request made itself.
    pub(crate) own: Arc<AtomicI64>,
}

impl View {
    fn is_over(&self) -> bool {
        self.own.load(Ordering::Relaxed) != 0
    }

    /// The value of `key`, if it is near and as new as the request wants it.
    pub fn get<K, V>(&self, key: &K) -> Option<V>
    where
        K: Hash + Eq + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        let shelf = self.shelves.shelf::<K, V>()?;
        let found = shelf.kept.get(key).filter(|(stamp, _)| stamp.covers(self.stamp));
        match found {
            Some((_, value)) if !self.is_over() => {
                shelf.hits.increment(1);
                Some(value)
            }
            Some(_) | None => {
                shelf.misses.increment(1);
                None
            }
        }
    }

    /// Keeps what this request has read.
    pub fn put<K, V>(&self, key: K, value: &V)
    where
        K: Hash + Eq + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        if self.is_over() {
            return;
        }
        if let Some(shelf) = self.shelves.shelf::<K, V>() {
            shelf.kept.insert(key, (self.stamp, value.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(shelves: &Arc<Shelves>, epoch: u64, version: i64) -> View {
        let stamp = Stamp { epoch, version, seen: version };
        View { shelves: Arc::clone(shelves), stamp, own: Arc::default() }
    }

    #[test]
    fn what_is_older_than_the_request_is_not_used() {
        let shelves = Arc::new(Shelves::default().with::<u8, String>("test", 10));
        let old = view(&shelves, 1, 5);
        old.put(1_u8, &"甲".to_owned());
        assert_eq!(old.get::<u8, String>(&1).as_deref(), Some("甲"));
        assert_eq!(view(&shelves, 1, 4).get::<u8, String>(&1).as_deref(), Some("甲"));
        assert_eq!(view(&shelves, 1, 6).get::<u8, String>(&1), None, "the registry changed");
        assert_eq!(view(&shelves, 2, 5).get::<u8, String>(&1), None, "another database");
        assert_eq!(old.get::<u8, u8>(&1), None, "no such shelf");
    }

    #[test]
    fn a_request_that_changed_something_neither_uses_nor_keeps() {
        let shelves = Arc::new(Shelves::default().with::<u8, u8>("test", 10));
        let request = view(&shelves, 1, 5);
        request.put(1_u8, &1_u8);
        request.own.store(6, Ordering::Relaxed);
        assert_eq!(request.get::<u8, u8>(&1), None);
        request.put(2_u8, &2_u8);
        assert_eq!(view(&shelves, 1, 5).get::<u8, u8>(&2), None);
    }
}
