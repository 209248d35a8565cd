//! Things of one kind in memory: stored ones and those the import adds, found by key or name.

use std::collections::HashMap;

use lianmeng_domain::alliance::Alliance;
use lianmeng_domain::chain::IndustrialChain;
use lianmeng_domain::committee::ChainCommittee;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{CooperationTaskId, Id as _};
use lianmeng_domain::need::Need;
use lianmeng_domain::offer::Offer;
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::party::PartyOrganisation;
use lianmeng_domain::product::Product;
use lianmeng_domain::project::Project;
use lianmeng_domain::task::CooperationTask;

use super::notes::Counts;

/// A thing that rows can mean.
pub(super) trait Entry: Clone + PartialEq {
    /// What it is called in messages.
    const WHAT: &'static str;

    /// What names it for certain: credit code, external id.
    fn keys(&self) -> Vec<String>;

    /// Its exact names, the main one first.
    fn names(&self) -> Vec<&str>;

    /// The same thing, saved once more.
    fn raised(self) -> Self;
}

macro_rules! entry {
    ($type:ty, $what:literal) => {
        impl Entry for $type {
            const WHAT: &'static str = $what;

            fn keys(&self) -> Vec<String> {
                self.external_id.iter().cloned().collect()
            }

            fn names(&self) -> Vec<&str> {
                vec![&self.name]
            }

            fn raised(self) -> Self {
                Self { version: self.version + 1, ..self }
            }
        }
    };
}

entry!(Product, "product");
entry!(Organisation, "organisation");
entry!(PartyOrganisation, "Party organisation");
entry!(IndustrialChain, "chain");
entry!(ChainCommittee, "committee");
entry!(Alliance, "alliance");

entry!(Project, "project");

macro_rules! titled {
    ($type:ty, $what:literal) => {
        impl Entry for $type {
            const WHAT: &'static str = $what;

            fn keys(&self) -> Vec<String> {
                self.external_id.iter().cloned().collect()
            }

            fn names(&self) -> Vec<&str> {
                vec![&self.title]
            }

            fn raised(self) -> Self {
                Self { version: self.version + 1, ..self }
            }
        }
    };
}

titled!(Need, "need");
titled!(Offer, "offer");

impl Entry for CooperationTask {
    const WHAT: &'static str = "task";

    fn keys(&self) -> Vec<String> {
        let id = format!("{}:{}", CooperationTaskId::TAG, self.id);
        std::iter::once(id).chain(self.external_id.clone()).collect()
    }

    fn names(&self) -> Vec<&str> {
        Vec::new()
    }

    fn raised(self) -> Self {
        Self { version: self.version + 1, ..self }
    }
}

impl Entry for Enterprise {
    const WHAT: &'static str = "enterprise";

    fn keys(&self) -> Vec<String> {
        let code = self.credit_code.map(|code| code.to_string());
        code.into_iter().chain(self.external_id.clone()).collect()
    }

    fn names(&self) -> Vec<&str> {
        std::iter::once(&self.name)
            .chain(&self.short_name)
            .chain(&self.aliases)
            .map(String::as_str)
            .collect()
    }

    fn raised(self) -> Self {
        Self { version: self.version + 1, ..self }
    }
}

/// Position of a thing in its directory.
pub(super) type Slot = usize;

#[derive(Debug)]
struct Held<T> {
    thing: T,
    /// The thing as stored, once a row spoke of it.
    before: Option<T>,
    /// The row that spoke of it.
    row: Option<u32>,
    is_new: bool,
    is_gone: bool,
}

/// What a text means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// One thing.
    One(Slot),
    /// Nothing we know.
    Nothing,
    /// Several things of that name, by their keys.
    Many(Vec<String>),
}

/// Why a row may not speak of a thing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// The row with this number said exactly the same.
    Same(u32),
    /// The row with this number said something else.
    Other(u32),
}

/// Things of one kind.
#[derive(Debug)]
pub(super) struct Directory<T> {
    held: Vec<Held<T>>,
    by_key: HashMap<String, Slot>,
    by_name: HashMap<String, Vec<Slot>>,
}

impl<T: Entry> Directory<T> {
    /// A directory of what is stored.
    pub(super) fn new(stored: Vec<T>) -> Self {
        let mut directory = Self {
            held: Vec::with_capacity(stored.len()),
            by_key: HashMap::with_capacity(stored.len()),
            by_name: HashMap::with_capacity(stored.len()),
        };
        for thing in stored {
            directory.push(Held { thing, before: None, row: None, is_new: false, is_gone: false });
        }
        directory
    }

    fn push(&mut self, held: Held<T>) -> Slot {
        self.held.push(held);
        let slot = self.held.len() - 1;
        self.index(slot);
        slot
    }

    fn index(&mut self, slot: Slot) {
        let Some(held) = self.held.get(slot) else { return };
        for key in held.thing.keys() {
            self.by_key.insert(key, slot);
        }
        for name in held.thing.names() {
            match self.by_name.get_mut(name) {
                Some(slots) if slots.contains(&slot) => {}
                Some(slots) => slots.push(slot),
                None => {
                    self.by_name.insert(name.to_owned(), vec![slot]);
                }
            }
        }
    }

    /// The thing in `slot`.
    pub(super) fn get(&self, slot: Slot) -> Option<&T> {
        self.held.get(slot).filter(|held| !held.is_gone).map(|held| &held.thing)
    }

    /// Every thing, stored or new.
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.held.iter().filter(|held| !held.is_gone).map(|held| &held.thing)
    }

    /// The thing with this credit code or external id.
    pub(super) fn by_key(&self, key: &str) -> Option<Slot> {
        self.by_key.get(key).copied().filter(|&slot| self.get(slot).is_some())
    }

    /// What `text` means: a key first, then an exact name.
    pub(super) fn find(&self, text: &str) -> Found {
        if let Some(slot) = self.by_key(text) {
            return Found::One(slot);
        }
        let slots: Vec<Slot> = self.named(text).collect();
        match slots.as_slice() {
            [] => Found::Nothing,
            [slot] => Found::One(*slot),
            many => Found::Many(many.iter().filter_map(|&slot| self.label(slot)).collect()),
        }
    }

    /// The things of this exact name.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Slot> + 'a {
        let slots = self.by_name.get(name).into_iter().flatten().copied();
        slots.filter(move |&slot| self.get(slot).is_some_and(|thing| thing.names().contains(&name)))
    }

    /// How to name the thing in `slot` without doubt.
    fn label(&self, slot: Slot) -> Option<String> {
        let thing = self.get(slot)?;
        let name = thing.names().first().copied().unwrap_or_default();
        Some(thing.keys().into_iter().next().unwrap_or_else(|| name.to_owned()))
    }

    /// Adds `thing`, said by row number `row`.
    pub(super) fn add(&mut self, thing: T, row: u32) -> Slot {
        self.push(Held { thing, before: None, row: Some(row), is_new: true, is_gone: false })
    }

    /// Puts `thing` in the place of what `slot` holds, as said by row number `row`.
    ///
    /// # Errors
    ///
    /// [`Taken`] if another row of this import spoke of it before.
    pub(super) fn change(&mut self, slot: Slot, thing: T, row: u32) -> Result<(), Taken> {
        let Some(held) = self.held.get_mut(slot) else { return Ok(()) };
        if let Some(first) = held.row {
            let is_same = held.thing == thing;
            return Err(if is_same { Taken::Same(first) } else { Taken::Other(first) });
        }
        held.row = Some(row);
        held.before = Some(std::mem::replace(&mut held.thing, thing));
        self.index(slot);
        Ok(())
    }

    /// Changes what `slot` holds once more, for the row that spoke of it.
    pub(super) fn amend(&mut self, slot: Slot, change: impl FnOnce(&mut T)) {
        if let Some(held) = self.held.get_mut(slot) {
            change(&mut held.thing);
        }
    }

    /// Forgets what the row said about `slot`.
    pub(super) fn forget(&mut self, slot: Slot) {
        let Some(held) = self.held.get_mut(slot) else { return };
        match held.before.take() {
            Some(before) => held.thing = before,
            None if held.is_new => held.is_gone = true,
            None => {}
        }
        held.row = None;
    }

    /// What is to be written, new or different, with raised versions; and the counts.
    pub(super) fn outcome(&self, counts: &mut Counts) -> Vec<T> {
        let mut changed = Vec::new();
        for held in self.held.iter().filter(|held| held.row.is_some() && !held.is_gone) {
            match &held.before {
                None => {
                    counts.added += 1;
                    changed.push(held.thing.clone());
                }
                Some(before) if *before == held.thing => counts.unchanged += 1,
                Some(_) => {
                    counts.changed += 1;
                    changed.push(held.thing.clone().raised());
                }
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::ids::ProductId;

    use super::*;

    fn product(number: u128, key: &str, name: &str) -> Product {
        Product {
            id: ProductId::from(number),
            external_id: Some(key.to_owned()),
            name: name.to_owned(),
            version: 1,
        }
    }

    #[test]
    fn a_key_outranks_a_name_and_two_of_a_name_are_not_decided() {
        let stored = vec![product(1, "P1", "布"), product(2, "P2", "布"), product(3, "布", "线")];
        let directory = Directory::new(stored);
        assert_eq!(directory.find("布"), Found::One(2));
        assert_eq!(directory.find("线"), Found::One(2));
        assert_eq!(directory.find("纱"), Found::Nothing);
        let directory = Directory::new(vec![product(1, "P1", "布"), product(2, "P2", "布")]);
        assert_eq!(directory.find("布"), Found::Many(vec!["P1".to_owned(), "P2".to_owned()]));
    }

    #[test]
    fn only_new_and_different_things_are_written() {
        let mut directory = Directory::new(vec![
            product(1, "P1", "布"),
            product(2, "P2", "线"),
            product(3, "P3", "纱"),
        ]);
        directory.change(0, product(1, "P1", "布"), 2).unwrap();
        directory.change(1, product(2, "P2", "棉线"), 3).unwrap();
        let slot = directory.add(product(4, "P4", "绒"), 4);
        assert_eq!(directory.change(slot, product(4, "P4", "绒"), 5), Err(Taken::Same(4)));
        assert_eq!(directory.change(slot, product(4, "P4", "毛"), 6), Err(Taken::Other(4)));
        let gone = directory.add(product(5, "P5", "皮"), 7);
        directory.forget(gone);
        assert_eq!(directory.find("P5"), Found::Nothing);
        let mut counts = Counts::default();
        let written = directory.outcome(&mut counts);
        assert_eq!(
            written,
            [Product { version: 2, ..product(2, "P2", "棉线") }, product(4, "P4", "绒")]
        );
        assert_eq!(counts, Counts { added: 1, changed: 1, unchanged: 1, rejected: 0 });
    }
}
