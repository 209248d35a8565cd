//! Attachments, and which bytes are kept for them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, drop_all, id, index, int_null, moment, moment_null, table, text, unique,
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
            unique("attachments", &["kind", "thing_id", "place"]),
            index("attachments", &["sha256"]),
            index("attachments", &["kept_until"]),
            index("attachment_blobs", &["put_at"]),
            index("attachment_blobs", &["doomed_at"]),
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

/// Every table of this migration.
fn tables() -> Vec<TableCreateStatement> {
    let attachments = table(
        "attachments",
        vec![
            id("id"),
            text("kind"),
            // Of differing tables, and of meetings that may go; so it points at nothing.
            id("thing_id"),
            int_null("place"),
            text("name"),
            text("file_kind"),
            big("size_bytes"),
            text("sha256"),
            text("added_by"),
            moment("added_at"),
            moment_null("kept_until"),
            moment_null("removed_at"),
            moment_null("expired_at"),
        ],
        &["id"],
    );
    let blobs = table(
        "attachment_blobs",
        vec![text("sha256"), moment("put_at"), moment_null("doomed_at")],
        &["sha256"],
    );
    vec![attachments, blobs]
}
