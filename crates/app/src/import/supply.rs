//! Observed supply edges.

use std::collections::HashMap;

use lianmeng_domain::draft::{DraftKind, Field};
use lianmeng_domain::supply::SupplyEdge;
use lianmeng_store::import as stored;

use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Basis points of an edge about which there is no doubt.
const CERTAIN: i32 = 10_000;

/// Judges and saves supply edges; supplier, buyer, product and source together are the key.
pub(super) async fn edges(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::SupplyEdge;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let mut held: HashMap<_, SupplyEdge> =
        stored::supply_edges(judge.tx).await?.into_iter().map(|edge| (key(&edge), edge)).collect();
    let mut seen = HashMap::new();
    let mut changed = Vec::new();
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let supplier = row.required_find(Field::Supplier, &judge.enterprises);
        let buyer = row.required_find(Field::Buyer, &judge.enterprises);
        if supplier.is_some() && supplier == buyer {
            let reason = "an enterprise does not supply itself";
            row.reject(Field::Buyer, flaw("self_edge", reason, "name the other enterprise"));
        }
        let product = row.find(Field::Product, &judge.products);
        let source = row.text(Field::Source).unwrap_or_else(|| draft.file().to_owned());
        let confidence = confidence(&mut row);
        let (valid_from, valid_to) = row.term();
        let is_disputed = row.flag(Field::IsDisputed);
        if !row.is_good(kind) {
            continue;
        }
        let firm = |slot| judge.enterprises.get(slot).map(|firm| firm.id);
        let ends = supplier.and_then(firm).zip(buyer.and_then(firm));
        let Some((supplier, buyer)) = ends else { continue };
        let product = product.and_then(|slot| judge.products.get(slot)).map(|product| product.id);
        let key = (supplier, buyer, product, source.clone());
        let before = held.get(&key).cloned();
        let base = before.clone().unwrap_or_else(|| SupplyEdge {
            id: judge.desk.mint(),
            supplier,
            buyer,
            product,
            source,
            confidence_basis_points: CERTAIN,
            valid_from: None,
            valid_to: None,
            is_disputed: false,
        });
        let edge = SupplyEdge {
            confidence_basis_points: confidence.unwrap_or(base.confidence_basis_points),
            valid_from: valid_from.or(base.valid_from),
            valid_to: valid_to.or(base.valid_to),
            is_disputed: is_disputed.unwrap_or(base.is_disputed),
            ..base
        };
        if let Some(&first) = seen.get(&key) {
            if before.as_ref() == Some(&edge) {
                row.repeats(kind, Field::Supplier, first);
            } else {
                row.clashes(Field::Supplier, first);
                row.is_good(kind);
            }
            continue;
        }
        seen.insert(key.clone(), draft.number());
        if judge.notes.compare(kind, before.as_ref(), &edge) {
            changed.push(edge.clone());
            held.insert(key, edge);
        }
    }
    stored::put_supply_edges(judge.tx, &changed).await?;
    Ok(())
}

type Key = (
    lianmeng_domain::ids::EnterpriseId,
    lianmeng_domain::ids::EnterpriseId,
    Option<lianmeng_domain::ids::ProductId>,
    String,
);

fn key(edge: &SupplyEdge) -> Key {
    (edge.supplier, edge.buyer, edge.product, edge.source.clone())
}

fn confidence(row: &mut Row<'_, '_>) -> Option<i32> {
    let points = row.decimal(Field::Confidence)?.basis_points();
    let points = points.filter(|points| (0..=CERTAIN).contains(points));
    if points.is_none() {
        let reason = "a confidence lies between 0 and 1";
        row.reject(Field::Confidence, flaw("number_invalid", reason, "write 0.8 or 80%"));
    }
    points
}
