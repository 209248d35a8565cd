//! Publish and subscribe: a hint that something changed, never the change itself.

use std::sync::Arc;

use futures_util::Stream;
use tokio::sync::mpsc;

use crate::memory::Memory;
use crate::remote::Remote;

/// Hints kept for a Redis that is slow before some are dropped.
const KEPT: usize = 4096;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// A change was saved; the payload is its number.
    Change,
    /// A job was asked for or moved on; the payload is its wire id.
    Job,
    /// Somebody was told something; the payload is the wire id of the grant they hold.
    Notice,
    /// What somebody may do was changed; the payload is the wire id of their account.
    Access,
    /// A timetable is being solved; the payload is what is known of it.
    Plan,
}

impl Topic {
    const ALL: [Self; 5] = [Self::Change, Self::Job, Self::Notice, Self::Access, Self::Plan];

    const fn word(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Job => "job",
            Self::Notice => "notice",
            Self::Access => "access",
            Self::Plan => "plan",
        }
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is about.
    pub topic: Topic,
    /// Which; may be empty.
    pub payload: String,
}

impl Message {
    pub(crate) fn written(&self) -> String {
        format!("{} {}", self.topic.word(), self.payload)
    }

    pub(crate) fn read(text: &str) -> Option<Self> {
        let (word, payload) = text.split_once(' ')?;
        let topic = Topic::ALL.into_iter().find(|topic| topic.word() == word)?;
        Some(Self { topic, payload: payload.to_owned() })
    }
}

/// The bus: in this process, and between processes where Redis is.
///
/// A message may be lost when a subscriber or Redis falls behind; subscribers read the database, so
/// a lost message only delays them until the next one or until they look by themselves.
#[derive(Debug, Clone, Default)]
pub struct Bus {
    memory: Memory,
    away: Option<mpsc::Sender<Message>>,
}

impl Bus {
    pub(crate) fn shared(remote: &Arc<Remote>) -> Self {
        let memory = Memory::default();
        let (away, waiting) = mpsc::channel(KEPT);
        tokio::spawn(Arc::clone(remote).send(waiting));
        tokio::spawn(Arc::clone(remote).listen(memory.clone()));
        Self { memory, away: Some(away) }
    }

    /// Tells every subscriber, here at once and elsewhere soon. Never waits.
    pub fn publish(&self, topic: Topic, payload: String) {
        let message = Message { topic, payload };
        if let Some(away) = &self.away
            && away.try_send(message.clone()).is_err()
        {
            metrics::counter!("lianmeng_redis_dropped_total").increment(1);
        }
        self.memory.publish(message);
    }

    /// The messages about `topic` from now on.
    pub fn subscribe(&self, topic: Topic) -> impl Stream<Item = Message> + Send + use<> {
        self.memory.subscribe(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_survives_its_written_form() {
        for topic in Topic::ALL {
            let message = Message { topic, payload: "a b".to_owned() };
            assert_eq!(Message::read(&message.written()), Some(message));
        }
        assert_eq!(Message::read("nothing"), None);
        assert_eq!(Message::read("weather 7"), None);
    }
}
