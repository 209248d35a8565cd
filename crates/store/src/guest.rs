//! Guests of events and the places there are; the persons who come are in [`person`].
//!
//! Organisers see all invitations to their event, whoever is invited its own once it was sent; nobody
//! else sees any. The condition is part of each query.

pub mod book;
pub mod person;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use lianmeng_domain::committee::Member;
use lianmeng_domain::guest::{Guest, GuestKind, GuestStage, GuestWhy, Invitee};
use lianmeng_domain::ids::{DockingEventId, GuestId};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CaseStatement, Query, SelectStatement};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::audit::trace::{self, Diff};
use crate::event::scope;
use crate::eyes::Eyes;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{StoreError, sight, visible};

/// The table `guests`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub event_id: String,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub outside_name: Option<String>,
        pub kind: String,
        pub stage: String,
        pub why: Option<String>,
        pub note: String,
        pub is_proxy: bool,
        pub sent_at: Option<DateTimeUtc>,
        pub reply_by: Option<DateTimeUtc>,
        pub answered_at: Option<DateTimeUtc>,
        pub queued_at: Option<DateTimeUtc>,
        pub named: i32,
        pub escorts: i32,
        pub plates: String,
        pub diet: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "guests";

/// Which guests a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GuestFilter {
    /// Of this event.
    pub event: Option<DockingEventId>,
    /// In one of these stages as they are at this moment: what nobody answered in time has lapsed.
    pub stages: Option<(Vec<GuestStage>, DateTime<Utc>)>,
    /// Of one of these kinds.
    pub kinds: Vec<GuestKind>,
    /// Only those of the caller's own, even if it organises the event.
    pub only_own: bool,
}

/// Guests the caller sees.
fn seen(sees: &Visibility) -> Condition {
    match own(sees) {
        Some(own) => Condition::all().add(own).add(row::COLUMN.sent_at.is_not_null()),
        None => scope::of_managed(sees, TABLE),
    }
}

/// Guests the caller speaks for; none for callers who are never invited.
fn own(sees: &Visibility) -> Option<Condition> {
    let enterprise = || Expr::col((TABLE, "enterprise_id"));
    Some(Condition::all().add(match sees {
        Visibility::Enterprise(id) => enterprise().eq(id.to_string()),
        Visibility::Group(head) => enterprise().in_subquery(visible::group(*head)),
        Visibility::Organisation(id) => Expr::col((TABLE, "organisation_id")).eq(id.to_string()),
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => return None,
    }))
}

/// Ids of the events to which the caller was invited and not uninvited; none for callers who are
/// never invited.
pub(crate) fn invited(sees: &Visibility) -> Option<SelectStatement> {
    let mut query = Query::select();
    query
        .column((TABLE, "event_id"))
        .from(TABLE)
        .cond_where(own(sees)?)
        .and_where(Expr::col((TABLE, "sent_at")).is_not_null())
        .and_where(Expr::col((TABLE, "stage")).ne(GuestStage::Withdrawn.word()));
    Some(query)
}

fn matches(filter: &GuestFilter, sees: &Visibility) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.event.map(|event| row::COLUMN.event_id.eq(event.to_string())));
    if !filter.kinds.is_empty() {
        all = all.add(row::COLUMN.kind.is_in(filter.kinds.iter().map(|kind| kind.word())));
    }
    if filter.only_own {
        all = all.add(own(sees).unwrap_or_else(sight::never));
    }
    if let Some((stages, now)) = &filter.stages {
        all = all.add(in_stages(stages, *now));
    }
    all
}

/// Guests in one of `stages` at `now`.
fn in_stages(stages: &[GuestStage], now: DateTime<Utc>) -> Condition {
    let may_lapse = [GuestStage::Sent, GuestStage::Tentative];
    let mut any = Condition::any().add(row::COLUMN.id.eq(""));
    for stage in stages {
        let stands = Condition::all().add(row::COLUMN.stage.eq(stage.word()));
        let in_time = || {
            Condition::any().add(row::COLUMN.reply_by.is_null()).add(row::COLUMN.reply_by.gt(now))
        };
        any = any.add(if may_lapse.contains(stage) { stands.add(in_time()) } else { stands });
        if *stage == GuestStage::Lapsed {
            any = any.add(over(now));
        }
    }
    any
}

/// Guests whose time to answer was over at `now` and who have not lapsed yet.
fn over(now: DateTime<Utc>) -> Condition {
    let may_lapse = [GuestStage::Sent, GuestStage::Tentative].map(GuestStage::word);
    Condition::all().add(row::COLUMN.stage.is_in(may_lapse)).add(row::COLUMN.reply_by.lte(now))
}

fn read(eyes: Eyes<'_>, rows: Vec<row::Model>) -> Result<Vec<Guest>, StoreError> {
    let is_masked = *eyes.reads == Visibility::Nothing;
    rows.into_iter()
        .map(|row| {
            let guest = Guest::try_from(row)?;
            Ok(if is_masked { masked(&guest) } else { guest })
        })
        .collect()
}

/// What is left of `guest` for those who may not read what is personal in it.
fn masked(guest: &Guest) -> Guest {
    Guest { note: String::new(), plates: Vec::new(), diet: String::new(), ..guest.clone() }
}

/// A page of the guests that `filter` matches and the caller sees, oldest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    filter: &GuestFilter,
    window: Window<GuestId>,
) -> Result<Vec<Guest>, StoreError> {
    let query = row::Entity::find().filter(seen(eyes.sees)).filter(matches(filter, eyes.sees));
    read(eyes, page::by_id(query, (row::Column::Id, Way::Up), window).all(db).await?)
}

/// How many guests a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &GuestFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(seen(sees)).filter(matches(filter, sees));
    Ok(query.count(db).await?)
}

/// The first guests of each of `events` that the caller sees, oldest first. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_events(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    events: &[DockingEventId],
    first: u64,
) -> Result<Vec<Guest>, StoreError> {
    let query = row::Entity::find().filter(seen(eyes.sees)).filter(parse::among(
        db,
        row::Column::EventId,
        events,
    ));
    let order = [row::Column::Id];
    read(eyes, page::first_of_each(db, query, row::Column::EventId, &order, first).await?)
}

/// The guests with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    ids: &[GuestId],
) -> Result<Vec<Guest>, StoreError> {
    let rows = row::Entity::find()
        .filter(seen(eyes.sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    read(eyes, rows)
}

/// Every guest of `event`, by id, at most 2,000: for the rules, which need them all.
///
/// # Errors
///
/// As [`page()`].
pub async fn all(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<Guest>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(Guest::try_from).collect()
}

/// Names of the members among the guests of `event`. Two statements.
///
/// # Errors
///
/// As [`page()`].
pub async fn names(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<BTreeMap<GuestId, String>, StoreError> {
    let mut names = BTreeMap::new();
    for (member, table) in [("enterprise_id", "enterprises"), ("organisation_id", "organisations")]
    {
        let mut query = Query::select();
        query
            .expr_as(Expr::col((TABLE, "id")), "id")
            .expr_as(Expr::col((table, "name")), "name")
            .from(TABLE)
            .inner_join(table, Expr::col((table, "id")).equals((TABLE, member)))
            .and_where(Expr::col((TABLE, "event_id")).eq(event.to_string()));
        for row in db.query_all(&query).await? {
            let id: String = row.try_get("", "id")?;
            names.insert(parse::value(At(TABLE, "id"), &id)?, row.try_get("", "name")?);
        }
    }
    Ok(names)
}

/// How many people come with guests to each of `events`; those to which nobody does are left out. One
/// statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn heads(
    db: &impl ConnectionTrait,
    events: &[DockingEventId],
) -> Result<Vec<(DockingEventId, u32)>, StoreError> {
    let named = Expr::col((TABLE, "named"));
    let one: Expr = CaseStatement::new().case(named.clone().gt(1), named).finally(1).into();
    let heads = one.add(Expr::col((TABLE, "escorts")));
    let mut query = Query::select();
    query
        .expr_as(Expr::col((TABLE, "event_id")), "event_id")
        .expr_as(heads.sum(), "heads")
        .from(TABLE)
        .and_where(parse::listed(db, (TABLE, "event_id"), events))
        .and_where(Expr::col((TABLE, "stage")).eq(GuestStage::Yes.word()))
        .group_by_col((TABLE, "event_id"));
    let rows = db.query_all(&query).await?.into_iter();
    rows.map(|row| {
        let event: String = row.try_get("", "event_id")?;
        let heads: i64 = row.try_get("", "heads")?;
        let at = |column| At(TABLE, column);
        Ok((parse::value(at("event_id"), &event)?, parse::number(at("escorts"), heads)?))
    })
    .collect()
}

/// Up to `limit` guests whose time to answer was over at `now`, after `after` in order of their ids.
///
/// # Errors
///
/// As [`page()`].
pub async fn lapsing(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    after: Option<GuestId>,
    limit: u64,
) -> Result<Vec<Guest>, StoreError> {
    let rows = row::Entity::find()
        .filter(over(now))
        .filter(Condition::all().add_option(after.map(|id| row::COLUMN.id.gt(id.to_string()))))
        .order_by_asc(row::COLUMN.id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Guest::try_from).collect()
}

/// What a change did to a guest, for the audit log: without what is personal.
pub fn diff(before: Option<&Guest>, after: &Guest) -> Diff {
    let masked = |guest: &Guest| columns(&masked(guest));
    trace::diff(before.map(masked).as_ref(), Some(&masked(after)))
}

/// Adds `guests`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if one is invited already, or does not exist.
pub async fn insert_many(db: &impl ConnectionTrait, guests: &[Guest]) -> Result<(), StoreError> {
    if !guests.is_empty() {
        row::Entity::insert_many(guests.iter().map(columns)).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Saves `guest` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `guest.version`.
pub async fn save(db: &impl ConnectionTrait, guest: &Guest) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(guest.version + 1), ..columns(guest) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(guest.id.to_string()))
        .filter(row::COLUMN.version.eq(guest.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

fn columns(guest: &Guest) -> row::ActiveModel {
    let (member, outside) = match &guest.who {
        Invitee::Member(member) => (parse::member_columns(*member), None),
        Invitee::Outside(name) => ((None, None), Some(name.clone())),
    };
    row::ActiveModel {
        id: Set(guest.id.to_string()),
        event_id: Set(guest.event.to_string()),
        enterprise_id: Set(member.0),
        organisation_id: Set(member.1),
        outside_name: Set(outside),
        kind: Set(guest.kind.word().to_owned()),
        stage: Set(guest.stage.word().to_owned()),
        why: Set(guest.why.map(|why| why.word().to_owned())),
        note: Set(guest.note.clone()),
        is_proxy: Set(guest.is_proxy),
        sent_at: Set(guest.sent_at),
        reply_by: Set(guest.reply_by),
        answered_at: Set(guest.answered_at),
        queued_at: Set(guest.queued_at),
        named: Set(i32::from(guest.named)),
        escorts: Set(i32::from(guest.escorts)),
        plates: Set(parse::list_text(&guest.plates)),
        diet: Set(guest.diet.clone()),
        version: Set(guest.version),
    }
}

impl TryFrom<row::Model> for Guest {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        let member: Option<Member> = match (&row.enterprise_id, &row.organisation_id) {
            (None, None) => None,
            (one, other) => Some(parse::member(TABLE, one.as_deref(), other.as_deref())?),
        };
        let who = match (member, row.outside_name) {
            (Some(member), _) => Invitee::Member(member),
            (None, Some(name)) => Invitee::Outside(name),
            (None, None) => return Err(at("outside_name").corrupt("")),
        };
        let why = row.why.as_deref();
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            who,
            kind: parse::word(at("kind"), &row.kind, GuestKind::from_word)?,
            stage: parse::word(at("stage"), &row.stage, GuestStage::from_word)?,
            why: why.map(|why| parse::word(at("why"), why, GuestWhy::from_word)).transpose()?,
            note: row.note,
            is_proxy: row.is_proxy,
            sent_at: row.sent_at,
            reply_by: row.reply_by,
            answered_at: row.answered_at,
            queued_at: row.queued_at,
            named: parse::number(at("named"), row.named)?,
            escorts: parse::number(at("escorts"), row.escorts)?,
            plates: parse::list(at("plates"), &row.plates)?,
            diet: row.diet,
            version: row.version,
        })
    }
}
