//! Requests to webhooks: only out of the house, without redirects, and without reading the answer.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lianmeng_domain::delivery::hook::is_outside;
use lianmeng_domain::delivery::{DeliveryError, MAX_ADDRESS};
use reqwest::{StatusCode, header, redirect};
use url::{Host, Url};

use super::Refusal;

/// Where webhooks may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hooks {
    /// Whether they may go to addresses of inner networks, and without TLS.
    pub allow_inner: bool,
    /// Longest wait for an answer.
    pub timeout: Duration,
}

impl Default for Hooks {
    fn default() -> Self {
        Self { allow_inner: false, timeout: Duration::from_secs(10) }
    }
}

/// A request to a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Where it goes.
    pub url: String,
    /// The same when it is sent again.
    pub id: String,
    /// When it was made, in seconds since 1970.
    pub timestamp: i64,
    /// The header `webhook-signature`.
    pub signature: String,
    /// JSON.
    pub body: String,
}

/// A URL that requests can go to, as it is kept. What its name means is looked up at each request.
///
/// # Errors
///
/// [`DeliveryError::Url`] for others.
pub fn check_url(hooks: Hooks, text: &str) -> Result<String, DeliveryError> {
    let refused = |why| Err(DeliveryError::Url(why));
    let Ok(url) = Url::parse(text.trim()) else {
        return refused("this is no URL; use one such as https://example.cn/hook");
    };
    if text.len() > MAX_ADDRESS {
        return refused("the URL is too long; use at most 500 characters");
    }
    if url.scheme() != "https" && !(hooks.allow_inner && url.scheme() == "http") {
        return refused("the URL must begin with https://");
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return refused("the URL must hold no name, no password and no #; requests are signed");
    }
    let literal = match url.host() {
        Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
        Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
        Some(Host::Domain(_)) => None,
        None => return refused("the URL names no host"),
    };
    if literal.is_some_and(|address| !may_go(hooks, address)) {
        return refused("the URL leads into an inner network");
    }
    Ok(url.to_string())
}

fn may_go(hooks: Hooks, address: IpAddr) -> bool {
    hooks.allow_inner || is_outside(address)
}

/// Sends a request. Any answer of 200 to 299 takes it; its body is not read.
///
/// # Errors
///
/// [`Refusal`] if it was not taken; final where the receiver says that it is gone (410).
pub async fn send(hooks: Hooks, request: &Request) -> Result<(), Refusal> {
    let again = |reason: String| Refusal { reason, is_final: false, status: None };
    let url = check_url(hooks, &request.url).map_err(|error| again(error.to_string()))?;
    let url = Url::parse(&url).map_err(|error| again(error.to_string()))?;
    let addresses = tokio::time::timeout(hooks.timeout, resolve(hooks, &url));
    let addresses = addresses
        .await
        .map_err(|_| again("its name could not be looked up in time".to_owned()))??;
    send_to(hooks, request, url, &addresses).await
}

/// Sends a request to these addresses, whatever the name means: those that were checked are those that
/// are connected to.
async fn send_to(
    hooks: Hooks,
    request: &Request,
    url: Url,
    addresses: &[SocketAddr],
) -> Result<(), Refusal> {
    let again = |reason: String| Refusal { reason, is_final: false, status: None };
    let client = reqwest::Client::builder()
        .resolve_to_addrs(url.host_str().unwrap_or_default(), addresses)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(hooks.timeout)
        .build()
        .map_err(|error| again(error.without_url().to_string()))?;
    let answer = client
        .post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, concat!("lianmeng/", env!("CARGO_PKG_VERSION")))
        .header("webhook-id", &request.id)
        .header("webhook-timestamp", request.timestamp.to_string())
        .header("webhook-signature", &request.signature)
        .body(request.body.clone())
        .send()
        .await
        .map_err(|error| again(said(error)))?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(Refusal {
            reason: format!("it answered {}", status.as_u16()),
            is_final: status == StatusCode::GONE,
            status: Some(status.as_u16()),
        }),
    }
}

/// Addresses of the host of `url`, all of them out of the house: whoever mixes in others has no good
/// intent.
async fn resolve(hooks: Hooks, url: &Url) -> Result<Vec<SocketAddr>, Refusal> {
    let again = |reason: &str| Refusal { reason: reason.to_owned(), is_final: false, status: None };
    let port = url.port_or_known_default().unwrap_or(443);
    let found: Vec<SocketAddr> = match url.host() {
        Some(Host::Ipv4(v4)) => vec![(v4, port).into()],
        Some(Host::Ipv6(v6)) => vec![(v6, port).into()],
        Some(Host::Domain(name)) => {
            let found = tokio::net::lookup_host((name, port)).await;
            found.map_err(|_| again("its name is not known"))?.collect()
        }
        None => return Err(again("the URL names no host")),
    };
    if found.is_empty() {
        return Err(again("its name has no address"));
    }
    if found.iter().any(|address| !may_go(hooks, address.ip())) {
        return Err(again("its name leads into an inner network"));
    }
    Ok(found)
}

/// What went wrong, without the URL: a path may be a secret.
fn said(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lead_out_of_the_house_by_tls_and_hold_no_password() {
        let strict = Hooks::default();
        let lenient = Hooks { allow_inner: true, ..strict };
        let fine = |hooks, url| check_url(hooks, url).is_ok();
        assert_eq!(
            check_url(strict, " https://例子.cn/h?a=1 ").unwrap(),
            "https://xn--fsqu00a.cn/h?a=1"
        );
        for url in ["https://example.cn/h", "https://1.1.1.1:8443/h", "https://[2400:3200::1]/"] {
            assert!(fine(strict, url), "{url}");
        }
        let inner = [
            "http://example.cn/h",
            "https://127.0.0.1/",
            "https://0x7f000001/",
            "https://2130706433/",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://169.254.169.254/",
        ];
        for url in inner {
            assert!(!fine(strict, url), "{url}");
            assert!(fine(lenient, url), "{url}");
        }
        for url in [
            "",
            "example.cn",
            "ftp://example.cn/",
            "https://u:p@example.cn/",
            "https://u@example.cn/",
            "https://example.cn/#a",
            "file:///etc/passwd",
        ] {
            assert!(!fine(lenient, url), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_is_looked_up_once() {
        let receiver = lianmeng_testkit::post::Receiver::answering(&[]);
        let local = Url::parse(&receiver.url).unwrap();
        let address = local.socket_addrs(|| None).unwrap();
        let url = Url::parse("http://nobody-has-this-name.invalid/hook").unwrap();
        let request = Request {
            url: url.to_string(),
            id: "delivery:1".to_owned(),
            timestamp: 0,
            signature: "v1,x".to_owned(),
            body: "{}".to_owned(),
        };
        send_to(Hooks::default(), &request, url, &address).await.unwrap();
        assert_eq!(receiver.calls()[0].header("host"), "nobody-has-this-name.invalid");
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_looked_up() {
        let request = Request {
            url: "https://localhost:9/h".to_owned(),
            id: "delivery:1".to_owned(),
            timestamp: 0,
            signature: "v1,x".to_owned(),
            body: "{}".to_owned(),
        };
        let refused = send(Hooks::default(), &request).await.unwrap_err();
        assert_eq!(refused.reason, "its name leads into an inner network");
        assert!(!refused.is_final);
    }
}
