//! Who sends a request, and from where.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lianmeng_app::caller::{Caller, Credential};
use poem::Request;
use poem::http::StatusCode;

use super::Front;
use super::answer::Refused;
use super::seats::{Holder, Seat};
use super::sign_in;

/// Who holds the connections of `caller`; absent for the public, whose addresses are counted.
pub(super) fn holder(caller: &Caller) -> Option<Holder> {
    (caller.by != Credential::None).then(|| Holder::Caller(caller.actor.subject.clone()))
}

/// How long `caller` may stay from `now` on.
pub(super) fn stays(caller: &Caller, now: DateTime<Utc>) -> Option<Duration> {
    caller.ends_at.map(|end| (end - now).to_std().unwrap_or_default())
}

/// The caller of a request: from its header, else from its cookie, else the public.
pub(super) async fn of(request: &Request, front: &Front) -> Result<Caller, Refused> {
    Ok(sign_in::caller(request, front).await?)
}

/// The caller an `Authorization` header stands for, acting under the grant with this wire id.
pub(super) async fn from_header(
    header: &str,
    acting_as: Option<&str>,
    front: &Front,
) -> Result<Caller, Refused> {
    Ok(sign_in::from_header(header, acting_as, front).await?)
}

/// Where a request comes from; the last proxy's word where that is trusted.
pub(super) fn address(request: &Request, trusts_forwarded_for: bool) -> Option<IpAddr> {
    let forwarded = request.header("X-Forwarded-For").filter(|_| trusts_forwarded_for);
    if let Some(last) = forwarded.and_then(|list| list.rsplit(',').next()) {
        return last.trim().parse().ok();
    }
    request.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip)
}

/// A seat for a connection from the address of the request.
pub(super) fn seat(request: &Request, front: &Front) -> Result<Seat, Refused> {
    let settings = &front.settings;
    let holder = address(request, settings.trusts_forwarded_for).map(Holder::Address);
    let most = settings.socket.max_per_address;
    front.seats.take(holder, most).ok_or_else(|| {
        let message = format!("{most} connections from your address are open already");
        Refused(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY", message)
    })
}
