//! Suggestions that stand, whom they bring together, and the hosts.

use std::collections::{BTreeSet, HashMap};

use chrono::{Days, NaiveDate};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{EnterpriseId, OrganisationId};
use lianmeng_domain::region::Place;
use lianmeng_domain::venue::Venue;
use lianmeng_store::event::candidates::{self, Candidate, CandidateFilter, Endings};
use lianmeng_store::event::{self as events, booked};
use lianmeng_store::{avoid, venue};

use super::AskEvent;
use crate::asking::{AskError, Members};
use crate::desk::Desk;

/// Most suggestions that are looked at, those with most points.
const MAX_SUGGESTIONS: u64 = 20_000;
/// Most hostings that are read, the latest.
const MAX_HOSTINGS: u64 = 5_000;
/// Most venues that are read, those for most people.
const MAX_VENUES: u64 = 2_000;

/// What the platform knows.
#[derive(Debug)]
pub(super) struct Known {
    /// Suggestions that stand and whose sides do not avoid each other, by points.
    pub(super) candidates: Vec<Candidate>,
    /// How suggestions ended so far.
    pub(super) endings: Endings,
    /// The sides.
    pub(super) members: Members,
    /// Names of the hosts.
    pub(super) names: HashMap<Place, String>,
    /// Who hosted, and when; the latest first.
    pub(super) hostings: Vec<(Place, NaiveDate)>,
    /// Venues of the hosts, those for most people first.
    pub(super) venues: Vec<Venue>,
}

/// Reads it; about ten statements.
pub(super) async fn read(desk: &Desk, ask: &AskEvent) -> Result<Known, AskError> {
    let db = &desk.db;
    let names = events::place_names(db, &ask.hosts).await?;
    if let Some(position) = ask.hosts.iter().position(|place| !names.contains_key(place)) {
        let place = format!("hosts[{position}]");
        return Err(AskError::Unknown { place, what: "division or zone" });
    }
    let filter = CandidateFilter { committee: ask.committee, kinds: ask.kinds.clone() };
    let mut found = candidates::standing(db, &filter, MAX_SUGGESTIONS).await?;
    let (firms, others) = sides(&found, ask);
    let avoided = avoid::pairs_with(db, &firms).await?;
    found.retain(|one| match one.b {
        Member::Enterprise(b) => !avoided.contains(&(one.a.min(b), one.a.max(b))),
        Member::Organisation(_) => true,
    });
    let members = Members::read(db, &firms, &others).await?;
    for (list, named) in [("mustInviteIds", &ask.must), ("withoutIds", &ask.without)] {
        members.check(named.iter().copied(), |at| format!("{list}[{at}]"))?;
    }
    let tomorrow = desk.today.checked_add_days(Days::new(1)).unwrap_or(desk.today);
    let days = (tomorrow, desk.today);
    Ok(Known {
        candidates: found,
        endings: candidates::endings(db).await?,
        members,
        names,
        hostings: booked::hostings(db, &ask.hosts, days, &[], MAX_HOSTINGS).await?,
        venues: venue::of_places(db, &ask.hosts, 1, MAX_VENUES).await?,
    })
}

/// Everybody whom suggestions or the question name.
fn sides(found: &[Candidate], ask: &AskEvent) -> (Vec<EnterpriseId>, Vec<OrganisationId>) {
    let (mut firms, mut others) = (BTreeSet::new(), BTreeSet::new());
    let of_candidates = found.iter().flat_map(|one| [Member::Enterprise(one.a), one.b]);
    for member in of_candidates.chain(ask.must.iter().chain(&ask.without).copied()) {
        match member {
            Member::Enterprise(id) => firms.insert(id),
            Member::Organisation(id) => others.insert(id),
        };
    }
    (firms.into_iter().collect(), others.into_iter().collect())
}
