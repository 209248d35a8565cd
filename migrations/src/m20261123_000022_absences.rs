//! From which slot on a participant is not there: noted on the day, apart from what it wished before.

use sea_orm_migration::prelude::*;

use crate::columns::int_null;

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let added = int_null("absent_from");
        let table = Table::alter().table(Alias::new("participants")).add_column(added).to_owned();
        manager.alter_table(table).await
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let gone = Alias::new("absent_from");
        let table = Table::alter().table(Alias::new("participants")).drop_column(gone).to_owned();
        manager.alter_table(table).await
    }
}
