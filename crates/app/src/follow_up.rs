//! Follow-ups of meetings: made when an event is over, answered, reminded of.

use std::collections::BTreeMap;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::follow_up::{self as rules, Answer, FollowUp, FollowUpError, FollowUpStage};
use lianmeng_domain::ids::{FollowUpId, MeetingId};
use lianmeng_domain::meeting::Meeting;
use lianmeng_domain::meeting_result::{MeetingResult, is_to_follow_up};
use lianmeng_domain::notice::{self, NoticeKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::event as events;
use lianmeng_store::meeting::{self as meetings, participant};
use lianmeng_store::{StoreError, follow_up as store, meeting_result};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::event::wire;
use crate::meeting_result::{Reported, reported};

/// Answers a follow-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFollowUp {
    /// Which.
    pub follow_up: FollowUpId,
    /// The version the caller read.
    pub version: i64,
    /// What is answered.
    pub answer: Answer,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a follow-up was not answered.
#[derive(Debug, Error)]
pub enum FollowUpCommandError {
    /// No such follow-up that the caller may answer.
    #[error("no follow-up with this id that you may answer")]
    NotFound,
    /// A rule of follow-ups.
    #[error(transparent)]
    Rule(#[from] FollowUpError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for FollowUpCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Answers a follow-up, for one of the two or as organiser; an answer may be corrected. If the two
/// stopped, those that come later are dropped.
///
/// # Errors
///
/// See [`FollowUpCommandError`]; nothing is saved when an error is returned.
pub async fn answer(
    desk: &Desk,
    actor: &Actor,
    cmd: &AnswerFollowUp,
) -> Result<FollowUpId, FollowUpCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.follow_up),
    };
    let found = store::find_many(&change.tx, &Visibility::All, &[cmd.follow_up]).await?.pop();
    let found = found.ok_or(FollowUpCommandError::NotFound)?;
    let who = reported(&change.tx, actor, found.meeting).await?;
    let Reported { event, meeting, reporter } = who.ok_or(FollowUpCommandError::NotFound)?;
    let found = FollowUp { version: cmd.version, ..found };
    let done = rules::answer(&found, &cmd.answer, (reporter, desk.now))?;
    store::save(&change.tx, &done).await?;
    let said = meeting_result::of_meetings(&change.tx, &Visibility::All, &[meeting.id]).await?;
    let said: Vec<&MeetingResult> = said.iter().collect();
    settle(desk, &change.tx, &event, (&meeting, &said)).await?;
    change.finish("AnswerFollowUp", &wire(event.id), Touches::Nothing).await?;
    Ok(cmd.follow_up)
}

/// Makes, drops and takes up again the follow-ups of one meeting, after what was said of it changed.
pub(crate) async fn settle(
    desk: &Desk,
    db: &impl ConnectionTrait,
    event: &DockingEvent,
    (meeting, said): (&Meeting, &[&MeetingResult]),
) -> Result<(), StoreError> {
    let existing = store::of_meeting(db, meeting.id).await?;
    let (made, moved) = planned(desk, event, (meeting, said), &existing);
    store::insert_many(db, &made).await?;
    for one in &moved {
        store::save(db, one).await?;
    }
    Ok(())
}

/// The same for every meeting of an event that is over. Three statements and one for each that moves.
pub(crate) async fn settle_all(
    desk: &Desk,
    db: &impl ConnectionTrait,
    event: &DockingEvent,
) -> Result<(), StoreError> {
    let mut existing: BTreeMap<MeetingId, Vec<FollowUp>> = BTreeMap::new();
    for one in store::of_event(db, event.id).await? {
        existing.entry(one.meeting).or_default().push(one);
    }
    let results = meeting_result::of_event(db, event.id).await?;
    let mut said: BTreeMap<MeetingId, Vec<&MeetingResult>> = BTreeMap::new();
    for one in &results {
        said.entry(one.meeting).or_default().push(one);
    }
    let mut made = Vec::new();
    for meeting in meetings::all(db, event.id).await? {
        let (Some(said), existing) = (said.get(&meeting.id), existing.get(&meeting.id)) else {
            continue;
        };
        let existing = existing.map_or(&[][..], Vec::as_slice);
        let (new, moved) = planned(desk, event, (&meeting, said), existing);
        made.extend(new);
        for one in &moved {
            store::save(db, one).await?;
        }
    }
    store::insert_many(db, &made).await
}

/// Those to be made, and those to be saved.
fn planned(
    desk: &Desk,
    event: &DockingEvent,
    (meeting, said): (&Meeting, &[&MeetingResult]),
    existing: &[FollowUp],
) -> (Vec<FollowUp>, Vec<FollowUp>) {
    let (days, moved) = rules::plan(existing, is_to_follow_up(said));
    let make = |days: u16| FollowUp {
        id: desk.mint(),
        event: event.id,
        meeting: meeting.id,
        sides: meeting.sides(),
        days,
        due_on: rules::due_on(event.held_on, days),
        stage: FollowUpStage::Open,
        progress: None,
        note: String::new(),
        answered_by: None,
        answered_at: None,
        reminded_at: None,
        version: 1,
    };
    (days.into_iter().map(make).collect(), moved)
}

/// Follow-ups looked at in one round of the list.
const ROUND: u64 = 500;

/// Reminds both sides of every follow-up whose day has come, once, each in a change of its own; gives
/// how many.
///
/// # Errors
///
/// [`CommandError::Store`] if the database refuses; what was done before stays done.
pub async fn tend(desk: &Desk, actor: &Actor) -> Result<u64, CommandError> {
    let (mut after, mut done) = (None, 0);
    loop {
        let due = store::to_remind(&desk.db, desk.today, after, ROUND).await?;
        let Some(last) = due.last().map(|one| one.id) else { return Ok(done) };
        for one in due {
            match remind(desk, actor, one).await {
                Ok(has_told) => done += u64::from(has_told),
                Err(CommandError::Store(StoreError::Stale)) => {}
                Err(error) => return Err(error),
            }
        }
        after = Some(last);
    }
}

async fn remind(desk: &Desk, actor: &Actor, one: FollowUp) -> Result<bool, CommandError> {
    // A second worker in the same round finds the key claimed.
    let key = format!("remind-{}-{}", one.id, one.version);
    let change = match command::begin(desk, actor, &key, &("RemindFollowUp", one.id)).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(false),
    };
    let (event, sides) = (one.event, one.sides);
    store::save(&change.tx, &FollowUp { reminded_at: Some(desk.now), ..one }).await?;
    let found = events::find(&change.tx, &Visibility::All, event).await?;
    let title = found.map(|event| event.title).unwrap_or_default();
    let people = participant::find_many(&change.tx, &Visibility::All, &sides).await?;
    let told = people.iter().map(|one| notice::staff(one.member, NoticeKind::FollowUpDue));
    let change = change.telling(&title, told.collect());
    change.finish("RemindFollowUp", &wire(event), Touches::Nothing).await?;
    Ok(true)
}
