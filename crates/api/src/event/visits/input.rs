//! What one asks for site visits.

use async_graphql::{ID, InputObject};
use lianmeng_app::visits::{
    AskVisits, SpotAt, VisitBus, VisitGroup, VisitSite, VisitSpot, VisitWay,
};

use crate::error::ApiError;
use crate::event::input::time;
use crate::ids;
use crate::organisation::member;
use crate::region::PlaceInput;

/// A place by name, and what tells where it lies; at most one of these.
#[derive(Debug, InputObject)]
pub struct VisitSpotInput {
    /// Its name; sites and ways name it so.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// The enterprise or organisation that is there.
    member_id: Option<ID>,
    /// A venue.
    venue_id: Option<ID>,
    /// The division or zone itself.
    place: Option<PlaceInput>,
}

impl VisitSpotInput {
    fn into_spot(self) -> Result<VisitSpot, ApiError> {
        Ok(VisitSpot { at: lies(self.member_id, self.venue_id, self.place)?, name: self.name })
    }
}

/// A site to be seen.
#[derive(Debug, InputObject)]
pub struct VisitSiteInput {
    /// Its name, different from that of every other place.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// The enterprise or organisation that is seen; at most one of this, `venueId` and `place`.
    member_id: Option<ID>,
    /// The venue that is seen.
    venue_id: Option<ID>,
    /// The division or zone it lies in.
    place: Option<PlaceInput>,
    /// Time in China at which it opens, as 09:00.
    opens_at: String,
    /// Time in China at which everybody must have left.
    closes_at: String,
    /// How long a visit takes, in minutes.
    stay_minutes: u16,
    /// Minutes of walking between bus and door, there and back each.
    #[graphql(default)]
    walk_minutes: u16,
    /// Most people inside at once; no limit if absent.
    capacity: Option<u32>,
    /// Whether the day without it is told, too (备选方案).
    #[graphql(default)]
    may_drop: bool,
}

/// A bus.
#[derive(Debug, InputObject)]
pub struct VisitBusInput {
    /// Its name.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// Seats for passengers, 1 to 10 000.
    seats: u32,
    /// Time in China at which it can leave the start, as 08:30.
    leaves_at: String,
}

/// People who ride together.
#[derive(Debug, InputObject)]
pub struct VisitGroupInput {
    /// Its name.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// How many they are, 1 to 10 000.
    people: u32,
    /// Names of the sites they want to see; all if absent. Their bus may see more.
    #[graphql(default, validator(max_items = 10))]
    site_names: Vec<String>,
    /// Name of the bus they were put on already (锁定).
    bus_name: Option<String>,
}

/// How long a way takes, as long there as back.
#[derive(Debug, InputObject)]
pub struct VisitWayInput {
    /// Name of one end.
    #[graphql(validator(max_length = 200))]
    from: String,
    /// Name of the other end.
    #[graphql(validator(max_length = 200))]
    to: String,
    /// Minutes of driving, 0 to 1 440.
    minutes: u32,
}

/// Question of `visitsPropose`.
#[derive(Debug, InputObject)]
pub struct VisitsProposeInput {
    /// The event.
    event_id: ID,
    /// Where all buses leave.
    start: VisitSpotInput,
    /// Where all buses must arrive; the venue of the event, by its name, if absent.
    end: Option<VisitSpotInput>,
    /// Time in China by which they must, as 14:30; the first slot or session of the event if absent.
    arrive_by: Option<String>,
    /// What is to be seen, 1 to 10 sites.
    #[graphql(validator(min_items = 1, max_items = 10))]
    sites: Vec<VisitSiteInput>,
    /// Buses, 1 to 20.
    #[graphql(validator(min_items = 1, max_items = 20))]
    buses: Vec<VisitBusInput>,
    /// People who ride together, 1 to 60 groups.
    #[graphql(validator(min_items = 1, max_items = 60))]
    groups: Vec<VisitGroupInput>,
    /// Ways you know, which go before `travelTimes`; at most 66.
    #[graphql(default, validator(max_items = 66))]
    travel: Vec<VisitWayInput>,
    /// Minutes between two places in one division for which nobody said more; if absent each such way
    /// must be in `travel`.
    minutes_within: Option<u32>,
}

impl VisitsProposeInput {
    pub(super) fn into_ask(self) -> Result<AskVisits, ApiError> {
        let way =
            |one: VisitWayInput| VisitWay { from: one.from, to: one.to, minutes: one.minutes };
        let group = |one: VisitGroupInput| VisitGroup {
            name: one.name,
            people: one.people,
            sites: one.site_names,
            bus: one.bus_name,
        };
        Ok(AskVisits {
            event: ids::decode(&self.event_id)?,
            start: self.start.into_spot()?,
            end: self.end.map(VisitSpotInput::into_spot).transpose()?,
            arrive_by: self.arrive_by.as_deref().map(time).transpose()?,
            sites: self.sites.into_iter().map(site).collect::<Result<_, ApiError>>()?,
            buses: self.buses.into_iter().map(bus).collect::<Result<_, ApiError>>()?,
            groups: self.groups.into_iter().map(group).collect(),
            ways: self.travel.into_iter().map(way).collect(),
            minutes_within: self.minutes_within,
        })
    }
}

fn site(input: VisitSiteInput) -> Result<VisitSite, ApiError> {
    let at = lies(input.member_id, input.venue_id, input.place)?;
    Ok(VisitSite {
        spot: VisitSpot { name: input.name, at },
        opens_at: time(&input.opens_at)?,
        closes_at: time(&input.closes_at)?,
        stay_minutes: input.stay_minutes.into(),
        walk_minutes: input.walk_minutes.into(),
        capacity: input.capacity,
        may_drop: input.may_drop,
    })
}

fn bus(input: VisitBusInput) -> Result<VisitBus, ApiError> {
    Ok(VisitBus { name: input.name, seats: input.seats, leaves_at: time(&input.leaves_at)? })
}

/// What tells where a place lies.
fn lies(
    member_id: Option<ID>,
    venue_id: Option<ID>,
    place: Option<PlaceInput>,
) -> Result<Option<SpotAt>, ApiError> {
    Ok(match (member_id, venue_id, place) {
        (None, None, None) => None,
        (Some(id), None, None) => Some(SpotAt::Member(member(&id)?)),
        (None, Some(id), None) => Some(SpotAt::Venue(ids::decode(&id)?)),
        (None, None, Some(place)) => Some(SpotAt::Place(place.into_place()?)),
        (Some(_), _, _) | (None, Some(_), Some(_)) => {
            let message = "a place has one of memberId, venueId and place; name one";
            return Err(ApiError::BadInput(message.to_owned()));
        }
    })
}

/// What visits cost against the limit of a query: their children once per stop of the plan, or of the days
/// without a site where several may be dropped.
pub(super) fn cost(input: &VisitsProposeInput, child: usize) -> usize {
    let days = input.sites.iter().filter(|site| site.may_drop).count().max(1);
    let stops = input.buses.len() * input.sites.len();
    // Each place has a way to each other one.
    let ways = (input.sites.len() + 2) * (input.sites.len() + 1) / 2;
    50 + (days * stops).max(ways).saturating_mul(child)
}
