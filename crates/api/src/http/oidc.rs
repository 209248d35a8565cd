//! Signing in at a city's own identity provider: OpenID Connect, code flow with PKCE, state and
//! nonce.
//!
//! Who leaves for the provider is remembered in a row that comes out once; a cookie binds it to the
//! browser that left, so that nobody can be made to come back as somebody else.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_app::desk::Desk;
use lianmeng_app::login::{self, SignInError, Vouched};
use lianmeng_app::secret::{self, Secret};
use lianmeng_store::oidc_flow::Flow;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreProviderMetadata, CoreTokenResponse,
    CoreUserInfoClaims,
};
use openidconnect::reqwest;
use openidconnect::{
    AccessTokenHash, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
};
use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Request, Response, handler};
use thiserror::Error;

use super::Front;
use super::sign_in::{self, Door, Refusal};

/// Longest wait for the provider's answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long what the provider says about itself is believed.
const METADATA_LIFE: TimeDelta = TimeDelta::hours(1);
/// How long somebody may stay away.
const FLOW_LIFE: TimeDelta = TimeDelta::minutes(10);
/// Path of [`callback`].
const CALLBACK: &str = "/auth/oidc/callback";

/// Which claim of the provider may be the name of an account at the first sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameClaim {
    /// None: accounts are linked by an administrator.
    None,
    /// `preferred_username`.
    PreferredUsername,
    /// `email`, if the provider has verified it.
    Email,
}

/// Settings of an identity provider.
#[derive(Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its issuer, such as `https://id.example`.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What proves that we are it; empty for a public client.
    pub client_secret: String,
    /// Scopes asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Which claim may name an account.
    pub name_claim: NameClaim,
    /// Certificates (PEM) to trust beside the public ones; empty for none.
    pub extra_roots: Vec<u8>,
}

/// An identity provider.
pub struct Provider {
    settings: ProviderSettings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    http: reqwest::Client,
    metadata: Mutex<Option<(Arc<CoreProviderMetadata>, DateTime<Utc>)>>,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// Why the provider cannot be used.
#[derive(Debug, Error)]
pub enum ProviderError {
    /// An address that is none.
    #[error("{0:?} is no address of an identity provider or of this server: {1}")]
    Address(String, String),
    /// The HTTP client.
    #[error("no HTTP client for the identity provider: {0}")]
    Client(String),
    /// It does not answer, or answers nonsense.
    #[error("the identity provider could not be asked for {0}: {1}")]
    Answer(&'static str, String),
    /// It vouches for somebody in a way that cannot be believed.
    #[error("the identity provider's token cannot be believed: {0}")]
    Token(String),
}

type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

impl Provider {
    /// A provider that leads people back to `public_url`. Nothing is asked yet, so that a server
    /// starts while its provider is down.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Address`] or [`ProviderError::Client`].
    pub fn new(settings: ProviderSettings, public_url: &str) -> Result<Self, ProviderError> {
        let bad = |text: &str, error: openidconnect::url::ParseError| {
            ProviderError::Address(text.to_owned(), error.to_string())
        };
        let issuer =
            IssuerUrl::new(settings.issuer.clone()).map_err(|e| bad(&settings.issuer, e))?;
        let redirect =
            RedirectUrl::new(format!("{public_url}{CALLBACK}")).map_err(|e| bad(public_url, e))?;
        let failed = |error: reqwest::Error| ProviderError::Client(error.to_string());
        // Redirects would let a provider send us to addresses of our own network.
        let mut http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(TIMEOUT)
            .timeout(TIMEOUT);
        if !settings.extra_roots.is_empty() {
            let roots = reqwest::Certificate::from_pem_bundle(&settings.extra_roots);
            for root in roots.map_err(failed)? {
                http = http.add_root_certificate(root);
            }
        }
        let http = http.build().map_err(failed)?;
        Ok(Self { settings, issuer, redirect, http, metadata: Mutex::default() })
    }

    async fn client(&self, now: DateTime<Utc>) -> Result<Client, ProviderError> {
        let known = self.metadata.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let metadata = match known {
            Some((metadata, read_at)) if now - read_at < METADATA_LIFE => metadata,
            Some(_) | None => self.discover(now).await?,
        };
        let settings = &self.settings;
        let secret = Some(settings.client_secret.clone()).filter(|secret| !secret.is_empty());
        let client = CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(&metadata),
            ClientId::new(settings.client_id.clone()),
            secret.map(ClientSecret::new),
        );
        Ok(client.set_redirect_uri(self.redirect.clone()))
    }

    async fn discover(
        &self,
        now: DateTime<Utc>,
    ) -> Result<Arc<CoreProviderMetadata>, ProviderError> {
        let found = CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await;
        let found = found.map_err(|e| ProviderError::Answer("its description", told(&e)))?;
        let metadata = Arc::new(found);
        let kept = Some((Arc::clone(&metadata), now));
        *self.metadata.lock().unwrap_or_else(PoisonError::into_inner) = kept;
        Ok(metadata)
    }

    /// Where to send somebody, and what to remember of it.
    async fn leave(
        &self,
        state: String,
        return_to: String,
        now: DateTime<Utc>,
    ) -> Result<(String, Flow), ProviderError> {
        let client = self.client(now).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let state_hash = secret::hash(&state);
        let mut asked = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            Nonce::new_random,
        );
        for scope in &self.settings.scopes {
            asked = asked.add_scope(Scope::new(scope.clone()));
        }
        let (url, _, nonce) = asked.set_pkce_challenge(challenge).url();
        let flow = Flow {
            state_hash,
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
            return_to,
            ends_at: now + FLOW_LIFE,
        };
        Ok((url.to_string(), flow))
    }

    /// Swaps the code somebody came back with for who they are.
    async fn vouched(
        &self,
        code: String,
        flow: &Flow,
        now: DateTime<Utc>,
    ) -> Result<(String, Option<String>), ProviderError> {
        let client = self.client(now).await?;
        let asked = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|e| ProviderError::Answer("a token", told(&e)))?
            .set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone()));
        let tokens = asked.request_async(&self.http).await;
        let tokens = tokens.map_err(|e| ProviderError::Answer("a token", told(&e)))?;
        let claims = believed(&client, &tokens, flow, now)?;
        let subject = claims.subject().to_string();
        let mut name = self.name_of_id(&claims);
        if name.is_none() && self.settings.name_claim != NameClaim::None {
            // Many providers tell name and mail only when asked with the access token.
            let asked = client
                .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
                .map_err(|e| ProviderError::Answer("who somebody is", told(&e)))?;
            let info: CoreUserInfoClaims = asked
                .request_async(&self.http)
                .await
                .map_err(|e| ProviderError::Answer("who somebody is", told(&e)))?;
            name = self.name_of_info(&info);
        }
        Ok((subject, name))
    }

    fn name_of_id(&self, claims: &CoreIdTokenClaims) -> Option<String> {
        let name = claims.preferred_username().map(|name| name.as_str());
        let email = claims.email().map(|email| email.as_str());
        self.name(name, email, claims.email_verified())
    }

    fn name_of_info(&self, claims: &CoreUserInfoClaims) -> Option<String> {
        let name = claims.preferred_username().map(|name| name.as_str());
        let email = claims.email().map(|email| email.as_str());
        self.name(name, email, claims.email_verified())
    }

    /// The name that counts here; a mail address only if the provider has checked it.
    fn name(
        &self,
        name: Option<&str>,
        email: Option<&str>,
        is_checked: Option<bool>,
    ) -> Option<String> {
        let name = match self.settings.name_claim {
            NameClaim::None => None,
            NameClaim::PreferredUsername => name,
            NameClaim::Email => email.filter(|_| is_checked == Some(true)),
        };
        name.map(ToOwned::to_owned)
    }
}

/// The claims of the ID token, its signature, issuer, audience, nonce, life and access token
/// checked.
fn believed(
    client: &Client,
    tokens: &CoreTokenResponse,
    flow: &Flow,
    now: DateTime<Utc>,
) -> Result<CoreIdTokenClaims, ProviderError> {
    let doubt = |error: &dyn std::error::Error| ProviderError::Token(told(error));
    let token = tokens.id_token().ok_or(ProviderError::Token("it sent none".to_owned()))?;
    let verifier = client.id_token_verifier().set_time_fn(move || now);
    let nonce = Nonce::new(flow.nonce.clone());
    let claims = token.claims(&verifier, &nonce).map_err(|e| doubt(&e))?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|e| doubt(&e))?;
        let key = token.signing_key(&verifier).map_err(|e| doubt(&e))?;
        let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key);
        if actual.map_err(|e| doubt(&e))? != *expected {
            return Err(ProviderError::Token("it belongs to another access token".to_owned()));
        }
    }
    Ok(claims.clone())
}

/// An error with its causes, for the log.
fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(%error, "signing in at the identity provider failed");
        let message = "the identity provider could not be asked, or its answer not be believed; the cause is in the log";
        Self::new(StatusCode::BAD_GATEWAY, "OIDC_FAILED", message)
    }
}

/// Name of the cookie that binds a sign-in under way to the browser. It must come along when the
/// provider leads back, so it is `Lax`; it says nothing and lives ten minutes.
const COOKIE: &str = "lianmeng_oidc";

fn provider(door: &Door) -> Result<&Provider, Refusal> {
    let message = "this server signs in nobody through an identity provider";
    let off = || Refusal::new(StatusCode::NOT_FOUND, "OIDC_OFF", message);
    door.oidc.as_ref().ok_or_else(off)
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query().unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// A path of ours to lead somebody to; anything else becomes `/`, so that no link of ours leads
/// away.
fn own_path(text: Option<String>) -> String {
    let is_own = |path: &String| {
        path.len() <= 500
            && path.starts_with('/')
            && !path.starts_with("//")
            && path.chars().all(|c| !c.is_control() && c != '\\')
    };
    text.filter(is_own).unwrap_or_else(|| "/".to_owned())
}

fn lead_to(place: &str) -> poem::ResponseBuilder {
    Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::LOCATION, place)
}

/// Sends the browser to the provider.
#[handler]
pub(super) async fn start(request: &Request, front: Data<&Front>) -> Response {
    let desk = front.desk(request);
    let work = async {
        let provider = provider(&front.door)?;
        let state = Secret::draw().map_err(|error| Refusal::internal(&error))?.text("");
        let return_to = own_path(parameter(request, "returnTo"));
        let (place, flow) = provider.leave(state.clone(), return_to, desk.now).await?;
        login::leave(&desk, &flow).await.map_err(|error| Refusal::store(&error))?;
        let seconds = FLOW_LIFE.num_seconds();
        let cookie =
            sign_in::set_cookie(&front.door, (COOKIE, &state), ("/auth/oidc", "Lax"), seconds);
        Ok::<_, Refusal>(lead_to(&place).header(header::SET_COOKIE, cookie).finish())
    };
    work.await.unwrap_or_else(|refusal| refusal.answer(request, desk.now))
}

/// Takes the browser back from the provider, signs in by cookies and leads on.
#[handler]
pub(super) async fn callback(request: &Request, front: Data<&Front>) -> Response {
    let desk = front.desk(request);
    come_back(request, front.0, &desk)
        .await
        .unwrap_or_else(|refusal| refusal.answer(request, desk.now))
}

async fn come_back(request: &Request, front: &Front, desk: &Desk) -> Result<Response, Refusal> {
    let provider = provider(&front.door)?;
    let strange = || {
        let message = "this sign-in was not begun in this browser, or took too long; begin again at /auth/oidc/start";
        Refusal::new(StatusCode::BAD_REQUEST, "OIDC_FAILED", message)
    };
    let state = parameter(request, "state").ok_or_else(strange)?;
    if sign_in::cookie(request, COOKIE) != Some(&state) {
        return Err(strange());
    }
    let flow = login::come_back(desk, &secret::hash(&state)).await;
    let flow = flow.map_err(|error| Refusal::store(&error))?.ok_or_else(strange)?;
    if let Some(error) = parameter(request, "error") {
        tracing::info!(%error, "the identity provider refused somebody");
        return Err(SignInError::Failed.into());
    }
    let code = parameter(request, "code").ok_or_else(strange)?;
    let (subject, name) = provider.vouched(code, &flow, desk.now).await?;
    let from = sign_in::origin(request, front);
    let issuer = provider.issuer.to_string();
    let refresh = Secret::draw().map_err(|error| Refusal::internal(&error))?;
    let cmd = Vouched { issuer, subject, name, from };
    let signed_in = login::sign_in_vouched(desk, front.door.gate.lives(), &cmd, &refresh).await?;
    let (cookies, _) = sign_in::cookies(front, desk, &signed_in).await?;
    let mut response = lead_to(&flow.return_to);
    for cookie in cookies {
        response = response.header(header::SET_COOKIE, cookie);
    }
    let over = sign_in::set_cookie(&front.door, (COOKIE, ""), ("/auth/oidc", "Lax"), 0);
    Ok(response.header(header::SET_COOKIE, over).finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        let lead = |text: &str| own_path(Some(text.to_owned()));
        assert_eq!(lead("/needs?stage=OPEN"), "/needs?stage=OPEN");
        for bad in ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\r\nX: y"] {
            assert_eq!(lead(bad), "/", "{bad}");
        }
        assert_eq!(own_path(None), "/");
    }
}
