//! Whom a guest sends, and their badges.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::guest::book as places;
use lianmeng_domain::guest::person::{
    self as rules, Delegation, GuestPerson, PersonCard, PersonError,
};
use lianmeng_domain::guest::{Guest, GuestError, GuestStage, check_coming, delegate};
use lianmeng_domain::ids::{GuestId, GuestPersonId};
use lianmeng_domain::notice::NoticeKind;
use lianmeng_store::check_in;
use lianmeng_store::guest::person as store;
use sea_orm::ConnectionTrait;

use super::{GuestCommandError, Held, dealt, finish, staff, told};
use crate::command::{self, Begun};
use crate::desk::Desk;
use crate::secret::{NoRandomness, Secret};

/// Writes down whom a guest sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetDelegation {
    /// Which guest.
    pub guest: GuestId,
    /// The version the caller read.
    pub version: i64,
    /// The whole delegation; who is not in it any more is taken from the list.
    pub delegation: Delegation,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Names somebody who comes instead of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substitute {
    /// Which guest.
    pub guest: GuestId,
    /// The version the caller read.
    pub version: i64,
    /// Who does not come.
    pub person: GuestPersonId,
    /// Who comes instead; whether they lead the delegation follows from whom they replace.
    pub card: PersonCard,
    /// Whether the badge goes to the new person; else it opens nothing any more and the new person
    /// gets another.
    pub keeps_badge: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Badges drawn from one secret.
struct Badges<'a> {
    secret: &'a Secret,
    next: u32,
}

impl Badges<'_> {
    fn draw(&mut self) -> Result<String, NoRandomness> {
        // Of 64 bytes nearly all serve; a second try is there for the sake of completeness.
        for _ in 0..8 {
            self.next += 1;
            if let Some(badge) = rules::badge(&self.secret.derived(self.next)) {
                return Ok(badge);
            }
        }
        Err(NoRandomness::poor())
    }
}

/// Writes down whom a guest sends: the guest itself, or the event's organisers for it. Badges are drawn
/// from `secret`.
///
/// # Errors
///
/// See [`GuestCommandError`]; nothing is saved when an error is returned.
pub async fn set(
    desk: &Desk,
    actor: &Actor,
    cmd: &SetDelegation,
    secret: &Secret,
) -> Result<GuestId, GuestCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.guest),
    };
    let (event, _) = dealt(&change.tx, actor, cmd.guest).await?;
    let mut held = Held::of(&change.tx, event, desk.now).await?;
    let before = held.guest(cmd.guest, cmd.version)?;
    let standing = store::all(&change.tx, cmd.guest).await?;
    check_coming(&before)?;
    let sent = rules::check(&cmd.delegation, &standing).map_err(GuestError::from)?;
    let after = delegate(&before, &sent)?;
    let mut badges = Badges { secret, next: 0 };
    write(desk, &change.tx, (&before, standing), (&sent, &mut badges)).await?;
    let promoted = held.settle(&change.tx, &after).await?;
    // Lower limits take no place from anybody; only who sends more must find room for them.
    if after.heads() > before.heads() {
        let all = with(&held.guests, &promoted);
        places::check_growth(&held.book.quotas, held.capacity, &all, after.kind)?;
    }
    let news = staff(&promoted, NoticeKind::GuestPromoted);
    let diff = told(Some(&before), &after, &promoted);
    finish(change, "SetDelegation", &held.event, (diff, news)).await?;
    Ok(cmd.guest)
}

/// `guests` after some of them got a place.
fn with(guests: &[Guest], promoted: &[Guest]) -> Vec<Guest> {
    let is_new = |guest: &&Guest| guest.stage == GuestStage::Yes;
    guests.iter().filter(is_new).chain(promoted).cloned().collect()
}

/// Refuses another name on the badge of somebody who was checked in: the record would name the wrong
/// person.
async fn check_unseen(
    db: &impl ConnectionTrait,
    person: &GuestPerson,
    card: &PersonCard,
) -> Result<(), GuestCommandError> {
    if card.name == person.card.name {
        return Ok(());
    }
    let records = check_in::with(db, person.event, &[], &[person.id]).await?;
    if records.is_empty() { Ok(()) } else { Err(GuestError::Person(PersonError::CheckedIn).into()) }
}

/// Saves who comes with `guest`: new persons and places get badges, those who are not named any more
/// lose theirs.
async fn write(
    desk: &Desk,
    db: &impl ConnectionTrait,
    (guest, standing): (&Guest, Vec<GuestPerson>),
    (sent, badges): (&Delegation, &mut Badges<'_>),
) -> Result<(), GuestCommandError> {
    let here = || standing.iter().filter(|person| person.left_at.is_none());
    let mut added = Vec::new();
    let mut blank = |card: &PersonCard, is_escort| -> Result<GuestPerson, NoRandomness> {
        Ok(GuestPerson {
            id: desk.mint(),
            guest: guest.id,
            event: guest.event,
            card: card.clone(),
            is_escort,
            badge: badges.draw()?,
            left_at: None,
            successor: None,
        })
    };
    for (id, card) in &sent.people {
        let known = id.and_then(|id| here().find(|person| person.id == id));
        match known {
            Some(person) => {
                check_unseen(db, person, card).await?;
                store::save(db, &GuestPerson { card: card.clone(), ..person.clone() }).await?;
            }
            None => added.push(blank(card, false)?),
        }
    }
    let is_gone = |person: &&GuestPerson| {
        !person.is_escort && !sent.people.iter().any(|(id, _)| *id == Some(person.id))
    };
    let mut gone: Vec<GuestPersonId> = here().filter(is_gone).map(|person| person.id).collect();
    let escorts: Vec<GuestPersonId> =
        here().filter(|person| person.is_escort).map(|person| person.id).collect();
    gone.extend(escorts.iter().skip(usize::from(sent.escorts)));
    for _ in escorts.len()..usize::from(sent.escorts) {
        added.push(blank(&PersonCard::default(), true)?);
    }
    store::leave(db, &gone, desk.now).await?;
    store::insert_many(db, &added).await?;
    Ok(())
}

/// Names somebody who comes instead of another: the guest itself, or the event's organisers for it. A
/// new badge is drawn from `secret`.
///
/// # Errors
///
/// See [`GuestCommandError`]; nothing is saved when an error is returned.
pub async fn substitute(
    desk: &Desk,
    actor: &Actor,
    cmd: &Substitute,
    secret: &Secret,
) -> Result<GuestId, GuestCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.guest),
    };
    let (event, _) = dealt(&change.tx, actor, cmd.guest).await?;
    let mut held = Held::of(&change.tx, event, desk.now).await?;
    let guest = held.guest(cmd.guest, cmd.version)?;
    check_coming(&guest)?;
    let mut standing = store::all(&change.tx, cmd.guest).await?.into_iter();
    let is_meant = |person: &GuestPerson| {
        person.id == cmd.person && !person.is_escort && person.left_at.is_none()
    };
    let person = standing.find(is_meant).ok_or(GuestError::Person(PersonError::Gone))?;
    let card = rules::check_card(1, &cmd.card).map_err(GuestError::from)?;
    let card = PersonCard { is_head: person.card.is_head, ..card };
    if cmd.keeps_badge {
        check_unseen(&change.tx, &person, &card).await?;
        store::save(&change.tx, &GuestPerson { card, ..person }).await?;
    } else {
        let badge = Badges { secret, next: 0 }.draw()?;
        let new = GuestPerson { id: desk.mint(), card, badge, ..person.clone() };
        let old = GuestPerson { left_at: Some(desk.now), successor: Some(new.id), ..person };
        store::insert_many(&change.tx, &[new]).await?;
        store::save(&change.tx, &old).await?;
    }
    let promoted = held.settle(&change.tx, &guest).await?;
    let diff = told(Some(&guest), &guest, &promoted);
    let news = staff(&promoted, NoticeKind::GuestPromoted);
    finish(change, "SubstitutePerson", &held.event, (diff, news)).await?;
    Ok(cmd.guest)
}
