//! Server-Sent Events: one operation per request, as the "distinct connections mode" of
//! <https://github.com/enisdenjo/graphql-sse> describes it.

use std::io;
use std::time::Duration;

use async_graphql::Response as Answer;
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use poem::http::header;
use poem::{Body, Response};
use tokio::time::{Instant, Interval, interval_at, sleep_until};

use super::health::Lifecycle;

/// What a stream of events is made from.
pub(super) struct Feed<H> {
    /// The answers.
    pub(super) answers: BoxStream<'static, Answer>,
    /// How long the caller may stay.
    pub(super) stays: Option<Duration>,
    /// Time between two comments that keep the connection open.
    pub(super) keep_alive: Duration,
    /// Ends when the server does.
    pub(super) lifecycle: Lifecycle,
    /// Held as long as the stream is open.
    #[expect(dead_code, reason = "it is only held")]
    pub(super) holds: H,
}

struct State<H> {
    feed: Feed<H>,
    comments: Interval,
    until: Option<Instant>,
    is_complete: bool,
}

/// The answers as events; dropped, and the operation with them, when the client leaves.
///
/// The stream ends with `complete` when the operation did, and without it when the server stops or
/// the token ends: a client tells by that whether to come back.
pub(super) fn respond<H: Send + 'static>(feed: Feed<H>) -> Response {
    Response::builder()
        .content_type("text/event-stream; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-cache")
        // nginx would hold events back.
        .header("X-Accel-Buffering", "no")
        .body(Body::from_bytes_stream(events(feed).map(io::Result::Ok)))
}

fn events<H: Send + 'static>(feed: Feed<H>) -> impl Stream<Item = String> + Send {
    let now = Instant::now();
    let comments = interval_at(now + feed.keep_alive, feed.keep_alive);
    let until = feed.stays.and_then(|stays| now.checked_add(stays));
    let state = State { feed, comments, until, is_complete: false };
    // An opening comment sends the head of the response at once.
    let opening = stream::once(std::future::ready(COMMENT.to_owned()));
    opening.chain(stream::unfold(state, next))
}

const COMMENT: &str = ":\n\n";

async fn next<H>(mut state: State<H>) -> Option<(String, State<H>)> {
    if state.is_complete {
        return None;
    }
    let until = state.until;
    let ends = async {
        match until {
            Some(until) => sleep_until(until).await,
            None => std::future::pending().await,
        }
    };
    let text = tokio::select! {
        () = state.feed.lifecycle.stopped() => return None,
        () = ends => return None,
        answer = state.feed.answers.next() => if let Some(answer) = answer {
            let body = serde_json::to_string(&answer).ok()?;
            format!("event: next\ndata: {body}\n\n")
        } else {
            state.is_complete = true;
            "event: complete\ndata:\n\n".to_owned()
        },
        _ = state.comments.tick() => COMMENT.to_owned(),
    };
    Some((text, state))
}
