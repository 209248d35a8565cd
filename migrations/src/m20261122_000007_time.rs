//! Time: working-day calendars, deadline profiles and which committee goes by which, supervisions,
//! and the moments of a need that lamps depend on.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, drop_all, flag, id, index, int, moment, moment_null, refers, table, text, text_null,
};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Moments that follow from others of the row: kept so that lists can filter by them.
const MOMENTS: [&str; 3] = ["respond_by", "blue_at", "silent_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for name in MOMENTS {
            let mut table = Table::alter();
            manager.alter_table(table.table("needs").add_column(moment_null(name)).take()).await?;
        }
        manager.create_index(index("deadline_choices", &["profile"])).await?;
        manager.create_index(index("supervisions", &["need_id", "id"])).await?;
        let db = manager.get_connection();
        // At most one of a need stands, whoever opens it at the same moment.
        db.execute_unprepared(
            "CREATE UNIQUE INDEX ux_supervisions_standing ON supervisions (need_id) \
             WHERE lifted_at IS NULL",
        )
        .await?;
        db.execute_unprepared(
            "CREATE UNIQUE INDEX ux_deadline_profiles_default ON deadline_profiles (is_default) \
             WHERE is_default",
        )
        .await?;
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in MOMENTS {
            let mut table = Table::alter();
            manager.alter_table(table.table("needs").drop_column(name).take()).await?;
        }
        drop_all(manager, tables()).await
    }
}

/// Every table of this migration, each after those it points at.
fn tables() -> Vec<TableCreateStatement> {
    vec![calendars(), profiles(), choices(), supervisions()]
}

fn calendars() -> TableCreateStatement {
    table(
        "work_calendars",
        // Hours and days are JSON: a year is always read and written whole.
        vec![int("year"), text("hours"), text("days"), text("source"), moment("imported_at")],
        &["year"],
    )
}

fn profiles() -> TableCreateStatement {
    table(
        "deadline_profiles",
        vec![text("name"), text("title"), text("spans"), flag("is_default"), big("version")],
        &["name"],
    )
}

fn choices() -> TableCreateStatement {
    let mut choices =
        table("deadline_choices", vec![id("committee_id"), text("profile")], &["committee_id"]);
    // A committee that goes takes its choice along.
    choices.foreign_key(
        ForeignKey::create()
            .from_col("committee_id")
            .to("chain_committees", "id")
            .on_delete(ForeignKeyAction::Cascade),
    );
    refers(&mut choices, "profile", ("deadline_profiles", "name"));
    choices
}

fn supervisions() -> TableCreateStatement {
    let mut supervisions = table(
        "supervisions",
        vec![
            id("id"),
            id("need_id"),
            text("reason"),
            flag("is_listed"),
            moment("opened_at"),
            moment_null("listed_at"),
            moment_null("lifted_at"),
            text_null("lift_reason"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut supervisions, "need_id", ("needs", "id"));
    supervisions
}
