//! Identity: accounts, links to identity providers, grants with their terms, logins with their
//! refresh tokens, API tokens, attempts to sign in, signing keys.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, date, date_null, drop_all, flag, id, id_null, index, moment, moment_null, refers, table,
    text, text_null, unique,
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
        for index in indexes() {
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
    [accounts(), logins(), secrets()].into_iter().flatten().collect()
}

fn accounts() -> Vec<TableCreateStatement> {
    let accounts = table(
        "accounts",
        vec![
            id("id"),
            text("name"),
            text("name_key"),
            text("display_name"),
            // PHC string of argon2id; absent where sign-in goes through a provider or a token.
            text_null("password_hash"),
            moment_null("disabled_at"),
            moment("created_at"),
            big("version"),
        ],
        &["id"],
    );
    let mut links = table(
        "external_identities",
        vec![text("issuer"), text("subject"), id("account_id"), moment("linked_at")],
        &["issuer", "subject"],
    );
    refers(&mut links, "account_id", ("accounts", "id"));
    let mut grants = table(
        "grants",
        vec![
            id("id"),
            id("account_id"),
            text("role"),
            // The wire form of a body; it may be of five kinds, so it cannot point at a table.
            text_null("body"),
            date("from_on"),
            date_null("until_on"),
            flag("is_default"),
            moment_null("revoked_at"),
        ],
        &["id"],
    );
    refers(&mut grants, "account_id", ("accounts", "id"));
    vec![accounts, links, grants]
}

fn logins() -> Vec<TableCreateStatement> {
    let mut logins = table(
        "logins",
        vec![
            id("id"),
            id("account_id"),
            text("method"),
            moment("started_at"),
            moment("seen_at"),
            moment("ends_at"),
            moment_null("ended_at"),
            text_null("ended_why"),
            text("address"),
            text("agent"),
        ],
        &["id"],
    );
    refers(&mut logins, "account_id", ("accounts", "id"));
    let mut refresh = table(
        "refresh_tokens",
        vec![text("hash"), id("login_id"), moment("issued_at"), moment_null("used_at")],
        &["hash"],
    );
    refers(&mut refresh, "login_id", ("logins", "id"));
    // Attempts name accounts that may not exist, so they point at none.
    let attempts = table(
        "login_attempts",
        vec![
            id("id"),
            moment("at"),
            text("name_key"),
            text("address"),
            text("outcome"),
            id_null("login_id"),
        ],
        &["id"],
    );
    vec![logins, refresh, attempts]
}

fn secrets() -> Vec<TableCreateStatement> {
    let mut tokens = table(
        "api_tokens",
        vec![
            id("id"),
            id("account_id"),
            id("grant_id"),
            text("label"),
            text("access"),
            text("hash"),
            moment("created_at"),
            moment("ends_at"),
            moment_null("revoked_at"),
            moment_null("used_at"),
        ],
        &["id"],
    );
    refers(&mut tokens, "account_id", ("accounts", "id"));
    refers(&mut tokens, "grant_id", ("grants", "id"));
    let flows = table(
        "oidc_flows",
        vec![
            text("state_hash"),
            text("nonce"),
            text("verifier"),
            text("return_to"),
            moment("ends_at"),
        ],
        &["state_hash"],
    );
    let keys = table(
        "signing_keys",
        vec![
            text("kid"),
            text("secret"),
            moment("made_at"),
            // The latest end of a token signed with it, beyond the ordinary ones.
            moment_null("tokens_end_at"),
            moment_null("verifies_until"),
        ],
        &["kid"],
    );
    vec![tokens, flows, keys]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("accounts", &["name_key"]),
        index("external_identities", &["account_id"]),
        index("grants", &["account_id"]),
        index("logins", &["account_id", "id"]),
        index("logins", &["ends_at"]),
        index("refresh_tokens", &["login_id"]),
        unique("api_tokens", &["hash"]),
        index("api_tokens", &["account_id", "id"]),
        index("api_tokens", &["grant_id"]),
        index("login_attempts", &["name_key", "at"]),
        index("login_attempts", &["address", "at"]),
        index("login_attempts", &["at"]),
        index("oidc_flows", &["ends_at"]),
    ]
}
