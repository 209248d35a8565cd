//! The words of the graph: kinds of nodes and links, directions, relations.

use async_graphql::Enum;
use lianmeng_graph::path::Over;
use lianmeng_graph::{Direction, EdgeKind, Flow, NodeKind};

/// What a node of the graph is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GraphNodeKind", remote = "NodeKind")]
pub enum GraphNodeKindWord {
    /// Enterprise (企业).
    Enterprise,
    /// Product (产品).
    Product,
    /// Chain segment (链条环节).
    Segment,
    /// Industrial chain (产业链).
    Chain,
    /// Chain committee (产业链党委).
    Committee,
    /// Alliance (党建联盟).
    Alliance,
    /// Cooperation task (央地合作任务).
    Task,
    /// Department, bank, institute or chamber (部门、银行、院所、商会).
    Organisation,
}

/// What a link of the graph means, read from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GraphLinkKind", remote = "EdgeKind")]
pub enum GraphEdgeKindWord {
    /// Product is a material of product (上游材料).
    MaterialOf,
    /// Product is made into product (下游产品).
    MadeInto,
    /// Product is a kind of product (子类).
    KindOf,
    /// Enterprise makes or sells product (生产).
    Makes,
    /// Enterprise buys or uses product (使用).
    Uses,
    /// Enterprise was seen to supply enterprise (供应).
    Supplies,
    /// Enterprise owns enterprise (控股).
    Owns,
    /// Enterprise has a confirmed place on segment (所处环节).
    PlacedIn,
    /// Segment is part of chain (环节所属产业链).
    PartOf,
    /// Product belongs to segment (环节产品).
    BelongsTo,
    /// Committee organises chain (党委所管产业链).
    Organises,
    /// Enterprise or organisation holds a seat on committee (委员单位).
    SitsOn,
    /// Alliance hangs under committee (联盟所属党委).
    HangsUnder,
    /// Enterprise leads alliance (联盟牵头).
    Leads,
    /// Enterprise or organisation is a partner of alliance (联盟成员单位).
    PartnerIn,
    /// Alliance covers segment (联盟覆盖环节).
    Covers,
    /// Enterprise answers for cooperation task (任务责任方).
    TaskOwner,
    /// Enterprise is the other side of cooperation task (任务合作方).
    TaskCounterpart,
}

/// Which way links may point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GraphDirection", remote = "Direction")]
pub enum GraphDirectionWord {
    /// Links that start at the node.
    Out,
    /// Links that end at the node.
    In,
    /// All its links.
    Both,
}

/// Which way to walk along production.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GraphFlow", remote = "Flow")]
pub enum GraphFlowWord {
    /// Towards materials and suppliers (上游).
    Upstream,
    /// Towards products made and buyers (下游).
    Downstream,
}

/// Which relations a path may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GraphRelations", remote = "Over")]
pub enum GraphRelationsWord {
    /// Supply relations between enterprises, observed or following from products (供应关系).
    Supply,
    /// Every link of the graph (全部关系).
    Everything,
}
