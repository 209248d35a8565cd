//! What a message says at the moment it is sent: only what its reader may see then.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use lianmeng_domain::account::Grant;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::calendar::WorkCalendar;
use lianmeng_domain::delivery::digest::{Digest, Line, digest};
use lianmeng_domain::delivery::hook::{key, signature};
use lianmeng_domain::delivery::{Delivery, NoticeSettings, Part};
use lianmeng_domain::ids::{AccountId, AuditId, DeliveryId, GrantId, Id, NeedId, WebhookId};
use lianmeng_domain::policy;
use lianmeng_domain::rights::{Column, DataClass};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::notice::Notice;
use lianmeng_store::{
    StoreError, account, calendar, delivery as store, grant, need, notice, notice_settings, webhook,
};
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::Post;
use super::hook::Request;
use super::mail::Mail;
use crate::desk::local_date;

/// A message as it leaves, or why it does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Mail.
    Mail(Mail),
    /// A request to a webhook.
    Hook(Request),
    /// Not before then: its reader sleeps.
    Later(DateTime<Utc>),
    /// There is nothing to say any more, and why.
    Nothing(&'static str),
}

const OVER: Message = Message::Nothing("everything in it was read, or may no longer be seen");

/// A notice with its part of a message. The notice itself may tell later news by now.
type Told = (Notice, Part<AuditId>);

/// The message `delivery` at `now`.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn compose(
    db: &impl ConnectionTrait,
    post: &Post,
    delivery: &Delivery,
    now: DateTime<Utc>,
) -> Result<Message, StoreError> {
    let owner = account::find(db, delivery.account).await?;
    if owner.is_none_or(|kept| kept.account.disabled_at.is_some()) {
        return Ok(Message::Nothing("the account is disabled"));
    }
    let parts = store::parts(db, &[delivery.id]).await?.remove(&delivery.id).unwrap_or_default();
    match delivery.webhook {
        Some(id) => request(db, delivery, id, parts, now).await,
        None => letter(db, post, delivery, parts, now).await,
    }
}

async fn letter(
    db: &impl ConnectionTrait,
    post: &Post,
    delivery: &Delivery,
    parts: Vec<Part<AuditId>>,
    now: DateTime<Utc>,
) -> Result<Message, StoreError> {
    let settings = notice_settings::of(db, delivery.account).await?.settings;
    let Some(to) = settings.email.clone().filter(|_| settings.wants_email) else {
        return Ok(Message::Nothing("mail is no longer wanted"));
    };
    let days = if settings.quiet.days_off {
        calendar::from_year(db, local_date(now).year()).await?
    } else {
        WorkCalendar::default()
    };
    let wakes = settings.quiet.lift(now, &days);
    if wakes > now {
        return Ok(Message::Later(wakes));
    }
    let told = unread(db, &settings, parts, now).await?;
    if told.is_empty() {
        return Ok(OVER);
    }
    let Digest { subject, text, html } = written(post, &settings, &told);
    let id = delivery.id.to_string();
    Ok(Message::Mail(Mail { to, subject, text, html, id, at: now, settings: post.settings_link() }))
}

/// The mail that waits for an account, as it would be sent at `now`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When it is due.
    pub due_at: DateTime<Utc>,
}

/// What would be mailed to `account` if everything that waits were sent at `now`; none if nothing
/// waits.
///
/// # Errors
///
/// As [`compose`].
pub async fn preview(
    db: &impl ConnectionTrait,
    post: &Post,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<Preview>, StoreError> {
    let waiting = store::mail_under_way(db, account).await?;
    let Some(due_at) = waiting.iter().map(|delivery| delivery.next_at).min() else {
        return Ok(None);
    };
    let ids: Vec<DeliveryId> = waiting.iter().map(|delivery| delivery.id).collect();
    let parts = store::parts(db, &ids).await?.into_values().flatten().collect();
    let settings = notice_settings::of(db, account).await?.settings;
    let told = unread(db, &settings, parts, now).await?;
    if told.is_empty() {
        return Ok(None);
    }
    let Digest { subject, text, .. } = written(post, &settings, &told);
    Ok(Some(Preview { subject, text, due_at }))
}

fn written(post: &Post, settings: &NoticeSettings, told: &[Told]) -> Digest {
    let line = |(notice, part): &Told| {
        Some(Line {
            kind: *part.kinds.last()?,
            title: notice.title.clone(),
            link: post.link(&notice.thing),
            causes: part.causes.iter().map(|cause| wire(*cause)).collect(),
        })
    };
    let lines: Vec<Line> = told.iter().filter_map(line).collect();
    digest(settings.language, &lines, post.settings_link().as_deref())
}

/// Notices of an account that it has not read, wants mailed and may see.
async fn unread(
    db: &impl ConnectionTrait,
    settings: &NoticeSettings,
    parts: Vec<Part<AuditId>>,
    now: DateTime<Utc>,
) -> Result<Vec<Told>, StoreError> {
    let mut told = notices(db, parts).await?;
    told.retain_mut(|(notice, part)| {
        // What is said is the last of what is wanted.
        part.kinds.retain(|&kind| settings.address(kind).is_some());
        notice.account == settings.account && notice.read_at.is_none() && !part.kinds.is_empty()
    });
    visible(db, told, local_date(now)).await
}

async fn notices(
    db: &impl ConnectionTrait,
    parts: Vec<Part<AuditId>>,
) -> Result<Vec<Told>, StoreError> {
    // Several messages may tell of one notice, the last of them last.
    let mut whole: BTreeMap<_, Part<AuditId>> = BTreeMap::new();
    for part in parts {
        match whole.entry(part.notice) {
            Entry::Vacant(place) => drop(place.insert(part)),
            Entry::Occupied(mut place) => {
                place.get_mut().causes.extend(part.causes);
                place.get_mut().kinds.extend(part.kinds);
            }
        }
    }
    let found = notice::find_many(db, whole.keys().copied()).await?;
    let with = |notice: Notice| whole.remove(&notice.id).map(|part| (notice, part));
    Ok(found.into_iter().filter_map(with).collect())
}

/// Those of `told` whose grant is in force on `today`, about what its holder may see.
async fn visible(
    db: &impl ConnectionTrait,
    told: Vec<Told>,
    today: NaiveDate,
) -> Result<Vec<Told>, StoreError> {
    let grants: BTreeSet<GrantId> = told.iter().map(|(notice, _)| notice.grant).collect();
    let mut held = BTreeMap::new();
    for id in grants {
        if let Some(grant) = grant::find(db, id).await?.filter(|grant| grant.is_in_force(today)) {
            let needs = told.iter().filter(|(notice, _)| notice.grant == id);
            let needs: Vec<NeedId> = needs.filter_map(|(notice, _)| notice.need()).collect();
            held.insert(id, seen(db, &grant, &needs).await?);
        }
    }
    let is_seen = |(notice, _): &Told| {
        let needs = held.get(&notice.grant);
        needs.is_some_and(|seen| notice.need().is_none_or(|need| seen.contains(&need)))
    };
    Ok(told.into_iter().filter(is_seen).collect())
}

/// Those of `needs` that the holder of `grant` may see.
async fn seen(
    db: &impl ConnectionTrait,
    grant: &Grant,
    needs: &[NeedId],
) -> Result<BTreeSet<NeedId>, StoreError> {
    let subject = wire(grant.account);
    let actor = Actor { subject, role: grant.role, body: grant.body.clone() };
    let whole = policy::visibility(&actor);
    let eyes = Eyes::of(Column::of(&actor), &whole, DataClass::NeedSummary);
    let found = need::find_many(db, eyes, needs).await?;
    Ok(found.into_iter().map(|seen| seen.need.id).collect())
}

async fn request(
    db: &impl ConnectionTrait,
    delivery: &Delivery,
    id: WebhookId,
    parts: Vec<Part<AuditId>>,
    now: DateTime<Utc>,
) -> Result<Message, StoreError> {
    let found = webhook::find(db, id).await?.filter(|(hook, _)| hook.removed_at.is_none());
    let Some((hook, secret)) = found else {
        return Ok(Message::Nothing("the webhook was removed"));
    };
    let mut told = notices(db, parts).await?;
    told.retain(|(notice, _)| notice.grant == hook.grant);
    let told = visible(db, told, local_date(now)).await?;
    if told.is_empty() {
        return Ok(OVER);
    }
    let notices: Vec<_> = told
        .iter()
        .map(|(notice, part)| {
            json!({
                "kind": part.kinds.last().map(|kind| kind.word()),
                "thingId": notice.thing,
                "title": notice.title,
                "at": notice.last_at,
                "causeIds": part.causes.iter().map(|cause| wire(*cause)).collect::<Vec<_>>(),
            })
        })
        .collect();
    let body = json!({ "type": "notices", "timestamp": now, "data": { "notices": notices } });
    let (body, id) = (body.to_string(), wire(delivery.id));
    let timestamp = now.timestamp();
    let signed = key(&secret).and_then(|key| signature(&key, &id, timestamp, &body));
    let Ok(signature) = signed else {
        return Ok(Message::Nothing("its secret cannot be read; register the webhook anew"));
    };
    Ok(Message::Hook(Request { url: hook.url, id, timestamp, signature, body }))
}

fn wire<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}
