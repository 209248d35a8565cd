//! What is asked of a season.

use async_graphql::{ID, InputObject};
use lianmeng_app::season::{
    AskSeason, JointHosts, PlacedStop, SeasonHost, SeasonStop, SeasonTheme, TakenDay,
};
use lianmeng_domain::event::DEFAULT_FAIRNESS;
use lianmeng_domain::region::Place;
use lianmeng_store::need::density::Subject;

use super::{AdoptSeason, AdoptStop};
use crate::error::ApiError;
use crate::event::input::HalfDayInput;
use crate::ids;
use crate::industry::IndustryInput;
use crate::need::words::NeedKindWord;
use crate::region::PlaceInput;
use crate::scalars::Day;

/// Who may host.
#[derive(Debug, InputObject)]
pub struct SeasonHostInput {
    /// The division or functional zone.
    place: PlaceInput,
    /// Its share of the hostings, 1 to 10: with 2 it hosts twice as often as with 1.
    #[graphql(default = 1)]
    weight: u32,
    /// Days before the season on which it hosted of which the platform does not know, at most 100.
    #[graphql(default, validator(max_items = 100))]
    hosted_on: Vec<Day>,
    /// Days on which it cannot host, at most 100.
    #[graphql(default, validator(max_items = 100))]
    away_on: Vec<Day>,
}

/// Hosts who host a stop together; each of them has then hosted once.
#[derive(Debug, InputObject)]
pub struct SeasonJointInput {
    /// Two or more of the hosts, at most 10.
    #[graphql(validator(max_items = 10))]
    hosts: Vec<PlaceInput>,
    /// Whether they host only together, unless a stop names one of them alone.
    #[graphql(default)]
    is_required: bool,
}

/// A theme (主题) of stops, and which standing needs count for it: those for which every given part
/// holds; none where none is given. A theme goes where most needs stand.
#[derive(Debug, InputObject)]
pub struct SeasonThemeInput {
    /// Its name; stops refer to it.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// Most stops that may have it; no limit if absent.
    max_stops: Option<u32>,
    /// Needs of one of these kinds.
    #[graphql(default, validator(max_items = 12))]
    kinds: Vec<NeedKindWord>,
    /// Needs in one of these industries or below, at most 20; the enterprise's where a need names none.
    #[graphql(default, validator(max_items = 20))]
    industries: Vec<IndustryInput>,
    /// Needs of this industrial chain (产业链): of its committees, or of enterprises placed on it. With
    /// it the segments count, too, that a host lacks of a chain it has begun (断点).
    chain_id: Option<ID>,
}

/// A stop (站) to place. What it names is locked.
#[derive(Debug, InputObject)]
pub struct SeasonStopInput {
    /// What you call it; different within the season.
    #[graphql(validator(min_length = 1, max_length = 40))]
    key: String,
    /// Its hosts, all of them, at most 10; free if absent.
    #[graphql(default, validator(max_items = 10))]
    hosts: Vec<PlaceInput>,
    /// Its date in China; free if absent.
    held_on: Option<Day>,
    /// Name of its theme; free if absent.
    #[graphql(validator(max_length = 100))]
    theme: Option<String>,
    /// Its venue, one of a host; free if absent.
    venue_id: Option<ID>,
    /// Not before this day.
    from_on: Option<Day>,
    /// Not after this day.
    until_on: Option<Day>,
    /// People expected: the venue must seat them.
    #[graphql(default)]
    attendees: u32,
}

/// A stop as it was proposed before.
#[derive(Debug, InputObject)]
pub struct SeasonPlacedInput {
    /// What you call it; a stop that is no longer asked for is ignored.
    #[graphql(validator(min_length = 1, max_length = 40))]
    key: String,
    /// Its hosts, at most 10.
    #[graphql(validator(max_items = 10))]
    hosts: Vec<PlaceInput>,
    /// Its date.
    held_on: Day,
    /// Name of its theme.
    #[graphql(validator(max_length = 100))]
    theme: Option<String>,
    /// Its venue.
    venue_id: Option<ID>,
}

/// A day that something takes of which the platform does not know.
#[derive(Debug, InputObject)]
pub struct SeasonTakenInput {
    /// The day.
    on: Day,
    /// What takes it; told in the reasons.
    #[graphql(validator(min_length = 1, max_length = 100))]
    label: String,
    /// Whose day it takes, one of the hosts; everybody's if absent.
    host: Option<PlaceInput>,
}

/// Question of `seasonPropose`.
#[derive(Debug, InputObject)]
pub struct SeasonInput {
    /// First day in China, today or later.
    from_on: Day,
    /// Last day, itself included; a season has at most 1200 days.
    until_on: Day,
    /// Least days from one stop to the next.
    #[graphql(default = 1)]
    min_days_between: u32,
    /// Who may host, 1 to 60. How often each hosted before the season is read from its events.
    #[graphql(validator(max_items = 60))]
    hosts: Vec<SeasonHostInput>,
    /// Sets of hosts that may host together, or must; at most 60.
    #[graphql(default, validator(max_items = 60))]
    joint: Vec<SeasonJointInput>,
    /// Themes, at most 60; with any, each stop gets one.
    #[graphql(default, validator(max_items = 60))]
    themes: Vec<SeasonThemeInput>,
    /// Stops to place, at most 60. Those without a date stay in this order.
    #[graphql(validator(max_items = 60))]
    stops: Vec<SeasonStopInput>,
    /// What was proposed before, at most 100: as few parts as possible change.
    #[graphql(default, validator(max_items = 100))]
    previous: Vec<SeasonPlacedInput>,
    /// Days that something takes of which the platform does not know, at most 100.
    #[graphql(default, validator(max_items = 100))]
    taken: Vec<SeasonTakenInput>,
    /// Only venues with room for so many tables.
    #[graphql(default = 1)]
    min_tables: u16,
    /// Whether a stop may be on the day of an event of the same city that none of its hosts hosts.
    #[graphql(default)]
    may_share_days: bool,
    /// Events that are neither in the way nor count as hostings, at most 100: drafts planned anew.
    #[graphql(default, validator(max_items = 100))]
    without_event_ids: Vec<ID>,
}

impl SeasonInput {
    pub(super) fn into_ask(self) -> Result<AskSeason, ApiError> {
        let joint = self
            .joint
            .into_iter()
            .map(|one| Ok(JointHosts { hosts: places(one.hosts)?, is_required: one.is_required }));
        let taken = self.taken.into_iter().map(|one| {
            let host = one.host.map(PlaceInput::into_place).transpose()?;
            Ok(TakenDay { on: one.on.date(), label: one.label, host })
        });
        let without = self.without_event_ids.iter().map(|id| ids::decode(id));
        Ok(AskSeason {
            from: self.from_on.date(),
            until: self.until_on.date(),
            min_days_between: self.min_days_between,
            hosts: self.hosts.into_iter().map(host).collect::<Result<_, ApiError>>()?,
            joint: joint.collect::<Result<_, ApiError>>()?,
            themes: self.themes.into_iter().map(theme).collect::<Result<_, ApiError>>()?,
            stops: self.stops.into_iter().map(stop).collect::<Result<_, ApiError>>()?,
            previous: self.previous.into_iter().map(placed).collect::<Result<_, ApiError>>()?,
            taken: taken.collect::<Result<_, ApiError>>()?,
            min_tables: self.min_tables,
            may_share_days: self.may_share_days,
            without: without.collect::<Result<_, ApiError>>()?,
        })
    }
}

/// What a season costs against the limit of a query: its children once per stop or host.
pub(super) fn cost(input: &SeasonInput, child: usize) -> usize {
    let rows = input.stops.len().max(input.hosts.len()).max(1);
    50 + rows.saturating_mul(child)
}

fn places(inputs: Vec<PlaceInput>) -> Result<Vec<Place>, ApiError> {
    inputs.into_iter().map(PlaceInput::into_place).collect()
}

fn days(inputs: Vec<Day>) -> Vec<chrono::NaiveDate> {
    inputs.into_iter().map(Day::date).collect()
}

fn host(input: SeasonHostInput) -> Result<SeasonHost, ApiError> {
    Ok(SeasonHost {
        place: input.place.into_place()?,
        weight: input.weight,
        hosted_on: days(input.hosted_on),
        away_on: days(input.away_on),
    })
}

fn theme(input: SeasonThemeInput) -> Result<SeasonTheme, ApiError> {
    Ok(SeasonTheme {
        name: input.name,
        max_stops: input.max_stops,
        subject: Subject {
            kinds: input.kinds.into_iter().map(Into::into).collect(),
            industries: input.industries.into_iter().map(Into::into).collect(),
            chain: input.chain_id.map(|id| ids::decode(&id)).transpose()?,
        },
    })
}

fn stop(input: SeasonStopInput) -> Result<SeasonStop, ApiError> {
    Ok(SeasonStop {
        key: input.key,
        hosts: places(input.hosts)?,
        held_on: input.held_on.map(Day::date),
        theme: input.theme,
        venue: input.venue_id.map(|id| ids::decode(&id)).transpose()?,
        from: input.from_on.map(Day::date),
        until: input.until_on.map(Day::date),
        attendees: input.attendees,
    })
}

fn placed(input: SeasonPlacedInput) -> Result<PlacedStop, ApiError> {
    Ok(PlacedStop {
        key: input.key,
        hosts: places(input.hosts)?,
        held_on: input.held_on.date(),
        theme: input.theme,
        venue: input.venue_id.map(|id| ids::decode(&id)).transpose()?,
    })
}

/// A stop to adopt.
#[derive(Debug, InputObject)]
pub struct SeasonAdoptStopInput {
    /// Title of the event, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    title: String,
    /// Divisions and zones that host it together (承办方), the leading one first, 1 to 10.
    #[graphql(validator(max_items = 10))]
    hosts: Vec<PlaceInput>,
    /// Its date in China; not in the past.
    held_on: Day,
    /// Where it takes place.
    venue_id: Option<ID>,
}

/// Input of `seasonAdopt`.
#[derive(Debug, InputObject)]
pub struct SeasonAdoptInput {
    /// The stops, 1 to 60.
    #[graphql(validator(min_items = 1, max_items = 60))]
    stops: Vec<SeasonAdoptStopInput>,
    /// Chain committee the events belong to.
    committee_id: Option<ID>,
    /// How many tables each has, no more than its venue has room for.
    tables: u16,
    /// How far the breaks of any two participants may differ, 0 to 20; 2 if absent.
    fairness: Option<u16>,
    /// Slots of each, by half day.
    #[graphql(validator(max_items = 2))]
    half_days: Vec<HalfDayInput>,
    /// Whether they are invented for demonstration (示例).
    #[graphql(default)]
    is_example: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

impl SeasonAdoptInput {
    pub(super) fn into_command(self) -> Result<AdoptSeason, ApiError> {
        let stop = |one: SeasonAdoptStopInput| {
            Ok(AdoptStop {
                title: one.title,
                hosts: places(one.hosts)?,
                held_on: one.held_on.date(),
                venue: one.venue_id.map(|id| ids::decode(&id)).transpose()?,
            })
        };
        let halves = self.half_days.into_iter().map(HalfDayInput::into_layout);
        Ok(AdoptSeason {
            stops: self.stops.into_iter().map(stop).collect::<Result<_, ApiError>>()?,
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            tables: self.tables,
            fairness: self.fairness.unwrap_or(DEFAULT_FAIRNESS),
            half_days: halves.collect::<Result<_, ApiError>>()?,
            is_example: self.is_example,
            request_key: self.request_key,
        })
    }
}
