//! Turning a proposed season into draft events, all or none.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::{self as rules, DockingEvent, HalfDayLayout};
use lianmeng_domain::ids::{ChainCommitteeId, DockingEventId, VenueId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use lianmeng_planning::season::MAX_STOPS;
use lianmeng_store::event::{self as store, booked};
use lianmeng_store::venue;

use super::{MAX_EVENTS, SeasonError};
use crate::command::{self, Begun, Change, Touches};
use crate::desk::Desk;
use crate::event::{self as events, EventCard};

/// Adopts a season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptSeason {
    /// Its stops.
    pub stops: Vec<AdoptStop>,
    /// The committee the events belong to.
    pub committee: Option<ChainCommitteeId>,
    /// How many tables each has.
    pub tables: u16,
    /// How far the breaks of any two participants may differ.
    pub fairness: u16,
    /// Slots of each.
    pub half_days: Vec<HalfDayLayout>,
    /// Whether they are invented for demonstration.
    pub is_example: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// A stop to adopt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptStop {
    /// Title of the event.
    pub title: String,
    /// Its hosts, the leading one first.
    pub hosts: Vec<Place>,
    /// Its date.
    pub held_on: NaiveDate,
    /// Its venue.
    pub venue: Option<VenueId>,
}

/// Makes an event of each stop, as ideas, in the order given; none if one of them is no good event, or
/// if a host or venue has another event on its day by now. Coordinators.
///
/// # Errors
///
/// See [`SeasonError`]; nothing is saved when an error is returned.
pub async fn adopt(
    desk: &Desk,
    actor: &Actor,
    cmd: &AdoptSeason,
) -> Result<Vec<DockingEventId>, SeasonError> {
    if !rules::may_propose(actor) {
        return Err(SeasonError::NotFound);
    }
    if cmd.stops.len() > MAX_STOPS {
        let message = format!("{} stops; a season has at most {MAX_STOPS}", cmd.stops.len());
        return Err(SeasonError::Input { place: "stops".to_owned(), message });
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(things) => {
            return Ok(things.split(' ').filter_map(command::replayed_id).collect());
        }
    };
    free(&change, &cmd.stops).await?;
    let mut ids = Vec::with_capacity(cmd.stops.len());
    for (position, stop) in cmd.stops.iter().enumerate() {
        let made = events::insert(desk, &change, &card(cmd, stop)).await;
        let bad = |error| SeasonError::Stop { stop: position, error: Box::new(error) };
        ids.push(made.map_err(bad)?.id);
    }
    let things: Vec<String> = ids.iter().map(|id| events::wire(*id)).collect();
    change.finish("AdoptSeason", &things.join(" "), Touches::Nothing).await?;
    Ok(ids)
}

fn card(cmd: &AdoptSeason, stop: &AdoptStop) -> EventCard {
    EventCard {
        title: stop.title.clone(),
        hosts: stop.hosts.clone(),
        committee: cmd.committee,
        venue: stop.venue,
        held_on: stop.held_on,
        tables: cmd.tables,
        table_labels: Vec::new(),
        fairness: cmd.fairness,
        half_days: cmd.half_days.clone(),
        sessions: Vec::new(),
        is_example: cmd.is_example,
    }
}

/// What takes a day: hosts and venue.
#[derive(Debug)]
struct Booking<'a> {
    title: &'a str,
    hosts: &'a [Place],
    venue: Option<VenueId>,
}

/// Whether hosts and venues are free on the days of the stops.
async fn free(change: &Change<'_>, stops: &[AdoptStop]) -> Result<(), SeasonError> {
    let days = stops.iter().map(|stop| stop.held_on);
    let Some((from, until)) = days.clone().min().zip(days.max()) else {
        return Ok(());
    };
    let limit = u64::try_from(MAX_EVENTS).unwrap_or(u64::MAX) + 1;
    let events: Vec<DockingEvent> = booked::between(&change.tx, (from, until), &[], limit).await?;
    if events.len() > MAX_EVENTS {
        return Err(SeasonError::TooManyEvents { from, until });
    }
    let mut taken: BTreeMap<NaiveDate, Vec<Booking<'_>>> = BTreeMap::new();
    for one in &events {
        let booking = Booking { title: &one.title, hosts: &one.hosts, venue: one.venue };
        taken.entry(one.held_on).or_default().push(booking);
    }
    for (position, stop) in stops.iter().enumerate() {
        let booking = Booking { title: &stop.title, hosts: &stop.hosts, venue: stop.venue };
        let of_day = taken.entry(stop.held_on).or_default();
        if let Some((what, title)) = clash(&booking, of_day) {
            let (title, what) = (title.to_owned(), name(change, what).await?);
            return Err(SeasonError::Clash { stop: position, what, title, on: stop.held_on });
        }
        of_day.push(booking);
    }
    Ok(())
}

/// A host or a venue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Booked {
    Host(Place),
    Venue(VenueId),
}

/// The first host or venue of `one` that another one of the day has, and that one's title.
fn clash<'a>(one: &Booking<'_>, others: &[Booking<'a>]) -> Option<(Booked, &'a str)> {
    others.iter().find_map(|other| {
        let host = one.hosts.iter().find(|place| other.hosts.contains(place));
        let venue = one.venue.filter(|id| other.venue == Some(*id));
        let what = host.map(|place| Booked::Host(*place)).or(venue.map(Booked::Venue));
        what.map(|what| (what, other.title))
    })
}

async fn name(change: &Change<'_>, what: Booked) -> Result<String, SeasonError> {
    Ok(match what {
        Booked::Host(place) => {
            let names = store::place_names(&change.tx, &[place]).await?;
            names.into_values().next().unwrap_or_else(|| super::problem::text(place))
        }
        Booked::Venue(id) => {
            let found = venue::find(&change.tx, &Visibility::All, id).await?;
            found.map_or_else(|| id.to_string(), |venue| venue.name)
        }
    })
}
