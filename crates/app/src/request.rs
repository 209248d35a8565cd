//! Meeting requests: what an event allows, asking, answering, taking back.
//!
//! Every change of an event's requests holds its rules, so that the caps hold when many ask at once.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::calendar;
use lianmeng_domain::committee::Member;
use lianmeng_domain::event::{DockingEvent, may_manage};
use lianmeng_domain::ids::{DockingEventId, MeetingId, MeetingRequestId};
use lianmeng_domain::notice::{self, NoticeKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::request::{
    self as rules, MeetingRequest, RequestCard, RequestError, RequestRules, RequestStage,
};
use lianmeng_store::event as events;
use lianmeng_store::meeting::{self, participant};
use lianmeng_store::{StoreError, avoid, request as store};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, Change, CommandError, Touches};
use crate::desk::Desk;
use crate::event::pairs::{self, Pair, Side};
use crate::event::people::wire_of_member;
use crate::event::{EventCommandError, wire};

/// Lets the participants of an event ask each other for meetings, or ends that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenRequests {
    /// What the event allows from now on.
    pub rules: RequestRules,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Asks another participant for a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendRequest {
    /// At which event.
    pub event: DockingEventId,
    /// Whom.
    pub to: Member,
    /// What is written.
    pub card: RequestCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What is done with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestDeed {
    /// Who asked writes it anew.
    Change(RequestCard),
    /// Who was asked accepts; it becomes a meeting.
    Accept,
    /// Who was asked declines, for a reason of its own.
    Decline(String),
    /// Who asked takes it back, for a reason.
    Cancel(String),
}

/// Does something with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveRequest {
    /// Which.
    pub request: MeetingRequestId,
    /// The version the caller read.
    pub version: i64,
    /// What is done.
    pub deed: RequestDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a request was not changed.
#[derive(Debug, Error)]
pub enum RequestCommandError {
    /// No such event or request with which the caller may do that.
    #[error("no event or request with this id with which you may do that")]
    NotFound,
    /// A rule of requests.
    #[error(transparent)]
    Rule(#[from] RequestError),
    /// It cannot become a meeting.
    #[error(transparent)]
    Event(#[from] EventCommandError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for RequestCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Lets the participants of an event ask each other for meetings, or ends that with a cap of 0; its
/// organisers only. Requests that wait stay. Of two who do so at once the later wins.
///
/// # Errors
///
/// See [`RequestCommandError`]; nothing is saved when an error is returned.
pub async fn open(
    desk: &Desk,
    actor: &Actor,
    cmd: &OpenRequests,
) -> Result<DockingEventId, RequestCommandError> {
    let event = cmd.rules.event;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(event),
    };
    let found = events::find(&change.tx, &Visibility::All, event).await?;
    let is_theirs = |event: &DockingEvent| may_manage(actor, &event.hosts, event.committee);
    let found = found.filter(is_theirs).ok_or(RequestCommandError::NotFound)?;
    rules::check_rules(&cmd.rules)?;
    rules::check_event(found.stage)?;
    store::put_rules(&change.tx, cmd.rules).await?;
    change.finish("OpenRequests", &wire(event), Touches::Nothing).await?;
    Ok(event)
}

/// The event, if it still takes requests, and what it allows.
async fn asked(
    db: &impl ConnectionTrait,
    id: DockingEventId,
) -> Result<(DockingEvent, RequestRules), RequestCommandError> {
    // Held before the event is read: an acceptance that was waited for has changed it.
    let rules = store::hold(db, id).await?;
    let event = events::find(db, &Visibility::All, id).await?;
    let event = event.ok_or(RequestCommandError::NotFound)?;
    let rules = rules.unwrap_or(RequestRules { event: id, cap: 0, days: 1 });
    Ok((event, rules))
}

/// Asks another participant for a meeting, for the caller's own enterprise or organisation, which takes
/// part too.
///
/// # Errors
///
/// See [`RequestCommandError`]; nothing is saved when an error is returned.
pub async fn send(
    desk: &Desk,
    actor: &Actor,
    cmd: &SendRequest,
) -> Result<MeetingRequestId, RequestCommandError> {
    let from = rules::side(actor).ok_or(RequestCommandError::NotFound)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return sent_before(desk, cmd, from).await,
    };
    let (event, limits) = asked(&change.tx, cmd.event).await?;
    let people = participant::all(&change.tx, cmd.event).await?;
    let takes_part = |member: Member| people.iter().any(|one| one.member == member);
    // Who takes no part learns nothing of those who do.
    if !takes_part(from) {
        return Err(RequestCommandError::NotFound);
    }
    let standing = store::with(&change.tx, cmd.event, (from, cmd.to)).await?;
    let meetings = meeting::all(&change.tx, cmd.event).await?;
    let meetings: BTreeSet<MeetingId> = meetings.iter().map(|one| one.id).collect();
    // Of a request whose meeting was taken out of the event nothing stands any more.
    let is_over = |one: &MeetingRequest| one.meeting.is_some_and(|id| !meetings.contains(&id));
    let standing: Vec<_> = standing
        .into_iter()
        .filter(|one| !is_over(one))
        .map(|one| rules::at(one, desk.now))
        .collect();
    rules::check_send(&limits, &standing, from, cmd.to)?;
    rules::check_event(event.stage)?;
    // Who is avoided reads what anybody reads of whom is not there.
    if !takes_part(cmd.to) || is_avoided(&change.tx, from, cmd.to).await? {
        return Err(RequestError::NoParticipant { who: wire_of_member(cmd.to) }.into());
    }
    let request = MeetingRequest {
        id: desk.mint(),
        event: cmd.event,
        from,
        to: cmd.to,
        card: rules::check_card(&cmd.card)?,
        stage: RequestStage::Pending,
        sent_at: desk.now,
        ends_at: rules::ends_at(&limits, desk.now, day_start(&event)),
        closed_at: None,
        reason: String::new(),
        meeting: None,
        version: 1,
    };
    if request.ends_at <= desk.now {
        return Err(RequestError::Planned { stage: event.stage }.into());
    }
    store::insert(&change.tx, &request).await?;
    let change =
        change.telling(&event.title, vec![notice::staff(cmd.to, NoticeKind::MeetingRequested)]);
    change.finish("SendRequest", &wire(event.id), Touches::Nothing).await?;
    Ok(request.id)
}

/// Whether one of the two is on the other's list of those it avoids.
async fn is_avoided(
    db: &impl ConnectionTrait,
    one: Member,
    other: Member,
) -> Result<bool, StoreError> {
    match (one, other) {
        (Member::Enterprise(a), Member::Enterprise(b)) => {
            Ok(avoid::pairs_with(db, &[a]).await?.contains(&(a.min(b), a.max(b))))
        }
        (Member::Enterprise(_) | Member::Organisation(_), Member::Organisation(_))
        | (Member::Organisation(_), Member::Enterprise(_)) => Ok(false),
    }
}

/// When the day of `event` begins.
fn day_start(event: &DockingEvent) -> DateTime<Utc> {
    calendar::utc(event.held_on.and_time(NaiveTime::MIN))
}

async fn sent_before(
    desk: &Desk,
    cmd: &SendRequest,
    from: Member,
) -> Result<MeetingRequestId, RequestCommandError> {
    let all = store::with(&desk.db, cmd.event, (from, cmd.to)).await?;
    let is_it = |one: &&MeetingRequest| one.from == from && one.to == cmd.to;
    all.iter().rev().find(is_it).map(|one| one.id).ok_or(RequestCommandError::NotFound)
}

/// Changes, accepts, declines or takes back a request: who asked the first and the last, who was asked
/// the others. An accepted one becomes a meeting of the event at once, to be planned like any other.
///
/// # Errors
///
/// See [`RequestCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MoveRequest,
) -> Result<MeetingRequestId, RequestCommandError> {
    let side = rules::side(actor).ok_or(RequestCommandError::NotFound)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.request),
    };
    let request = theirs(&change.tx, side, cmd).await?;
    let (event, _) = asked(&change.tx, request.event).await?;
    let (action, after, told) = match &cmd.deed {
        RequestDeed::Change(card) => {
            ("ChangeRequest", rules::change(&request, card, desk.now)?, None)
        }
        RequestDeed::Accept => {
            let accepted = accept(desk, &change, &event, &request).await?;
            ("AcceptRequest", accepted, Some(request.from))
        }
        RequestDeed::Decline(reason) => {
            let declined = rules::decline(&request, reason, desk.now)?;
            ("DeclineRequest", declined, Some(request.from))
        }
        RequestDeed::Cancel(reason) => {
            ("CancelRequest", rules::cancel(&request, reason, desk.now)?, None)
        }
    };
    store::save(&change.tx, &after).await?;
    let told = told.map(|member| notice::staff(member, NoticeKind::RequestAnswered));
    let change = change.telling(&event.title, told.into_iter().collect());
    change.finish(action, &wire(event.id), Touches::Nothing).await?;
    Ok(cmd.request)
}

/// The request in the version the caller read, if it may do this with it.
async fn theirs(
    db: &impl ConnectionTrait,
    side: Member,
    cmd: &MoveRequest,
) -> Result<MeetingRequest, RequestCommandError> {
    let found = store::find_many(db, &Visibility::All, &[cmd.request]).await?.pop();
    let request = found.ok_or(RequestCommandError::NotFound)?;
    let whose = match cmd.deed {
        RequestDeed::Change(_) | RequestDeed::Cancel(_) => request.from,
        RequestDeed::Accept | RequestDeed::Decline(_) => request.to,
    };
    if whose != side {
        return Err(RequestCommandError::NotFound);
    }
    if request.version != cmd.version {
        return Err(StoreError::Stale.into());
    }
    Ok(request)
}

/// The request accepted, and a meeting of it in the event, as organisers add one.
async fn accept(
    desk: &Desk,
    change: &Change<'_>,
    event: &DockingEvent,
    request: &MeetingRequest,
) -> Result<MeetingRequest, RequestCommandError> {
    rules::check_event(event.stage)?;
    // Refused before the event is changed for nothing.
    rules::decline(request, "", desk.now)?;
    let pair = Pair {
        a: Side::Member(request.from),
        b: Side::Member(request.to),
        half_day: request.card.half_day,
        fixed_slot: None,
    };
    let (_, meetings) = pairs::insert(desk, change, event.clone(), &[pair]).await?;
    let meeting = meetings.first().ok_or(RequestCommandError::NotFound)?;
    Ok(rules::accept(request, meeting.id, desk.now)?)
}

/// Requests looked at in one round of the list.
const ROUND: u64 = 500;

/// Writes down that every request expired whose time is over, each in a change of its own; gives how
/// many. Whoever reads before that finds them expired all the same.
///
/// # Errors
///
/// [`CommandError::Store`] if the database refuses; what was done before stays done.
pub async fn tend(desk: &Desk, actor: &Actor) -> Result<u64, CommandError> {
    let (mut after, mut done) = (None, 0);
    loop {
        let requests = store::expiring(&desk.db, desk.now, after, ROUND).await?;
        let Some(last) = requests.last().map(|request| request.id) else { return Ok(done) };
        for request in requests {
            match tend_one(desk, actor, request).await {
                Ok(has_expired) => done += u64::from(has_expired),
                Err(CommandError::Store(StoreError::Stale)) => {}
                Err(error) => return Err(error),
            }
        }
        after = Some(last);
    }
}

async fn tend_one(
    desk: &Desk,
    actor: &Actor,
    request: MeetingRequest,
) -> Result<bool, CommandError> {
    // A second worker in the same round finds the key claimed.
    let key = format!("expire-{}-{}", request.id, request.version);
    let change = match command::begin(desk, actor, &key, &("ExpireRequest", request.id)).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(false),
    };
    let event = request.event;
    store::save(&change.tx, &rules::at(request, desk.now)).await?;
    change.finish("ExpireRequest", &wire(event), Touches::Nothing).await?;
    Ok(true)
}
