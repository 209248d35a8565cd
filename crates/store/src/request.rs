//! Meeting requests, and what events allow of them.
//!
//! Organisers see all requests of their event, a side its own; nobody else sees any. Why a request was
//! declined leaves the database with it; who may read that is decided where it is told.

use chrono::{DateTime, Utc};
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::HalfDay;
use lianmeng_domain::ids::{DockingEventId, MeetingRequestId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::request::{
    MeetingRequest, RequestCard, RequestPriority, RequestRules, RequestStage,
};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{OnConflict, Query, SelectStatement};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use crate::event::scope;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{StoreError, sight, visible};

#[cfg(test)]
mod tests;

/// The table `meeting_requests`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "meeting_requests")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub event_id: String,
        pub from_enterprise: Option<String>,
        pub from_organisation: Option<String>,
        pub to_enterprise: Option<String>,
        pub to_organisation: Option<String>,
        pub message: String,
        pub half_day: Option<String>,
        pub priority: String,
        pub stage: String,
        pub sent_at: DateTimeUtc,
        pub ends_at: DateTimeUtc,
        pub closed_at: Option<DateTimeUtc>,
        pub reason: String,
        pub meeting_id: Option<String>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `request_rules`.
mod rule {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "request_rules")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        pub cap: i32,
        pub days: i32,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "meeting_requests";
const RULES: &str = "request_rules";

/// Which requests a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequestFilter {
    /// In one of these stages as they are at this moment: what nobody answered in time has expired.
    pub stages: Option<(Vec<RequestStage>, DateTime<Utc>)>,
}

/// Requests the caller sees.
fn seen(sees: &Visibility) -> Condition {
    let side = |column| Expr::col((TABLE, column));
    let any = Condition::any();
    match sees {
        Visibility::Enterprise(id) => any
            .add(side("from_enterprise").eq(id.to_string()))
            .add(side("to_enterprise").eq(id.to_string())),
        Visibility::Group(head) => any
            .add(side("from_enterprise").in_subquery(visible::group(*head)))
            .add(side("to_enterprise").in_subquery(visible::group(*head))),
        Visibility::Organisation(id) => any
            .add(side("from_organisation").eq(id.to_string()))
            .add(side("to_organisation").eq(id.to_string())),
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => scope::of_managed(sees, TABLE),
    }
}

/// Ids of events of which the caller asked or was asked; none for who is no side of any.
pub(crate) fn concerned(sees: &Visibility) -> Option<SelectStatement> {
    match sees {
        Visibility::Enterprise(_) | Visibility::Group(_) | Visibility::Organisation(_) => {
            let mut query = Query::select();
            query.column((TABLE, "event_id")).from(TABLE).cond_where(seen(sees));
            Some(query)
        }
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => None,
    }
}

/// Ids of events that take requests; with a participant among `own`, participants.
pub(crate) fn open_to(own: SelectStatement) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("participants", "event_id"))
        .from("participants")
        .inner_join(RULES, Expr::col((RULES, "event_id")).equals(("participants", "event_id")))
        .and_where(Expr::col((RULES, "cap")).gt(0))
        .and_where(Expr::col(("participants", "id")).in_subquery(own));
    query
}

fn in_stages(stages: &[RequestStage], now: DateTime<Utc>) -> Condition {
    let mut any = Condition::any().add(sight::never());
    for stage in stages {
        let stands = Condition::all().add(row::COLUMN.stage.eq(stage.word()));
        any = any.add(match stage {
            RequestStage::Pending => stands.add(row::COLUMN.ends_at.gt(now)),
            RequestStage::Expired => Condition::any().add(stands).add(over(now)),
            RequestStage::Accepted | RequestStage::Declined | RequestStage::Cancelled => stands,
        });
    }
    any
}

/// Requests whose time was over at `now` and that nobody wrote down as expired.
fn over(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(row::COLUMN.stage.eq(RequestStage::Pending.word()))
        .add(row::COLUMN.ends_at.lte(now))
}

fn matches(filter: &RequestFilter, event: DockingEventId) -> Condition {
    let stages = filter.stages.as_ref().map(|(stages, now)| in_stages(stages, *now));
    Condition::all().add(row::COLUMN.event_id.eq(event.to_string())).add_option(stages)
}

fn all_of(rows: Vec<row::Model>) -> Result<Vec<MeetingRequest>, StoreError> {
    rows.into_iter().map(MeetingRequest::try_from).collect()
}

/// A page of the requests of `event` that `filter` matches and the caller sees, oldest first. One
/// statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    (event, filter): (DockingEventId, &RequestFilter),
    window: Window<MeetingRequestId>,
) -> Result<Vec<MeetingRequest>, StoreError> {
    let query = row::Entity::find().filter(seen(sees)).filter(matches(filter, event));
    all_of(page::by_id(query, (row::Column::Id, Way::Up), window).all(db).await?)
}

/// How many requests a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    (event, filter): (DockingEventId, &RequestFilter),
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(seen(sees)).filter(matches(filter, event));
    Ok(query.count(db).await?)
}

/// The first requests of each of `events` that the caller sees, oldest first. One statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_events(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    events: &[DockingEventId],
    first: u64,
) -> Result<Vec<MeetingRequest>, StoreError> {
    let query = row::Entity::find().filter(seen(sees)).filter(parse::among(
        db,
        row::Column::EventId,
        events,
    ));
    let order = [row::Column::Id];
    all_of(page::first_of_each(db, query, row::Column::EventId, &order, first).await?)
}

/// The requests with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[MeetingRequestId],
) -> Result<Vec<MeetingRequest>, StoreError> {
    let query =
        row::Entity::find().filter(seen(sees)).filter(parse::among(db, row::Column::Id, ids));
    all_of(query.all(db).await?)
}

/// The requests of `event` in which `one` or `other` is a side, by id, for the rules: at most as many
/// as the cap and the other participants of the event allow.
///
/// # Errors
///
/// As [`page()`].
pub async fn with(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    (one, other): (Member, Member),
) -> Result<Vec<MeetingRequest>, StoreError> {
    let is_side = |member: Member| match member {
        Member::Enterprise(id) => Condition::any()
            .add(row::COLUMN.from_enterprise.eq(id.to_string()))
            .add(row::COLUMN.to_enterprise.eq(id.to_string())),
        Member::Organisation(id) => Condition::any()
            .add(row::COLUMN.from_organisation.eq(id.to_string()))
            .add(row::COLUMN.to_organisation.eq(id.to_string())),
    };
    let query = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .filter(Condition::any().add(is_side(one)).add(is_side(other)))
        .order_by_asc(row::COLUMN.id);
    all_of(query.all(db).await?)
}

/// Up to `limit` requests whose time was over at `now`, after `after` in order of their ids.
///
/// # Errors
///
/// As [`page()`].
pub async fn expiring(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    after: Option<MeetingRequestId>,
    limit: u64,
) -> Result<Vec<MeetingRequest>, StoreError> {
    let query = row::Entity::find()
        .filter(over(now))
        .filter(Condition::all().add_option(after.map(|id| row::COLUMN.id.gt(id.to_string()))))
        .order_by_asc(row::COLUMN.id)
        .limit(limit);
    all_of(query.all(db).await?)
}

/// Adds `request`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a side does not exist.
pub async fn insert(db: &impl ConnectionTrait, request: &MeetingRequest) -> Result<(), StoreError> {
    row::Entity::insert(columns(request)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `request` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `request.version`.
pub async fn save(db: &impl ConnectionTrait, request: &MeetingRequest) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(request.version + 1), ..columns(request) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(request.id.to_string()))
        .filter(row::COLUMN.version.eq(request.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// What each of `events` allows, in no order; those that never allowed requests are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn rules_of(
    db: &impl ConnectionTrait,
    events: &[DockingEventId],
) -> Result<Vec<RequestRules>, StoreError> {
    let rows = rule::Entity::find()
        .filter(parse::among(db, rule::Column::EventId, events))
        .all(db)
        .await?;
    rows.into_iter().map(RequestRules::try_from).collect()
}

/// What `event` allows, as it is when nobody else makes requests at it any more: until the transaction
/// ends, others who ask for it here wait. None if it never allowed any.
///
/// # Errors
///
/// As [`page()`].
pub async fn hold(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Option<RequestRules>, StoreError> {
    let more = Expr::col(rule::Column::Version).add(1);
    let rows = rule::Entity::update_many()
        .col_expr(rule::Column::Version, more)
        .filter(rule::COLUMN.event_id.eq(event.to_string()))
        .exec_with_returning(db)
        .await?;
    rows.into_iter().next().map(RequestRules::try_from).transpose()
}

/// Writes down what an event allows.
///
/// # Errors
///
/// [`StoreError::Conflict`] if there is no such event.
pub async fn put_rules(db: &impl ConnectionTrait, rules: RequestRules) -> Result<(), StoreError> {
    let row = rule::ActiveModel {
        event_id: Set(rules.event.to_string()),
        cap: Set(i32::from(rules.cap)),
        days: Set(i32::from(rules.days)),
        version: Set(1),
    };
    let mut replace = OnConflict::column(rule::Column::EventId);
    replace.update_columns([rule::Column::Cap, rule::Column::Days]);
    replace.value(rule::Column::Version, Expr::col((RULES, "version")).add(1));
    rule::Entity::insert(row).on_conflict(replace).exec_without_returning(db).await?;
    Ok(())
}

fn columns(request: &MeetingRequest) -> row::ActiveModel {
    let (from_enterprise, from_organisation) = parse::member_columns(request.from);
    let (to_enterprise, to_organisation) = parse::member_columns(request.to);
    let card = &request.card;
    row::ActiveModel {
        id: Set(request.id.to_string()),
        event_id: Set(request.event.to_string()),
        from_enterprise: Set(from_enterprise),
        from_organisation: Set(from_organisation),
        to_enterprise: Set(to_enterprise),
        to_organisation: Set(to_organisation),
        message: Set(card.message.clone()),
        half_day: Set(card.half_day.map(|half| half.word().to_owned())),
        priority: Set(card.priority.word().to_owned()),
        stage: Set(request.stage.word().to_owned()),
        sent_at: Set(request.sent_at),
        ends_at: Set(request.ends_at),
        closed_at: Set(request.closed_at),
        reason: Set(request.reason.clone()),
        meeting_id: Set(request.meeting.map(|id| id.to_string())),
        version: Set(request.version),
    }
}

impl TryFrom<row::Model> for MeetingRequest {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        let side = |enterprise: (&'static str, &Option<String>),
                    organisation: (&'static str, &Option<String>)| {
            sight::member(
                (at(enterprise.0), enterprise.1.as_deref()),
                (at(organisation.0), organisation.1.as_deref()),
            )
        };
        let from = side(
            ("from_enterprise", &row.from_enterprise),
            ("from_organisation", &row.from_organisation),
        )?;
        let to =
            side(("to_enterprise", &row.to_enterprise), ("to_organisation", &row.to_organisation))?;
        let half = row.half_day.as_deref();
        let half_day =
            half.map(|half| parse::word(at("half_day"), half, HalfDay::from_word)).transpose()?;
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            from,
            to,
            card: RequestCard {
                message: row.message,
                half_day,
                priority: parse::word(at("priority"), &row.priority, RequestPriority::from_word)?,
            },
            stage: parse::word(at("stage"), &row.stage, RequestStage::from_word)?,
            sent_at: row.sent_at,
            ends_at: row.ends_at,
            closed_at: row.closed_at,
            reason: row.reason,
            meeting: parse::value_opt(at("meeting_id"), row.meeting_id.as_deref())?,
            version: row.version,
        })
    }
}

impl TryFrom<rule::Model> for RequestRules {
    type Error = StoreError;

    fn try_from(row: rule::Model) -> Result<Self, StoreError> {
        let at = |column| At(RULES, column);
        Ok(Self {
            event: parse::value(at("event_id"), &row.event_id)?,
            cap: parse::number(at("cap"), row.cap)?,
            days: parse::number(at("days"), row.days)?,
        })
    }
}
