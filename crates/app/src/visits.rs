//! Site visits (考察走访) around a docking event: which group rides on which bus, and when each bus is
//! where. Saves nothing.
//!
//! What is asked is in this file; `places` finds out how long the ways take, `problem` makes the
//! engine's problem. Names are ids here: what the caller calls a place, bus or group is what the answer
//! calls it.

use chrono::NaiveTime;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::{self, DockingEvent};
use lianmeng_domain::ids::{DockingEventId, VenueId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::{Place, RegionCode};
use lianmeng_planning::visits as engine;
use lianmeng_store::event as events;
use lianmeng_store::{StoreError, venue};
use thiserror::Error;

use crate::asking::AskError;
use crate::desk::Desk;
use crate::seat;

/// What others are told.
const NOT_YOURS: &str =
    "there is no such event that you may plan; its organisers plan its site visits";

mod places;
mod problem;

pub use lianmeng_planning::visits::{
    Answer as VisitsAnswer, BusPlan, ConflictItem as VisitsConflict, DemandKind as VisitsDemand,
    Figures as VisitsFigures, PlanB, SiteStop, Status as VisitsStatus,
};

/// Asks for site visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskVisits {
    /// The event they belong to.
    pub event: DockingEventId,
    /// Where all buses leave.
    pub start: VisitSpot,
    /// Where all buses must be in time; the venue of the event if absent.
    pub end: Option<VisitSpot>,
    /// When, by the clock in China; the first slot or session of the event if absent.
    pub arrive_by: Option<NaiveTime>,
    /// What is to be seen.
    pub sites: Vec<VisitSite>,
    /// Buses.
    pub buses: Vec<VisitBus>,
    /// People who ride together.
    pub groups: Vec<VisitGroup>,
    /// Ways that the caller knows, by names; they go before what the platform knows.
    pub ways: Vec<VisitWay>,
    /// Minutes between two places of one division where nobody said more; unknown if absent.
    pub minutes_within: Option<u32>,
}

/// A place by name, and what tells where it lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitSpot {
    /// Its name, different from those of all sites.
    pub name: String,
    /// What tells its division; nothing if absent.
    pub at: Option<SpotAt>,
}

/// What tells the division of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpotAt {
    /// The enterprise or organisation that is there.
    Member(Member),
    /// A venue.
    Venue(VenueId),
    /// The division or zone itself.
    Place(Place),
}

/// What is to be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitSite {
    /// Where.
    pub spot: VisitSpot,
    /// When it opens, by the clock in China.
    pub opens_at: NaiveTime,
    /// When everybody must have left.
    pub closes_at: NaiveTime,
    /// How long a visit takes.
    pub stay_minutes: u32,
    /// Walking between bus and door, there and back each.
    pub walk_minutes: u32,
    /// Most people inside at once.
    pub capacity: Option<u32>,
    /// Whether the day without it is told too.
    pub may_drop: bool,
}

/// A bus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitBus {
    /// Its name.
    pub name: String,
    /// Seats for passengers.
    pub seats: u32,
    /// When it can leave the start, by the clock in China.
    pub leaves_at: NaiveTime,
}

/// People who ride together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitGroup {
    /// Its name.
    pub name: String,
    /// How many they are.
    pub people: u32,
    /// Names of the sites they want to see; all if empty.
    pub sites: Vec<String>,
    /// Name of the bus they were put on.
    pub bus: Option<String>,
}

/// How long a way takes, as long there as back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitWay {
    /// Name of one end.
    pub from: String,
    /// Name of the other.
    pub to: String,
    /// Minutes of driving.
    pub minutes: u32,
}

/// Where the minutes of a way come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaySource {
    /// The question.
    Given,
    /// The times between divisions.
    TravelTimes,
    /// The question, for places of one division.
    Within,
}

/// A way that was planned with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedWay {
    /// Name of one end.
    pub from: String,
    /// Name of the other.
    pub to: String,
    /// Minutes of driving.
    pub minutes: u32,
    /// Where they come from.
    pub source: WaySource,
}

/// Planned visits, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitsProposal {
    /// The event.
    pub event: DockingEvent,
    /// What the engine says; ids are the names of the question.
    pub answer: VisitsAnswer,
    /// The ways it went by, in the order start, sites, end.
    pub ways: Vec<UsedWay>,
}

/// A way of which nobody knows how long it takes.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct UnknownWay {
    /// Name of one end.
    pub from: String,
    /// Name of the other.
    pub to: String,
    /// Their first divisions, where both are known.
    pub codes: Option<(RegionCode, RegionCode)>,
}

impl std::fmt::Display for UnknownWay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to, codes } = self;
        write!(f, "nobody knows how long the way from {from} to {to} takes; name it in travel")?;
        match codes {
            Some((a, b)) if a == b => write!(f, ", or give minutesWithin for places of {a}"),
            Some((a, b)) => write!(f, ", or set travelTimes of {a} and {b}"),
            None => write!(f, ", or say where both lie"),
        }
    }
}

/// Why no visits were planned.
#[derive(Debug, Error)]
pub enum VisitsError {
    /// Ways of which nobody knows how long they take.
    #[error("{} ways are not known; name them in travel", .0.len())]
    Ways(Vec<UnknownWay>),
    /// The question.
    #[error(transparent)]
    Ask(#[from] AskError),
}

impl From<StoreError> for VisitsError {
    fn from(error: StoreError) -> Self {
        Self::Ask(error.into())
    }
}

/// Plans the site visits of an event: the fewest buses, then the earliest arrivals, within opening times,
/// room and seats; for each site that may be dropped the day without it (plan B). Times between
/// divisions that were entered are used where the question gives none; none is guessed. The same
/// question over the same data has the same answer. The event's organisers.
///
/// # Errors
///
/// See [`VisitsError`]; demands that contradict each other are an answer.
pub async fn propose(
    desk: &Desk,
    actor: &Actor,
    ask: &AskVisits,
) -> Result<VisitsProposal, VisitsError> {
    let found = events::find(&desk.db, &Visibility::All, ask.event).await?;
    let event = found
        .filter(|event| event::may_manage(actor, &event.hosts, event.committee))
        .ok_or(AskError::NotFound(NOT_YOURS))?;
    let end = match &ask.end {
        Some(end) => end.clone(),
        None => home(desk, &event).await?,
    };
    let arrive_by = match ask.arrive_by {
        Some(time) => time,
        None => first_moment(desk, &event).await?,
    };
    problem::check_names(ask, &end)?;
    let (travel, ways) = places::travel(desk, actor, ask, &end).await?;
    let put = problem::problem(ask, arrive_by, travel);
    let planned = seat::run(move || engine::plan(&put)).await.map_err(AskError::Engine)?;
    let answer = planned.map_err(|error| AskError::input(error, problem::asked_as))?;
    Ok(VisitsProposal { event, answer, ways })
}

/// The venue of the event as a place.
async fn home(desk: &Desk, event: &DockingEvent) -> Result<VisitSpot, AskError> {
    let missing = || AskError::Input {
        place: "end".to_owned(),
        message: "the event has no venue; say where the buses are to arrive".to_owned(),
    };
    let id = event.venue.ok_or_else(missing)?;
    let venue = venue::find(&desk.db, &Visibility::All, id).await?.ok_or_else(missing)?;
    Ok(VisitSpot { name: venue.name, at: Some(SpotAt::Venue(id)) })
}

/// When the first slot or session of the event begins, by the clock in China.
async fn first_moment(desk: &Desk, event: &DockingEvent) -> Result<NaiveTime, AskError> {
    let layout = events::layout::find(&desk.db, event.id).await?;
    let slots = layout.slots.iter().map(|slot| slot.starts_at);
    let first = slots.chain(layout.sessions.iter().map(|one| one.starts_at)).min();
    first.map(|moment| lianmeng_domain::calendar::local(moment).time()).ok_or_else(|| {
        let message = "the event has neither slots nor sessions; say when buses must be there";
        AskError::Input { place: "arriveBy".to_owned(), message: message.to_owned() }
    })
}
