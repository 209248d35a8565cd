//! Observed supply edges: who was seen to supply whom, according to which source.

use chrono::NaiveDate;

use crate::ids::{EnterpriseId, ProductId, SupplyEdgeId};

/// Somebody's statement that one enterprise supplies another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SupplyEdge {
    /// Its id.
    pub id: SupplyEdgeId,
    /// Who supplies.
    pub supplier: EnterpriseId,
    /// Who buys.
    pub buyer: EnterpriseId,
    /// What, if known.
    pub product: Option<ProductId>,
    /// Who says so: a file, a filing, an enterprise.
    pub source: String,
    /// How sure, in basis points, 0 to 10 000.
    pub confidence_basis_points: i32,
    /// First day it holds, if known.
    pub valid_from: Option<NaiveDate>,
    /// Last day it holds; `None` while it does.
    pub valid_to: Option<NaiveDate>,
    /// Whether one of the two denies it. A disputed edge enters no figure.
    pub is_disputed: bool,
}

impl SupplyEdge {
    /// Whether the edge counts on `day`: in force and not disputed.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        !self.is_disputed
            && self.valid_from.is_none_or(|from| from <= day)
            && self.valid_to.is_none_or(|to| day <= to)
    }
}
