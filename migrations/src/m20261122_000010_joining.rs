//! Joining: invitations, claims, who administers a body, and codes to choose a password with.

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
        manager.alter_table(added("grants", flag("is_administrator"))).await?;
        // The wire form of a body, as in grants.
        manager.alter_table(added("accounts", text_null("kept_by"))).await?;
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await?;
        manager.alter_table(gone("accounts", "kept_by")).await?;
        manager.alter_table(gone("grants", "is_administrator")).await
    }
}

fn added(table: &'static str, column: ColumnDef) -> TableAlterStatement {
    Table::alter().table(Alias::new(table)).add_column(column).to_owned()
}

fn gone(table: &'static str, column: &'static str) -> TableAlterStatement {
    Table::alter().table(Alias::new(table)).drop_column(Alias::new(column)).to_owned()
}

/// Every table of this migration.
fn tables() -> Vec<TableCreateStatement> {
    vec![invitations(), claims(), password_codes()]
}

fn invitations() -> TableCreateStatement {
    let mut invitations = table(
        "invitations",
        vec![
            id("id"),
            id("batch_id"),
            id_null("committee_id"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            text("contact_name"),
            text("contact"),
            text("code_hash"),
            // Who is invited, as long as the invitation is open: nobody is invited twice at a time.
            text_null("open_key"),
            text("made_by"),
            moment("made_at"),
            moment("ends_at"),
            id_null("claimed_by"),
            moment_null("claimed_at"),
            moment_null("withdrawn_at"),
        ],
        &["id"],
    );
    refers(&mut invitations, "committee_id", ("chain_committees", "id"));
    refers(&mut invitations, "enterprise_id", ("enterprises", "id"));
    refers(&mut invitations, "organisation_id", ("organisations", "id"));
    refers(&mut invitations, "claimed_by", ("accounts", "id"));
    invitations
}

fn claims() -> TableCreateStatement {
    let mut claims = table(
        "claims",
        vec![
            id("id"),
            id("enterprise_id"),
            id("account_id"),
            text("evidence"),
            text("state"),
            // Enterprise and account, as long as the claim is pending: nobody claims twice at a time.
            text_null("open_key"),
            moment("made_at"),
            moment_null("decided_at"),
            text_null("decided_by"),
            text_null("reason"),
            flag("was_disputed"),
        ],
        &["id"],
    );
    refers(&mut claims, "enterprise_id", ("enterprises", "id"));
    refers(&mut claims, "account_id", ("accounts", "id"));
    claims
}

fn password_codes() -> TableCreateStatement {
    // One of an account at a time: the next one takes its place.
    let mut codes = table(
        "password_codes",
        vec![id("account_id"), text("code_hash"), text("made_by"), moment("ends_at")],
        &["account_id"],
    );
    refers(&mut codes, "account_id", ("accounts", "id"));
    codes
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("invitations", &["code_hash"]),
        unique("invitations", &["open_key"]),
        index("invitations", &["committee_id", "id"]),
        index("invitations", &["enterprise_id"]),
        index("invitations", &["organisation_id"]),
        index("invitations", &["claimed_by"]),
        unique("claims", &["open_key"]),
        index("claims", &["state", "id"]),
        index("claims", &["enterprise_id", "id"]),
        index("claims", &["account_id", "id"]),
        unique("password_codes", &["code_hash"]),
    ]
}
