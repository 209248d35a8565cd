//! Publish and subscribe: a hint that something changed, never the change itself.

use futures_util::Stream;

use crate::memory::Memory;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Something the graph is built from changed.
    Graph,
    /// A need changed; the payload is its wire id.
    Need,
    /// A docking event changed; the payload is its wire id.
    DockingEvent,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub topic: Topic,
    /// Wire id of the thing that changed; may be empty.
    pub payload: String,
}

/// The bus of this process.
///
/// A message may be lost when a subscriber falls behind; subscribers read the database, so a lost
/// message only delays them until the next one.
#[derive(Debug, Clone, Default)]
pub struct Bus(Memory);

impl Bus {
    /// Tells every subscriber.
    pub fn publish(&self, topic: Topic, payload: String) {
        self.0.publish(Message { topic, payload });
    }

    /// The messages about `topic` from now on.
    pub fn subscribe(&self, topic: Topic) -> impl Stream<Item = Message> + Send + use<> {
        self.0.subscribe(topic)
    }
}
