//! Meeting requests in GraphQL. Changes are in [`change`].

pub mod change;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::connection::Connection;
use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use lianmeng_domain::ids::{DockingEventId, MeetingRequestId};
use lianmeng_domain::request::{
    self as rules, MeetingRequest, RequestPriority, RequestRules, RequestStage,
};
use lianmeng_domain::rights::DataClass;
use lianmeng_store::StoreError;
use lianmeng_store::request::{self as store, RequestFilter};

use crate::event::DockingEventNode;
use crate::event::part::HalfDayWord;
use crate::ids;
use crate::loader::{Loaders, deal};
use crate::organisation::MemberNode;
use crate::page;
use crate::scope::Scope;

/// Where a meeting request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MeetingRequestStage", remote = "RequestStage")]
pub enum RequestStageWord {
    /// Asked, not answered (待答复).
    Pending,
    /// The other side wants it too (已接受): it is a meeting of the event.
    Accepted,
    /// The other side does not (已谢绝).
    Declined,
    /// Nobody answered in time (已过期).
    Expired,
    /// Taken back by who asked (已取消).
    Cancelled,
}

/// How much a meeting matters to who asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MeetingRequestPriority", remote = "RequestPriority")]
pub enum RequestPriorityWord {
    /// They come for it (必见).
    Must,
    /// They want it (希望).
    Want,
    /// It would be nice (可见).
    May,
}

/// A request as clients see it.
#[derive(Debug, Clone)]
pub struct RequestNode(pub MeetingRequest);

impl RequestNode {
    /// `request` as it is when `scope` asks: expired once its time is over.
    pub(crate) fn new(scope: &Scope, request: MeetingRequest) -> Self {
        Self(rules::at(request, scope.desk.now))
    }
}

/// A participant of an event asks another for a meeting (会面申请). It holds no slot; accepted, it is a
/// meeting like any other. Both sides and the organisers see it.
#[Object(name = "MeetingRequest")]
impl RequestNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The event; null if you do not see it.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        Ok(Scope::of(ctx)?.one(self.0.event).await?.map(DockingEventNode))
    }

    /// Who asks; null if it is gone.
    async fn from(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.from).await?)
    }

    /// Who is asked; null if it is gone.
    async fn to(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.to).await?)
    }

    /// What it is about.
    async fn message(&self) -> &str {
        &self.0.card.message
    }

    /// The half of the day it is wanted in; null for either.
    async fn half_day(&self) -> Option<HalfDayWord> {
        self.0.card.half_day.map(Into::into)
    }

    /// How much it matters to who asks.
    async fn priority(&self) -> RequestPriorityWord {
        self.0.card.priority.into()
    }

    /// Where it stands now.
    async fn stage(&self) -> RequestStageWord {
        self.0.stage.into()
    }

    /// When it was sent.
    async fn sent_at(&self) -> DateTime<Utc> {
        self.0.sent_at
    }

    /// From when on it is expired unless it was answered.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// When it was answered or taken back; null until then.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.closed_at
    }

    /// Why it was declined; null for everyone but the side that declined.
    async fn decline_reason(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        let scope = Scope::of(ctx)?;
        let is_theirs = rules::side(&scope.actor) == Some(self.0.to);
        let is_told = is_theirs && self.0.stage == RequestStage::Declined;
        Ok(is_told.then_some(self.0.reason.as_str()))
    }

    /// Why it was taken back; null unless it was.
    async fn cancel_reason(&self) -> Option<&str> {
        (self.0.stage == RequestStage::Cancelled).then_some(self.0.reason.as_str())
    }

    /// Global id of the meeting it became; null unless it was accepted.
    async fn meeting_id(&self) -> Option<ID> {
        self.0.meeting.map(ids::encode)
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// What an event allows, as clients see it.
#[derive(Debug, Clone, Copy)]
pub struct RequestRulesNode(pub RequestRules);

/// What an event allows of meeting requests.
#[Object(name = "MeetingRequestRules")]
impl RequestRulesNode {
    /// How many requests of one participant may wait or be accepted at a time; 0 while nobody may ask.
    async fn cap(&self) -> u16 {
        self.0.cap
    }

    /// How many days a request waits for its answer.
    async fn days(&self) -> u16 {
        self.0.days
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct RequestTotal {
    pub(crate) event: DockingEventId,
    pub(crate) filter: RequestFilter,
}

#[Object]
impl RequestTotal {
    /// How many requests of the event the caller sees.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        let sees = scope.sees_of(DataClass::MeetingRequest);
        Ok(store::count(&scope.desk.db, sees, (self.event, &self.filter)).await?)
    }
}

/// A list of requests.
pub(crate) type RequestList = Connection<String, RequestNode, RequestTotal>;

/// What the list is called in cursors.
pub(crate) const LIST: &str = "meeting_requests";

/// The page of the requests of `event` in `stages`, or in any.
///
/// # Errors
///
/// Fails if the database refuses.
pub(crate) async fn listed(
    scope: &Scope,
    event: DockingEventId,
    stages: Option<Vec<RequestStageWord>>,
    page: &page::Page<MeetingRequestId>,
) -> Result<RequestList> {
    let stages = stages
        .map(|all| (all.into_iter().map(RequestStage::from).collect::<Vec<_>>(), scope.desk.now));
    let filter = RequestFilter { stages };
    let rows = if page.is_start() && filter.stages.is_none() {
        scope.few(FirstRequests { of: event, first: page.window().limit }).await?
    } else {
        let sees = scope.sees_of(DataClass::MeetingRequest);
        store::page(&scope.desk.db, sees, (event, &filter), page.window()).await?
    };
    let cursor = |row: &MeetingRequest| page::cursor(LIST, &[&row.id.to_string()]);
    let total = RequestTotal { event, filter };
    Ok(page::connection_with(page.slice(rows), total, cursor, |request| {
        RequestNode::new(scope, request)
    }))
}

impl Loader<MeetingRequestId> for Loaders {
    type Value = MeetingRequest;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        ids: &[MeetingRequestId],
    ) -> Result<HashMap<MeetingRequestId, MeetingRequest>, Arc<StoreError>> {
        let sees = self.sees_of(DataClass::MeetingRequest);
        let found = store::find_many(&self.db, sees, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|request| (request.id, request)).collect())
    }
}

/// First requests of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FirstRequests {
    /// Whose.
    pub of: DockingEventId,
    /// At most so many.
    pub first: u64,
}

impl Loader<FirstRequests> for Loaders {
    type Value = Vec<MeetingRequest>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[FirstRequests],
    ) -> Result<HashMap<FirstRequests, Vec<MeetingRequest>>, Arc<StoreError>> {
        let events: BTreeSet<DockingEventId> = keys.iter().map(|key| key.of).collect();
        let events: Vec<DockingEventId> = events.into_iter().collect();
        let most = keys.iter().map(|key| key.first).max().unwrap_or(0);
        let sees = self.sees_of(DataClass::MeetingRequest);
        let found = store::of_events(&self.db, sees, &events, most).await.map_err(Arc::new)?;
        Ok(deal(keys, |key| (key.of, key.first), found, |request| Some(request.event)))
    }
}

/// What an event allows of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RulesOf(pub DockingEventId);

impl Loader<RulesOf> for Loaders {
    type Value = RequestRules;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[RulesOf],
    ) -> Result<HashMap<RulesOf, RequestRules>, Arc<StoreError>> {
        let events: Vec<DockingEventId> = keys.iter().map(|key| key.0).collect();
        let found = store::rules_of(&self.db, &events).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|rules| (RulesOf(rules.event), rules)).collect())
    }
}
