//! Mail by SMTP.

use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use lianmeng_domain::delivery::{DeliveryError, MAX_ADDRESS};
use thiserror::Error;

use super::Refusal;

/// How the connection to the mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    /// Not at all: only on one's own machine or network.
    None,
    /// It begins in plain and must change to TLS.
    StartTls,
    /// TLS from the beginning.
    Tls,
}

/// The mail server and who writes.
#[derive(Clone)]
pub struct MailSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept secret.
    pub tls: MailTls,
    /// Name to sign in with; empty to send without.
    pub user: String,
    /// The password.
    pub password: String,
    /// Who the mail is from, such as `链盟 <notice@example.cn>`.
    pub from: String,
    /// Longest wait for one answer of the server.
    pub timeout: Duration,
    /// Certificates (PEM) to trust beside the public ones; empty for none.
    pub extra_roots: Vec<u8>,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailSettings").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Why no mail can be sent with these settings.
#[derive(Debug, Error)]
pub enum MailSetupError {
    /// The sender.
    #[error("{0:?} cannot be the sender; write it as 链盟 <notice@example.cn>")]
    From(String),
    /// TLS.
    #[error("TLS cannot be used: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Mail to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Their address.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// A word that only this mail has: the same when it is sent again.
    pub id: String,
    /// When it is sent.
    pub at: DateTime<Utc>,
    /// Where mails can be turned off.
    pub settings: Option<String>,
}

/// Sends mail; cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Whether `text` can be a sender.
pub fn is_sender(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// An address that mail can be written to, as it is kept.
///
/// # Errors
///
/// [`DeliveryError::Email`] for a text that is none.
pub fn check_address(text: &str) -> Result<String, DeliveryError> {
    let trimmed = text.trim();
    let is_fine = trimmed.len() <= MAX_ADDRESS && trimmed.is_ascii();
    let parsed = trimmed.parse::<Address>().ok().filter(|_| is_fine);
    let refused = || DeliveryError::Email(trimmed.chars().take(60).collect());
    parsed.map(|address| address.to_string()).ok_or_else(refused)
}

impl Mailer {
    /// One for a mail server; nothing is sent yet.
    ///
    /// # Errors
    ///
    /// See [`MailSetupError`].
    pub fn new(settings: &MailSettings) -> Result<Self, MailSetupError> {
        let refused = |_| MailSetupError::From(settings.from.clone());
        let from = settings.from.parse::<Mailbox>().map_err(refused)?;
        let parameters = || {
            let mut builder = TlsParameters::builder(settings.host.clone());
            if !settings.extra_roots.is_empty() {
                builder =
                    builder.add_root_certificate(Certificate::from_pem(&settings.extra_roots)?);
            }
            builder.build()
        };
        let tls = match settings.tls {
            MailTls::None => Tls::None,
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.timeout));
        if !settings.user.is_empty() {
            let (user, password) = (settings.user.clone(), settings.password.clone());
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Hands mail to the server; it was taken when this returns.
    ///
    /// # Errors
    ///
    /// [`Refusal`] if it was not; final where the server says that there is no such address.
    pub async fn send(&self, mail: &Mail) -> Result<(), Refusal> {
        let message = self.message(mail)?;
        let sent = self.transport.send(message).await;
        sent.map(|_| ()).map_err(|error| {
            let status = error.status().map(u16::from);
            let is_final = matches!(status, Some(550 | 551 | 553));
            Refusal { reason: said(&error), is_final, status }
        })
    }

    fn message(&self, mail: &Mail) -> Result<Message, Refusal> {
        let refused = |reason: String| Refusal { reason, is_final: true, status: None };
        let to = mail.to.parse::<Address>().map_err(|error| refused(error.to_string()))?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .date(mail.at.into())
            .message_id(Some(format!("<{}@{}>", mail.id, self.from.email.domain())))
            // No answers of absent people, please: RFC 3834.
            .raw_header(raw("Auto-Submitted", "auto-generated"));
        if let Some(settings) = &mail.settings {
            message = message.raw_header(raw("List-Unsubscribe", &format!("<{settings}>")));
        }
        let part = |kind: ContentType, body: &str| {
            let part = SinglePart::builder().header(kind);
            part.header(ContentTransferEncoding::Base64).body(body.to_owned())
        };
        let both = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, &mail.text))
            .singlepart(part(ContentType::TEXT_HTML, &mail.html));
        message.multipart(both).map_err(|error| refused(error.to_string()))
    }
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str(name);
    HeaderValue::new(name, value.to_owned())
}

/// An error with what caused it: the server's own words are in there.
fn said(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_servers_take() {
        assert_eq!(check_address(" li.ming@example.cn "), Ok("li.ming@example.cn".to_owned()));
        for wrong in [
            "",
            "li",
            "li@",
            "@example.cn",
            "a@b@c",
            "李@example.cn",
            "a b@example.cn",
            "a@b\r\nBcc: c@d",
        ] {
            assert!(check_address(wrong).is_err(), "{wrong}");
        }
        assert!(is_sender("链盟 <notice@example.cn>") && is_sender("notice@example.cn"));
        assert!(!is_sender("notice") && !is_sender(""));
    }
}
