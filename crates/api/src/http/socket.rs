//! Web sockets: the handshake, and who sits at the other end.

use lianmeng_app::caller::Caller;

use poem::http::{StatusCode, header};
use poem::web::websocket::{WebSocket, WebSocketConfig};
use poem::{FromRequest as _, IntoResponse as _, Request, RequestBody, Response};
use serde_json::{Map, Value};

use super::Front;
use super::answer::{Manner, Refused};
use super::caller;
use super::protocol::{self, Close, Guest};
use super::seats::Seat;
use super::sign_in::ACTING_AS;
use crate::error::Voice;
use crate::measure::OpenStream;
use crate::schema::Service;

/// Bytes of the two buffers of a socket; most messages are short, and there are many sockets.
const BUFFER: usize = 4 * 1024;

/// Accepts a socket. Its caller comes from the handshake and gives way to a token in the first
/// message, since browsers cannot send headers with a handshake.
pub(super) async fn open(request: &Request, front: &Front, manner: &Manner) -> Response {
    match accept(request, front, &manner.voice).await {
        Ok(response) => response,
        Err(refused) => manner.refuse(refused),
    }
}

async fn accept(request: &Request, front: &Front, voice: &Voice) -> Result<Response, Refused> {
    let settings = &front.settings.socket;
    origin(request, &settings.origins)?;
    let offered = request.header(header::SEC_WEBSOCKET_PROTOCOL).unwrap_or_default();
    if !offered.split(',').any(|name| name.trim() == protocol::NAME) {
        let message = "sockets speak graphql-transport-ws; ask for it in Sec-WebSocket-Protocol";
        return Err(Refused(StatusCode::BAD_REQUEST, "BAD_REQUEST", message.to_owned()));
    }
    let caller = caller::of(request, front).await?;
    let seat = caller::seat(request, front)?;
    let socket = WebSocket::from_request(request, &mut RequestBody::default())
        .await
        .map_err(|error| Refused(StatusCode::BAD_REQUEST, "BAD_REQUEST", error.to_string()))?;
    let most = settings.max_message_bytes;
    let config = WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        // We refuse what is over the limit in words; twice of it is cut off.
        .max_message_size(Some(most.saturating_mul(2)))
        .max_frame_size(Some(most.saturating_mul(2)));
    let place = Arrived { known: caller, origin: front.origin(request), seat };
    let (front, voice) = (front.clone(), voice.clone());
    let serve = async move |stream| {
        let _open = OpenStream::new("websocket");
        let lifecycle = front.lifecycle.clone();
        let greet = async |payload| greet(&front, place, voice, &payload).await;
        protocol::run(stream, &front.settings.socket, greet, &lifecycle).await;
    };
    Ok(socket.protocols([protocol::NAME]).config(config).on_upgrade(serve).into_response())
}

/// Refuses pages of other sites: a browser sends our cookies along with their handshakes.
fn origin(request: &Request, allowed: &[String]) -> Result<(), Refused> {
    let Some(origin) = request.header(header::ORIGIN) else { return Ok(()) };
    let host = request.header(header::HOST);
    let is_ours = origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == host);
    if is_ours || allowed.iter().any(|one| one == origin) {
        return Ok(());
    }
    let message = format!("pages of {origin} may not connect here");
    Err(Refused(StatusCode::FORBIDDEN, "FOREIGN_ORIGIN", message))
}

/// What the handshake told.
struct Arrived {
    known: Caller,
    origin: String,
    seat: Seat,
}

/// Reads token and grant of the first message:
/// `{"Authorization": "Bearer …", "Lianmeng-Acting-As": "grant:…"}`.
async fn greet(
    front: &Front,
    Arrived { known, origin, seat }: Arrived,
    voice: Voice,
    payload: &Map<String, Value>,
) -> Result<Guest<Service, (Seat, Seat)>, Close> {
    let header = ["Authorization", "authorization"].iter().find_map(|key| payload.get(*key));
    let acting_as = payload.get(ACTING_AS).and_then(Value::as_str);
    let caller = match header {
        Some(Value::String(header)) => caller::from_header(header, acting_as, front)
            .await
            .map_err(|Refused(_, _, reason)| Close(4403, reason))?,
        Some(_) => return Err(Close(4403, "Authorization must be a text".to_owned())),
        None => known,
    };
    let most = front.settings.socket.max_per_caller;
    let place = front
        .seats
        .take(caller::holder(&caller), most)
        .ok_or_else(|| Close(4403, format!("{most} connections of yours are open already")))?;
    let stays = caller::stays(&caller, front.office.clock.now());
    let executor = front.service(caller, &origin).speaking(voice.clone());
    Ok(Guest { executor, voice, stays, holds: (seat, place) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_other_sites_are_refused() {
        let ask = |from: Option<&str>| {
            let mut request = Request::builder().header("Host", "our.cn:8000");
            if let Some(from) = from {
                request = request.header("Origin", from);
            }
            origin(&request.finish(), &["https://friend.cn".to_owned()]).is_ok()
        };
        assert!(ask(None), "no browser");
        assert!(ask(Some("http://our.cn:8000")));
        assert!(ask(Some("https://friend.cn")));
        for foreign in ["http://evil.cn", "null", "http://our.cn", "https://friend.cn.evil.cn"] {
            assert!(!ask(Some(foreign)), "{foreign}");
        }
    }
}
