//! How far products lie apart along production.

use lianmeng_domain::ids::ProductId;

use crate::edge::Flow;
use crate::flat::Index;
use crate::node::NodeRef;
use crate::search::IndexSet;
use crate::snapshot::Snapshot;

/// A product and how many material steps away it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct MaterialDistance {
    /// Material edges on the shortest way.
    pub steps: u32,
    /// The product at its end.
    pub product: ProductId,
}

impl Snapshot {
    /// Material edges on the shortest way from the material `from` to the product `to`; 0 for the
    /// same product, `None` if there is no way of at most `max` edges or a product is unknown.
    ///
    /// Time `O(r)` for the `r` edges within `max` steps downstream of `from`.
    pub fn material_steps(&self, from: ProductId, to: ProductId, max: u32) -> Option<u32> {
        let start = self.index(NodeRef::Product(from))?;
        let goal = self.index(NodeRef::Product(to))?;
        if start == goal {
            return Some(0);
        }
        let mut found = None;
        self.each_material(start, Flow::Downstream, max, &mut |steps, product| {
            if product == goal {
                found = Some(steps);
            }
            found.is_none()
        });
        found
    }

    /// Products from 1 to `max` material steps upstream or downstream of `start`, nearest first,
    /// then by id. Empty if `start` is unknown.
    ///
    /// Time `O(r log r)` for the `r` edges within reach; for the engines, which ask this for many
    /// products and small `max`.
    pub fn materials_within(
        &self,
        start: ProductId,
        flow: Flow,
        max: u32,
    ) -> Vec<MaterialDistance> {
        let Some(start) = self.index(NodeRef::Product(start)) else { return Vec::new() };
        let mut found = Vec::new();
        self.each_material(start, flow, max, &mut |steps, product| {
            found.push(MaterialDistance { steps, product: self.product(product) });
            true
        });
        found.sort_unstable();
        found
    }

    /// The products on the other side of the material edges of `product`.
    pub(crate) fn materials(&self, product: Index, flow: Flow) -> &[Index] {
        match flow {
            Flow::Upstream => self.incoming.material(product),
            Flow::Downstream => self.outgoing.material(product),
        }
    }

    /// Tells `visit` every product within `max` steps of `start` but `start`, nearest first, until
    /// it answers `false`.
    fn each_material(
        &self,
        start: Index,
        flow: Flow,
        max: u32,
        visit: &mut dyn FnMut(u32, Index) -> bool,
    ) {
        let mut seen = IndexSet::from_iter([start]);
        let mut layer = vec![start];
        for steps in 1..=max {
            let mut next = Vec::new();
            for &here in &layer {
                for &product in self.materials(here, flow) {
                    if !seen.insert(product) {
                        continue;
                    }
                    if !visit(steps, product) {
                        return;
                    }
                    next.push(product);
                }
            }
            if next.is_empty() {
                return;
            }
            layer = next;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::worlds;

    #[test]
    fn steps_count_from_material_to_product_and_stop_at_the_limit() {
        // 1 → 2 → 3 → 4, a shortcut 1 → 3 and a way back 4 → 1.
        let edges = [(1, 2), (2, 3), (3, 4), (1, 3), (4, 1)];
        let snapshot = Snapshot::build(worlds::products(5, &edges));
        let steps =
            |from: u128, to: u128, max| snapshot.material_steps(from.into(), to.into(), max);
        assert_eq!(steps(1, 1, 0), Some(0));
        assert_eq!(steps(1, 3, 1), Some(1));
        assert_eq!(steps(1, 4, 1), None);
        assert_eq!(steps(1, 4, 2), Some(2));
        assert_eq!(steps(3, 2, 9), Some(3));
        assert_eq!(steps(1, 5, 9), None);
        assert_eq!(steps(1, 6, 9), None);
    }

    proptest! {
        #[test]
        fn products_within_reach_are_those_of_brute_force(
            world in worlds::worlds(), start in 1..=9_u128, max in 0..5_u32,
        ) {
            let snapshot = world.snapshot();
            let reversed = world.materials.iter().map(|&(from, to)| (to, from)).collect();
            for (flow, pairs) in
                [(Flow::Downstream, &world.materials), (Flow::Upstream, &reversed)]
            {
                let mut want: Vec<_> = worlds::distances(pairs, start)
                    .into_iter()
                    .filter(|&(_, steps)| steps > 0 && steps <= max && start <= world.products)
                    .map(|(id, steps)| MaterialDistance { steps, product: id.into() })
                    .collect();
                want.sort_unstable();
                prop_assert_eq!(snapshot.materials_within(start.into(), flow, max), want);
            }
        }

        #[test]
        fn the_distance_of_two_products_is_that_of_brute_force(
            world in worlds::worlds(), from in 1..=9_u128, to in 1..=9_u128, max in 0..5_u32,
        ) {
            let known = from <= world.products && to <= world.products;
            let want = worlds::distances(&world.materials, from)
                .into_iter()
                .find_map(|(id, steps)| (id == to && steps <= max && known).then_some(steps));
            prop_assert_eq!(world.snapshot().material_steps(from.into(), to.into(), max), want);
        }
    }
}
