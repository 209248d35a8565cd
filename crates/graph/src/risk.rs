//! What happens if an enterprise is gone, and whose loss would cut others off.
//!
//! A buyer depends on a supplier for a product where it was seen to buy it, or where nobody else could
//! supply what it needs. Whoever keeps another supplier, seen to supply the same to it, is not
//! affected; who could buy from somebody else must switch; who could not is cut off. So a hub that others
//! can replace is no risk, however many links it has.
//!
//! The data hold shares of sales and purchases, not money: what is at stake is told in basis points of
//! each enterprise's own, and left open where nobody knows.

mod market;
mod points;
mod spread;

use lianmeng_domain::ids::{EnterpriseId, ProductId};
use lianmeng_domain::product::ProductRole;
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::words;

use self::market::{Good, Market};
use self::spread::{Hit, Spread};
use crate::chain::sorted;
use crate::details::apart;
use crate::edge::Flow;
use crate::flat::Index;
use crate::lens::Lens;
use crate::node::NodeRef;
use crate::snapshot::Snapshot;

pub use self::points::{SinglePoint, SinglePointQuery, SinglePoints};

words! {
    /// What the loss of a supplier means to an enterprise.
    pub enum Fate {
        /// Nobody else could supply it 断供.
        CutOff = "cut_off",
        /// Somebody else could 需更换供应商.
        MustSwitch = "must_switch",
    }
}

/// A question for the consequences of a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemovalQuery {
    /// Who is gone.
    pub enterprise: EnterpriseId,
    /// Where consequences are looked at and substitutes are looked for; everywhere if absent.
    pub region: Option<RegionCode>,
    /// How far the loss spreads: 1 stops at those it supplies.
    pub steps: u32,
    /// Most consequences to list.
    pub limit: usize,
    /// Most substitutes for each.
    pub substitutes: usize,
}

/// One consequence: an enterprise and what it no longer gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// Who.
    pub enterprise: EnterpriseId,
    /// What it no longer gets; `None` where it was seen to buy something nobody named.
    pub product: Option<ProductId>,
    /// What that means.
    pub fate: Fate,
    /// In which step: 1 for those who lose a supply of the one that is gone.
    pub step: u32,
    /// Whether it was seen to buy it; else its need follows from what it makes and uses.
    pub is_observed: bool,
    /// Share of the product in its purchases, in basis points, if known.
    pub purchase_share_basis_points: Option<u64>,
    /// Share in its sales of what it makes of the product, in basis points, if known.
    pub revenue_share_basis_points: Option<u64>,
    /// Who could supply instead: those who supply it already, then the nearest, then those for whom it is
    /// the largest share of sales, then by id; at most as many as were asked for.
    pub substitutes: Vec<Substitute>,
    /// How many could in all.
    pub substitutes_total: usize,
    /// How many more there are outside of the region, or where nobody knows.
    pub substitutes_elsewhere: usize,
}

/// Who could supply instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Substitute {
    /// Who.
    pub enterprise: EnterpriseId,
    /// Where it is, if known.
    pub region: Option<RegionCode>,
    /// Whether it was seen to supply something to the same buyer.
    pub supplies_already: bool,
    /// Share of the product in its own sales, in basis points, if known.
    pub share_basis_points: Option<u64>,
}

/// What the loss of an enterprise means to others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removal {
    /// Who is cut off first, then who must switch; by step, then by id, then by product. At most as many
    /// as were asked for.
    pub affected: Vec<Affected>,
    /// How many consequences there are in all.
    pub total: usize,
    /// How many enterprises are cut off from something.
    pub cut_off: usize,
    /// How many others must switch.
    pub must_switch: usize,
    /// How many keep another supplier of the same, and are not among the others.
    pub still_supplied: usize,
    /// What is at stake for those cut off.
    pub stake: Stake,
}

/// What is at stake for a group of enterprises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stake {
    /// Sum over the enterprises whose shares are known of the share of sales, or else of purchases, that
    /// is at stake, in basis points, at most 10 000 each.
    pub known_basis_points: u64,
    /// How many enterprises those are.
    pub known: usize,
    /// How many have no share on record.
    pub unknown: usize,
}

impl Stake {
    /// One figure to order by: an enterprise without a share on record counts whole.
    pub fn weight_basis_points(self) -> u64 {
        self.known_basis_points + 10_000 * crate::component::wide(self.unknown)
    }
}

impl Snapshot {
    /// What follows if an enterprise is gone; `None` if it is unknown.
    ///
    /// Who is cut off from a product no longer makes what it is a material of: every material on record
    /// is taken to be necessary. That is lost to others in the next step. Goods that nobody named can be
    /// replaced by whoever has a confirmed place on the same segment; they spread no further.
    ///
    /// The rule of step by step failure is that of Barrot and Sauvagnat (2016), with yes or no in place of
    /// shares. Time `O(l)` in each step for the links of those who lose something, after one pass over
    /// the statements of supply that `lens` shows.
    pub fn removal(&self, ask: &RemovalQuery, lens: &Lens) -> Option<Removal> {
        let firm = self.index(NodeRef::Enterprise(ask.enterprise))?;
        let market = Market::new(self, lens, ask.region);
        let mut spread = Spread::new(&market);
        spread.remove(firm, ask.steps);
        Some(self.told(&spread, ask))
    }

    fn told(&self, spread: &Spread<'_>, ask: &RemovalQuery) -> Removal {
        let cut_off = spread.firms(Fate::CutOff);
        let is_other = |firm: &Index| cut_off.binary_search(firm).is_err();
        let switching: Vec<Index> =
            spread.firms(Fate::MustSwitch).into_iter().filter(is_other).collect();
        let is_fine = |firm: &&Index| is_other(firm) && switching.binary_search(firm).is_err();
        let still_supplied = spread.supplied.iter().filter(is_fine).count();
        let mut hits: Vec<(&(Index, Good), &Hit)> = spread.hits.iter().collect();
        hits.sort_by_key(|(key, hit)| (hit.fate, hit.step, **key));
        let total = hits.len();
        let listed = hits.into_iter().take(ask.limit);
        Removal {
            affected: listed.map(|(key, hit)| self.affected(spread, *key, hit, ask)).collect(),
            total,
            cut_off: cut_off.len(),
            must_switch: switching.len(),
            still_supplied,
            stake: self.stake(spread, &cut_off),
        }
    }

    fn affected(
        &self,
        spread: &Spread<'_>,
        (buyer, good): (Index, Good),
        hit: &Hit,
        ask: &RemovalQuery,
    ) -> Affected {
        let all = spread.left_for(buyer, hit.supplier, good);
        let is_here = |&firm: &Index| self.is_here(firm, ask.region);
        let (here, elsewhere): (Vec<Index>, Vec<Index>) = all.into_iter().partition(is_here);
        let suppliers = spread.market.suppliers_of(buyer);
        let home = self.details.region(buyer);
        let mut substitutes: Vec<Substitute> = here
            .iter()
            .map(|&firm| Substitute {
                enterprise: self.enterprise(firm),
                region: self.details.region(firm),
                supplies_already: suppliers.iter().any(|(supplier, _)| *supplier == firm),
                share_basis_points: self.share_of(firm, good),
            })
            .collect();
        substitutes.sort_by_key(|one| {
            let share = std::cmp::Reverse(one.share_basis_points.unwrap_or_default());
            (!one.supplies_already, apart(one.region, home), share, one.enterprise)
        });
        substitutes.truncate(ask.substitutes);
        Affected {
            enterprise: self.enterprise(buyer),
            product: good.map(|product| self.product(product)),
            fate: hit.fate,
            step: hit.step,
            is_observed: hit.is_observed,
            purchase_share_basis_points: self.purchase_share(buyer, good),
            revenue_share_basis_points: self.revenue_share(buyer, good),
            substitutes,
            substitutes_total: here.len(),
            substitutes_elsewhere: elsewhere.len(),
        }
    }

    /// Share of a product in what an enterprise sells.
    fn share_of(&self, firm: Index, good: Good) -> Option<u64> {
        self.details.share(firm, good?, ProductRole::Makes)
    }

    fn purchase_share(&self, firm: Index, good: Good) -> Option<u64> {
        self.details.share(firm, good?, ProductRole::Uses)
    }

    /// Share in its sales of what an enterprise makes of a product.
    fn revenue_share(&self, firm: Index, good: Good) -> Option<u64> {
        let made = sorted(self.materials(good?, Flow::Downstream).to_vec());
        let shares =
            made.iter().filter_map(|&made| self.details.share(firm, made, ProductRole::Makes));
        let (sum, count) = shares.fold((0, 0), |(sum, count), share| (sum + share, count + 1));
        (count > 0).then_some(sum.min(10_000))
    }

    /// What is at stake for the enterprises `firms`, each cut off from something.
    fn stake(&self, spread: &Spread<'_>, firms: &[Index]) -> Stake {
        let mut stake = Stake::default();
        for &firm in firms {
            let goods = spread.goods(firm, Fate::CutOff);
            let share = |of: &dyn Fn(Good) -> Option<u64>| {
                let known: Vec<u64> = goods.iter().filter_map(|&good| of(good)).collect();
                (!known.is_empty()).then(|| known.iter().sum::<u64>().min(10_000))
            };
            let of_sales = share(&|good| self.revenue_share(firm, good));
            match of_sales.or_else(|| share(&|good| self.purchase_share(firm, good))) {
                Some(known) => {
                    stake.known_basis_points += known;
                    stake.known += 1;
                }
                None => stake.unknown += 1,
            }
        }
        stake
    }
}

#[cfg(test)]
mod tests;
