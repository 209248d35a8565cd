//! An immutable picture of the chains, with questions one can ask it.
//!
//! A [`Snapshot`] is built once from a [`GraphInput`] and never changes; whoever holds it gets the
//! same answers for as long as they hold it. It must not know the database, the clock or who asks:
//! what a caller may see comes in as a [`Lens`].
//!
//! Start reading at [`node`] and [`edge`] (what there is), then [`snapshot`] (the flat arrays and
//! the nearest questions). Each further file answers one family of questions: [`walk`] (upstream
//! and downstream), [`path`] (how two nodes hang together), [`supply`] (suppliers and buyers),
//! [`material`] (distance between products), `belonging` (chains and alliances of an enterprise),
//! [`component`] and [`stats`]. A new question gets a
//! file; a new relation gets a line in [`edge`] and one in `build`.

#[cfg(test)]
mod a_share;
pub mod alliances;
mod belonging;
mod build;
mod chain;
pub mod common;
pub mod component;
pub mod concentration;
mod details;
pub mod edge;
mod flat;
pub mod gaps;
pub mod lead;
pub mod lens;
pub mod local_supply;
pub mod material;
pub mod net;
pub mod node;
pub mod path;
pub mod predict;
mod renew;
pub mod risk;
mod search;
pub mod snapshot;
pub mod stats;
pub mod supply;
pub mod walk;
pub mod ways;
#[cfg(test)]
mod worlds;

pub use edge::{Direction, EdgeKind, Flow};
pub use lens::Lens;
pub use lianmeng_domain::graph::GraphInput;
pub use node::{NodeKind, NodeRef};
pub use snapshot::Snapshot;
