//! Who supplies what to whom, and who could.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::region::RegionCode;

use crate::chain::sorted;
use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::NodeKind;
use crate::snapshot::{Observation, Snapshot};

/// What is supplied: a product, or something nobody named.
pub(super) type Good = Option<Index>;

/// What enterprises can no longer supply: who and what.
pub(super) type Lost = BTreeSet<(Index, Good)>;

/// The market as a caller sees it.
#[derive(Debug)]
pub(super) struct Market<'a> {
    pub(super) graph: &'a Snapshot,
    lens: &'a Lens,
    pub(super) region: Option<RegionCode>,
    /// Who was seen to supply a product, by product, each list rising.
    sellers: BTreeMap<Index, Vec<Index>>,
    /// Who has a confirmed place on a segment and makes none of its products as far as is known, so that
    /// it may make any of them; by segment, each list rising.
    silent: BTreeMap<Index, Vec<Index>>,
}

impl<'a> Market<'a> {
    /// Time `O((o + p) log o)` for `o` statements of supply and `p` places on segments.
    pub(super) fn new(graph: &'a Snapshot, lens: &'a Lens, region: Option<RegionCode>) -> Self {
        let mut sellers: BTreeMap<Index, Vec<Index>> = BTreeMap::new();
        for seen in &graph.observed {
            let Some(product) = seen.what() else { continue };
            if graph.shows_edge(lens, seen.supplier, EdgeKind::Supplies, seen.buyer) {
                sellers.entry(product).or_default().push(seen.supplier);
            }
        }
        // Statements are sorted by supplier.
        sellers.values_mut().for_each(Vec::dedup);
        let segments = graph.indexes(NodeKind::Segment);
        let silent = segments.map(|segment| (segment, graph.silent_on(segment))).collect();
        Self { graph, lens, region, sellers, silent }
    }

    /// Whether an enterprise stands on a segment of a product without anybody knowing what it makes there.
    fn is_silent(&self, firm: Index, product: Index) -> bool {
        let segments = self.graph.outgoing.of(product, EdgeKind::BelongsTo);
        segments.iter().any(|s| self.silent.get(s).is_some_and(|f| f.binary_search(&firm).is_ok()))
    }

    /// Everything an enterprise supplies or may supply: what it makes, what it was seen to supply, the
    /// products of a segment where nobody knows what it makes, and unnamed goods.
    pub(super) fn goods_of(&self, firm: Index) -> Vec<Good> {
        let segments = self.graph.outgoing.of(firm, EdgeKind::PlacedIn).iter();
        let placed = segments.flat_map(|&segment| self.graph.products_of(segment)).copied();
        let placed = placed.filter(|&product| self.is_silent(firm, product));
        let made = self.graph.outgoing.of(firm, EdgeKind::Makes).iter().copied().chain(placed);
        let seen = self.graph.observations(firm, Flow::Downstream, self.lens);
        let sold = seen.iter().filter_map(Observation::what);
        let mut goods: Vec<Good> = vec![None];
        goods.extend(sorted(made.chain(sold).collect()).into_iter().map(Some));
        goods
    }

    /// What buyers may ask for and get with `good`: itself and what it is a kind of.
    pub(super) fn asked_for(&self, good: Good) -> Vec<Good> {
        let wider = good.iter().flat_map(|&made| self.graph.outgoing.of(made, EdgeKind::KindOf));
        let mut asked = vec![good];
        asked.extend(wider.map(|&product| Some(product)));
        asked
    }

    /// A product and its kinds.
    fn forms(&self, product: Index) -> impl Iterator<Item = Index> + '_ {
        let kinds = self.graph.incoming.of(product, EdgeKind::KindOf).iter().copied();
        std::iter::once(product).chain(kinds)
    }

    /// Whether an enterprise still supplies a product or a kind of it.
    pub(super) fn provides(&self, firm: Index, product: Index, lost: &Lost) -> bool {
        self.forms(product).any(|form| {
            let makes = self.graph.outgoing.of(firm, EdgeKind::Makes).binary_search(&form).is_ok();
            let sells =
                || self.sellers.get(&form).is_some_and(|firms| firms.binary_search(&firm).is_ok());
            let may = || self.is_silent(firm, form);
            (makes || sells() || may()) && !lost.contains(&(firm, Some(form)))
        })
    }

    /// Who still supplies a product anywhere, by id.
    pub(super) fn providers(&self, product: Index, lost: &Lost) -> Vec<Index> {
        let all = self.forms(product).flat_map(|form| {
            let makers = self.graph.incoming.of(form, EdgeKind::Makes);
            let segments = self.graph.outgoing.of(form, EdgeKind::BelongsTo).iter();
            let silent = segments.filter_map(|segment| self.silent.get(segment)).flatten();
            makers.iter().chain(self.sellers.get(&form).into_iter().flatten()).chain(silent)
        });
        let all = sorted(all.copied().collect());
        all.into_iter().filter(|&firm| self.provides(firm, product, lost)).collect()
    }

    /// Who else has a confirmed place where `firm` has one, by id.
    pub(super) fn peers(&self, firm: Index, lost: &Lost) -> Vec<Index> {
        let segments = self.graph.outgoing.of(firm, EdgeKind::PlacedIn).iter();
        let placed = segments.flat_map(|&s| self.graph.incoming.of(s, EdgeKind::PlacedIn)).copied();
        let is_left = |&peer: &Index| peer != firm && !lost.contains(&(peer, None));
        sorted(placed.filter(is_left).collect())
    }

    /// Who was seen to buy what of an enterprise. Goods nobody named are the products of the supplier
    /// that the buyer needs, if there are any.
    pub(super) fn buyers_of(&self, firm: Index) -> BTreeSet<(Index, Good)> {
        let mut found = BTreeSet::new();
        for seen in self.graph.observations(firm, Flow::Downstream, self.lens) {
            if seen.what().is_some() {
                found.insert((seen.buyer, seen.what()));
                continue;
            }
            let made = self.graph.outgoing.of(firm, EdgeKind::Makes).iter().copied();
            let needed: Vec<Index> =
                made.filter(|&product| self.has_use_for(seen.buyer, product)).collect();
            if needed.is_empty() {
                found.insert((seen.buyer, None));
            }
            found.extend(needed.into_iter().map(|product| (seen.buyer, Some(product))));
        }
        found
    }

    /// Whether an enterprise uses a product or makes something of it.
    fn has_use_for(&self, firm: Index, product: Index) -> bool {
        let graph = self.graph;
        let uses = graph.outgoing.of(firm, EdgeKind::Uses).binary_search(&product).is_ok();
        let made = graph.outgoing.of(firm, EdgeKind::Makes);
        let mut next = graph.materials(product, Flow::Downstream).iter();
        uses || next.any(|product| made.binary_search(product).is_ok())
    }

    /// Who was seen to supply an enterprise, and with what.
    pub(super) fn suppliers_of(&self, firm: Index) -> Vec<(Index, Good)> {
        let seen = self.graph.observations(firm, Flow::Upstream, self.lens);
        seen.iter().map(|one| (one.supplier, one.what())).collect()
    }

    /// Whether what was seen to be supplied may be the good that was asked for.
    pub(super) fn serves(&self, seen: Good, asked: Good) -> bool {
        match (seen, asked) {
            (None, _) | (_, None) => true,
            (Some(seen), Some(asked)) => self.forms(asked).any(|form| form == seen),
        }
    }
}
