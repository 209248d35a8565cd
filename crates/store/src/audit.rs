//! The audit log: who did what to which thing, in the transaction that did it.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::AuditId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

use crate::StoreError;

mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "audit_rows")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub at: DateTimeUtc,
        pub subject: String,
        pub role: String,
        pub action: String,
        pub thing: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// One line of the log.
#[derive(Debug, Clone, Copy)]
pub struct Deed<'a> {
    /// Id of the row.
    pub id: AuditId,
    /// When.
    pub at: DateTime<Utc>,
    /// What was done, by its command name.
    pub action: &'a str,
    /// To what: a tag and an id.
    pub thing: &'a str,
}

/// Appends a row.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn append(
    db: &impl ConnectionTrait,
    actor: &Actor,
    deed: Deed<'_>,
) -> Result<(), StoreError> {
    let row = row::ActiveModel {
        id: Set(deed.id.to_string()),
        at: Set(deed.at),
        subject: Set(actor.subject.clone()),
        role: Set(actor.role.word().to_owned()),
        action: Set(deed.action.to_owned()),
        thing: Set(deed.thing.to_owned()),
    };
    row::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}
