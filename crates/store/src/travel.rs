//! How long the way between divisions takes; part of the public registry.

use std::collections::BTreeMap;

use lianmeng_domain::region::RegionCode;
use lianmeng_domain::travel::{TravelTime, Way};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::parse::{self, At};

/// The table `travel_times`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "travel_times")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub near_code: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub far_code: String,
        pub minutes: i32,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The known ways from or to any of `codes`, by the lower code, then the higher: at most `limit`. One
/// statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn around(
    db: &impl ConnectionTrait,
    codes: &[RegionCode],
    limit: u64,
) -> Result<Vec<TravelTime>, StoreError> {
    let either = Condition::any()
        .add(parse::among(db, row::Column::NearCode, codes))
        .add(parse::among(db, row::Column::FarCode, codes));
    let query = row::Entity::find()
        .filter(either)
        .order_by_asc(row::COLUMN.near_code)
        .order_by_asc(row::COLUMN.far_code)
        .limit(limit);
    query.all(db).await?.into_iter().map(TravelTime::try_from).collect()
}

/// Writes times, and removes those that are `None`. Two statements at most.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn set(
    db: &impl ConnectionTrait,
    times: &BTreeMap<Way, Option<u16>>,
) -> Result<(), StoreError> {
    let known = times.iter().filter_map(|(way, minutes)| Some((way, (*minutes)?)));
    let rows: Vec<row::ActiveModel> = known
        .map(|(way, minutes)| row::ActiveModel {
            near_code: Set(way.near.to_string()),
            far_code: Set(way.far.to_string()),
            minutes: Set(i32::from(minutes)),
        })
        .collect();
    if !rows.is_empty() {
        let mut newest = OnConflict::columns([row::Column::NearCode, row::Column::FarCode]);
        newest.update_column(row::Column::Minutes);
        row::Entity::insert_many(rows).on_conflict(newest).exec_without_returning(db).await?;
    }
    let mut gone = Condition::any();
    for (way, _) in times.iter().filter(|(_, minutes)| minutes.is_none()) {
        gone = gone.add(
            Condition::all()
                .add(row::COLUMN.near_code.eq(way.near.to_string()))
                .add(row::COLUMN.far_code.eq(way.far.to_string())),
        );
    }
    if !gone.is_empty() {
        row::Entity::delete_many().filter(gone).exec(db).await?;
    }
    Ok(())
}

impl TryFrom<row::Model> for TravelTime {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("travel_times", column);
        let near: RegionCode = parse::value(at("near_code"), &row.near_code)?;
        let far: RegionCode = parse::value(at("far_code"), &row.far_code)?;
        let minutes = u16::try_from(row.minutes);
        Ok(Self {
            way: Way { near, far },
            minutes: minutes.map_err(|_| at("minutes").corrupt(&row.minutes.to_string()))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn times_are_written_changed_removed_and_read_from_either_end() {
        let db = lianmeng_testkit::database().await;
        let code = |text: &str| text.parse::<RegionCode>().unwrap();
        let way = |a: &str, b: &str| Way::between(code(a), code(b)).unwrap();
        let (first, second) = (way("440304", "440305"), way("440305", "440306"));
        set(&db, &BTreeMap::from([(first, Some(25)), (second, Some(40))])).await.unwrap();
        let around_middle = around(&db, &[code("440305")], 10).await.unwrap();
        let time = |way, minutes| TravelTime { way, minutes };
        assert_eq!(around_middle, [time(first, 25), time(second, 40)]);
        assert_eq!(around(&db, &[code("440305")], 1).await.unwrap(), [time(first, 25)]);
        assert_eq!(around(&db, &[code("440306")], 10).await.unwrap(), [time(second, 40)]);
        set(&db, &BTreeMap::from([(first, Some(30)), (second, None)])).await.unwrap();
        assert_eq!(around(&db, &[code("440305")], 10).await.unwrap(), [time(first, 30)]);
    }
}
