//! How a city rates enterprises: red credit, one rating for each.

use sea_orm_migration::prelude::*;

use crate::columns::{big, date, date_null, drop_all, id, int, refers, table, text};

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
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let mut ratings = table(
        "red_credits",
        vec![
            id("enterprise_id"),
            int("points"),
            date("rated_on"),
            date_null("until_on"),
            text("source"),
            big("version"),
        ],
        &["enterprise_id"],
    );
    refers(&mut ratings, "enterprise_id", ("enterprises", "id"));
    vec![ratings]
}
