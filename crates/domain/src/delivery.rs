//! Notices that leave the house 通知送达: when a message is due, when it is tried again, and what a
//! person wants to be sent. What it says is in [`digest`], how a webhook is signed in [`hook`].

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use crate::account::Grant;
use crate::actor::Role;
use crate::calendar::WorkCalendar;
use crate::ids::{AccountId, DeliveryId, GrantId, NoticeId, WebhookId};
use crate::notice::NoticeKind;
use crate::words;

pub mod digest;
pub mod hook;
pub mod quiet;

pub use quiet::Quiet;

/// Most webhooks of one account.
pub const MAX_WEBHOOKS: u64 = 10;
/// Longest address, of mail or of a webhook, in characters.
pub const MAX_ADDRESS: usize = 500;
/// How long a code that was sent to an address holds.
pub const CODE_LIFE: TimeDelta = TimeDelta::minutes(30);
/// Wrong codes after which a new one must be asked for.
pub const CODE_TRIES: i32 = 5;
/// Least time between two codes.
pub const CODE_PAUSE: TimeDelta = TimeDelta::minutes(1);

words! {
    /// A way on which notices leave the house.
    pub enum Channel {
        /// E-mail 邮件, to a person.
        Mail = "mail",
        /// A signed request to another system 网络回调.
        Webhook = "webhook",
    }
}

words! {
    /// How far a message is.
    pub enum DeliveryState {
        /// It is not due yet, or nobody took it so far; news may still join it.
        Waiting = "waiting",
        /// Somebody sends it at this moment.
        Sending = "sending",
        /// It could not be sent and will be tried again.
        Failed = "failed",
        /// It was sent.
        Sent = "sent",
        /// It could not be sent, and nobody tries any more.
        GivenUp = "given_up",
        /// When it was due there was nothing left to say, or nobody to say it to.
        Dropped = "dropped",
    }
}

words! {
    /// The language somebody is written to in.
    pub enum NoticeLanguage {
        /// Simplified Chinese.
        Chinese = "zh",
        /// English.
        English = "en",
    }
}

/// What somebody wants to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeSettings {
    /// Who.
    pub account: AccountId,
    /// Where mail goes; none before an address is confirmed.
    pub email: Option<String>,
    /// When it was confirmed.
    pub email_confirmed_at: Option<DateTime<Utc>>,
    /// An address that was given and not confirmed yet.
    pub pending_email: Option<String>,
    /// Whether mail is wanted.
    pub wants_email: bool,
    /// Of what mail is wanted; none stands for everything.
    pub kinds: Option<Vec<NoticeKind>>,
    /// When nothing is sent.
    pub quiet: Quiet,
    /// The language of mail.
    pub language: NoticeLanguage,
}

impl NoticeSettings {
    /// The settings of somebody who chose none.
    pub fn of(account: AccountId) -> Self {
        Self {
            account,
            email: None,
            email_confirmed_at: None,
            pending_email: None,
            wants_email: true,
            kinds: None,
            quiet: Quiet::default(),
            language: NoticeLanguage::Chinese,
        }
    }

    /// Where news of `kind` are mailed to; none if they are not wanted.
    pub fn address(&self, kind: NoticeKind) -> Option<&str> {
        let is_wanted = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind));
        self.email.as_deref().filter(|_| self.wants_email && is_wanted)
    }
}

/// Another system that is told what a grant is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: WebhookId,
    /// Who registered it.
    pub account: AccountId,
    /// The grant whose notices it is told of; it ends with it.
    pub grant: GrantId,
    /// What it is for.
    pub label: String,
    /// Where the requests go.
    pub url: String,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
    /// When it was removed.
    pub removed_at: Option<DateTime<Utc>>,
}

/// Whether the holder of `grant` may register webhooks for it: an administrator of the body, or a
/// coordinator.
pub fn may_hook(grant: &Grant) -> bool {
    grant.is_administrator || grant.role == Role::Coordinator
}

/// A message to one person or system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id: the same at every attempt, so that receivers know a repeated one.
    pub id: DeliveryId,
    /// On which way.
    pub channel: Channel,
    /// To whom, or whose webhook.
    pub account: AccountId,
    /// Which webhook; none for mail.
    pub webhook: Option<WebhookId>,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When the first of its news was.
    pub first_at: DateTime<Utc>,
    /// When it is due, or tried again, or taken from a sender who fell silent.
    pub next_at: DateTime<Utc>,
    /// When it was sent, dropped or given up.
    pub closed_at: Option<DateTime<Utc>>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

/// A notice within a message, with the changes it tells of there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// Which notice.
    pub notice: NoticeId,
    /// What they tell, in the order of the causes.
    pub kinds: Vec<NoticeKind>,
    /// Its changes in the audit log, sorted.
    pub causes: Vec<T>,
}

/// Why notices cannot be sent as wanted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DeliveryError {
    /// Quiet hours that are no hours.
    #[error("{0:?} is no time of day; write it as 21:00")]
    Hour(String),
    /// An address that is none.
    #[error("{0:?} is no e-mail address we can write to; use one such as li@example.cn")]
    Email(String),
    /// A URL that requests cannot go to.
    #[error("{0}")]
    Url(&'static str),
    /// A secret that no webhook has.
    #[error("this is no secret of a webhook; it begins with whsec_")]
    Secret,
}

/// For how long news join a message, counted from the first of them.
pub const fn window(channel: Channel) -> TimeDelta {
    match channel {
        Channel::Mail => TimeDelta::minutes(10),
        // A system sorts them itself, but a burst is one request all the same.
        Channel::Webhook => TimeDelta::minutes(1),
    }
}

/// When a message is due whose first news was at `first`. Systems sleep at no hour.
pub fn due(
    channel: Channel,
    first: DateTime<Utc>,
    quiet: &Quiet,
    calendar: &WorkCalendar,
) -> DateTime<Utc> {
    let end = first + window(channel);
    match channel {
        Channel::Mail => quiet.lift(end, calendar),
        Channel::Webhook => end,
    }
}

/// Minutes between one attempt and the next.
const PAUSES: [i64; 7] = [1, 5, 30, 120, 360, 720, 1440];
/// Attempts after which a message is given up.
pub const MAX_ATTEMPTS: i32 = 8;

/// When a message is tried again of which `attempts` failed, the last at `now`; none if it is given
/// up. Up to a tenth is added by `jitter`, so that many that failed together do not come back together.
pub fn retry_at(attempts: i32, now: DateTime<Utc>, jitter: u16) -> Option<DateTime<Utc>> {
    let index = usize::try_from(attempts.checked_sub(1)?).ok()?;
    let seconds = PAUSES.get(index)? * 60;
    let more = seconds * i64::from(jitter) / (i64::from(u16::MAX) * 10);
    Some(now + TimeDelta::seconds(seconds + more))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone as _;

    use super::*;

    fn noon() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 3, 3, 4, 0, 0).unwrap()
    }

    #[test]
    fn a_message_is_due_when_its_window_ends_and_mail_waits_for_the_morning() {
        let calendar = WorkCalendar::default();
        let quiet = Quiet::default();
        let due = |channel, hour, minute| {
            let first = Utc.with_ymd_and_hms(2026, 3, 3, hour, minute, 0).unwrap();
            due(channel, first, &quiet, &calendar).format("%d %H:%M").to_string()
        };
        assert_eq!(due(Channel::Mail, 4, 0), "03 04:10");
        assert_eq!(due(Channel::Mail, 12, 49), "03 12:59");
        assert_eq!(due(Channel::Mail, 12, 50), "04 00:00", "21:00 in China is quiet");
        assert_eq!(due(Channel::Webhook, 12, 50), "03 12:51");
    }

    #[test]
    fn pauses_grow_with_each_failure_until_it_is_given_up() {
        let minutes = |attempts, jitter| {
            retry_at(attempts, noon(), jitter).map(|at| (at - noon()).num_seconds())
        };
        let plain: Vec<_> = (1..=8).map(|attempts| minutes(attempts, 0)).collect();
        let want = [1, 5, 30, 120, 360, 720, 1440].map(|pause| Some(pause * 60));
        assert_eq!(plain[..7], want);
        assert_eq!(plain[7], None);
        assert_eq!(MAX_ATTEMPTS, 8);
        assert_eq!(minutes(1, u16::MAX), Some(66), "at most a tenth more");
        assert_eq!(minutes(3, u16::MAX / 2), Some(1889));
        assert_eq!((minutes(0, 0), minutes(i32::MIN, 0)), (None, None));
    }

    #[test]
    fn mail_goes_where_it_was_confirmed_and_only_of_what_is_wanted() {
        let none = NoticeSettings::of(AccountId::from(1));
        assert_eq!(none.address(NoticeKind::NeedClosed), None);
        let email = Some("li@example.cn".to_owned());
        let all = NoticeSettings { email, ..none };
        assert_eq!(all.address(NoticeKind::NeedClosed), Some("li@example.cn"));
        let some = NoticeSettings { kinds: Some(vec![NoticeKind::NeedOverdue]), ..all.clone() };
        assert_eq!(some.address(NoticeKind::NeedClosed), None);
        assert_eq!(some.address(NoticeKind::NeedOverdue), Some("li@example.cn"));
        assert_eq!(
            NoticeSettings { wants_email: false, ..all }.address(NoticeKind::NeedOverdue),
            None
        );
    }
}
