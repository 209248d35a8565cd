//! Products, how they hang together, and who makes or uses them.

use crate::ids::{EnterpriseId, ProductId};
use crate::words;

/// A product 产品.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Key in the system it was imported from; products are never keyed by name.
    pub external_id: Option<String>,
    /// Its name, which need not be unique.
    pub name: String,
    /// Raised by one with each save.
    pub version: i64,
}

words! {
    /// How one product hangs on another.
    pub enum ProductEdgeKind {
        /// `from` is a material of `to` 上游材料.
        MaterialOf = "material_of",
        /// `from` is made into `to` 下游产品.
        MadeInto = "made_into",
        /// `from` is a kind of `to` 子类.
        KindOf = "kind_of",
    }
}

impl ProductEdgeKind {
    /// Whether the edge is a step of production, read from material to product.
    pub const fn is_material(self) -> bool {
        match self {
            Self::MaterialOf | Self::MadeInto => true,
            Self::KindOf => false,
        }
    }
}

/// A directed edge between two products, always read from the nearer to the raw material, or from
/// the narrower kind, to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductEdge {
    /// Where it starts.
    pub from: ProductId,
    /// Where it ends.
    pub to: ProductId,
    /// What it means.
    pub kind: ProductEdgeKind,
}

words! {
    /// What an enterprise does with a product.
    pub enum ProductRole {
        /// Makes or sells it.
        Makes = "makes",
        /// Buys or uses it.
        Uses = "uses",
    }
}

/// What an enterprise makes or uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct EnterpriseProduct {
    /// The enterprise.
    pub enterprise: EnterpriseId,
    /// The product.
    pub product: ProductId,
    /// Makes or uses.
    pub role: ProductRole,
    /// Share of revenue (makes) or of purchases (uses) in basis points, 1 to 10 000; `None` when
    /// unknown.
    pub share_basis_points: Option<i32>,
}
