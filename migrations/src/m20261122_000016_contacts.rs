//! Contacts of enterprises and organisations, and the right to export, which goes with a grant.

use sea_orm_migration::prelude::*;

use crate::columns::{big, flag, id, id_null, index, refers, table, text};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(contacts()).await?;
        for index in [
            index("contacts", &["enterprise_id", "id"]),
            index("contacts", &["organisation_id", "id"]),
        ] {
            manager.create_index(index).await?;
        }
        let mut table = Table::alter();
        let more = table.table(Alias::new("grants")).add_column(flag("may_export"));
        manager.alter_table(more.to_owned()).await
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::alter();
        let less = table.table(Alias::new("grants")).drop_column(Alias::new("may_export"));
        manager.alter_table(less.to_owned()).await?;
        manager.drop_table(Table::drop().table(Alias::new("contacts")).to_owned()).await
    }
}

fn contacts() -> TableCreateStatement {
    let mut contacts = table(
        "contacts",
        vec![
            id("id"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            text("name"),
            text("title"),
            text("phone"),
            text("email"),
            text("note"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut contacts, "enterprise_id", ("enterprises", "id"));
    refers(&mut contacts, "organisation_id", ("organisations", "id"));
    contacts
}
