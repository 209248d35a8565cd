//! Patterns of pairing, those that come with the program among them.

use sea_orm_migration::prelude::*;

use crate::columns::{drop_all, moment, table, text};

/// See the module.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

/// Name, titles, kind and roles of the first patterns; a test of storage compares them with those of
/// the rules.
const PATTERNS: [&str; 9] = [
    r#"('BANK_ENTERPRISE', '银企结对', 'Bank to firm', 'bank_enterprise', '{"anchor":{"zh":"金融机构","en":"Bank","who":["bank"]},"slots":[{"role":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"per_anchor":[1,20],"per_filler":[1,1]}]}')"#,
    r#"('CENTRAL_LOCAL', '央地结对', 'Central subsidiaries to municipal SOEs', 'central_local', '{"anchor":{"zh":"市属国企","en":"Municipal SOE","who":["municipal_soe"]},"slots":[{"role":{"zh":"央企所属企业","en":"Central subsidiary","who":["central_subsidiary"]},"per_anchor":[1,5],"per_filler":[1,1]}]}')"#,
    r#"('INSTITUTE_ENTERPRISE', '院企结对', 'Institute to firm', 'institute_enterprise', '{"anchor":{"zh":"科研院所","en":"Institute","who":["institute"]},"slots":[{"role":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"per_anchor":[1,5],"per_filler":[0,2]}]}')"#,
    r#"('ONE_TO_MANY', '一对多', 'One to many', 'enterprise_enterprise', '{"anchor":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"slots":[{"role":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"per_anchor":[1,10],"per_filler":[1,1]}]}')"#,
    r#"('ONE_TO_ONE', '一对一', 'One to one', 'enterprise_enterprise', '{"anchor":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"slots":[{"role":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"per_anchor":[1,1],"per_filler":[0,1]}]}')"#,
    r#"('ORGAN_ENTERPRISE', '机关企业结对', 'Organ to enterprise', 'organ_enterprise', '{"anchor":{"zh":"机关","en":"Organ","who":["department"]},"slots":[{"role":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"per_anchor":[1,2],"per_filler":[1,1]}]}')"#,
    r#"('STRONG_WEAK', '扶弱提强', 'Strong to weak', 'enterprise_enterprise', '{"anchor":{"zh":"强企","en":"Strong","who":["lead_firm","flagship"]},"slots":[{"role":{"zh":"弱企","en":"Weak","who":["ordinary_firm"]},"per_anchor":[1,3],"per_filler":[1,1]}]}')"#,
    r#"('THREE_PLUS_ONE', '“3+1”结对（示例：3个部门加1家金融机构或院所，可另设）', '"3+1" (an example, as its source does not define it: three organs and one bank or institute)', 'organ_enterprise', '{"anchor":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"slots":[{"role":{"zh":"部门","en":"Organ","who":["department"]},"per_anchor":[3,3],"per_filler":[0,3]},{"role":{"zh":"金融机构或院所","en":"Bank or institute","who":["bank","institute"]},"per_anchor":[1,1],"per_filler":[0,5]}]}')"#,
    r#"('VILLAGE_ENTERPRISE', '村企结对', 'Village to firm', 'village_enterprise', '{"anchor":{"zh":"村","en":"Village","who":["organisation"]},"slots":[{"role":{"zh":"企业","en":"Enterprise","who":["enterprise"]},"per_anchor":[1,3],"per_filler":[0,3]}]}')"#,
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let insert =
            "INSERT INTO pairing_patterns (name, zh, en, kind, roles, made_at, made_by) VALUES";
        let made = "'1970-01-01T00:00:00+00:00', ''";
        let rows: Vec<String> =
            PATTERNS.iter().map(|row| format!("{}, {made})", row.trim_end_matches(')'))).collect();
        let insert = format!("{insert} {}", rows.join(", "));
        manager.get_connection().execute_unprepared(&insert).await.map(|_| ())
    }

    #[expect(elided_lifetimes_in_paths, reason = "async_trait counts the written lifetimes")]
    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_all(manager, tables()).await
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![table(
        "pairing_patterns",
        vec![
            text("name"),
            text("zh"),
            text("en"),
            text("kind"),
            text("roles"),
            moment("made_at"),
            text("made_by"),
        ],
        &["name"],
    )]
}
