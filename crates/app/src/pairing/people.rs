//! What is known of everybody in a plan, and what they are worth to each other.

use std::collections::{BTreeMap, BTreeSet};

use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{EnterpriseId, OrganisationId, ProductId};
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::pairing::pattern::Someone;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::product::ProductRole;
use lianmeng_domain::region::Place;
use lianmeng_domain::text;
use lianmeng_matching::problem::{Serving, Wanted, WantedBecause, serving_products};
use lianmeng_matching::together::Card;
use lianmeng_store::{StoreError, avoid, enterprise, organisation, product};
use sea_orm::ConnectionTrait;

use super::PairingCommandError;
use super::plan::PlanPairings;
use crate::suggest::gather::{Crafts, industry, leads, regions};

/// Products each enterprise uses that are looked at.
const MAX_USED: u64 = 30;

/// What is known about everybody in a plan.
#[derive(Debug)]
pub(super) struct People {
    enterprises: BTreeMap<EnterpriseId, Enterprise>,
    organisations: BTreeMap<OrganisationId, Organisation>,
    avoided: BTreeSet<(EnterpriseId, EnterpriseId)>,
    cards: BTreeMap<Member, Card>,
}

impl People {
    /// Everybody on a side of one of these plans.
    pub(super) async fn of(
        db: &impl ConnectionTrait,
        asks: &[&PlanPairings],
    ) -> Result<Self, PairingCommandError> {
        let (mut firms, mut others) = (BTreeSet::new(), BTreeSet::new());
        for wish in asks.iter().flat_map(|ask| ask.a.iter().chain(&ask.b)) {
            match wish.member {
                Member::Enterprise(id) => firms.insert(id),
                Member::Organisation(id) => others.insert(id),
            };
        }
        let firms: Vec<EnterpriseId> = firms.into_iter().collect();
        let others: Vec<OrganisationId> = others.into_iter().collect();
        let enterprises = enterprise::find_many(db, &Visibility::All, &firms).await?;
        let organisations = organisation::find_many(db, &Visibility::All, &others).await?;
        if enterprises.len() < firms.len() || organisations.len() < others.len() {
            return Err(PairingCommandError::UnknownReference);
        }
        // Products pair enterprises with enterprises.
        let has_firms = |side: fn(&PlanPairings) -> &Vec<super::Wish>| {
            let mut all = asks.iter().flat_map(|ask| side(ask));
            all.any(|wish| matches!(wish.member, Member::Enterprise(_)))
        };
        let is_trade = has_firms(|ask| &ask.a) && has_firms(|ask| &ask.b);
        let mut cards = cards(db, &enterprises, is_trade).await?;
        cards.extend(organisations.iter().map(|one| (Member::Organisation(one.id), card(one))));
        Ok(Self {
            enterprises: enterprises.into_iter().map(|e| (e.id, e)).collect(),
            organisations: organisations.into_iter().map(|o| (o.id, o)).collect(),
            avoided: avoid::pairs_with(db, &firms).await?,
            cards,
        })
    }

    /// Whether the two can never be paired.
    pub(super) fn avoid(&self, a: Member, b: Member) -> bool {
        match (a, b) {
            (Member::Enterprise(a), Member::Enterprise(b)) => {
                self.avoided.contains(&(std::cmp::min(a, b), std::cmp::max(a, b)))
            }
            (Member::Enterprise(_), Member::Organisation(_))
            | (Member::Organisation(_), Member::Enterprise(_) | Member::Organisation(_)) => false,
        }
    }

    /// The name somebody is known by.
    pub(super) fn name(&self, member: Member) -> &str {
        let name = match member {
            Member::Enterprise(id) => self.enterprises.get(&id).map(|one| one.name.as_str()),
            Member::Organisation(id) => self.organisations.get(&id).map(|one| one.name.as_str()),
        };
        name.unwrap_or_default()
    }

    /// Who somebody is.
    pub(super) fn someone(&self, member: Member) -> Option<Someone<'_>> {
        match member {
            Member::Enterprise(id) => self.enterprises.get(&id).map(Someone::Enterprise),
            Member::Organisation(id) => self.organisations.get(&id).map(Someone::Organisation),
        }
    }

    /// What the engine compares.
    pub(super) fn card(&self, member: Member) -> Card {
        self.cards.get(&member).cloned().unwrap_or_default()
    }
}

/// The cards of everybody, for comparing them with what is no member: without products that serve others.
pub(crate) async fn cards_of(
    db: &impl ConnectionTrait,
    enterprises: &[Enterprise],
    organisations: &[Organisation],
) -> Result<BTreeMap<Member, Card>, StoreError> {
    let mut cards = cards(db, enterprises, false).await?;
    cards.extend(organisations.iter().map(|one| (Member::Organisation(one.id), card(one))));
    Ok(cards)
}

/// Name and services, and the place.
fn card(organisation: &Organisation) -> Card {
    let words = format!("{} {}", organisation.name, organisation.services);
    let regions = match organisation.place {
        Some(Place::Region(code)) => vec![code],
        Some(Place::Zone(_)) | None => Vec::new(),
    };
    Card { text: text::normalise(&words), regions, ..Card::default() }
}

/// Name and products, industry and place; with `is_trade` also which products serve what each uses.
async fn cards(
    db: &impl ConnectionTrait,
    enterprises: &[Enterprise],
    is_trade: bool,
) -> Result<BTreeMap<Member, Card>, StoreError> {
    let crafts = Crafts::of(db, enterprises).await?;
    let mut serving =
        if is_trade { serving(db, enterprises, &crafts).await? } else { BTreeMap::new() };
    let mut card = |enterprise: &Enterprise| Card {
        text: crafts.text(enterprise),
        makes: crafts.by(enterprise.id),
        serving: serving.remove(&enterprise.id).unwrap_or_default(),
        industry: industry(enterprise),
        regions: regions(enterprise),
    };
    Ok(enterprises.iter().map(|one| (Member::Enterprise(one.id), card(one))).collect())
}

/// Which of the products made here serve what each of `enterprises` uses.
async fn serving(
    db: &impl ConnectionTrait,
    enterprises: &[Enterprise],
    crafts: &Crafts,
) -> Result<BTreeMap<EnterpriseId, BTreeMap<u128, Serving>>, StoreError> {
    let ids: Vec<EnterpriseId> = enterprises.iter().map(|enterprise| enterprise.id).collect();
    let mut used: BTreeMap<EnterpriseId, Vec<ProductId>> = BTreeMap::new();
    for row in product::made_by(db, &ids, ProductRole::Uses, MAX_USED).await? {
        used.entry(row.enterprise).or_default().push(row.product);
    }
    let goals: BTreeSet<ProductId> = used.values().flatten().copied().collect();
    let listed: Vec<ProductId> = goals.iter().copied().collect();
    let names: BTreeMap<ProductId, String> = product::find_many(db, &Visibility::All, &listed)
        .await?
        .into_iter()
        .map(|product| (product.id, product.name))
        .collect();
    let leads = leads::to(db, goals).await?;
    // The products made here that lead to each used one: nobody is compared with all of them.
    let mut sources: BTreeMap<ProductId, BTreeSet<u128>> = BTreeMap::new();
    for made in crafts.offered() {
        for goal in leads.goals(made) {
            sources.entry(goal).or_default().insert(made.number());
        }
    }
    let serving = |wanted: Vec<ProductId>| {
        let offered: BTreeSet<u128> =
            wanted.iter().filter_map(|goal| sources.get(goal)).flatten().copied().collect();
        let because = WantedBecause::Used;
        let named = |id: ProductId| {
            let name = names.get(&id).cloned()?;
            Some(Wanted { product: id.number(), name, because })
        };
        let wanted: Vec<Wanted> = wanted.into_iter().filter_map(named).collect();
        serving_products(&wanted, offered, &|from, to| leads.lead(from, to))
    };
    Ok(used.into_iter().map(|(id, wanted)| (id, serving(wanted))).collect())
}
