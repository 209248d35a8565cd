//! Whether the process lives, and whether it should be sent requests.

use std::time::Duration;

use poem::http::StatusCode;
use poem::web::Data;
use poem::{IntoResponse as _, Response, handler};
use tokio::sync::watch;

use super::Front;

/// Longest wait for the database to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Whether the server still takes work; cheap to clone, all clones agree.
#[derive(Debug, Clone)]
pub struct Lifecycle(watch::Sender<bool>);

impl Default for Lifecycle {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Lifecycle {
    /// Says that the server is about to stop: it is no longer ready, open streams should end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether [`Self::stop`] was called.
    pub fn is_stopping(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when [`Self::stop`] is called, at once if it was.
    pub async fn stopped(&self) {
        let mut changes = self.0.subscribe();
        // The sender cannot be gone, we hold one.
        let _stopping = changes.wait_for(|stops| *stops).await;
    }
}

/// `/health/live`: the process answers.
#[handler]
pub(super) fn live() -> &'static str {
    "ok"
}

/// `/health/ready`: requests may come; 503 with one sentence where they may not.
#[handler]
pub(super) async fn ready(front: Data<&Front>) -> Response {
    match trouble(&front).await {
        None => "ok".into_response(),
        Some(text) => text.with_status(StatusCode::SERVICE_UNAVAILABLE).into_response(),
    }
}

async fn trouble(front: &Front) -> Option<&'static str> {
    if front.lifecycle.is_stopping() {
        return Some("the server is stopping");
    }
    if !front.office.graph.current().is_read() {
        return Some("the graph was not read yet");
    }
    match tokio::time::timeout(PATIENCE, front.office.db.ping()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => {
            tracing::error!(cause = %error, "the database does not answer");
            Some("the database does not answer")
        }
        Err(_elapsed) => {
            tracing::error!("the database does not answer in time");
            Some("the database does not answer in time")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use std::sync::Arc;

    #[tokio::test]
    async fn ready_waits_for_the_graph_and_ends_with_the_database_and_with_the_server() {
        let office = Arc::new(testing::world().await);
        let door = Arc::new(testing::door());
        let settings = super::super::settings::Settings::default();
        let front = Front::new(Arc::clone(&office), door, settings, Lifecycle::default());
        assert_eq!(trouble(&front).await, Some("the graph was not read yet"));
        office.graph.refresh(&office.db, office.desk().today).await.unwrap();
        assert_eq!(trouble(&front).await, None);
        office.db.close_by_ref().await.unwrap();
        assert_eq!(trouble(&front).await, Some("the database does not answer"));
        front.lifecycle.clone().stop();
        assert_eq!(trouble(&front).await, Some("the server is stopping"));
        front.lifecycle.stopped().await;
    }
}
