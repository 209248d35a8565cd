//! What the platform knows of a season's hosts, days, venues and themes.

use std::collections::HashMap;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::calendar::WorkCalendar;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::ids::IndustrialChainId;
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::region::Place;
use lianmeng_domain::venue::Venue;
use lianmeng_store::chain::presence;
use lianmeng_store::event::{self as events, booked};
use lianmeng_store::need::density;
use lianmeng_store::{calendar, chain, venue};

use chrono::{Datelike as _, NaiveDate};

use super::{AskSeason, MAX_EVENTS, SeasonError};
use crate::desk::Desk;

/// Most hostings that are read: years of them for every host there may be.
const MAX_HOSTINGS: u64 = 20_000;
/// Most venues that are read, those for most people first.
const MAX_VENUES: u64 = 2_000;

/// What the platform knows.
#[derive(Debug)]
pub(super) struct Known {
    /// Names of the hosts.
    pub(super) names: HashMap<Place, String>,
    /// Which days work.
    pub(super) calendar: WorkCalendar,
    /// Events in the season, by day.
    pub(super) events: Vec<DockingEvent>,
    /// Who hosted before the season, and when; the latest first.
    pub(super) hostings: Vec<(Place, NaiveDate)>,
    /// Venues of the hosts, those for most people first.
    pub(super) venues: Vec<Venue>,
    /// Of each host, of each theme: standing needs, and gaps of the chain.
    pub(super) density: Vec<Vec<(u64, u64)>>,
}

/// Reads it; at most eight statements, and two for each host where there are themes.
pub(super) async fn read(
    desk: &Desk,
    actor: &Actor,
    ask: &AskSeason,
) -> Result<Known, SeasonError> {
    let db = &desk.db;
    let hosts: Vec<Place> = ask.hosts.iter().map(|host| host.place).collect();
    let names = events::place_names(db, &hosts).await?;
    if let Some(position) = hosts.iter().position(|place| !names.contains_key(place)) {
        let place = format!("hosts[{position}].place");
        return Err(SeasonError::Unknown { place, what: "division or zone" });
    }
    let limit = u64::try_from(MAX_EVENTS).unwrap_or(u64::MAX) + 1;
    let events = booked::between(db, (ask.from, ask.until), &ask.without, limit).await?;
    if events.len() > MAX_EVENTS {
        return Err(SeasonError::TooManyEvents { from: ask.from, until: ask.until });
    }
    let before = (ask.from, desk.today);
    Ok(Known {
        names,
        calendar: calendar::from_year(db, ask.from.year()).await?,
        events,
        hostings: booked::hostings(db, &hosts, before, &ask.without, MAX_HOSTINGS).await?,
        venues: venue::of_places(db, &hosts, ask.min_tables, MAX_VENUES).await?,
        density: dense(desk, actor, ask).await?,
    })
}

/// Needs and gaps of each host, of each theme.
async fn dense(
    desk: &Desk,
    actor: &Actor,
    ask: &AskSeason,
) -> Result<Vec<Vec<(u64, u64)>>, SeasonError> {
    let subjects: Vec<_> = ask.themes.iter().map(|theme| theme.subject.clone()).collect();
    let chains: Vec<IndustrialChainId> = subjects.iter().filter_map(|one| one.chain).collect();
    let there = chain::find_many(&desk.db, &Visibility::All, &chains).await?;
    let is_there = |id: IndustrialChainId| there.iter().any(|chain| chain.id == id);
    if let Some(position) =
        subjects.iter().position(|one| one.chain.is_some_and(|id| !is_there(id)))
    {
        let place = format!("themes[{position}].chainId");
        return Err(SeasonError::Unknown { place, what: "chain" });
    }
    let reads = policy::visibility(actor);
    let mut all = Vec::with_capacity(ask.hosts.len());
    for host in &ask.hosts {
        let needs = density::density(&desk.db, &reads, host.place, &subjects).await?;
        let held = presence::of_place(&desk.db, host.place, &chains).await?;
        let gaps = |chain: Option<IndustrialChainId>| {
            let found = chain.and_then(|id| held.iter().find(|one| one.chain == id));
            found.map_or(0, |one| one.gaps())
        };
        all.push(needs.into_iter().zip(&subjects).map(|(n, of)| (n, gaps(of.chain))).collect());
    }
    Ok(all)
}
