//! Alliances, the "N" of "1+N".

use crate::committee::Member;
use crate::ids::{AllianceId, ChainCommitteeId, ChainSegmentId, EnterpriseId};

/// A Party-building alliance 党建联盟 under exactly one committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alliance {
    /// Its id.
    pub id: AllianceId,
    /// Key in the system it was imported from.
    pub external_id: Option<String>,
    /// Its name, unique within the committee.
    pub name: String,
    /// The committee it hangs under.
    pub committee: ChainCommitteeId,
    /// The enterprise that leads it, at most one.
    pub lead: Option<EnterpriseId>,
    /// Segments it covers.
    pub segments: Vec<ChainSegmentId>,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}

/// A partner of an alliance 联盟成员单位; not a member unit of the committee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlliancePartner {
    /// The alliance.
    pub alliance: AllianceId,
    /// The partner.
    pub partner: Member,
}

/// How much of a chain its alliances reach, counted in distinct enterprises.
///
/// Only confirmed places on the chain count: a suggested place enters no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coverage {
    /// Enterprises placed on the chain: the denominator.
    pub placed: u64,
    /// Those of them in at least one alliance: the numerator.
    pub covered: u64,
    /// Those of them in two alliances or more.
    pub overlaps: u64,
}

impl Coverage {
    /// Enterprises placed on the chain that no alliance reaches.
    pub const fn orphans(self) -> u64 {
        self.placed.saturating_sub(self.covered)
    }

    /// Covered over placed in basis points, rounded down; `None` while nobody is placed.
    pub fn share_basis_points(self) -> Option<u64> {
        (self.covered * 10_000).checked_div(self.placed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_a_denominator_or_is_unknown() {
        let coverage = |placed, covered| Coverage { placed, covered, overlaps: 0 };
        assert_eq!(coverage(0, 0).share_basis_points(), None);
        assert_eq!(coverage(1270, 1270).share_basis_points(), Some(10_000));
        assert_eq!(coverage(3, 2).share_basis_points(), Some(6_666));
        assert_eq!(coverage(3, 2).orphans(), 1);
    }
}
