//! The whole life of a need: how it came in, when what happened, send-backs with a next owner, calls to
//! other units, notes, and what the city's own platform says.

use sea_orm_migration::prelude::*;

use crate::columns::{
    drop_all, flag, id, id_null, index, moment, moment_null, refers, table, text, text_null, unique,
};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut column in columns() {
            // One at a time: SQLite adds no two.
            let needs =
                Table::alter().table(Alias::new("needs")).add_column(&mut column).to_owned();
            manager.alter_table(needs).await?;
        }
        let db = manager.get_connection();
        db.execute_unprepared(
            "UPDATE needs SET submitted_at = created_at, confirmed_at = created_at \
             WHERE stage <> 'draft'",
        )
        .await?;
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            unique("needs", &["city_number"]),
            index("needs", &["merged_into_id"]),
            index("needs", &["stage", "confirmed_at"]),
            index("need_calls", &["organisation_id", "need_id"]),
            index("need_notes", &["need_id", "id"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await?;
        for name in
            ["ix_needs_city_number", "ix_needs_merged_into_id", "ix_needs_stage_confirmed_at"]
        {
            let index = Index::drop().name(name).table(Alias::new("needs")).to_owned();
            manager.drop_index(index).await?;
        }
        for column in columns() {
            let name = Alias::new(column.get_column_name());
            let needs = Table::alter().table(Alias::new("needs")).drop_column(name).to_owned();
            manager.alter_table(needs).await?;
        }
        Ok(())
    }
}

fn columns() -> Vec<ColumnDef> {
    let mut channel = text("channel");
    channel.default("web");
    vec![
        channel,
        text_null("consent"),
        text_null("send_back_kind"),
        id_null("proposed_handler_id"),
        text_null("adjudication"),
        text_null("suspend_reason"),
        text_null("rating_consent"),
        text_null("merged_from"),
        text_null("city_number"),
        text_null("city_status"),
        moment_null("city_at"),
        moment_null("submitted_at"),
        moment_null("confirmed_at"),
        moment_null("responded_at"),
        moment_null("progress_at"),
        moment_null("answered_at"),
        moment_null("rated_at"),
        moment_null("closed_at"),
    ]
}

/// Every table of this migration, each after those it points at.
fn tables() -> Vec<TableCreateStatement> {
    let mut calls = table(
        "need_calls",
        vec![
            id("need_id"),
            id("organisation_id"),
            text("reason"),
            moment("called_at"),
            moment("check_in_by"),
            moment_null("checked_in_at"),
            text_null("note"),
        ],
        &["need_id", "organisation_id"],
    );
    refers(&mut calls, "need_id", ("needs", "id"));
    refers(&mut calls, "organisation_id", ("organisations", "id"));
    let mut notes = table(
        "need_notes",
        vec![
            id("id"),
            id("need_id"),
            moment("at"),
            text("role"),
            id_null("organisation_id"),
            text("text"),
            flag("is_internal"),
        ],
        &["id"],
    );
    refers(&mut notes, "need_id", ("needs", "id"));
    refers(&mut notes, "organisation_id", ("organisations", "id"));
    vec![calls, notes]
}
