//! Everything the graph of the chains is built from, read in bulk: one statement a table, only the
//! columns needed, in the order of the keys.

use chrono::NaiveDate;
use futures_util::TryStreamExt as _;
use lianmeng_domain::alliance::AlliancePartner;
use lianmeng_domain::chain::Placement;
use lianmeng_domain::committee::{Member, Seat, SeatKind};
use lianmeng_domain::graph::{GraphInput, Named};
use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, EnterpriseId, Id, IndustrialChainId, OrganisationId, ProductId,
};
use lianmeng_domain::product::{EnterpriseProduct, ProductEdge, ProductEdgeKind, ProductRole};
use lianmeng_domain::supply::SupplyEdge;
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use sea_orm::{ConnectionTrait, DatabaseTransaction, QueryResult, StreamTrait, TryGetable};

use crate::StoreError;
use crate::parse::{self, At};

/// Reads the whole registry as the graph sees it; `as_of` is the local date the graph will show.
///
/// `db` is a transaction of [`tx::read`](crate::tx::read): the tables are read one after the other
/// and must agree. Costs one statement a table; memory for the result and one row.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn read(db: &DatabaseTransaction, as_of: NaiveDate) -> Result<GraphInput, StoreError> {
    Ok(GraphInput {
        as_of,
        enterprises: named(db, "enterprises").await?,
        organisations: named(db, "organisations").await?,
        products: named(db, "products").await?,
        chains: named(db, "industrial_chains").await?,
        segments: named(db, "chain_segments").await?,
        committees: named(db, "chain_committees").await?,
        alliances: named(db, "alliances").await?,
        tasks: Vec::new(),
        product_edges: product_edges(db).await?,
        enterprise_products: enterprise_products(db).await?,
        supply_edges: supply_edges(db).await?,
        parents: pairs(db, "enterprises", ["id", "parent_id"]).await?,
        segment_chains: pairs(db, "chain_segments", ["id", "chain_id"]).await?,
        segment_products: pairs(db, "segment_products", ["segment_id", "product_id"]).await?,
        placements: placements(db).await?,
        committee_chains: pairs(db, "chain_committees", ["id", "chain_id"]).await?,
        seats: seats(db).await?,
        alliance_committees: pairs(db, "alliances", ["id", "committee_id"]).await?,
        alliance_leads: pairs(db, "alliances", ["id", "lead_id"]).await?,
        alliance_segments: pairs(db, "alliance_segments", ["alliance_id", "segment_id"]).await?,
        alliance_partners: alliance_partners(db).await?,
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
async fn named<T: Id>(
    db: &DatabaseTransaction,
    table: &'static str,
) -> Result<Vec<Named<T>>, StoreError> {
    let columns = Columns { table, names: &["id", "name"] };
    scan(db, columns, |row| Ok(Named { id: row.id(0)?, name: row.get(1)? })).await
}

/// Two columns of ids of a table; rows where the second is absent are left out.
async fn pairs<A: Id, B: Id>(
    db: &DatabaseTransaction,
    table: &'static str,
    names: [&'static str; 2],
) -> Result<Vec<(A, B)>, StoreError> {
    let columns = Columns { table, names: &names };
    let rows =
        scan(db, columns, |row| Ok(row.id_opt(1)?.map(|second| (row.id(0), second)))).await?;
    rows.into_iter().flatten().map(|(first, second)| Ok((first?, second))).collect()
}

async fn product_edges(db: &DatabaseTransaction) -> Result<Vec<ProductEdge>, StoreError> {
    let columns = Columns { table: "product_edges", names: &["from_id", "to_id", "kind"] };
    scan(db, columns, |row| {
        Ok(ProductEdge {
            from: row.id(0)?,
            to: row.id(1)?,
            kind: row.word(2, ProductEdgeKind::from_word)?,
        })
    })
    .await
}

async fn enterprise_products(
    db: &DatabaseTransaction,
) -> Result<Vec<EnterpriseProduct>, StoreError> {
    let names = &["enterprise_id", "product_id", "role", "share_basis_points"];
    scan(db, Columns { table: "enterprise_products", names }, |row| {
        Ok(EnterpriseProduct {
            enterprise: row.id(0)?,
            product: row.id(1)?,
            role: row.word(2, ProductRole::from_word)?,
            share_basis_points: row.get(3)?,
        })
    })
    .await
}

async fn supply_edges(db: &DatabaseTransaction) -> Result<Vec<SupplyEdge>, StoreError> {
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
    scan(db, Columns { table: "supply_edges", names }, |row| {
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

async fn placements(db: &DatabaseTransaction) -> Result<Vec<Placement>, StoreError> {
    let names = &["enterprise_id", "segment_id", "is_confirmed"];
    scan(db, Columns { table: "placements", names }, |row| {
        Ok(Placement { enterprise: row.id(0)?, segment: row.id(1)?, is_confirmed: row.get(2)? })
    })
    .await
}

async fn seats(db: &DatabaseTransaction) -> Result<Vec<Seat>, StoreError> {
    let names =
        &["id", "committee_id", "kind", "enterprise_id", "organisation_id", "from_on", "until_on"];
    scan(db, Columns { table: "seats", names }, |row| {
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

async fn alliance_partners(db: &DatabaseTransaction) -> Result<Vec<AlliancePartner>, StoreError> {
    let names = ["alliance_id", "enterprise_id"];
    let firms: Vec<(AllianceId, EnterpriseId)> = pairs(db, "alliance_enterprises", names).await?;
    let names = ["alliance_id", "organisation_id"];
    let others: Vec<(AllianceId, OrganisationId)> =
        pairs(db, "alliance_organisations", names).await?;
    let firms = firms.into_iter().map(|(alliance, id)| (alliance, Member::Enterprise(id)));
    let others = others.into_iter().map(|(alliance, id)| (alliance, Member::Organisation(id)));
    Ok(firms
        .chain(others)
        .map(|(alliance, partner)| AlliancePartner { alliance, partner })
        .collect())
}

/// Columns of a table, in the order they are read.
#[derive(Debug, Clone, Copy)]
struct Columns<'a> {
    table: &'static str,
    names: &'a [&'static str],
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

    fn id_opt<T: Id>(&self, column: usize) -> Result<Option<T>, StoreError> {
        parse::value_opt(self.at(column), self.get::<Option<String>>(column)?.as_deref())
    }

    fn word<T>(&self, column: usize, from: fn(&str) -> Option<T>) -> Result<T, StoreError> {
        parse::word(self.at(column), &self.get::<String>(column)?, from)
    }
}

/// Reads a whole table, sorted by its first two columns, one row in memory at a time.
async fn scan<T>(
    db: &DatabaseTransaction,
    columns: Columns<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut query: SelectStatement = Query::select();
    query.columns(columns.names.iter().copied()).from(columns.table);
    for name in columns.names.iter().take(2) {
        query.order_by(*name, Order::Asc);
    }
    let mut rows = std::pin::pin!(db.stream(&query).await?);
    let mut found = Vec::new();
    while let Some(row) = rows.try_next().await? {
        found.push(read(&Row { columns, row })?);
    }
    Ok(found)
}
