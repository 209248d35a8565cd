//! Offers.

use chrono::NaiveDate;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{EnterpriseId, OfferId};
use lianmeng_domain::offer::{Offer, OfferKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::text;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, Query};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{sight, visible};

pub mod reservation;

/// The table `offers`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "offers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub kind: String,
        pub title: String,
        pub title_key: String,
        pub body: String,
        pub capacity: Option<i64>,
        pub capacity_left: Option<i64>,
        pub unit: Option<String>,
        pub valid_until: Option<Date>,
        pub is_published: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which offers a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferFilter {
    /// Part of the title.
    pub search: Option<String>,
    /// Of this provider.
    pub provider: Option<Member>,
    /// Of one of these kinds.
    pub kinds: Vec<OfferKind>,
    /// Valid on this day, with something left.
    pub open_on: Option<NaiveDate>,
}

/// Offers whose suggestion was shown to the caller as side A.
fn suggested(enterprise: EnterpriseId) -> Condition {
    let mut shown = Query::select();
    shown
        .column("offer_id")
        .from("suggestions")
        .and_where(Expr::col("enterprise_a").eq(enterprise.to_string()))
        .and_where(Expr::col("is_shown").eq(true))
        .and_where(Expr::col("offer_id").is_not_null());
    row::COLUMN.id.in_subquery(shown).into_condition()
}

fn visible(sees: &Visibility) -> Condition {
    let published = Condition::any().add(row::COLUMN.is_published.eq(true));
    match sees {
        Visibility::Nothing => sight::never(),
        Visibility::All => sight::always(),
        Visibility::Committee(id) => {
            published.add(row::COLUMN.enterprise_id.in_subquery(visible::on_chain_of(*id)))
        }
        Visibility::Region(_) | Visibility::Published => published,
        Visibility::Zone(id) => {
            published.add(row::COLUMN.enterprise_id.in_subquery(visible::in_zone(*id)))
        }
        Visibility::Group(id) => {
            published.add(row::COLUMN.enterprise_id.in_subquery(visible::group(*id)))
        }
        Visibility::Enterprise(id) => {
            published.add(row::COLUMN.enterprise_id.eq(id.to_string())).add(suggested(*id))
        }
        Visibility::Organisation(id) => {
            published.add(row::COLUMN.organisation_id.eq(id.to_string()))
        }
    }
}

fn matches(filter: &OfferFilter) -> Condition {
    let key = filter.search.as_deref().map(text::normalise);
    let mut all = Condition::all()
        .add_option(key.map(|key| row::COLUMN.title_key.contains(key)))
        .add_option(filter.provider.map(|provider| match provider {
            Member::Enterprise(id) => row::COLUMN.enterprise_id.eq(id.to_string()),
            Member::Organisation(id) => row::COLUMN.organisation_id.eq(id.to_string()),
        }))
        .add_option(filter.open_on.map(|day| {
            let valid = Condition::any()
                .add(row::COLUMN.valid_until.is_null())
                .add(row::COLUMN.valid_until.gte(day));
            let left = Condition::any()
                .add(row::COLUMN.capacity_left.is_null())
                .add(row::COLUMN.capacity_left.gt(0_i64));
            Condition::all().add(valid).add(left)
        }));
    if !filter.kinds.is_empty() {
        all = all.add(row::COLUMN.kind.is_in(filter.kinds.iter().map(|kind| kind.word())));
    }
    all
}

async fn read(
    db: &impl ConnectionTrait,
    query: Select<row::Entity>,
) -> Result<Vec<Offer>, StoreError> {
    query.all(db).await?.into_iter().map(Offer::try_from).collect()
}

/// A page of the offers that `filter` matches and the caller sees, newest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &OfferFilter,
    window: Window<OfferId>,
) -> Result<Vec<Offer>, StoreError> {
    let query = row::Entity::find().filter(visible(sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    Ok(cut.end.in_order(read(db, cut.query).await?))
}

/// How many offers a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &OfferFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(sees)).filter(matches(filter)).count(db).await?)
}

/// The newest `limit` offers of each of `enterprises` that the caller sees, in one statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    enterprises: &[EnterpriseId],
    limit: u64,
) -> Result<Vec<Offer>, StoreError> {
    let theirs = parse::among(db, row::Column::EnterpriseId, enterprises);
    let condition = Condition::all().add(visible(sees)).add(theirs);
    let list = sight::Lists { table: "offers", parent: "enterprise_id", oldest_first: false };
    let ids = sight::first_of_each(list, condition, limit);
    let query =
        row::Entity::find().filter(row::COLUMN.id.in_subquery(ids)).order_by_desc(row::COLUMN.id);
    read(db, query).await
}

/// The offers with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    ids: &[OfferId],
) -> Result<Vec<Offer>, StoreError> {
    let query =
        row::Entity::find().filter(visible(sees)).filter(parse::among(db, row::Column::Id, ids));
    read(db, query).await
}

/// One offer, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    id: OfferId,
) -> Result<Option<Offer>, StoreError> {
    Ok(find_many(db, sees, &[id]).await?.pop())
}

/// What a change did to an offer, for the audit log.
pub fn diff(before: Option<&Offer>, after: &Offer) -> Diff {
    trace::diff(before.map(columns).as_ref(), Some(&columns(after)))
}

/// Adds `offer`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its external id exists already or its provider does not.
pub async fn insert(db: &impl ConnectionTrait, offer: &Offer) -> Result<(), StoreError> {
    row::Entity::insert(columns(offer)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `offer` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `offer.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, offer: &Offer) -> Result<(), StoreError> {
    let mut columns = columns(offer);
    columns.id = NotSet;
    columns.version = Set(offer.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(offer.id.to_string()))
        .filter(row::COLUMN.version.eq(offer.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

fn columns(offer: &Offer) -> row::ActiveModel {
    let (enterprise_id, organisation_id) = parse::member_columns(offer.provider);
    row::ActiveModel {
        id: Set(offer.id.to_string()),
        external_id: Set(offer.external_id.clone()),
        enterprise_id: Set(enterprise_id),
        organisation_id: Set(organisation_id),
        kind: Set(offer.kind.word().to_owned()),
        title: Set(offer.title.clone()),
        title_key: Set(text::normalise(&offer.title)),
        body: Set(offer.body.clone()),
        capacity: Set(offer.capacity),
        capacity_left: Set(offer.capacity_left),
        unit: Set(offer.unit.clone()),
        valid_until: Set(offer.valid_until),
        is_published: Set(offer.is_published),
        version: Set(offer.version),
    }
}

impl TryFrom<row::Model> for Offer {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("offers", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            provider: sight::member(
                (at("enterprise_id"), row.enterprise_id.as_deref()),
                (at("organisation_id"), row.organisation_id.as_deref()),
            )?,
            kind: parse::word(at("kind"), &row.kind, OfferKind::from_word)?,
            title: row.title,
            body: row.body,
            capacity: row.capacity,
            capacity_left: row.capacity_left,
            unit: row.unit,
            valid_until: row.valid_until,
            is_published: row.is_published,
            version: row.version,
        })
    }
}
