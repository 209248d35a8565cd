//! Whose loss would cut others off, along a chain.

use std::collections::BTreeSet;

use lianmeng_domain::ids::{EnterpriseId, IndustrialChainId, ProductId};
use lianmeng_domain::region::RegionCode;

use super::market::{Good, Market};
use super::spread::Spread;
use super::{Fate, Stake};
use crate::chain::sorted;
use crate::flat::Index;
use crate::lens::Lens;
use crate::snapshot::Snapshot;

/// Products named for one single point.
const NAMED: usize = 10;

/// A question for the single points of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinglePointQuery {
    /// The chain.
    pub chain: IndustrialChainId,
    /// Where single points, those who depend on them and substitutes are looked for; everywhere if
    /// absent.
    pub region: Option<RegionCode>,
    /// Most to list.
    pub limit: usize,
}

/// An enterprise whose loss would cut others off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinglePoint {
    /// Who.
    pub enterprise: EnterpriseId,
    /// What nobody else could supply to them, by id, at most ten; empty where nobody named it.
    pub products: Vec<ProductId>,
    /// How many enterprises it would cut off at once.
    pub cut_off: usize,
    /// How many of them were seen to buy of it.
    pub cut_off_observed: usize,
    /// How many others would have to switch to a substitute.
    pub must_switch: usize,
    /// What is at stake for those cut off.
    pub stake: Stake,
}

/// The single points of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SinglePoints {
    /// Where most is at stake first, an enterprise without a share on record counting whole; then by how
    /// many would be cut off, then by id.
    pub points: Vec<SinglePoint>,
    /// How many there are in all.
    pub total: usize,
    /// How many enterprises are the only supplier seen of somebody and yet no risk, because others could
    /// step in.
    pub replaceable: usize,
    /// How many enterprises were looked at.
    pub looked_at: usize,
}

impl Snapshot {
    /// Enterprises of a chain whose loss would cut others off at once; `None` for an unknown chain.
    ///
    /// Each is taken away in turn, as [`Snapshot::removal`] does with one step: brute force that looks at
    /// the links of one enterprise at a time. Betweenness and articulation points would also name hubs
    /// that others can replace. Time `O(l)` for the links of all members of the chain, after one pass
    /// over the statements of supply.
    pub fn single_points(&self, ask: &SinglePointQuery, lens: &Lens) -> Option<SinglePoints> {
        let members = self.members_of_chain(ask.chain)?;
        let market = Market::new(self, lens, ask.region);
        let mut found = SinglePoints::default();
        for firm in members.into_iter().filter(|&firm| self.is_here(firm, ask.region)) {
            found.looked_at += 1;
            let mut spread = Spread::new(&market);
            spread.remove(firm, 1);
            let cut_off = spread.firms(Fate::CutOff);
            if cut_off.is_empty() {
                let is_replaced = !spread.firms(Fate::MustSwitch).is_empty();
                found.replaceable += usize::from(is_replaced);
                continue;
            }
            found.points.push(self.single_point(firm, &spread, &cut_off));
        }
        found.total = found.points.len();
        found.points.sort_by_key(|one| {
            let (weight, count) = (one.stake.weight_basis_points(), one.cut_off);
            (std::cmp::Reverse((weight, count)), one.enterprise)
        });
        found.points.truncate(ask.limit);
        Some(found)
    }

    fn single_point(&self, firm: Index, spread: &Spread<'_>, cut_off: &[Index]) -> SinglePoint {
        let hits = spread.hits.iter().filter(|(_, hit)| hit.fate == Fate::CutOff);
        let goods: BTreeSet<Good> = hits.clone().map(|((_, good), _)| *good).collect();
        let seen: BTreeSet<Index> =
            hits.filter(|(_, hit)| hit.is_observed).map(|((buyer, _), _)| *buyer).collect();
        let switching = spread.firms(Fate::MustSwitch).into_iter();
        SinglePoint {
            enterprise: self.enterprise(firm),
            products: goods.into_iter().flatten().take(NAMED).map(|p| self.product(p)).collect(),
            cut_off: cut_off.len(),
            cut_off_observed: seen.len(),
            must_switch: switching.filter(|firm| cut_off.binary_search(firm).is_err()).count(),
            stake: self.stake(spread, cut_off),
        }
    }
}

/// Takes enterprises away one after the other to see who feels it.
#[derive(Debug)]
pub(crate) struct Losses<'a> {
    market: Market<'a>,
}

impl Losses<'_> {
    /// How many enterprises lose a supplier at once if `firm` is gone.
    pub(crate) fn felt_by(&self, firm: Index) -> usize {
        let mut spread = Spread::new(&self.market);
        spread.remove(firm, 1);
        let hit = [Fate::CutOff, Fate::MustSwitch].into_iter().flat_map(|fate| spread.firms(fate));
        sorted(hit.collect()).len()
    }
}

impl Snapshot {
    /// See [`Losses`].
    pub(crate) fn losses<'a>(&'a self, region: Option<RegionCode>, lens: &'a Lens) -> Losses<'a> {
        Losses { market: Market::new(self, lens, region) }
    }
}
