//! What the graph knows: typed nodes.

use std::fmt;
use std::str::FromStr;

use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, CooperationTaskId, EnterpriseId, Id, IdError,
    IndustrialChainId, OrganisationId, ProductId,
};
use lianmeng_domain::words;

words! {
    /// Kind of a node.
    pub enum NodeKind {
        /// Enterprise 企业.
        Enterprise = "enterprise",
        /// Product 产品.
        Product = "product",
        /// Chain segment 链条环节.
        Segment = "segment",
        /// Industrial chain 产业链.
        Chain = "chain",
        /// Chain committee 产业链党委.
        Committee = "committee",
        /// Alliance 党建联盟.
        Alliance = "alliance",
        /// Cooperation task 央地合作任务.
        Task = "task",
        /// Department, bank, institute or chamber.
        Organisation = "organisation",
    }
}

impl NodeKind {
    /// Place among the kinds, from 0.
    pub(crate) const fn rank(self) -> usize {
        match self {
            Self::Enterprise => 0,
            Self::Product => 1,
            Self::Segment => 2,
            Self::Chain => 3,
            Self::Committee => 4,
            Self::Alliance => 5,
            Self::Task => 6,
            Self::Organisation => 7,
        }
    }
}

/// A node by its id; written `tag:ULID`, the same as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeRef {
    /// Enterprise 企业.
    Enterprise(EnterpriseId),
    /// Product 产品.
    Product(ProductId),
    /// Chain segment 链条环节.
    Segment(ChainSegmentId),
    /// Industrial chain 产业链.
    Chain(IndustrialChainId),
    /// Chain committee 产业链党委.
    Committee(ChainCommitteeId),
    /// Alliance 党建联盟.
    Alliance(AllianceId),
    /// Cooperation task 央地合作任务.
    Task(CooperationTaskId),
    /// Department, bank, institute or chamber.
    Organisation(OrganisationId),
}

impl NodeRef {
    /// The kind of the node.
    pub const fn kind(self) -> NodeKind {
        match self {
            Self::Enterprise(_) => NodeKind::Enterprise,
            Self::Product(_) => NodeKind::Product,
            Self::Segment(_) => NodeKind::Segment,
            Self::Chain(_) => NodeKind::Chain,
            Self::Committee(_) => NodeKind::Committee,
            Self::Alliance(_) => NodeKind::Alliance,
            Self::Task(_) => NodeKind::Task,
            Self::Organisation(_) => NodeKind::Organisation,
        }
    }

    /// The id as a number that sorts like the id.
    pub(crate) const fn number(self) -> u128 {
        match self {
            Self::Enterprise(id) => id.number(),
            Self::Product(id) => id.number(),
            Self::Segment(id) => id.number(),
            Self::Chain(id) => id.number(),
            Self::Committee(id) => id.number(),
            Self::Alliance(id) => id.number(),
            Self::Task(id) => id.number(),
            Self::Organisation(id) => id.number(),
        }
    }

    /// The node of this kind whose id is this number.
    pub(crate) fn new(kind: NodeKind, number: u128) -> Self {
        match kind {
            NodeKind::Enterprise => Self::Enterprise(number.into()),
            NodeKind::Product => Self::Product(number.into()),
            NodeKind::Segment => Self::Segment(number.into()),
            NodeKind::Chain => Self::Chain(number.into()),
            NodeKind::Committee => Self::Committee(number.into()),
            NodeKind::Alliance => Self::Alliance(number.into()),
            NodeKind::Task => Self::Task(number.into()),
            NodeKind::Organisation => Self::Organisation(number.into()),
        }
    }
}

impl fmt::Display for NodeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enterprise(id) => write!(f, "{}:{id}", EnterpriseId::TAG),
            Self::Product(id) => write!(f, "{}:{id}", ProductId::TAG),
            Self::Segment(id) => write!(f, "{}:{id}", ChainSegmentId::TAG),
            Self::Chain(id) => write!(f, "{}:{id}", IndustrialChainId::TAG),
            Self::Committee(id) => write!(f, "{}:{id}", ChainCommitteeId::TAG),
            Self::Alliance(id) => write!(f, "{}:{id}", AllianceId::TAG),
            Self::Task(id) => write!(f, "{}:{id}", CooperationTaskId::TAG),
            Self::Organisation(id) => write!(f, "{}:{id}", OrganisationId::TAG),
        }
    }
}

impl FromStr for NodeRef {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let unknown = || IdError { text: text.chars().take(40).collect() };
        let (tag, id) = text.split_once(':').ok_or_else(unknown)?;
        match tag {
            EnterpriseId::TAG => id.parse().map(Self::Enterprise),
            ProductId::TAG => id.parse().map(Self::Product),
            ChainSegmentId::TAG => id.parse().map(Self::Segment),
            IndustrialChainId::TAG => id.parse().map(Self::Chain),
            ChainCommitteeId::TAG => id.parse().map(Self::Committee),
            AllianceId::TAG => id.parse().map(Self::Alliance),
            CooperationTaskId::TAG => id.parse().map(Self::Task),
            OrganisationId::TAG => id.parse().map(Self::Organisation),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_its_text_and_its_number() {
        for &kind in NodeKind::ALL {
            let node = NodeRef::new(kind, 42);
            assert_eq!(node.to_string().parse(), Ok(node));
            assert_eq!((node.kind(), node.number()), (kind, 42));
            assert_eq!(NodeKind::ALL[kind.rank()], kind);
        }
        for wrong in ["", "enterprise", "need:00000000000000000000000001", "enterprise:x"] {
            assert!(wrong.parse::<NodeRef>().is_err(), "{wrong}");
        }
    }
}
