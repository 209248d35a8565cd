//! The `graphql-transport-ws` protocol over a WebSocket.

use std::sync::Arc;

use async_graphql::http::{
    ALL_WEBSOCKET_PROTOCOLS, WebSocket as Protocol, WebSocketProtocols, WsMessage,
};
use async_graphql::{Data, Error};
use futures_util::{SinkExt as _, StreamExt as _, future};
use lianmeng_domain::actor::Actor;
use poem::web::websocket::{Message, WebSocket, WebSocketStream};
use poem::{IntoResponse as _, Response};

use super::Front;
use crate::auth;
use crate::measure::OpenStream;
use crate::schema::Service;

/// Accepts the socket; `actor` comes from the handshake and gives way to a token in the first
/// message, since browsers cannot send headers with a handshake.
pub(super) fn serve(socket: WebSocket, front: Front, actor: Actor) -> Response {
    socket
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .on_upgrade(move |stream| run(stream, front, actor))
        .into_response()
}

async fn run(stream: WebSocketStream, front: Front, actor: Actor) {
    let _open = OpenStream::new("websocket");
    let service = Service::new(front.schema.clone(), Arc::clone(&front.office), actor);
    let (mut sink, stream) = stream.split();
    let texts = stream
        .take_while(|message| future::ready(message.is_ok()))
        .filter_map(|message| {
            future::ready(match message {
                Ok(Message::Text(text)) => Some(text.into_bytes()),
                Ok(Message::Binary(bytes)) => Some(bytes),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Close(_)) | Err(_) => None,
            })
        })
        .boxed();
    let mut answers = Protocol::new(service, texts, WebSocketProtocols::GraphQLWS)
        .on_connection_init(move |payload| async move { greet(&front, &payload) });
    while let Some(answer) = answers.next().await {
        let message = match answer {
            WsMessage::Text(text) => Message::text(text),
            WsMessage::Close(code, reason) => Message::close_with(code, reason),
        };
        if sink.send(message).await.is_err() {
            break;
        }
    }
}

/// Reads the token of the first message: `{"Authorization": "Bearer …"}`.
fn greet(front: &Front, payload: &serde_json::Value) -> Result<Data, Error> {
    let header = ["Authorization", "authorization"].iter().find_map(|key| payload.get(key));
    let mut data = Data::default();
    if let Some(header) = header.and_then(serde_json::Value::as_str) {
        let token = auth::bearer(header).ok_or("Authorization must read Bearer and a token")?;
        let now = front.office.clock.now();
        let (actor, _) = front.key.verify(token, now).map_err(|e| Error::new(e.to_string()))?;
        data.insert(actor);
    }
    Ok(data)
}
