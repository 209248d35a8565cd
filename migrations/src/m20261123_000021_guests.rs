//! Who comes to an event: its places, invitations, and the persons behind them; who asks whom for a
//! meeting; who was checked in.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, drop_all, flag, id, id_null, index, int, int_null, moment, moment_null, refers, table,
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
    // One row for each event that has guests: changes of them wait for each other at it.
    let mut books = table(
        "guest_books",
        vec![id("event_id"), int_null("capacity"), text("quotas"), big("version")],
        &["event_id"],
    );
    refers(&mut books, "event_id", ("docking_events", "id"));
    let mut all = vec![books, guests(), people()];
    all.extend(requests());
    all.extend(check_ins());
    all
}

fn guests() -> TableCreateStatement {
    let mut guests = table(
        "guests",
        vec![
            id("id"),
            id("event_id"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            text_null("outside_name"),
            text("kind"),
            text("stage"),
            text_null("why"),
            text("note"),
            flag("is_proxy"),
            moment_null("sent_at"),
            moment_null("reply_by"),
            moment_null("answered_at"),
            moment_null("queued_at"),
            int("named"),
            int("escorts"),
            text("plates"),
            text("diet"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut guests, "event_id", ("docking_events", "id"));
    refers(&mut guests, "enterprise_id", ("enterprises", "id"));
    refers(&mut guests, "organisation_id", ("organisations", "id"));
    guests
}

fn people() -> TableCreateStatement {
    // The badge is kept as it is: it is printed anew whenever somebody asks, and without the rights of
    // an organiser it does nothing.
    let mut people = table(
        "guest_people",
        vec![
            id("id"),
            id("guest_id"),
            id("event_id"),
            text("name"),
            text("title"),
            text("phone"),
            flag("is_head"),
            flag("is_escort"),
            text("badge"),
            moment_null("left_at"),
            id_null("successor_id"),
        ],
        &["id"],
    );
    refers(&mut people, "guest_id", ("guests", "id"));
    refers(&mut people, "event_id", ("docking_events", "id"));
    refers(&mut people, "successor_id", ("guest_people", "id"));
    people
}

fn requests() -> Vec<TableCreateStatement> {
    let mut rules = table(
        "request_rules",
        vec![id("event_id"), int("cap"), int("days"), big("version")],
        &["event_id"],
    );
    refers(&mut rules, "event_id", ("docking_events", "id"));
    // A meeting may be taken out of its event; the request remembers it all the same.
    let mut requests = table(
        "meeting_requests",
        vec![
            id("id"),
            id("event_id"),
            id_null("from_enterprise"),
            id_null("from_organisation"),
            id_null("to_enterprise"),
            id_null("to_organisation"),
            text("message"),
            text_null("half_day"),
            text("priority"),
            text("stage"),
            moment("sent_at"),
            moment("ends_at"),
            moment_null("closed_at"),
            text("reason"),
            id_null("meeting_id"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut requests, "event_id", ("docking_events", "id"));
    refers(&mut requests, "from_enterprise", ("enterprises", "id"));
    refers(&mut requests, "from_organisation", ("organisations", "id"));
    refers(&mut requests, "to_enterprise", ("enterprises", "id"));
    refers(&mut requests, "to_organisation", ("organisations", "id"));
    vec![rules, requests]
}

fn check_ins() -> Vec<TableCreateStatement> {
    let mut points = table(
        "checkpoints",
        vec![id("id"), id("event_id"), text("name"), flag("is_entrance")],
        &["id"],
    );
    refers(&mut points, "event_id", ("docking_events", "id"));
    let mut records = table(
        "check_ins",
        vec![
            id("event_id"),
            text("client_id"),
            id("person_id"),
            id("checkpoint_id"),
            text("direction"),
            moment("at"),
            text("device"),
            flag("is_by_hand"),
        ],
        &["event_id", "client_id"],
    );
    refers(&mut records, "event_id", ("docking_events", "id"));
    refers(&mut records, "person_id", ("guest_people", "id"));
    refers(&mut records, "checkpoint_id", ("checkpoints", "id"));
    vec![points, records]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("guests", &["event_id", "enterprise_id"]),
        unique("guests", &["event_id", "organisation_id"]),
        index("guests", &["enterprise_id"]),
        index("guests", &["organisation_id"]),
        index("guests", &["stage", "reply_by"]),
        unique("guest_people", &["badge"]),
        index("guest_people", &["guest_id"]),
        index("guest_people", &["event_id"]),
        index("meeting_requests", &["event_id", "id"]),
        index("meeting_requests", &["from_enterprise"]),
        index("meeting_requests", &["from_organisation"]),
        index("meeting_requests", &["to_enterprise"]),
        index("meeting_requests", &["to_organisation"]),
        index("meeting_requests", &["stage", "ends_at"]),
        unique("checkpoints", &["event_id", "name"]),
        index("check_ins", &["event_id", "at"]),
        index("check_ins", &["person_id"]),
        index("check_ins", &["checkpoint_id"]),
    ]
}
