//! Having site visits planned, in GraphQL. Inputs are in [`input`].

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use lianmeng_app::visits::{
    self as app, BusPlan, PlanB, SiteStop, UsedWay, VisitsConflict, VisitsDemand, VisitsError,
    VisitsFigures, VisitsProposal, VisitsStatus, WaySource,
};

use crate::error::{ApiError, ErrorCode, UserError, ask_error};
use crate::event::DockingEventNode;
use crate::scope::Scope;

pub mod input;

use input::{VisitsProposeInput, cost};

/// Whether there are visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "VisitsStatus", remote = "VisitsStatus")]
pub enum StatusWord {
    /// There are, and none need fewer buses or arrive earlier in all.
    Optimal,
    /// There are; better ones may exist.
    Planned,
    /// There are none: `conflict` says why.
    Impossible,
    /// None were found in time; there may be some.
    NotFound,
}

/// What kind of demand cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "VisitsDemandKind", remote = "VisitsDemand")]
pub enum DemandWord {
    /// Seats of all buses.
    Seats,
    /// When buses must be at the end.
    Deadline,
    /// Opening times of a site.
    Window,
    /// People at once at a site.
    Capacity,
    /// That a site is seen.
    Visit,
}

/// Where the minutes of a way come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "VisitWaySource", remote = "WaySource")]
pub enum SourceWord {
    /// `travel` of the question.
    Given,
    /// The times between divisions (`travelTimes`).
    TravelTimes,
    /// `minutesWithin` of the question: both lie in one division.
    Within,
}

/// A moment in minutes as people write it.
fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A stop of a bus.
#[derive(Debug)]
pub struct StopNode(SiteStop);

/// A stop of a bus on site visits; times are by the clock in China.
#[Object(name = "VisitStop")]
impl StopNode {
    /// Name of the site.
    async fn site(&self) -> &str {
        &self.0.site
    }

    /// When the bus arrives.
    async fn arrives_at(&self) -> String {
        clock(self.0.arrive)
    }

    /// When the visit begins, after the walk.
    async fn begins_at(&self) -> String {
        clock(self.0.begin)
    }

    /// When the visit ends.
    async fn ends_at(&self) -> String {
        clock(self.0.end)
    }

    /// When the bus leaves, after the walk back.
    async fn leaves_at(&self) -> String {
        clock(self.0.leave)
    }

    /// Minutes of waiting until the site opens or has room.
    async fn wait_minutes(&self) -> u32 {
        self.0.wait_minutes
    }

    /// Why so, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.reason.zh
    }

    /// Why so, in English.
    async fn en(&self) -> &str {
        &self.0.reason.en
    }
}

/// A bus's day.
#[derive(Debug)]
pub struct BusNode(BusPlan);

/// The day of a bus on site visits; times are by the clock in China.
#[Object(name = "VisitBus")]
impl BusNode {
    /// Name of the bus.
    async fn name(&self) -> &str {
        &self.0.bus
    }

    /// Names of the groups on it, in their order.
    async fn groups(&self) -> &[String] {
        &self.0.groups
    }

    /// People on it.
    async fn people(&self) -> u32 {
        self.0.people
    }

    /// When it leaves the start: as late as its first visit allows.
    async fn leaves_at(&self) -> String {
        clock(self.0.leave)
    }

    /// Its stops, in order.
    async fn stops(&self) -> Vec<StopNode> {
        self.0.stops.iter().cloned().map(StopNode).collect()
    }

    /// When it is at the end.
    async fn arrives_at(&self) -> String {
        clock(self.0.arrive)
    }

    /// Who rides on it and how much time is left, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.reason.zh
    }

    /// Who rides on it and how much time is left, in English.
    async fn en(&self) -> &str {
        &self.0.reason.en
    }
}

/// Totals of a plan.
#[derive(Debug)]
pub struct TotalsNode(VisitsFigures);

/// Totals of planned site visits.
#[Object(name = "VisitsFigures")]
impl TotalsNode {
    /// Buses used.
    async fn buses(&self) -> usize {
        self.0.buses
    }

    /// When the last bus is at the end.
    async fn last_arrives_at(&self) -> String {
        clock(self.0.last_arrival)
    }

    /// Minutes between the last arrival and the moment it must be by.
    async fn spare_minutes(&self) -> u32 {
        self.0.spare_minutes
    }
}

/// The day without a site.
#[derive(Debug)]
pub struct PlanBNode(PlanB);

/// The day without a site that may be dropped (备选方案).
#[Object(name = "VisitsPlanB")]
impl PlanBNode {
    /// Name of the site that is dropped.
    async fn site(&self) -> &str {
        &self.0.site
    }

    /// Whether there are visits without it.
    async fn status(&self) -> StatusWord {
        self.0.status.into()
    }

    /// Buses used without it.
    async fn buses(&self) -> Vec<BusNode> {
        self.0.buses.iter().cloned().map(BusNode).collect()
    }

    /// Totals without it; null if there are no visits.
    async fn figures(&self) -> Option<TotalsNode> {
        self.0.figures.map(TotalsNode)
    }

    /// What changes, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.words.zh
    }

    /// What changes, in English.
    async fn en(&self) -> &str {
        &self.0.words.en
    }
}

/// A demand of a conflict.
#[derive(Debug)]
pub struct DemandNode(VisitsConflict);

/// A demand of site visits that cannot be met with the others, and what to do.
#[Object(name = "VisitsDemand")]
impl DemandNode {
    /// What kind of demand.
    async fn kind(&self) -> DemandWord {
        self.0.kind.into()
    }

    /// Name of the site; null where it is about all.
    async fn site(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// In Chinese.
    async fn zh(&self) -> &str {
        &self.0.words.zh
    }

    /// In English.
    async fn en(&self) -> &str {
        &self.0.words.en
    }
}

/// A way that was planned with.
#[derive(Debug)]
pub struct WayNode(UsedWay);

/// A way that site visits were planned with; as long there as back.
#[Object(name = "VisitWay")]
impl WayNode {
    /// Name of one end.
    async fn from(&self) -> &str {
        &self.0.from
    }

    /// Name of the other.
    async fn to(&self) -> &str {
        &self.0.to
    }

    /// Minutes of driving.
    async fn minutes(&self) -> u32 {
        self.0.minutes
    }

    /// Where they come from.
    async fn source(&self) -> SourceWord {
        self.0.source.into()
    }
}

/// Planned site visits, or why there are none.
#[derive(Debug, Default, SimpleObject)]
pub struct VisitsPayload {
    /// The event; null if the question was refused.
    event: Option<DockingEventNode>,
    /// Whether there are visits; null if the question was refused.
    status: Option<StatusWord>,
    /// Buses that are used, in the order of the question.
    buses: Vec<BusNode>,
    /// Totals; null if there are no visits.
    figures: Option<TotalsNode>,
    /// For each site that may be dropped the day without it, also where there are no visits with it.
    plan_b: Vec<PlanBNode>,
    /// Demands that contradict each other; empty unless that is proved.
    conflict: Vec<DemandNode>,
    /// Whether none of `conflict` could be left out; null if the question was refused.
    is_conflict_minimal: Option<bool>,
    /// The ways that were planned with, between the start, the sites in their order and the end.
    travel: Vec<WayNode>,
    /// Why the question was refused, one for each way that nobody knows; empty if it was not.
    errors: Vec<UserError>,
}

impl From<VisitsProposal> for VisitsPayload {
    fn from(found: VisitsProposal) -> Self {
        let VisitsProposal { event, answer, ways } = found;
        Self {
            event: Some(DockingEventNode(event)),
            status: Some(answer.status.into()),
            buses: answer.buses.into_iter().map(BusNode).collect(),
            figures: answer.figures.map(TotalsNode),
            plan_b: answer.plan_b.into_iter().map(PlanBNode).collect(),
            conflict: answer.conflict.into_iter().map(DemandNode).collect(),
            is_conflict_minimal: Some(answer.is_conflict_minimal),
            travel: ways.into_iter().map(WayNode).collect(),
            errors: Vec::new(),
        }
    }
}

/// The query.
#[derive(Debug, Default)]
pub struct VisitsQuery;

#[Object]
impl VisitsQuery {
    /// Site visits (考察走访) before an event: which group rides on which bus, and when each bus is where.
    /// The fewest buses, then the earliest arrivals, within opening times, room and seats. Times between
    /// divisions (`travelTimes`) are used where `travel` says nothing; none is guessed. Saves nothing.
    /// Organisers of the event.
    #[graphql(complexity = "cost(&input, child_complexity)")]
    async fn visits_propose(
        &self,
        ctx: &Context<'_>,
        input: VisitsProposeInput,
    ) -> Result<VisitsPayload> {
        let scope = Scope::of(ctx)?;
        Ok(match app::propose(&scope.desk, &scope.actor, &input.into_ask()?).await {
            Ok(found) => found.into(),
            Err(error) => VisitsPayload { errors: user_errors(error)?, ..VisitsPayload::default() },
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_errors(error: VisitsError) -> Result<Vec<UserError>, ApiError> {
    match error {
        VisitsError::Ways(ways) => {
            let each =
                ways.iter().map(|way| UserError::new(ErrorCode::Invalid, way, Some("travel")));
            Ok(each.collect())
        }
        VisitsError::Ask(error) => Ok(vec![ask_error(error)?]),
    }
}
