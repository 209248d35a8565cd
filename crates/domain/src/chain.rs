//! Industrial chains and their segments.

use crate::ids::{ChainSegmentId, EnterpriseId, IndustrialChainId, ProductId};
use crate::words;

/// An industrial chain 产业链.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndustrialChain {
    /// Its id.
    pub id: IndustrialChainId,
    /// Key in the system it was imported from.
    pub external_id: Option<String>,
    /// Its name, unique.
    pub name: String,
    /// Tags such as "20+8".
    pub tags: Vec<String>,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}

words! {
    /// Where a segment lies on its chain 上游、中游、下游.
    pub enum Reach {
        /// Upstream 上游.
        Upstream = "upstream",
        /// Midstream 中游.
        Midstream = "midstream",
        /// Downstream 下游.
        Downstream = "downstream",
    }
}

/// A step of production 链条环节.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainSegment {
    /// Its id.
    pub id: ChainSegmentId,
    /// Its chain.
    pub chain: IndustrialChainId,
    /// Its name, unique within the chain.
    pub name: String,
    /// Where it lies.
    pub reach: Reach,
    /// Order from upstream to downstream, from 1.
    pub position: i32,
    /// Products that place an enterprise here.
    pub products: Vec<ProductId>,
}

/// An enterprise's place on a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Placement {
    /// The enterprise.
    pub enterprise: EnterpriseId,
    /// The segment.
    pub segment: ChainSegmentId,
    /// Whether a person confirmed it; a suggestion enters no figure.
    pub is_confirmed: bool,
}
