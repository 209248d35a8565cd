//! Persons who come with guests: whoever sees the guest sees them, masked unless they read it in full.

use chrono::{DateTime, Utc};
use lianmeng_domain::guest::person::{GuestPerson, PersonCard, SeenPerson};
use lianmeng_domain::ids::{DockingEventId, GuestId, GuestPersonId};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::QueryOrder as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;

use crate::StoreError;
use crate::eyes::Eyes;
use crate::parse::{self, At};

/// The table `guest_people`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guest_people")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub guest_id: String,
        pub event_id: String,
        pub name: String,
        pub title: String,
        pub phone: String,
        pub is_head: bool,
        pub is_escort: bool,
        pub badge: String,
        pub left_at: Option<DateTimeUtc>,
        pub successor_id: Option<String>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "guest_people";

/// The persons of `guests` who come, as the caller reads them, in the order they were named and escorts
/// last. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_guests(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    guests: &[GuestId],
) -> Result<Vec<SeenPerson>, StoreError> {
    let mut visible = Query::select();
    visible.column(("guests", "id")).from("guests").cond_where(super::seen(eyes.sees));
    let rows = row::Entity::find()
        .filter(parse::among(db, row::Column::GuestId, guests))
        .filter(row::COLUMN.guest_id.in_subquery(visible))
        .filter(row::COLUMN.left_at.is_null())
        .order_by_asc(row::COLUMN.is_escort)
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    let reads_full = *eyes.reads != Visibility::Nothing;
    let seen = |row| Ok(SeenPerson::new(GuestPerson::try_from(row)?, reads_full));
    rows.into_iter().map(seen).collect()
}

/// Everybody who comes with `guest` or did, by id: for the rules.
///
/// # Errors
///
/// As [`of_guests`].
pub async fn all(
    db: &impl ConnectionTrait,
    guest: GuestId,
) -> Result<Vec<GuestPerson>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.guest_id.eq(guest.to_string()))
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(GuestPerson::try_from).collect()
}

/// Everybody named for `event`, those who were replaced too, by id: for papers and check-in.
///
/// # Errors
///
/// As [`of_guests`].
pub async fn of_event(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<Vec<GuestPerson>, StoreError> {
    let rows = row::Entity::find()
        .filter(row::COLUMN.event_id.eq(event.to_string()))
        .order_by_asc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(GuestPerson::try_from).collect()
}

/// One person, whoever reads it: for the rules.
///
/// # Errors
///
/// As [`of_guests`].
pub async fn find(
    db: &impl ConnectionTrait,
    id: GuestPersonId,
) -> Result<Option<GuestPerson>, StoreError> {
    let row = row::Entity::find_by_id(id.to_string()).one(db).await?;
    row.map(GuestPerson::try_from).transpose()
}

/// The persons with these badges, those who were replaced too, in no order: for check-in.
///
/// # Errors
///
/// As [`of_guests`].
pub async fn with_badges(
    db: &impl ConnectionTrait,
    badges: &[String],
) -> Result<Vec<GuestPerson>, StoreError> {
    let rows =
        row::Entity::find().filter(parse::among(db, row::Column::Badge, badges)).all(db).await?;
    rows.into_iter().map(GuestPerson::try_from).collect()
}

/// Adds `people`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a badge exists already.
pub async fn insert_many(
    db: &impl ConnectionTrait,
    people: &[GuestPerson],
) -> Result<(), StoreError> {
    if !people.is_empty() {
        row::Entity::insert_many(people.iter().map(columns)).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Saves what is written of `person`. The caller holds the event's book.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is gone.
pub async fn save(db: &impl ConnectionTrait, person: &GuestPerson) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .set(row::ActiveModel { id: NotSet, ..columns(person) })
        .filter(row::COLUMN.id.eq(person.id.to_string()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Takes persons from the list: their badges open nothing from `now` on.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn leave(
    db: &impl ConnectionTrait,
    people: &[GuestPersonId],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    row::Entity::update_many()
        .col_expr(row::Column::LeftAt, Expr::value(now))
        .filter(parse::among(db, row::Column::Id, people))
        .exec(db)
        .await?;
    Ok(())
}

fn columns(person: &GuestPerson) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(person.id.to_string()),
        guest_id: Set(person.guest.to_string()),
        event_id: Set(person.event.to_string()),
        name: Set(person.card.name.clone()),
        title: Set(person.card.title.clone()),
        phone: Set(person.card.phone.clone()),
        is_head: Set(person.card.is_head),
        is_escort: Set(person.is_escort),
        badge: Set(person.badge.clone()),
        left_at: Set(person.left_at),
        successor_id: Set(person.successor.map(|id| id.to_string())),
    }
}

impl TryFrom<row::Model> for GuestPerson {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            guest: parse::value(at("guest_id"), &row.guest_id)?,
            event: parse::value(at("event_id"), &row.event_id)?,
            card: PersonCard {
                name: row.name,
                title: row.title,
                phone: row.phone,
                is_head: row.is_head,
            },
            is_escort: row.is_escort,
            badge: row.badge,
            left_at: row.left_at,
            successor: parse::value_opt(at("successor_id"), row.successor_id.as_deref())?,
        })
    }
}
