//! Chains, their segments, and enterprises placed on them.

use std::collections::{BTreeMap, HashMap};

use lianmeng_domain::chain::{ChainSegment, IndustrialChain, Placement, Reach};
use lianmeng_domain::draft::{DraftKind, Field};
use lianmeng_domain::ids::{ChainSegmentId, IndustrialChainId};
use lianmeng_store::import as stored;

use super::named::{self, enter};
use super::notes::Counts;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Segments, found by chain and exact name.
#[derive(Debug)]
pub(super) struct Segments(BTreeMap<(IndustrialChainId, String), ChainSegment>);

impl Segments {
    pub(super) fn new(stored: Vec<ChainSegment>) -> Self {
        Self(stored.into_iter().map(|s| ((s.chain, s.name.clone()), s)).collect())
    }

    /// The segments of a chain, by name.
    fn of(&self, chain: IndustrialChainId) -> impl Iterator<Item = &ChainSegment> {
        self.0.range((chain, String::new())..).map(|(_, s)| s).take_while(move |s| s.chain == chain)
    }

    /// The segment that a cell names; notes it if there is none.
    pub(super) fn find(
        &self,
        row: &mut Row<'_, '_>,
        field: Field,
        (chain, name): (IndustrialChainId, &str),
    ) -> Option<ChainSegmentId> {
        let found = self.0.get(&(chain, name.to_owned())).map(|segment| segment.id);
        if found.is_none() {
            let reason = format!("the chain has no segment {name:?}");
            let names: Vec<_> = self.of(chain).map(|segment| segment.name.as_str()).collect();
            let hint = format!("its segments are {}", names.join("、"));
            row.reject(field, flaw("reference_missing", reason, hint));
        }
        found
    }
}

/// Judges and saves the chains.
pub(super) async fn chains(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Chain;
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let external_id = row.text(Field::ExternalId);
        let name = row.required(Field::Name);
        let tags = row.list(Field::Tags);
        let is_example = row.flag(Field::IsExample);
        let known = named::known(&mut row, &judge.chains, external_id.as_deref(), name.as_deref());
        named::refuse_taken(&mut row, &judge.chains, known, name.as_deref());
        if !row.is_good(kind) {
            continue;
        }
        let Some(name) = name else { continue };
        let before = known.and_then(|slot| judge.chains.get(slot)).cloned();
        let before = before.unwrap_or_else(|| IndustrialChain {
            id: judge.desk.mint(),
            external_id: None,
            name: String::new(),
            tags: Vec::new(),
            is_example: false,
            version: 1,
        });
        let chain = IndustrialChain {
            external_id: external_id.or(before.external_id),
            name,
            tags: if tags.is_empty() { before.tags } else { tags },
            is_example: is_example.unwrap_or(before.is_example),
            ..before
        };
        enter(&mut row, kind, &mut judge.chains, known, chain);
    }
    let mut counts = Counts::default();
    let changed = judge.chains.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_chains(judge.tx, &changed).await?;
    Ok(())
}

/// Judges and saves the segments; chain and name together are the key.
pub(super) async fn segments(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Segment;
    let mut seen: HashMap<(IndustrialChainId, String), u32> = HashMap::new();
    let mut changed = Vec::new();
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let chain = row.required_find(Field::Chain, &judge.chains);
        let chain = chain.and_then(|slot| judge.chains.get(slot)).map(|chain| chain.id);
        let name = row.required(Field::Name);
        let reach = row.required_word(Field::Reach, Reach::from_word);
        let position = row.whole(Field::Position);
        let mut products: Vec<_> = row
            .find_list(Field::Products, &judge.products)
            .into_iter()
            .filter_map(|slot| judge.products.get(slot).map(|product| product.id))
            .collect();
        products.sort_unstable();
        let key = chain.zip(name);
        if let Some(&first) = key.as_ref().and_then(|key| seen.get(key)) {
            row.clashes(Field::Name, first);
        }
        if !row.is_good(kind) {
            continue;
        }
        let Some((key, reach)) = key.zip(reach) else { continue };
        seen.insert(key.clone(), draft.number());
        let before = judge.segments.0.get(&key).cloned();
        let last = judge.segments.of(key.0).map(|segment| segment.position).max().unwrap_or(0);
        let base = before.clone().unwrap_or_else(|| ChainSegment {
            id: judge.desk.mint(),
            chain: key.0,
            name: key.1.clone(),
            reach,
            position: last.saturating_add(1),
            products: Vec::new(),
        });
        let segment = ChainSegment {
            reach,
            position: position.unwrap_or(base.position),
            products: if products.is_empty() { base.products } else { products },
            ..base
        };
        if judge.notes.compare(kind, before.as_ref(), &segment) {
            changed.push(segment.clone());
            judge.segments.0.insert(key, segment);
        }
    }
    stored::put_segments(judge.tx, &changed).await?;
    Ok(())
}

/// Judges and saves which enterprise stands on which segment.
pub(super) async fn placements(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Placement;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let held: HashMap<_, Placement> = stored::placements(judge.tx)
        .await?
        .into_iter()
        .map(|placement| ((placement.enterprise, placement.segment), placement))
        .collect();
    let mut seen: HashMap<_, (u32, Placement)> = HashMap::new();
    let mut changed = Vec::new();
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let enterprise = row.required_find(Field::Enterprise, &judge.enterprises);
        let chain = row.required_find(Field::Chain, &judge.chains);
        let chain = chain.and_then(|slot| judge.chains.get(slot)).map(|chain| chain.id);
        let name = row.required(Field::Segment);
        let segment = chain.zip(name).and_then(|(chain, name)| {
            judge.segments.find(&mut row, Field::Segment, (chain, &name))
        });
        let is_confirmed = row.flag(Field::IsConfirmed);
        if !row.is_good(kind) {
            continue;
        }
        let enterprise = enterprise.and_then(|slot| judge.enterprises.get(slot));
        let Some((enterprise, segment)) = enterprise.zip(segment) else { continue };
        let key = (enterprise.id, segment);
        let before = held.get(&key);
        let stored = before.map(|placement| placement.is_confirmed);
        let is_confirmed = is_confirmed.or(stored).unwrap_or(true);
        let placement = Placement { enterprise: key.0, segment, is_confirmed };
        if let Some(&(first, said)) = seen.get(&key) {
            if said == placement {
                row.repeats(kind, Field::Enterprise, first);
            } else {
                row.clashes(Field::Enterprise, first);
                row.is_good(kind);
            }
            continue;
        }
        seen.insert(key, (draft.number(), placement));
        if judge.notes.compare(kind, before, &placement) {
            changed.push(placement);
        }
    }
    changed.sort_unstable();
    stored::put_placements(judge.tx, &changed).await?;
    Ok(())
}
