//! What each outcome adds to the totals, over which days, and since when that is known; why a figure was
//! corrected.

use sea_orm_migration::prelude::*;

use crate::columns::{big, date, date_null, drop_all, id, id_null, index, table, text, text_null};

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
        // What was corrected after a day is found without reading every share.
        manager.create_index(index("outcome_shares", &["known_from"])).await?;
        manager.create_index(index("outcome_shares", &["known_until"])).await
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "outcome_shares",
            vec![
                id("outcome_id"),
                date("from_on"),
                date_null("until_on"),
                date("known_from"),
                date_null("known_until"),
                id_null("project_id"),
                text("kind"),
                id_null("event_id"),
                text_null("unit"),
                big("number"),
                big("amount_fen"),
            ],
            &["outcome_id", "from_on", "known_from"],
        ),
        table(
            "outcome_corrections",
            vec![id("outcome_id"), big("version"), date("corrected_on"), text("reason")],
            &["outcome_id", "version"],
        ),
    ]
}
