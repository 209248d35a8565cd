//! How a loss spreads from suppliers to buyers, step by step.

use std::collections::{BTreeMap, BTreeSet};

use super::Fate;
use super::market::{Good, Lost, Market};
use crate::chain::sorted;
use crate::edge::{EdgeKind, Flow};
use crate::flat::Index;

/// What the loss means to one buyer of one good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) fate: Fate,
    pub(super) step: u32,
    pub(super) is_observed: bool,
    /// Who no longer supplies it.
    pub(super) supplier: Index,
}

/// What is lost so far and whom it hits.
#[derive(Debug)]
pub(super) struct Spread<'a> {
    pub(super) market: &'a Market<'a>,
    gone: Option<Index>,
    lost: Lost,
    /// By buyer and good.
    pub(super) hits: BTreeMap<(Index, Good), Hit>,
    /// Who loses a supplier and keeps another of the same.
    pub(super) supplied: BTreeSet<Index>,
}

impl<'a> Spread<'a> {
    pub(super) fn new(market: &'a Market<'a>) -> Self {
        Self {
            market,
            gone: None,
            lost: Lost::new(),
            hits: BTreeMap::new(),
            supplied: BTreeSet::new(),
        }
    }

    /// Takes an enterprise away and follows what that means for at most `steps` steps.
    pub(super) fn remove(&mut self, firm: Index, steps: u32) {
        self.gone = Some(firm);
        let mut layer: BTreeSet<(Index, Good)> =
            self.market.goods_of(firm).into_iter().map(|good| (firm, good)).collect();
        for step in 1..=steps {
            if layer.is_empty() {
                return;
            }
            // All of a layer is lost before anybody looks for a substitute, so order does not matter.
            self.lost.extend(&layer);
            let before: Vec<(Index, Good)> = self.cut_off().collect();
            let suppliers: BTreeSet<Index> = layer.iter().map(|(firm, _)| *firm).collect();
            for &supplier in &suppliers {
                let goods =
                    layer.range((supplier, None)..).take_while(|(firm, _)| *firm == supplier);
                let goods: Vec<Good> = goods.map(|(_, good)| *good).collect();
                self.hit_buyers(supplier, &goods, step);
            }
            self.look_again(step);
            let old: BTreeSet<_> = before.into_iter().collect();
            let fresh: Vec<_> = self.cut_off().filter(|key| !old.contains(key)).collect();
            layer = fresh.iter().flat_map(|&(buyer, good)| self.stopped(buyer, good)).collect();
            layer.retain(|key| !self.lost.contains(key));
        }
    }

    fn cut_off(&self) -> impl Iterator<Item = (Index, Good)> + '_ {
        let hits = self.hits.iter().filter(|(_, hit)| hit.fate == Fate::CutOff);
        hits.map(|(key, _)| *key)
    }

    /// Notes whom it hits that `supplier` no longer supplies `goods`.
    fn hit_buyers(&mut self, supplier: Index, goods: &[Good], step: u32) {
        let market = self.market;
        let seen = market.buyers_of(supplier);
        let asked: BTreeSet<Good> = goods.iter().flat_map(|&good| market.asked_for(good)).collect();
        for good in asked {
            if good.is_some_and(|product| market.provides(supplier, product, &self.lost)) {
                continue;
            }
            let observed: Vec<Index> =
                seen.iter().filter(|(_, what)| *what == good).map(|(buyer, _)| *buyer).collect();
            for &buyer in &observed {
                self.hit(
                    buyer,
                    good,
                    Hit { fate: Fate::CutOff, step, is_observed: true, supplier },
                );
            }
            let Some(product) = good else { continue };
            let left = market.providers(product, &self.lost);
            if left.iter().any(|&firm| market.graph.is_here(firm, market.region)) {
                continue;
            }
            for buyer in market.graph.needers(product, market.region) {
                if !observed.contains(&buyer) {
                    let hit = Hit { fate: Fate::CutOff, step, is_observed: false, supplier };
                    self.hit(buyer, good, hit);
                }
            }
        }
    }

    /// Notes what it means to one buyer; the fate of `hit` is found here.
    fn hit(&mut self, buyer: Index, good: Good, hit: Hit) {
        let market = self.market;
        let makes_itself =
            || good.is_some_and(|product| market.provides(buyer, product, &self.lost));
        if Some(buyer) == self.gone || !market.graph.is_here(buyer, market.region) || makes_itself()
        {
            return;
        }
        if let Some(known) = self.hits.get_mut(&(buyer, good)) {
            known.is_observed |= hit.is_observed && known.step == hit.step;
            return;
        }
        match self.fate(buyer, hit.supplier, good) {
            Some(fate) => {
                self.hits.insert((buyer, good), Hit { fate, ..hit });
            }
            None => {
                self.supplied.insert(buyer);
            }
        }
    }

    /// What it means to a buyer that `supplier` no longer supplies a good; `None` if it keeps another
    /// supplier of the same.
    fn fate(&self, buyer: Index, supplier: Index, good: Good) -> Option<Fate> {
        let market = self.market;
        let left = self.left_for(buyer, supplier, good);
        let suppliers = market.suppliers_of(buyer);
        let is_kept = |(firm, seen): &(Index, Good)| {
            left.binary_search(firm).is_ok() && market.serves(*seen, good)
        };
        if suppliers.iter().any(is_kept) {
            return None;
        }
        let is_here = |&firm: &Index| market.graph.is_here(firm, market.region);
        Some(if left.iter().any(is_here) { Fate::MustSwitch } else { Fate::CutOff })
    }

    /// Who else could supply a good to a buyer, anywhere, by id.
    pub(super) fn left_for(&self, buyer: Index, supplier: Index, good: Good) -> Vec<Index> {
        let mut left = match good {
            Some(product) => self.market.providers(product, &self.lost),
            None => self.market.peers(supplier, &self.lost),
        };
        left.retain(|&firm| firm != buyer);
        left
    }

    /// Whoever had to switch may have nobody left to switch to.
    fn look_again(&mut self, step: u32) {
        let switching: Vec<((Index, Good), Hit)> = self
            .hits
            .iter()
            .filter(|(_, hit)| hit.fate == Fate::MustSwitch)
            .map(|(key, hit)| (*key, *hit))
            .collect();
        for ((buyer, good), hit) in switching {
            if self.fate(buyer, hit.supplier, good) == Some(Fate::CutOff) {
                self.hits.insert((buyer, good), Hit { fate: Fate::CutOff, step, ..hit });
            }
        }
    }

    /// What an enterprise that is cut off from a good no longer makes.
    fn stopped(&self, buyer: Index, good: Good) -> Vec<(Index, Good)> {
        let Some(material) = good else { return Vec::new() };
        let made = self.market.graph.outgoing.of(buyer, EdgeKind::Makes);
        let next = self.market.graph.materials(material, Flow::Downstream).iter();
        let stopped = next.filter(|product| made.binary_search(product).is_ok());
        stopped.map(|&product| (buyer, Some(product))).collect()
    }

    /// Enterprises with this fate for some good, by id.
    pub(super) fn firms(&self, fate: Fate) -> Vec<Index> {
        let hits = self.hits.iter().filter(|(_, hit)| hit.fate == fate);
        sorted(hits.map(|((buyer, _), _)| *buyer).collect())
    }

    /// Goods for which an enterprise has this fate, unnamed ones first, then by id.
    pub(super) fn goods(&self, firm: Index, fate: Fate) -> Vec<Good> {
        let hits = self.hits.range((firm, None)..).take_while(|((buyer, _), _)| *buyer == firm);
        hits.filter(|(_, hit)| hit.fate == fate).map(|((_, good), _)| *good).collect()
    }
}
