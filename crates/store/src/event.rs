//! Docking events and their hosts; the days they take are in [`booked`], slots, tables and sessions
//! in [`layout`], published versions in [`version`], who sees what in `scope`.

pub mod booked;
pub mod candidates;
pub mod layout;
pub mod room;
pub(crate) mod scope;
pub mod version;

use std::collections::HashMap;

use chrono::NaiveDate;
use lianmeng_domain::event::{DockingEvent, EventStage};
use lianmeng_domain::ids::{ChainCommitteeId, DockingEventId, EnterpriseId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use lianmeng_domain::text;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, ExprTrait, QueryOrder};

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

/// The table `docking_events`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "docking_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub title: String,
        pub committee_id: Option<String>,
        pub venue_id: Option<String>,
        pub held_on: Date,
        pub stage: String,
        pub fairness: i32,
        pub breaks: Option<i64>,
        pub published: Option<i64>,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The table `event_hosts`.
mod host {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "event_hosts")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub region_code: Option<String>,
        pub zone_id: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "docking_events";

/// Which events a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Part of the title.
    pub search: Option<String>,
    /// In one of these stages.
    pub stages: Vec<EventStage>,
    /// Hosted by exactly this division or zone, alone or with others.
    pub host: Option<Place>,
    /// Of this committee.
    pub committee: Option<ChainCommitteeId>,
    /// With this enterprise among the participants, as far as the caller sees them.
    pub participant: Option<EnterpriseId>,
    /// On this day or later.
    pub from_on: Option<NaiveDate>,
    /// On this day or earlier.
    pub until_on: Option<NaiveDate>,
}

/// Day and id of an event, the key of a page: events are listed by day.
pub type EventKey = (NaiveDate, DockingEventId);

fn matches(sees: &Visibility, filter: &EventFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.search.as_deref().map(|words| {
            // Titles are stored as written; simplified ones are the rule.
            Condition::any()
                .add(row::COLUMN.title.contains(words.trim()))
                .add(row::COLUMN.title.contains(text::normalise(words)))
        }))
        .add_option(filter.host.map(|place| row::COLUMN.id.in_subquery(hosted_by(place))))
        .add_option(filter.committee.map(|id| row::COLUMN.committee_id.eq(id.to_string())))
        .add_option(filter.from_on.map(|day| row::COLUMN.held_on.gte(day)))
        .add_option(filter.until_on.map(|day| row::COLUMN.held_on.lte(day)))
        .add_option(filter.participant.map(|id| row::COLUMN.id.in_subquery(attended(sees, id))));
    if !filter.stages.is_empty() {
        all = all.add(row::COLUMN.stage.is_in(filter.stages.iter().map(|stage| stage.word())));
    }
    all
}

/// Ids of the events hosted by exactly `place`.
fn hosted_by(place: Place) -> SelectStatement {
    let mut query = Query::select();
    query.column(("event_hosts", "event_id")).from("event_hosts");
    match place {
        Place::Region(code) => {
            query.and_where(Expr::col(("event_hosts", "region_code")).eq(code.to_string()));
        }
        Place::Zone(id) => {
            query.and_where(Expr::col(("event_hosts", "zone_id")).eq(id.to_string()));
        }
    }
    query
}

/// Ids of the events in which the caller sees `enterprise` take part.
fn attended(sees: &Visibility, enterprise: EnterpriseId) -> SelectStatement {
    let mut query = Query::select();
    query
        .column(("participants", "event_id"))
        .from("participants")
        .and_where(Expr::col(("participants", "enterprise_id")).eq(enterprise.to_string()))
        .cond_where(scope::participants(sees));
    query
}

/// A page of the events that `filter` matches and the caller sees, by day. Costs two statements:
/// the rows and their hosts.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &EventFilter,
    window: Window<EventKey>,
) -> Result<Vec<DockingEvent>, StoreError> {
    let query = row::Entity::find().filter(scope::events(sees)).filter(matches(sees, filter));
    let values = |(day, id): EventKey| vec![day.into(), id.to_string().into()];
    let rows = page::cut(query, &[row::Column::HeldOn, row::Column::Id], Way::Up, window, values)
        .all(db)
        .await?;
    with_hosts(db, rows).await
}

/// How many events a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &EventFilter,
) -> Result<u64, StoreError> {
    let found = row::Entity::find().filter(scope::events(sees)).filter(matches(sees, filter));
    Ok(found.count(db).await?)
}

/// The events with these ids that the caller sees, in no order; missing ones are left out. Costs
/// two statements.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[DockingEventId],
) -> Result<Vec<DockingEvent>, StoreError> {
    let rows = row::Entity::find()
        .filter(scope::events(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    with_hosts(db, rows).await
}

/// One event, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: DockingEventId,
) -> Result<Option<DockingEvent>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// Adds `event` with its hosts.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a host, the committee or the venue does not exist.
pub async fn insert(db: &impl ConnectionTrait, event: &DockingEvent) -> Result<(), StoreError> {
    row::Entity::insert(columns(event)).exec_without_returning(db).await?;
    insert_hosts(db, event).await
}

/// Saves `event` and its hosts if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `event.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, event: &DockingEvent) -> Result<(), StoreError> {
    let columns =
        row::ActiveModel { id: NotSet, version: Set(event.version + 1), ..columns(event) };
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(event.id.to_string()))
        .filter(row::COLUMN.version.eq(event.version))
        .exec(db)
        .await?;
    if saved.rows_affected == 0 {
        return Err(StoreError::Stale);
    }
    host::Entity::delete_many()
        .filter(host::COLUMN.event_id.eq(event.id.to_string()))
        .exec(db)
        .await?;
    insert_hosts(db, event).await
}

/// Names of `places`; those that do not exist are left out. At most two statements.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a key does not parse.
pub async fn place_names(
    db: &impl ConnectionTrait,
    places: &[Place],
) -> Result<HashMap<Place, String>, StoreError> {
    let (regions, zones) = parse::split_places(places);
    let mut names = HashMap::with_capacity(places.len());
    for (table, key, keys) in [("regions", "code", regions), ("zones", "id", zones)] {
        if keys.is_empty() {
            continue;
        }
        let mut query = Query::select();
        query.columns([(table, key), (table, "name")]).from(table).and_where(parse::listed(
            db,
            (table, key),
            keys,
        ));
        for row in db.query_all(&query).await? {
            let text: String = row.try_get("", key)?;
            let place = match table {
                "regions" => Place::Region(parse::value(At(table, key), &text)?),
                _ => Place::Zone(parse::value(At(table, key), &text)?),
            };
            names.insert(place, row.try_get("", "name")?);
        }
    }
    Ok(names)
}

async fn insert_hosts(db: &impl ConnectionTrait, event: &DockingEvent) -> Result<(), StoreError> {
    let rows = (1..).zip(&event.hosts).map(|(position, place)| {
        let (region_code, zone_id) = parse::place_columns(Some(*place));
        host::ActiveModel {
            event_id: Set(event.id.to_string()),
            position: Set(position),
            region_code: Set(region_code),
            zone_id: Set(zone_id),
        }
    });
    if !event.hosts.is_empty() {
        host::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

async fn with_hosts(
    db: &impl ConnectionTrait,
    rows: Vec<row::Model>,
) -> Result<Vec<DockingEvent>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let found = host::Entity::find()
        .filter(parse::among(db, host::Column::EventId, rows.iter().map(|row| row.id.as_str())))
        .order_by_asc(host::COLUMN.event_id)
        .order_by_asc(host::COLUMN.position)
        .all(db)
        .await?;
    let mut hosts: HashMap<String, Vec<Place>> = HashMap::new();
    for row in found {
        let place =
            parse::place("event_hosts", row.region_code.as_deref(), row.zone_id.as_deref())?;
        hosts.entry(row.event_id).or_default().extend(place);
    }
    rows.into_iter()
        .map(|row| {
            let hosts = hosts.remove(&row.id).unwrap_or_default();
            Ok(DockingEvent { hosts, ..DockingEvent::try_from(row)? })
        })
        .collect()
}

fn columns(event: &DockingEvent) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(event.id.to_string()),
        title: Set(event.title.clone()),
        committee_id: Set(event.committee.map(|id| id.to_string())),
        venue_id: Set(event.venue.map(|id| id.to_string())),
        held_on: Set(event.held_on),
        stage: Set(event.stage.word().to_owned()),
        fairness: Set(i32::from(event.fairness)),
        breaks: Set(event.breaks.map(i64::from)),
        published: Set(event.published.map(i64::from)),
        is_example: Set(event.is_example),
        version: Set(event.version),
    }
}

impl TryFrom<row::Model> for DockingEvent {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        let number = |column, value: Option<i64>| {
            value.map(|value| parse::number(at(column), value)).transpose()
        };
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            title: row.title,
            hosts: Vec::new(),
            committee: parse::value_opt(at("committee_id"), row.committee_id.as_deref())?,
            venue: parse::value_opt(at("venue_id"), row.venue_id.as_deref())?,
            held_on: row.held_on,
            stage: parse::word(at("stage"), &row.stage, EventStage::from_word)?,
            fairness: parse::number(at("fairness"), row.fairness)?,
            breaks: number("breaks", row.breaks)?,
            published: number("published", row.published)?,
            is_example: row.is_example,
            version: row.version,
        })
    }
}
