//! What is known of candidates besides what they make: ratings, confirmations, how far away they are, and
//! how many make the same.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{EnterpriseId, OfferId, ProductId};
use lianmeng_domain::need::Need;
use lianmeng_domain::offer::Offer;
use lianmeng_domain::region::{RegionCode, RegionLevel};
use lianmeng_domain::travel::{self, Way};
use lianmeng_matching::problem::{Candidate, CandidateKind, Serving};
use lianmeng_store::{StoreError, confirmation, credit, product, travel as times};
use sea_orm::ConnectionTrait;

use crate::desk::{Desk, local_date};

/// Ways from the district and the city of a need that are looked at.
const MAX_WAYS: u64 = 10_000;

/// Facts about candidates.
#[derive(Debug)]
pub(super) struct Known {
    ratings: BTreeMap<EnterpriseId, u8>,
    cards: BTreeMap<EnterpriseId, DateTime<Utc>>,
    offers: BTreeMap<OfferId, DateTime<Utc>>,
    home: Vec<RegionCode>,
    ways: BTreeMap<Way, u16>,
    today: NaiveDate,
}

impl Known {
    /// Reads what is known of `enterprises` and `offers`, and of the ways around `need`.
    pub(super) async fn of(
        desk: &Desk,
        need: &Need,
        enterprises: &[Enterprise],
        offers: &[Offer],
    ) -> Result<Self, StoreError> {
        let db = &desk.db;
        let firms: Vec<EnterpriseId> = enterprises.iter().map(|one| one.id).collect();
        let listed: Vec<OfferId> = offers.iter().map(|one| one.id).collect();
        let home: Vec<RegionCode> = need.region.into_iter().collect();
        let ends: Vec<RegionCode> = home.iter().flat_map(|code| [*code, code.city()]).collect();
        let ways = times::around(db, &ends, MAX_WAYS).await?;
        Ok(Self {
            ratings: ratings(desk, &firms).await?,
            cards: confirmation::of(db, &firms).await?,
            offers: confirmation::of(db, &listed).await?,
            home,
            ways: ways.into_iter().map(|one| (one.way, one.minutes)).collect(),
            today: desk.today,
        })
    }

    /// The candidate with these facts.
    pub(super) fn complete(&self, one: Candidate) -> Candidate {
        let firm = one.enterprise.map(EnterpriseId::from);
        let confirmed = match one.kind {
            CandidateKind::Offer => self.offers.get(&OfferId::from(one.id)),
            CandidateKind::Enterprise => firm.and_then(|id| self.cards.get(&id)),
        };
        let days = |at: &DateTime<Utc>| {
            u32::try_from((self.today - local_date(*at)).num_days().max(0)).ok()
        };
        Candidate {
            red_credit: firm.and_then(|id| self.ratings.get(&id).copied()),
            confirmed_days_ago: confirmed.and_then(days),
            travel_minutes: travel::shortest(&self.ways, &self.home, &one.regions).map(u32::from),
            ..one
        }
    }
}

/// Ratings of `enterprises` that hold today.
async fn ratings(
    desk: &Desk,
    enterprises: &[EnterpriseId],
) -> Result<BTreeMap<EnterpriseId, u8>, StoreError> {
    let mut ratings = BTreeMap::new();
    for some in enterprises.chunks(500) {
        let found = credit::of_enterprises(&desk.db, some).await?;
        let held = found.into_iter().filter(|one| one.stands_on(desk.today));
        ratings.extend(held.map(|one| (one.enterprise, one.points.get())));
    }
    Ok(ratings)
}

/// How many enterprises of the city around `home` make each product that serves a need as it is; empty
/// where no more than the province is known.
pub(super) async fn local_makers(
    db: &impl ConnectionTrait,
    home: Option<RegionCode>,
    serving: &BTreeMap<u128, Serving>,
) -> Result<BTreeMap<u128, u32>, StoreError> {
    let is_wide = |home: &RegionCode| home.level() == RegionLevel::Province;
    let Some(home) = home.filter(|home| !is_wide(home)) else { return Ok(BTreeMap::new()) };
    let as_it_is = |serving: &Serving| serving.steps == 0 && serving.stands_in_as.is_none();
    let products = serving.iter().filter(|(_, serving)| as_it_is(serving));
    let products: Vec<ProductId> = products.map(|(id, _)| ProductId::from(*id)).collect();
    let found = product::makers_within(db, &products, home.city()).await?;
    let count = |id: &ProductId| (id.number(), found.get(id).copied().unwrap_or(0));
    Ok(products.iter().map(count).collect())
}
