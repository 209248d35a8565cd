//! Docking events in GraphQL. Their parts are in [`part`], participants and meetings in
//! [`meeting`], published versions and schedules in [`schedule`], changes in [`mutation`].

pub mod day;
pub mod input;
pub mod loader;
pub mod meeting;
pub mod mutation;
pub mod part;
pub mod payload;
pub mod proposal;
pub mod schedule;
pub mod sessions;
#[cfg(test)]
mod tests;
pub mod visits;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use lianmeng_domain::event::{DockingEvent, EventStage, sees_all};
use lianmeng_domain::ids::DockingEventId;
use lianmeng_domain::meeting::version::Version;
use lianmeng_domain::meeting::{Meeting, Participant};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::rights::DataClass;
use lianmeng_store::event::{self as store, EventFilter, version};
use lianmeng_store::guest as guests;
use lianmeng_store::meeting::{self as meetings, participant};

use crate::check_in::CheckInFiguresNode;
use crate::committee::CommitteeNode;
use crate::error::ApiError;
use crate::guest::figures::FiguresNode;
use crate::guest::loader::{FirstGuests, HeadsOf};
use crate::guest::{self, GuestFilterInput, GuestList};
use crate::ids;
use crate::meeting_result::evaluation::EvaluationNode;
use crate::page::{self, Span};
use crate::region::{PlaceInput, PlaceNode};
use crate::request::{self, RequestList, RequestRulesNode, RequestStageWord, RulesOf};
use crate::scalars::{Day, Int32};
use crate::scope::Scope;
use crate::venue::VenueNode;
use loader::{
    FirstMeetings, FirstParticipants, FirstPrecedences, FirstVersions, SessionsOf, SlotsOf,
    TablesOf,
};
use meeting::{
    MeetingFilterInput, MeetingNode, MeetingTotal, ParticipantNode, ParticipantTotal,
    PrecedenceNode,
};
use part::{SessionNode, SlotNode, TableNode};
use schedule::VersionNode;

/// What the caller of `scope` sees of events.
fn sight(scope: &Scope) -> &Visibility {
    scope.sees_events()
}

/// Stage of a docking event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "EventStage", remote = "EventStage")]
pub enum EventStageWord {
    /// Somebody thought of it (设想).
    Idea,
    /// Hosts and day are agreed (已立项).
    Planned,
    /// Invitations are out (邀请中).
    Inviting,
    /// Who meets whom is being gathered (排期中).
    Scheduling,
    /// A timetable stands that only the organisers see (初排).
    Provisional,
    /// A version of the timetable was published (已发布).
    Published,
    /// The day itself (进行中).
    Live,
    /// The day is over (已结束).
    Closed,
    /// What was agreed is followed up (跟进中).
    FollowUp,
    /// Its results are in (已评估).
    Evaluated,
}

/// A docking event as clients see it.
#[derive(Debug, Clone)]
pub struct DockingEventNode(pub DockingEvent);

/// A docking event (对接活动): a supply–demand matchmaking meeting. Organisers see all of it; others
/// see it once a version is published or they are invited, and of its timetable only what concerns themselves.
#[Object(name = "DockingEvent")]
impl DockingEventNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Divisions and zones that host it together (承办方), the leading one first, 1 to 10.
    async fn hosts(&self) -> Vec<PlaceNode> {
        self.0.hosts.iter().copied().map(PlaceNode).collect()
    }

    /// The chain committee (产业链党委) it belongs to; null if to none.
    async fn committee(&self, ctx: &Context<'_>) -> Result<Option<CommitteeNode>> {
        let Some(committee) = self.0.committee else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(committee).await?.map(CommitteeNode))
    }

    /// Where it takes place; null until known.
    async fn venue(&self, ctx: &Context<'_>) -> Result<Option<VenueNode>> {
        let Some(venue) = self.0.venue else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(venue).await?.map(VenueNode))
    }

    /// Its date in China.
    async fn held_on(&self) -> Day {
        Day(self.0.held_on)
    }

    /// Its stage.
    async fn stage(&self) -> EventStageWord {
        self.0.stage.into()
    }

    /// Stages it may be moved to by hand from here.
    async fn next_stages(&self) -> Vec<EventStageWord> {
        self.0.stage.next().iter().copied().map(Into::into).collect()
    }

    /// How far the breaks of any two participants may differ; 2 unless chosen otherwise.
    async fn fairness(&self) -> u16 {
        self.0.fairness
    }

    /// Slots (时段) of the timetable, by number; at most 64.
    async fn slots(&self, ctx: &Context<'_>) -> Result<Vec<SlotNode>> {
        let slots = Scope::of(ctx)?.few(SlotsOf(self.0.id)).await?;
        Ok(slots.into_iter().map(SlotNode).collect())
    }

    /// Tables (桌位), by number; at most 500.
    async fn tables(&self, ctx: &Context<'_>) -> Result<Vec<TableNode>> {
        let tables = Scope::of(ctx)?.few(TablesOf(self.0.id)).await?;
        Ok(tables.into_iter().map(TableNode).collect())
    }

    /// Sessions (场次), in the order given; at most 50.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<SessionNode>> {
        let sessions = Scope::of(ctx)?.few(SessionsOf(self.0.id)).await?;
        Ok(sessions.into_iter().map(SessionNode).collect())
    }

    /// Participants (参会方) that the caller sees, in the order they were added: organisers all,
    /// a participant itself and those it meets in the published timetable, others none.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn participants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, ParticipantNode, ParticipantTotal>> {
        const LIST: &str = "participants";
        let (scope, page) = (Scope::of(ctx)?, Span { first, after, last, before }.by_id(LIST)?);
        let rows = if page.is_start() {
            scope.few(FirstParticipants { of: self.0.id, first: page.window().limit }).await?
        } else {
            participant::page(&scope.desk.db, sight(scope), self.0.id, page.window()).await?
        };
        let cursor = |row: &Participant| page::cursor(LIST, &[&row.id.to_string()]);
        let total = ParticipantTotal(self.0.id);
        Ok(page::connection_with(page.slice(rows), total, cursor, ParticipantNode))
    }

    /// Meetings (一对一会面) of the working timetable, in the order they were added. Organisers
    /// only; others read `mySchedule`.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn meetings(
        &self,
        ctx: &Context<'_>,
        filter: Option<MeetingFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, MeetingNode, MeetingTotal>> {
        const LIST: &str = "meetings";
        let (scope, page) = (Scope::of(ctx)?, Span { first, after, last, before }.by_id(LIST)?);
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows = if page.is_start() && filter == meetings::MeetingFilter::default() {
            scope.few(FirstMeetings { of: self.0.id, first: page.window().limit }).await?
        } else {
            meetings::page(&scope.desk.db, sight(scope), self.0.id, &filter, page.window()).await?
        };
        let cursor = |row: &Meeting| page::cursor(LIST, &[&row.id.to_string()]);
        let total = MeetingTotal { event: self.0.id, filter };
        Ok(page::connection_with(page.slice(rows), total, cursor, MeetingNode))
    }

    /// Which meetings must come before which (先后), by ids. Organisers only.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn precedences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<PrecedenceNode>> {
        let key = FirstPrecedences { of: self.0.id, first: page::size(first)? };
        let pairs = Scope::of(ctx)?.few(key).await?;
        Ok(pairs.into_iter().map(|(_, pair)| PrecedenceNode(pair)).collect())
    }

    /// Published versions of the timetable (发布版本), oldest first.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, VersionNode>> {
        const LIST: &str = "versions";
        let (scope, span) = (Scope::of(ctx)?, Span { first, after, last, before });
        let page = span.by_key(LIST, |[number]| number.parse().ok())?;
        let rows = if page.is_start() {
            scope.few(FirstVersions { of: self.0.id, first: page.window().limit }).await?
        } else {
            version::page(&scope.desk.db, self.0.id, page.window()).await?
        };
        let is_managed = sees_all(sight(scope), &self.0);
        let cursor = |row: &Version| page::cursor(LIST, &[&row.number.to_string()]);
        Ok(page::connection(page.slice(rows), cursor, |version| VersionNode {
            version,
            is_managed,
        }))
    }

    /// Guests (嘉宾) that the caller sees, in the order in which they were invited: organisers all,
    /// whoever is invited itself, others none.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn guests(
        &self,
        ctx: &Context<'_>,
        filter: Option<GuestFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<GuestList> {
        let (scope, span) = (Scope::of(ctx)?, Span { first, after, last, before });
        let page = span.by_id(guest::LIST)?;
        let filter = filter.unwrap_or_default().into_filter(scope.desk.now);
        let rows = if page.is_start() && filter == guests::GuestFilter::default() {
            scope.few(FirstGuests { of: self.0.id, first: page.window().limit }).await?
        } else {
            let filter = guests::GuestFilter { event: Some(self.0.id), ..filter.clone() };
            let eyes = scope.eyes_of(DataClass::Guest);
            guests::page(&scope.desk.db, eyes, &filter, page.window()).await?
        };
        let filter = guests::GuestFilter { event: Some(self.0.id), ..filter };
        Ok(guest::listed(scope, &page, rows, filter))
    }

    /// Its guests in figures, with the quotas; null for everyone but the organisers.
    #[graphql(complexity = "50 + child_complexity")]
    async fn guest_figures(&self, ctx: &Context<'_>) -> Result<Option<FiguresNode>> {
        let scope = Scope::of(ctx)?;
        if !sees_all(sight(scope), &self.0) {
            return Ok(None);
        }
        let figures = lianmeng_app::guest::figures(&scope.desk, &self.0).await;
        Ok(Some(FiguresNode(figures.map_err(ApiError::from)?)))
    }

    /// How many people come with its guests.
    async fn guest_head_count(&self, ctx: &Context<'_>) -> Result<u32> {
        Ok(Scope::of(ctx)?.one(HeadsOf(self.0.id)).await?.unwrap_or(0))
    }

    /// Meeting requests (会面申请) that the caller sees, in the order in which they were sent: organisers
    /// all, a participant its own.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn meeting_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In one of these stages; in any if absent.", validator(max_items = 5))]
        stages: Option<Vec<RequestStageWord>>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<RequestList> {
        let page = Span { first, after, last, before }.by_id(request::LIST)?;
        request::listed(Scope::of(ctx)?, self.0.id, stages, &page).await
    }

    /// What it allows of meeting requests; null if it never took any.
    async fn meeting_request_rules(&self, ctx: &Context<'_>) -> Result<Option<RequestRulesNode>> {
        Ok(Scope::of(ctx)?.one(RulesOf(self.0.id)).await?.map(RequestRulesNode))
    }

    /// Who was checked in (签到统计); null for everyone but the organisers.
    #[graphql(complexity = "50 + child_complexity")]
    async fn check_in_figures(&self, ctx: &Context<'_>) -> Result<Option<CheckInFiguresNode>> {
        let scope = Scope::of(ctx)?;
        if !sees_all(sight(scope), &self.0) {
            return Ok(None);
        }
        let figures = lianmeng_app::check_in::figures(&scope.desk, self.0.id).await;
        Ok(Some(CheckInFiguresNode::new(figures.map_err(ApiError::from)?)))
    }

    /// What came of its meetings, in figures (活动评估); null for everyone but the organisers.
    #[graphql(complexity = "100 + child_complexity")]
    async fn evaluation(&self, ctx: &Context<'_>) -> Result<Option<EvaluationNode>> {
        let scope = Scope::of(ctx)?;
        if !sees_all(sight(scope), &self.0) {
            return Ok(None);
        }
        let figures = lianmeng_app::event::evaluation::figures(&scope.desk.db, &self.0).await;
        Ok(Some(EvaluationNode(figures.map_err(ApiError::from)?)))
    }

    /// Number of the version published last, from 1; null before the first.
    async fn published_version(&self) -> Option<u32> {
        self.0.published
    }

    /// Breaks (空档) of all participants in the timetable planned last; null before the first and
    /// for everyone but the organisers.
    #[expect(clippy::unused_async, reason = "fields are async")]
    async fn breaks(&self, ctx: &Context<'_>) -> Result<Option<u32>> {
        let scope = Scope::of(ctx)?;
        Ok(self.0.breaks.filter(|_| sees_all(sight(scope), &self.0)))
    }

    /// Whether it is invented for demonstration (示例).
    async fn is_example(&self) -> bool {
        self.0.is_example
    }

    /// Version of the event with its participants and meetings; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Which events a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct EventFilterInput {
    /// In one of these stages.
    #[graphql(validator(max_items = 10))]
    stages: Option<Vec<EventStageWord>>,
    /// Hosted by exactly this division or zone, alone or with others.
    host: Option<PlaceInput>,
    /// Of this committee.
    committee_id: Option<ID>,
    /// With this enterprise among the participants that the caller sees.
    participant_id: Option<ID>,
    /// On this day or later.
    from_on: Option<Day>,
    /// On this day or earlier.
    until_on: Option<Day>,
}

impl EventFilterInput {
    fn into_filter(self) -> Result<EventFilter, ApiError> {
        let stages = self.stages.unwrap_or_default();
        Ok(EventFilter {
            search: None,
            stages: stages.into_iter().map(EventStage::from).collect(),
            host: self.host.map(PlaceInput::into_place).transpose()?,
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            participant: self.participant_id.map(|id| ids::decode(&id)).transpose()?,
            from_on: self.from_on.map(Day::date),
            until_on: self.until_on.map(Day::date),
        })
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct EventTotal(EventFilter);

#[Object]
impl EventTotal {
    /// How many events the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, sight(scope), &self.0).await?)
    }
}

/// Queries about docking events.
#[derive(Debug, Default)]
pub struct EventQuery;

#[Object]
impl EventQuery {
    /// Docking events that match, by date, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn docking_events(
        &self,
        ctx: &Context<'_>,
        filter: Option<EventFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, DockingEventNode, EventTotal>> {
        const LIST: &str = "events";
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_key(LIST, |[day, id]| {
            let day = day.parse::<Day>().ok()?.date();
            Some((day, id.parse::<DockingEventId>().ok()?))
        })?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows = store::page(&scope.desk.db, sight(scope), &filter, page.window()).await?;
        let cursor = |row: &DockingEvent| {
            page::cursor(LIST, &[&row.held_on.to_string(), &row.id.to_string()])
        };
        Ok(page::connection_with(page.slice(rows), EventTotal(filter), cursor, DockingEventNode))
    }

    /// What the caller has to do at an event: its own meetings of a published version, all of them
    /// for organisers, none for the public. Null if there is no such event that you may see.
    async fn my_schedule(
        &self,
        ctx: &Context<'_>,
        event_id: ID,
        #[graphql(
            desc = "Number of a published version; the latest if absent.",
            validator(custom = "Int32")
        )]
        version: Option<u32>,
    ) -> Result<Option<schedule::ScheduleNode>> {
        let scope = Scope::of(ctx)?;
        let found = scope.one(ids::decode::<DockingEventId>(&event_id)?).await?;
        let Some(event): Option<DockingEvent> = found else { return Ok(None) };
        let published = match version.or(event.published) {
            Some(number) => version::find(&scope.desk.db, event.id, number).await?,
            None => None,
        };
        if version.is_some() && published.is_none() {
            return Ok(None);
        }
        Ok(Some(schedule::ScheduleNode { event, version: published }))
    }
}
