//! Sessions that left a room, so that the calendar of the room can cancel them there.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_all, id, index, moment, refers, table, text};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(gone()).await?;
        manager.create_index(index("sessions_gone", &["event_id", "room"])).await
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, vec![gone()]).await
    }
}

fn gone() -> TableCreateStatement {
    let mut gone = table(
        "sessions_gone",
        vec![
            id("session_id"),
            text("room"),
            id("event_id"),
            text("title"),
            moment("starts_at"),
            moment("ends_at"),
            moment("gone_at"),
        ],
        &["session_id", "room"],
    );
    refers(&mut gone, "event_id", ("docking_events", "id"));
    gone
}
