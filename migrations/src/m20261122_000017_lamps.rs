//! Two columns fewer on needs: from when on a lamp shines is kept once, in `lit_…`.

use sea_orm_migration::prelude::*;

use crate::columns::moment_null;

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns that go, and those that say the same.
const FOLDED: [(&str, &str); 2] = [("blue_at", "lit_blue_at"), ("silent_at", "lit_yellow_at")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in FOLDED {
            let needs =
                Table::alter().table(Alias::new("needs")).drop_column(Alias::new(name)).to_owned();
            manager.alter_table(needs).await?;
        }
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, kept) in FOLDED {
            let needs =
                Table::alter().table(Alias::new("needs")).add_column(moment_null(name)).to_owned();
            manager.alter_table(needs).await?;
            let fill = format!("UPDATE needs SET {name} = {kept}");
            manager.get_connection().execute_unprepared(&fill).await?;
        }
        Ok(())
    }
}
