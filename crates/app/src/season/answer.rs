//! What a proposed season says, with places and venues in place of the engine's ids.

use chrono::NaiveDate;
use lianmeng_domain::ids::VenueId;
use lianmeng_domain::region::Place;
use lianmeng_planning::season as engine;
pub use lianmeng_planning::season::{DemandKind, Levels, Part, Reason, Status as SeasonStatus};

use super::problem::{place, venue};

/// A season, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeasonProposal {
    /// Whether there is one.
    pub status: SeasonStatus,
    /// Its stops in the order in which they are held; empty if there is none.
    pub stops: Vec<ProposedStop>,
    /// Counts and gaps; none if there is none.
    pub figures: Option<SeasonFigures>,
    /// Demands that cannot be met together, the season itself first; empty if there is one.
    pub conflict: Vec<SeasonDemand>,
}

/// A stop with hosts, date, theme and venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedStop {
    /// What the caller calls it.
    pub key: String,
    /// Its hosts, in the order of the question.
    pub hosts: Vec<Place>,
    /// Its date.
    pub held_on: NaiveDate,
    /// Name of its theme; none in a season without themes.
    pub theme: Option<String>,
    /// Its venue; none if no host of it has any.
    pub venue: Option<VenueId>,
    /// Parts that differ from what was proposed before.
    pub changed: Vec<Part>,
    /// Why, part by part.
    pub reasons: Vec<Reason>,
}

/// Counts and gaps of a season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeasonFigures {
    /// By host, in the order of the question.
    pub hosts: Vec<HostFigures>,
    /// Most hostings less fewest, the past included; with shares, of hostings divided by them.
    pub difference: u64,
    /// No season has a smaller difference.
    pub difference_bound: u64,
    /// Days from each stop to the next.
    pub stop_gaps: Vec<u64>,
    /// What the season costs on each level.
    pub levels: Levels,
}

/// Hostings of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostFigures {
    /// The host.
    pub host: Place,
    /// Hostings before the season.
    pub past: u64,
    /// Hostings in the season.
    pub planned: u64,
    /// Days between its hostings, the last one before the season included.
    pub gaps: Vec<u64>,
}

/// One demand of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeasonDemand {
    /// What kind of demand.
    pub kind: DemandKind,
    /// Key of the stop, division code or zone id of the host, or name of the theme it is about.
    pub about: Option<String>,
    /// The demand and what would end the conflict, in English.
    pub en: String,
    /// The same in Chinese.
    pub zh: String,
}

/// The engine's answer with places in place of texts; none if a text is none that it was given.
pub(super) fn proposal(answer: engine::Answer) -> Option<SeasonProposal> {
    let stops: Option<Vec<_>> = answer.stops.into_iter().map(stop).collect();
    let figures = match answer.figures {
        Some(found) => Some(figures(found)?),
        None => None,
    };
    let conflict = answer.conflict.into_iter().map(|item| SeasonDemand {
        kind: item.kind,
        about: item.id,
        en: item.words.en,
        zh: item.words.zh,
    });
    Some(SeasonProposal {
        status: answer.status,
        stops: stops?,
        figures,
        conflict: conflict.collect(),
    })
}

fn stop(found: engine::PlannedStop) -> Option<ProposedStop> {
    let hosts: Option<Vec<Place>> = found.hosts.iter().map(|id| place(id)).collect();
    let venue = match &found.venue {
        Some(id) => Some(venue(id)?),
        None => None,
    };
    Some(ProposedStop {
        key: found.stop,
        hosts: hosts?,
        held_on: found.date,
        theme: found.theme,
        venue,
        changed: found.changed,
        reasons: found.reasons,
    })
}

fn figures(found: engine::Figures) -> Option<SeasonFigures> {
    let host = |one: engine::HostFigures| {
        let engine::HostFigures { host, past, planned, gaps } = one;
        Some(HostFigures { host: place(&host)?, past, planned, gaps })
    };
    let hosts: Option<Vec<_>> = found.hosts.into_iter().map(host).collect();
    Some(SeasonFigures {
        hosts: hosts?,
        difference: found.difference,
        difference_bound: found.difference_bound,
        stop_gaps: found.stop_gaps,
        levels: found.levels,
    })
}
