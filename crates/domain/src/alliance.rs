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
