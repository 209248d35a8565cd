//! Zones and industries.

use std::collections::{BTreeMap, HashMap};

use lianmeng_domain::draft::{DraftKind, Field};
use lianmeng_domain::industry::{Industry, IndustryKey, IndustryScheme};
use lianmeng_domain::region::{Place, Zone};
use lianmeng_store::import as stored;

use super::atlas::Meaning;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Industries of every classification, found by code or name.
#[derive(Debug)]
pub(super) struct Industries {
    held: BTreeMap<IndustryKey, Industry>,
    /// Code of each exact name; `None` where two industries share it.
    by_name: HashMap<(IndustryScheme, String), Option<String>>,
}

impl Industries {
    pub(super) fn new(stored: Vec<Industry>) -> Self {
        let mut industries = Self { held: BTreeMap::new(), by_name: HashMap::new() };
        for industry in stored {
            industries.put(industry);
        }
        industries
    }

    fn put(&mut self, industry: Industry) {
        let code = industry.key.code.clone();
        self.by_name
            .entry((industry.key.scheme, industry.name.clone()))
            .and_modify(|held| {
                if held.as_ref() != Some(&code) {
                    *held = None;
                }
            })
            .or_insert_with(|| Some(code));
        self.held.insert(industry.key.clone(), industry);
    }

    /// The key of what `text` means: a code, one of GB/T 4754 also without its letter, or an exact
    /// name that stands once.
    pub(super) fn find(&self, scheme: IndustryScheme, text: &str) -> Option<IndustryKey> {
        let key = |code: &str| IndustryKey { scheme, code: code.to_owned() };
        if self.held.contains_key(&key(text)) {
            return Some(key(text));
        }
        if scheme == IndustryScheme::Gbt4754 {
            let lettered = ('A'..='T').map(|letter| key(&format!("{letter}{text}")));
            if let Some(found) = lettered.into_iter().find(|key| self.held.contains_key(key)) {
                return Some(found);
            }
        }
        self.by_name.get(&(scheme, text.to_owned())).cloned().flatten().map(|code| key(&code))
    }
}

/// Judges and saves the zones.
pub(super) async fn zones(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let mut zones: Vec<Zone> = judge.atlas.zones().to_vec();
    let mut slots: HashMap<String, usize> =
        zones.iter().enumerate().map(|(slot, zone)| (zone.name.clone(), slot)).collect();
    let mut seen: HashMap<usize, u32> = HashMap::new();
    let mut changed = BTreeMap::new();
    for draft in judge.cmd.drafts.rows(DraftKind::Zone) {
        let mut row = Row::new(draft, &mut judge.notes);
        let name = row.required(Field::Name);
        let aliases = row.list(Field::Aliases);
        let mut overlaps = Vec::new();
        for text in row.list(Field::Regions).iter().flat_map(|text| text.split([',', '，'])) {
            match judge.atlas.find(text, None, &[]) {
                Meaning::One { place: Place::Region(code), .. } => overlaps.push(code),
                Meaning::One { place: Place::Zone(_), .. } | Meaning::Nothing => {
                    let reason = format!("no division is called {text:?}");
                    let hint = "write the six-digit code or the full name";
                    row.reject(Field::Regions, flaw("region_unknown", reason, hint));
                }
                Meaning::Many(places) | Meaning::Elsewhere(places) => {
                    let reason = format!("{text:?} fits {}", places.join(" and "));
                    let hint = "write the six-digit code, or the city before the name";
                    row.reject(Field::Regions, flaw("region_ambiguous", reason, hint));
                }
            }
        }
        overlaps.sort_unstable();
        overlaps.dedup();
        let is_example = row.flag(Field::IsExample);
        let known = name.as_ref().and_then(|name| slots.get(name).copied());
        if let Some(&first) = known.and_then(|slot| seen.get(&slot)) {
            row.clashes(Field::Name, first);
        }
        if !row.is_good(DraftKind::Zone) {
            continue;
        }
        let Some(name) = name else { continue };
        let slot = known.unwrap_or_else(|| {
            let id = judge.desk.mint();
            let (aliases, overlaps) = (Vec::new(), Vec::new());
            slots.insert(name.clone(), zones.len());
            zones.push(Zone { id, name, aliases, overlaps, is_example: false, version: 1 });
            zones.len() - 1
        });
        seen.insert(slot, draft.number());
        let Some(zone) = zones.get_mut(slot) else { continue };
        let before = zone.clone();
        if !aliases.is_empty() {
            zone.aliases = aliases;
        }
        if !overlaps.is_empty() {
            zone.overlaps = overlaps;
        }
        zone.is_example = is_example.unwrap_or(zone.is_example);
        let counts = judge.notes.count(DraftKind::Zone);
        if known.is_none() {
            counts.added += 1;
            changed.insert(slot, zone.clone());
        } else if *zone == before {
            counts.unchanged += 1;
        } else {
            counts.changed += 1;
            changed.insert(slot, zone.clone());
        }
    }
    let changed: Vec<Zone> = changed.into_values().collect();
    stored::put_zones(judge.tx, &changed).await?;
    judge.atlas.set_zones(zones);
    Ok(())
}

/// Judges and saves the industries.
pub(super) async fn industries(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let mut seen: HashMap<IndustryKey, u32> = HashMap::new();
    let mut changed = Vec::new();
    for draft in judge.cmd.drafts.rows(DraftKind::Industry) {
        let mut row = Row::new(draft, &mut judge.notes);
        let scheme = row.word(Field::IndustryScheme, IndustryScheme::from_word);
        let code = row.required(Field::Code);
        let name = row.required(Field::Name);
        let level = row.whole(Field::IndustryLevel);
        let parent_code = row.text(Field::ParentCode);
        let scheme = scheme.unwrap_or(IndustryScheme::Imported);
        let key = code.map(|code| IndustryKey { scheme, code });
        if let Some(&first) = key.as_ref().and_then(|key| seen.get(key)) {
            row.clashes(Field::Code, first);
        }
        if !row.is_good(DraftKind::Industry) {
            continue;
        }
        let Some((key, name)) = key.zip(name) else { continue };
        seen.insert(key.clone(), draft.number());
        let before = judge.industries.held.get(&key);
        let industry = Industry {
            key,
            name,
            level: level.or(before.map(|before| before.level)).unwrap_or(1),
            parent_code: parent_code.or(before.and_then(|before| before.parent_code.clone())),
        };
        let counts = judge.notes.count(DraftKind::Industry);
        match before {
            Some(before) if *before == industry => {
                counts.unchanged += 1;
                continue;
            }
            Some(_) => counts.changed += 1,
            None => counts.added += 1,
        }
        changed.push(industry.clone());
        judge.industries.put(industry);
    }
    stored::put_industries(judge.tx, &changed).await?;
    Ok(())
}
