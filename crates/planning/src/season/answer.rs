//! What a planned season says.

use super::model::Model;
use super::reasons;
use super::search::{self, Found};
use crate::words::{Words, signed, unsigned};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Whether there is a season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// There is, and with stops in this order none is better on any level.
    Optimal,
    /// There is; a better one may exist.
    Planned,
    /// There is none.
    Impossible,
}

/// A season, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// Whether there is a season.
    pub status: Status,
    /// Stops in the order in which they are held; empty if impossible.
    pub stops: Vec<PlannedStop>,
    /// Counts and gaps; none if impossible.
    pub figures: Option<Figures>,
    /// Demands that cannot be met together, the season itself first; empty unless impossible.
    pub conflict: Vec<ConflictItem>,
}

/// A stop with hosts, date, theme and venue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedStop {
    /// The stop's id.
    pub stop: String,
    /// Ids of its hosts, in the order of the problem.
    pub hosts: Vec<String>,
    /// Its date.
    pub date: NaiveDate,
    /// Its theme; none in a season without themes.
    pub theme: Option<String>,
    /// Its venue; none if no host of it lists any.
    pub venue: Option<String>,
    /// Parts that differ from the previous proposal.
    pub changed: Vec<Part>,
    /// Why, part by part.
    pub reasons: Vec<Reason>,
}

/// A part of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Who hosts.
    Hosts,
    /// When.
    Date,
    /// On what.
    Theme,
    /// Where.
    Venue,
}

/// Why a part is as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Reason {
    /// The part.
    pub part: Part,
    /// The reason.
    pub words: Words,
}

/// Counts and gaps of a season.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Figures {
    /// By host, in the order of the problem.
    pub hosts: Vec<HostFigures>,
    /// Most hostings less fewest, the past included; hosts with different weights count a hosting
    /// as the least common multiple of all weights divided by their own.
    pub difference: u64,
    /// No season has a smaller difference.
    pub difference_bound: u64,
    /// Days from each stop to the next.
    pub stop_gaps: Vec<u64>,
    /// What the season costs on each level.
    pub levels: Levels,
}

/// Hostings of one host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostFigures {
    /// The host's id.
    pub host: String,
    /// Hostings before the season.
    pub past: u64,
    /// Hostings in the season.
    pub planned: u64,
    /// Days between its hostings, the last one before the season included.
    pub gaps: Vec<u64>,
}

/// What a season costs, in the order in which levels are compared; less is better, but for points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Levels {
    /// Parts changed against the previous proposal.
    pub changed: i64,
    /// Difference of hosting counts.
    pub difference: i64,
    /// Sum of squares of hosting counts.
    pub squares: i64,
    /// Squared days each host waits, at even positions: since its last hosting, between hostings,
    /// and until the season's end.
    pub waits: i64,
    /// Squared days before the first stop, between stops, and after the last.
    pub stop_gaps: i64,
    /// Points of themes; more is better.
    pub theme_points: i64,
    /// Days from the season's first day to each stop, summed.
    pub days: i64,
    /// Empty seats.
    pub spare_seats: i64,
}

/// One demand of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConflictItem {
    /// What kind of demand.
    pub kind: DemandKind,
    /// Id of the stop, host or theme; none where the demand has none.
    pub id: Option<String>,
    /// The demand and what would end the conflict.
    pub words: Words,
}

/// What kind of demand is in conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DemandKind {
    /// So many stops from one day to another; always the first.
    Season,
    /// Only working days.
    Calendar,
    /// Days between stops.
    Spacing,
    /// The date of a stop.
    Date,
    /// The hosts of a stop.
    Hosts,
    /// The first and last day of a stop.
    Window,
    /// Venue and size of a stop.
    Venue,
    /// An event that takes a date.
    Taken,
    /// Days on which a host cannot.
    Away,
    /// The theme of a stop.
    Theme,
    /// The most stops of a theme.
    Limit,
}

pub(crate) fn impossible(conflict: Vec<ConflictItem>) -> Answer {
    Answer { status: Status::Impossible, stops: Vec::new(), figures: None, conflict }
}

pub(crate) fn planned(model: &Model<'_>, found: &Found) -> Answer {
    let status = if found.is_proved { Status::Optimal } else { Status::Planned };
    let stops = (0..found.order.len()).map(|k| stop(model, found, k)).collect();
    Answer { status, stops, figures: Some(figures(model, found)), conflict: Vec::new() }
}

fn stop(model: &Model<'_>, found: &Found, k: usize) -> PlannedStop {
    let party = &model.parties[found.parties[k]];
    let theme = found.themes[k];
    let venue = found.dated.venues[k];
    let mut changed = Vec::new();
    if let Some(before) = &model.before[found.order[k]] {
        let parts = [
            (before.party.as_ref() != Some(party), Part::Hosts),
            (before.day != found.dated.days[k], Part::Date),
            (theme.is_some() && before.theme != theme, Part::Theme),
            (before.venue != venue, Part::Venue),
        ];
        changed.extend(parts.into_iter().filter(|(is, _)| *is).map(|(_, part)| part));
    }
    PlannedStop {
        stop: model.problem.stops[found.order[k]].id.clone(),
        hosts: party.iter().map(|&h| model.host(h).id.clone()).collect(),
        date: model.date(found.dated.days[k]),
        theme: theme.map(|t| model.problem.themes[t].id.clone()),
        venue: venue.map(|v| {
            let (h, i) = model.venues[v];
            model.host(h).venues[i].id.clone()
        }),
        changed,
        reasons: reasons::of(model, found, k),
    }
}

fn figures(model: &Model<'_>, found: &Found) -> Figures {
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let past = search::past_counts(model);
    let hosts = (0..model.problem.hosts.len())
        .map(|h| {
            let last = model.host(h).past.iter().max().map(|&date| model.day(date));
            let turns =
                (0..found.order.len()).filter(|&k| model.parties[found.parties[k]].contains(&h));
            let days: Vec<i64> =
                last.into_iter().chain(turns.map(|k| found.dated.days[k])).collect();
            HostFigures {
                host: model.host(h).id.clone(),
                past: count(past[h]),
                planned: count(signed(days.len()) - i64::from(last.is_some())),
                gaps: days.windows(2).map(|pair| count(pair[1] - pair[0])).collect(),
            }
        })
        .collect();
    let [changed, difference, squares, waits, stop_gaps, points, days, spare_seats] = found.key;
    Figures {
        hosts,
        difference: count(difference),
        difference_bound: count(search::difference_bound(model)),
        stop_gaps: found.dated.days.windows(2).map(|pair| count(pair[1] - pair[0])).collect(),
        levels: Levels {
            changed,
            difference,
            squares,
            waits,
            stop_gaps,
            theme_points: signed(unsigned(-points)),
            days,
            spare_seats,
        },
    }
}
