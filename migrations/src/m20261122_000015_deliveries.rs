//! Notices that leave the house: what people want to be sent, webhooks, and the messages.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, drop_all, flag, id, id_null, index, int, moment, moment_null, refers, table, text,
    text_null,
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
            index("webhooks", &["grant_id", "removed_at"]),
            index("webhooks", &["account_id", "id"]),
            index("deliveries", &["closed_at", "next_at"]),
            index("deliveries", &["account_id", "closed_at"]),
            index("deliveries", &["account_id", "id"]),
            index("deliveries", &["webhook_id", "id"]),
            index("deliveries", &["state", "id"]),
            index("delivery_causes", &["notice_id"]),
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

/// Every table of this migration, each after those it points at.
fn tables() -> Vec<TableCreateStatement> {
    let mut settings = table(
        "notice_settings",
        vec![
            id("account_id"),
            text_null("email"),
            moment_null("email_confirmed_at"),
            text_null("pending_email"),
            text_null("code_hash"),
            moment_null("code_sent_at"),
            // When the mail server took the code.
            moment_null("code_mailed_at"),
            int("code_tries"),
            flag("wants_email"),
            text_null("kinds"),
            int("quiet_from"),
            int("quiet_until"),
            flag("quiet_days_off"),
            text("language"),
            big("version"),
        ],
        &["account_id"],
    );
    refers(&mut settings, "account_id", ("accounts", "id"));
    let mut webhooks = table(
        "webhooks",
        vec![
            id("id"),
            id("account_id"),
            id("grant_id"),
            text("label"),
            text("url"),
            // In plain: whoever signs must know it.
            text("secret"),
            moment("created_at"),
            moment_null("removed_at"),
        ],
        &["id"],
    );
    refers(&mut webhooks, "account_id", ("accounts", "id"));
    refers(&mut webhooks, "grant_id", ("grants", "id"));
    let mut deliveries = table(
        "deliveries",
        vec![
            id("id"),
            text("channel"),
            id("account_id"),
            id_null("webhook_id"),
            text("state"),
            int("attempts"),
            moment("first_at"),
            moment("next_at"),
            moment_null("closed_at"),
            text_null("holder"),
            text_null("last_error"),
        ],
        &["id"],
    );
    refers(&mut deliveries, "account_id", ("accounts", "id"));
    refers(&mut deliveries, "webhook_id", ("webhooks", "id"));
    let mut causes = table(
        "delivery_causes",
        vec![id("delivery_id"), id("cause_id"), id("notice_id"), text("kind")],
        &["delivery_id", "cause_id"],
    );
    refers(&mut causes, "delivery_id", ("deliveries", "id"));
    refers(&mut causes, "notice_id", ("notices", "id"));
    vec![settings, webhooks, deliveries, causes]
}
