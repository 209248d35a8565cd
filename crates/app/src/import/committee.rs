//! Committees and their seats.

use std::collections::HashMap;

use lianmeng_domain::committee::{ChainCommittee, CommitteeForm, Member, Seat, SeatKind};
use lianmeng_domain::draft::{DraftKind, Field};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::organisation::Organisation;
use lianmeng_store::import as stored;

use super::directory::Directory;
use super::named::{self, enter};
use super::notes::Counts;
use super::place::place;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Judges and saves the committees.
pub(super) async fn committees(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Committee;
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let external_id = row.text(Field::ExternalId);
        let name = row.required(Field::Name);
        let chain = row.required_find(Field::Chain, &judge.chains);
        let form = row.required_word(Field::CommitteeForm, CommitteeForm::from_word);
        let place = place(&mut row, &judge.atlas);
        let is_example = row.flag(Field::IsExample);
        let known =
            named::known(&mut row, &judge.committees, external_id.as_deref(), name.as_deref());
        named::refuse_taken(&mut row, &judge.committees, known, name.as_deref());
        if !row.is_good(kind) {
            continue;
        }
        let chain = chain.and_then(|slot| judge.chains.get(slot)).map(|chain| chain.id);
        let Some(((name, chain), form)) = name.zip(chain).zip(form) else { continue };
        let before = known.and_then(|slot| judge.committees.get(slot)).cloned();
        let before = before.unwrap_or_else(|| ChainCommittee {
            id: judge.desk.mint(),
            external_id: None,
            name: String::new(),
            chain,
            form,
            place: None,
            is_example: false,
            version: 1,
        });
        let committee = ChainCommittee {
            external_id: external_id.or(before.external_id),
            name,
            chain,
            form,
            place: place.or(before.place),
            is_example: is_example.unwrap_or(before.is_example),
            ..before
        };
        enter(&mut row, kind, &mut judge.committees, known, committee);
    }
    let mut counts = Counts::default();
    let changed = judge.committees.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_committees(judge.tx, &changed).await?;
    Ok(())
}

/// The enterprise or organisation that a row names; exactly one of the two.
pub(super) fn member(
    row: &mut Row<'_, '_>,
    enterprises: &Directory<Enterprise>,
    organisations: &Directory<Organisation>,
) -> Option<Member> {
    let has_enterprise = !row.draft.get(Field::Enterprise).is_empty();
    let has_organisation = !row.draft.get(Field::Organisation).is_empty();
    if has_enterprise == has_organisation {
        let (kind, reason) = if has_enterprise {
            ("choice_double", "both an enterprise and an organisation are named")
        } else {
            ("cell_missing", "neither an enterprise nor an organisation is named")
        };
        row.reject(Field::Organisation, flaw(kind, reason, "fill in exactly one of the two cells"));
        return None;
    }
    if has_enterprise {
        let slot = row.find(Field::Enterprise, enterprises)?;
        return enterprises.get(slot).map(|firm| Member::Enterprise(firm.id));
    }
    let slot = row.find(Field::Organisation, organisations)?;
    organisations.get(slot).map(|organisation| Member::Organisation(organisation.id))
}

/// Judges and saves the seats; committee, kind, holder and first day together are the key.
pub(super) async fn seats(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Seat;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let held: HashMap<_, Seat> = stored::seats(judge.tx)
        .await?
        .into_iter()
        .map(|seat| ((seat.committee, seat.kind, seat.holder, seat.from_on), seat))
        .collect();
    let mut seen = HashMap::new();
    let mut changed = Vec::new();
    for draft in judge.cmd.drafts.rows(kind) {
        let mut row = Row::new(draft, &mut judge.notes);
        let committee = row.required_find(Field::Committee, &judge.committees);
        let what = row.required_word(Field::SeatKind, SeatKind::from_word);
        let holder = member(&mut row, &judge.enterprises, &judge.organisations);
        let (from_on, until_on) = row.term();
        if !row.is_good(kind) {
            continue;
        }
        let committee = committee.and_then(|slot| judge.committees.get(slot)).map(|c| c.id);
        let Some(((committee, what), holder)) = committee.zip(what).zip(holder) else { continue };
        let key = (committee, what, holder, from_on);
        if let Some(&(first, until)) = seen.get(&key) {
            if until == until_on {
                row.repeats(kind, Field::Committee, first);
            } else {
                row.clashes(Field::Committee, first);
                row.is_good(kind);
            }
            continue;
        }
        seen.insert(key, (draft.number(), until_on));
        let before = held.get(&key);
        let seat = Seat {
            id: before.map_or_else(|| judge.desk.mint(), |before| before.id),
            committee,
            kind: what,
            holder,
            from_on,
            until_on: until_on.or(before.and_then(|before| before.until_on)),
        };
        if judge.notes.compare(kind, before, &seat) {
            changed.push(seat);
        }
    }
    stored::put_seats(judge.tx, &changed).await?;
    Ok(())
}
