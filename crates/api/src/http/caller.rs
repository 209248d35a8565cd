//! Who sends a request, and from where.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use poem::Request;
use poem::http::{StatusCode, header};

use super::Front;
use super::answer::Refused;
use super::seats::{Holder, Seat};
use crate::auth;

/// A caller and how long they are known to be one.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub(super) actor: Actor,
    /// When their token ends; absent for the public.
    pub(super) ends_at: Option<DateTime<Utc>>,
}

impl Caller {
    fn public() -> Self {
        Self { actor: Actor::public(), ends_at: None }
    }

    /// Who holds their connections; absent for the public, whose addresses are counted.
    pub(super) fn holder(&self) -> Option<Holder> {
        self.ends_at.is_some().then(|| Holder::Caller(self.actor.subject.clone()))
    }

    /// How long they may stay from `now` on.
    pub(super) fn stays(&self, now: DateTime<Utc>) -> Option<Duration> {
        self.ends_at.map(|end| (end - now).to_std().unwrap_or_default())
    }
}

/// The caller of a request: from its token, or the public without one.
pub(super) async fn of(request: &Request, front: &Front) -> Result<Caller, Refused> {
    match request.header(header::AUTHORIZATION) {
        Some(header) => from_header(header, front).await,
        None => Ok(Caller::public()),
    }
}

/// The caller an `Authorization` header stands for.
pub(super) async fn from_header(header: &str, front: &Front) -> Result<Caller, Refused> {
    let refuse = |message: String| Refused(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
    let token = auth::bearer(header).ok_or_else(|| {
        refuse("the Authorization header must read Bearer and a token".to_owned())
    })?;
    let now = front.office.clock.now();
    let (actor, ends_at) =
        front.key.verify(token, now).map_err(|error| refuse(error.to_string()))?;
    Ok(Caller { actor, ends_at: Some(ends_at) })
}

/// Where a request comes from; the last proxy's word where that is trusted.
fn address(request: &Request, trusts_forwarded_for: bool) -> Option<IpAddr> {
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
