//! Seats on committees and who holds them.

use chrono::NaiveDate;
use lianmeng_domain::committee::{Member, Seat, SeatKind};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, OrganisationId, SeatId};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{QuerySelect, QueryTrait};

use crate::StoreError;
use crate::page;
use crate::parse::{self, At};
use crate::visible;

/// The table `seats`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "seats")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub committee_id: String,
        pub kind: String,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub from_on: Option<Date>,
        pub until_on: Option<Date>,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Ids of the committees where `member` holds a seat, at any time.
pub(crate) fn committees_of(member: Member) -> SelectStatement {
    let seats = row::Entity::find().select_only().column(row::Column::CommitteeId);
    match member {
        Member::Enterprise(id) => seats.filter(row::COLUMN.enterprise_id.eq(id.to_string())),
        Member::Organisation(id) => seats.filter(row::COLUMN.organisation_id.eq(id.to_string())),
    }
    .into_query()
}

/// The seats with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[SeatId],
) -> Result<Vec<Seat>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = row::Entity::find()
        .filter(visible::registry(sees))
        .filter(parse::among(db, row::Column::Id, ids))
        .all(db)
        .await?;
    rows.into_iter().map(Seat::try_from).collect()
}

/// One seat, if there is one that the caller sees.
///
/// # Errors
///
/// As [`find_many`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: SeatId,
) -> Result<Option<Seat>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// The first seats of each of `committees`, in order of ids. One statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn of_committees(
    db: &impl ConnectionTrait,
    committees: &[ChainCommitteeId],
    first: u64,
) -> Result<Vec<Seat>, StoreError> {
    let query = row::Entity::find().filter(parse::among(db, row::Column::CommitteeId, committees));
    let rows =
        page::first_of_each(db, query, row::Column::CommitteeId, &[row::Column::Id], first).await?;
    rows.into_iter().map(Seat::try_from).collect()
}

/// The first seats each of `enterprises` holds, in order of ids. One statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
    first: u64,
) -> Result<Vec<Seat>, StoreError> {
    let query =
        row::Entity::find().filter(parse::among(db, row::Column::EnterpriseId, enterprises));
    let rows = page::first_of_each(db, query, row::Column::EnterpriseId, &[row::Column::Id], first)
        .await?;
    rows.into_iter().map(Seat::try_from).collect()
}

/// The first seats each of `organisations` holds, in order of ids. One statement.
///
/// # Errors
///
/// As [`find_many`].
pub async fn of_organisations(
    db: &impl ConnectionTrait,
    organisations: &[OrganisationId],
    first: u64,
) -> Result<Vec<Seat>, StoreError> {
    let query =
        row::Entity::find().filter(parse::among(db, row::Column::OrganisationId, organisations));
    let rows =
        page::first_of_each(db, query, row::Column::OrganisationId, &[row::Column::Id], first)
            .await?;
    rows.into_iter().map(Seat::try_from).collect()
}

/// Adds `seat`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if committee or holder does not exist.
pub async fn insert(db: &impl ConnectionTrait, seat: &Seat) -> Result<(), StoreError> {
    let (enterprise_id, organisation_id) = parse::member_columns(seat.holder);
    let row = row::ActiveModel {
        id: Set(seat.id.to_string()),
        committee_id: Set(seat.committee.to_string()),
        kind: Set(seat.kind.word().to_owned()),
        enterprise_id: Set(enterprise_id),
        organisation_id: Set(organisation_id),
        from_on: Set(seat.from_on),
        until_on: Set(seat.until_on),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Sets the last day of a seat's term.
///
/// # Errors
///
/// [`StoreError::Stale`] if the seat is gone.
pub async fn end(
    db: &impl ConnectionTrait,
    id: SeatId,
    until_on: NaiveDate,
) -> Result<(), StoreError> {
    let saved = row::Entity::update_many()
        .col_expr(row::Column::UntilOn, Expr::value(until_on))
        .filter(row::COLUMN.id.eq(id.to_string()))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Removes a seat, as if nobody had ever held it.
///
/// # Errors
///
/// [`StoreError::Stale`] if it is gone.
pub async fn remove(db: &impl ConnectionTrait, id: SeatId) -> Result<(), StoreError> {
    let removed = row::Entity::delete_by_id(id.to_string()).exec(db).await?;
    StoreError::stale_if_none(removed.rows_affected)
}

impl TryFrom<row::Model> for Seat {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        const TABLE: &str = "seats";
        let at = |column| At(TABLE, column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            committee: parse::value(at("committee_id"), &row.committee_id)?,
            kind: parse::word(at("kind"), &row.kind, SeatKind::from_word)?,
            holder: parse::member(
                TABLE,
                row.enterprise_id.as_deref(),
                row.organisation_id.as_deref(),
            )?,
            from_on: row.from_on,
            until_on: row.until_on,
        })
    }
}
