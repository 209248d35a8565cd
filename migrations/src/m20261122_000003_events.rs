//! Docking events: venues, events with hosts, sessions, slots, tables, participants, meetings and
//! the published versions of their timetables.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_null, date, drop_all, flag, id, id_null, index, int, int_null, moment, refers, table,
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
    [events(), layout(), meetings(), versions()].into_iter().flatten().collect()
}

fn events() -> Vec<TableCreateStatement> {
    let mut venues = table(
        "venues",
        vec![
            id("id"),
            text("name"),
            text("name_key"),
            text_null("address"),
            text_null("region_code"),
            id_null("zone_id"),
            big_null("capacity"),
            int("tables"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut venues, "region_code", ("regions", "code"));
    refers(&mut venues, "zone_id", ("zones", "id"));
    let mut events = table(
        "docking_events",
        vec![
            id("id"),
            text("title"),
            id_null("committee_id"),
            id_null("venue_id"),
            date("held_on"),
            text("stage"),
            int("fairness"),
            big_null("breaks"),
            big_null("published"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut events, "committee_id", ("chain_committees", "id"));
    refers(&mut events, "venue_id", ("venues", "id"));
    let mut hosts = table(
        "event_hosts",
        vec![id("event_id"), int("position"), text_null("region_code"), id_null("zone_id")],
        &["event_id", "position"],
    );
    refers(&mut hosts, "event_id", ("docking_events", "id"));
    refers(&mut hosts, "region_code", ("regions", "code"));
    refers(&mut hosts, "zone_id", ("zones", "id"));
    vec![venues, events, hosts]
}

fn layout() -> Vec<TableCreateStatement> {
    let mut slots = table(
        "event_slots",
        vec![id("event_id"), int("number"), text("half_day"), moment("starts_at"), int("minutes")],
        &["event_id", "number"],
    );
    refers(&mut slots, "event_id", ("docking_events", "id"));
    let mut tables = table(
        "event_tables",
        vec![id("event_id"), int("number"), text("label")],
        &["event_id", "number"],
    );
    refers(&mut tables, "event_id", ("docking_events", "id"));
    let mut sessions = table(
        "sessions",
        vec![
            id("id"),
            id("event_id"),
            int("position"),
            text("title"),
            text_null("room"),
            moment("starts_at"),
            moment("ends_at"),
        ],
        &["id"],
    );
    refers(&mut sessions, "event_id", ("docking_events", "id"));
    vec![slots, tables, sessions]
}

fn meetings() -> Vec<TableCreateStatement> {
    let mut participants = table(
        "participants",
        vec![
            id("id"),
            id("event_id"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            text("unavailable"),
            int_null("min_meetings"),
            int_null("max_meetings"),
        ],
        &["id"],
    );
    refers(&mut participants, "event_id", ("docking_events", "id"));
    refers(&mut participants, "enterprise_id", ("enterprises", "id"));
    refers(&mut participants, "organisation_id", ("organisations", "id"));
    let mut meetings = table(
        "meetings",
        vec![
            id("id"),
            id("event_id"),
            id("first_id"),
            id("second_id"),
            text_null("half_day"),
            int_null("fixed_slot"),
            int_null("slot"),
            int_null("table_number"),
            flag("is_locked"),
        ],
        &["id"],
    );
    refers(&mut meetings, "event_id", ("docking_events", "id"));
    refers(&mut meetings, "first_id", ("participants", "id"));
    refers(&mut meetings, "second_id", ("participants", "id"));
    let mut precedences = table(
        "meeting_precedences",
        vec![id("event_id"), id("before_id"), id("after_id")],
        &["before_id", "after_id"],
    );
    refers(&mut precedences, "event_id", ("docking_events", "id"));
    refers(&mut precedences, "before_id", ("meetings", "id"));
    refers(&mut precedences, "after_id", ("meetings", "id"));
    vec![participants, meetings, precedences]
}

fn versions() -> Vec<TableCreateStatement> {
    let mut versions = table(
        "event_versions",
        vec![id("event_id"), big("number"), moment("published_at"), big("breaks"), big("meetings")],
        &["event_id", "number"],
    );
    refers(&mut versions, "event_id", ("docking_events", "id"));
    // A row outlives its meeting, so it points at the participants only.
    let mut rows = table(
        "event_version_rows",
        vec![
            id("event_id"),
            big("number"),
            id("meeting_id"),
            id("first_id"),
            id("second_id"),
            int("slot"),
            int("table_number"),
            moment("starts_at"),
            int("minutes"),
        ],
        &["event_id", "number", "meeting_id"],
    );
    refers(&mut rows, "event_id", ("docking_events", "id"));
    refers(&mut rows, "first_id", ("participants", "id"));
    refers(&mut rows, "second_id", ("participants", "id"));
    vec![versions, rows]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("venues", &["name_key", "id"]),
        index("venues", &["region_code"]),
        index("venues", &["zone_id"]),
        index("docking_events", &["held_on", "id"]),
        index("docking_events", &["committee_id"]),
        index("docking_events", &["venue_id"]),
        index("docking_events", &["stage"]),
        index("event_hosts", &["region_code"]),
        index("event_hosts", &["zone_id"]),
        unique("sessions", &["event_id", "position"]),
        unique("participants", &["event_id", "enterprise_id"]),
        unique("participants", &["event_id", "organisation_id"]),
        index("participants", &["enterprise_id"]),
        index("participants", &["organisation_id"]),
        unique("meetings", &["event_id", "first_id", "second_id"]),
        index("meetings", &["event_id", "slot", "table_number"]),
        index("meetings", &["first_id"]),
        index("meetings", &["second_id"]),
        index("meeting_precedences", &["event_id"]),
        index("meeting_precedences", &["after_id"]),
        index("event_version_rows", &["event_id", "number", "slot", "table_number"]),
        index("event_version_rows", &["first_id"]),
        index("event_version_rows", &["second_id"]),
    ]
}
