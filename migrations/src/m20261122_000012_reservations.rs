//! Reservations of offers with a capacity.

use sea_orm_migration::prelude::*;

use crate::columns::{big, drop_all, id, id_null, index, moment, moment_null, refers, table, text};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(reservations()).await?;
        for index in [
            index("offer_reservations", &["offer_id", "id"]),
            index("offer_reservations", &["need_id"]),
            index("offer_reservations", &["pairing_id"]),
            // Those that lapse next.
            index("offer_reservations", &["stage", "until"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, vec![reservations()]).await
    }
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
