//! Messages that take notices out of the house.
//!
//! News [`join`] the message of a person or webhook that nobody has taken so far, in the transaction
//! that makes the notice. A sender [`claim`]s what is due: one statement per row decides, so that two
//! senders never have the same message, and whoever falls silent loses it when its lease ends.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::delivery::{Channel, Delivery, DeliveryState as State, Part};
use lianmeng_domain::ids::{AccountId, AuditId, DeliveryId, IdSource, NoticeId, WebhookId};
use lianmeng_domain::notice::NoticeKind;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::IntoCondition as _;
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

#[cfg(test)]
mod tests;

/// The table `deliveries`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "deliveries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub channel: String,
        pub account_id: String,
        pub webhook_id: Option<String>,
        pub state: String,
        pub attempts: i32,
        pub first_at: DateTimeUtc,
        pub next_at: DateTimeUtc,
        pub closed_at: Option<DateTimeUtc>,
        pub holder: Option<String>,
        pub last_error: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `delivery_causes`.
mod cause {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "delivery_causes")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub delivery_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub cause_id: String,
        pub notice_id: String,
        pub kind: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Longest error kept, in characters.
const MAX_ERROR: usize = 300;
/// Most changes told of in one message.
const MAX_CAUSES: u64 = 1_000;
/// Messages of one person that can be on their way at a time: one waits, others are tried again.
const ON_THEIR_WAY: u64 = 20;

/// To whom news go, and when.
#[derive(Debug, Clone, Copy)]
pub struct Addressee {
    /// Who.
    pub account: AccountId,
    /// Which webhook of theirs; none for mail.
    pub webhook: Option<WebhookId>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// When a message that begins with it is due.
    pub due: DateTime<Utc>,
}

impl Addressee {
    fn is_it(&self) -> Condition {
        let webhook = match self.webhook {
            Some(id) => row::COLUMN.webhook_id.eq(id.to_string()),
            None => row::COLUMN.webhook_id.is_null(),
        };
        row::COLUMN.account_id.eq(self.account.to_string()).into_condition().add(webhook)
    }
}

/// Lets a change, of which `notice` tells, join the message that waits for somebody, or begin one, also
/// where it is full. Of several that join at once only one may run, see [`crate::notice::spread`].
///
/// # Errors
///
/// [`StoreError::Conflict`] if the change has joined it before.
pub async fn join(
    db: &impl ConnectionTrait,
    ids: &IdSource,
    to: Addressee,
    (cause, notice, kind): (AuditId, NoticeId, NoticeKind),
) -> Result<(), StoreError> {
    let waits = row::COLUMN.state.eq(State::Waiting.word()).and(row::COLUMN.attempts.eq(0));
    let found = row::Entity::find()
        .filter(row::COLUMN.closed_at.is_null())
        .filter(to.is_it())
        .filter(waits.clone())
        .order_by_desc(row::COLUMN.id)
        .one(db)
        .await?;
    let mut message = None;
    if let Some(found) = found
        && told_of(db, &found.id).await? < MAX_CAUSES
    {
        // Touched, so that a sender takes it before, and this change begins another one, or after.
        let held = row::Entity::update_many()
            .col_expr(row::Column::FirstAt, Expr::value(Ord::min(found.first_at, to.at)))
            .filter(row::COLUMN.id.eq(&found.id))
            .filter(waits)
            .exec(db)
            .await?;
        message = (held.rows_affected == 1).then_some(found.id);
    }
    let message = match message {
        Some(id) => id,
        None => begin(db, ids, to).await?.to_string(),
    };
    let cause = cause::ActiveModel {
        delivery_id: Set(message),
        cause_id: Set(cause.to_string()),
        notice_id: Set(notice.to_string()),
        kind: Set(kind.word().to_owned()),
    };
    cause::Entity::insert(cause).exec_without_returning(db).await?;
    Ok(())
}

/// How many changes a message tells of.
async fn told_of(db: &impl ConnectionTrait, message: &str) -> Result<u64, StoreError> {
    let causes = cause::Entity::find().filter(cause::COLUMN.delivery_id.eq(message));
    Ok(causes.count(db).await?)
}

async fn begin(
    db: &impl ConnectionTrait,
    ids: &IdSource,
    to: Addressee,
) -> Result<DeliveryId, StoreError> {
    let id: DeliveryId = ids.mint(to.at.timestamp_millis());
    let channel = if to.webhook.is_some() { Channel::Webhook } else { Channel::Mail };
    let row = row::ActiveModel {
        id: Set(id.to_string()),
        channel: Set(channel.word().to_owned()),
        account_id: Set(to.account.to_string()),
        webhook_id: Set(to.webhook.map(|id| id.to_string())),
        state: Set(State::Waiting.word().to_owned()),
        attempts: Set(0),
        first_at: Set(to.at),
        next_at: Set(to.due),
        closed_at: Set(None),
        holder: Set(None),
        last_error: Set(None),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(id)
}

/// Who takes messages, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// A name nobody else has.
    pub holder: &'a str,
    /// The present moment.
    pub now: DateTime<Utc>,
    /// After so long without news of the holder somebody else may take it.
    pub lease: TimeDelta,
    /// The ways it can send on.
    pub channels: &'a [Channel],
    /// Most messages at a time.
    pub limit: u64,
}

/// Takes messages that are due, those due first first. Each is taken by one holder only, and its
/// attempt counted.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses, [`StoreError::Corrupt`] if a row does not parse.
pub async fn claim(
    db: &impl ConnectionTrait,
    claim: Claim<'_>,
) -> Result<Vec<Delivery>, StoreError> {
    let channels = claim.channels.iter().map(|channel| channel.word());
    let due = || {
        Condition::all()
            .add(row::COLUMN.closed_at.is_null())
            .add(row::COLUMN.next_at.lte(claim.now))
    };
    let rows = row::Entity::find()
        .filter(due())
        .filter(row::COLUMN.channel.is_in(channels))
        .order_by_asc(row::COLUMN.next_at)
        .order_by_asc(row::COLUMN.id)
        .limit(claim.limit)
        .all(db)
        .await?;
    let mut taken = Vec::new();
    for found in rows {
        let until = claim.now + claim.lease;
        let attempts = found.attempts.saturating_add(1);
        let saved = row::Entity::update_many()
            .col_expr(row::Column::State, Expr::value(State::Sending.word()))
            .col_expr(row::Column::Attempts, Expr::value(attempts))
            .col_expr(row::Column::NextAt, Expr::value(until))
            .col_expr(row::Column::Holder, Expr::value(claim.holder))
            .filter(row::COLUMN.id.eq(&found.id))
            .filter(due())
            .exec(db)
            .await?;
        if saved.rows_affected == 1 {
            let state = State::Sending.word().to_owned();
            let taken_row = row::Model { state, attempts, next_at: until, ..found };
            taken.push(Delivery::try_from(taken_row)?);
        }
    }
    Ok(taken)
}

/// What became of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent.
    Sent,
    /// There was nothing to say, or nobody to say it to.
    Dropped(String),
    /// Not now: it waits until then, and this was no attempt.
    Postponed(DateTime<Utc>),
    /// It was not sent, and is tried again then.
    Failed(String, DateTime<Utc>),
    /// It was not sent, and nobody tries any more.
    GivenUp(String),
}

/// Notes at `now` what became of a message that `holder` has, and gives whether it still had it.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn settle(
    db: &impl ConnectionTrait,
    delivery: &Delivery,
    holder: &str,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let kept = |error: &str| Some(error.chars().take(MAX_ERROR).collect::<String>());
    let (state, next_at, error) = match outcome {
        Outcome::Sent => (State::Sent, None, None),
        Outcome::Dropped(why) => (State::Dropped, None, kept(why)),
        Outcome::GivenUp(why) => (State::GivenUp, None, kept(why)),
        Outcome::Failed(why, again) => (State::Failed, Some(*again), kept(why)),
        Outcome::Postponed(until) => {
            let is_new = delivery.attempts <= 1;
            let state = if is_new { State::Waiting } else { State::Failed };
            (state, Some(*until), delivery.last_error.clone())
        }
    };
    let attempts = match outcome {
        Outcome::Postponed(_) => delivery.attempts.saturating_sub(1),
        Outcome::Sent | Outcome::Dropped(_) | Outcome::GivenUp(_) | Outcome::Failed(..) => {
            delivery.attempts
        }
    };
    let saved = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(state.word()))
        .col_expr(row::Column::Attempts, Expr::value(attempts))
        .col_expr(row::Column::NextAt, Expr::value(next_at.unwrap_or(now)))
        .col_expr(row::Column::ClosedAt, Expr::value(next_at.is_none().then_some(now)))
        .col_expr(row::Column::LastError, Expr::value(error))
        .col_expr(row::Column::Holder, Expr::value(None::<String>))
        .filter(row::COLUMN.id.eq(delivery.id.to_string()))
        .filter(row::COLUMN.state.eq(State::Sending.word()))
        .filter(row::COLUMN.holder.eq(holder))
        .exec(db)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Puts a message that was given up back at `now`, to be tried from the beginning.
///
/// # Errors
///
/// [`StoreError::Stale`] if there is none, or it was not given up.
pub async fn requeue(
    db: &impl ConnectionTrait,
    id: DeliveryId,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::State, Expr::value(State::Failed.word()))
        .col_expr(row::Column::Attempts, Expr::value(0))
        .col_expr(row::Column::NextAt, Expr::value(now))
        .col_expr(row::Column::ClosedAt, Expr::value(None::<DateTime<Utc>>))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .filter(row::COLUMN.state.eq(State::GivenUp.word()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Which messages are wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Only those of this account, its webhooks included.
    pub account: Option<AccountId>,
    /// Only those in this state.
    pub state: Option<State>,
}

/// A page of messages, newest first.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: DeliveryFilter,
    window: Window<DeliveryId>,
) -> Result<Vec<Delivery>, StoreError> {
    let mut query = row::Entity::find();
    if let Some(account) = filter.account {
        query = query.filter(row::COLUMN.account_id.eq(account.to_string()));
    }
    if let Some(state) = filter.state {
        query = query.filter(row::COLUMN.state.eq(state.word()));
    }
    let rows = page::by_id(query, (row::Column::Id, Way::Down), window).all(db).await?;
    rows.into_iter().map(Delivery::try_from).collect()
}

/// Mail to `account` that is on its way, oldest first.
///
/// # Errors
///
/// As [`page()`].
pub async fn mail_under_way(
    db: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Vec<Delivery>, StoreError> {
    let query = row::Entity::find()
        .filter(row::COLUMN.closed_at.is_null())
        .filter(row::COLUMN.account_id.eq(account.to_string()))
        .filter(row::COLUMN.webhook_id.is_null())
        .order_by_asc(row::COLUMN.id)
        .limit(ON_THEIR_WAY);
    query.all(db).await?.into_iter().map(Delivery::try_from).collect()
}

/// The newest message to each of these webhooks.
///
/// # Errors
///
/// As [`page()`].
pub async fn newest_of_webhooks(
    db: &impl ConnectionTrait,
    webhooks: &[WebhookId],
) -> Result<BTreeMap<WebhookId, Delivery>, StoreError> {
    // Ids sort by time.
    let newest: Vec<String> = row::Entity::find()
        .select_only()
        .column_as(row::Column::Id.max(), "newest")
        .filter(parse::among(db, row::Column::WebhookId, webhooks))
        .group_by(row::Column::WebhookId)
        .into_tuple()
        .all(db)
        .await?;
    let query = row::Entity::find().filter(parse::among(db, row::Column::Id, newest));
    let rows = query.all(db).await?;
    let found = rows.into_iter().map(Delivery::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(found.into_iter().filter_map(|one| Some((one.webhook?, one))).collect())
}

/// What messages tell of, sorted: whole, since a message tells of at most a thousand changes.
///
/// # Errors
///
/// As [`page()`].
pub async fn parts(
    db: &impl ConnectionTrait,
    deliveries: &[DeliveryId],
) -> Result<BTreeMap<DeliveryId, Vec<Part<AuditId>>>, StoreError> {
    let rows = cause::Entity::find()
        .filter(parse::among(db, cause::Column::DeliveryId, deliveries))
        .order_by_asc(cause::COLUMN.delivery_id)
        .order_by_asc(cause::COLUMN.notice_id)
        .order_by_asc(cause::COLUMN.cause_id)
        .limit(MAX_CAUSES.saturating_mul(u64::try_from(deliveries.len()).unwrap_or(u64::MAX)))
        .all(db)
        .await?;
    let at = |column| At("delivery_causes", column);
    let mut all: BTreeMap<DeliveryId, Vec<Part<AuditId>>> = BTreeMap::new();
    for row in rows {
        let parts = all.entry(parse::value(at("delivery_id"), &row.delivery_id)?).or_default();
        let notice = parse::value(at("notice_id"), &row.notice_id)?;
        let cause = parse::value(at("cause_id"), &row.cause_id)?;
        let kind = parse::word(at("kind"), &row.kind, NoticeKind::from_word)?;
        match parts.last_mut().filter(|part| part.notice == notice) {
            Some(part) => {
                part.causes.push(cause);
                part.kinds.push(kind);
            }
            None => parts.push(Part { notice, kinds: vec![kind], causes: vec![cause] }),
        }
    }
    Ok(all)
}

impl TryFrom<row::Model> for Delivery {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("deliveries", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            channel: parse::word(at("channel"), &row.channel, Channel::from_word)?,
            account: parse::value(at("account_id"), &row.account_id)?,
            webhook: parse::value_opt(at("webhook_id"), row.webhook_id.as_deref())?,
            state: parse::word(at("state"), &row.state, State::from_word)?,
            attempts: row.attempts,
            first_at: row.first_at,
            next_at: row.next_at,
            closed_at: row.closed_at,
            last_error: row.last_error,
        })
    }
}
