//! The ledger of projects: days of stages, investment by month, team, blockers, updates, labels of
//! cohorts, figures that were reported, codes of public pages, and the rules of lamps.
//!
//! Stages gain `investing`, between started and completed. Rows that are started stay started: nobody
//! knows when the first payment came in, and a started project may be completed as before.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, date, date_null, drop_all, id, id_null, index, int, moment, refers, table, text,
    text_null, unique,
};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The groups and the rules that come with the program; a test of storage compares them with those of
/// the rules.
const SHIPPED: [&str; 2] = [
    "INSERT INTO project_groups (code, zh, en) VALUES \
     ('APPROVAL', '审批服务', 'Approvals'), ('ATTRACTION', '项目招引', 'Attracting projects'), \
     ('CONSTRUCTION', '建设护航', 'Escort of construction'), ('COORDINATION', '综合协调', 'Coordination')",
    r#"INSERT INTO project_lamp_rules (version, name, rules, made_at, made_by) VALUES (1, 'YINCHUAN', '{"months":[{"milestone":"started","yellow":1,"red":3},{"milestone":"enrolled","yellow":1,"red":2}],"behind_yellow_basis_points":1000,"behind_red_basis_points":3000,"update_days":7}', '1970-01-01T00:00:00+00:00', '')"#,
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in [
            index("project_labels", &["label"]),
            index("project_updates", &["project_id", "on_date"]),
            index("project_team", &["organisation_id"]),
            index("project_reports", &["label", "measure", "as_of"]),
            unique("project_codes", &["code"]),
        ] {
            manager.create_index(index).await?;
        }
        for rows in SHIPPED {
            manager.get_connection().execute_unprepared(rows).await?;
        }
        Ok(())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The stage that was before knows no other word for it.
        let back = "UPDATE projects SET stage = 'started' WHERE stage = 'investing'";
        manager.get_connection().execute_unprepared(back).await?;
        drop_all(manager, tables()).await
    }
}

fn of_project(
    name: &'static str,
    mut columns: Vec<ColumnDef>,
    key: &[&'static str],
) -> TableCreateStatement {
    columns.insert(0, id("project_id"));
    let mut of_project = table(name, columns, key);
    refers(&mut of_project, "project_id", ("projects", "id"));
    of_project
}

fn tables() -> Vec<TableCreateStatement> {
    let numbered = &["project_id", "number"];
    let days = vec![
        int("number"),
        text("milestone"),
        text("kind"),
        date_null("on_date"),
        moment("recorded_at"),
        text("recorded_by"),
    ];
    let blockers = vec![
        int("number"),
        text("kind"),
        text("text"),
        date("opened_on"),
        date_null("solved_on"),
        text("solution"),
    ];
    let updates = vec![
        int("number"),
        date("on_date"),
        text("note"),
        text("public_note"),
        text("next_step"),
        moment("written_at"),
        text("written_by"),
    ];
    let months = vec![date("month"), big("planned_fen"), big("paid_fen")];
    let groups = table("project_groups", vec![text("code"), text("zh"), text("en")], &["code"]);
    vec![
        groups,
        of_project("project_labels", vec![text("label")], &["project_id", "label"]),
        of_project("project_days", days, numbered),
        of_project("project_months", months, &["project_id", "month"]),
        team(),
        of_project("project_blockers", blockers, numbered),
        of_project("project_updates", updates, numbered),
        of_project("project_codes", vec![text("code"), moment("made_at")], &["project_id"]),
        reports(),
        lamp_rules(),
    ]
}

fn team() -> TableCreateStatement {
    let columns = vec![
        int("number"),
        text("role"),
        text_null("group_code"),
        id_null("organisation_id"),
        text("person"),
        text("title"),
        date("from_on"),
        date_null("until_on"),
    ];
    let mut team = of_project("project_team", columns, &["project_id", "number"]);
    refers(&mut team, "group_code", ("project_groups", "code"));
    refers(&mut team, "organisation_id", ("organisations", "id"));
    team
}

fn reports() -> TableCreateStatement {
    table(
        "project_reports",
        vec![
            id("id"),
            text("label"),
            text("measure"),
            date("as_of"),
            int("basis_points"),
            text("note"),
            moment("recorded_at"),
            text("recorded_by"),
        ],
        &["id"],
    )
}

fn lamp_rules() -> TableCreateStatement {
    table(
        "project_lamp_rules",
        vec![int("version"), text("name"), text("rules"), moment("made_at"), text("made_by")],
        &["version"],
    )
}
