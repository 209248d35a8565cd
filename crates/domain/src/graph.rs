//! What the graph of the chains is built from: plain rows, read in bulk and in one go.
//!
//! The storage fills it, the graph consumes it; neither needs to know the other.

use chrono::NaiveDate;

use crate::alliance::AlliancePartner;
use crate::chain::Placement;
use crate::committee::Seat;
use crate::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, CooperationTaskId, EnterpriseId,
    IndustrialChainId, OrganisationId, ProductId,
};
use crate::product::{EnterpriseProduct, ProductEdge};
use crate::region::RegionCode;
use crate::supply::SupplyEdge;

/// A thing with its name; all the graph knows about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named<T> {
    /// Its id.
    pub id: T,
    /// Its name as people read it; need not be unique.
    pub name: String,
}

/// A cooperation task 央地合作任务 with its two sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskTies {
    /// Its id.
    pub id: CooperationTaskId,
    /// What it is about.
    pub name: String,
    /// The enterprise that answers for it.
    pub owner: EnterpriseId,
    /// The enterprise on the other side.
    pub counterpart: EnterpriseId,
}

/// Everything the graph is built from, in any order, as it stood at one moment.
///
/// Pairs are written as (what the name of the field says first, what it points at).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphInput {
    /// The local date that decides which supply edges and seats are in force.
    pub as_of: NaiveDate,
    /// Enterprises 企业.
    pub enterprises: Vec<Named<EnterpriseId>>,
    /// Enterprise and the smallest division that is known to hold it; one that stands in a zone is in
    /// the division that holds all the zone overlaps.
    pub enterprise_regions: Vec<(EnterpriseId, RegionCode)>,
    /// Departments, banks, institutes, chambers.
    pub organisations: Vec<Named<OrganisationId>>,
    /// Products 产品.
    pub products: Vec<Named<ProductId>>,
    /// Industrial chains 产业链.
    pub chains: Vec<Named<IndustrialChainId>>,
    /// Chain segments 链条环节.
    pub segments: Vec<Named<ChainSegmentId>>,
    /// Chain committees 产业链党委.
    pub committees: Vec<Named<ChainCommitteeId>>,
    /// Alliances 党建联盟.
    pub alliances: Vec<Named<AllianceId>>,
    /// Cooperation tasks 央地合作任务 with both sides.
    pub tasks: Vec<TaskTies>,
    /// Edges between products.
    pub product_edges: Vec<ProductEdge>,
    /// What enterprises make and use.
    pub enterprise_products: Vec<EnterpriseProduct>,
    /// Observed supply.
    pub supply_edges: Vec<SupplyEdge>,
    /// Child and parent of the ownership tree.
    pub parents: Vec<(EnterpriseId, EnterpriseId)>,
    /// Segment and its chain.
    pub segment_chains: Vec<(ChainSegmentId, IndustrialChainId)>,
    /// Segment and its order from upstream to downstream, from 1.
    pub segment_positions: Vec<(ChainSegmentId, i32)>,
    /// Segment and a product that places an enterprise there.
    pub segment_products: Vec<(ChainSegmentId, ProductId)>,
    /// Places of enterprises on segments.
    pub placements: Vec<Placement>,
    /// Committee and the chain it organises.
    pub committee_chains: Vec<(ChainCommitteeId, IndustrialChainId)>,
    /// Seats on committees.
    pub seats: Vec<Seat>,
    /// Alliance and the committee it hangs under.
    pub alliance_committees: Vec<(AllianceId, ChainCommitteeId)>,
    /// Alliance and the enterprise that leads it.
    pub alliance_leads: Vec<(AllianceId, EnterpriseId)>,
    /// Alliance and a segment it covers.
    pub alliance_segments: Vec<(AllianceId, ChainSegmentId)>,
    /// Partners of alliances.
    pub alliance_partners: Vec<AlliancePartner>,
}
