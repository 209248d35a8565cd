//! When an offer or the card of an enterprise was last confirmed, and how long the way between divisions
//! takes.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_all, id, index, int, moment, table, text};

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
        // Times are read from either end.
        manager.create_index(index("travel_times", &["far_code"])).await?;
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table("confirmations", vec![id("thing_id"), moment("confirmed_at")], &["thing_id"]),
        table(
            "travel_times",
            vec![text("near_code"), text("far_code"), int("minutes")],
            &["near_code", "far_code"],
        ),
    ]
}
