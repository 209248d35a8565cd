//! Weights of the suggestion engine as versions, the two that come with the program among them, and
//! what the second side of a suggestion gains.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_all, flag, index, int, moment, table, text, text_null};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// The first two versions; a test of storage compares them with those of the rules.
const VERSIONS: [&str; 2] = [
    r#"(1, '{"a":{"capability":3000,"history":1000,"industry":1000,"place":1000,"recency":500,"text":3000,"tier":500},"b":{},"fusion":"one_sided"}', '单向评分：只看需求方所得。Only what the seeker gains counts.', NULL, '1970-01-01T00:00:00+00:00', '', false)"#,
    r#"(2, '{"a":{"capability":3000,"history":1000,"industry":1000,"place":1000,"recency":500,"text":3000,"tier":500},"b":{"custom":3000,"freshness":500,"industry":1000,"place":1000,"room":500,"standing":500,"text":2500,"willingness":1000},"fusion":"harmonic"}', '双向评分：需求方所得与供给方所得的调和平均。Harmonic mean of what both sides gain.', NULL, '1970-01-01T00:00:00+00:00', '', true)"#,
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let insert =
            "INSERT INTO weights (version, weights, why, report, made_at, made_by, is_active)";
        let rows = VERSIONS.join(", ");
        manager.get_connection().execute_unprepared(&format!("{insert} VALUES {rows}")).await?;
        for column in added() {
            let suggestions =
                Table::alter().table(Alias::new("suggestions")).add_column(column).to_owned();
            manager.alter_table(suggestions).await?;
        }
        manager.create_index(index("suggestions", &["stage"])).await
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index =
            Index::drop().name("ix_suggestions_stage").table(Alias::new("suggestions")).to_owned();
        manager.drop_index(index).await?;
        for name in ["reasons_b", "fusion"] {
            let suggestions = Table::alter()
                .table(Alias::new("suggestions"))
                .drop_column(Alias::new(name))
                .to_owned();
            manager.alter_table(suggestions).await?;
        }
        drop_all(manager, tables()).await
    }
}

/// Columns of suggestions; those made before counted one side only.
fn added() -> [ColumnDef; 2] {
    let (mut reasons_b, mut fusion) = (text("reasons_b"), text("fusion"));
    reasons_b.default("[]");
    fusion.default("one_sided");
    [reasons_b, fusion]
}

fn tables() -> Vec<TableCreateStatement> {
    vec![table(
        "weights",
        vec![
            int("version"),
            text("weights"),
            text("why"),
            text_null("report"),
            moment("made_at"),
            text("made_by"),
            flag("is_active"),
        ],
        &["version"],
    )]
}
