//! The `graphql-transport-ws` protocol, as <https://github.com/enisdenjo/graphql-ws> describes it.
//!
//! One task per socket does everything: it takes messages, runs operations and sends answers. While
//! a client does not read, nothing is taken from its operations, so at most one answer waits; a
//! client that does not read for long is cut off.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use async_graphql::{Executor, Request, Response};
use futures_util::stream::{self, AbortHandle, BoxStream, SelectAll, StreamExt as _};
use futures_util::{Sink, SinkExt as _, Stream, future};
use poem::web::websocket::{CloseCode, Message};
use serde_json::{Map, Value, json};
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until, timeout};

use super::answer::Refused;
use super::health::Lifecycle;
use super::read;
use super::settings::SocketSettings;
use crate::error::{self, Voice};
use crate::service::never_ran;

#[cfg(test)]
mod tests;

/// Name of the protocol in the handshake.
pub(super) const NAME: &str = "graphql-transport-ws";

/// Whom a socket serves, known from its first message.
pub(super) struct Guest<E, H> {
    /// Answers their operations.
    pub(super) executor: E,
    /// How errors are said to them.
    pub(super) voice: Voice,
    /// How long they may stay; for ever if absent.
    pub(super) stays: Option<Duration>,
    /// Held as long as the socket is open.
    #[expect(dead_code, reason = "it is only held")]
    pub(super) holds: H,
}

/// Why a socket is closed: code and reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Close(pub(super) u16, pub(super) String);

/// Why the talk is over.
enum End {
    /// We close it.
    Close(Close),
    /// There is nobody to tell.
    Gone,
}

fn close(code: u16, reason: impl Into<String>) -> End {
    End::Close(Close(code, reason.into()))
}

/// Most characters of a reason; a close frame holds 123 bytes.
const REASON: usize = 120;

/// Serves `socket` to its end. `greet` reads the payload of the first message and says who it is, or
/// why they may not come in. The talk
/// ends when `lifecycle` does.
pub(super) async fn run<S, E, H, G, F>(
    socket: S,
    settings: &SocketSettings,
    greet: G,
    lifecycle: &Lifecycle,
) where
    S: Stream<Item = io::Result<Message>> + Sink<Message, Error = io::Error> + Unpin + Send,
    E: Executor,
    H: Send,
    G: FnOnce(Map<String, Value>) -> F + Send,
    F: Future<Output = Result<Guest<E, H>, Close>> + Send,
{
    let now = Instant::now();
    let mut talk = Talk {
        socket,
        settings,
        greet: Some(greet),
        guest: None,
        until: now + settings.init_timeout,
        running: SelectAll::new(),
        handles: HashMap::new(),
        heard: now,
    };
    let End::Close(Close(code, reason)) = talk.go_on(lifecycle).await else { return };
    let reason: String = reason.chars().filter(char::is_ascii).take(REASON).collect();
    let message = Message::close_with(CloseCode::from(code), reason);
    let _nobody_listens = timeout(settings.send_timeout, talk.socket.send(message)).await;
    let _closed_already = timeout(settings.send_timeout, talk.socket.close()).await;
}

/// What an operation yields.
enum Event {
    Answer(String, Box<Response>),
    Done(String),
}

/// What happens next.
enum Turn {
    Heard(Option<io::Result<Message>>),
    Yielded(Event),
    Ping,
    TimeIsUp,
    Stop,
}

struct Talk<'a, S, E, H, G> {
    socket: S,
    settings: &'a SocketSettings,
    greet: Option<G>,
    guest: Option<Guest<E, H>>,
    /// When we close: for want of a first message, or at the end of the caller's token.
    until: Instant,
    running: SelectAll<BoxStream<'static, Event>>,
    handles: HashMap<String, AbortHandle>,
    heard: Instant,
}

/// A moment that does not come.
const FOREVER: Duration = Duration::from_hours(24 * 365);

impl<S, E, H, G, F> Talk<'_, S, E, H, G>
where
    S: Stream<Item = io::Result<Message>> + Sink<Message, Error = io::Error> + Unpin + Send,
    E: Executor,
    H: Send,
    G: FnOnce(Map<String, Value>) -> F + Send,
    F: Future<Output = Result<Guest<E, H>, Close>> + Send,
{
    async fn go_on(&mut self, lifecycle: &Lifecycle) -> End {
        let every = self.settings.keep_alive;
        let mut pings = interval_at(Instant::now() + every, every);
        pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let turn = tokio::select! {
                () = lifecycle.stopped() => Turn::Stop,
                () = sleep_until(self.until) => Turn::TimeIsUp,
                _ = pings.tick() => Turn::Ping,
                heard = self.socket.next() => Turn::Heard(heard),
                Some(event) = self.running.next() => Turn::Yielded(event),
            };
            if let Err(end) = self.take(turn).await {
                return end;
            }
        }
    }

    async fn take(&mut self, turn: Turn) -> Result<(), End> {
        match turn {
            Turn::Stop => Err(close(1001, "the server is going away")),
            Turn::TimeIsUp if self.guest.is_some() => Err(close(4403, "token ended")),
            Turn::TimeIsUp => Err(close(4408, "Connection initialisation timeout")),
            Turn::Ping if self.heard.elapsed() > self.settings.keep_alive * 2 => Err(End::Gone),
            Turn::Ping => self.send(Message::Ping(Vec::new())).await,
            Turn::Heard(None | Some(Err(_) | Ok(Message::Close(_)))) => Err(End::Gone),
            Turn::Heard(Some(Ok(message))) => {
                self.heard = Instant::now();
                match message {
                    Message::Text(text) => self.hear(&text).await,
                    Message::Binary(_) => Err(close(4400, "messages are texts")),
                    Message::Ping(_) | Message::Pong(_) | Message::Close(_) => Ok(()),
                }
            }
            Turn::Yielded(Event::Done(id)) => {
                self.handles.remove(&id);
                self.tell(&json!({ "id": id, "type": "complete" })).await
            }
            Turn::Yielded(Event::Answer(id, answer)) if never_ran(&answer) => {
                self.end_operation(&id);
                let message = json!({ "id": id, "type": "error", "payload": answer.errors });
                self.tell(&message).await
            }
            Turn::Yielded(Event::Answer(id, answer)) => {
                self.tell(&json!({ "id": id, "type": "next", "payload": answer })).await
            }
        }
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.settings.send_timeout, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    async fn tell(&mut self, message: &Value) -> Result<(), End> {
        self.send(Message::Text(message.to_string())).await
    }

    fn end_operation(&mut self, id: &str) {
        if let Some(handle) = self.handles.remove(id) {
            handle.abort();
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), End> {
        if text.len() > self.settings.max_message_bytes {
            return Err(close(1009, "message too big"));
        }
        let Ok(Value::Object(mut message)) = serde_json::from_str(text) else {
            return Err(close(4400, "a message must be a JSON object"));
        };
        let payload = message.remove("payload").filter(|payload| !payload.is_null());
        let id = match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() => Some(id),
            Some(_) | None => None,
        };
        let kind = message.get("type").and_then(Value::as_str).unwrap_or_default();
        match (kind, id) {
            ("connection_init", _) => self.greet(payload).await,
            ("ping", _) => match payload {
                Some(payload) => self.tell(&json!({ "type": "pong", "payload": payload })).await,
                None => self.tell(&json!({ "type": "pong" })).await,
            },
            ("pong", _) => Ok(()),
            ("subscribe", Some(id)) => self.subscribe(id, payload).await,
            ("complete", Some(id)) => {
                self.end_operation(&id);
                Ok(())
            }
            ("subscribe" | "complete", None) => Err(close(4400, "id is missing")),
            (_, _) => Err(close(4400, "no message of graphql-transport-ws")),
        }
    }

    async fn greet(&mut self, payload: Option<Value>) -> Result<(), End> {
        let Some(greet) = self.greet.take() else {
            return Err(close(4429, "Too many initialisation requests"));
        };
        let payload = match payload {
            None => Map::new(),
            Some(Value::Object(payload)) => payload,
            Some(_) => return Err(close(4400, "payload must be an object")),
        };
        let guest = greet(payload).await.map_err(End::Close)?;
        self.until = Instant::now() + guest.stays.map_or(FOREVER, |stays| stays.min(FOREVER));
        self.guest = Some(guest);
        self.tell(&json!({ "type": "connection_ack" })).await
    }

    async fn subscribe(&mut self, id: String, payload: Option<Value>) -> Result<(), End> {
        let Some(guest) = &self.guest else { return Err(close(4401, "Unauthorized")) };
        let request = read::one(payload.unwrap_or_default())
            .map_err(|Refused(_, _, reason)| close(4400, reason))?;
        if self.handles.contains_key(&id) {
            return Err(close(4409, format!("Subscriber for {id} already exists")));
        }
        if self.handles.len() >= self.settings.max_operations {
            let most = self.settings.max_operations;
            let message = format!("{most} operations are open on this socket; complete some first");
            let mut errors = vec![error::refuse("TOO_MANY", message)];
            error::dress(&mut errors, &guest.voice);
            return self.tell(&json!({ "id": id, "type": "error", "payload": errors })).await;
        }
        self.start(id, request);
        Ok(())
    }

    fn start(&mut self, id: String, request: Request) {
        let Some(guest) = &self.guest else { return };
        let (mine, last) = (id.clone(), id.clone());
        let answers = guest.executor.execute_stream(request, None);
        let events = answers
            .map(move |answer| Event::Answer(mine.clone(), Box::new(answer)))
            .chain(stream::once(future::ready(Event::Done(last))));
        // An operation that ended by force says nothing more, so its id may be used again at once.
        let (events, handle) = stream::abortable(events);
        self.running.push(events.boxed());
        self.handles.insert(id, handle);
    }
}
