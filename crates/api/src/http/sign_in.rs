//! Signing in and out over HTTP, and who a request comes from.
//!
//! Programs get their tokens in the body and send the access token as `Authorization: Bearer …`.
//! The console asks for cookies in their place, which no script can read; a request that comes in
//! by cookie and could change something must prove that a page of ours sent it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use lianmeng_app::caller::{Caller, Credential};
use lianmeng_app::desk::Desk;
use lianmeng_app::login::{
    self, Origin, REFRESH_PREFIX, RefreshError, SignIn, SignInError, SignedIn,
};
use lianmeng_app::password::HashError;
use lianmeng_app::secret::Secret;
use lianmeng_backplane::limit::{Rate, Verdict};
use lianmeng_domain::account::password::Password;
use lianmeng_store::{StoreError, Trouble};
use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::web::Data;
use poem::{
    Body, Endpoint, EndpointExt as _, IntoResponse as _, Request, Response, Route, get, handler,
    post,
};
use serde::Deserialize;
use serde_json::json;
use tokio::time::timeout;

use super::Front;
use super::answer::{self, Manner, Media, Refused};
use super::caller::address;
use super::oidc::{self, Provider};
use crate::auth::gate::{Gate, GateError};
use crate::auth::{self, TokenError};
use crate::{error, ids};

/// Largest body of a request to sign in.
const MAX_BYTES: usize = 16 * 1024;
/// Header that names the grant to act under.
pub(super) const ACTING_AS: &str = "Lianmeng-Acting-As";
/// Header that only a page of ours can send: another site's page would have to ask first, and gets
/// no permission.
pub(super) const CSRF: &str = "Lianmeng-Csrf";

/// The way in: the gate and how browsers reach it.
#[derive(Debug)]
pub struct Door {
    /// Checks tokens.
    pub gate: Gate,
    /// Scheme and host under which browsers reach the server, such as `https://lianmeng.example`,
    /// without a slash at its end; empty where that is whatever they say it is.
    pub public_url: String,
    /// The identity provider, if there is one.
    pub oidc: Option<Provider>,
}

/// A request that is not let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
    retry_at: Option<DateTime<Utc>>,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl ToString) -> Self {
        Self { status, code, message: message.to_string(), retry_at: None }
    }

    fn signed_out(message: impl ToString) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
    }

    /// As [`Refused::internal`].
    pub(super) fn internal(error: &dyn std::error::Error) -> Self {
        Refused::internal(error).into()
    }

    /// As [`Refused::store`].
    pub(super) fn store(error: &StoreError) -> Self {
        Refused::store(error).into()
    }

    /// The database did not answer within the time that requests have.
    fn late() -> Self {
        let (code, message) = error::trouble(Trouble::Away);
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message)
    }

    pub(super) fn answer(self, request: &Request, now: DateTime<Utc>) -> Response {
        let retry_at = self.retry_at;
        let manner = Manner { media: Media::Json, voice: answer::voice(request) };
        let mut response = manner.refuse(self.into());
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(at) = retry_at {
            let seconds = (at - now).num_seconds().max(0) + 1;
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<Refused> for Refusal {
    fn from(Refused(status, code, message): Refused) -> Self {
        Self::new(status, code, message)
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.status, refusal.code, refusal.message)
    }
}

impl From<GateError> for Refusal {
    fn from(error: GateError) -> Self {
        match error {
            GateError::Token(TokenError::NotHeld(error)) => {
                Self::new(StatusCode::FORBIDDEN, "GRANT_NOT_HELD", error)
            }
            GateError::Token(
                error @ (TokenError::Invalid | TokenError::Expired(_) | TokenError::Ended),
            ) => Self::signed_out(error),
            error @ (GateError::Token(TokenError::Key(_) | TokenError::NoKey)
            | GateError::Machine(_)) => Self::internal(&error),
            GateError::Store(error) => Self::store(&error),
        }
    }
}

impl From<SignInError> for Refusal {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Failed => Self::new(StatusCode::UNAUTHORIZED, "SIGN_IN_FAILED", error),
            SignInError::Throttled(throttled) => Self {
                retry_at: Some(throttled.until),
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "THROTTLED", throttled)
            },
            SignInError::Hash(HashError::Busy) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "BUSY", error)
            }
            SignInError::Hash(HashError::Failed(_)) => Self::internal(&error),
            SignInError::Store(error) => Self::store(&error),
        }
    }
}

impl From<RefreshError> for Refusal {
    fn from(error: RefreshError) -> Self {
        match error {
            RefreshError::Ended | RefreshError::Reused => Self::signed_out(error),
            RefreshError::JustUsed => Self::new(StatusCode::CONFLICT, "REFRESH_USED", error),
            RefreshError::Store(error) => Self::store(&error),
        }
    }
}

/// The routes below `/auth`.
pub(super) fn routes() -> impl Endpoint<Output = Response> {
    let routes = Route::new()
        .at("/login", post(log_in))
        .at("/refresh", post(swap))
        .at("/logout", post(log_out))
        .at("/oidc/start", get(oidc::start))
        .at("/oidc/callback", get(oidc::callback));
    routes.around(in_time)
}

/// The caller of a request: from its header, else from its cookie, else the public.
pub(super) async fn caller(request: &Request, front: &Front) -> Result<Caller, Refusal> {
    let acting_as = request.header(ACTING_AS);
    let token = match request.header(header::AUTHORIZATION) {
        Some(header) => return from_header(header, acting_as, front).await,
        None => match cookie(request, access_cookie(&front.door)) {
            Some(token) => {
                let could_change =
                    request.method() != Method::GET || request.header(header::UPGRADE).is_some();
                if could_change {
                    must_be_ours(request, &front.door)?;
                }
                token
            }
            None => return Ok(Caller::public()),
        },
    };
    pass(front, token, acting_as).await
}

/// The caller an `Authorization` header stands for, acting under the grant with this wire id.
pub(super) async fn from_header(
    header: &str,
    acting_as: Option<&str>,
    front: &Front,
) -> Result<Caller, Refusal> {
    let token = auth::bearer(header).ok_or_else(|| {
        Refusal::signed_out("the Authorization header must read Bearer and a token")
    })?;
    pass(front, token, acting_as).await
}

/// Whom the gate takes the holder of `token` for.
async fn pass(front: &Front, token: &str, acting_as: Option<&str>) -> Result<Caller, Refusal> {
    let asked = front.door.gate.caller(&front.office, token, acting_as);
    Ok(timeout(front.settings.timeout, asked).await.map_err(|_elapsed| Refusal::late())??)
}

/// Gives what happens below `/auth` the time that requests have.
async fn in_time<E: Endpoint>(endpoint: Arc<E>, request: Request) -> poem::Result<Response> {
    let limit = request.data::<Front>().map_or(Duration::MAX, |front| front.settings.timeout);
    let manner = Manner { media: Media::Json, voice: answer::voice(&request) };
    match timeout(limit, endpoint.call(request)).await {
        Ok(answer) => Ok(answer?.into_response()),
        Err(_elapsed) => Ok(manner.refuse(Refusal::late().into())),
    }
}

/// Refuses a request that came along with a cookie unless a page of ours sent it.
fn must_be_ours(request: &Request, door: &Door) -> Result<(), Refusal> {
    let is_ours = request.header(CSRF).is_some()
        || match (request.header("Sec-Fetch-Site"), request.header(header::ORIGIN)) {
            (Some(site), _) => site == "same-origin",
            (None, Some(origin)) if door.public_url.is_empty() => {
                let host = request.header(header::HOST);
                origin.split_once("://").is_some_and(|(_, from)| Some(from) == host)
            }
            (None, Some(origin)) => origin == door.public_url,
            (None, None) => false,
        };
    if is_ours {
        return Ok(());
    }
    let message = format!("a request that comes in by cookie needs the header {CSRF}: 1");
    Err(Refusal::new(StatusCode::FORBIDDEN, "CSRF", message))
}

fn is_secure(door: &Door) -> bool {
    door.public_url.starts_with("https://")
}

/// Name of the cookie with the access token. The prefix lets browsers refuse it from other hosts.
fn access_cookie(door: &Door) -> &'static str {
    if is_secure(door) { "__Host-lianmeng_access" } else { "lianmeng_access" }
}

/// Name of the cookie with the refresh token, which only `/auth` gets.
fn refresh_cookie(door: &Door) -> &'static str {
    if is_secure(door) { "__Secure-lianmeng_refresh" } else { "lianmeng_refresh" }
}

/// The value of a cookie of the request.
pub(super) fn cookie<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let headers = request.headers().get_all(header::COOKIE);
    let pairs = headers.iter().filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

/// A cookie that scripts cannot read; `same_site` is `Strict` or `Lax`.
pub(super) fn set_cookie(
    door: &Door,
    (name, value): (&str, &str),
    (path, same_site): (&str, &str),
    seconds: i64,
) -> String {
    let secure = if is_secure(door) { "; Secure" } else { "" };
    format!(
        "{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite={same_site}{secure}"
    )
}

/// Where a request comes from, as far as it can be believed.
pub(super) fn origin(request: &Request, front: &Front) -> Origin {
    let address = address(request, front.settings.trusts_forwarded_for);
    let agent = request.header(header::USER_AGENT).unwrap_or_default().to_owned();
    Origin { address: address.map(|address| address.to_string()).unwrap_or_default(), agent }
}

/// How tokens go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Body,
    Cookies,
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The cookies of somebody who signed in.
pub(super) async fn cookies(
    front: &Front,
    desk: &Desk,
    signed_in: &SignedIn,
) -> Result<([String; 2], DateTime<Utc>), Refusal> {
    let door = &front.door;
    let (access, ends_at) = door.gate.access_token(desk, &signed_in.login).await?;
    // The access token's cookie outlives it: what comes with it then hears that it has ended, in
    // place of being taken for the public.
    let seconds = (signed_in.login.ends_at - desk.now).num_seconds();
    let cookies = [
        set_cookie(door, (access_cookie(door), &access), ("/", "Strict"), seconds),
        set_cookie(door, (refresh_cookie(door), &signed_in.refresh), ("/auth", "Strict"), seconds),
    ];
    Ok((cookies, ends_at))
}

async fn tokens(
    front: &Front,
    desk: &Desk,
    signed_in: &SignedIn,
    way: Way,
) -> Result<Response, Refusal> {
    let mut body = json!({
        "loginId": ids::wire(signed_in.login.id),
        "loginEndsAt": moment(signed_in.login.ends_at),
    });
    let mut response = Response::builder()
        .header(header::CACHE_CONTROL, "no-store")
        .content_type("application/json; charset=utf-8");
    match way {
        Way::Cookies => {
            let (cookies, ends_at) = cookies(front, desk, signed_in).await?;
            for cookie in cookies {
                response = response.header(header::SET_COOKIE, cookie);
            }
            body["accessTokenEndsAt"] = moment(ends_at).into();
        }
        Way::Body => {
            let (access, ends_at) = front.door.gate.access_token(desk, &signed_in.login).await?;
            body["accessTokenEndsAt"] = moment(ends_at).into();
            body["accessToken"] = access.into();
            body["refreshToken"] = signed_in.refresh.clone().into();
        }
    }
    Ok(response.body(body.to_string()))
}

/// Reads a small JSON body. Other sites' pages can post forms and plain text without asking first,
/// but not this kind.
async fn read<T: for<'de> Deserialize<'de>>(request: &Request, body: Body) -> Result<T, Refusal> {
    let kind = request.content_type().unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        let message = "send Content-Type: application/json";
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return Err(Refusal::new(status, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    let bytes = body.into_bytes_limit(MAX_BYTES).await.map_err(|_| {
        let message = format!("the body is longer than {MAX_BYTES} bytes");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message)
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        // The message of the library may quote the body, which holds a password.
        let place = format!("line {}, column {}", error.line(), error.column());
        let message = format!("the body is not the JSON that is asked for here: {place}");
        Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LogIn {
    name: String,
    password: String,
    #[serde(default)]
    cookies: bool,
}

#[handler]
async fn log_in(request: &Request, body: Body, front: Data<&Front>) -> Response {
    let desk = front.desk(request);
    let work = async {
        let asked: LogIn = read(request, body).await?;
        if asked.name.contains('\0') {
            let message = "the name holds U+0000, which no name does";
            return Err(Refusal::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message));
        }
        let cmd = SignIn {
            name: asked.name,
            password: Password::given(&asked.password),
            from: origin(request, front.0),
        };
        let refresh = Secret::draw().map_err(|error| Refusal::internal(&error))?;
        let signed_in = login::sign_in(&desk, front.door.gate.lives(), &cmd, &refresh).await?;
        let way = if asked.cookies { Way::Cookies } else { Way::Body };
        tokens(front.0, &desk, &signed_in, way).await
    };
    work.await.unwrap_or_else(|refusal| refusal.answer(request, desk.now))
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Refresh {
    refresh_token: Option<String>,
}

/// The refresh token of a request, from its body or else from its cookie.
async fn refresh_token(
    request: &Request,
    body: Body,
    door: &Door,
) -> Result<Option<(String, Way)>, Refusal> {
    let asked: Refresh = match request.content_type() {
        Some(_) => read(request, body).await?,
        None => Refresh::default(),
    };
    if let Some(token) = asked.refresh_token {
        return Ok(Some((token, Way::Body)));
    }
    let Some(token) = cookie(request, refresh_cookie(door)) else { return Ok(None) };
    must_be_ours(request, door)?;
    Ok(Some((token.to_owned(), Way::Cookies)))
}

/// Refreshing asks the database, whatever the token: one address may do so a hundred times a minute.
const REFRESHES: Rate = Rate { most: 100, window: Duration::from_mins(1) };

async fn not_too_often(
    request: &Request,
    front: &Front,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let name = format!("refresh {}", origin(request, front).address);
    match front.office.backplane.limiter.check(&name, REFRESHES).await {
        Verdict::Allowed => Ok(()),
        Verdict::Refused(rest) => {
            let message = "tokens were refreshed too often from your address; wait a minute";
            let retry_at = now + TimeDelta::from_std(rest).unwrap_or_default();
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "THROTTLED", message);
            Err(Refusal { retry_at: Some(retry_at), ..refusal })
        }
    }
}

#[handler]
async fn swap(request: &Request, body: Body, front: Data<&Front>) -> Response {
    let desk = front.desk(request);
    let work = async {
        not_too_often(request, front.0, desk.now).await?;
        let found = refresh_token(request, body, &front.door).await?;
        let found = found.filter(|(token, _)| token.starts_with(REFRESH_PREFIX));
        let (token, way) = found.ok_or_else(|| Refusal::from(RefreshError::Ended))?;
        let next = Secret::draw().map_err(|error| Refusal::internal(&error))?;
        let signed_in = login::refresh(&desk, front.door.gate.lives(), &token, &next).await?;
        tokens(front.0, &desk, &signed_in, way).await
    };
    work.await.unwrap_or_else(|refusal| refusal.answer(request, desk.now))
}

/// Ends the login of the refresh token, else that of the access token, and takes the cookies back.
#[handler]
async fn log_out(request: &Request, body: Body, front: Data<&Front>) -> Response {
    let desk = front.desk(request);
    let door = &front.door;
    let work = async {
        let refused = |error: StoreError| Refusal::store(&error);
        let ended = match refresh_token(request, body, door).await? {
            Some((token, _)) => login::sign_out_by_token(&desk, &token).await.map_err(refused)?,
            None => match caller(request, front.0).await?.by {
                Credential::Login(_, id) => {
                    login::sign_out(&desk, id).await.map_err(refused)?;
                    Some(id)
                }
                Credential::None | Credential::Developer | Credential::ApiToken(..) => None,
            },
        };
        if let Some(id) = ended {
            door.gate.forget(id);
        }
        Ok::<_, Refusal>(())
    };
    if let Err(refusal) = work.await {
        return refusal.answer(request, desk.now);
    }
    let gone = [
        set_cookie(door, (access_cookie(door), ""), ("/", "Strict"), 0),
        set_cookie(door, (refresh_cookie(door), ""), ("/auth", "Strict"), 0),
    ];
    let mut response = Response::builder().status(StatusCode::NO_CONTENT);
    for cookie in gone {
        response = response.header(header::SET_COOKIE, cookie);
    }
    response.header(header::CACHE_CONTROL, "no-store").finish()
}
