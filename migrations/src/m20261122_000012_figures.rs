//! Reservations of offers with a capacity, and what figures about needs are computed from: since when
//! a need has a number on the city's platform, its earlier rounds, and from when on its lamp shines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::columns::{
    big, drop_all, id, id_null, index, int_null, moment, moment_null, refers, table, text,
};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Columns added to needs, all moments.
const MOMENTS: [&str; 4] = ["imported_at", "lit_red_at", "lit_yellow_at", "lit_blue_at"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in MOMENTS {
            let needs =
                Table::alter().table(Alias::new("needs")).add_column(moment_null(name)).to_owned();
            manager.alter_table(needs).await?;
        }
        fill(manager).await?;
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in of_needs().into_iter().chain(of_reservations()) {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await?;
        for index in of_needs() {
            let name = index.get_index_spec().get_name().unwrap_or_default().to_owned();
            let index = Index::drop().name(name).table(Alias::new("needs")).to_owned();
            manager.drop_index(index).await?;
        }
        for name in MOMENTS {
            let needs =
                Table::alter().table(Alias::new("needs")).drop_column(Alias::new(name)).to_owned();
            manager.alter_table(needs).await?;
        }
        Ok(())
    }
}

/// Needs under way before the columns were there. To the second on SQLite: the next step of each sets
/// its moments exactly.
async fn fill(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const RUNNING: &str = "stage IN ('dispatched', 'sent_back', 'accepted', 'in_progress', 'whistled', 'matching') \
         AND dispatched_at IS NOT NULL AND due_at IS NOT NULL";
    let (blue, silent) = if manager.get_database_backend() == DbBackend::Postgres {
        (
            "due_at - (due_at - dispatched_at) / 5",
            "GREATEST(progress_at, dispatched_at) + (due_at - dispatched_at) / 2",
        )
    } else {
        (
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', julianday(due_at) - (julianday(due_at) - julianday(dispatched_at)) / 5)",
            "strftime('%Y-%m-%dT%H:%M:%S+00:00', max(julianday(dispatched_at), coalesce(julianday(progress_at), 0)) \
             + (julianday(due_at) - julianday(dispatched_at)) / 2)",
        )
    };
    let db = manager.get_connection();
    for statement in [
        "UPDATE needs SET imported_at = city_at WHERE city_number IS NOT NULL".to_owned(),
        format!(
            "UPDATE needs SET lit_red_at = due_at, lit_blue_at = {blue}, lit_yellow_at = {silent} WHERE {RUNNING}"
        ),
        "UPDATE needs SET lit_yellow_at = '1970-01-01T00:00:00+00:00' \
         WHERE stage IN ('sent_back', 'reopened') OR (stage = 'rated' AND rating < 3)"
            .to_owned(),
    ] {
        db.execute_unprepared(&statement).await?;
    }
    Ok(())
}

fn tables() -> Vec<TableCreateStatement> {
    vec![reservations(), rounds()]
}

fn reservations() -> TableCreateStatement {
    let mut reservations = table(
        "offer_reservations",
        vec![
            id("id"),
            id("offer_id"),
            // Exactly one of the two.
            id_null("need_id"),
            id_null("pairing_id"),
            big("amount"),
            text("stage"),
            moment("until"),
            moment("created_at"),
            moment_null("ended_at"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut reservations, "offer_id", ("offers", "id"));
    refers(&mut reservations, "need_id", ("needs", "id"));
    refers(&mut reservations, "pairing_id", ("pairings", "id"));
    reservations
}

/// What stood in a need when it was taken up again and dispatched anew; once at most.
fn rounds() -> TableCreateStatement {
    let mut rounds = table(
        "need_rounds",
        vec![
            id("need_id"),
            id_null("handler_id"),
            moment_null("dispatched_at"),
            moment_null("due_at"),
            moment_null("answered_at"),
            moment_null("rated_at"),
            int_null("rating"),
        ],
        &["need_id"],
    );
    refers(&mut rounds, "need_id", ("needs", "id"));
    rounds
}

fn of_needs() -> Vec<IndexCreateStatement> {
    vec![
        // What an overview counts, without a look at the rows.
        index(
            "needs",
            &["stage", "handler_id", "committee_id", "lit_red_at", "lit_yellow_at", "lit_blue_at"],
        ),
        index(
            "needs",
            &["committee_id", "stage", "handler_id", "lit_red_at", "lit_yellow_at", "lit_blue_at"],
        ),
        // Those late longest, for everyone and for one committee.
        index("needs", &["lit_red_at", "id"]),
        index("needs", &["committee_id", "lit_red_at", "id"]),
        index("needs", &["submitted_at"]),
    ]
}

fn of_reservations() -> Vec<IndexCreateStatement> {
    vec![
        index("offer_reservations", &["offer_id", "id"]),
        index("offer_reservations", &["need_id"]),
        index("offer_reservations", &["pairing_id"]),
        // Those that lapse next.
        index("offer_reservations", &["stage", "until"]),
    ]
}
