//! The protocol over channels, with a schema of its own: what counts to three, waits, and fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_graphql::{EmptyMutation, Object, Schema, Subscription};
use futures_util::sink;
use tokio::sync::mpsc;

use super::*;

struct Query;

#[Object]
impl Query {
    async fn hello(&self) -> &'static str {
        "你好"
    }
}

/// Open streams of `wait`.
#[derive(Clone, Default)]
struct Open(Arc<AtomicUsize>);

struct Count(Open);

impl Drop for Count {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

struct Live;

#[Subscription]
impl Live {
    /// Numbers from 1 to `to`.
    async fn count(&self, to: i32) -> impl Stream<Item = i32> + use<> {
        stream::iter(1..=to)
    }

    /// Nothing, for ever.
    async fn wait(&self, ctx: &async_graphql::Context<'_>) -> impl Stream<Item = i32> + use<> {
        let open = ctx.data_unchecked::<Open>().clone();
        open.0.fetch_add(1, Ordering::SeqCst);
        let held = Count(open);
        stream::pending().map(move |item: i32| {
            let _held = &held;
            item
        })
    }
}

type Tested = Schema<Query, EmptyMutation, Live>;

/// The far end of a socket.
struct Client {
    send: mpsc::UnboundedSender<io::Result<Message>>,
    answers: mpsc::Receiver<Message>,
    lifecycle: Lifecycle,
    open: Open,
    task: tokio::task::JoinHandle<()>,
}

fn settings() -> SocketSettings {
    SocketSettings { max_operations: 3, max_message_bytes: 1_000, ..SocketSettings::default() }
}

/// Both halves of a socket as one value.
struct Both<A, B>(A, B);

impl<A: Stream + Unpin, B: Unpin> Stream for Both<A, B> {
    type Item = A::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<A::Item>> {
        self.0.poll_next_unpin(cx)
    }
}

impl<A: Unpin, B: Sink<Message, Error = io::Error> + Unpin> Sink<Message> for Both<A, B> {
    type Error = io::Error;

    fn poll_ready(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        self.1.poll_ready_unpin(cx)
    }

    fn start_send(mut self: std::pin::Pin<&mut Self>, item: Message) -> io::Result<()> {
        self.1.start_send_unpin(item)
    }

    fn poll_flush(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        self.1.poll_flush_unpin(cx)
    }

    fn poll_close(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<io::Result<()>> {
        self.1.poll_close_unpin(cx)
    }
}

/// Connects; `stays` is how long the token lasts.
fn connect(stays: Option<Duration>) -> Client {
    let (send, incoming) = mpsc::unbounded_channel();
    let (outgoing, answers) = mpsc::channel(1);
    let lifecycle = Lifecycle::default();
    let theirs = lifecycle.clone();
    let open = Open::default();
    let schema = Tested::build(Query, EmptyMutation, Live).data(open.clone()).finish();
    let incoming = stream::unfold(incoming, |mut from: mpsc::UnboundedReceiver<_>| async move {
        from.recv().await.map(|message| (message, from))
    });
    let outgoing = sink::unfold(outgoing, |to: mpsc::Sender<Message>, message| async move {
        to.send(message).await.map_err(io::Error::other)?;
        Ok(to)
    });
    let task = tokio::spawn(async move {
        let greet = async |payload: Map<String, Value>| match payload.get("token") {
            Some(Value::String(token)) if token == "bad" => {
                Err(Close(4403, "Forbidden".to_owned()))
            }
            _ => Ok(Guest { executor: schema, voice: Voice::default(), stays, holds: () }),
        };
        let socket = Both(Box::pin(incoming), Box::pin(outgoing));
        run(socket, &settings(), greet, &theirs).await;
    });
    Client { send, answers, lifecycle, open, task }
}

impl Client {
    fn say(&self, message: &Value) {
        self.say_text(&message.to_string());
    }

    fn say_text(&self, text: &str) {
        let _closed = self.send.send(Ok(Message::text(text)));
    }

    /// The next message; `Err` with the code if the socket was closed.
    async fn hear(&mut self) -> Result<Value, u16> {
        loop {
            match self.answers.recv().await {
                Some(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Message::Close(Some((code, _)))) => return Err(code.into()),
                Some(Message::Ping(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn init(&mut self) {
        self.say(&json!({ "type": "connection_init" }));
        assert_eq!(self.hear().await, Ok(json!({ "type": "connection_ack" })));
    }

    fn subscribe(&self, id: &str, query: &str) {
        self.say(&json!({ "type": "subscribe", "id": id, "payload": { "query": query } }));
    }
}

#[tokio::test]
async fn a_subscription_a_query_and_a_mistake_are_answered_each_in_its_way() {
    let mut client = connect(None);
    client.init().await;
    client.subscribe("1", "subscription { count(to: 2) }");
    let next = |id: &str, data: Value| {
        Ok(json!({ "id": id, "type": "next", "payload": { "data": data } }))
    };
    let complete = |id: &str| Ok(json!({ "id": id, "type": "complete" }));
    assert_eq!(client.hear().await, next("1", json!({ "count": 1 })));
    assert_eq!(client.hear().await, next("1", json!({ "count": 2 })));
    assert_eq!(client.hear().await, complete("1"));
    client.subscribe("1", "{ hello }");
    assert_eq!(client.hear().await, next("1", json!({ "hello": "你好" })));
    assert_eq!(client.hear().await, complete("1"));
    client.subscribe("1", "{ nothing }");
    let refused = client.hear().await.unwrap();
    assert_eq!((&refused["type"], &refused["id"]), (&json!("error"), &json!("1")));
    assert!(refused["payload"][0]["message"].as_str().unwrap().contains("nothing"));
    client.subscribe("1", "{ hello }");
    assert_eq!(client.hear().await, next("1", json!({ "hello": "你好" })), "the id is free again");
}

#[tokio::test]
async fn each_breach_of_the_protocol_closes_the_socket_with_its_code() {
    let init = json!({ "type": "connection_init" });
    let subscribe = |id: &str| {
        let payload = json!({ "query": "subscription { wait }" });
        json!({ "type": "subscribe", "id": id, "payload": payload })
    };
    let cases: [(&[Value], u16); 12] = [
        (&[json!([])], 4400),
        (&[json!({ "type": "nonsense" })], 4400),
        (&[json!({ "type": "connection_init", "payload": 5 })], 4400),
        (&[json!({ "type": "connection_init", "payload": { "token": "bad" } })], 4403),
        (&[subscribe("1")], 4401),
        (&[init.clone(), init.clone()], 4429),
        (&[init.clone(), subscribe("1"), subscribe("1")], 4409),
        (&[init.clone(), json!({ "type": "subscribe", "id": "1" })], 4400),
        (&[init.clone(), json!({ "type": "subscribe", "payload": {} })], 4400),
        (&[init.clone(), json!({ "type": "subscribe", "id": "", "payload": {} })], 4400),
        (&[init.clone(), json!({ "type": "complete" })], 4400),
        (&[init.clone(), json!({ "type": "ping", "payload": { "x": "y".repeat(1_000) } })], 1009),
    ];
    for (messages, code) in cases {
        let mut client = connect(None);
        for message in messages {
            client.say(message);
        }
        let closed = loop {
            if let Err(code) = client.hear().await {
                break code;
            }
        };
        assert_eq!(closed, code, "{messages:?}");
        client.task.await.unwrap();
        assert_eq!(client.open.0.load(Ordering::SeqCst), 0, "nothing goes on after the end");
    }
    let mut client = connect(None);
    client.say_text("not json");
    assert_eq!(client.hear().await, Err(4400));
    let mut client = connect(None);
    client.send.send(Ok(Message::Binary(vec![1]))).unwrap();
    assert_eq!(client.hear().await, Err(4400));
}

#[tokio::test(start_paused = true)]
async fn who_does_not_introduce_themselves_in_time_is_sent_away() {
    let start = Instant::now();
    let mut client = connect(None);
    assert_eq!(client.hear().await, Err(4408));
    assert_eq!(start.elapsed().as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_token_ends_its_operations() {
    let mut client = connect(Some(Duration::from_secs(10)));
    client.init().await;
    client.subscribe("1", "subscription { wait }");
    let start = Instant::now();
    assert_eq!(client.hear().await, Err(4403));
    assert_eq!(start.elapsed().as_secs(), 10);
    client.task.await.unwrap();
    assert_eq!(client.open.0.load(Ordering::SeqCst), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_gives_no_sign_of_life_or_does_not_read_is_cut_off() {
    let mut silent = connect(None);
    silent.init().await;
    let mut pings = 0;
    while let Some(message) = silent.answers.recv().await {
        assert!(matches!(message, Message::Ping(_)), "{message:?}");
        pings += 1;
    }
    assert_eq!(pings, 2);
    silent.task.await.unwrap();

    let mut deaf = connect(None);
    deaf.init().await;
    deaf.subscribe("1", "subscription { count(to: 1000000) }");
    let start = Instant::now();
    deaf.task.await.unwrap();
    assert_eq!(start.elapsed(), settings().send_timeout);
}

#[tokio::test]
async fn an_operation_ends_when_the_client_completes_it_and_its_id_is_free() {
    let mut client = connect(None);
    client.init().await;
    for id in ["1", "2", "3", "4"] {
        client.subscribe(id, "subscription { wait }");
    }
    let refused = client.hear().await.unwrap();
    assert_eq!((&refused["id"], &refused["type"]), (&json!("4"), &json!("error")));
    assert_eq!(refused["payload"][0]["extensions"]["code"], "TOO_MANY");
    for id in ["1", "2", "3", "none"] {
        client.say(&json!({ "type": "complete", "id": id }));
    }
    client.subscribe("1", "{ hello }");
    assert_eq!(client.hear().await.unwrap()["payload"]["data"]["hello"], "你好");
    assert_eq!(client.hear().await.unwrap()["type"], "complete");
    assert_eq!(client.open.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_ping_is_answered_before_and_after_the_introduction() {
    let mut client = connect(None);
    client.say(&json!({ "type": "ping" }));
    assert_eq!(client.hear().await, Ok(json!({ "type": "pong" })));
    client.init().await;
    client.say(&json!({ "type": "ping", "payload": { "a": 1 } }));
    assert_eq!(client.hear().await, Ok(json!({ "type": "pong", "payload": { "a": 1 } })));
    client.say(&json!({ "type": "pong" }));
    client.say(&json!({ "type": "ping" }));
    assert_eq!(client.hear().await, Ok(json!({ "type": "pong" })), "a pong is no message");
}

#[tokio::test]
async fn open_sockets_are_told_when_the_server_stops() {
    let mut client = connect(None);
    client.init().await;
    client.subscribe("1", "subscription { wait }");
    client.lifecycle.stop();
    assert_eq!(client.hear().await, Err(1001));
}

#[tokio::test]
async fn a_client_that_leaves_takes_its_operations_along() {
    let mut client = connect(None);
    client.init().await;
    client.subscribe("1", "subscription { wait }");
    client.subscribe("2", "{ hello }");
    assert_eq!(client.hear().await.unwrap()["id"], "2");
    drop(client.send);
    client.task.await.unwrap();
    assert_eq!(client.open.0.load(Ordering::SeqCst), 0);
}
