//! Reservations of offers. What is left of an offer changes in single statements, each of which
//! leaves the sum of what is left, kept and taken up as it was.
//!
//! Statements lock reservations before their offer, everywhere, so that two changes never wait for
//! each other.

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::{OfferId, ReservationId};
use lianmeng_domain::offer::reservation::{Purpose, Reservation, ReservationStage};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{CaseStatement, Query, SelectStatement};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};

use super::row as offer;
use crate::StoreError;
use crate::parse::{self, At};
use crate::{pairing, sight, visible};

/// The table `offer_reservations`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "offer_reservations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub offer_id: String,
        pub need_id: Option<String>,
        pub pairing_id: Option<String>,
        pub amount: i64,
        pub stage: String,
        pub until: DateTimeUtc,
        pub created_at: DateTimeUtc,
        pub ended_at: Option<DateTimeUtc>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Those the caller may read: the provider of the offer, the parties of the need or pairing it is
/// for, and their head offices. `reads` is what the caller reads in full.
fn visible(reads: &Visibility) -> Condition {
    match reads {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => {
            let id = id.to_string();
            for_needs(Expr::col("committee_id").eq(id.clone()))
                .add(for_pairings(pairing::row::COLUMN.committee_id.eq(id)))
        }
        Visibility::Group(id) => {
            let theirs = |column| Expr::col(column).in_subquery(visible::group(*id));
            for_needs(theirs("enterprise_id"))
                .add(of_offers_where(theirs("enterprise_id")))
                .add(for_pairings(theirs("enterprise_a").or(theirs("enterprise_b"))))
        }
        Visibility::Enterprise(id) => {
            let theirs = |column| Expr::col(column).eq(id.to_string());
            for_needs(theirs("enterprise_id"))
                .add(of_offers_where(theirs("enterprise_id")))
                .add(for_pairings(theirs("enterprise_a").or(theirs("enterprise_b"))))
        }
        Visibility::Organisation(id) => {
            let theirs = |column| Expr::col(column).eq(id.to_string());
            for_needs(theirs("handler_id"))
                .add(of_offers_where(theirs("organisation_id")))
                .add(for_pairings(theirs("organisation_a").or(theirs("organisation_b"))))
        }
        Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => sight::never(),
    }
}

fn ids(table: &'static str, which: Expr) -> SelectStatement {
    Query::select().column("id").from(table).and_where(which).to_owned()
}

fn for_needs(which: Expr) -> Condition {
    Condition::any().add(row::COLUMN.need_id.in_subquery(ids("needs", which)))
}

fn for_pairings(which: Expr) -> Condition {
    Condition::any().add(row::COLUMN.pairing_id.in_subquery(ids("pairings", which)))
}

fn of_offers_where(which: Expr) -> Condition {
    Condition::any().add(row::COLUMN.offer_id.in_subquery(ids("offers", which)))
}

/// The newest `limit` reservations of each of `offers` that the caller reads, in one statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_offers(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    offers: &[OfferId],
    limit: u64,
) -> Result<Vec<Reservation>, StoreError> {
    let theirs = parse::among(db, row::Column::OfferId, offers);
    let condition = Condition::all().add(visible(reads)).add(theirs);
    let list =
        sight::Lists { table: "offer_reservations", parent: "offer_id", oldest_first: false };
    let ids = sight::first_of_each(list, condition, limit);
    let rows = row::Entity::find()
        .filter(row::COLUMN.id.in_subquery(ids))
        .order_by_desc(row::COLUMN.id)
        .all(db)
        .await?;
    rows.into_iter().map(Reservation::try_from).collect()
}

/// The reservations with these ids that the caller reads, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`of_offers`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    ids: &[ReservationId],
) -> Result<Vec<Reservation>, StoreError> {
    let query =
        row::Entity::find().filter(visible(reads)).filter(parse::among(db, row::Column::Id, ids));
    query.all(db).await?.into_iter().map(Reservation::try_from).collect()
}

/// Takes `amount` from what is left of `offer` if so much is left; gives whether it was.
///
/// One statement, so that however many ask at once, no more is given than there is. It raises the
/// version of the offer: whoever edits the offer meanwhile reads it again.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn take(
    db: &impl ConnectionTrait,
    offer: OfferId,
    amount: i64,
) -> Result<bool, StoreError> {
    let taken = offer::Entity::update_many()
        .col_expr(offer::Column::CapacityLeft, Expr::col(offer::Column::CapacityLeft).sub(amount))
        .col_expr(offer::Column::Version, Expr::col(offer::Column::Version).add(1))
        .filter(offer::COLUMN.id.eq(offer.to_string()))
        .filter(offer::COLUMN.capacity_left.gte(amount))
        .exec(db)
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Adds `amount` to what is left of `offer`, up to what there is; nothing happens where its limit
/// was taken away meanwhile.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn give_back(
    db: &impl ConnectionTrait,
    offer: OfferId,
    amount: i64,
) -> Result<(), StoreError> {
    let more = Expr::col(offer::Column::CapacityLeft).add(amount);
    let all = Expr::col(offer::Column::Capacity);
    let left = CaseStatement::new().case(more.clone().gt(all.clone()), all).finally(more);
    offer::Entity::update_many()
        .col_expr(offer::Column::CapacityLeft, left.into())
        .col_expr(offer::Column::Version, Expr::col(offer::Column::Version).add(1))
        .filter(offer::COLUMN.id.eq(offer.to_string()))
        .filter(offer::COLUMN.capacity_left.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Adds `reservation`, whose amount was taken with [`take`].
///
/// # Errors
///
/// [`StoreError::Conflict`] if its offer, need or pairing does not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    reservation: &Reservation,
) -> Result<(), StoreError> {
    let (need, pairing) = match reservation.purpose {
        Purpose::Need(id) => (Some(id.to_string()), None),
        Purpose::Pairing(id) => (None, Some(id.to_string())),
    };
    let row = row::ActiveModel {
        id: Set(reservation.id.to_string()),
        offer_id: Set(reservation.offer.to_string()),
        need_id: Set(need),
        pairing_id: Set(pairing),
        amount: Set(reservation.amount),
        stage: Set(reservation.stage.word().to_owned()),
        until: Set(reservation.until),
        created_at: Set(reservation.created_at),
        ended_at: Set(reservation.ended_at),
        version: Set(reservation.version),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Saves stage and end of `reservation` if nobody saved it since it was read, and raises its version
/// by one. What is left of the offer is for [`give_back`].
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `reservation.version`.
pub async fn save(db: &impl ConnectionTrait, reservation: &Reservation) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::Stage, Expr::value(reservation.stage.word()))
        .col_expr(row::Column::EndedAt, Expr::value(reservation.ended_at))
        .col_expr(row::Column::Version, Expr::value(reservation.version + 1))
        .filter(row::COLUMN.id.eq(reservation.id.to_string()))
        .filter(row::COLUMN.version.eq(reservation.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Offers that still count something as kept that lapsed by `now`, at most `limit`, by id.
///
/// # Errors
///
/// As [`of_offers`].
pub async fn with_lapsed(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<OfferId>, StoreError> {
    let found: Vec<String> = row::Entity::find()
        .select_only()
        .column(row::Column::OfferId)
        .distinct()
        .filter(lapsed(now))
        .order_by_asc(row::COLUMN.offer_id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    found.iter().map(|id| parse::value(At("offer_reservations", "offer_id"), id)).collect()
}

fn lapsed(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(row::COLUMN.stage.eq(ReservationStage::Reserved.word()))
        .add(row::COLUMN.until.lte(now))
}

/// Ends what lapsed of `offer` by `now` and gives it back; gives how much that was.
///
/// Two that do this at once end each reservation once: the second finds the stage changed.
///
/// # Errors
///
/// As [`of_offers`].
pub async fn expire(
    db: &impl ConnectionTrait,
    offer: OfferId,
    now: DateTime<Utc>,
) -> Result<i64, StoreError> {
    let ended = row::Entity::update_many()
        .col_expr(row::Column::Stage, Expr::value(ReservationStage::Expired.word()))
        .col_expr(row::Column::EndedAt, Expr::value(now))
        .col_expr(row::Column::Version, Expr::col(row::Column::Version).add(1))
        .filter(row::COLUMN.offer_id.eq(offer.to_string()))
        .filter(lapsed(now))
        .exec_with_returning(db)
        .await?;
    let amount: i64 = ended.iter().map(|one| one.amount).sum();
    if amount > 0 {
        give_back(db, offer, amount).await?;
    }
    Ok(amount)
}

impl TryFrom<row::Model> for Reservation {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("offer_reservations", column);
        let need = parse::value_opt(at("need_id"), row.need_id.as_deref())?;
        let pairing = parse::value_opt(at("pairing_id"), row.pairing_id.as_deref())?;
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            offer: parse::value(at("offer_id"), &row.offer_id)?,
            purpose: match (need, pairing) {
                (Some(id), None) => Purpose::Need(id),
                (None, Some(id)) => Purpose::Pairing(id),
                (Some(_), Some(_)) | (None, None) => return Err(at("pairing_id").corrupt("")),
            },
            amount: row.amount,
            stage: parse::word(at("stage"), &row.stage, ReservationStage::from_word)?,
            until: row.until,
            created_at: row.created_at,
            ended_at: row.ended_at,
            version: row.version,
        })
    }
}
