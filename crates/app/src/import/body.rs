//! Organisations and Party organisations.

use std::collections::BTreeMap;

use lianmeng_domain::draft::{Draft, DraftKind, Field};
use lianmeng_domain::ids::PartyOrganisationId;
use lianmeng_domain::organisation::{Organisation, OrganisationKind};
use lianmeng_domain::party::{PartyHome, PartyLevel, PartyOrganisation};
use lianmeng_store::import as stored;

use super::directory::{Found, Slot};
use super::named::{self, enter};
use super::notes::Counts;
use super::place::place;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Judges and saves the organisations.
pub(super) async fn organisations(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Organisation;
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let external_id = row.text(Field::ExternalId);
        let name = row.required(Field::Name);
        let what = row.word(Field::OrganisationKind, OrganisationKind::from_word);
        let place = place(&mut row, &judge.atlas);
        let services = row.text(Field::Services);
        let is_example = row.flag(Field::IsExample);
        let known =
            named::known(&mut row, &judge.organisations, external_id.as_deref(), name.as_deref());
        let before = known.and_then(|slot| judge.organisations.get(slot)).cloned();
        let what = what.or(before.as_ref().map(|before| before.kind));
        if what.is_none() {
            row.required(Field::OrganisationKind);
        }
        if !row.is_good(kind) {
            continue;
        }
        let Some((name, what)) = name.zip(what) else { continue };
        let before = before.unwrap_or_else(|| Organisation {
            id: judge.desk.mint(),
            external_id: None,
            name: String::new(),
            kind: what,
            place: None,
            services: String::new(),
            is_example: false,
            version: 1,
        });
        let organisation = Organisation {
            external_id: external_id.or(before.external_id),
            name,
            kind: what,
            place: place.or(before.place),
            services: services.unwrap_or(before.services),
            is_example: is_example.unwrap_or(before.is_example),
            ..before
        };
        enter(&mut row, kind, &mut judge.organisations, known, organisation);
    }
    let mut counts = Counts::default();
    let changed = judge.organisations.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_organisations(judge.tx, &changed).await?;
    Ok(())
}

/// Judges and saves the Party organisations: a tree of their own, apart from owners.
pub(super) async fn party_organisations(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::PartyOrganisation;
    let mut spoken = Vec::new();
    for draft in judge.cmd.drafts.rows(kind) {
        if let Some(slot) = party_organisation(judge, draft) {
            spoken.push((slot, draft));
        }
    }
    superiors(judge, spoken);
    let mut counts = Counts::default();
    let changed = judge.party.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    if !judge.notes.has_cycle() {
        stored::put_party_organisations(judge.tx, &superiors_first(changed)).await?;
    }
    Ok(())
}

fn party_organisation(judge: &mut Judge<'_>, draft: Draft<'_>) -> Option<Slot> {
    let kind = DraftKind::PartyOrganisation;
    let mut row = Row::new(draft, &mut judge.notes);
    let external_id = row.text(Field::ExternalId);
    let name = row.required(Field::Name);
    let level = row.word(Field::PartyLevel, PartyLevel::from_word);
    let enterprise = row.find(Field::Enterprise, &judge.enterprises);
    let organisation = row.find(Field::Organisation, &judge.organisations);
    if enterprise.is_some() && organisation.is_some() {
        let reason = "a Party organisation is set up in one body, not in two";
        row.reject(
            Field::Organisation,
            flaw("choice_double", reason, "empty one of the two cells"),
        );
    }
    let known = named::known(&mut row, &judge.party, external_id.as_deref(), name.as_deref());
    let before = known.and_then(|slot| judge.party.get(slot)).cloned();
    let level = level.or(before.as_ref().map(|before| before.level));
    if level.is_none() {
        row.required(Field::PartyLevel);
    }
    if !row.is_good(kind) {
        return None;
    }
    let (name, level) = name.zip(level)?;
    let enterprise = enterprise.and_then(|slot| judge.enterprises.get(slot));
    let organisation = organisation.and_then(|slot| judge.organisations.get(slot));
    let home = match (enterprise, organisation) {
        (Some(firm), _) => Some(PartyHome::Enterprise(firm.id)),
        (None, Some(organisation)) => Some(PartyHome::Organisation(organisation.id)),
        (None, None) => None,
    };
    let before = before.unwrap_or_else(|| PartyOrganisation {
        id: judge.desk.mint(),
        external_id: None,
        name: String::new(),
        level,
        parent: None,
        home: PartyHome::None,
        version: 1,
    });
    let party = PartyOrganisation {
        external_id: external_id.or(before.external_id),
        name,
        level,
        home: home.unwrap_or(before.home),
        ..before
    };
    enter(&mut row, kind, &mut judge.party, known, party)
}

/// Settles the superiors; refuses the import if they form a circle.
fn superiors(judge: &mut Judge<'_>, mut spoken: Vec<(Slot, Draft<'_>)>) {
    let kind = DraftKind::PartyOrganisation;
    spoken.retain(|(_, draft)| !draft.get(Field::Parent).is_empty());
    // A row that is rejected takes the superior from others, so repeat until nothing changes.
    loop {
        let count = spoken.len();
        spoken.retain(|&(slot, draft)| {
            if matches!(judge.party.find(&draft.get(Field::Parent)), Found::One(_)) {
                return true;
            }
            let mut row = Row::new(draft, &mut judge.notes);
            row.find(Field::Parent, &judge.party);
            row.is_good(kind);
            judge.party.forget(slot);
            false
        });
        if spoken.len() == count {
            break;
        }
    }
    for (slot, draft) in &spoken {
        let Found::One(parent) = judge.party.find(&draft.get(Field::Parent)) else { continue };
        let parent = judge.party.get(parent).map(|party| party.id);
        judge.party.amend(*slot, |party| party.parent = parent);
    }
    let above: BTreeMap<PartyOrganisationId, PartyOrganisationId> =
        judge.party.iter().filter_map(|party| Some((party.id, party.parent?))).collect();
    for (slot, draft) in spoken {
        let Some(party) = judge.party.get(slot) else { continue };
        if !is_below_itself(party.id, &above) {
            continue;
        }
        let reason = format!("{} would stand below itself", party.name);
        let hint = "mend one of the superiors; nothing of this import is saved until then";
        let mut row = Row::new(draft, &mut judge.notes);
        row.reject(Field::Parent, flaw("party_cycle", reason, hint));
        row.is_good(kind);
        judge.party.forget(slot);
        judge.notes.refuse_cycle();
    }
}

fn is_below_itself(
    id: PartyOrganisationId,
    above: &BTreeMap<PartyOrganisationId, PartyOrganisationId>,
) -> bool {
    let mut at = above.get(&id);
    for _ in 0..above.len() {
        match at {
            Some(&found) if found == id => return true,
            Some(found) => at = above.get(found),
            None => return false,
        }
    }
    false
}

/// The same Party organisations, every superior before those below it.
fn superiors_first(mut party: Vec<PartyOrganisation>) -> Vec<PartyOrganisation> {
    let above: BTreeMap<PartyOrganisationId, PartyOrganisationId> =
        party.iter().filter_map(|party| Some((party.id, party.parent?))).collect();
    let depth = |id: PartyOrganisationId| {
        let mut at = id;
        (0..above.len()).take_while(|_| above.get(&at).map(|&next| at = next).is_some()).count()
    };
    party.sort_by_cached_key(|party| (depth(party.id), party.id));
    party
}
