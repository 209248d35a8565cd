//! Biddings and bids. A bid is sealed in the query itself: until the end of the bidding its row leaves
//! the database for nobody but its bidder.

use chrono::{DateTime, Utc};
use lianmeng_domain::bidding::{Bid, BidPoints, Bidding, BiddingStage, Criterion};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{BidId, NeedId};
use lianmeng_domain::policy::Visibility;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, Query};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _};

use crate::eyes::Eyes;
use crate::parse::{self, At};
use crate::{StoreError, need, sight, visible};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "biddings")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub need_id: String,
        pub criteria: String,
        pub opened_at: DateTimeUtc,
        pub bids_until: DateTimeUtc,
        pub stage: String,
        pub awarded_id: Option<String>,
        pub reason: Option<String>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod bid {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "bids")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub need_id: String,
        pub enterprise_id: Option<String>,
        pub organisation_id: Option<String>,
        pub text: String,
        pub written_at: DateTimeUtc,
        pub points: String,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Lists inside a row, as JSON: pairs of a text and a number.
fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, i32)>) -> String {
    let pairs = pairs.map(|(text, number)| serde_json::json!([text, number]));
    pairs.collect::<serde_json::Value>().to_string()
}

fn unpaired(at: At, text: &str) -> Result<Vec<(String, i32)>, StoreError> {
    serde_json::from_str(text).map_err(|_| at.corrupt(text))
}

impl TryFrom<row::Model> for Bidding {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("biddings", column);
        let criteria = unpaired(at("criteria"), &row.criteria)?;
        Ok(Self {
            need: parse::value(at("need_id"), &row.need_id)?,
            criteria: criteria
                .into_iter()
                .map(|(name, weight)| Criterion { name, weight })
                .collect(),
            opened_at: row.opened_at,
            bids_until: row.bids_until,
            stage: parse::word(at("stage"), &row.stage, BiddingStage::from_word)?,
            awarded: parse::value_opt(at("awarded_id"), row.awarded_id.as_deref())?,
            reason: row.reason,
            version: row.version,
        })
    }
}

impl TryFrom<bid::Model> for Bid {
    type Error = StoreError;

    fn try_from(row: bid::Model) -> Result<Self, StoreError> {
        let at = |column| At("bids", column);
        let points = unpaired(at("points"), &row.points)?;
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            need: parse::value(at("need_id"), &row.need_id)?,
            bidder: sight::member(
                (at("enterprise_id"), row.enterprise_id.as_deref()),
                (at("organisation_id"), row.organisation_id.as_deref()),
            )?,
            text: row.text,
            written_at: row.written_at,
            points: points
                .into_iter()
                .map(|(reason, points)| BidPoints { points, reason })
                .collect(),
            version: row.version,
        })
    }
}

fn columns(bidding: &Bidding) -> row::ActiveModel {
    let criteria = bidding.criteria.iter().map(|c| (c.name.as_str(), c.weight));
    row::ActiveModel {
        need_id: Set(bidding.need.to_string()),
        criteria: Set(pairs(criteria)),
        opened_at: Set(bidding.opened_at),
        bids_until: Set(bidding.bids_until),
        stage: Set(bidding.stage.word().to_owned()),
        awarded_id: Set(bidding.awarded.map(|id| id.to_string())),
        reason: Set(bidding.reason.clone()),
        version: Set(bidding.version),
    }
}

fn bid_columns(bid: &Bid) -> bid::ActiveModel {
    let (enterprise_id, organisation_id) = parse::member_columns(bid.bidder);
    let points = bid.points.iter().map(|points| (points.reason.as_str(), points.points));
    bid::ActiveModel {
        id: Set(bid.id.to_string()),
        need_id: Set(bid.need.to_string()),
        enterprise_id: Set(enterprise_id),
        organisation_id: Set(organisation_id),
        text: Set(bid.text.clone()),
        written_at: Set(bid.written_at),
        points: Set(pairs(points)),
        version: Set(bid.version),
    }
}

/// Bids of the caller's own.
fn own(sees: &Visibility) -> Condition {
    match sees {
        Visibility::Enterprise(id) => bid::COLUMN.enterprise_id.eq(id.to_string()).into_condition(),
        Visibility::Group(id) => {
            bid::COLUMN.enterprise_id.in_subquery(visible::group(*id)).into_condition()
        }
        Visibility::Organisation(id) => {
            bid::COLUMN.organisation_id.eq(id.to_string()).into_condition()
        }
        Visibility::All
        | Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Published
        | Visibility::Nothing => sight::never(),
    }
}

/// Own bids, and from the end of the bidding on those for needs read in full.
fn readable(eyes: Eyes<'_>, now: DateTime<Utc>) -> Condition {
    let mut unsealed = Query::select();
    unsealed
        .column("need_id")
        .from("biddings")
        .and_where(Expr::col("bids_until").lte(now))
        .and_where(Expr::col("need_id").in_subquery(need::readable(eyes.reads)));
    Condition::any().add(own(eyes.sees)).add(bid::COLUMN.need_id.in_subquery(unsealed))
}

/// The biddings of `needs`, which the caller was found to see, in no order.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_needs(
    db: &impl ConnectionTrait,
    needs: &[NeedId],
) -> Result<Vec<Bidding>, StoreError> {
    let condition = parse::among(db, row::Column::NeedId, needs);
    let rows = row::Entity::find().filter(condition).all(db).await?;
    rows.into_iter().map(Bidding::try_from).collect()
}

/// The bids for `needs` that the caller may read at `now`, by id.
///
/// # Errors
///
/// As [`of_needs`].
pub async fn bids_of(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    needs: &[NeedId],
    now: DateTime<Utc>,
) -> Result<Vec<Bid>, StoreError> {
    let rows = bid::Entity::find()
        .filter(parse::among(db, bid::Column::NeedId, needs))
        .filter(readable(eyes, now))
        .order_by_asc(bid::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(Bid::try_from).collect()
}

/// The bid of `bidder` for `need`, sealed or not: for the rules.
///
/// # Errors
///
/// As [`of_needs`].
pub async fn bid_by(
    db: &impl ConnectionTrait,
    need: NeedId,
    bidder: Member,
) -> Result<Option<Bid>, StoreError> {
    let theirs = match bidder {
        Member::Enterprise(id) => bid::COLUMN.enterprise_id.eq(id.to_string()),
        Member::Organisation(id) => bid::COLUMN.organisation_id.eq(id.to_string()),
    };
    let query = bid::Entity::find().filter(bid::COLUMN.need_id.eq(need.to_string())).filter(theirs);
    query.one(db).await?.map(Bid::try_from).transpose()
}

/// Who made the bids that were chosen for `needs`; public.
///
/// # Errors
///
/// As [`of_needs`].
pub async fn chosen(
    db: &impl ConnectionTrait,
    chosen: &[BidId],
) -> Result<Vec<(BidId, Member)>, StoreError> {
    let condition = parse::among(db, bid::Column::Id, chosen);
    let rows = bid::Entity::find().filter(condition).all(db).await?;
    rows.into_iter().map(|row| Bid::try_from(row).map(|bid| (bid.id, bid.bidder))).collect()
}

/// Adds `bidding`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if there is one already.
pub async fn insert(db: &impl ConnectionTrait, bidding: &Bidding) -> Result<(), StoreError> {
    row::Entity::insert(columns(bidding)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `bidding` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `bidding.version`.
pub async fn save(db: &impl ConnectionTrait, bidding: &Bidding) -> Result<(), StoreError> {
    let mut columns = columns(bidding);
    columns.need_id = NotSet;
    columns.version = Set(bidding.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.need_id.eq(bidding.need.to_string()))
        .filter(row::COLUMN.version.eq(bidding.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Adds `bid`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its bidder has one for the need already.
pub async fn insert_bid(db: &impl ConnectionTrait, bid: &Bid) -> Result<(), StoreError> {
    bid::Entity::insert(bid_columns(bid)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `bid` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `bid.version`.
pub async fn save_bid(db: &impl ConnectionTrait, bid: &Bid) -> Result<(), StoreError> {
    let mut columns = bid_columns(bid);
    columns.id = NotSet;
    columns.version = Set(bid.version + 1);
    let saved = bid::Entity::update_many()
        .set(columns)
        .filter(bid::COLUMN.id.eq(bid.id.to_string()))
        .filter(bid::COLUMN.version.eq(bid.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// Takes a bid back.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn remove_bid(db: &impl ConnectionTrait, bid: BidId) -> Result<(), StoreError> {
    bid::Entity::delete_by_id(bid.to_string()).exec(db).await?;
    Ok(())
}
