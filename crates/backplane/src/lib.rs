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
pub mod lock;
mod memory;
mod remote;

use bus::Bus;
use cache::Cache;
use limit::Limiter;
use lock::Locks;
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
    /// Who does what must be done once.
    pub locks: Locks,
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
            limiter: Limiter::shared(Arc::clone(&remote)),
            locks: Locks::shared(remote),
        })
    }
}
