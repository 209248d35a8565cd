//! Alliances and their partners.

use std::collections::{HashMap, HashSet};

use lianmeng_domain::alliance::{Alliance, AlliancePartner};
use lianmeng_domain::draft::{Draft, DraftKind, Field};
use lianmeng_domain::ids::ChainCommitteeId;
use lianmeng_store::import as stored;

use super::committee::member;
use super::directory::{Directory, Slot};
use super::named::enter;
use super::notes::Counts;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Judges and saves the alliances; the external id is the key, else committee and exact name.
pub(super) async fn alliances(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Alliance;
    for draft in judge.cmd.drafts.rows(kind) {
        alliance(judge, draft);
    }
    let mut counts = Counts::default();
    let changed = judge.alliances.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_alliances(judge.tx, &changed).await?;
    Ok(())
}

fn alliance(judge: &mut Judge<'_>, draft: Draft<'_>) -> Option<Slot> {
    let kind = DraftKind::Alliance;
    let mut row = Row::new(draft, &mut judge.notes);
    let external_id = row.text(Field::ExternalId);
    let name = row.required(Field::Name);
    let committee = row.required_find(Field::Committee, &judge.committees);
    let committee = committee.and_then(|slot| judge.committees.get(slot));
    let lead = row.find(Field::Lead, &judge.enterprises);
    let mut segments = Vec::new();
    if let Some(committee) = committee {
        for name in row.list(Field::Segments) {
            segments.extend(judge.segments.find(
                &mut row,
                Field::Segments,
                (committee.chain, &name),
            ));
        }
    }
    segments.sort_unstable();
    let is_example = row.flag(Field::IsExample);
    if !row.is_good(kind) {
        return None;
    }
    let (name, committee) = name.zip(committee.map(|committee| committee.id))?;
    let known = external_id
        .as_deref()
        .and_then(|id| judge.alliances.by_key(id))
        .or_else(|| under(&judge.alliances, committee, &name));
    let same_name = under(&judge.alliances, committee, &name);
    if known.is_some() && same_name.is_some_and(|slot| Some(slot) != known) {
        let reason = "another alliance of the committee has this name";
        row.reject(Field::Name, flaw("name_taken", reason, "choose another name"));
        row.is_good(kind);
        return None;
    }
    let before = known.and_then(|slot| judge.alliances.get(slot)).cloned();
    let before = before.unwrap_or_else(|| Alliance {
        id: judge.desk.mint(),
        external_id: None,
        name: String::new(),
        committee,
        lead: None,
        segments: Vec::new(),
        is_example: false,
        version: 1,
    });
    let lead = lead.and_then(|slot| judge.enterprises.get(slot)).map(|firm| firm.id);
    let alliance = Alliance {
        external_id: external_id.or(before.external_id),
        name,
        committee,
        lead: lead.or(before.lead),
        segments: if segments.is_empty() { before.segments } else { segments },
        is_example: is_example.unwrap_or(before.is_example),
        ..before
    };
    enter(&mut row, kind, &mut judge.alliances, known, alliance)
}

/// The alliance of this exact name under a committee.
fn under(alliances: &Directory<Alliance>, committee: ChainCommitteeId, name: &str) -> Option<Slot> {
    alliances
        .named(name)
        .find(|&slot| alliances.get(slot).is_some_and(|alliance| alliance.committee == committee))
}

/// Judges and saves the partners.
pub(super) async fn partners(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Partner;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let held: HashSet<AlliancePartner> = stored::partners(judge.tx).await?.into_iter().collect();
    let mut seen: HashMap<AlliancePartner, u32> = HashMap::new();
    let mut added = Vec::new();
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let committee = row.find(Field::Committee, &judge.committees);
        let committee = committee.and_then(|slot| judge.committees.get(slot)).map(|c| c.id);
        let slot = match committee {
            Some(committee) => {
                let name = row.required(Field::Alliance);
                let slot = name.as_ref().and_then(|name| under(&judge.alliances, committee, name));
                if let (Some(name), None) = (&name, slot) {
                    let reason = format!("the committee has no alliance {name:?}");
                    let hint = "mend the name, or add it to the sheet 党建联盟";
                    row.reject(Field::Alliance, flaw("reference_missing", reason, hint));
                }
                slot
            }
            None => row.required_find(Field::Alliance, &judge.alliances),
        };
        let partner = member(&mut row, &judge.enterprises, &judge.organisations);
        if !row.is_good(kind) {
            continue;
        }
        let alliance = slot.and_then(|slot| judge.alliances.get(slot)).map(|alliance| alliance.id);
        let Some((alliance, partner)) = alliance.zip(partner) else { continue };
        let partner = AlliancePartner { alliance, partner };
        if let Some(&first) = seen.get(&partner) {
            row.repeats(kind, Field::Alliance, first);
            continue;
        }
        seen.insert(partner, draft.number());
        if judge.notes.compare(kind, held.get(&partner), &partner) {
            added.push(partner);
        }
    }
    added.sort_unstable();
    stored::put_partners(judge.tx, &added).await?;
    Ok(())
}
