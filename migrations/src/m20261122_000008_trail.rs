//! The audit trail in full: what was changed, reads of restricted fields, and the chain of seals; and
//! what people are told.
//!
//! What may be personal (from where, before, after) stands in columns of its own that can be emptied;
//! the digest beside them, of the text and a random salt, stays and is what is sealed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{big, id, index, int, moment, moment_null, refers, table, text, text_null};
use crate::m20261122_000004_backbone::split_by_month;

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Columns that the audit rows get.
const MORE: [&str; 4] = ["body", "digest", "salt", "detail"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in MORE {
            let mut column = text_null(name);
            let more =
                Table::alter().table(Alias::new("audit_rows")).add_column(&mut column).to_owned();
            manager.alter_table(more).await?;
        }
        for mut table in [reads(), read_things()] {
            if manager.get_database_backend() == DbBackend::Postgres {
                split_by_month(manager, &mut table).await?;
            } else {
                manager.create_table(table).await?;
            }
        }
        for table in [seals(), outbox(), notices(), causes()] {
            manager.create_table(table).await?;
        }
        for index in [
            index("audit_rows", &["subject", "id"]),
            index("audit_reads", &["seq"]),
            index("audit_reads", &["subject", "id"]),
            index("audit_read_things", &["seq"]),
            index("grants", &["body", "role"]),
            index("notices", &["grant_id", "read_at", "id"]),
            index("notices", &["grant_id", "id"]),
            index("notices", &["account_id"]),
        ] {
            manager.create_index(index).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO versions (name, number) \
                 VALUES ('reads', 0), ('feed_detached', 0), ('reads_detached', 0)",
            )
            .await?;
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [
            "notice_causes",
            "notices",
            "outbox",
            "audit_seals",
            "audit_read_things",
            "audit_reads",
        ] {
            manager.drop_table(Table::drop().table(Alias::new(name)).to_owned()).await?;
        }
        let index = Index::drop()
            .name("ix_audit_rows_subject_id")
            .table(Alias::new("audit_rows"))
            .to_owned();
        manager.drop_index(index).await?;
        let index =
            Index::drop().name("ix_grants_body_role").table(Alias::new("grants")).to_owned();
        manager.drop_index(index).await?;
        for name in MORE {
            let less = Table::alter()
                .table(Alias::new("audit_rows"))
                .drop_column(Alias::new(name))
                .to_owned();
            manager.alter_table(less).await?;
        }
        manager
            .get_connection()
            .execute_unprepared(
                "DELETE FROM versions WHERE name IN ('reads', 'feed_detached', 'reads_detached')",
            )
            .await?;
        Ok(())
    }
}

/// One row for each request that read restricted fields.
fn reads() -> TableCreateStatement {
    table(
        "audit_reads",
        vec![
            id("id"),
            moment("at"),
            big("seq"),
            text("subject"),
            text("role"),
            text_null("body"),
            text("things"),
            text("digest"),
            text_null("salt"),
            text_null("detail"),
        ],
        &["id", "at"],
    )
}

/// Which reads saw a thing: the things of each read once more, to be searched.
fn read_things() -> TableCreateStatement {
    table(
        "audit_read_things",
        vec![text("thing"), moment("at"), id("read_id"), big("seq")],
        &["thing", "at", "read_id"],
    )
}

/// The chain: each seal covers the changes and reads between two numbers.
fn seals() -> TableCreateStatement {
    table(
        "audit_seals",
        vec![
            big("number"),
            moment("at"),
            big("first_seq"),
            big("last_seq"),
            big("first_read"),
            big("last_read"),
            text("leaves"),
            text("hash"),
        ],
        &["number"],
    )
}

/// What is to be told, written by the change itself; a row goes when its notices are there.
fn outbox() -> TableCreateStatement {
    table(
        "outbox",
        vec![
            id("cause_id"),
            moment("at"),
            text("subject"),
            text("thing"),
            text("title"),
            text("audiences"),
        ],
        &["cause_id"],
    )
}

/// What somebody was told; later news of the same thing join a notice that is still new.
fn notices() -> TableCreateStatement {
    let mut notices = table(
        "notices",
        vec![
            id("id"),
            id("account_id"),
            id("grant_id"),
            text("kind"),
            text("thing"),
            text("title"),
            int("changes"),
            moment("first_at"),
            moment("last_at"),
            moment_null("read_at"),
        ],
        &["id"],
    );
    refers(&mut notices, "account_id", ("accounts", "id"));
    refers(&mut notices, "grant_id", ("grants", "id"));
    notices
}

/// The changes a notice came of: nobody is told twice of the same one.
fn causes() -> TableCreateStatement {
    let mut causes = table(
        "notice_causes",
        vec![id("cause_id"), id("account_id"), id("notice_id")],
        &["cause_id", "account_id"],
    );
    refers(&mut causes, "notice_id", ("notices", "id"));
    causes
}
