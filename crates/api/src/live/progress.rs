//! A timetable while it is being solved, for those who may see the draft.

use async_graphql::{Context, ID, Object, Result};
use futures_util::stream::{BoxStream, StreamExt as _};
use lianmeng_app::plan::PlanProgress;
use lianmeng_backplane::bus::Topic;
use lianmeng_domain::event::{DockingEvent, sees_all};
use lianmeng_domain::ids::DockingEventId;
use std::future::ready;

use super::Asker;
use crate::event::DockingEventNode;
use crate::ids;

/// What is known about a timetable that is being solved.
#[derive(Debug)]
pub struct PlanProgressNode {
    event: DockingEvent,
    now: PlanProgress,
}

/// What is known about the timetable of an event while it is being solved (排期进度). Nothing of it is
/// saved yet.
#[Object(name = "PlanProgress")]
impl PlanProgressNode {
    /// The event as it is now.
    async fn event(&self) -> DockingEventNode {
        DockingEventNode(self.event.clone())
    }

    /// Breaks (空档) of all participants in the best timetable found; null before the first one, and
    /// where the timetable before stays as it is.
    async fn breaks(&self) -> Option<u32> {
        self.now.breaks
    }

    /// Breaks that every timetable has at least, as far as proved.
    async fn lower_bound(&self) -> u32 {
        self.now.lower_bound
    }

    /// Breaks that a better timetable may save at most; 0 where none is better, null before the first.
    async fn gap(&self) -> Option<u32> {
        self.now.gap()
    }

    /// Meetings at another slot than in the timetable before; 0 without one.
    async fn moved(&self) -> u64 {
        self.now.moved
    }

    /// Milliseconds since the work began; 0 where steps are counted.
    async fn elapsed_ms(&self) -> u64 {
        self.now.elapsed_ms
    }

    /// Whether the search is over; whether its timetable was saved `eventPlan` says, and `eventChanged`.
    async fn is_over(&self) -> bool {
        self.now.is_over
    }
}

/// What is told of the timetable of one event, each time with the rights of that moment.
pub(super) fn follow(ctx: &Context<'_>, id: &ID) -> Result<BoxStream<'static, PlanProgressNode>> {
    let asker = ctx.data::<Asker>()?.clone();
    let id: DockingEventId = ids::decode(id)?;
    let heard = asker.0.desk().bus.subscribe(Topic::Plan);
    let of_it = heard.filter_map(move |message| {
        let now = PlanProgress::read(&message.payload);
        ready(now.filter(|now| now.event == id))
    });
    // What is known is told again for those who come later; nobody hears the same twice.
    let new = of_it.scan(None, |before, now| {
        let is_new = before.replace(now) != Some(now);
        ready(Some(is_new.then_some(now)))
    });
    let seen = new.filter_map(ready).filter_map(move |now| {
        let asker = asker.clone();
        async move { allowed(&asker, now).await }
    });
    Ok(seen.boxed())
}

/// What is known, if the asker may see the draft of the event now.
async fn allowed(asker: &Asker, now: PlanProgress) -> Option<PlanProgressNode> {
    let scope = asker.scope();
    match scope.one::<DockingEventId, DockingEvent>(now.event).await {
        Ok(found) => found
            .filter(|event| sees_all(scope.sees_events(), event))
            .map(|event| PlanProgressNode { event, now }),
        Err(error) => {
            tracing::warn!(cause = ?error, "an event could not be read for its progress");
            None
        }
    }
}
