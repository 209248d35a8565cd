//! Enterprises and their owners.

use std::collections::{BTreeMap, HashMap};

use lianmeng_domain::draft::{self, Draft, DraftKind, Field};
use lianmeng_domain::enterprise::{CreditCode, Enterprise, Ownership, QualityTier};
use lianmeng_domain::ids::EnterpriseId;
use lianmeng_domain::industry::{IndustryKey, IndustryScheme};
use lianmeng_domain::region::Place;
use lianmeng_store::import as stored;

use super::directory::{Directory, Found, Slot};
use super::industry::Industries;
use super::named::enter;
use super::notes::Counts;
use super::place::place;
use super::product::STEP;
use super::row::{Flaw, Row, flaw, unknown_word};
use super::{ImportError, Judge};

/// What a row says; `None` and empty lists say nothing.
struct Said {
    credit_code: Option<CreditCode>,
    external_id: Option<String>,
    name: Option<String>,
    short_name: Option<String>,
    aliases: Vec<String>,
    ownership: Option<Ownership>,
    place: Option<Place>,
    industry: Option<IndustryKey>,
    tiers: Vec<QualityTier>,
    is_lead_firm: Option<bool>,
    is_flagship: Option<bool>,
    is_above_scale: Option<bool>,
    is_example: Option<bool>,
}

/// Judges and saves the enterprises.
pub(super) async fn enterprises(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Enterprise;
    let mut spoken = Vec::new();
    for (at, draft) in judge.rows(kind).into_iter().enumerate() {
        if at % STEP == STEP - 1 {
            judge.pause(kind).await;
        }
        if let Some(slot) = enterprise(judge, draft) {
            spoken.push((slot, draft));
        }
    }
    let parents = parents(judge, spoken);
    refuse_cycles(judge, &parents);
    let mut counts = Counts::default();
    let changed = judge.enterprises.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    if !judge.notes.has_cycle() {
        stored::put_enterprises(judge.tx, &parents_first(changed)).await?;
    }
    Ok(())
}

/// Judges one row, its parent left aside; the slot of the enterprise it speaks of.
fn enterprise(judge: &mut Judge<'_>, draft: Draft<'_>) -> Option<Slot> {
    let kind = DraftKind::Enterprise;
    let mut row = Row::new(draft, &mut judge.notes);
    let said = Said::read(&mut row, &judge.industries, &judge.atlas);
    let known = known(&mut row, &said, &judge.enterprises);
    if known.is_none() {
        name_or_reject(&mut row, &said);
    }
    if !row.is_good(kind) {
        return None;
    }
    let before = known.and_then(|slot| judge.enterprises.get(slot)).cloned();
    let before = before.unwrap_or_else(|| blank(judge.desk.mint()));
    enter(&mut row, kind, &mut judge.enterprises, known, said.onto(before))
}

/// The stored or earlier enterprise a row speaks of, by credit code and external id.
fn known(row: &mut Row<'_, '_>, said: &Said, enterprises: &Directory<Enterprise>) -> Option<Slot> {
    let code = said.credit_code.map(|code| code.to_string());
    let by_code = code.as_deref().and_then(|code| enterprises.by_key(code));
    let by_id = said.external_id.as_deref().and_then(|id| enterprises.by_key(id));
    if let (Some(code), Some(id)) = (by_code, by_id)
        && code != id
    {
        let reason = "its credit code and its external id belong to two enterprises";
        let hint = "find out which of the two is meant and mend the other key";
        row.reject(Field::ExternalId, flaw("key_conflict", reason, hint));
        return None;
    }
    let has_code = !row.draft.get(Field::CreditCode).is_empty();
    if !has_code && said.external_id.is_none() {
        let reason = "an enterprise needs a credit code or an external id; names repeat";
        let hint = "fill in the credit code, or the number it has in your own system";
        row.reject(Field::CreditCode, flaw("key_missing", reason, hint));
    }
    by_code.or(by_id)
}

/// An enterprise that is new needs a name, be it the short one.
fn name_or_reject(row: &mut Row<'_, '_>, said: &Said) {
    // A name that stands there but cannot be used was noted already.
    if said.name.is_none() && row.draft.get(Field::Name).is_empty() {
        let reason = "it has neither a name nor a short name";
        let hint = "fill in the registered name";
        row.reject(Field::Name, flaw("name_missing", reason, hint));
    }
}

impl Said {
    fn read(row: &mut Row<'_, '_>, industries: &Industries, atlas: &super::Atlas) -> Self {
        let short_name = row.text(Field::ShortName);
        let mut name = row.text(Field::Name);
        if row.draft.get(Field::Name).is_empty() && short_name.is_some() {
            let reason = "it has no legal name and is called by its short name";
            row.note(Field::Name, flaw("name_from_short", reason, "fill in the registered name"));
            name.clone_from(&short_name);
        }
        Self {
            credit_code: credit_code(row),
            external_id: row.text(Field::ExternalId),
            name,
            short_name,
            aliases: row.list(Field::Aliases),
            ownership: ownership(row),
            place: place(row, atlas),
            industry: industry(row, industries),
            tiers: tiers(row),
            is_lead_firm: row.flag(Field::IsLeadFirm),
            is_flagship: row.flag(Field::IsFlagship),
            is_above_scale: row.flag(Field::IsAboveScale),
            is_example: row.flag(Field::IsExample),
        }
    }

    /// `firm` with everything this row says.
    fn onto(self, firm: Enterprise) -> Enterprise {
        let list = |said: Vec<String>, before| if said.is_empty() { before } else { said };
        Enterprise {
            credit_code: self.credit_code.or(firm.credit_code),
            external_id: self.external_id.or(firm.external_id),
            name: self.name.unwrap_or(firm.name),
            short_name: self.short_name.or(firm.short_name),
            aliases: list(self.aliases, firm.aliases),
            ownership: self.ownership.or(firm.ownership),
            place: self.place.or(firm.place),
            industry: self.industry.or(firm.industry),
            tiers: if self.tiers.is_empty() { firm.tiers } else { self.tiers },
            is_lead_firm: self.is_lead_firm.unwrap_or(firm.is_lead_firm),
            is_flagship: self.is_flagship.unwrap_or(firm.is_flagship),
            is_above_scale: self.is_above_scale.or(firm.is_above_scale),
            is_example: self.is_example.unwrap_or(firm.is_example),
            ..firm
        }
    }
}

/// An enterprise of which nothing is known.
fn blank(id: EnterpriseId) -> Enterprise {
    Enterprise {
        id,
        credit_code: None,
        external_id: None,
        name: String::new(),
        short_name: None,
        aliases: Vec::new(),
        ownership: None,
        parent: None,
        place: None,
        industry: None,
        tiers: Vec::new(),
        is_lead_firm: false,
        is_flagship: false,
        is_above_scale: None,
        is_example: false,
        version: 1,
    }
}

fn credit_code(row: &mut Row<'_, '_>) -> Option<CreditCode> {
    let text = row.text(Field::CreditCode)?;
    match text.parse() {
        Ok(code) => Some(code),
        Err(error) => {
            let hint = "compare with the business licence";
            row.reject(Field::CreditCode, flaw("credit_code_invalid", format!("{error}"), hint));
            None
        }
    }
}

/// The owner class. A word nobody knows leaves it unknown; a local state-owned enterprise takes its
/// level from who controls it.
fn ownership(row: &mut Row<'_, '_>) -> Option<Ownership> {
    let text = row.text(Field::Ownership)?;
    let word = draft::choice(Field::Ownership, &text);
    if word == Some(draft::LOCAL_SOE) {
        let controller = row.draft.get(Field::Controller);
        let level = level(&controller);
        if level.is_none() {
            let reason = format!("who controls it ({controller:?}) does not say of which level");
            let hint = "write 省属国企, 市属国企 or 区属国企";
            row.note(Field::Ownership, flaw("ownership_unknown", reason, hint));
        }
        return level;
    }
    let ownership = word.and_then(Ownership::from_word);
    if ownership.is_none() {
        let flaw = Flaw { kind: "ownership_unknown", ..unknown_word(Field::Ownership) };
        row.note(Field::Ownership, flaw);
    }
    ownership
}

/// The level of a local government, from the name of the body that holds an enterprise for it:
/// the narrowest division named, municipalities counting as provinces.
fn level(controller: &str) -> Option<Ownership> {
    const MUNICIPALITIES: &[&str] = &["北京市", "上海市", "天津市", "重庆市"];
    let named = ["人民政府", "国有资产", "国资", "政府", "财政", "管理委员会"];
    // Only a public body says something about the level; a company's name may hold any place.
    let end = named.iter().filter_map(|word| controller.find(word)).min()?;
    let place = controller.get(..end)?;
    let place = place.replace("自治区", "省");
    if place.ends_with(['区', '县', '旗']) {
        return Some(Ownership::DistrictSoe);
    }
    if MUNICIPALITIES.contains(&place.as_str()) || place.ends_with('省') {
        return Some(Ownership::ProvincialSoe);
    }
    (place.ends_with('市') || place.ends_with("自治州")).then_some(Ownership::MunicipalSoe)
}

/// The industry. A code that its classification lacks leaves the enterprise without one.
pub(super) fn industry(row: &mut Row<'_, '_>, industries: &Industries) -> Option<IndustryKey> {
    let scheme = row.word(Field::IndustryScheme, IndustryScheme::from_word);
    let text = row.text(Field::Industry)?;
    let scheme = scheme.unwrap_or(IndustryScheme::Gbt4754);
    let found = industries.find(scheme, &text);
    if found.is_none() {
        let reason = format!("{scheme} has no industry {text:?}");
        let hint = "the enterprise stays without an industry; compare with the table of industries";
        row.note(Field::Industry, flaw("industry_unknown", reason, hint));
    }
    found
}

fn tiers(row: &mut Row<'_, '_>) -> Vec<QualityTier> {
    let mut tiers = Vec::new();
    for text in row.list(Field::Tiers).iter().flat_map(|text| text.split([',', '，'])) {
        match draft::choice(Field::Tiers, draft::trim(text)).and_then(QualityTier::from_word) {
            Some(tier) => tiers.push(tier),
            None => row.reject(Field::Tiers, unknown_word(Field::Tiers)),
        }
    }
    tiers.sort_unstable();
    tiers.dedup();
    tiers
}

/// Settles the parents of the enterprises that rows spoke of. A row whose parent is missing is
/// rejected, which may take the parent from others, and so on.
fn parents<'a>(
    judge: &mut Judge<'_>,
    mut spoken: Vec<(Slot, Draft<'a>)>,
) -> HashMap<EnterpriseId, Draft<'a>> {
    spoken.retain(|(_, draft)| !draft.get(Field::Parent).is_empty());
    let mut settled = Vec::new();
    let mut waiting = spoken;
    loop {
        let count = waiting.len();
        let mut kept = Vec::with_capacity(count);
        for (slot, draft) in waiting {
            let text = draft.get(Field::Parent);
            if let Found::One(_) = judge.enterprises.find(&text) {
                kept.push((slot, draft));
                continue;
            }
            let mut row = Row::new(draft, &mut judge.notes);
            row.find(Field::Parent, &judge.enterprises);
            row.is_good(DraftKind::Enterprise);
            judge.enterprises.forget(slot);
        }
        waiting = kept;
        if waiting.len() == count {
            break;
        }
    }
    for (slot, draft) in waiting {
        let Found::One(parent) = judge.enterprises.find(&draft.get(Field::Parent)) else {
            continue;
        };
        let parent = judge.enterprises.get(parent).map(|firm| firm.id);
        judge.enterprises.amend(slot, |firm| firm.parent = parent);
        settled.extend(judge.enterprises.get(slot).map(|firm| (firm.id, draft)));
    }
    settled.into_iter().collect()
}

/// Refuses the whole import if enterprises would own each other in a circle.
fn refuse_cycles(judge: &mut Judge<'_>, rows: &HashMap<EnterpriseId, Draft<'_>>) {
    let mut owners: BTreeMap<EnterpriseId, EnterpriseId> =
        judge.enterprises.iter().filter_map(|firm| Some((firm.id, firm.parent?))).collect();
    while let Some(cycle) = lianmeng_domain::tree::cycle(owners.iter().map(|(&c, &p)| (c, p))) {
        let names: HashMap<EnterpriseId, String> = judge
            .enterprises
            .iter()
            .filter(|firm| cycle.contains(&firm.id))
            .map(|firm| (firm.id, firm.name.clone()))
            .collect();
        let path: Vec<&str> = cycle
            .iter()
            .chain(cycle.first())
            .filter_map(|id| names.get(id).map(String::as_str))
            .collect();
        let reason = format!("these enterprises own each other: {}", path.join(" → "));
        for id in &cycle {
            owners.remove(id);
            let Some(draft) = rows.get(id) else { continue };
            let mut row = Row::new(*draft, &mut judge.notes);
            let hint = "mend one of the parents; nothing of this import is saved until then";
            row.reject(Field::Parent, flaw("ownership_cycle", reason.clone(), hint));
            row.is_good(DraftKind::Enterprise);
            if let Found::One(slot) = judge.enterprises.find(&id_key(judge, *id)) {
                judge.enterprises.forget(slot);
            }
        }
        judge.notes.refuse_cycle();
    }
}

/// A key of the enterprise with this id.
fn id_key(judge: &Judge<'_>, id: EnterpriseId) -> String {
    use super::directory::Entry;
    let firm = judge.enterprises.iter().find(|firm| firm.id == id);
    firm.and_then(|firm| firm.keys().into_iter().next()).unwrap_or_default()
}

/// The same enterprises, every parent before its subsidiaries.
fn parents_first(firms: Vec<Enterprise>) -> Vec<Enterprise> {
    let owners: HashMap<EnterpriseId, EnterpriseId> =
        firms.iter().filter_map(|firm| Some((firm.id, firm.parent?))).collect();
    let depth = |id: EnterpriseId| {
        let mut at = id;
        let mut depth = 0;
        // There is no cycle here, but the bound costs nothing.
        while let Some(&parent) = owners.get(&at).filter(|_| depth <= owners.len()) {
            at = parent;
            depth += 1;
        }
        depth
    };
    let mut firms: Vec<(usize, Enterprise)> =
        firms.into_iter().map(|firm| (depth(firm.id), firm)).collect();
    firms.sort_by_key(|(depth, firm)| (*depth, firm.id));
    firms.into_iter().map(|(_, firm)| firm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_of_a_local_owner_is_the_narrowest_place_its_controller_names() {
        let cases = [
            ("山东省人民政府国有资产监督管理委员会", Some(Ownership::ProvincialSoe)),
            ("新疆维吾尔自治区人民政府国有资产监督管理委员会", Some(Ownership::ProvincialSoe)),
            ("上海市国有资产监督管理委员会", Some(Ownership::ProvincialSoe)),
            ("深圳市人民政府国有资产监督管理委员会", Some(Ownership::MunicipalSoe)),
            ("上海市浦东新区国有资产监督管理委员会", Some(Ownership::DistrictSoe)),
            ("河南省财政厅", Some(Ownership::ProvincialSoe)),
            ("无锡市江阴市人民政府", Some(Ownership::MunicipalSoe)),
            ("国务院国有资产监督管理委员会", None),
            ("深圳市某某投资有限公司", None),
            ("", None),
        ];
        for (controller, want) in cases {
            assert_eq!(level(controller), want, "{controller}");
        }
    }

    #[test]
    fn parents_stand_before_their_subsidiaries() {
        let firm = |number: u128, parent: Option<u128>| Enterprise {
            parent: parent.map(EnterpriseId::from),
            ..blank(EnterpriseId::from(number))
        };
        let firms = vec![firm(1, Some(2)), firm(2, Some(3)), firm(3, Some(9)), firm(4, None)];
        let order: Vec<_> = parents_first(firms).iter().map(|firm| firm.id.number()).collect();
        assert_eq!(order, [4, 3, 2, 1]);
    }
}
