//! Publishing a version of a timetable, and telling those whose rows it changes.

use std::collections::BTreeSet;

use lianmeng_domain::event::{DockingEvent, EventStage};
use lianmeng_domain::ids::{DockingEventId, ParticipantId};
use lianmeng_domain::meeting::version::{self as versions, Diff, Row, Version};
use lianmeng_domain::meeting::{MAX_MEETINGS, Participant, Timetable};
use lianmeng_domain::notice::{self, Audience, NoticeKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::StoreError;
use lianmeng_store::event::version;
use lianmeng_store::page::Window;
use sea_orm::ConnectionTrait;

use crate::desk::Desk;

/// A timetable that becomes the next version.
#[derive(Debug)]
pub(crate) struct Publication<'a> {
    /// The event as it was read.
    pub(crate) event: DockingEvent,
    /// Its timetable.
    pub(crate) timetable: &'a Timetable,
    /// The stage it comes to.
    pub(crate) stage: EventStage,
}

/// Writes the next version, unless neither rows nor stage change; gives the event as it is to be saved,
/// and what differs from the version before, which is everything for the first.
pub(crate) async fn publish(
    desk: &Desk,
    db: &impl ConnectionTrait,
    Publication { event, timetable, stage }: Publication<'_>,
) -> Result<(DockingEvent, Diff), StoreError> {
    let new = versions::rows(&timetable.meetings, &timetable.slots);
    let old = match event.published {
        Some(number) => rows(db, event.id, number).await?,
        None => Vec::new(),
    };
    let diff = versions::diff(&old, &new);
    if diff.moves.is_empty() && event.stage == stage {
        return Ok((event, diff));
    }
    let number = event.published.map_or(1, |last| last + 1);
    let breaks = timetable.breaks();
    let version = Version {
        event: event.id,
        number,
        published_at: desk.now,
        breaks,
        meetings: u32::try_from(new.len()).unwrap_or(u32::MAX),
    };
    version::insert(db, &version, &new).await?;
    let event = DockingEvent { stage, published: Some(number), breaks: Some(breaks), ..event };
    Ok((event, diff))
}

/// Every row of version `number`; none for a version that does not exist.
pub(crate) async fn rows(
    db: &impl ConnectionTrait,
    event: DockingEventId,
    number: u32,
) -> Result<Vec<Row>, StoreError> {
    let limit = u64::try_from(MAX_MEETINGS).unwrap_or(u64::MAX);
    version::rows(db, &Visibility::All, (event, number), Window::first(limit)).await
}

/// Those whose rows differ, each once.
pub(crate) fn changed(people: &[Participant], diff: &Diff) -> Vec<Audience> {
    let affected: BTreeSet<ParticipantId> = diff.affected.iter().copied().collect();
    let told = people.iter().filter(|one| affected.contains(&one.id));
    told.map(|one| notice::staff(one.member, NoticeKind::TimetableChanged)).collect()
}
