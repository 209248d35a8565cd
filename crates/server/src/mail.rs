//! The mail server and webhooks of the configuration, and `lianmeng mail`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use lianmeng_app::post::Post;
use lianmeng_app::post::hook::Hooks;
use lianmeng_app::post::mail::{self, MailSettings, MailTls, Mailer, check_address, is_sender};
use lianmeng_domain::ids::DeliveryId;
use serde::{Deserialize, Serialize};

use crate::args::notice::MailCommand;
use crate::config::Config;
use crate::{print, wire};

/// The mail server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: Secrecy,
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) from: String,
    pub(crate) timeout_seconds: u32,
    pub(crate) ca_file: PathBuf,
    pub(crate) console_url: String,
}

/// How the connection to it is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Secrecy {
    None,
    StartTls,
    Tls,
}

/// Secrets stay out of logs.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("host", &self.host).finish_non_exhaustive()
    }
}

/// Webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhooks {
    pub(crate) allow_inner: bool,
    pub(crate) timeout_seconds: u32,
}

impl Mail {
    /// What is wrong with values that have the right type.
    pub(crate) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let is_address = ["http://", "https://"].iter().any(|at| self.console_url.starts_with(at));
        if !self.console_url.is_empty() && !is_address {
            faults.push(
                "mail.console_url must be empty or start with http:// or https://".to_owned(),
            );
        }
        if self.host.is_empty() {
            return faults;
        }
        if !is_sender(&self.from) {
            faults.push("mail.from must be a sender such as 链盟 <notice@example.cn>".to_owned());
        }
        if self.tls == Secrecy::None && !self.password.is_empty() {
            faults.push("mail.tls must not be none where mail.password is set".to_owned());
        }
        if self.user.is_empty() != self.password.is_empty() {
            faults.push("mail.user and mail.password go together".to_owned());
        }
        faults
    }

    fn mailer(&self) -> anyhow::Result<Option<Mailer>> {
        if self.host.is_empty() {
            return Ok(None);
        }
        let extra_roots = if self.ca_file.as_os_str().is_empty() {
            Vec::new()
        } else {
            let file = self.ca_file.display();
            std::fs::read(&self.ca_file)
                .with_context(|| format!("mail.ca_file {file} cannot be read"))?
        };
        let settings = MailSettings {
            host: self.host.clone(),
            port: self.port,
            tls: match self.tls {
                Secrecy::None => MailTls::None,
                Secrecy::StartTls => MailTls::StartTls,
                Secrecy::Tls => MailTls::Tls,
            },
            user: self.user.clone(),
            password: self.password.clone(),
            from: self.from.clone(),
            timeout: Duration::from_secs(self.timeout_seconds.into()),
            extra_roots,
        };
        Ok(Some(Mailer::new(&settings).context("the mail server of [mail]")?))
    }
}

impl Config {
    /// How notices leave the house, as configured.
    pub(crate) fn post(&self) -> anyhow::Result<Post> {
        let hooks = Hooks {
            allow_inner: self.webhooks.allow_inner,
            timeout: Duration::from_secs(self.webhooks.timeout_seconds.into()),
        };
        let console_url = self.mail.console_url.as_str().into();
        Ok(Post { mailer: self.mail.mailer()?, console_url, hooks })
    }
}

/// `lianmeng mail …`.
pub(crate) async fn run(config: &Config, command: MailCommand) -> anyhow::Result<ExitCode> {
    let MailCommand::Test { to } = command;
    let faults = config.faults();
    anyhow::ensure!(faults.is_empty(), "the configuration is not sound: {}", faults.join("; "));
    let mailer = config.mail.mailer()?;
    let mailer = mailer.context("mail is off: set mail.host in the configuration")?;
    let desk = wire::office(config).await?.desk();
    let text = "如果您收到这封邮件，链盟的邮件通知就可以使用了。\n\
                If you read this, mail from Lianmeng works.\n";
    let test = mail::Mail {
        to: check_address(&to)?,
        subject: "【链盟】测试邮件 test mail".to_owned(),
        text: text.to_owned(),
        html: format!("<!doctype html><html><body><p>{}</p></body></html>\n", text.trim_end()),
        id: desk.mint::<DeliveryId>().to_string(),
        at: desk.now,
        settings: None,
    };
    let server = format!("{}:{}", config.mail.host, config.mail.port);
    match mailer.send(&test).await {
        Ok(()) => print::text(&format!("{server} took the mail to {}", test.to)),
        Err(refusal) => {
            print::error(&format!("{server} did not take the mail: {}", refusal.reason));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
