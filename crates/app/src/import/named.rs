//! Things that are known by an external id or, without one, by their exact name.

use lianmeng_domain::draft::{DraftKind, Field};

use super::directory::{Directory, Entry, Found, Slot, Taken};
use super::row::{Row, flaw};

/// The thing that a row means: the one with its external id, else the one of its exact name unless
/// that one goes by another external id.
pub(super) fn known<T: Entry>(
    row: &mut Row<'_, '_>,
    directory: &Directory<T>,
    external_id: Option<&str>,
    name: Option<&str>,
) -> Option<Slot> {
    if let Some(slot) = external_id.and_then(|id| directory.by_key(id)) {
        return Some(slot);
    }
    match directory.find(name?) {
        Found::One(slot) => {
            let keys = directory.get(slot).map(Entry::keys).unwrap_or_default();
            match (external_id, keys.first()) {
                (Some(given), Some(held)) => {
                    let reason = format!(
                        "the {} of this name has the external id {held:?}, not {given:?}",
                        T::WHAT
                    );
                    let hint = "use the same external id, or another name";
                    row.reject(Field::ExternalId, flaw("key_conflict", reason, hint));
                    None
                }
                (Some(_), None) | (None, _) => Some(slot),
            }
        }
        Found::Nothing => None,
        Found::Many(keys) => {
            let reason = format!("{} of kind {} have this name", keys.len(), T::WHAT);
            let hint = format!("fill in the external id: {}", keys.join(", "));
            row.reject(Field::Name, flaw("reference_ambiguous", reason, hint));
            None
        }
    }
}

/// Refuses a name that another thing has, for kinds whose names are unique.
pub(super) fn refuse_taken<T: Entry>(
    row: &mut Row<'_, '_>,
    directory: &Directory<T>,
    known: Option<Slot>,
    name: Option<&str>,
) {
    let taken = name.is_some_and(|name| directory.named(name).any(|slot| Some(slot) != known));
    // Without a known thing the name was looked at already.
    if known.is_some() && taken {
        let reason = format!("another {} has this name", T::WHAT);
        row.reject(Field::Name, flaw("name_taken", reason, "choose another name"));
    }
}

/// Enters what a good row says about `thing`; the slot if the row is the first to speak of it.
pub(super) fn enter<T: Entry>(
    row: &mut Row<'_, '_>,
    kind: DraftKind,
    directory: &mut Directory<T>,
    known: Option<Slot>,
    thing: T,
) -> Option<Slot> {
    let Some(slot) = known else {
        return Some(directory.add(thing, row.draft.number()));
    };
    let keys = [Field::CreditCode, Field::ExternalId];
    let key = keys.into_iter().find(|&field| !row.draft.get(field).is_empty());
    let key = key.unwrap_or(Field::Name);
    match directory.change(slot, thing, row.draft.number()) {
        Ok(()) => Some(slot),
        Err(Taken::Same(first)) => {
            row.repeats(kind, key, first);
            None
        }
        Err(Taken::Other(first)) => {
            row.clashes(key, first);
            row.is_good(kind);
            None
        }
    }
}
