//! The places of events.

use lianmeng_domain::guest::GuestKind;
use lianmeng_domain::guest::book::{GuestBook, Quota};
use lianmeng_domain::ids::DockingEventId;
use sea_orm::ActiveValue::Set;
use sea_orm::ExprTrait as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::StoreError;
use crate::parse::{self, At};

/// The table `guest_books`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "guest_books")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub event_id: String,
        pub capacity: Option<i32>,
        pub quotas: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

const TABLE: &str = "guest_books";

/// The places of each of `events` that has any written down, in no order.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find_many(
    db: &impl ConnectionTrait,
    events: &[DockingEventId],
) -> Result<Vec<GuestBook>, StoreError> {
    let rows =
        row::Entity::find().filter(parse::among(db, row::Column::EventId, events)).all(db).await?;
    rows.into_iter().map(GuestBook::try_from).collect()
}

/// The places of `event` as they are when nobody else changes its guests any more: until the
/// transaction ends, others who ask for them here wait. Raises their version.
///
/// # Errors
///
/// [`StoreError::Conflict`] if there is no such event; as [`find_many`].
pub async fn hold(
    db: &impl ConnectionTrait,
    event: DockingEventId,
) -> Result<GuestBook, StoreError> {
    let first = row::ActiveModel {
        event_id: Set(event.to_string()),
        capacity: Set(None),
        quotas: Set("[]".to_owned()),
        version: Set(1),
    };
    let version = Expr::col((TABLE, "version")).add(1);
    let mut raise = OnConflict::column(row::Column::EventId);
    raise.value(row::Column::Version, version);
    let held = row::Entity::insert(first).on_conflict(raise).exec_with_returning(db).await?;
    held.try_into()
}

/// Saves capacity and quotas of a book that is held.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is gone.
pub async fn save(db: &impl ConnectionTrait, book: &GuestBook) -> Result<(), StoreError> {
    let quotas: serde_json::Value = book
        .quotas
        .iter()
        .map(|one| serde_json::json!([one.kind.word(), one.min, one.max]))
        .collect();
    let capacity = book.capacity.map(|n| i32::try_from(n).unwrap_or(i32::MAX));
    let saved = row::Entity::update_many()
        .col_expr(row::Column::Capacity, Expr::value(capacity))
        .col_expr(row::Column::Quotas, Expr::value(quotas.to_string()))
        .filter(row::COLUMN.event_id.eq(book.event.to_string()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

impl TryFrom<row::Model> for GuestBook {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At(TABLE, column);
        let quotas: Vec<(String, u16, Option<u16>)> =
            serde_json::from_str(&row.quotas).map_err(|_| at("quotas").corrupt(&row.quotas))?;
        let quota = |(kind, min, max): (String, u16, Option<u16>)| {
            let kind = parse::word(at("quotas"), &kind, GuestKind::from_word)?;
            Ok(Quota { kind, min, max })
        };
        Ok(Self {
            event: parse::value(at("event_id"), &row.event_id)?,
            capacity: row.capacity.map(|n| parse::number(at("capacity"), n)).transpose()?,
            quotas: quotas.into_iter().map(quota).collect::<Result<_, StoreError>>()?,
            version: row.version,
        })
    }
}
