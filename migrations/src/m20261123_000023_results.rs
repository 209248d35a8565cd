//! What came of meetings: what each side and the organisers said, what is asked later, and which
//! outcome of the ledger came of which meeting.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_null, date, drop_all, flag, id, id_null, index, int, int_null, moment, moment_null,
    refers, table, text, text_null, unique,
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
            unique("meeting_results", &["meeting_id", "reporter"]),
            index("meeting_results", &["event_id"]),
            index("meeting_results", &["participant_id"]),
            unique("follow_ups", &["meeting_id", "days"]),
            index("follow_ups", &["event_id"]),
            index("follow_ups", &["first_id"]),
            index("follow_ups", &["second_id"]),
            index("follow_ups", &["stage", "due_on"]),
        ] {
            manager.create_index(index).await?;
        }
        let outcomes = Alias::new("outcomes");
        let meeting = Table::alter().table(outcomes).add_column(id_null("meeting_id")).to_owned();
        manager.alter_table(meeting).await?;
        // One outcome of a kind from a meeting, as long as it stands: both sides tell of the same one.
        let db = manager.get_connection();
        db.execute_unprepared(
            "CREATE UNIQUE INDEX ix_outcomes_meeting_id_kind ON outcomes (meeting_id, kind) \
             WHERE meeting_id IS NOT NULL AND terminated_on IS NULL",
        )
        .await?;
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let outcomes = Alias::new("outcomes");
        let name = "ix_outcomes_meeting_id_kind";
        manager.drop_index(Index::drop().name(name).table(outcomes.clone()).to_owned()).await?;
        let gone = Alias::new("meeting_id");
        manager.alter_table(Table::alter().table(outcomes).drop_column(gone).to_owned()).await?;
        drop_all(manager, tables()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let mut results = table(
        "meeting_results",
        vec![
            id("id"),
            id("meeting_id"),
            text("reporter"),
            id("event_id"),
            id_null("participant_id"),
            flag("first_came"),
            flag("second_came"),
            text_null("next_step"),
            text_null("intent"),
            text_null("kind"),
            big_null("amount_fen"),
            int_null("satisfaction"),
            text("note"),
            moment("recorded_at"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut results, "meeting_id", ("meetings", "id"));
    refers(&mut results, "event_id", ("docking_events", "id"));
    refers(&mut results, "participant_id", ("participants", "id"));
    let mut follow_ups = table(
        "follow_ups",
        vec![
            id("id"),
            id("event_id"),
            id("meeting_id"),
            id("first_id"),
            id("second_id"),
            int("days"),
            date("due_on"),
            text("stage"),
            text_null("progress"),
            text("note"),
            text_null("answered_by"),
            moment_null("answered_at"),
            moment_null("reminded_at"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut follow_ups, "event_id", ("docking_events", "id"));
    refers(&mut follow_ups, "meeting_id", ("meetings", "id"));
    refers(&mut follow_ups, "first_id", ("participants", "id"));
    refers(&mut follow_ups, "second_id", ("participants", "id"));
    vec![results, follow_ups]
}
