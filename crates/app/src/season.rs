//! Seasons (季): having one proposed from what the platform knows, and adopting it as draft events.
//!
//! What is asked is in this file; `gather` reads what the platform knows, `problem` makes the
//! engine's problem of both, `answer` turns the engine's ids back, [`adopt`] saves.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::calendar::CalendarError;
use lianmeng_domain::event;
use lianmeng_domain::ids::{DockingEventId, VenueId};
use lianmeng_domain::region::Place;
use lianmeng_planning::InputError;
use lianmeng_planning::{season as engine, season::MAX_DAYS};
use lianmeng_store::StoreError;
use lianmeng_store::need::density::Subject;
use thiserror::Error;

use crate::command::CommandError;
use crate::desk::Desk;
use crate::event::EventCommandError;
use crate::seat;

pub mod adopt;
mod answer;
mod gather;
mod problem;

pub use answer::{
    DemandKind, HostFigures, Levels, Part, ProposedStop, Reason, SeasonDemand, SeasonFigures,
    SeasonProposal, SeasonStatus,
};

/// Most events of other organisers a season is planned around.
pub const MAX_EVENTS: usize = 2_000;

/// Asks for a season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskSeason {
    /// First day, today or later.
    pub from: NaiveDate,
    /// Last day, itself included.
    pub until: NaiveDate,
    /// Least days from one stop to the next.
    pub min_days_between: u32,
    /// Who may host.
    pub hosts: Vec<SeasonHost>,
    /// Hosts who may, or must, host together.
    pub joint: Vec<JointHosts>,
    /// Themes; with any, each stop gets one.
    pub themes: Vec<SeasonTheme>,
    /// Stops to place.
    pub stops: Vec<SeasonStop>,
    /// What was proposed before; parts that still fit stay.
    pub previous: Vec<PlacedStop>,
    /// Days that something takes of which the platform does not know.
    pub taken: Vec<TakenDay>,
    /// Venues have room for at least so many tables.
    pub min_tables: u16,
    /// Whether a stop may be on the day of an event nearby that none of its own hosts hosts.
    pub may_share_days: bool,
    /// Events that are neither in the way nor hostings: drafts that are planned anew.
    pub without: Vec<DockingEventId>,
}

/// Who may host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeasonHost {
    /// The division or zone.
    pub place: Place,
    /// Its share of the hostings, 1 to 10.
    pub weight: u32,
    /// Days on which it hosted of which the platform does not know.
    pub hosted_on: Vec<NaiveDate>,
    /// Days on which it cannot host.
    pub away_on: Vec<NaiveDate>,
}

/// Hosts who host together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JointHosts {
    /// Two or more.
    pub hosts: Vec<Place>,
    /// Whether they host only together.
    pub is_required: bool,
}

/// A theme. Its name is its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeasonTheme {
    /// Its name.
    pub name: String,
    /// Most stops that may have it.
    pub max_stops: Option<u32>,
    /// Which standing needs count for it; with a chain, also the segments a host lacks of it.
    pub subject: Subject,
}

/// A stop to place; what it names is locked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeasonStop {
    /// What the caller calls it.
    pub key: String,
    /// Its hosts, all of them; free if empty.
    pub hosts: Vec<Place>,
    /// Its date.
    pub held_on: Option<NaiveDate>,
    /// Name of its theme.
    pub theme: Option<String>,
    /// Its venue.
    pub venue: Option<VenueId>,
    /// Not before this day.
    pub from: Option<NaiveDate>,
    /// Not after this day.
    pub until: Option<NaiveDate>,
    /// People expected.
    pub attendees: u32,
}

/// A stop as proposed before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedStop {
    /// What the caller calls it.
    pub key: String,
    /// Its hosts.
    pub hosts: Vec<Place>,
    /// Its date.
    pub held_on: NaiveDate,
    /// Name of its theme.
    pub theme: Option<String>,
    /// Its venue.
    pub venue: Option<VenueId>,
}

/// A day that something takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenDay {
    /// The day.
    pub on: NaiveDate,
    /// What takes it.
    pub label: String,
    /// Whose day; everybody's if absent.
    pub host: Option<Place>,
}

/// A place as a text: the code of a division, the wire id of a zone.
pub(crate) fn place_text(place: Place) -> String {
    problem::text(place)
}

/// Why no season was proposed or adopted.
#[derive(Debug, Error)]
pub enum SeasonError {
    /// Not for this caller.
    #[error("there is nothing here that you may plan; coordinators plan seasons")]
    NotFound,
    /// The season begins in the past.
    #[error("fromOn: {from} is past; begin on {today} or later")]
    Past {
        /// Its first day.
        from: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// A year without a calendar.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// A number, date or name that makes no sense.
    #[error("{place}: {message}")]
    Input {
        /// The field and its position, counted from 0, such as `stops[2].theme`.
        place: String,
        /// What is wrong and what to do.
        message: String,
    },
    /// Something named does not exist.
    #[error("{place}: there is no such {what}")]
    Unknown {
        /// The field and its position, counted from 0.
        place: String,
        /// What it should be.
        what: &'static str,
    },
    /// More events in the season than it is planned around.
    #[error("more than {MAX_EVENTS} events are held from {from} to {until}; plan a shorter season")]
    TooManyEvents {
        /// First day.
        from: NaiveDate,
        /// Last day.
        until: NaiveDate,
    },
    /// A host or venue has another event on the day of a stop to adopt.
    #[error("stops[{stop}]: {what} has {title} on {on}; take another day, or propose again")]
    Clash {
        /// Position of the stop, from 0.
        stop: usize,
        /// The host or venue.
        what: String,
        /// The other event or stop.
        title: String,
        /// The day.
        on: NaiveDate,
    },
    /// A stop to adopt that is no good event.
    #[error("stops[{stop}]: {error}")]
    Stop {
        /// Position of the stop, from 0.
        stop: usize,
        /// What is wrong.
        error: Box<EventCommandError>,
    },
    /// The engine stopped.
    #[error("the engine stopped: {0}")]
    Engine(String),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for SeasonError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

impl From<InputError> for SeasonError {
    fn from(error: InputError) -> Self {
        let InputError { place, message } = error;
        Self::Input { place: problem::asked_as(&place), message }
    }
}

/// A season from what is asked and what the platform knows: events held and to come, the working-day
/// calendar, venues, standing needs and chains. Saves nothing; the same question over the same data has
/// the same answer. Coordinators.
///
/// # Errors
///
/// See [`SeasonError`]; demands that contradict each other are an answer.
pub async fn propose(
    desk: &Desk,
    actor: &Actor,
    ask: &AskSeason,
) -> Result<SeasonProposal, SeasonError> {
    if !event::may_propose(actor) {
        return Err(SeasonError::NotFound);
    }
    check(ask, desk.today)?;
    let known = gather::read(desk, actor, ask).await?;
    let problem = problem::problem(ask, &known)?;
    let planned =
        seat::run(move || engine::plan(&problem)).await.map_err(SeasonError::Engine)??;
    answer::proposal(planned)
        .ok_or_else(|| SeasonError::Engine("an id that nobody gave it".to_owned()))
}

/// What must hold before anything is read.
fn check(ask: &AskSeason, today: NaiveDate) -> Result<(), SeasonError> {
    if ask.from < today {
        return Err(SeasonError::Past { from: ask.from, today });
    }
    let input = |message| SeasonError::Input { place: "untilOn".to_owned(), message };
    let days = (ask.until - ask.from).num_days() + 1;
    if days < 1 {
        return Err(input(format!("{} is before {}; give a later day", ask.until, ask.from)));
    }
    if usize::try_from(days).is_ok_and(|days| days <= MAX_DAYS) {
        return Ok(());
    }
    Err(input(format!("the season has {days} days, over {MAX_DAYS}")))
}
