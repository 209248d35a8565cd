//! The registry: places, industries, enterprises, products, chains, committees, alliances; and the
//! tables every command needs: request keys and versions.

use sea_orm_migration::prelude::*;

use crate::columns::{
    big, date_null, drop_all, flag, id, id_null, index, int, int_null, moment, refers, table, text,
    text_null, unique,
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
    let parts = [places(), bodies(), products(), chains(), committees(), commands()];
    parts.into_iter().flatten().collect()
}

fn places() -> Vec<TableCreateStatement> {
    let regions = table(
        "regions",
        vec![
            text("code"),
            text("name"),
            text("name_key"),
            text_null("parent_code"),
            int_null("until_year"),
            text_null("successor_code"),
        ],
        &["code"],
    );
    let zones = table(
        "zones",
        vec![
            id("id"),
            text("name"),
            text("name_key"),
            text("aliases"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    let mut zone_regions = table(
        "zone_regions",
        vec![id("zone_id"), text("region_code")],
        &["zone_id", "region_code"],
    );
    refers(&mut zone_regions, "zone_id", ("zones", "id"));
    refers(&mut zone_regions, "region_code", ("regions", "code"));
    let industries = table(
        "industries",
        vec![text("scheme"), text("code"), text("name"), int("level"), text_null("parent_code")],
        &["scheme", "code"],
    );
    vec![regions, zones, zone_regions, industries]
}

fn bodies() -> Vec<TableCreateStatement> {
    let mut enterprises = table(
        "enterprises",
        vec![
            id("id"),
            text_null("credit_code"),
            text_null("external_id"),
            text("name"),
            text("name_key"),
            text("pinyin_key"),
            text_null("short_name"),
            text_null("ownership"),
            id_null("parent_id"),
            text_null("region_code"),
            id_null("zone_id"),
            text_null("industry_scheme"),
            text_null("industry_code"),
            text("tiers"),
            flag("is_lead_firm"),
            flag("is_flagship"),
            ColumnDef::new(Alias::new("is_above_scale")).boolean().null().take(),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut enterprises, "parent_id", ("enterprises", "id"));
    refers(&mut enterprises, "region_code", ("regions", "code"));
    refers(&mut enterprises, "zone_id", ("zones", "id"));
    let mut aliases = table(
        "enterprise_aliases",
        vec![id("enterprise_id"), text("alias"), text("alias_key"), text("pinyin_key")],
        &["enterprise_id", "alias"],
    );
    refers(&mut aliases, "enterprise_id", ("enterprises", "id"));
    let mut organisations = table(
        "organisations",
        vec![
            id("id"),
            text_null("external_id"),
            text("name"),
            text("name_key"),
            text("kind"),
            text_null("region_code"),
            id_null("zone_id"),
            text("services"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut organisations, "region_code", ("regions", "code"));
    refers(&mut organisations, "zone_id", ("zones", "id"));
    let mut party = table(
        "party_organisations",
        vec![
            id("id"),
            text_null("external_id"),
            text("name"),
            text("level"),
            id_null("parent_id"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut party, "parent_id", ("party_organisations", "id"));
    refers(&mut party, "enterprise_id", ("enterprises", "id"));
    refers(&mut party, "organisation_id", ("organisations", "id"));
    vec![enterprises, aliases, organisations, party]
}

fn products() -> Vec<TableCreateStatement> {
    let products = table(
        "products",
        vec![id("id"), text_null("external_id"), text("name"), text("name_key"), big("version")],
        &["id"],
    );
    let mut edges = table(
        "product_edges",
        vec![id("from_id"), id("to_id"), text("kind")],
        &["from_id", "to_id", "kind"],
    );
    refers(&mut edges, "from_id", ("products", "id"));
    refers(&mut edges, "to_id", ("products", "id"));
    let mut makes = table(
        "enterprise_products",
        vec![id("enterprise_id"), id("product_id"), text("role"), int_null("share_basis_points")],
        &["enterprise_id", "product_id", "role"],
    );
    refers(&mut makes, "enterprise_id", ("enterprises", "id"));
    refers(&mut makes, "product_id", ("products", "id"));
    let mut supply = table(
        "supply_edges",
        vec![
            id("id"),
            id("supplier_id"),
            id("buyer_id"),
            id_null("product_id"),
            text("source"),
            int("confidence_basis_points"),
            date_null("valid_from"),
            date_null("valid_to"),
            flag("is_disputed"),
        ],
        &["id"],
    );
    refers(&mut supply, "supplier_id", ("enterprises", "id"));
    refers(&mut supply, "buyer_id", ("enterprises", "id"));
    refers(&mut supply, "product_id", ("products", "id"));
    vec![products, edges, makes, supply]
}

fn chains() -> Vec<TableCreateStatement> {
    let chains = table(
        "industrial_chains",
        vec![
            id("id"),
            text_null("external_id"),
            text("name"),
            text("name_key"),
            text("tags"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    let mut segments = table(
        "chain_segments",
        vec![id("id"), id("chain_id"), text("name"), text("reach"), int("position")],
        &["id"],
    );
    refers(&mut segments, "chain_id", ("industrial_chains", "id"));
    let mut products = table(
        "segment_products",
        vec![id("segment_id"), id("product_id")],
        &["segment_id", "product_id"],
    );
    refers(&mut products, "segment_id", ("chain_segments", "id"));
    refers(&mut products, "product_id", ("products", "id"));
    let mut placements = table(
        "placements",
        vec![id("enterprise_id"), id("segment_id"), flag("is_confirmed")],
        &["enterprise_id", "segment_id"],
    );
    refers(&mut placements, "enterprise_id", ("enterprises", "id"));
    refers(&mut placements, "segment_id", ("chain_segments", "id"));
    vec![chains, segments, products, placements]
}

fn committees() -> Vec<TableCreateStatement> {
    let mut committees = table(
        "chain_committees",
        vec![
            id("id"),
            text_null("external_id"),
            text("name"),
            text("name_key"),
            id("chain_id"),
            text("form"),
            text_null("region_code"),
            id_null("zone_id"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut committees, "chain_id", ("industrial_chains", "id"));
    refers(&mut committees, "region_code", ("regions", "code"));
    refers(&mut committees, "zone_id", ("zones", "id"));
    let mut seats = table(
        "seats",
        vec![
            id("id"),
            id("committee_id"),
            text("kind"),
            id_null("enterprise_id"),
            id_null("organisation_id"),
            date_null("from_on"),
            date_null("until_on"),
        ],
        &["id"],
    );
    refers(&mut seats, "committee_id", ("chain_committees", "id"));
    refers(&mut seats, "enterprise_id", ("enterprises", "id"));
    refers(&mut seats, "organisation_id", ("organisations", "id"));
    let mut alliances = table(
        "alliances",
        vec![
            id("id"),
            text_null("external_id"),
            text("name"),
            text("name_key"),
            id("committee_id"),
            id_null("lead_id"),
            flag("is_example"),
            big("version"),
        ],
        &["id"],
    );
    refers(&mut alliances, "committee_id", ("chain_committees", "id"));
    refers(&mut alliances, "lead_id", ("enterprises", "id"));
    let mut segments = table(
        "alliance_segments",
        vec![id("alliance_id"), id("segment_id")],
        &["alliance_id", "segment_id"],
    );
    refers(&mut segments, "alliance_id", ("alliances", "id"));
    refers(&mut segments, "segment_id", ("chain_segments", "id"));
    let mut firms = table(
        "alliance_enterprises",
        vec![id("alliance_id"), id("enterprise_id")],
        &["alliance_id", "enterprise_id"],
    );
    refers(&mut firms, "alliance_id", ("alliances", "id"));
    refers(&mut firms, "enterprise_id", ("enterprises", "id"));
    let mut others = table(
        "alliance_organisations",
        vec![id("alliance_id"), id("organisation_id")],
        &["alliance_id", "organisation_id"],
    );
    refers(&mut others, "alliance_id", ("alliances", "id"));
    refers(&mut others, "organisation_id", ("organisations", "id"));
    vec![committees, seats, alliances, segments, firms, others]
}

fn commands() -> Vec<TableCreateStatement> {
    let keys = table(
        "request_keys",
        vec![
            text("caller"),
            text("request_key"),
            text("fingerprint"),
            text("result"),
            moment("at"),
        ],
        &["caller", "request_key"],
    );
    let versions = table("versions", vec![text("name"), big("number")], &["name"]);
    vec![keys, versions]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("regions", &["name_key"]),
        index("regions", &["parent_code"]),
        unique("zones", &["name"]),
        index("zone_regions", &["region_code"]),
        index("industries", &["scheme", "parent_code"]),
        unique("enterprises", &["credit_code"]),
        unique("enterprises", &["external_id"]),
        index("enterprises", &["name_key", "id"]),
        index("enterprises", &["pinyin_key"]),
        index("enterprises", &["parent_id"]),
        index("enterprises", &["region_code", "id"]),
        index("enterprises", &["zone_id", "id"]),
        index("enterprises", &["industry_scheme", "industry_code", "id"]),
        index("enterprises", &["ownership", "id"]),
        index("enterprise_aliases", &["alias_key"]),
        unique("organisations", &["external_id"]),
        index("organisations", &["name_key"]),
        unique("party_organisations", &["external_id"]),
        index("party_organisations", &["parent_id"]),
        index("party_organisations", &["enterprise_id"]),
        unique("products", &["external_id"]),
        index("products", &["name_key", "id"]),
        index("product_edges", &["to_id", "kind"]),
        index("enterprise_products", &["product_id", "role"]),
        index("supply_edges", &["supplier_id"]),
        index("supply_edges", &["buyer_id"]),
        unique("industrial_chains", &["name"]),
        unique("industrial_chains", &["external_id"]),
        unique("chain_segments", &["chain_id", "name"]),
        index("segment_products", &["product_id"]),
        index("placements", &["segment_id"]),
        unique("chain_committees", &["name"]),
        unique("chain_committees", &["external_id"]),
        index("chain_committees", &["chain_id"]),
        index("seats", &["committee_id"]),
        index("seats", &["enterprise_id"]),
        index("seats", &["organisation_id"]),
        unique("alliances", &["committee_id", "name"]),
        unique("alliances", &["external_id"]),
        index("alliance_segments", &["segment_id"]),
        index("alliance_enterprises", &["enterprise_id"]),
        index("alliance_organisations", &["organisation_id"]),
    ]
}
