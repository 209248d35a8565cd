//! Casework: needs, offers, projects, cooperation tasks, suggestions, pairings, outcomes, and the
//! list of those an enterprise never wants to meet.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, big_null, date, date_null, drop_all, flag, id, id_null, index, int, int_null, moment,
    moment_null, refers, table, text, text_null, unique,
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
    vec![needs(), offers(), projects(), suggestions(), tasks(), pairings(), avoids(), outcomes()]
}

fn needs() -> TableCreateStatement {
    let mut needs = table(
        "needs",
        vec![
            id("id"),
            text_null("external_id"),
            id("enterprise_id"),
            id_null("committee_id"),
            id_null("handler_id"),
            text("kind"),
            text("title"),
            text("title_key"),
            text("public_summary"),
            text("body"),
            text("stage"),
            flag("is_published"),
            flag("is_proxy"),
            text_null("region_code"),
            text_null("industry_scheme"),
            text_null("industry_code"),
            moment_null("dispatched_at"),
            moment_null("due_at"),
            int("send_backs"),
            text_null("send_back_reason"),
            text_null("exclusion"),
            date_null("suspended_until"),
            text_null("answer"),
            int_null("rating"),
            int("reopens"),
            id_null("merged_into_id"),
            moment("created_at"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut needs, "enterprise_id", ("enterprises", "id"));
    refers(&mut needs, "committee_id", ("chain_committees", "id"));
    refers(&mut needs, "handler_id", ("organisations", "id"));
    refers(&mut needs, "region_code", ("regions", "code"));
    refers(&mut needs, "merged_into_id", ("needs", "id"));
    needs
}

fn offers() -> TableCreateStatement {
    let mut offers = table(
        "offers",
        vec![
            id("id"),
            text_null("external_id"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            text("kind"),
            text("title"),
            text("title_key"),
            text("body"),
            big_null("capacity"),
            big_null("capacity_left"),
            text_null("unit"),
            date_null("valid_until"),
            flag("is_published"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut offers, "enterprise_id", ("enterprises", "id"));
    refers(&mut offers, "organisation_id", ("organisations", "id"));
    offers
}

fn projects() -> TableCreateStatement {
    let mut projects = table(
        "projects",
        vec![
            id("id"),
            text_null("external_id"),
            text("name"),
            text("name_key"),
            text("summary"),
            text("domain"),
            id_null("owner_enterprise"),
            text_null("region_code"),
            big_null("amount_fen"),
            text("stage"),
            flag("is_published"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut projects, "owner_enterprise", ("enterprises", "id"));
    refers(&mut projects, "region_code", ("regions", "code"));
    projects
}

fn suggestions() -> TableCreateStatement {
    let mut suggestions = table(
        "suggestions",
        vec![
            id("id"),
            text("kind"),
            id_null("need_id"),
            id_null("offer_id"),
            id_null("project_id"),
            id_null("committee_id"),
            id("enterprise_a"),
            id_null("enterprise_b"),
            id_null("organisation_b"),
            // What is brought together, so that it is suggested once.
            text("pair_key"),
            int("points"),
            text("reasons"),
            text("stage"),
            // Whether the sides may see it; stays when the suggestion ends.
            flag("is_shown"),
            text_null("decline_reason_a"),
            text_null("decline_note_a"),
            text_null("decline_reason_b"),
            text_null("decline_note_b"),
            int("weights_version"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut suggestions, "need_id", ("needs", "id"));
    refers(&mut suggestions, "offer_id", ("offers", "id"));
    refers(&mut suggestions, "project_id", ("projects", "id"));
    refers(&mut suggestions, "committee_id", ("chain_committees", "id"));
    refers(&mut suggestions, "enterprise_a", ("enterprises", "id"));
    refers(&mut suggestions, "enterprise_b", ("enterprises", "id"));
    refers(&mut suggestions, "organisation_b", ("organisations", "id"));
    suggestions
}

fn tasks() -> TableCreateStatement {
    let mut tasks = table(
        "cooperation_tasks",
        vec![
            id("id"),
            text_null("external_id"),
            id_null("project_id"),
            id_null("suggestion_id"),
            id("owner_id"),
            id("counterpart_id"),
            text("domain"),
            date_null("due_on"),
            text("stage"),
            int_null("score_points"),
            text("reasons"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut tasks, "project_id", ("projects", "id"));
    refers(&mut tasks, "suggestion_id", ("suggestions", "id"));
    refers(&mut tasks, "owner_id", ("enterprises", "id"));
    refers(&mut tasks, "counterpart_id", ("enterprises", "id"));
    tasks
}

fn pairings() -> TableCreateStatement {
    let mut pairings = table(
        "pairings",
        vec![
            id("id"),
            id_null("suggestion_id"),
            id_null("committee_id"),
            text("kind"),
            id_null("enterprise_a"),
            id_null("organisation_a"),
            id_null("enterprise_b"),
            id_null("organisation_b"),
            text("stage"),
            date("from_on"),
            date_null("until_on"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut pairings, "suggestion_id", ("suggestions", "id"));
    refers(&mut pairings, "committee_id", ("chain_committees", "id"));
    refers(&mut pairings, "enterprise_a", ("enterprises", "id"));
    refers(&mut pairings, "organisation_a", ("organisations", "id"));
    refers(&mut pairings, "enterprise_b", ("enterprises", "id"));
    refers(&mut pairings, "organisation_b", ("organisations", "id"));
    pairings
}

fn avoids() -> TableCreateStatement {
    let mut avoids = table(
        "avoids",
        vec![id("owner_enterprise"), id("other_enterprise"), moment("at")],
        &["owner_enterprise", "other_enterprise"],
    );
    refers(&mut avoids, "owner_enterprise", ("enterprises", "id"));
    refers(&mut avoids, "other_enterprise", ("enterprises", "id"));
    avoids
}

fn outcomes() -> TableCreateStatement {
    let mut outcomes = table(
        "outcomes",
        vec![
            id("id"),
            text("kind"),
            text_null("change"),
            id_null("need_id"),
            id_null("task_id"),
            id_null("pairing_id"),
            id_null("project_id"),
            // Events come with a later migration, so nothing can point at their table yet.
            id_null("event_id"),
            id_null("enterprise_id"),
            big_null("amount_fen"),
            big_null("number"),
            text_null("unit"),
            date("on_date"),
            date_null("terminated_on"),
            text("note"),
            flag("is_published"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut outcomes, "need_id", ("needs", "id"));
    refers(&mut outcomes, "task_id", ("cooperation_tasks", "id"));
    refers(&mut outcomes, "pairing_id", ("pairings", "id"));
    refers(&mut outcomes, "project_id", ("projects", "id"));
    refers(&mut outcomes, "enterprise_id", ("enterprises", "id"));
    outcomes
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("needs", &["external_id"]),
        index("needs", &["enterprise_id", "id"]),
        index("needs", &["committee_id", "stage", "id"]),
        index("needs", &["handler_id", "stage", "id"]),
        index("needs", &["stage", "id"]),
        index("needs", &["is_published", "id"]),
        index("needs", &["due_at"]),
        unique("offers", &["external_id"]),
        index("offers", &["enterprise_id", "id"]),
        index("offers", &["organisation_id", "id"]),
        index("offers", &["kind", "id"]),
        unique("projects", &["external_id"]),
        index("projects", &["domain", "id"]),
        index("projects", &["owner_enterprise", "id"]),
        index("projects", &["region_code", "id"]),
        index("projects", &["stage", "id"]),
        unique("suggestions", &["pair_key"]),
        index("suggestions", &["need_id", "points"]),
        index("suggestions", &["project_id", "points"]),
        index("suggestions", &["offer_id"]),
        index("suggestions", &["committee_id", "id"]),
        index("suggestions", &["enterprise_a", "id"]),
        index("suggestions", &["enterprise_b", "id"]),
        index("suggestions", &["organisation_b", "id"]),
        unique("cooperation_tasks", &["external_id"]),
        unique("cooperation_tasks", &["suggestion_id"]),
        index("cooperation_tasks", &["project_id", "id"]),
        index("cooperation_tasks", &["owner_id", "id"]),
        index("cooperation_tasks", &["counterpart_id", "id"]),
        index("cooperation_tasks", &["domain", "id"]),
        index("cooperation_tasks", &["stage", "id"]),
        unique("pairings", &["suggestion_id"]),
        index("pairings", &["committee_id", "id"]),
        index("pairings", &["enterprise_a", "id"]),
        index("pairings", &["organisation_a", "id"]),
        index("pairings", &["enterprise_b", "id"]),
        index("pairings", &["organisation_b", "id"]),
        index("pairings", &["kind", "stage", "id"]),
        index("avoids", &["other_enterprise"]),
        index("outcomes", &["kind", "on_date"]),
        index("outcomes", &["need_id"]),
        index("outcomes", &["task_id"]),
        index("outcomes", &["pairing_id"]),
        index("outcomes", &["project_id"]),
        index("outcomes", &["event_id"]),
        index("outcomes", &["enterprise_id"]),
    ]
}
