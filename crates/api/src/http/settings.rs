//! Settings of the endpoint; the defaults are for development.

use std::time::Duration;

use crate::limits::{Gate, Limits, Trusted};
use crate::service::TIMEOUT;

/// Settings of the endpoint.
#[expect(clippy::struct_excessive_bools, reason = "switches that are independent of each other")]
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether the page `GraphiQL` is served.
    pub has_graphiql: bool,
    /// Whether the schema may be asked about itself, and is served as text.
    pub has_introspection: bool,
    /// Documents known by their hash.
    pub trusted: Trusted,
    /// Whether every other document is refused.
    pub trusted_only: bool,
    /// What a document may hold.
    pub limits: Limits,
    /// Longest time for reading a request, and for running it, subscriptions aside.
    pub timeout: Duration,
    /// Largest JSON body in bytes.
    pub max_body_bytes: usize,
    /// Largest upload in bytes, with everything around it.
    pub max_upload_bytes: usize,
    /// Whether the address of a caller is taken from `X-Forwarded-For`, as a proxy of ours wrote it.
    pub trusts_forwarded_for: bool,
    /// Open connections.
    pub socket: SocketSettings,
}

/// Settings of connections that stay open: web sockets and event streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketSettings {
    /// Longest wait for the first message.
    pub init_timeout: Duration,
    /// Time between two signs of life of ours; a client silent for two of them is gone.
    pub keep_alive: Duration,
    /// Longest time a client may take to read a message.
    pub send_timeout: Duration,
    /// Largest message of a client in bytes.
    pub max_message_bytes: usize,
    /// Operations open at the same time on one socket.
    pub max_operations: usize,
    /// Connections open at the same time from one address; 0 sets no limit.
    pub max_per_address: usize,
    /// Connections open at the same time by one signed-in caller; 0 sets no limit.
    pub max_per_caller: usize,
    /// Origins, such as `https://example.cn`, whose pages may connect beside our own.
    pub origins: Vec<String>,
}

impl Default for SocketSettings {
    fn default() -> Self {
        Self {
            init_timeout: Duration::from_secs(3),
            keep_alive: Duration::from_secs(20),
            send_timeout: Duration::from_secs(20),
            max_message_bytes: 256 * 1024,
            max_operations: 50,
            max_per_address: 200,
            max_per_caller: 20,
            origins: Vec::new(),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            has_graphiql: true,
            has_introspection: true,
            trusted: Trusted::default(),
            trusted_only: false,
            limits: Limits::default(),
            timeout: TIMEOUT,
            max_body_bytes: 1024 * 1024,
            max_upload_bytes: 64 * 1024 * 1024,
            trusts_forwarded_for: false,
            socket: SocketSettings::default(),
        }
    }
}

impl Settings {
    /// What documents pass under these settings.
    pub fn gate(&self) -> Gate {
        let trusted = self.trusted.clone();
        Gate::new(self.limits.clone(), self.has_introspection, trusted, self.trusted_only)
    }
}
