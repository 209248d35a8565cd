//! The post: messages that take notices out of the house, when they are due.
//!
//! A message is composed when it is sent, from what its reader may see at that moment; nothing of it
//! but the changes it tells of is kept. Each is claimed by one sender at a time; one that dies between
//! sending and noting it leaves the message to be sent once more, under the same id.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use lianmeng_domain::delivery::{self as rules, Channel, Delivery, MAX_ATTEMPTS};
use lianmeng_domain::ids::DeliveryId;
use lianmeng_store::StoreError;
use lianmeng_store::delivery::{self as store, Claim, Outcome};
use tokio::time::{MissedTickBehavior, interval};

use crate::desk::Office;

pub mod compose;
pub mod hook;
pub mod mail;
pub mod requeue;

use compose::Message;
use mail::Mailer;

/// How often somebody looks for messages that are due.
const LOOK: Duration = Duration::from_secs(1);
/// Messages sent at the same time.
const AT_ONCE: usize = 8;
/// Longest time one attempt may take, whatever the other side does.
const ATTEMPT: Duration = Duration::from_mins(2);
/// After so long a message of a sender who fell silent is taken by another.
const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How long a process that ends waits for what it is sending.
const GRACE: Duration = Duration::from_secs(10);

/// How notices leave the house; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Post {
    /// Sends mail; none where it is off.
    pub mailer: Option<Mailer>,
    /// Where the console is, which shows things and settings; empty where there is none.
    pub console_url: Arc<str>,
    /// Where webhooks may go.
    pub hooks: hook::Hooks,
}

impl Post {
    /// The page of a thing; none where nobody said where pages are.
    fn link(&self, thing: &str) -> Option<String> {
        let base = self.console_url.trim_end_matches('/');
        (!base.is_empty()).then(|| format!("{base}/{}", thing.replacen(':', "/", 1)))
    }

    /// The page where one chooses what to be sent.
    pub fn settings_link(&self) -> Option<String> {
        self.link("settings:notices")
    }

    const fn channels(&self) -> &'static [Channel] {
        if self.mailer.is_some() { Channel::ALL } else { &[Channel::Webhook] }
    }
}

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// In words, without secrets.
    pub reason: String,
    /// Whether another try is in vain.
    pub is_final: bool,
    /// The number the other side answered with, if it did: what may stand in a log.
    pub status: Option<u16>,
}

impl Refusal {
    /// What anybody may be told: not the other side's own words, which may hold addresses and names of
    /// machines.
    pub fn told(&self) -> String {
        match self.status {
            Some(status) => format!("it answered {status}"),
            None => "it gave no answer that could be understood".to_owned(),
        }
    }
}

/// Sends messages that are due until `ended`, and gives what is on its way then a few seconds.
pub async fn keep(office: &Office, ended: impl Future<Output = ()>) {
    let mut ended = pin!(ended);
    let mut ticks = interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            () = &mut ended => return,
            _ = ticks.tick() => {}
        }
        let mut sending = pin!(send_due(office));
        let sent = tokio::select! {
            sent = &mut sending => sent,
            () = &mut ended => {
                // What is left then is taken up by others when the lease is over.
                let _in_time_or_not = tokio::time::timeout(GRACE, sending).await;
                return;
            }
        };
        if let Err(error) = sent {
            tracing::error!(cause = %error, "messages cannot be read or noted");
        }
    }
}

/// Sends everything that is due and gives how many messages were taken up.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses, [`StoreError::Corrupt`] if a row does not parse. What
/// was claimed is taken up again when its lease is over.
pub async fn send_due(office: &Office) -> Result<u64, StoreError> {
    let holder = office.desk().mint::<DeliveryId>().to_string();
    let mut count = 0;
    loop {
        let claim = Claim {
            holder: &holder,
            now: office.clock.shared(&office.db).await?,
            lease: LEASE,
            channels: office.post.channels(),
            limit: AT_ONCE.try_into().unwrap_or(1),
        };
        let due = store::claim(&office.db, claim).await?;
        if due.is_empty() {
            return Ok(count);
        }
        let mut sending = Vec::new();
        for delivery in &due {
            sending.push(one(office, &holder, claim.now, delivery));
        }
        for sent in join_all(sending).await {
            sent?;
            count += 1;
        }
    }
}

/// Sends one message and notes what became of it.
async fn one(
    office: &Office,
    holder: &str,
    now: DateTime<Utc>,
    delivery: &Delivery,
) -> Result<(), StoreError> {
    let outcome = attempt(office, now, delivery).await?;
    let word = match &outcome {
        Outcome::Sent => "sent",
        Outcome::Dropped(_) => "dropped",
        Outcome::Postponed(_) => "postponed",
        // Why stands in its row: the other side's words may hold addresses of people.
        Outcome::Failed(..) => {
            tracing::warn!(delivery.id = %delivery.id, "a message was not sent");
            "failed"
        }
        Outcome::GivenUp(_) => {
            tracing::error!(delivery.id = %delivery.id, "a message was given up");
            "given_up"
        }
    };
    let channel = delivery.channel.word();
    metrics::counter!("lianmeng_deliveries_total", "channel" => channel, "outcome" => word)
        .increment(1);
    if !store::settle(&office.db, delivery, holder, &outcome, now).await? {
        tracing::warn!(delivery.id = %delivery.id, "a message was taken by another sender meanwhile");
    }
    Ok(())
}

async fn attempt(
    office: &Office,
    now: DateTime<Utc>,
    delivery: &Delivery,
) -> Result<Outcome, StoreError> {
    if delivery.attempts > MAX_ATTEMPTS {
        return Ok(Outcome::GivenUp("senders fell silent while sending it".to_owned()));
    }
    let message = compose::compose(&office.db, &office.post, delivery, now).await?;
    let sent = match &message {
        Message::Nothing(why) => return Ok(Outcome::Dropped((*why).to_owned())),
        Message::Later(until) => return Ok(Outcome::Postponed(*until)),
        Message::Mail(mail) => match &office.post.mailer {
            Some(mailer) => tokio::time::timeout(ATTEMPT, mailer.send(mail)).await,
            None => return Ok(Outcome::Postponed(now + LEASE)),
        },
        Message::Hook(request) => {
            tokio::time::timeout(ATTEMPT, hook::send(office.post.hooks, request)).await
        }
    };
    let late = |_| {
        let reason = format!("no answer within {} seconds", ATTEMPT.as_secs());
        Err(Refusal { reason, is_final: false, status: None })
    };
    Ok(match sent.unwrap_or_else(late) {
        Ok(()) => Outcome::Sent,
        Err(refusal) => {
            let again = rules::retry_at(delivery.attempts, now, jitter(delivery));
            match again.filter(|_| !refusal.is_final) {
                Some(again) => Outcome::Failed(refusal.reason, again),
                None => Outcome::GivenUp(refusal.reason),
            }
        }
    })
}

/// A number that differs from message to message and from attempt to attempt, and follows from both.
fn jitter(delivery: &Delivery) -> u16 {
    let attempts = u128::from(delivery.attempts.unsigned_abs());
    let mixed = (delivery.id.number() ^ attempts).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 64;
    u16::try_from(mixed & 0xFFFF).unwrap_or_default()
}
