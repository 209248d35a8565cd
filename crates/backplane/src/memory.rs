//! The bus in the memory of one process.

use futures_util::{Stream, StreamExt as _, stream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::bus::{Message, Topic};

/// Messages kept for a slow subscriber before it misses some.
const KEPT: usize = 1024;

#[derive(Debug, Clone)]
pub(crate) struct Memory(broadcast::Sender<Message>);

impl Default for Memory {
    fn default() -> Self {
        Self(broadcast::channel(KEPT).0)
    }
}

impl Memory {
    pub(crate) fn publish(&self, message: Message) {
        // Nobody listening is no failure.
        let _receivers = self.0.send(message);
    }

    pub(crate) fn subscribe(&self, topic: Topic) -> impl Stream<Item = Message> + Send + use<> {
        let all = stream::unfold(self.0.subscribe(), |mut receiver| async move {
            loop {
                match receiver.recv().await {
                    Ok(message) => return Some((message, receiver)),
                    Err(RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "a subscriber fell behind and missed messages");
                    }
                    Err(RecvError::Closed) => return None,
                }
            }
        });
        all.filter(move |message| std::future::ready(message.topic == topic))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_subscriber_hears_its_topic_and_nothing_else() {
        let memory = Memory::default();
        let mut needs = Box::pin(memory.subscribe(Topic::Job));
        for (topic, payload) in [(Topic::Change, "g"), (Topic::Job, "n")] {
            memory.publish(Message { topic, payload: payload.to_owned() });
        }
        assert_eq!(needs.next().await.unwrap().payload, "n");
    }
}
