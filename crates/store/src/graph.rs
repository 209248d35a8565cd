//! Everything the graph of the chains is built from, read in bulk: one statement a table, only the
//! columns needed, in the order of the keys.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use futures_util::TryStreamExt as _;
use lianmeng_domain::alliance::AlliancePartner;
use lianmeng_domain::chain::Placement;
use lianmeng_domain::committee::{Member, Seat, SeatKind};
use lianmeng_domain::graph::{GraphInput, Named, TaskTies};
use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, CooperationTaskId, EnterpriseId, Id,
    IndustrialChainId, OrganisationId, ProductId, ZoneId,
};
use lianmeng_domain::product::{EnterpriseProduct, ProductEdge, ProductEdgeKind, ProductRole};
use lianmeng_domain::region::{self, RegionCode};
use lianmeng_domain::supply::SupplyEdge;
use lianmeng_domain::task::TaskStage;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use sea_orm::{
    Condition, ConnectionTrait, DatabaseTransaction, QueryResult, StreamTrait, TryGetable,
};

use crate::StoreError;
use crate::parse::{self, At};

pub mod around;

use around::Around;

/// Reads the whole registry as the graph sees it; `as_of` is the local date the graph will show.
///
/// `db` is a transaction of [`tx::read`](crate::tx::read): the tables are read one after the other
/// and must agree. Costs one statement a table; memory for the result and one row.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn read(db: &DatabaseTransaction, as_of: NaiveDate) -> Result<GraphInput, StoreError> {
    gather(Source { db, around: None }, as_of).await
}

/// Reads what the graph sees of the things `around` names and of whatever hangs on them: those that
/// still exist, and every row with one of them at either end.
///
/// Costs at most one statement a table, and none for tables that nothing named can stand in.
///
/// # Errors
///
/// As [`read`].
pub async fn read_around(
    db: &DatabaseTransaction,
    around: &Around,
    as_of: NaiveDate,
) -> Result<GraphInput, StoreError> {
    gather(Source { db, around: Some(around) }, as_of).await
}

/// Whole tables, or what hangs on a few things.
#[derive(Debug, Clone, Copy)]
struct Source<'a> {
    db: &'a DatabaseTransaction,
    around: Option<&'a Around>,
}

async fn gather(from: Source<'_>, as_of: NaiveDate) -> Result<GraphInput, StoreError> {
    Ok(GraphInput {
        as_of,
        enterprises: named(from, "enterprises").await?,
        enterprise_regions: enterprise_regions(from).await?,
        organisations: named(from, "organisations").await?,
        products: named(from, "products").await?,
        chains: named(from, "industrial_chains").await?,
        segments: named(from, "chain_segments").await?,
        committees: named(from, "chain_committees").await?,
        alliances: named(from, "alliances").await?,
        tasks: tasks(from).await?,
        product_edges: product_edges(from).await?,
        enterprise_products: enterprise_products(from).await?,
        supply_edges: supply_edges(from).await?,
        parents: pairs(from, "enterprises", ["id", "parent_id"]).await?,
        segment_chains: pairs(from, "chain_segments", ["id", "chain_id"]).await?,
        segment_positions: segment_positions(from).await?,
        segment_products: pairs(from, "segment_products", ["segment_id", "product_id"]).await?,
        placements: placements(from).await?,
        committee_chains: pairs(from, "chain_committees", ["id", "chain_id"]).await?,
        seats: seats(from).await?,
        alliance_committees: pairs(from, "alliances", ["id", "committee_id"]).await?,
        alliance_leads: pairs(from, "alliances", ["id", "lead_id"]).await?,
        alliance_segments: pairs(from, "alliance_segments", ["alliance_id", "segment_id"]).await?,
        alliance_partners: alliance_partners(from).await?,
    })
}

/// Wire ids of the things whose credit code or external id is `key`, at most one of each kind.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn keyed(db: &impl ConnectionTrait, key: &str) -> Result<Vec<String>, StoreError> {
    let tables = [
        (EnterpriseId::TAG, "enterprises"),
        (OrganisationId::TAG, "organisations"),
        (ProductId::TAG, "products"),
        (IndustrialChainId::TAG, "industrial_chains"),
        (ChainCommitteeId::TAG, "chain_committees"),
        (AllianceId::TAG, "alliances"),
        (CooperationTaskId::TAG, "cooperation_tasks"),
    ];
    let of = |(tag, table): (&'static str, &'static str)| {
        let mut query = Query::select();
        query.expr(Expr::val(tag)).column("id").from(table);
        query.and_where(Expr::col("external_id").eq(key));
        query
    };
    let mut query = Query::select();
    query.expr(Expr::val(EnterpriseId::TAG)).column("id").from("enterprises");
    query.and_where(Expr::col("credit_code").eq(key));
    for table in tables {
        query.union(UnionType::All, of(table));
    }
    let rows = db.query_all(&query).await?;
    rows.iter()
        .map(|row| {
            let tag: String = row.try_get_by_index(0)?;
            let id: String = row.try_get_by_index(1)?;
            Ok(format!("{tag}:{id}"))
        })
        .collect()
}

/// Ids and names of a table.
async fn named<T: Id>(from: Source<'_>, table: &'static str) -> Result<Vec<Named<T>>, StoreError> {
    let columns = Columns { table, names: &["id", "name"], keys: &[("id", T::TAG)] };
    scan(from, columns, |row| Ok(Named { id: row.id(0)?, name: row.get(1)? })).await
}

/// Two columns of ids of a table; rows where the second is absent are left out.
async fn pairs<A: Id, B: Id>(
    from: Source<'_>,
    table: &'static str,
    names: [&'static str; 2],
) -> Result<Vec<(A, B)>, StoreError> {
    let keys = &[(names[0], A::TAG), (names[1], B::TAG)];
    let columns = Columns { table, names: &names, keys };
    let rows =
        scan(from, columns, |row| Ok(row.id_opt(1)?.map(|second| (row.id(0), second)))).await?;
    rows.into_iter().flatten().map(|(first, second)| Ok((first?, second))).collect()
}

/// Where enterprises are known to be, by id: their division, or the one that holds their zone.
async fn enterprise_regions(
    from: Source<'_>,
) -> Result<Vec<(EnterpriseId, RegionCode)>, StoreError> {
    let columns = Columns { table: "zone_regions", names: &["zone_id", "region_code"], keys: &[] };
    let whole = Source { around: None, ..from };
    let overlaps: Vec<(ZoneId, RegionCode)> =
        scan(whole, columns, |row| Ok((row.id(0)?, row.code(1)?))).await?;
    let mut zones: BTreeMap<ZoneId, Vec<RegionCode>> = BTreeMap::new();
    for (zone, code) in overlaps {
        zones.entry(zone).or_default().push(code);
    }
    let names = &["id", "region_code", "zone_id"];
    let columns = Columns { table: "enterprises", names, keys: &[("id", EnterpriseId::TAG)] };
    let rows = scan(from, columns, |row| {
        let code = match row.id_opt::<ZoneId>(2)? {
            Some(zone) => zones.get(&zone).and_then(|codes| region::common(codes.iter().copied())),
            None => parse::value_opt(row.at(1), row.get::<Option<String>>(1)?.as_deref())?,
        };
        Ok(code.map(|code| (row.id(0), code)))
    })
    .await?;
    rows.into_iter().flatten().map(|(id, code)| Ok((id?, code))).collect()
}

/// Segments and their order along the chain.
async fn segment_positions(from: Source<'_>) -> Result<Vec<(ChainSegmentId, i32)>, StoreError> {
    let (names, keys) = (&["id", "position"], &[("id", ChainSegmentId::TAG)]);
    let columns = Columns { table: "chain_segments", names, keys };
    scan(from, columns, |row| Ok((row.id(0)?, row.get(1)?))).await
}

async fn product_edges(from: Source<'_>) -> Result<Vec<ProductEdge>, StoreError> {
    let names = &["from_id", "to_id", "kind"];
    let keys = &[("from_id", ProductId::TAG), ("to_id", ProductId::TAG)];
    let columns = Columns { table: "product_edges", names, keys };
    scan(from, columns, |row| {
        Ok(ProductEdge {
            from: row.id(0)?,
            to: row.id(1)?,
            kind: row.word(2, ProductEdgeKind::from_word)?,
        })
    })
    .await
}

async fn enterprise_products(from: Source<'_>) -> Result<Vec<EnterpriseProduct>, StoreError> {
    let names = &["enterprise_id", "product_id", "role", "share_basis_points"];
    let keys = &[("enterprise_id", EnterpriseId::TAG), ("product_id", ProductId::TAG)];
    scan(from, Columns { table: "enterprise_products", names, keys }, |row| {
        Ok(EnterpriseProduct {
            enterprise: row.id(0)?,
            product: row.id(1)?,
            role: row.word(2, ProductRole::from_word)?,
            share_basis_points: row.get(3)?,
        })
    })
    .await
}

async fn supply_edges(from: Source<'_>) -> Result<Vec<SupplyEdge>, StoreError> {
    let names = &[
        "id",
        "supplier_id",
        "buyer_id",
        "product_id",
        "source",
        "confidence_basis_points",
        "valid_from",
        "valid_to",
        "is_disputed",
    ];
    let keys = &[("supplier_id", EnterpriseId::TAG), ("buyer_id", EnterpriseId::TAG)];
    scan(from, Columns { table: "supply_edges", names, keys }, |row| {
        Ok(SupplyEdge {
            id: row.id(0)?,
            supplier: row.id(1)?,
            buyer: row.id(2)?,
            product: row.id_opt::<ProductId>(3)?,
            source: row.get(4)?,
            confidence_basis_points: row.get(5)?,
            valid_from: row.get(6)?,
            valid_to: row.get(7)?,
            is_disputed: row.get(8)?,
        })
    })
    .await
}

async fn placements(from: Source<'_>) -> Result<Vec<Placement>, StoreError> {
    let names = &["enterprise_id", "segment_id", "is_confirmed"];
    let keys = &[("enterprise_id", EnterpriseId::TAG), ("segment_id", ChainSegmentId::TAG)];
    scan(from, Columns { table: "placements", names, keys }, |row| {
        Ok(Placement { enterprise: row.id(0)?, segment: row.id(1)?, is_confirmed: row.get(2)? })
    })
    .await
}

async fn seats(from: Source<'_>) -> Result<Vec<Seat>, StoreError> {
    let names =
        &["id", "committee_id", "kind", "enterprise_id", "organisation_id", "from_on", "until_on"];
    let keys = &[
        ("committee_id", ChainCommitteeId::TAG),
        ("enterprise_id", EnterpriseId::TAG),
        ("organisation_id", OrganisationId::TAG),
    ];
    scan(from, Columns { table: "seats", names, keys }, |row| {
        let holder = match (row.id_opt(3)?, row.id_opt(4)?) {
            (Some(enterprise), _) => Member::Enterprise(enterprise),
            (None, Some(organisation)) => Member::Organisation(organisation),
            (None, None) => return Err(row.at(3).corrupt("")),
        };
        Ok(Seat {
            id: row.id(0)?,
            committee: row.id(1)?,
            kind: row.word(2, SeatKind::from_word)?,
            holder,
            from_on: row.get(5)?,
            until_on: row.get(6)?,
        })
    })
    .await
}

async fn alliance_partners(from: Source<'_>) -> Result<Vec<AlliancePartner>, StoreError> {
    let names = ["alliance_id", "enterprise_id"];
    let firms: Vec<(AllianceId, EnterpriseId)> = pairs(from, "alliance_enterprises", names).await?;
    let names = ["alliance_id", "organisation_id"];
    let others: Vec<(AllianceId, OrganisationId)> =
        pairs(from, "alliance_organisations", names).await?;
    let firms = firms.into_iter().map(|(alliance, id)| (alliance, Member::Enterprise(id)));
    let others = others.into_iter().map(|(alliance, id)| (alliance, Member::Organisation(id)));
    Ok(firms
        .chain(others)
        .map(|(alliance, partner)| AlliancePartner { alliance, partner })
        .collect())
}

/// Tasks that were not given up, called by their domain.
async fn tasks(from: Source<'_>) -> Result<Vec<TaskTies>, StoreError> {
    let names = &["id", "domain", "owner_id", "counterpart_id", "stage"];
    let keys = &[
        ("id", CooperationTaskId::TAG),
        ("owner_id", EnterpriseId::TAG),
        ("counterpart_id", EnterpriseId::TAG),
    ];
    let rows = scan(from, Columns { table: "cooperation_tasks", names, keys }, |row| {
        let ties = TaskTies {
            id: row.id(0)?,
            name: row.get(1)?,
            owner: row.id(2)?,
            counterpart: row.id(3)?,
        };
        Ok((row.word(4, TaskStage::from_word)?, ties))
    })
    .await?;
    let standing = rows.into_iter().filter(|(stage, _)| *stage != TaskStage::Dropped);
    Ok(standing.map(|(_, ties)| ties).collect())
}

/// Columns of a table, in the order they are read.
#[derive(Debug, Clone, Copy)]
struct Columns<'a> {
    table: &'static str,
    names: &'a [&'static str],
    /// Columns that name things, and the tags of those.
    keys: &'a [(&'static str, &'static str)],
}

/// A row as it comes from the database, which can name its columns when one does not parse.
#[derive(Debug)]
struct Row<'a> {
    columns: Columns<'a>,
    row: QueryResult,
}

impl Row<'_> {
    fn at(&self, column: usize) -> At {
        At(self.columns.table, self.columns.names[column])
    }

    fn get<T: TryGetable>(&self, column: usize) -> Result<T, StoreError> {
        Ok(self.row.try_get_by_index(column)?)
    }

    fn id<T: Id>(&self, column: usize) -> Result<T, StoreError> {
        parse::value(self.at(column), &self.get::<String>(column)?)
    }

    fn code(&self, column: usize) -> Result<RegionCode, StoreError> {
        parse::value(self.at(column), &self.get::<String>(column)?)
    }

    fn id_opt<T: Id>(&self, column: usize) -> Result<Option<T>, StoreError> {
        parse::value_opt(self.at(column), self.get::<Option<String>>(column)?.as_deref())
    }

    fn word<T>(&self, column: usize, from: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        parse::word(self.at(column), &self.get::<String>(column)?, from)
    }
}

/// Reads a table, or what of it hangs on a few things, sorted by its first two columns, one row in memory
/// at a time.
async fn scan<T>(
    from: Source<'_>,
    columns: Columns<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut query: SelectStatement = Query::select();
    query.columns(columns.names.iter().copied()).from(columns.table);
    for name in columns.names.iter().take(2) {
        query.order_by(*name, Order::Asc);
    }
    if let Some(around) = from.around {
        let mut near = Condition::any();
        for &(column, tag) in columns.keys {
            if let Some(ids) = around.ids(tag) {
                near = near.add(parse::listed(from.db, column, ids));
            }
        }
        if near.is_empty() {
            return Ok(Vec::new());
        }
        query.cond_where(near);
    }
    let mut rows = std::pin::pin!(from.db.stream(&query).await?);
    let mut found = Vec::new();
    while let Some(row) = rows.try_next().await? {
        found.push(read(&Row { columns, row })?);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use sea_orm::DatabaseConnection;

    use super::*;
    use crate::tx;

    /// A row in every table the graph is built from. Ids are the number of the thing, padded.
    const ROWS: &str = "
        INSERT INTO regions (code, name, name_key) VALUES
            ('320612', '通州区', 'k'), ('320600', '南通市', 'k'), ('320602', '崇川区', 'k');
        INSERT INTO zones (id, name, name_key, aliases, version) VALUES
            ('00000000000000000000000001', '高新区', 'k', '[]', 1);
        INSERT INTO zone_regions (zone_id, region_code) VALUES
            ('00000000000000000000000001', '320602'), ('00000000000000000000000001', '320612');
        INSERT INTO enterprises
            (id, external_id, name, name_key, pinyin_key, parent_id, region_code, zone_id, tiers,
             version) VALUES
            ('00000000000000000000000001', 'x1', '濠汉', 'k', 'p', NULL, '320612', NULL, '[]', 1),
            ('00000000000000000000000002', 'x2', '子公司', 'k', 'p',
             '00000000000000000000000001', NULL, '00000000000000000000000001', '[]', 1);
        INSERT INTO organisations (id, external_id, name, name_key, kind, services, version) VALUES
            ('00000000000000000000000001', 'x1', '工信局', 'k', 'department', '', 1);
        INSERT INTO products (id, external_id, name, name_key, version) VALUES
            ('00000000000000000000000001', 'P1', '棉纱', 'k', 1),
            ('00000000000000000000000002', 'P2', '坯布', 'k', 1);
        INSERT INTO product_edges (from_id, to_id, kind) VALUES
            ('00000000000000000000000001', '00000000000000000000000002', 'material_of');
        INSERT INTO enterprise_products (enterprise_id, product_id, role, share_basis_points) VALUES
            ('00000000000000000000000001', '00000000000000000000000001', 'makes', 5100),
            ('00000000000000000000000002', '00000000000000000000000001', 'uses', NULL);
        INSERT INTO supply_edges (id, supplier_id, buyer_id, product_id, source,
            confidence_basis_points, valid_from, valid_to, is_disputed) VALUES
            ('00000000000000000000000001', '00000000000000000000000001',
             '00000000000000000000000002', NULL, '年报', 9000, '2026-01-02', NULL, TRUE);
        INSERT INTO industrial_chains (id, name, name_key, tags, version) VALUES
            ('00000000000000000000000001', '家纺', 'k', '[]', 1);
        INSERT INTO chain_segments (id, chain_id, name, reach, position) VALUES
            ('00000000000000000000000001', '00000000000000000000000001', '纺纱', 'upstream', 1);
        INSERT INTO segment_products (segment_id, product_id) VALUES
            ('00000000000000000000000001', '00000000000000000000000001');
        INSERT INTO placements (enterprise_id, segment_id, is_confirmed) VALUES
            ('00000000000000000000000001', '00000000000000000000000001', TRUE);
        INSERT INTO chain_committees (id, external_id, name, name_key, chain_id, form, version)
            VALUES ('00000000000000000000000001', 'c1', '家纺产业链党委', 'k',
            '00000000000000000000000001', 'joint', 1);
        INSERT INTO seats (id, committee_id, kind, enterprise_id, organisation_id, from_on, until_on)
            VALUES ('00000000000000000000000001', '00000000000000000000000001', 'department', NULL,
            '00000000000000000000000001', NULL, '2026-12-31');
        INSERT INTO alliances (id, name, name_key, committee_id, lead_id, version) VALUES
            ('00000000000000000000000001', '联盟甲', 'k', '00000000000000000000000001',
             '00000000000000000000000001', 1),
            ('00000000000000000000000002', '联盟乙', 'k', '00000000000000000000000001', NULL, 1);
        INSERT INTO alliance_segments (alliance_id, segment_id) VALUES
            ('00000000000000000000000001', '00000000000000000000000001');
        INSERT INTO alliance_enterprises (alliance_id, enterprise_id) VALUES
            ('00000000000000000000000001', '00000000000000000000000002');
        INSERT INTO alliance_organisations (alliance_id, organisation_id) VALUES
            ('00000000000000000000000001', '00000000000000000000000001');
        INSERT INTO cooperation_tasks
            (id, owner_id, counterpart_id, domain, stage, reasons, version) VALUES
            ('00000000000000000000000001', '00000000000000000000000001',
             '00000000000000000000000002', '新能源', 'open', '[]', 1),
            ('00000000000000000000000002', '00000000000000000000000001',
             '00000000000000000000000002', '物流', 'dropped', '[]', 1);
    ";

    async fn db() -> DatabaseConnection {
        let db = lianmeng_testkit::database().await;
        db.execute_unprepared(ROWS).await.unwrap();
        db
    }

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, month, day).unwrap()
    }

    fn named<T: From<u128>>(names: &[&str]) -> Vec<Named<T>> {
        let rows = (1..).zip(names);
        rows.map(|(id, name)| Named { id: T::from(id), name: (*name).to_owned() }).collect()
    }

    /// What [`ROWS`] say.
    fn expected() -> GraphInput {
        let make = |enterprise: u128, role, share_basis_points| EnterpriseProduct {
            enterprise: enterprise.into(),
            product: 1.into(),
            role,
            share_basis_points,
        };
        let partner = |partner| AlliancePartner { alliance: 1.into(), partner };
        GraphInput {
            as_of: day(3, 2),
            enterprises: named(&["濠汉", "子公司"]),
            enterprise_regions: vec![
                (1.into(), "320612".parse().unwrap()),
                (2.into(), "320600".parse().unwrap()),
            ],
            organisations: named(&["工信局"]),
            products: named(&["棉纱", "坯布"]),
            chains: named(&["家纺"]),
            segments: named(&["纺纱"]),
            committees: named(&["家纺产业链党委"]),
            alliances: named(&["联盟甲", "联盟乙"]),
            tasks: vec![TaskTies {
                id: 1.into(),
                name: "新能源".to_owned(),
                owner: 1.into(),
                counterpart: 2.into(),
            }],
            product_edges: vec![ProductEdge {
                from: 1.into(),
                to: 2.into(),
                kind: ProductEdgeKind::MaterialOf,
            }],
            enterprise_products: vec![
                make(1, ProductRole::Makes, Some(5100)),
                make(2, ProductRole::Uses, None),
            ],
            supply_edges: vec![SupplyEdge {
                id: 1.into(),
                supplier: 1.into(),
                buyer: 2.into(),
                product: None,
                source: "年报".to_owned(),
                confidence_basis_points: 9000,
                valid_from: Some(day(1, 2)),
                valid_to: None,
                is_disputed: true,
            }],
            parents: vec![(2.into(), 1.into())],
            segment_chains: vec![(1.into(), 1.into())],
            segment_positions: vec![(1.into(), 1)],
            segment_products: vec![(1.into(), 1.into())],
            placements: vec![Placement {
                enterprise: 1.into(),
                segment: 1.into(),
                is_confirmed: true,
            }],
            committee_chains: vec![(1.into(), 1.into())],
            seats: vec![Seat {
                id: 1.into(),
                committee: 1.into(),
                kind: SeatKind::Department,
                holder: Member::Organisation(1.into()),
                from_on: None,
                until_on: Some(day(12, 31)),
            }],
            alliance_committees: vec![(1.into(), 1.into()), (2.into(), 1.into())],
            alliance_leads: vec![(1.into(), 1.into())],
            alliance_segments: vec![(1.into(), 1.into())],
            alliance_partners: vec![
                partner(Member::Enterprise(2.into())),
                partner(Member::Organisation(1.into())),
            ],
        }
    }

    #[tokio::test]
    async fn every_table_is_read_as_it_stands() {
        let db = db().await;
        let tx = tx::read(&db).await.unwrap();
        assert_eq!(read(&tx, day(3, 2)).await.unwrap(), expected());
    }

    #[tokio::test]
    async fn a_broken_row_is_named_with_table_column_and_value() {
        let db = db().await;
        db.execute_unprepared("UPDATE product_edges SET kind = 'eats'").await.unwrap();
        let tx = tx::read(&db).await.unwrap();
        let error = read(&tx, day(3, 2)).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "table product_edges, column kind holds \"eats\", which cannot be read"
        );
    }

    #[tokio::test]
    async fn a_key_finds_every_kind_of_thing_that_has_it() {
        let db = db().await;
        let found = keyed(&db, "x1").await.unwrap();
        let id = "00000000000000000000000001";
        assert_eq!(found, [format!("enterprise:{id}"), format!("organisation:{id}")]);
        assert_eq!(keyed(&db, "c1").await.unwrap(), [format!("committee:{id}")]);
        assert_eq!(keyed(&db, "").await.unwrap(), Vec::<String>::new());
    }
}
