//! Published versions and schedules in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, TimeDelta, Utc};
use lianmeng_domain::attachment::AttachedTo;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::ids::DockingEventId;
use lianmeng_domain::meeting::version::{Diff, Move, Row, Standing, Version, diff};
use lianmeng_domain::meeting::{MAX_MEETINGS, Spot};
use lianmeng_store::event::version as store;
use lianmeng_store::page::Window;

use super::meeting::ParticipantNode;
use super::{DockingEventNode, sight};
use crate::attachment::{self, AttachmentNode};
use crate::error::ApiError;
use crate::ids;
use crate::meeting_result::{MeetingResultNode, results_of};
use crate::page::{self, Span};
use crate::scalars::Int32;
use crate::scope::Scope;

/// What the caller has to do at an event.
#[derive(Debug)]
pub struct ScheduleNode {
    pub(super) event: DockingEvent,
    pub(super) version: Option<Version>,
}

/// What the caller has to do at an event (我的日程).
#[Object(name = "Schedule")]
impl ScheduleNode {
    /// The event.
    async fn event(&self) -> DockingEventNode {
        DockingEventNode(self.event.clone())
    }

    /// Number of the published version it is taken from; null while none is published.
    async fn version(&self) -> Option<u32> {
        self.version.as_ref().map(|version| version.number)
    }

    /// Meetings by slot and table: the caller's own, for organisers all; empty while no version is
    /// published.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, ScheduleRowNode>> {
        let version = self.version.as_ref().map(|version| (version.event, version.number));
        Ok(rows(Scope::of(ctx)?, version, Span { first, after, last, before }).await?)
    }
}

/// A page of the rows of a version that the caller sees.
async fn rows(
    scope: &Scope,
    version: Option<(DockingEventId, u32)>,
    span: Span,
) -> Result<Connection<String, ScheduleRowNode>, ApiError> {
    const LIST: &str = "schedule";
    let page = span.by_key(LIST, |[slot, table]| {
        Some(Spot { slot: slot.parse().ok()?, table: table.parse().ok()? })
    })?;
    let rows = match version {
        Some(key) => store::rows(&scope.desk.db, sight(scope), key, page.window()).await?,
        None => Vec::new(),
    };
    let cursor =
        |row: &Row| page::cursor(LIST, &[&row.spot.slot.to_string(), &row.spot.table.to_string()]);
    Ok(page::connection(page.slice(rows), cursor, ScheduleRowNode))
}

/// A row of a schedule as clients see it.
#[derive(Debug, Clone)]
pub struct ScheduleRowNode(pub Row);

/// One meeting in a published timetable, as it was published.
#[Object(name = "ScheduleRow")]
impl ScheduleRowNode {
    /// Global id of the meeting.
    async fn meeting_id(&self) -> ID {
        ids::encode(self.0.meeting)
    }

    /// The two who meet.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<ParticipantNode>> {
        let sides = Scope::of(ctx)?.many([self.0.first, self.0.second]).await?;
        Ok(sides.into_iter().map(ParticipantNode).collect())
    }

    /// Number of its slot, from 1.
    async fn slot(&self) -> u16 {
        self.0.spot.slot
    }

    /// Number of its table, from 1.
    async fn table(&self) -> u16 {
        self.0.spot.table
    }

    /// When it begins, in UTC.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }

    /// What was said of the meeting (会面结果): the caller's own word, for organisers everybody's.
    #[graphql(complexity = "3 + 3 * child_complexity")]
    async fn results(&self, ctx: &Context<'_>) -> Result<Vec<MeetingResultNode>> {
        Ok(results_of(Scope::of(ctx)?, self.0.meeting).await?)
    }

    /// Files (附件) on the meeting, oldest first, at most 20.
    #[graphql(complexity = "5 + 5 * child_complexity")]
    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<AttachmentNode>> {
        Ok(attachment::on(Scope::of(ctx)?, &[AttachedTo::Meeting(self.0.meeting)]).await?)
    }

    /// When it ends, in UTC.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.starts_at + TimeDelta::minutes(i64::from(self.0.minutes))
    }
}

/// A published version as clients see it.
#[derive(Debug)]
pub struct VersionNode {
    pub(super) version: Version,
    pub(super) is_managed: bool,
}

/// A published version (发布版本) of a timetable; it never changes.
#[Object(name = "TimetableVersion")]
impl VersionNode {
    /// Number, from 1.
    async fn number(&self) -> u32 {
        self.version.number
    }

    /// When it was published, in UTC.
    async fn published_at(&self) -> DateTime<Utc> {
        self.version.published_at
    }

    /// Breaks (空档) of all participants together; null for everyone but the organisers.
    async fn breaks(&self) -> Option<u32> {
        self.is_managed.then_some(self.version.breaks)
    }

    /// How many meetings it holds; null for everyone but the organisers.
    async fn meeting_count(&self) -> Option<u32> {
        self.is_managed.then_some(self.version.meetings)
    }

    /// Meetings by slot and table: the caller's own, for organisers all.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn rows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, ScheduleRowNode>> {
        let version = Some((self.version.event, self.version.number));
        Ok(rows(Scope::of(ctx)?, version, Span { first, after, last, before }).await?)
    }

    /// What differs from an earlier version, as far as the caller sees both; null if there is no
    /// such version. Costs two statements for each version it is asked of.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Number of the other version; the one before if absent.",
            validator(custom = "Int32")
        )]
        since: Option<u32>,
    ) -> Result<Option<DiffNode>> {
        let scope = Scope::of(ctx)?;
        let since = since.unwrap_or(self.version.number.saturating_sub(1));
        if since == 0 || since > self.version.number {
            return Ok(None);
        }
        let all = |number| {
            let limit = u64::try_from(MAX_MEETINGS).unwrap_or(u64::MAX);
            let window = Window::first(limit);
            store::rows(&scope.desk.db, sight(scope), (self.version.event, number), window)
        };
        let (old, new) = (all(since).await?, all(self.version.number).await?);
        Ok(Some(DiffNode(diff(&old, &new))))
    }
}

/// What differs between two versions, as clients see it.
#[derive(Debug)]
pub struct DiffNode(pub Diff);

/// What differs between two published versions (版本差异).
#[Object(name = "TimetableDiff")]
impl DiffNode {
    /// How many meetings came, went or moved.
    async fn move_count(&self) -> usize {
        self.0.moves.len()
    }

    /// Meetings that came, went or moved.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    #[expect(clippy::unused_async, reason = "fields are async")]
    async fn moves(
        &self,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<MoveNode>> {
        let size = usize::try_from(page::size(first)?)?;
        Ok(self.0.moves.iter().take(size).cloned().map(MoveNode).collect())
    }

    /// How many participants the changes concern.
    async fn affected_count(&self) -> usize {
        self.0.affected.len()
    }

    /// Participants the changes concern: whom to tell, and nobody else.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn affected(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ParticipantNode>> {
        let size = usize::try_from(page::size(first)?)?;
        let ids = self.0.affected.iter().take(size).copied();
        Ok(Scope::of(ctx)?.many(ids).await?.into_iter().map(ParticipantNode).collect())
    }
}

/// A meeting that differs between two versions, as clients see it.
#[derive(Debug)]
pub struct MoveNode(pub Move);

/// A meeting that differs between two published versions.
#[Object(name = "TimetableMove")]
impl MoveNode {
    /// Global id of the meeting.
    async fn meeting_id(&self) -> ID {
        ids::encode(self.0.meeting)
    }

    /// The two who meet.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<ParticipantNode>> {
        let sides = Scope::of(ctx)?.many([self.0.first, self.0.second]).await?;
        Ok(sides.into_iter().map(ParticipantNode).collect())
    }

    /// Where it stood; null if it is new.
    async fn from(&self) -> Option<StandingNode> {
        self.0.from.map(StandingNode)
    }

    /// Where it stands now; null if it is gone.
    async fn to(&self) -> Option<StandingNode> {
        self.0.to.map(StandingNode)
    }
}

/// Where a meeting stands, as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct StandingNode(pub Standing);

/// Where and when a meeting stands in a version.
#[Object(name = "TimetableSpot")]
impl StandingNode {
    /// Number of its slot, from 1.
    async fn slot(&self) -> u16 {
        self.0.spot.slot
    }

    /// Number of its table, from 1.
    async fn table(&self) -> u16 {
        self.0.spot.table
    }

    /// When it begins, in UTC.
    async fn starts_at(&self) -> DateTime<Utc> {
        self.0.starts_at
    }
}
