//! Who could fill a gap: local enterprises that make something close, and makers from elsewhere.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use lianmeng_domain::ids::{EnterpriseId, ProductId};
use lianmeng_domain::region::RegionCode;

use super::{Found, Gap, GapQuery, Spot};
use crate::details::{Stand, apart};
use crate::edge::EdgeKind;
use crate::flat::Index;
use crate::lens::Lens;
use crate::search::IndexSet;
use crate::snapshot::Snapshot;

/// How many steps over product edges still count as close.
const STEPS: u32 = 2;
/// Products looked at around one gap.
const AROUND: usize = 2_000;

/// A local enterprise that could learn to make what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grow {
    /// Who.
    pub enterprise: EnterpriseId,
    /// Product edges, of any kind and either way, from what it makes to what is missing; 1 or 2.
    pub steps: u32,
    /// How many of its products are so close.
    pub products: usize,
    /// The first of them by id.
    pub makes: ProductId,
}

/// An enterprise from elsewhere that makes what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invite {
    /// Who.
    pub enterprise: EnterpriseId,
    /// Where it is; `None` if nobody says, so that it may be local after all.
    pub region: Option<RegionCode>,
    /// How many local enterprises are seen to buy it there already.
    pub buyers_here: usize,
}

impl Snapshot {
    pub(super) fn with_candidates(&self, found: Found, ask: &GapQuery, lens: &Lens) -> Gap {
        let Found { gap, spot } = found;
        Gap { grow: self.grow(&spot, ask), invite: self.invite(&spot, ask, lens), ..gap }
    }

    /// Local enterprises close to the gap: fewest steps first, then most products, then by id.
    fn grow(&self, spot: &Spot, ask: &GapQuery) -> Vec<Grow> {
        let mut close: BTreeMap<Index, Grow> = BTreeMap::new();
        let mut seen: IndexSet = spot.products.iter().copied().collect();
        let mut layer = spot.products.clone();
        for steps in 1..=STEPS {
            layer = self.products_around(&layer, &mut seen);
            for &product in &layer {
                for &firm in self.incoming.of(product, EdgeKind::Makes) {
                    let is_member = spot.members.binary_search(&firm).is_ok();
                    if is_member || !self.is_here(firm, ask.region) {
                        continue;
                    }
                    let grow = close.entry(firm).or_insert_with(|| Grow {
                        enterprise: self.enterprise(firm),
                        steps,
                        products: 0,
                        makes: self.product(product),
                    });
                    grow.products += usize::from(grow.steps == steps);
                }
            }
        }
        let mut all: Vec<Grow> = close.into_values().collect();
        all.sort_by_key(|one| (one.steps, Reverse(one.products), one.enterprise));
        all.truncate(ask.candidates);
        all
    }

    /// Products one edge of any kind away from `layer` that were not seen, by index.
    fn products_around(&self, layer: &[Index], seen: &mut IndexSet) -> Vec<Index> {
        let mut next = Vec::new();
        for &product in layer {
            for adjacency in [&self.outgoing, &self.incoming] {
                let kinds = adjacency.of(product, EdgeKind::KindOf);
                for &other in adjacency.material(product).iter().chain(kinds) {
                    if seen.len() < AROUND && seen.insert(other) {
                        next.push(other);
                    }
                }
            }
        }
        next.sort_unstable();
        next
    }

    /// Makers from elsewhere: those who already supply most local enterprises first, then the nearest,
    /// then by id.
    fn invite(&self, spot: &Spot, ask: &GapQuery, lens: &Lens) -> Vec<Invite> {
        let outside = spot.members.iter().copied();
        let mut all: Vec<Invite> = outside
            .filter(|&firm| self.details.stand(firm, ask.region) != Stand::Here)
            .map(|firm| {
                let buyers = self.buyers_seen(firm, &spot.products, lens);
                Invite {
                    enterprise: self.enterprise(firm),
                    region: self.details.region(firm),
                    buyers_here: self.local(&buyers, ask.region).len(),
                }
            })
            .collect();
        all.sort_by_key(|one| {
            (Reverse(one.buyers_here), apart(one.region, ask.region), one.enterprise)
        });
        all.truncate(ask.candidates);
        all
    }
}
