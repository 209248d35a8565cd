//! Seasons in GraphQL: having one proposed, and adopting it. Inputs are in [`input`].

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use lianmeng_app::season::adopt::{self, AdoptSeason, AdoptStop};
use lianmeng_app::season::{
    self as app, DemandKind, HostFigures, Part, ProposedStop, Reason, SeasonDemand, SeasonError,
    SeasonFigures, SeasonProposal, SeasonStatus,
};
use lianmeng_domain::ids::DockingEventId;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::event::{DockingEventNode, payload};
use crate::region::PlaceNode;
use crate::scalars::Day;
use crate::scope::Scope;
use crate::venue::VenueNode;

pub mod input;
#[cfg(test)]
mod tests;

use input::{SeasonAdoptInput, SeasonInput, cost};

/// Whether there is a season.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SeasonStatus", remote = "SeasonStatus")]
pub enum StatusWord {
    /// There is, and with stops in this order none is better.
    Optimal,
    /// There is; a better one may exist.
    Planned,
    /// There is none: `conflict` says why.
    Impossible,
}

/// A part of a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SeasonPart", remote = "Part")]
pub enum PartWord {
    /// Who hosts (承办方).
    Hosts,
    /// When (日期).
    Date,
    /// On what (主题).
    Theme,
    /// Where (场地).
    Venue,
}

/// What kind of demand cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SeasonDemandKind", remote = "DemandKind")]
pub enum DemandKindWord {
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

/// Why a part of a stop is as it is.
#[derive(Debug)]
pub struct ReasonNode(Reason);

/// Why a part of a stop is as it is.
#[Object(name = "SeasonReason")]
impl ReasonNode {
    /// The part.
    async fn part(&self) -> PartWord {
        self.0.part.into()
    }

    /// The reason in Chinese.
    async fn zh(&self) -> &str {
        &self.0.words.zh
    }

    /// The reason in English.
    async fn en(&self) -> &str {
        &self.0.words.en
    }
}

/// A stop of a proposed season.
#[derive(Debug)]
pub struct StopNode(ProposedStop);

/// A stop (站) of a proposed season; nothing is saved.
#[Object(name = "SeasonStop")]
impl StopNode {
    /// What you call it.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Divisions and zones that host it together (承办方), in the order of the question.
    async fn hosts(&self) -> Vec<PlaceNode> {
        self.0.hosts.iter().copied().map(PlaceNode).collect()
    }

    /// Its date in China, a working day.
    async fn held_on(&self) -> Day {
        Day(self.0.held_on)
    }

    /// Name of its theme; null in a season without themes.
    async fn theme(&self) -> Option<&str> {
        self.0.theme.as_deref()
    }

    /// Its venue; null if no host of it has one.
    async fn venue(&self, ctx: &Context<'_>) -> Result<Option<VenueNode>> {
        let Some(venue) = self.0.venue else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(venue).await?.map(VenueNode))
    }

    /// Parts that differ from `previous`; empty without one.
    async fn changed(&self) -> Vec<PartWord> {
        self.0.changed.iter().copied().map(Into::into).collect()
    }

    /// Why, part by part; one reason for each host.
    async fn reasons(&self) -> Vec<ReasonNode> {
        self.0.reasons.iter().cloned().map(ReasonNode).collect()
    }
}

/// Hostings of one host.
#[derive(Debug)]
pub struct HostNode(HostFigures);

/// Hostings of one host of a season.
#[Object(name = "SeasonHost")]
impl HostNode {
    /// The division or zone.
    async fn host(&self) -> PlaceNode {
        PlaceNode(self.0.host)
    }

    /// How often it hosted before the season.
    async fn past(&self) -> u64 {
        self.0.past
    }

    /// How often it hosts in the season.
    async fn planned(&self) -> u64 {
        self.0.planned
    }

    /// Days between its hostings, the last one before the season included.
    async fn gap_days(&self) -> &[u64] {
        &self.0.gaps
    }
}

/// Counts and gaps of a season.
#[derive(Debug)]
pub struct FiguresNode(SeasonFigures);

/// Counts and gaps of a season.
#[Object(name = "SeasonFigures")]
impl FiguresNode {
    /// By host, in the order of the question.
    async fn hosts(&self) -> Vec<HostNode> {
        self.0.hosts.iter().cloned().map(HostNode).collect()
    }

    /// Most hostings less fewest, the past included; with shares, of hostings divided by them.
    async fn difference(&self) -> u64 {
        self.0.difference
    }

    /// No season has a smaller difference.
    async fn difference_bound(&self) -> u64 {
        self.0.difference_bound
    }

    /// Days from each stop to the next.
    async fn stop_gap_days(&self) -> &[u64] {
        &self.0.stop_gaps
    }

    /// Needs and gaps that the themes meet at their hosts, summed over the stops.
    async fn theme_points(&self) -> i64 {
        self.0.levels.theme_points
    }

    /// How many parts of stops differ from `previous`.
    async fn changed_parts(&self) -> i64 {
        self.0.levels.changed
    }
}

/// One demand of a conflict.
#[derive(Debug)]
pub struct DemandNode(SeasonDemand);

/// One demand (要求) of a conflict: together they cannot be met, and giving up one of them helps.
#[Object(name = "SeasonDemand")]
impl DemandNode {
    /// What kind of demand it is.
    async fn kind(&self) -> DemandKindWord {
        self.0.kind.into()
    }

    /// Key of the stop, division code or zone id of the host, or name of the theme it is about; null
    /// if it is about the whole season.
    async fn about(&self) -> Option<&str> {
        self.0.about.as_deref()
    }

    /// The demand and what would end the conflict, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.zh
    }

    /// The same in English.
    async fn en(&self) -> &str {
        &self.0.en
    }
}

/// A season, or why there is none.
#[derive(Debug, Default, SimpleObject)]
pub struct SeasonProposalPayload {
    /// Whether there is a season; null if the question was refused.
    status: Option<StatusWord>,
    /// Its stops in the order in which they are held; empty if there is none.
    stops: Vec<StopNode>,
    /// Counts and gaps; null if there is none.
    figures: Option<FiguresNode>,
    /// Demands that cannot be met together, the season itself first; empty if there is one.
    conflict: Vec<DemandNode>,
    /// Why the question was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl From<SeasonProposal> for SeasonProposalPayload {
    fn from(found: SeasonProposal) -> Self {
        Self {
            status: Some(found.status.into()),
            stops: found.stops.into_iter().map(StopNode).collect(),
            figures: found.figures.map(FiguresNode),
            conflict: found.conflict.into_iter().map(DemandNode).collect(),
            errors: Vec::new(),
        }
    }
}

/// The query.
#[derive(Debug, Default)]
pub struct SeasonQuery;

#[Object]
impl SeasonQuery {
    /// A season (季): who hosts which stop (站), when, on what theme and where. Read are events held and
    /// to come, the working-day calendar, venues, standing needs and chains. Hosts take turns with the
    /// smallest difference in counts, the past included, and even gaps; holidays are avoided, swapped
    /// working days count. What a stop names is locked; with `previous`, parts that still fit stay. If
    /// not everything can be met, a small set of demands says why. Saves nothing; `seasonAdopt` does.
    /// Coordinators.
    #[graphql(complexity = "cost(&input, child_complexity)")]
    async fn season_propose(
        &self,
        ctx: &Context<'_>,
        input: SeasonInput,
    ) -> Result<SeasonProposalPayload> {
        let scope = Scope::of(ctx)?;
        Ok(match app::propose(&scope.desk, &scope.actor, &input.into_ask()?).await {
            Ok(found) => found.into(),
            Err(error) => SeasonProposalPayload {
                errors: vec![user_error(error)?],
                ..SeasonProposalPayload::default()
            },
        })
    }
}

/// Draft events, or why not.
#[derive(Debug, SimpleObject)]
pub struct SeasonAdoptPayload {
    /// The events, as ideas, in the order of the stops; empty if refused.
    events: Vec<DockingEventNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// The change.
#[derive(Debug, Default)]
pub struct SeasonMutation;

#[Object]
impl SeasonMutation {
    /// Makes draft events (设想) of the stops of a season, all or none. Refused if a host or venue has
    /// another event on the day of a stop by now. Coordinators.
    async fn season_adopt(
        &self,
        ctx: &Context<'_>,
        input: SeasonAdoptInput,
    ) -> Result<SeasonAdoptPayload> {
        let scope = Scope::of(ctx)?;
        let cmd: AdoptSeason = input.into_command()?;
        Ok(match adopt::adopt(&scope.desk, &scope.actor, &cmd).await {
            Ok(ids) => {
                let found = scope.many::<DockingEventId, _>(ids).await?;
                let events = found.into_iter().map(DockingEventNode).collect();
                SeasonAdoptPayload { events, errors: Vec::new() }
            }
            Err(error) => {
                SeasonAdoptPayload { events: Vec::new(), errors: vec![user_error(error)?] }
            }
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: SeasonError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let message = error.to_string();
    let (code, field) = match error {
        SeasonError::NotFound => (Code::NotFound, None),
        SeasonError::Past { .. } => (Code::Invalid, Some("fromOn".to_owned())),
        SeasonError::Calendar(_) => (Code::CalendarMissing, Some("untilOn".to_owned())),
        SeasonError::Input { place, .. } => (Code::Invalid, Some(place)),
        SeasonError::Unknown { place, .. } => (Code::UnknownReference, Some(place)),
        SeasonError::TooManyEvents { .. } => (Code::CapacityExceeded, Some("untilOn".to_owned())),
        SeasonError::Clash { stop, .. } => (Code::Taken, Some(format!("stops[{stop}].heldOn"))),
        SeasonError::Stop { stop, error } => {
            let error = payload::user_error(*error)?;
            let field = match error.field {
                Some(field) => format!("stops[{stop}].{field}"),
                None => format!("stops[{stop}]"),
            };
            return Ok(UserError { field: Some(field), message, ..error });
        }
        SeasonError::Engine(_) => return Err(ApiError::Internal(Box::new(error))),
        SeasonError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, message, field.as_deref()))
}
