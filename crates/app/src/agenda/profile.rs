//! What stands of a participant in a handbook: its public profile and whom to call.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::audit;
use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::SeenContact;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{ContactId, EnterpriseId, Id as _, OrganisationId};
use lianmeng_domain::industry::IndustryKey;
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::product::ProductRole;
use lianmeng_domain::region::Place;
use lianmeng_domain::rights::{Column, DataClass};
use lianmeng_store::audit::read::Things;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, contact, enterprise, event, industry, organisation, product};

use crate::desk::Desk;

/// Products named of an enterprise.
const PRODUCTS: u64 = 5;

/// Somebody who reads, and the part of the platform that is theirs.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    column: Option<Column>,
    whole: Visibility,
}

impl Reader {
    pub(super) fn of(actor: &Actor) -> Self {
        Self { column: Column::of(actor), whole: policy::visibility(actor) }
    }

    /// The staff of a participant.
    pub(super) fn staff(member: Member) -> Self {
        let (role, body) = match member {
            Member::Enterprise(id) => (Role::Enterprise, Body::Enterprise(id)),
            Member::Organisation(id) => (Role::DepartmentHandler, Body::Organisation(id)),
        };
        Self::of(&Actor { subject: String::new(), role, body: Some(body) })
    }

    pub(super) fn eyes(&self, class: DataClass) -> Eyes<'_> {
        Eyes::of(self.column, &self.whole, class)
    }

    pub(super) fn sees(&self, class: DataClass) -> &Visibility {
        policy::sees(self.column, &self.whole, class)
    }
}

/// Members by what they are.
struct Split {
    firms: Vec<EnterpriseId>,
    others: Vec<OrganisationId>,
}

impl Split {
    fn of(members: &[Member]) -> Self {
        let (mut firms, mut others) = (Vec::new(), Vec::new());
        for member in members {
            match member {
                Member::Enterprise(id) => firms.push(*id),
                Member::Organisation(id) => others.push(*id),
            }
        }
        Self { firms, others }
    }
}

/// What the public registry says of each of `members`, as label and text. Seven statements.
pub(super) async fn profiles(
    desk: &Desk,
    reader: &Reader,
    members: &[Member],
) -> Result<BTreeMap<Member, Vec<(String, String)>>, StoreError> {
    let (db, sees) = (&desk.db, reader.sees(DataClass::Registry));
    let split = Split::of(members);
    let firms = enterprise::find_many(db, sees, &split.firms).await?;
    let others = organisation::find_many(db, sees, &split.others).await?;
    let places: BTreeSet<Place> = firms
        .iter()
        .filter_map(|one| one.place)
        .chain(others.iter().filter_map(|one| one.place))
        .collect();
    let places: Vec<Place> = places.into_iter().collect();
    let places = event::place_names(db, &places).await?;
    let keys: BTreeSet<IndustryKey> = firms.iter().filter_map(|one| one.industry.clone()).collect();
    let keys: Vec<IndustryKey> = keys.into_iter().collect();
    let industries = industry::find_many(db, &keys).await?;
    let industries: BTreeMap<IndustryKey, String> =
        industries.into_iter().map(|one| (one.key, one.name)).collect();
    let mut products = products(desk, sees, &split.firms).await?;
    let mut found = BTreeMap::new();
    for firm in &firms {
        let made = products.remove(&firm.id).unwrap_or_default();
        let industry = firm.industry.as_ref().and_then(|key| industries.get(key));
        found.insert(Member::Enterprise(firm.id), of_firm(firm, (&places, industry, &made)));
    }
    for one in &others {
        found.insert(Member::Organisation(one.id), of_other(one, &places));
    }
    Ok(found)
}

/// Names of the first products that each of `firms` makes.
async fn products(
    desk: &Desk,
    sees: &Visibility,
    firms: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, Vec<String>>, StoreError> {
    let made = product::made_by(&desk.db, firms, ProductRole::Makes, PRODUCTS).await?;
    let ids: BTreeSet<_> = made.iter().map(|one| one.product).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let names = product::find_many(&desk.db, sees, &ids).await?;
    let names: BTreeMap<_, _> = names.into_iter().map(|one| (one.id, one.name)).collect();
    let mut found: BTreeMap<EnterpriseId, Vec<String>> = BTreeMap::new();
    for one in made {
        let name = names.get(&one.product).cloned();
        found.entry(one.enterprise).or_default().extend(name);
    }
    Ok(found)
}

fn of_firm(
    firm: &Enterprise,
    (places, industry, products): (&HashMap<Place, String>, Option<&String>, &[String]),
) -> Vec<(String, String)> {
    let titles = [
        (firm.is_lead_firm, "链主企业"),
        (firm.is_flagship, "龙头企业"),
        (firm.is_above_scale == Some(true), "规上企业"),
    ];
    let titles = titles.into_iter().filter_map(|(has, title)| has.then_some(title));
    let titles: Vec<&str> = titles.chain(firm.tiers.iter().map(|tier| tier.label_zh())).collect();
    lines([
        ("性质", firm.ownership.map(|one| one.label_zh().to_owned())),
        ("称号", Some(titles.join("、"))),
        ("所在地", firm.place.and_then(|place| places.get(&place).cloned())),
        ("行业", industry.cloned()),
        ("主要产品", Some(products.join("、"))),
    ])
}

fn of_other(one: &Organisation, places: &HashMap<Place, String>) -> Vec<(String, String)> {
    lines([
        ("类别", Some(one.kind.label_zh().to_owned())),
        ("所在地", one.place.and_then(|place| places.get(&place).cloned())),
        ("服务", Some(one.services.clone())),
    ])
}

/// The lines with something in them.
fn lines<const N: usize>(lines: [(&str, Option<String>); N]) -> Vec<(String, String)> {
    let filled = |(label, text): (&str, Option<String>)| {
        text.filter(|text| !text.is_empty()).map(|text| (label.to_owned(), text))
    };
    lines.into_iter().filter_map(filled).collect()
}

/// Contacts of `members` as all of `readers` read them: what one of them does not see is left out, what
/// one of them reads masked is masked; with `masks_all` everything is. Two statements for each reader.
pub(super) async fn contacts(
    desk: &Desk,
    readers: &[Reader],
    (members, masks_all): (&[Member], bool),
) -> Result<BTreeMap<Member, Vec<SeenContact>>, StoreError> {
    let split = Split::of(members);
    let mut seen: Option<BTreeMap<ContactId, SeenContact>> = None;
    for reader in readers {
        let eyes = reader.eyes(DataClass::Contact);
        let eyes = if masks_all { Eyes { reads: &Visibility::Nothing, ..eyes } } else { eyes };
        let mut found = contact::of_enterprises(&desk.db, eyes, &split.firms).await?;
        found.extend(contact::of_organisations(&desk.db, eyes, &split.others).await?);
        let found = found.into_iter().map(|one| (one.contact.id, one));
        seen = Some(match seen {
            None => found.collect(),
            Some(mut before) => found
                .filter_map(|(id, now)| {
                    let before = before.remove(&id)?;
                    Some((id, if before.is_masked { before } else { now }))
                })
                .collect(),
        });
    }
    let mut found: BTreeMap<Member, Vec<SeenContact>> = BTreeMap::new();
    for one in seen.unwrap_or_default().into_values() {
        found.entry(one.contact.owner).or_default().push(one);
    }
    Ok(found)
}

/// What of `contacts` the audit log is to say was read: what is not masked, unless it is the reader's
/// own.
pub(super) fn shown<'a>(actor: &Actor, contacts: impl Iterator<Item = &'a SeenContact>) -> Things {
    let mut things = Things::default();
    for SeenContact { contact, .. } in contacts.filter(|seen| !seen.is_masked) {
        let is_recorded = match contact.owner {
            Member::Enterprise(owner) => audit::is_recorded(actor, owner),
            Member::Organisation(owner) => {
                actor.role != Role::DepartmentHandler
                    || actor.body != Some(Body::Organisation(owner))
            }
        };
        if !is_recorded {
            continue;
        }
        let parts = [("name", &contact.name), ("phone", &contact.phone), ("email", &contact.email)];
        let fields = parts.into_iter().filter(|(_, text)| !text.is_empty());
        let fields = fields.map(|(field, _)| field.to_owned()).collect();
        things.insert(format!("{}:{}", ContactId::TAG, contact.id), fields);
    }
    things
}
