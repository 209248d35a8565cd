//! Versions of the suggestion engine's weights. None is ever changed or removed; exactly one is
//! active.

use chrono::{DateTime, Utc};
use lianmeng_domain::weights::WeightsVersion;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::parse::At;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "weights")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub weights: String,
        pub why: String,
        pub report: Option<String>,
        pub made_at: DateTimeUtc,
        pub made_by: String,
        pub is_active: bool,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The newest versions, newest first, at most `limit`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn newest(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<WeightsVersion>, StoreError> {
    let query = row::Entity::find().order_by_desc(row::COLUMN.version).limit(limit);
    query.all(db).await?.into_iter().map(WeightsVersion::try_from).collect()
}

/// The versions with these numbers, in no order; missing ones are left out. One statement.
///
/// # Errors
///
/// As [`newest`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    versions: &[i32],
) -> Result<Vec<WeightsVersion>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.version.is_in(versions.iter().copied()));
    query.all(db).await?.into_iter().map(WeightsVersion::try_from).collect()
}

/// The version new suggestions are made with: the newest that is active.
///
/// # Errors
///
/// As [`newest`].
pub async fn active(db: &impl ConnectionTrait) -> Result<Option<WeightsVersion>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.is_active.eq(true));
    let row = query.order_by_desc(row::COLUMN.version).one(db).await?;
    row.map(WeightsVersion::try_from).transpose()
}

/// Adds a version.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the number is taken.
pub async fn insert(db: &impl ConnectionTrait, version: &WeightsVersion) -> Result<(), StoreError> {
    let made_at: DateTime<Utc> = version.made_at;
    let row = row::ActiveModel {
        version: Set(version.version),
        weights: Set(serde_json::json!(version.weights).to_string()),
        why: Set(version.why.clone()),
        report: Set(version.report.clone()),
        made_at: Set(made_at),
        made_by: Set(version.made_by.clone()),
        is_active: Set(version.is_active),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Makes `version` the active one and every other not. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn activate(db: &impl ConnectionTrait, version: i32) -> Result<(), StoreError> {
    row::Entity::update_many()
        .col_expr(row::Column::IsActive, row::COLUMN.version.eq(version))
        .exec(db)
        .await?;
    Ok(())
}

impl TryFrom<row::Model> for WeightsVersion {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let weights = serde_json::from_str(&row.weights)
            .map_err(|_| At("weights", "weights").corrupt(&row.weights))?;
        Ok(Self {
            version: row.version,
            weights,
            why: row.why,
            report: row.report,
            made_at: row.made_at,
            made_by: row.made_by,
            is_active: row.is_active,
        })
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::weights::built_in;

    use super::*;

    #[tokio::test]
    async fn a_new_database_holds_the_versions_of_the_rules() {
        let db = lianmeng_testkit::database().await;
        let mut found = newest(&db, 10).await.unwrap();
        found.reverse();
        assert_eq!(found, built_in());
        assert_eq!(active(&db).await.unwrap().unwrap().version, 2);
    }

    #[tokio::test]
    async fn exactly_one_version_is_active_and_an_older_one_can_be_again() {
        let db = lianmeng_testkit::database().await;
        let third = WeightsVersion {
            version: 3,
            why: "试".to_owned(),
            report: Some("{}".to_owned()),
            made_by: "somebody".to_owned(),
            is_active: false,
            ..built_in().remove(1)
        };
        insert(&db, &third).await.unwrap();
        assert!(matches!(insert(&db, &third).await, Err(StoreError::Conflict(_))));
        for version in [3, 1, 2] {
            activate(&db, version).await.unwrap();
            let found = newest(&db, 10).await.unwrap();
            let on: Vec<i32> = found.iter().filter(|v| v.is_active).map(|v| v.version).collect();
            assert_eq!(on, [version]);
            assert_eq!(active(&db).await.unwrap().unwrap().version, version);
        }
        assert_eq!(find_many(&db, &[3, 9]).await.unwrap(), [third]);
        assert_eq!(newest(&db, 1).await.unwrap().len(), 1);
    }
}
