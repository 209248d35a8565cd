//! Products, their relations, and who makes or uses them.

use std::collections::{HashMap, HashSet};

use lianmeng_domain::draft::{self, DraftKind, Field};
use lianmeng_domain::product::{
    EnterpriseProduct, Product, ProductEdge, ProductEdgeKind, ProductRole,
};
use lianmeng_store::import as stored;

use super::named::enter;
use super::notes::Counts;
use super::row::{Row, flaw, unknown_word};
use super::{ImportError, Judge};

/// Rows between two reports of progress.
pub(super) const STEP: usize = 4_096;

/// Judges and saves the products.
pub(super) async fn products(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Product;
    for (at, draft) in judge.rows(kind).into_iter().enumerate() {
        if at % STEP == STEP - 1 {
            judge.pause(kind).await;
        }
        let mut row = Row::new(draft, &mut judge.notes);
        let key = row.required(Field::ExternalId);
        let name = row.required(Field::Name);
        if !row.is_good(kind) {
            continue;
        }
        let Some((key, name)) = key.zip(name) else { continue };
        let known = judge.products.by_key(&key);
        let before = known.and_then(|slot| judge.products.get(slot));
        let product = Product {
            id: before.map_or_else(|| judge.desk.mint(), |before| before.id),
            external_id: Some(key),
            name,
            version: before.map_or(1, |before| before.version),
        };
        enter(&mut row, kind, &mut judge.products, known, product);
    }
    let mut counts = Counts::default();
    let changed = judge.products.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_products(judge.tx, &changed).await?;
    Ok(())
}

/// Judges and saves the relations between products.
pub(super) async fn edges(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::ProductEdge;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let known: HashSet<ProductEdge> = stored::product_edges(judge.tx).await?.into_iter().collect();
    let mut seen: HashMap<ProductEdge, u32> = HashMap::new();
    let mut added = Vec::new();
    for (at, draft) in judge.rows(kind).into_iter().enumerate() {
        if at % STEP == STEP - 1 {
            judge.pause(kind).await;
        }
        let mut row = Row::new(draft, &mut judge.notes);
        let from = row.required_find(Field::From, &judge.products);
        let to = row.required_find(Field::To, &judge.products);
        let relation = relation(&mut row);
        if from.is_some() && from == to {
            let reason = "the product would hang on itself";
            row.reject(Field::To, flaw("self_edge", reason, "name the other product"));
        }
        if !row.is_good(kind) {
            continue;
        }
        let id = |slot| judge.products.get(slot).map(|product| product.id);
        let ends = from.and_then(id).zip(to.and_then(id));
        let Some(((from, to), (edge, is_backwards))) = ends.zip(relation) else { continue };
        let (from, to) = if is_backwards { (to, from) } else { (from, to) };
        let edge = ProductEdge { from, to, kind: edge };
        if let Some(&first) = seen.get(&edge) {
            row.repeats(kind, Field::From, first);
            continue;
        }
        seen.insert(edge, draft.number());
        let counts = judge.notes.count(kind);
        if known.contains(&edge) {
            counts.unchanged += 1;
        } else {
            counts.added += 1;
            added.push(edge);
        }
    }
    added.sort_unstable();
    stored::put_product_edges(judge.tx, &added).await?;
    Ok(())
}

/// The kind of edge a row means, and whether it reads from the second product to the first.
fn relation(row: &mut Row<'_, '_>) -> Option<(ProductEdgeKind, bool)> {
    let text = row.required(Field::Relation)?;
    let relation = draft::choice(Field::Relation, &text).and_then(|word| match word {
        draft::HAS_MATERIAL => Some((ProductEdgeKind::MaterialOf, true)),
        draft::HAS_KIND => Some((ProductEdgeKind::KindOf, true)),
        word => ProductEdgeKind::from_word(word).map(|kind| (kind, false)),
    });
    if relation.is_none() {
        row.reject(Field::Relation, unknown_word(Field::Relation));
    }
    relation
}

/// Judges and saves what enterprises make and use.
pub(super) async fn made(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::EnterpriseProduct;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let known: HashMap<_, _> = stored::enterprise_products(judge.tx)
        .await?
        .into_iter()
        .map(|made| ((made.enterprise, made.product, made.role), made.share_basis_points))
        .collect();
    let mut seen = HashMap::new();
    let mut changed = Vec::new();
    for (at, draft) in judge.rows(kind).into_iter().enumerate() {
        if at % STEP == STEP - 1 {
            judge.pause(kind).await;
        }
        let mut row = Row::new(draft, &mut judge.notes);
        let enterprise = row.required_find(Field::Enterprise, &judge.enterprises);
        let product = row.required_find(Field::Product, &judge.products);
        let role = row.word(Field::ProductRole, ProductRole::from_word);
        let share = share(&mut row);
        if !row.is_good(kind) {
            continue;
        }
        let enterprise = enterprise.and_then(|slot| judge.enterprises.get(slot));
        let product = product.and_then(|slot| judge.products.get(slot));
        let Some((enterprise, product)) = enterprise.zip(product) else { continue };
        let key = (enterprise.id, product.id, role.unwrap_or(ProductRole::Makes));
        if let Some(&(first, before)) = seen.get(&key) {
            if before == share {
                row.repeats(kind, Field::Product, first);
            } else {
                row.clashes(Field::Product, first);
                row.is_good(kind);
            }
            continue;
        }
        seen.insert(key, (draft.number(), share));
        let counts = judge.notes.count(kind);
        let share = match known.get(&key) {
            None => {
                counts.added += 1;
                share
            }
            // An unknown share says nothing, so it leaves the one that is stored.
            Some(before) if share.is_none() || *before == share => {
                counts.unchanged += 1;
                continue;
            }
            Some(_) => {
                counts.changed += 1;
                share
            }
        };
        let (enterprise, product, role) = key;
        changed.push(EnterpriseProduct { enterprise, product, role, share_basis_points: share });
    }
    changed.sort_unstable();
    stored::put_enterprise_products(judge.tx, &changed).await?;
    Ok(())
}

/// The share in basis points; unknown where it is at the floor, not positive or over one.
fn share(row: &mut Row<'_, '_>) -> Option<i32> {
    let share = row.decimal(Field::Share)?;
    if share.is_thousandth() || !share.is_positive() || share.is_over_one() {
        let reason = "a share of 0.001 is a floor, and one not above 0 or over 1 is no share";
        row.note(Field::Share, flaw("share_unknown", reason, "the row stays, its share unknown"));
        return None;
    }
    // A share too small for a basis point is still there: it counts as the smallest one.
    share.basis_points().map(|points| points.max(1))
}
