//! Products, how they hang together, who makes them, and observed supply.

use lianmeng_domain::product::{
    EnterpriseProduct, Product, ProductEdge, ProductEdgeKind, ProductRole,
};
use lianmeng_domain::supply::SupplyEdge;
use lianmeng_domain::text;
use sea_orm::entity::prelude::*;

use super::bulk::{Shape, v};
use crate::StoreError;

const PRODUCTS: Shape = Shape {
    table: "products",
    columns: &["id", "external_id", "name", "name_key", "version"],
    key: 1,
};
const EDGES: Shape =
    Shape { table: "product_edges", columns: &["from_id", "to_id", "kind"], key: 3 };
const MAKES: Shape = Shape {
    table: "enterprise_products",
    columns: &["enterprise_id", "product_id", "role", "share_basis_points"],
    key: 3,
};
const SUPPLY: Shape = Shape {
    table: "supply_edges",
    columns: &[
        "id",
        "supplier_id",
        "buyer_id",
        "product_id",
        "source",
        "confidence_basis_points",
        "valid_from",
        "valid_to",
        "is_disputed",
    ],
    key: 1,
};

/// Every product, by id.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn products(db: &impl ConnectionTrait) -> Result<Vec<Product>, StoreError> {
    let rows = PRODUCTS.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(Product {
                id: row.parse("id")?,
                external_id: row.get("external_id")?,
                name: row.get("name")?,
                version: row.get("version")?,
            })
        })
        .collect()
}

/// Adds or replaces products.
///
/// # Errors
///
/// [`StoreError::Conflict`] if an external id stands twice, [`StoreError::Db`] if the database
/// refuses.
pub async fn put_products(
    db: &impl ConnectionTrait,
    products: &[Product],
) -> Result<(), StoreError> {
    let row = |product: &Product| {
        vec![
            v(product.id.to_string()),
            v(product.external_id.clone()),
            v(product.name.as_str()),
            v(text::normalise(&product.name)),
            v(product.version),
        ]
    };
    PRODUCTS.put(db, products, row).await
}

/// Every edge between products, in their order.
///
/// # Errors
///
/// As [`products`].
pub async fn product_edges(db: &impl ConnectionTrait) -> Result<Vec<ProductEdge>, StoreError> {
    let rows = EDGES.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(ProductEdge {
                from: row.parse("from_id")?,
                to: row.parse("to_id")?,
                kind: row.word("kind", ProductEdgeKind::from_word)?,
            })
        })
        .collect()
}

/// Adds edges between products; those that exist stay.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_product_edges(
    db: &impl ConnectionTrait,
    edges: &[ProductEdge],
) -> Result<(), StoreError> {
    let row = |edge: &ProductEdge| {
        vec![v(edge.from.to_string()), v(edge.to.to_string()), v(edge.kind.word())]
    };
    EDGES.put(db, edges, row).await
}

/// What every enterprise makes and uses, in their order.
///
/// # Errors
///
/// As [`products`].
pub async fn enterprise_products(
    db: &impl ConnectionTrait,
) -> Result<Vec<EnterpriseProduct>, StoreError> {
    let rows = MAKES.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(EnterpriseProduct {
                enterprise: row.parse("enterprise_id")?,
                product: row.parse("product_id")?,
                role: row.word("role", ProductRole::from_word)?,
                share_basis_points: row.get("share_basis_points")?,
            })
        })
        .collect()
}

/// Adds what enterprises make and use, or replaces its share.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_enterprise_products(
    db: &impl ConnectionTrait,
    made: &[EnterpriseProduct],
) -> Result<(), StoreError> {
    let row = |made: &EnterpriseProduct| {
        vec![
            v(made.enterprise.to_string()),
            v(made.product.to_string()),
            v(made.role.word()),
            v(made.share_basis_points),
        ]
    };
    MAKES.put(db, made, row).await
}

/// Every supply edge, by id.
///
/// # Errors
///
/// As [`products`].
pub async fn supply_edges(db: &impl ConnectionTrait) -> Result<Vec<SupplyEdge>, StoreError> {
    let rows = SUPPLY.all(db).await?;
    rows.iter()
        .map(|row| {
            Ok(SupplyEdge {
                id: row.parse("id")?,
                supplier: row.parse("supplier_id")?,
                buyer: row.parse("buyer_id")?,
                product: row.parse_opt("product_id")?,
                source: row.get("source")?,
                confidence_basis_points: row.get("confidence_basis_points")?,
                valid_from: row.get("valid_from")?,
                valid_to: row.get("valid_to")?,
                is_disputed: row.get("is_disputed")?,
            })
        })
        .collect()
}

/// Adds or replaces supply edges.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_supply_edges(
    db: &impl ConnectionTrait,
    edges: &[SupplyEdge],
) -> Result<(), StoreError> {
    let row = |edge: &SupplyEdge| {
        vec![
            v(edge.id.to_string()),
            v(edge.supplier.to_string()),
            v(edge.buyer.to_string()),
            v(edge.product.map(|id| id.to_string())),
            v(edge.source.as_str()),
            v(edge.confidence_basis_points),
            v(edge.valid_from),
            v(edge.valid_to),
            v(edge.is_disputed),
        ]
    };
    SUPPLY.put(db, edges, row).await
}
