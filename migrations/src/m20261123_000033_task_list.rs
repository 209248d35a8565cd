//! What people decided about a task stays: whether it was made or edited by hand, and whether the list
//! made it, at most one for each project.

use sea_orm_migration::prelude::*;

use crate::columns::{flag, text_null, unique};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "cooperation_tasks";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What is there was made by people.
        let mut kept = ColumnDef::new(Alias::new("is_kept"));
        kept.boolean().not_null().default(true);
        for column in [kept, flag("is_generated"), text_null("list_key")] {
            let tasks = Table::alter().table(Alias::new(TABLE)).add_column(column).to_owned();
            manager.alter_table(tasks).await?;
        }
        manager.create_index(unique(TABLE, &["list_key"])).await
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index =
            Index::drop().name("ix_cooperation_tasks_list_key").table(Alias::new(TABLE)).to_owned();
        manager.drop_index(index).await?;
        for column in ["list_key", "is_generated", "is_kept"] {
            let column = Alias::new(column);
            let tasks = Table::alter().table(Alias::new(TABLE)).drop_column(column).to_owned();
            manager.alter_table(tasks).await?;
        }
        Ok(())
    }
}
