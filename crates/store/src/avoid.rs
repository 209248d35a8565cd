//! Whom an enterprise never wants to meet 回避名单: competitors, opponents in court. Private to the
//! enterprise; engines honour it both ways.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lianmeng_domain::ids::EnterpriseId;
use sea_orm::ActiveValue::Set;
use sea_orm::Condition;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

use crate::StoreError;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "avoids")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub owner_enterprise: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub other_enterprise: String,
        pub at: DateTimeUtc,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Puts `other` on the list of `owner`; nothing happens if it is there already.
///
/// # Errors
///
/// [`StoreError::Conflict`] if one of them does not exist.
pub async fn insert(
    db: &impl ConnectionTrait,
    owner: EnterpriseId,
    other: EnterpriseId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        owner_enterprise: Set(owner.to_string()),
        other_enterprise: Set(other.to_string()),
        at: Set(at),
    };
    let key = [row::Column::OwnerEnterprise, row::Column::OtherEnterprise];
    row::Entity::insert(row)
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Takes `other` off the list of `owner`; nothing happens if it is not there.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn remove(
    db: &impl ConnectionTrait,
    owner: EnterpriseId,
    other: EnterpriseId,
) -> Result<(), StoreError> {
    row::Entity::delete_by_id((owner.to_string(), other.to_string())).exec(db).await?;
    Ok(())
}

/// A page of the list of `owner`, by id.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    owner: EnterpriseId,
    window: Window<EnterpriseId>,
) -> Result<Vec<EnterpriseId>, StoreError> {
    let query = row::Entity::find().filter(row::COLUMN.owner_enterprise.eq(owner.to_string()));
    let cut = page::by_id(query, (row::Column::OtherEnterprise, Way::Up), window);
    let rows = cut.all(db).await?;
    let at = At("avoids", "other_enterprise");
    rows.iter().map(|row| parse::value(at, &row.other_enterprise)).collect()
}

/// Every pair, lower id first, in which one of `enterprises` avoids or is avoided. Who avoids whom
/// is not told.
///
/// # Errors
///
/// As [`page()`].
pub async fn pairs_with(
    db: &impl ConnectionTrait,
    enterprises: &[EnterpriseId],
) -> Result<BTreeSet<(EnterpriseId, EnterpriseId)>, StoreError> {
    let mut pairs = BTreeSet::new();
    for chunk in enterprises.chunks(500) {
        let rows = row::Entity::find()
            .filter(
                Condition::any()
                    .add(parse::among(db, row::Column::OwnerEnterprise, chunk))
                    .add(parse::among(db, row::Column::OtherEnterprise, chunk)),
            )
            .all(db)
            .await?;
        for row in rows {
            let owner = parse::value(At("avoids", "owner_enterprise"), &row.owner_enterprise)?;
            let other = parse::value(At("avoids", "other_enterprise"), &row.other_enterprise)?;
            pairs.insert((std::cmp::min(owner, other), std::cmp::max(owner, other)));
        }
    }
    Ok(pairs)
}
