//! When somebody last confirmed that an offer or the card of an enterprise still stands 确认有效.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::Id;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::StoreError;
use crate::parse::{self, At};

/// The table `confirmations`.
mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "confirmations")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub thing_id: String,
        pub confirmed_at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Things looked up by one statement.
const CHUNK: usize = 500;

/// When each of `things` was last confirmed; those that never were are left out. One statement for each
/// 500.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of<T: Id>(
    db: &impl ConnectionTrait,
    things: &[T],
) -> Result<BTreeMap<T, DateTime<Utc>>, StoreError> {
    let mut found = BTreeMap::new();
    for some in things.chunks(CHUNK) {
        let query = row::Entity::find().filter(parse::among(db, row::Column::ThingId, some));
        for row in query.all(db).await? {
            let id = parse::value(At("confirmations", "thing_id"), &row.thing_id)?;
            found.insert(id, row.confirmed_at);
        }
    }
    Ok(found)
}

/// Notes that `thing` was confirmed at `at`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn record<T: Id>(
    db: &impl ConnectionTrait,
    thing: T,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = row::ActiveModel { thing_id: Set(thing.to_string()), confirmed_at: Set(at) };
    let mut newest = OnConflict::column(row::Column::ThingId);
    newest.update_column(row::Column::ConfirmedAt);
    row::Entity::insert(row).on_conflict(newest).exec_without_returning(db).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::ids::OfferId;

    use super::*;

    #[tokio::test]
    async fn the_last_confirmation_counts() {
        let db = lianmeng_testkit::database().await;
        let (one, other) = (OfferId::from(1), OfferId::from(2));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        for seconds in [1_000, 5_000] {
            record(&db, one, at(seconds)).await.unwrap();
        }
        let found = of(&db, &[one, other]).await.unwrap();
        assert_eq!(found, BTreeMap::from([(one, at(5_000))]));
        assert_eq!(of::<OfferId>(&db, &[]).await.unwrap(), BTreeMap::new());
    }
}
