//! Which products a need is after, and which others lead to them or stand in for them.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::ids::{EnterpriseId, ProductId};
use lianmeng_domain::need::{Need, NeedKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::product::{Product, ProductRole};
use lianmeng_matching::problem::{Lead, MAX_STEPS, Wanted, WantedBecause};
use lianmeng_store::chain::segment;
use lianmeng_store::{StoreError, product};
use sea_orm::ConnectionTrait;

/// Products a need is after.
const MAX_WANTED: u64 = 30;
/// Edges followed for each product.
const MAX_FAN: u64 = 30;
/// Products from which one more step is made.
const MAX_FRONT: usize = 1_000;
/// Products whose makers are looked at.
const MAX_NEAREST: usize = 1_000;
/// Segments of an enterprise that are looked at.
const MAX_SEGMENTS: u64 = 10;
/// Families of each wanted product.
const MAX_FAMILIES: u64 = 5;
/// Most kinds of a family in which one stands in for another: a wide family says little.
const MAX_KIN: usize = 12;

/// Ways from products to wanted ones.
#[derive(Debug, Default)]
pub(crate) struct Leads(BTreeMap<ProductId, BTreeMap<ProductId, Lead>>);

impl Leads {
    /// The products that lead somewhere, nearest first, what stands in last, then by id: at most 1,000.
    pub(crate) fn nearest(&self) -> Vec<ProductId> {
        let mut all: Vec<ProductId> = self.0.keys().copied().collect();
        all.sort_by_key(|id| (self.distance(*id), *id));
        all.truncate(MAX_NEAREST);
        all
    }

    /// What `product` leads to, ascending.
    pub(crate) fn goals(&self, product: ProductId) -> impl Iterator<Item = ProductId> {
        self.0.get(&product).into_iter().flat_map(|goals| goals.keys().copied())
    }

    /// How `from` leads to `to`.
    pub(crate) fn lead(&self, from: u128, to: u128) -> Option<Lead> {
        self.0.get(&ProductId::from(from))?.get(&ProductId::from(to)).cloned()
    }

    /// How near the nearest goal of `product` is, what stands in behind what leads there.
    fn distance(&self, product: ProductId) -> (bool, u8) {
        let leads = self.0.get(&product).into_iter().flat_map(BTreeMap::values);
        let far = (true, u8::MAX);
        leads.map(|lead| (lead.stands_in_as.is_some(), lead.steps)).min().unwrap_or(far)
    }

    /// Notes a way; one that is known stays.
    fn add(&mut self, from: ProductId, to: ProductId, lead: Lead) -> bool {
        let known = self.0.entry(from).or_default();
        let is_new = !known.contains_key(&to);
        if is_new {
            known.insert(to, lead);
        }
        is_new
    }
}

/// Products the public part of the need names. Where it names none and asks for supplies, those its
/// enterprise uses, else those that are used on its segments: who asks for a technique or a certain
/// product does not ask for everything it buys.
pub(super) async fn wanted(
    db: &impl ConnectionTrait,
    need: &Need,
) -> Result<Vec<Wanted>, StoreError> {
    let public = super::super::public_text(need);
    let stated = product::named_in(db, &public, MAX_WANTED).await?;
    let (found, because) = if stated.is_empty() && need.kind == NeedKind::Supply {
        let used = used(db, need.enterprise).await?;
        if used.is_empty() {
            (used_nearby(db, need.enterprise).await?, WantedBecause::Placed)
        } else {
            (used, WantedBecause::Used)
        }
    } else {
        (stated, WantedBecause::Stated)
    };
    let want =
        |product: Product| Wanted { product: product.id.number(), name: product.name, because };
    Ok(found.into_iter().map(want).collect())
}

async fn used(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
) -> Result<Vec<Product>, StoreError> {
    let used = product::made_by(db, &[enterprise], ProductRole::Uses, MAX_WANTED).await?;
    let used: Vec<ProductId> = used.iter().map(|row| row.product).collect();
    product::find_many(db, &Visibility::All, &used).await
}

/// Materials of what is made on the segments where `enterprise` has a confirmed place.
async fn used_nearby(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
) -> Result<Vec<Product>, StoreError> {
    let places = segment::placements_of(db, &[enterprise], MAX_SEGMENTS).await?;
    let places = places.into_iter().filter(|place| place.is_confirmed);
    let places: Vec<_> = places.map(|place| place.segment).collect();
    let segments = segment::find_many(db, &Visibility::All, &places).await?;
    let made: BTreeSet<ProductId> = segments.into_iter().flat_map(|one| one.products).collect();
    let made: Vec<ProductId> = made.into_iter().take(MAX_FRONT).collect();
    let edges = product::edges_to(db, &made, MAX_FAN).await?;
    let materials = edges.iter().filter(|edge| edge.kind.is_material()).map(|edge| edge.from);
    let materials: BTreeSet<ProductId> = materials.filter(|id| !made.contains(id)).collect();
    let limit = usize::try_from(MAX_WANTED).unwrap_or(usize::MAX);
    let materials: Vec<ProductId> = materials.into_iter().take(limit).collect();
    product::find_many(db, &Visibility::All, &materials).await
}

/// What leads to `wanted` products: they themselves and their kinds, materials up to [`MAX_STEPS`]
/// steps upstream, and what is a kind of the same small family. One statement for each step, four more.
pub(crate) async fn to(
    db: &impl ConnectionTrait,
    wanted: BTreeSet<ProductId>,
) -> Result<Leads, StoreError> {
    let mut leads = Leads::default();
    let mut front: Vec<ProductId> = wanted.iter().copied().collect();
    for &id in &front {
        leads.add(id, id, Lead::of_steps(0));
    }
    for edge in product::kinds_of(db, &front, MAX_FAN).await? {
        leads.add(edge.from, edge.to, Lead::of_steps(0));
    }
    for steps in 1..=MAX_STEPS {
        if front.is_empty() {
            break;
        }
        let edges = product::edges_to(db, &front, MAX_FAN).await?;
        let mut next = BTreeSet::new();
        for edge in edges.into_iter().filter(|edge| edge.kind.is_material()) {
            let goals: Vec<ProductId> = leads.goals(edge.to).collect();
            for goal in goals {
                if leads.add(edge.from, goal, Lead::of_steps(steps)) {
                    next.insert(edge.from);
                }
            }
        }
        front = next.into_iter().take(MAX_FRONT).collect();
    }
    add_kin(db, &mut leads, wanted).await?;
    Ok(leads)
}

/// Who makes `products`, those of the first ones first, each once; at most `fan` of a product.
pub(crate) async fn makers(
    db: &impl ConnectionTrait,
    products: &[ProductId],
    fan: u64,
) -> Result<Vec<EnterpriseId>, StoreError> {
    let place: BTreeMap<ProductId, usize> =
        products.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut rows = product::makers_of(db, products, ProductRole::Makes, fan).await?;
    rows.sort_by_key(|row| (place.get(&row.product).copied(), row.enterprise));
    let mut seen = BTreeSet::new();
    Ok(rows.into_iter().map(|row| row.enterprise).filter(|id| seen.insert(*id)).collect())
}

/// Adds what could be taken instead of `wanted`: other kinds of the same family, where it is small.
async fn add_kin(
    db: &impl ConnectionTrait,
    leads: &mut Leads,
    wanted: BTreeSet<ProductId>,
) -> Result<(), StoreError> {
    let wanted: Vec<ProductId> = wanted.into_iter().collect();
    let belongs = product::families_of(db, &wanted, MAX_FAMILIES).await?;
    let families: BTreeSet<ProductId> = belongs.iter().map(|edge| edge.to).collect();
    let families: Vec<ProductId> = families.into_iter().collect();
    let found = product::find_many(db, &Visibility::All, &families).await?;
    let names: BTreeMap<ProductId, String> =
        found.into_iter().map(|one| (one.id, one.name)).collect();
    let mut kin: BTreeMap<ProductId, Vec<ProductId>> = BTreeMap::new();
    let limit = u64::try_from(MAX_KIN).unwrap_or(u64::MAX).saturating_add(1);
    for edge in product::kinds_of(db, &families, limit).await? {
        kin.entry(edge.to).or_default().push(edge.from);
    }
    for edge in belongs {
        let Some(name) = names.get(&edge.to) else { continue };
        let kin = kin.get(&edge.to).filter(|kin| kin.len() <= MAX_KIN);
        for &other in kin.into_iter().flatten() {
            let stands_in_as = Some(name.clone());
            leads.add(other, edge.from, Lead { steps: 0, stands_in_as });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_come_first_and_what_stands_in_last() {
        let id = ProductId::from;
        let mut leads = Leads::default();
        let stands_in = Lead { steps: 0, stands_in_as: Some("布".to_owned()) };
        for (from, to, lead) in [
            (1, 9, Lead::of_steps(2)),
            (2, 9, stands_in.clone()),
            (3, 9, Lead::of_steps(1)),
            (3, 8, Lead::of_steps(3)),
            (4, 9, stands_in),
            (4, 8, Lead::of_steps(3)),
            (9, 9, Lead::of_steps(0)),
        ] {
            assert!(leads.add(id(from), id(to), lead));
        }
        assert!(!leads.add(id(3), id(9), Lead::of_steps(0)), "the first way stays");
        assert_eq!(leads.nearest(), [9, 3, 1, 4, 2].map(id));
        assert_eq!(leads.goals(id(3)).collect::<Vec<_>>(), [8, 9].map(id));
        assert_eq!(leads.lead(3, 9), Some(Lead::of_steps(1)));
        assert_eq!(leads.lead(9, 3), None);
    }

    #[tokio::test]
    async fn kinds_materials_and_kin_lead_to_what_is_wanted_within_limits() {
        use lianmeng_domain::product::ProductEdge;
        use lianmeng_domain::product::ProductEdgeKind::{KindOf, MadeInto, MaterialOf};
        let db = lianmeng_testkit::database().await;
        let id = ProductId::from;
        let numbers = (1..=9).chain([20, 30]).chain(40..=51);
        for number in numbers {
            let name = format!("产品{number}");
            let one = Product { id: id(number), external_id: None, name, version: 1 };
            product::insert(&db, &one).await.unwrap();
        }
        let mut edges = vec![
            // 1 → 2 → 3 → 4 → 9: the first is too far.
            (1, 2, MaterialOf),
            (2, 3, MadeInto),
            (3, 4, MaterialOf),
            (4, 9, MaterialOf),
            (5, 9, KindOf),
            // A small family, and one so wide that it says nothing.
            (9, 20, KindOf),
            (6, 20, KindOf),
            (9, 30, KindOf),
        ];
        edges.extend((40..=51).map(|kin| (kin, 30, KindOf)));
        for (from, to, kind) in edges {
            let edge = ProductEdge { from: id(from), to: id(to), kind };
            product::insert_edge(&db, edge).await.unwrap();
        }
        let leads = to(&db, BTreeSet::from([id(9)])).await.unwrap();
        let stands_in = Lead { steps: 0, stands_in_as: Some("产品20".to_owned()) };
        let want = [
            (9, Lead::of_steps(0)),
            (5, Lead::of_steps(0)),
            (4, Lead::of_steps(1)),
            (3, Lead::of_steps(2)),
            (2, Lead::of_steps(3)),
            (6, stands_in),
        ];
        for (from, lead) in &want {
            assert_eq!(leads.lead(*from, 9), Some(lead.clone()), "{from}");
        }
        assert_eq!(leads.nearest(), [5, 9, 4, 3, 2, 6].map(id), "and nothing else");
    }
}
