//! Guests of an event: inviting them, their answers, the waiting list. Whom they send is in
//! [`delegation`], what time does to invitations in [`tend`].
//!
//! Every change of an event's guests holds the event's book, so that the last place is given once.

pub mod badges;
pub mod delegation;
mod figures;
mod seat;
pub mod tend;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::{DockingEvent, may_manage};
use lianmeng_domain::guest::book::{self as places, GuestBook, Quota};
use lianmeng_domain::guest::{
    self as rules, Answering, Dealing, Guest, GuestError, GuestKind, GuestStage, GuestWhy, Invitee,
    Reply,
};
use lianmeng_domain::ids::{DockingEventId, GuestId, Id as _};
use lianmeng_domain::notice::{self, Audience, NoticeKind};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::audit::trace::Diff;
use lianmeng_store::event as events;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::guest::{self as store, book};
use lianmeng_store::{StoreError, venue};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, Change, CommandError, Touches};
use crate::desk::{Desk, day_end};
use crate::event::people::wire_of_member;
use crate::event::wire;
use crate::secret::NoRandomness;

pub use figures::{Figures, figures};
pub use seat::{SeatGuests, seat};

/// Writes invitations down; they are sent later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteGuests {
    /// To which event.
    pub event: DockingEventId,
    /// Who, as what kind of guest.
    pub guests: Vec<(Invitee, GuestKind)>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Sends invitations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendGuests {
    /// To which event.
    pub event: DockingEventId,
    /// Which.
    pub guests: Vec<GuestId>,
    /// Until when they can be accepted.
    pub reply_by: DateTime<Utc>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What is done with one invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GuestDeed {
    /// The guest answers, with these words; the organisers may write it down for it.
    Answer(Reply, String),
    /// The organisers give one that waits a place, for this reason.
    Promote(String),
    /// The organisers take it back, for this reason.
    Withdraw(String),
}

/// Does something with one invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveGuest {
    /// Which.
    pub guest: GuestId,
    /// The version the caller read.
    pub version: i64,
    /// What is done.
    pub deed: GuestDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces capacity and quotas of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetQuotas {
    /// Of which event.
    pub event: DockingEventId,
    /// For how many people there is room; what the venue holds if nobody says.
    pub capacity: Option<u32>,
    /// Quotas; kinds that are not named have none.
    pub quotas: Vec<Quota>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why guests were not changed.
#[derive(Debug, Error)]
pub enum GuestCommandError {
    /// No such event or guest with which the caller may do that.
    #[error("no event or guest with this id that you may change in this way")]
    NotFound,
    /// An enterprise or organisation does not exist.
    #[error("an enterprise or organisation does not exist")]
    UnknownReference,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] GuestError),
    /// No badge could be drawn.
    #[error(transparent)]
    Badge(#[from] NoRandomness),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for GuestCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// An event whose guests nobody else changes meanwhile.
pub(crate) struct Held {
    /// The event.
    pub(crate) event: DockingEvent,
    /// Its quotas.
    pub(crate) book: GuestBook,
    /// For how many people there is room, if anybody knows.
    pub(crate) capacity: Option<u32>,
    /// Every guest, as it is now.
    pub(crate) guests: Vec<Guest>,
}

impl Held {
    /// Holds the guests of `event`, which is read again: while others held them, it may have changed.
    pub(crate) async fn of(
        db: &impl ConnectionTrait,
        event: DockingEvent,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let book = book::hold(db, event.id).await?;
        let event = events::find(db, &Visibility::All, event.id).await?.unwrap_or(event);
        let capacity = room(db, &event, Some(&book)).await?;
        let guests = store::all(db, event.id).await?;
        let guests = guests.into_iter().map(|guest| rules::at(guest, now)).collect();
        Ok(Self { event, book, capacity, guests })
    }

    /// The guest with this id in the version the caller read.
    fn guest(&self, id: GuestId, version: i64) -> Result<Guest, GuestCommandError> {
        let found = self.guests.iter().find(|guest| guest.id == id);
        let guest = found.ok_or(GuestCommandError::NotFound)?;
        if guest.version != version {
            return Err(StoreError::Stale.into());
        }
        Ok(guest.clone())
    }

    /// Saves `guest`, which changed, and everybody who gets a place by that; gives those.
    pub(crate) async fn settle(
        &mut self,
        db: &impl ConnectionTrait,
        guest: &Guest,
    ) -> Result<Vec<Guest>, StoreError> {
        store::save(db, guest).await?;
        for one in self.guests.iter_mut().filter(|one| one.id == guest.id) {
            one.clone_from(guest);
        }
        self.promote(db, GuestWhy::PlaceFreed).await
    }

    /// Gives places to those who wait, as far as there are any; gives those who got one.
    async fn promote(
        &self,
        db: &impl ConnectionTrait,
        why: GuestWhy,
    ) -> Result<Vec<Guest>, StoreError> {
        if rules::check_event(self.event.stage).is_err() {
            return Ok(Vec::new());
        }
        let promoted = places::promotions(&self.book.quotas, self.capacity, &self.guests, why);
        for guest in &promoted {
            store::save(db, guest).await?;
        }
        Ok(promoted)
    }
}

/// Gives places to those who wait at `event` after its venue changed; those who got one are to be told.
pub(crate) async fn moved_house(
    db: &impl ConnectionTrait,
    event: &DockingEvent,
    now: DateTime<Utc>,
) -> Result<Vec<Audience>, StoreError> {
    let held = Held::of(db, event.clone(), now).await?;
    let promoted = held.promote(db, GuestWhy::LimitsChanged).await?;
    Ok(staff(&promoted, NoticeKind::GuestPromoted))
}

/// For how many people there is room at `event`: what the organisers say, else what the venue holds;
/// none if nobody knows.
pub(crate) async fn room(
    db: &impl ConnectionTrait,
    event: &DockingEvent,
    book: Option<&GuestBook>,
) -> Result<Option<u32>, StoreError> {
    if let Some(capacity) = book.and_then(|book| book.capacity) {
        return Ok(Some(capacity));
    }
    let Some(id) = event.venue else { return Ok(None) };
    Ok(venue::find(db, &Visibility::All, id).await?.and_then(|venue| venue.capacity))
}

/// The event, if `actor` organises it and its guests can still be changed.
async fn organised(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: DockingEventId,
) -> Result<DockingEvent, GuestCommandError> {
    let found = events::find(db, &Visibility::All, id).await?;
    let event = found
        .filter(|event| may_manage(actor, &event.hosts, event.committee))
        .ok_or(GuestCommandError::NotFound)?;
    rules::check_event(event.stage)?;
    Ok(event)
}

/// The event of a guest with which `actor` may deal, and how.
pub(crate) async fn dealt(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: GuestId,
) -> Result<(DockingEvent, Dealing), GuestCommandError> {
    let guest = store::find_many(db, Eyes::ALL, &[id]).await?.pop();
    let guest = guest.ok_or(GuestCommandError::NotFound)?;
    let event = events::find(db, &Visibility::All, guest.event).await?;
    let event = event.ok_or(GuestCommandError::NotFound)?;
    let dealing = rules::dealing(actor, &guest, &event).ok_or(GuestCommandError::NotFound)?;
    rules::check_event(event.stage)?;
    Ok((event, dealing))
}

/// The staff of those among `guests` who are in the registry.
pub(crate) fn staff<'a>(
    guests: impl IntoIterator<Item = &'a Guest>,
    kind: NoticeKind,
) -> Vec<Audience> {
    guests
        .into_iter()
        .filter_map(|guest| match &guest.who {
            Invitee::Member(member) => Some(notice::staff(*member, kind)),
            Invitee::Outside(_) => None,
        })
        .collect()
}

/// What a change did to a guest, and to whom it gave a place.
pub(crate) fn told(before: Option<&Guest>, after: &Guest, promoted: &[Guest]) -> Diff {
    let mut diff = store::diff(before, after);
    if !promoted.is_empty() {
        let ids = promoted.iter().map(|guest| format!("{}:{}", GuestId::TAG, guest.id)).collect();
        diff.after.insert("promoted".to_owned(), ids);
    }
    diff
}

/// Writes invitations down; the event's organisers only. Gives them in the order named.
///
/// # Errors
///
/// See [`GuestCommandError`]; nothing is saved when an error is returned.
pub async fn invite(
    desk: &Desk,
    actor: &Actor,
    cmd: &InviteGuests,
) -> Result<Vec<GuestId>, GuestCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return invited_before(desk, cmd).await,
    };
    let event = organised(&change.tx, actor, cmd.event).await?;
    let held = Held::of(&change.tx, event, desk.now).await?;
    let count = held.guests.len() + cmd.guests.len();
    if count > rules::MAX_GUESTS {
        return Err(GuestError::TooMany { count }.into());
    }
    let mut added: Vec<Guest> = Vec::with_capacity(cmd.guests.len());
    for (who, kind) in &cmd.guests {
        let who = rules::invitee(who)?;
        if held.guests.iter().chain(&added).any(|guest| guest.who == who) {
            return Err(GuestError::InvitedTwice { who: wire_of(&who) }.into());
        }
        added.push(blank(desk.mint(), cmd.event, who, *kind));
    }
    store::insert_many(&change.tx, &added).await.map_err(|error| match error {
        StoreError::Conflict(_) => GuestCommandError::UnknownReference,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    })?;
    change.finish("InviteGuests", &wire(cmd.event), Touches::Nothing).await?;
    Ok(added.into_iter().map(|guest| guest.id).collect())
}

async fn invited_before(
    desk: &Desk,
    cmd: &InviteGuests,
) -> Result<Vec<GuestId>, GuestCommandError> {
    let all = store::all(&desk.db, cmd.event).await?;
    let mut ids = Vec::with_capacity(cmd.guests.len());
    for (who, _) in &cmd.guests {
        let who = rules::invitee(who)?;
        ids.extend(all.iter().find(|guest| guest.who == who).map(|guest| guest.id));
    }
    Ok(ids)
}

fn blank(id: GuestId, event: DockingEventId, who: Invitee, kind: GuestKind) -> Guest {
    Guest {
        id,
        event,
        who,
        kind,
        stage: GuestStage::Draft,
        why: None,
        note: String::new(),
        is_proxy: false,
        sent_at: None,
        reply_by: None,
        answered_at: None,
        queued_at: None,
        named: 0,
        escorts: 0,
        plates: Vec::new(),
        diet: String::new(),
        version: 1,
    }
}

fn wire_of(who: &Invitee) -> String {
    match who {
        Invitee::Member(member) => wire_of_member(*member),
        Invitee::Outside(name) => format!("{name:?}"),
    }
}

/// Sends invitations and tells those who are invited; the event's organisers only.
///
/// # Errors
///
/// See [`GuestCommandError`]; nothing is saved or sent when an error is returned.
pub async fn send(
    desk: &Desk,
    actor: &Actor,
    cmd: &SendGuests,
) -> Result<Vec<GuestId>, GuestCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.guests.clone()),
    };
    let event = organised(&change.tx, actor, cmd.event).await?;
    let held = Held::of(&change.tx, event, desk.now).await?;
    let day = (held.event.held_on, day_end(held.event.held_on));
    let mut sent = Vec::with_capacity(cmd.guests.len());
    let wanted: BTreeSet<GuestId> = cmd.guests.iter().copied().collect();
    for id in &wanted {
        let guest = held.guests.iter().find(|guest| guest.id == *id);
        let guest = guest.ok_or(GuestCommandError::NotFound)?;
        let guest = rules::send(guest, cmd.reply_by, day, desk.now)?;
        store::save(&change.tx, &guest).await?;
        sent.push(guest);
    }
    let change = change.telling(&held.event.title, staff(&sent, NoticeKind::GuestInvited));
    change.finish("SendGuests", &wire(cmd.event), Touches::Nothing).await?;
    Ok(cmd.guests.clone())
}

/// Answers, promotes or withdraws one invitation: a guest its own, the event's organisers any. Whoever
/// gets a place by that is told.
///
/// # Errors
///
/// See [`GuestCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MoveGuest,
) -> Result<GuestId, GuestCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.guest),
    };
    let (event, dealing) = dealt(&change.tx, actor, cmd.guest).await?;
    let mut held = Held::of(&change.tx, event, desk.now).await?;
    let before = held.guest(cmd.guest, cmd.version)?;
    let (action, after) = moved(&held, &before, (&cmd.deed, dealing), desk.now)?;
    let promoted = held.settle(&change.tx, &after).await?;
    if matches!(cmd.deed, GuestDeed::Promote(_)) {
        places::check_heads(held.capacity, &held.guests)?;
    }
    let mut news = staff(&promoted, NoticeKind::GuestPromoted);
    if matches!(cmd.deed, GuestDeed::Promote(_)) {
        news.extend(staff([&after], NoticeKind::GuestPromoted));
    }
    finish(change, action, &held.event, (told(Some(&before), &after, &promoted), news)).await?;
    Ok(cmd.guest)
}

/// Ends a change of one guest.
pub(crate) async fn finish(
    change: Change<'_>,
    action: &str,
    event: &DockingEvent,
    (diff, news): (Diff, Vec<Audience>),
) -> Result<(), StoreError> {
    let change = change.noting(diff).telling(&event.title, news);
    change.finish(action, &wire(event.id), Touches::Nothing).await?;
    Ok(())
}

/// What becomes of `guest`.
fn moved(
    held: &Held,
    guest: &Guest,
    (deed, dealing): (&GuestDeed, Dealing),
    now: DateTime<Utc>,
) -> Result<(&'static str, Guest), GuestCommandError> {
    Ok(match (deed, dealing) {
        (GuestDeed::Answer(reply, note), _) => {
            let quotas = &held.book.quotas;
            let room = places::place(quotas, held.capacity, &held.guests, guest);
            let how = Answering { is_proxy: dealing == Dealing::Organiser, note };
            ("AnswerGuest", rules::answer(guest, *reply, how, room, now)?)
        }
        (GuestDeed::Promote(note), Dealing::Organiser) => {
            ("PromoteGuest", rules::promote(guest, GuestWhy::ByHand, note)?)
        }
        (GuestDeed::Withdraw(note), Dealing::Organiser) => {
            ("WithdrawGuest", rules::withdraw(guest, note)?)
        }
        (GuestDeed::Promote(_) | GuestDeed::Withdraw(_), Dealing::Own) => {
            return Err(GuestCommandError::NotFound);
        }
    })
}

/// Replaces capacity and quotas of an event; its organisers only. Nobody loses a place by that; whoever
/// gets one is told. Of two who do so at once the later wins.
///
/// # Errors
///
/// See [`GuestCommandError`]; nothing is saved when an error is returned.
pub async fn set_quotas(
    desk: &Desk,
    actor: &Actor,
    cmd: &SetQuotas,
) -> Result<DockingEventId, GuestCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.event),
    };
    let event = organised(&change.tx, actor, cmd.event).await?;
    let mut held = Held::of(&change.tx, event, desk.now).await?;
    held.book.capacity = cmd.capacity;
    held.capacity = room(&change.tx, &held.event, Some(&held.book)).await?;
    held.book.quotas = places::check(&cmd.quotas, held.capacity).map_err(GuestError::from)?;
    book::save(&change.tx, &held.book).await?;
    let promoted = held.promote(&change.tx, GuestWhy::LimitsChanged).await?;
    let news = staff(&promoted, NoticeKind::GuestPromoted);
    let change = change.telling(&held.event.title, news);
    change.finish("SetGuestQuotas", &wire(cmd.event), Touches::Nothing).await?;
    Ok(cmd.event)
}
