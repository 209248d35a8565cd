//! Needs. Which rows a caller sees, and which of them in full, is decided inside the query: the
//! body of a need that is none of the caller's leaves this file empty.

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId};
use lianmeng_domain::lamp::Lamp;
use lianmeng_domain::need::{Need, NeedKind, NeedStage, SeenNeed};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::text;
use sea_orm::ActiveValue::NotSet;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Func, Order};
use sea_orm::{
    ActiveValue::Set, Condition, FromQueryResult, Iterable as _, QueryResult, QuerySelect as _,
    QueryTrait as _,
};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::eyes::Eyes;
use crate::page::{self, Way, Window};
use crate::{parse, sight};

pub mod call;
mod convert;
pub mod density;
pub mod figures;
mod joined;
mod lamp;
pub mod note;
pub mod texts;
mod time;
mod visible;

pub use joined::{followers, following};
pub use time::{due, worrying};
pub(crate) use visible::readable;
use visible::{own, visible};

/// The table `needs`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "needs")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub enterprise_id: String,
        pub committee_id: Option<String>,
        pub handler_id: Option<String>,
        pub kind: String,
        pub title: String,
        pub title_key: String,
        pub public_summary: String,
        pub body: String,
        pub stage: String,
        pub is_published: bool,
        pub is_proxy: bool,
        pub channel: String,
        pub consent: Option<String>,
        pub region_code: Option<String>,
        pub industry_scheme: Option<String>,
        pub industry_code: Option<String>,
        pub dispatched_at: Option<DateTimeUtc>,
        pub due_at: Option<DateTimeUtc>,
        pub send_backs: i32,
        pub send_back_kind: Option<String>,
        pub send_back_reason: Option<String>,
        pub proposed_handler_id: Option<String>,
        pub adjudication: Option<String>,
        pub exclusion: Option<String>,
        pub suspended_until: Option<Date>,
        pub suspend_reason: Option<String>,
        pub answer: Option<String>,
        pub rating: Option<i32>,
        pub rating_consent: Option<String>,
        pub reopens: i32,
        pub merged_into_id: Option<String>,
        pub merged_from: Option<String>,
        pub city_number: Option<String>,
        pub city_status: Option<String>,
        pub city_at: Option<DateTimeUtc>,
        pub submitted_at: Option<DateTimeUtc>,
        pub confirmed_at: Option<DateTimeUtc>,
        pub responded_at: Option<DateTimeUtc>,
        pub progress_at: Option<DateTimeUtc>,
        pub answered_at: Option<DateTimeUtc>,
        pub rated_at: Option<DateTimeUtc>,
        pub closed_at: Option<DateTimeUtc>,
        pub respond_by: Option<DateTimeUtc>,
        pub imported_at: Option<DateTimeUtc>,
        pub lit_red_at: Option<DateTimeUtc>,
        pub lit_yellow_at: Option<DateTimeUtc>,
        pub lit_blue_at: Option<DateTimeUtc>,
        pub created_at: DateTimeUtc,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Debug)]
struct SeenRow {
    row: row::Model,
    is_full: i32,
}

/// By position, in the order of the table and then the sight: looking up 52 names in every row costs
/// more than reading what stands under them, and lists of needs are what is asked for most.
impl FromQueryResult for SeenRow {
    fn from_query_result(found: &QueryResult, _prefix: &str) -> Result<Self, DbErr> {
        let mut position = 0..;
        macro_rules! next {
            () => {
                found.try_get_by_index(position.next().unwrap_or_default())?
            };
        }
        let row = row::Model {
            id: next!(),
            external_id: next!(),
            enterprise_id: next!(),
            committee_id: next!(),
            handler_id: next!(),
            kind: next!(),
            title: next!(),
            title_key: next!(),
            public_summary: next!(),
            body: next!(),
            stage: next!(),
            is_published: next!(),
            is_proxy: next!(),
            channel: next!(),
            consent: next!(),
            region_code: next!(),
            industry_scheme: next!(),
            industry_code: next!(),
            dispatched_at: next!(),
            due_at: next!(),
            send_backs: next!(),
            send_back_kind: next!(),
            send_back_reason: next!(),
            proposed_handler_id: next!(),
            adjudication: next!(),
            exclusion: next!(),
            suspended_until: next!(),
            suspend_reason: next!(),
            answer: next!(),
            rating: next!(),
            rating_consent: next!(),
            reopens: next!(),
            merged_into_id: next!(),
            merged_from: next!(),
            city_number: next!(),
            city_status: next!(),
            city_at: next!(),
            submitted_at: next!(),
            confirmed_at: next!(),
            responded_at: next!(),
            progress_at: next!(),
            answered_at: next!(),
            rated_at: next!(),
            closed_at: next!(),
            respond_by: next!(),
            imported_at: next!(),
            lit_red_at: next!(),
            lit_yellow_at: next!(),
            lit_blue_at: next!(),
            created_at: next!(),
            version: next!(),
        };
        Ok(Self { row, is_full: next!() })
    }
}

/// Which needs a list holds; every given part must hold. Parts marked "in full" only find needs the
/// caller reads in full, so that a filter never tells what a field would hide.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NeedFilter {
    /// Part of the title.
    pub search: Option<String>,
    /// Of this enterprise.
    pub enterprise: Option<EnterpriseId>,
    /// Of this committee; in full.
    pub committee: Option<ChainCommitteeId>,
    /// Dispatched to this unit; in full.
    pub handler: Option<OrganisationId>,
    /// In one of these stages.
    pub stages: Vec<NeedStage>,
    /// Of one of these kinds.
    pub kinds: Vec<NeedKind>,
    /// In this division or inside of it.
    pub region: Option<RegionCode>,
    /// Whether its summary must be published.
    pub is_published: Option<bool>,
    /// Its lamp shows one of these colours; in full.
    pub lit: Option<Lit>,
}

/// Lamps at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lit {
    /// One of these.
    pub lamps: Vec<Lamp>,
    /// The moment.
    pub now: DateTime<Utc>,
}

fn matches(filter: &NeedFilter, reads: &Visibility) -> Condition {
    let key = filter.search.as_deref().map(text::normalise);
    let mut all = Condition::all()
        .add_option(key.map(|key| row::COLUMN.title_key.contains(key)))
        .add_option(filter.enterprise.map(|id| row::COLUMN.enterprise_id.eq(id.to_string())))
        .add_option(filter.committee.map(|id| row::COLUMN.committee_id.eq(id.to_string())))
        .add_option(filter.handler.map(|id| row::COLUMN.handler_id.eq(id.to_string())))
        .add_option(filter.region.map(|code| parse::within(row::Column::RegionCode, code)))
        .add_option(filter.is_published.map(|yes| row::COLUMN.is_published.eq(yes)));
    if let Some(Lit { lamps, now }) = &filter.lit {
        all = all.add(lamp::any(lamps, *now));
    }
    if filter.committee.is_some() || filter.handler.is_some() || filter.lit.is_some() {
        all = all.add(own(reads));
    }
    if !filter.stages.is_empty() {
        all = all.add(row::COLUMN.stage.is_in(filter.stages.iter().map(|stage| stage.word())));
    }
    if !filter.kinds.is_empty() {
        all = all.add(row::COLUMN.kind.is_in(filter.kinds.iter().map(|kind| kind.word())));
    }
    all
}

async fn read(
    db: &impl ConnectionTrait,
    query: Select<row::Entity>,
    eyes: Eyes<'_>,
) -> Result<Vec<SeenNeed>, StoreError> {
    seen(with_sight(query, eyes).into_model::<SeenRow>().all(db).await?)
}

/// `query` with a column that tells whether the caller reads the row in full.
fn with_sight(query: Select<row::Entity>, eyes: Eyes<'_>) -> Select<row::Entity> {
    query.expr_as(sight::as_number(own(eyes.reads)), "is_full")
}

fn seen(rows: Vec<SeenRow>) -> Result<Vec<SeenNeed>, StoreError> {
    rows.into_iter()
        .map(|seen| {
            let need = Need::try_from(seen.row)?;
            let is_full = seen.is_full == 1;
            Ok(SeenNeed { need: if is_full { need } else { need.public_part() }, is_full })
        })
        .collect()
}

/// A page of the needs that `filter` matches and the caller sees, newest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    filter: &NeedFilter,
    window: Window<NeedId>,
) -> Result<Vec<SeenNeed>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(matches(filter, eyes.reads));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    Ok(cut.end.in_order(read(db, cut.query, eyes).await?))
}

/// How many needs a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    filter: &NeedFilter,
) -> Result<u64, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(matches(filter, eyes.reads));
    Ok(query.count(db).await?)
}

/// The newest `limit` needs of each of `enterprises` that the caller sees, in one statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_enterprises(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    enterprises: &[EnterpriseId],
    limit: u64,
) -> Result<Vec<SeenNeed>, StoreError> {
    let theirs = parse::among(db, row::Column::EnterpriseId, enterprises);
    let condition = Condition::all().add(visible(eyes.sees)).add(theirs);
    let list = sight::Lists { table: "needs", parent: "enterprise_id", oldest_first: false };
    let query = with_sight(row::Entity::find().filter(condition), eyes).into_query();
    // The rows come out of the ranking itself: reading them by id again would double the work.
    let mut wanted = sight::ranked(list, query, limit);
    wanted.columns(row::Column::iter()).column("is_full").order_by("id", Order::Desc);
    let statement = db.get_database_backend().build(&wanted);
    seen(SeenRow::find_by_statement(statement).all(db).await?)
}

/// The needs with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    ids: &[NeedId],
) -> Result<Vec<SeenNeed>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(parse::among(
        db,
        row::Column::Id,
        ids,
    ));
    read(db, query, eyes).await
}

/// One need, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    id: NeedId,
) -> Result<Option<SeenNeed>, StoreError> {
    Ok(find_many(db, eyes, &[id]).await?.pop())
}

/// What a change did to a need, for the audit log.
pub fn diff(before: Option<&Need>, after: &Need) -> Diff {
    let before = before.map(convert::columns);
    trace::diff(before.as_ref(), Some(&convert::columns(after)))
}

/// Adds `need`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its external id exists already or something it refers to does not.
pub async fn insert(db: &impl ConnectionTrait, need: &Need) -> Result<(), StoreError> {
    row::Entity::insert(convert::columns(need)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `need` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `need.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, need: &Need) -> Result<(), StoreError> {
    let mut columns = convert::columns(need);
    columns.id = NotSet;
    columns.version = Set(need.version + 1);
    // The first number on the city's platform counts, however often it is told again.
    columns.imported_at = NotSet;
    let told_at = need.city.as_ref().map(|city| city.at);
    let imported_at = Func::coalesce([Expr::col(row::Column::ImportedAt), Expr::value(told_at)]);
    if need.reopens > 0 && need.stage == NeedStage::Dispatched {
        figures::keep_round(db, need.id).await?;
    }
    let saved = row::Entity::update_many()
        .set(columns)
        .col_expr(row::Column::ImportedAt, imported_at.into())
        .filter(row::COLUMN.id.eq(need.id.to_string()))
        .filter(row::COLUMN.version.eq(need.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}
