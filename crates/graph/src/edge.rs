//! How nodes hang together: typed edges, each read in one direction.

use lianmeng_domain::words;

words! {
    /// Kind of an edge; the documentation reads it from its start to its end.
    ///
    /// Storage order: the two material kinds come first, so that a product's material edges are
    /// one slice.
    pub enum EdgeKind {
        /// Product is a material of product 上游材料.
        MaterialOf = "material_of",
        /// Product is made into product 下游产品.
        MadeInto = "made_into",
        /// Product is a kind of product 子类.
        KindOf = "kind_of",
        /// Enterprise makes or sells product 生产.
        Makes = "makes",
        /// Enterprise buys or uses product 使用.
        Uses = "uses",
        /// Enterprise was seen to supply enterprise 供应.
        Supplies = "supplies",
        /// Enterprise owns enterprise 控股.
        Owns = "owns",
        /// Enterprise has a confirmed place on segment 所处环节.
        PlacedIn = "placed_in",
        /// Segment is part of chain 环节所属产业链.
        PartOf = "part_of",
        /// Product belongs to segment: making it places an enterprise there 环节产品.
        BelongsTo = "belongs_to",
        /// Committee organises chain 党委所管产业链.
        Organises = "organises",
        /// Enterprise or organisation holds a seat on committee 委员单位.
        SitsOn = "sits_on",
        /// Alliance hangs under committee 联盟所属党委.
        HangsUnder = "hangs_under",
        /// Enterprise leads alliance 联盟牵头.
        Leads = "leads",
        /// Enterprise or organisation is a partner of alliance 联盟成员单位.
        PartnerIn = "partner_in",
        /// Alliance covers segment 联盟覆盖环节.
        Covers = "covers",
        /// Enterprise answers for cooperation task 任务责任方.
        TaskOwner = "task_owner",
        /// Enterprise is the other side of cooperation task 任务合作方.
        TaskCounterpart = "task_counterpart",
    }
}

impl EdgeKind {
    /// The three kinds between products.
    pub const PRODUCT: &'static [Self] = &[Self::MaterialOf, Self::MadeInto, Self::KindOf];

    /// Place among the kinds, from 0.
    pub(crate) const fn rank(self) -> usize {
        match self {
            Self::MaterialOf => 0,
            Self::MadeInto => 1,
            Self::KindOf => 2,
            Self::Makes => 3,
            Self::Uses => 4,
            Self::Supplies => 5,
            Self::Owns => 6,
            Self::PlacedIn => 7,
            Self::PartOf => 8,
            Self::BelongsTo => 9,
            Self::Organises => 10,
            Self::SitsOn => 11,
            Self::HangsUnder => 12,
            Self::Leads => 13,
            Self::PartnerIn => 14,
            Self::Covers => 15,
            Self::TaskOwner => 16,
            Self::TaskCounterpart => 17,
        }
    }
}

words! {
    /// Which edges of a node: those that start at it, end at it, or both.
    pub enum Direction {
        /// Edges that start at the node.
        Out = "out",
        /// Edges that end at the node.
        In = "in",
        /// All its edges.
        Both = "both",
    }
}

words! {
    /// Which way to walk along production.
    pub enum Flow {
        /// Towards materials and suppliers 上游.
        Upstream = "upstream",
        /// Towards products made and buyers 下游.
        Downstream = "downstream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_the_order_of_the_kinds() {
        for (place, kind) in EdgeKind::ALL.iter().enumerate() {
            assert_eq!(kind.rank(), place, "{kind}");
        }
    }
}
