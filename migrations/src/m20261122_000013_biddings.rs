//! Open biddings on needs, and the bids made for them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, drop_all, id, id_null, index, moment, refers, table, text, text_null, unique,
};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            unique("bids", &["need_id", "enterprise_id"]),
            unique("bids", &["need_id", "organisation_id"]),
            index("bids", &["enterprise_id"]),
            index("bids", &["organisation_id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await
    }
}

/// Every table of this migration, each after those it points at.
fn tables() -> Vec<TableCreateStatement> {
    let mut biddings = table(
        "biddings",
        vec![
            id("need_id"),
            text("criteria"),
            moment("opened_at"),
            moment("bids_until"),
            text("stage"),
            id_null("awarded_id"),
            text_null("reason"),
            big("version"),
        ],
        &["need_id"],
    );
    refers(&mut biddings, "need_id", ("needs", "id"));
    let mut bids = table(
        "bids",
        vec![
            id("id"),
            id("need_id"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            text("text"),
            moment("written_at"),
            text("points"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut bids, "need_id", ("biddings", "need_id"));
    refers(&mut bids, "enterprise_id", ("enterprises", "id"));
    refers(&mut bids, "organisation_id", ("organisations", "id"));
    vec![biddings, bids]
}
