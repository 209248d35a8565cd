//! The backbone: the audit log that is also the change feed, and jobs.
//!
//! On PostgreSQL the tables that only grow are split by month, with a part for the rest that takes
//! what no month has yet; `lianmeng_store::part` makes months ahead and detaches old ones.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{big_null, flag, id, index, int, moment, moment_null, table, text, text_null};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for mut table in [audit(), job_log()] {
            if manager.get_database_backend() == DbBackend::Postgres {
                split_by_month(manager, &mut table).await?;
            } else {
                manager.create_table(table).await?;
            }
        }
        manager.create_table(jobs()).await?;
        for index in [
            index("audit_rows", &["seq"]),
            index("audit_rows", &["thing", "at"]),
            index("job_log", &["id"]),
            index("request_keys", &["at"]),
            index("jobs", &["state", "run_at"]),
            index("jobs", &["subject", "id"]),
        ] {
            manager.create_index(index).await?;
        }
        let db = manager.get_connection();
        // One live job per kind and key, however many ask for it.
        db.execute_unprepared(
            "CREATE UNIQUE INDEX ux_jobs_live ON jobs (kind, dedup_key) WHERE state <> 'dead'",
        )
        .await?;
        db.execute_unprepared(
            "INSERT INTO versions (name, number) VALUES ('feed', 0), ('graph', 0)",
        )
        .await?;
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["jobs", "job_log", "audit_rows"] {
            manager.drop_table(Table::drop().table(Alias::new(name)).to_owned()).await?;
        }
        let index =
            Index::drop().name("ix_request_keys_at").table(Alias::new("request_keys")).to_owned();
        manager.drop_index(index).await?;
        manager
            .get_connection()
            .execute_unprepared("DELETE FROM versions WHERE name IN ('feed', 'graph')")
            .await?;
        Ok(())
    }
}

/// Makes a table whose rows PostgreSQL keeps in a part per month of `at`.
pub(crate) async fn split_by_month(
    manager: &SchemaManager<'_>,
    table: &mut TableCreateStatement,
) -> Result<(), DbErr> {
    let statement = table.to_string(PostgresQueryBuilder);
    let name = statement
        .split('"')
        .nth(1)
        .ok_or_else(|| DbErr::Migration(format!("no table name in {statement}")))?
        .to_owned();
    let db = manager.get_connection();
    db.execute_unprepared(&format!("{statement} PARTITION BY RANGE (at)")).await?;
    db.execute_unprepared(&format!("CREATE TABLE {name}_rest PARTITION OF {name} DEFAULT")).await?;
    Ok(())
}

fn audit() -> TableCreateStatement {
    table(
        "audit_rows",
        vec![
            id("id"),
            moment("at"),
            big_null("seq"),
            text("subject"),
            text("role"),
            text("action"),
            text("thing"),
            flag("touches_graph"),
        ],
        &["id", "at"],
    )
}

fn jobs() -> TableCreateStatement {
    let mut columns = job_columns();
    columns.extend([
        text_null("dedup_key"),
        int("max_attempts"),
        moment("run_at"),
        text_null("lease_owner"),
        moment_null("lease_until"),
        text_null("checkpoint"),
    ]);
    table("jobs", columns, &["id"])
}

/// Finished jobs, moved here so that the table that workers search stays short.
fn job_log() -> TableCreateStatement {
    let mut columns = job_columns();
    columns.push(moment("at"));
    table("job_log", columns, &["id", "at"])
}

fn job_columns() -> Vec<ColumnDef> {
    vec![
        id("id"),
        text("kind"),
        text("payload"),
        text("subject"),
        text("role"),
        text_null("body"),
        text("state"),
        int("attempts"),
        int("progress_done"),
        int("progress_total"),
        text_null("error"),
        text_null("result"),
        moment("created_at"),
        moment("changed_at"),
    ]
}
