//! What one can listen to.
//!
//! Every change has a number; a subscription follows them in that order from a cursor on, so a
//! client that comes back with the last cursor it saw has missed nothing and sees nothing twice. For
//! each event the thing is read anew with the rights of that moment, and its fields are resolved
//! with a scope of that moment (see [`crate::service`]); what the caller may not see is no event.
//! For a listener who is behind several things are read at once, a quarter of a second ahead at
//! most.

use std::collections::VecDeque;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, Object, Result, SimpleObject, Subscription as Root};
use chrono::{DateTime, Utc};
use futures_util::stream::{self, BoxStream, Stream, StreamExt as _};
use lianmeng_app::desk::Office;
use lianmeng_backplane::bus::Topic;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{DockingEventId, Id, JobId, NeedId, PairingId};
use lianmeng_domain::job::{Job, JobState};
use lianmeng_store::StoreError;
use lianmeng_store::audit::{self, Change};
use lianmeng_store::job;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep};

use crate::error::ApiError;
use crate::event::DockingEventNode;
use crate::job::JobNode;
use crate::loader::Loaders;
use crate::need::NeedNode;
use crate::notice::{self, NoticeNode};
use crate::pairing::PairingNode;
use crate::scalars::Int32;
use crate::scope::Scope;
use crate::{ids, page};

pub mod progress;

use progress::PlanProgressNode;

/// How often the picture of this process is looked at when no hint came; no statement.
const LOOK: Duration = Duration::from_secs(1);
/// How often a job is looked at when no hint came.
const LOOK_AT_JOB: Duration = Duration::from_secs(3);
/// Most changed things read at once for one listener.
const MOST: usize = 64;
/// How long what was read for a listener may wait to be said; then it is read anew.
const BELIEVED: Duration = Duration::from_millis(250);
/// What cursors of changes begin with.
const LIST: &str = "changes";

/// For whom scopes are made; attached to every request that listens.
#[derive(Clone)]
pub(crate) struct Asker(pub(crate) Arc<Office>, pub(crate) Actor, pub(crate) Arc<str>);

impl Asker {
    /// A scope of this moment, which has seen every change known here.
    pub(crate) fn scope(&self) -> Scope {
        let known = self.0.feed.known();
        let desk = self.0.reading_desk(known).reached_from(Arc::clone(&self.2));
        Scope::new(desk, self.1.clone()).at_least(known)
    }
}

/// Where the list of changes ends.
#[derive(Debug, Default)]
pub struct LiveQuery;

#[Object]
impl LiveQuery {
    /// The place after the last change; as `after` of a subscription it loses nothing that happens
    /// between this answer and the subscription.
    async fn change_cursor(&self, ctx: &Context<'_>) -> Result<String> {
        let desk = &Scope::of(ctx)?.desk;
        let last = desk.feed.refresh(&desk.db).await.map_err(ApiError::from)?;
        Ok(cursor(Place { seq: last, part: u64::MAX }))
    }
}

/// A need that changed.
#[derive(Debug, SimpleObject)]
pub struct NeedChange {
    /// Place of the change; as `after` of a later subscription it goes on behind it.
    cursor: String,
    /// When it was changed.
    at: DateTime<Utc>,
    /// The need as it is now.
    need: NeedNode,
}

/// A pairing that changed.
#[derive(Debug, SimpleObject)]
pub struct PairingChange {
    /// Place of the change; as `after` of a later subscription it goes on behind it.
    cursor: String,
    /// When it was changed.
    at: DateTime<Utc>,
    /// The pairing as it is now.
    pairing: PairingNode,
}

/// A docking event that changed: its stage, participants, meetings or timetable.
#[derive(Debug, SimpleObject)]
pub struct EventChange {
    /// Place of the change; as `after` of a later subscription it goes on behind it.
    cursor: String,
    /// When it was changed.
    at: DateTime<Utc>,
    /// The event as it is now.
    event: DockingEventNode,
}

/// Everything one can listen to.
#[derive(Debug, Default)]
pub struct Subscription;

/// Everything one can listen to.
#[Root]
impl Subscription {
    /// The version of the chains' graph (产业链图谱): the present one at once, then each newer one
    /// within a second of this server answering from it. Versions in between may be left out.
    async fn graph_version(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "End after so many events; never if absent.",
            validator(custom = "Int32")
        )]
        first: Option<u32>,
    ) -> Result<BoxStream<'static, i64>> {
        let desk = Scope::of(ctx)?.desk.clone();
        let present = desk.graph.fresh(&desk.db, desk.today, 0).await.map_err(ApiError::from)?;
        let graph = desk.graph.clone();
        let hints = desk.bus.subscribe(Topic::Change).map(|_| ());
        let wakes = stream::select(hints.boxed(), ticks(LOOK).boxed());
        let versions = wakes.map(move |()| graph.current().version);
        let all = stream::once(std::future::ready(present.version)).chain(versions);
        let newer = all.scan(i64::MIN, |last, version| {
            let is_newer = version > *last;
            *last = version.max(*last);
            std::future::ready(Some(is_newer.then_some(version)))
        });
        Ok(limited(newer.filter_map(std::future::ready), first))
    }

    /// A job (后台任务) that you may see: as it is now, then at each step forward, until it is over.
    async fn job_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The job.")] job_id: ID,
        #[graphql(
            desc = "End after so many events; never if absent.",
            validator(custom = "Int32")
        )]
        first: Option<u32>,
    ) -> Result<BoxStream<'static, JobNode>> {
        let asker = ctx.data::<Asker>()?.clone();
        let id = ids::decode::<JobId>(&job_id)?;
        let desk = asker.0.desk();
        let hints = desk.bus.subscribe(Topic::Job);
        let hints = hints.filter(move |hint| std::future::ready(hint.payload == *job_id));
        let wakes = stream::select(hints.map(|_| ()).boxed(), ticks(LOOK_AT_JOB).boxed());
        let seen = wakes.then(move |()| {
            let asker = asker.clone();
            async move { job::find(&asker.0.db, &asker.1, id).await }
        });
        // Ends where the job does, and where the caller no longer sees it.
        let steps = seen.scan(None, |before, found| std::future::ready(step(before, found)));
        Ok(limited(steps.filter_map(std::future::ready), first))
    }

    /// Each change of a need (需求) that you may see, in order, as it happens.
    async fn need_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this need; any if absent.")] need_id: Option<ID>,
        #[graphql(desc = "Begin behind this cursor; with what happens from now on if absent.")]
        after: Option<String>,
        #[graphql(
            desc = "End after so many events; never if absent.",
            validator(custom = "Int32")
        )]
        first: Option<u32>,
    ) -> Result<BoxStream<'static, NeedChange>> {
        follow::<NeedId, _, _>(ctx, Wanted { only: need_id, after, first }, |cursor, at, need| {
            NeedChange { cursor, at, need: NeedNode(need) }
        })
        .await
    }

    /// Each notice (通知) told you under the grant you act under: the newest 64 that you have not read
    /// at once, oldest first, then each as it arrives, and again when later news join it; within a
    /// second or two of the change.
    async fn notice_arrived(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "End after so many events; never if absent.",
            validator(custom = "Int32")
        )]
        first: Option<u32>,
    ) -> Result<BoxStream<'static, NoticeNode>> {
        Ok(limited(notice::arrivals(ctx).await?, first))
    }

    /// Each change of a pairing (结对) that you may see, in order, as it happens.
    async fn pairing_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this pairing; any if absent.")] pairing_id: Option<ID>,
        #[graphql(desc = "Begin behind this cursor; with what happens from now on if absent.")]
        after: Option<String>,
        #[graphql(
            desc = "End after so many events; never if absent.",
            validator(custom = "Int32")
        )]
        first: Option<u32>,
    ) -> Result<BoxStream<'static, PairingChange>> {
        follow::<PairingId, _, _>(
            ctx,
            Wanted { only: pairing_id, after, first },
            |cursor, at, pairing| PairingChange { cursor, at, pairing: PairingNode(pairing) },
        )
        .await
    }

    /// Each change of a docking event (对接活动) that you may see, in order, as it happens: its
    /// stage, participants, meetings and timetable.
    async fn event_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this event; any if absent.")] event_id: Option<ID>,
        #[graphql(desc = "Begin behind this cursor; with what happens from now on if absent.")]
        after: Option<String>,
        #[graphql(
            desc = "End after so many events; never if absent.",
            validator(custom = "Int32")
        )]
        first: Option<u32>,
    ) -> Result<BoxStream<'static, EventChange>> {
        follow::<DockingEventId, _, _>(
            ctx,
            Wanted { only: event_id, after, first },
            |cursor, at, event| EventChange { cursor, at, event: DockingEventNode(event) },
        )
        .await
    }

    /// The timetable of an event while somebody has it solved (`eventPlan`, or as a job): breaks, bound
    /// and gap as they become better, five times a second at most, and again each second for who comes
    /// late. Organisers and auditors; a message may be missing, the event keeps what was saved.
    async fn event_plan_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The event.")] event_id: ID,
        #[graphql(
            desc = "End after so many events; never if absent.",
            validator(custom = "Int32")
        )]
        first: Option<u32>,
    ) -> Result<BoxStream<'static, PlanProgressNode>> {
        Ok(limited(progress::follow(ctx, &event_id)?, first))
    }
}

/// The next thing to say about a job, or nothing; `None` when there is no more.
#[expect(clippy::option_option, reason = "the end of the stream, or a step without an event")]
fn step(
    before: &mut Option<Job>,
    found: Result<Option<Job>, StoreError>,
) -> Option<Option<JobNode>> {
    if before.as_ref().is_some_and(is_over) {
        return None;
    }
    match found {
        Ok(None) => None,
        Ok(Some(job)) if before.as_ref() == Some(&job) => Some(None),
        Ok(Some(job)) => {
            *before = Some(job.clone());
            Some(Some(JobNode(job)))
        }
        Err(error) => {
            tracing::warn!(cause = %error, "a job could not be read");
            Some(None)
        }
    }
}

/// Whether nothing more happens to a job by itself.
const fn is_over(job: &Job) -> bool {
    match job.state {
        JobState::Ready | JobState::Running => false,
        JobState::Done | JobState::Failed | JobState::Dead => true,
    }
}

/// At most `first` events.
fn limited<T: Send + 'static>(
    events: impl Stream<Item = T> + Send + 'static,
    first: Option<u32>,
) -> BoxStream<'static, T> {
    let most = first.and_then(|first| usize::try_from(first).ok()).unwrap_or(usize::MAX);
    events.take(most).boxed()
}

pub(crate) fn ticks(every: Duration) -> impl Stream<Item = ()> + Send {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    stream::unfold(ticks, |mut ticks: Interval| async move {
        ticks.tick().await;
        Some(((), ticks))
    })
}

/// Where a thing stands in the list of changes: the number of its change, and which of the things
/// that were changed together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    seq: i64,
    part: u64,
}

fn cursor(place: Place) -> String {
    page::cursor(LIST, &[&place.seq.to_string(), &place.part.to_string()])
}

fn place(cursor: &str) -> Result<Place, ApiError> {
    let [seq, part] = page::key::<2>(LIST, cursor)?;
    let bad = || ApiError::BadCursor(cursor.chars().take(60).collect());
    Ok(Place { seq: seq.parse().map_err(|_| bad())?, part: part.parse().map_err(|_| bad())? })
}

/// Changes, those together that are there at once.
type Changes = BoxStream<'static, Vec<Result<Arc<Change>, StoreError>>>;

/// A change of a thing that is asked for.
struct Due<I> {
    place: Place,
    change: Arc<Change>,
    id: I,
}

/// How a change of a thing is said.
type Say<T, E> = fn(String, DateTime<Utc>, T) -> E;

struct Follower<I, T, E> {
    asker: Asker,
    changes: Changes,
    only: Option<I>,
    from: Place,
    waiting: VecDeque<Due<I>>,
    /// Things read and not said yet, and when they were read.
    read: VecDeque<(Due<I>, T)>,
    read_at: Instant,
    /// How many are read the next time.
    most: usize,
    say: Say<T, E>,
}

/// Which changes are asked for.
struct Wanted {
    only: Option<ID>,
    after: Option<String>,
    first: Option<u32>,
}

/// The changes of things of one kind.
async fn follow<I, T, E>(
    ctx: &Context<'_>,
    Wanted { only, after, first }: Wanted,
    say: Say<T, E>,
) -> Result<BoxStream<'static, E>>
where
    I: Id + Hash + Send + Sync,
    T: Clone + Send + Sync + 'static,
    E: Send + 'static,
    Loaders: Loader<I, Value = T, Error = Arc<StoreError>>,
{
    let asker = ctx.data::<Asker>()?.clone();
    let only = only.map(|id| ids::decode(&id)).transpose()?;
    let desk = asker.0.desk();
    let from = if let Some(after) = after {
        let from = place(&after)?;
        let oldest = audit::oldest(&desk.db).await.map_err(ApiError::from)?;
        if oldest.is_some_and(|oldest| from.seq + 1 < oldest) {
            return Err(ApiError::CursorGone.into());
        }
        from
    } else {
        let seq = desk.feed.refresh(&desk.db).await.map_err(ApiError::from)?;
        Place { seq, part: u64::MAX }
    };
    // One back, for the rest of a change whose first part the cursor names.
    let changes = desk.feed.follow(desk.db.clone(), from.seq.saturating_sub(1).max(0));
    let follower = Follower {
        asker,
        changes: changes.ready_chunks(MOST).boxed(),
        only,
        from,
        waiting: VecDeque::new(),
        read: VecDeque::new(),
        read_at: Instant::now(),
        most: 1,
        say,
    };
    let events = stream::unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Some((event, follower))
    });
    Ok(limited(events, first))
}

impl<I, T, E> Follower<I, T, E>
where
    I: Id + Hash + Send + Sync,
    T: Clone + Send + Sync + 'static,
    Loaders: Loader<I, Value = T, Error = Arc<StoreError>>,
{
    async fn next(&mut self) -> Option<E> {
        loop {
            if let Some((Due { place, change, .. }, thing)) = self.ready() {
                return Some((self.say)(cursor(place), change.at, thing));
            }
            if self.waiting.is_empty() {
                for change in self.changes.next().await? {
                    match change {
                        Ok(change) => self.take(&change),
                        Err(error) => tracing::warn!(cause = %error, "changes could not be read"),
                    }
                }
            } else {
                self.read().await;
            }
        }
    }

    /// The next thing that was read and may still be said.
    fn ready(&mut self) -> Option<(Due<I>, T)> {
        if self.read_at.elapsed() > BELIEVED && !self.read.is_empty() {
            // A slow listener has no use for what is read ahead.
            self.most = 1;
            while let Some((due, _)) = self.read.pop_back() {
                self.waiting.push_front(due);
            }
        }
        self.read.pop_front()
    }

    /// Reads the first of the things that wait.
    async fn read(&mut self) {
        let ids: Vec<I> = self.waiting.iter().take(self.most).map(|due| due.id).collect();
        match self.asker.scope().each::<I, T>(ids).await {
            Ok(found) => {
                self.read_at = Instant::now();
                let read = self.waiting.drain(..found.len()).zip(found);
                self.read.extend(read.filter_map(|(due, thing)| Some((due, thing?))));
                self.most = (2 * self.most).min(MOST);
            }
            Err(error) => {
                // A subscriber misses nothing because the database was away.
                tracing::warn!(cause = ?error, "changed things could not be read");
                sleep(LOOK).await;
            }
        }
    }

    /// Notes the things of `change` that are asked for.
    fn take(&mut self, change: &Arc<Change>) {
        for (part, wire) in (0_u64..).zip(change.thing.split_whitespace()) {
            let place = Place { seq: change.seq, part };
            let Ok(id) = ids::decode::<I>(wire) else { continue };
            if place > self.from && self.only.is_none_or(|only| only == id) {
                self.waiting.push_back(Due { place, change: Arc::clone(change), id });
            }
        }
    }
}

#[cfg(test)]
mod tests;
