//! A bounded set of candidates for a need. What leads to what is in [`leads`], what is known of both sides
//! besides in [`known`].

pub(crate) mod known;
pub(crate) mod leads;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{EnterpriseId, OfferId, OrganisationId, ProductId};
use lianmeng_domain::industry::IndustryScheme;
use lianmeng_domain::meeting_result::{Course, course};
use lianmeng_domain::need::Need;
use lianmeng_domain::offer::Offer;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::product::{EnterpriseProduct, Product, ProductRole};
use lianmeng_domain::region::{Place, RegionCode};
use lianmeng_domain::suggestion::SuggestionStage;
use lianmeng_domain::text;
use lianmeng_domain::weights::Weights;
use lianmeng_matching::problem::{
    Answers, Candidate, CandidateKind, History, Made, Problem, Seeker, serving_products,
};
use lianmeng_store::enterprise::{self, EnterpriseFilter};
use lianmeng_store::page::{NameOrder, Window};
use lianmeng_store::{
    StoreError, avoid, meeting_result, organisation, product, region, suggestion,
};
use sea_orm::ConnectionTrait;

use super::{SuggestError, offers};
use crate::desk::Desk;
use leads::Leads;

/// Enterprises that are looked at because of what they make.
const MAX_MAKERS: usize = 600;
/// Enterprises of the committee's alliances that are looked at.
const MAX_PARTNERS: u64 = 200;
/// Makers looked at for each product.
const MAX_FAN: u64 = 30;
/// Products of each enterprise that are looked at.
const MAX_MADE: u64 = 40;
/// Earlier suggestions that are looked at.
const MAX_PAST: u64 = 1_000;
/// Earlier meetings at events that are looked at.
const MAX_MEETINGS: u64 = 1_000;
/// Earlier answers to needs of the same kind that are looked at.
const MAX_ANSWERS: u64 = 20_000;

/// What the engine is asked, and the offers behind it.
#[derive(Debug)]
pub(super) struct Gathered {
    /// For the engine.
    pub(super) problem: Problem,
    /// The offers by id.
    pub(super) offers: BTreeMap<OfferId, Offer>,
    /// Names of the divisions the enterprise of the need lies in.
    pub(super) places: BTreeMap<RegionCode, String>,
}

/// Gathers offers and enterprises that might meet `need`.
pub(super) async fn for_need(
    desk: &Desk,
    need: &Need,
    limit: usize,
    weights: &Weights,
) -> Result<Gathered, SuggestError> {
    let db = &desk.db;
    let wanted = leads::wanted(db, need).await?;
    let goals = wanted.iter().map(|wanted| ProductId::from(wanted.product)).collect();
    let leads = leads::to(db, goals).await?;
    let offers = offers::open(desk, need, &leads.nearest()).await?;
    let enterprises = enterprises(db, need, &offers, &leads).await?;
    let crafts = Crafts::of(db, &enterprises).await?;
    let seats = seats(db, &offers).await?;
    let known = known::Known::of(desk, need, &enterprises, &offers).await?;
    let past = past(db, need.enterprise).await?;
    let answers = answers(db, need).await?;
    let avoided = avoid::pairs_with(db, &[need.enterprise]).await?;

    let offered = crafts.products.keys().map(|id| id.number());
    let serving = serving_products(&wanted, offered, &|from, to| leads.lead(from, to));
    let local_makers = known::local_makers(db, need.region, &serving).await?;
    let history = |member| Past {
        history: past.get(&member).copied().unwrap_or_default(),
        answers: answers.get(&member).copied().unwrap_or_default(),
    };
    let by_id: BTreeMap<EnterpriseId, &Enterprise> =
        enterprises.iter().map(|enterprise| (enterprise.id, enterprise)).collect();
    // An enterprise that offers something for this need is not suggested a second time for what it
    // makes; its offer speaks for that, too.
    let offering: BTreeSet<Member> = offers.iter().map(|offer| offer.provider).collect();
    let is_maker = |enterprise: &&Enterprise| {
        need.kind.takes_makers() && !offering.contains(&Member::Enterprise(enterprise.id))
    };
    let candidates = offers
        .iter()
        .map(|offer| offer_candidate(offer, (&by_id, &seats), &crafts, history(offer.provider)))
        .chain(enterprises.iter().filter(is_maker).map(|enterprise| {
            let history = history(Member::Enterprise(enterprise.id));
            enterprise_candidate(enterprise, &crafts, history)
        }))
        .map(|one| known.complete(one))
        .collect();
    let seeker = seeker(db, need, desk.today).await?;
    let places = places(db, &seeker.regions).await?;
    let problem = Problem {
        seeker,
        candidates,
        serving,
        local_makers,
        avoid: avoided
            .into_iter()
            .map(|(one, other)| if one == need.enterprise { other } else { one }.number())
            .collect(),
        limit,
        weights: weights.clone(),
    };
    let offers = offers.into_iter().map(|offer| (offer.id, offer)).collect();
    Ok(Gathered { problem, offers, places })
}

/// The need, and what the marks of its enterprise are worth to others.
async fn seeker(
    db: &impl ConnectionTrait,
    need: &Need,
    today: NaiveDate,
) -> Result<Seeker, StoreError> {
    let behind = enterprise::find(db, &Visibility::All, need.enterprise).await?;
    let raised = need.trace.submitted_at.unwrap_or(need.created_at);
    let days = (today - crate::desk::local_date(raised)).num_days();
    Ok(Seeker {
        tiers: behind.as_ref().map(|firm| firm.tiers.clone()).unwrap_or_default(),
        is_lead_firm: behind.as_ref().is_some_and(|firm| firm.is_lead_firm),
        is_flagship: behind.as_ref().is_some_and(|firm| firm.is_flagship),
        raised_days_ago: u32::try_from(days.max(0)).ok(),
        ..seeker_of(need)
    })
}

/// Names of `codes` and of the cities and provinces around them.
pub(crate) async fn places(
    db: &impl ConnectionTrait,
    codes: &[RegionCode],
) -> Result<BTreeMap<RegionCode, String>, StoreError> {
    let all = codes.iter().flat_map(|code| [*code, code.city(), code.province()]);
    let all: BTreeSet<RegionCode> = all.collect();
    let all: Vec<RegionCode> = all.into_iter().collect();
    let found = region::find_many(db, &all).await?;
    Ok(found.into_iter().map(|region| (region.code, region.name)).collect())
}

fn seeker_of(need: &Need) -> Seeker {
    Seeker {
        id: need.id.number(),
        enterprise: Some(need.enterprise.number()),
        title: text::normalise(&need.title),
        body: text::normalise(&format!("{} {}", need.public_summary, need.body)),
        industry: need
            .industry
            .as_ref()
            .filter(|industry| industry.scheme == IndustryScheme::Gbt4754)
            .map(|industry| industry.code.clone()),
        regions: need.region.into_iter().collect(),
        ..Seeker::default()
    }
}

/// Divisions in which organisations lie.
type Seats = BTreeMap<OrganisationId, RegionCode>;

/// Where the organisations behind `offers` lie.
async fn seats(db: &impl ConnectionTrait, offers: &[Offer]) -> Result<Seats, StoreError> {
    let behind = offers.iter().filter_map(|offer| match offer.provider {
        Member::Organisation(id) => Some(id),
        Member::Enterprise(_) => None,
    });
    let behind: BTreeSet<OrganisationId> = behind.collect();
    let behind: Vec<OrganisationId> = behind.into_iter().collect();
    let mut seats = Seats::new();
    for some in behind.chunks(500) {
        let found = organisation::find_many(db, &Visibility::All, some).await?;
        seats.extend(found.into_iter().filter_map(|one| match one.place? {
            Place::Region(code) => Some((one.id, code)),
            Place::Zone(_) => None,
        }));
    }
    Ok(seats)
}

/// Makers of `products`, partners of the need's committee, and whoever stands behind an offer.
async fn enterprises(
    db: &impl ConnectionTrait,
    need: &Need,
    offers: &[Offer],
    leads: &Leads,
) -> Result<Vec<Enterprise>, StoreError> {
    let makers = leads::makers(db, &leads.nearest(), MAX_FAN).await?;
    let mut ids: BTreeSet<EnterpriseId> = makers.into_iter().take(MAX_MAKERS).collect();
    ids.extend(offers.iter().filter_map(|offer| match offer.provider {
        Member::Enterprise(id) => Some(id),
        Member::Organisation(_) => None,
    }));
    if need.committee.is_some() {
        let filter = EnterpriseFilter { committee: need.committee, ..EnterpriseFilter::default() };
        let window = Window::first(MAX_PARTNERS);
        let order = NameOrder::Id;
        let partners = enterprise::page(db, &Visibility::All, &filter, order, window).await?;
        ids.extend(partners.into_iter().map(|enterprise| enterprise.id));
    }
    let ids: Vec<EnterpriseId> = ids.into_iter().collect();
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        found.extend(enterprise::find_many(db, &Visibility::All, chunk).await?);
    }
    Ok(found)
}

/// What enterprises make.
#[derive(Debug)]
pub(crate) struct Crafts {
    made: BTreeMap<EnterpriseId, Vec<EnterpriseProduct>>,
    products: BTreeMap<ProductId, Product>,
}

impl Crafts {
    /// Reads what `enterprises` make.
    pub(crate) async fn of(
        db: &impl ConnectionTrait,
        enterprises: &[Enterprise],
    ) -> Result<Self, StoreError> {
        let ids: Vec<EnterpriseId> = enterprises.iter().map(|enterprise| enterprise.id).collect();
        let mut made: BTreeMap<EnterpriseId, Vec<EnterpriseProduct>> = BTreeMap::new();
        let mut needed = BTreeSet::new();
        for chunk in ids.chunks(500) {
            for row in product::made_by(db, chunk, ProductRole::Makes, MAX_MADE).await? {
                needed.insert(row.product);
                made.entry(row.enterprise).or_default().push(row);
            }
        }
        let needed: Vec<ProductId> = needed.into_iter().collect();
        let mut products = BTreeMap::new();
        for chunk in needed.chunks(500) {
            let found = product::find_many(db, &Visibility::All, chunk).await?;
            products.extend(found.into_iter().map(|product| (product.id, product)));
        }
        Ok(Self { made, products })
    }

    /// Every product somebody here makes, ascending.
    pub(crate) fn offered(&self) -> impl Iterator<Item = ProductId> {
        self.products.keys().copied()
    }

    /// What `enterprise` makes.
    pub(crate) fn by(&self, enterprise: EnterpriseId) -> Vec<Made> {
        let rows = self.made.get(&enterprise).into_iter().flatten();
        rows.filter_map(|row| {
            let product = self.products.get(&row.product)?;
            let share = row.share_basis_points.and_then(|share| u32::try_from(share).ok());
            Some(Made {
                product: product.id.number(),
                name: product.name.clone(),
                share_basis_points: share,
            })
        })
        .collect()
    }

    /// Name and products of `enterprise`, normalised.
    pub(crate) fn text(&self, enterprise: &Enterprise) -> String {
        let mut words = enterprise.name.clone();
        for made in self.by(enterprise.id) {
            words.push(' ');
            words.push_str(&made.name);
        }
        text::normalise(&words)
    }
}

/// Divisions of `enterprise`; none where it lies in a zone.
pub(crate) fn regions(enterprise: &Enterprise) -> Vec<RegionCode> {
    match enterprise.place {
        Some(Place::Region(code)) => vec![code],
        Some(Place::Zone(_)) | None => Vec::new(),
    }
}

/// GB/T 4754 code of `enterprise`, if that is how it is classified.
pub(crate) fn industry(enterprise: &Enterprise) -> Option<String> {
    let industry = enterprise.industry.as_ref()?;
    (industry.scheme == IndustryScheme::Gbt4754).then(|| industry.code.clone())
}

/// What is known of somebody's earlier suggestions.
#[derive(Debug, Clone, Copy, Default)]
struct Past {
    history: History,
    answers: Answers,
}

fn enterprise_candidate(enterprise: &Enterprise, crafts: &Crafts, past: Past) -> Candidate {
    let id = enterprise.id.number();
    Candidate {
        enterprise: Some(id),
        makes: crafts.by(enterprise.id),
        industry: industry(enterprise),
        regions: regions(enterprise),
        tiers: enterprise.tiers.clone(),
        is_lead_firm: enterprise.is_lead_firm,
        is_flagship: enterprise.is_flagship,
        history: past.history,
        answers: past.answers,
        ..Candidate::new(CandidateKind::Enterprise, id, crafts.text(enterprise))
    }
}

/// An offer speaks with its own text; place, industry and marks are those of its enterprise, the place
/// that of its organisation.
fn offer_candidate(
    offer: &Offer,
    (enterprises, seats): (&BTreeMap<EnterpriseId, &Enterprise>, &Seats),
    crafts: &Crafts,
    past: Past,
) -> Candidate {
    let words = text::normalise(&format!("{} {}", offer.title, offer.body));
    let base = Candidate {
        capacity_left: offer.capacity_left.and_then(|left| u64::try_from(left).ok()),
        capacity: offer.capacity.and_then(|all| u64::try_from(all).ok()),
        history: past.history,
        answers: past.answers,
        ..Candidate::new(CandidateKind::Offer, offer.id.number(), words)
    };
    let behind = match offer.provider {
        Member::Enterprise(id) => enterprises.get(&id),
        Member::Organisation(id) => {
            let regions = seats.get(&id).copied().into_iter().collect();
            return Candidate { regions, ..base };
        }
    };
    let Some(enterprise) = behind else { return base };
    let own = enterprise_candidate(enterprise, crafts, past);
    Candidate {
        kind: base.kind,
        id: base.id,
        text: base.text,
        capacity_left: base.capacity_left,
        capacity: base.capacity,
        ..own
    }
}

/// How everybody answered earlier suggestions for needs of the same kind.
async fn answers(
    db: &impl ConnectionTrait,
    need: &Need,
) -> Result<BTreeMap<Member, Answers>, StoreError> {
    let mut all: BTreeMap<Member, Answers> = BTreeMap::new();
    for (member, is_yes) in suggestion::past::of_kind(db, need.kind, MAX_ANSWERS).await? {
        let answers = all.entry(member).or_default();
        if is_yes {
            answers.accepted += 1;
        } else {
            answers.declined += 1;
        }
    }
    Ok(all)
}

/// What became of earlier suggestions and meetings between `enterprise` and others.
async fn past(
    db: &impl ConnectionTrait,
    enterprise: EnterpriseId,
) -> Result<BTreeMap<Member, History>, StoreError> {
    let mut past: BTreeMap<Member, History> = BTreeMap::new();
    for (member, stage) in suggestion::past_of(db, enterprise, MAX_PAST).await? {
        let history = past.entry(member).or_default();
        match stage {
            SuggestionStage::Mutual | SuggestionStage::Paired => history.accepted += 1,
            SuggestionStage::Declined => history.declined += 1,
            SuggestionStage::Proposed
            | SuggestionStage::Shown
            | SuggestionStage::AcceptedByA
            | SuggestionStage::AcceptedByB
            | SuggestionStage::Expired
            | SuggestionStage::Withdrawn => {}
        }
    }
    let own = Member::Enterprise(enterprise);
    for one in meeting_result::past::of_enterprise(db, enterprise, MAX_MEETINGS).await? {
        let other = if one.first == own { one.second } else { one.first };
        let history = past.entry(other).or_default();
        history.met += 1;
        history.held += u32::from(course(&one.results) == Course::Held);
    }
    Ok(past)
}
