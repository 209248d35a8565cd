//! Observed supply edges: who was seen to supply whom, according to which source.

use chrono::NaiveDate;
use thiserror::Error;

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

/// Why a supply edge cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SupplyError {
    /// An enterprise does not supply itself.
    #[error("supplier and buyer are the same enterprise; name two")]
    SelfEdge,
    /// Nobody says so.
    #[error("the source is empty; name the file, filing or enterprise that says so")]
    SourceMissing,
    /// The confidence is out of range.
    #[error("confidence is {0} basis points; it must lie between 0 and 10000")]
    Confidence(i32),
    /// It ends before it begins.
    #[error("the edge ends on {valid_to}, before it begins on {valid_from}")]
    DatesReversed {
        /// First day.
        valid_from: NaiveDate,
        /// Last day.
        valid_to: NaiveDate,
    },
}

/// Checks what a supply edge must fulfil before it is kept.
///
/// # Errors
///
/// See [`SupplyError`].
pub fn check(edge: &SupplyEdge) -> Result<(), SupplyError> {
    if edge.supplier == edge.buyer {
        return Err(SupplyError::SelfEdge);
    }
    if edge.source.trim().is_empty() {
        return Err(SupplyError::SourceMissing);
    }
    if !(0..=10_000).contains(&edge.confidence_basis_points) {
        return Err(SupplyError::Confidence(edge.confidence_basis_points));
    }
    match (edge.valid_from, edge.valid_to) {
        (Some(valid_from), Some(valid_to)) if valid_to < valid_from => {
            Err(SupplyError::DatesReversed { valid_from, valid_to })
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_needs_two_enterprises_a_source_a_confidence_and_dates_in_order() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d);
        let good = SupplyEdge {
            id: SupplyEdgeId::from(1),
            supplier: EnterpriseId::from(1),
            buyer: EnterpriseId::from(2),
            product: None,
            source: "年报".to_owned(),
            confidence_basis_points: 10_000,
            valid_from: day(2),
            valid_to: day(2),
            is_disputed: false,
        };
        assert_eq!(check(&good), Ok(()));
        let same = SupplyEdge { buyer: good.supplier, ..good.clone() };
        assert_eq!(check(&same), Err(SupplyError::SelfEdge));
        let silent = SupplyEdge { source: " ".to_owned(), ..good.clone() };
        assert_eq!(check(&silent), Err(SupplyError::SourceMissing));
        for bad in [-1, 10_001] {
            let edge = SupplyEdge { confidence_basis_points: bad, ..good.clone() };
            assert_eq!(check(&edge), Err(SupplyError::Confidence(bad)));
        }
        let back = SupplyEdge { valid_to: day(1), ..good };
        assert!(matches!(check(&back), Err(SupplyError::DatesReversed { .. })));
    }
}
