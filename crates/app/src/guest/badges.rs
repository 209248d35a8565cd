//! Badges and the list to sign, for the organisers of an event.

use std::collections::BTreeSet;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::may_manage;
use lianmeng_domain::guest::sheet::{Badge, BadgeSheet, MAX_BADGES};
use lianmeng_domain::guest::{Guest, GuestStage, Invitee, person};
use lianmeng_domain::ids::{DockingEventId, GuestId, GuestPersonId, Id as _};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::audit::read::Things;
use lianmeng_store::guest as store;
use lianmeng_store::{StoreError, event as events};
use thiserror::Error;

use crate::desk::Desk;

/// Why there is nothing to print.
#[derive(Debug, Error)]
pub enum BadgeError {
    /// No such event that the caller organises, or nobody who comes.
    #[error("no event with this id that you organise and to which somebody comes")]
    NotFound,
    /// Too many at once.
    #[error("{count} badges; at most {MAX_BADGES} are printed at once, name a guest with guestId")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The badges of everybody who comes to `event`, or with one guest; its organisers only. Who printed
/// them stands in the audit log.
///
/// # Errors
///
/// See [`BadgeError`].
pub async fn badges(
    desk: &Desk,
    actor: &Actor,
    (event, guest): (DockingEventId, Option<GuestId>),
) -> Result<BadgeSheet, BadgeError> {
    let found = events::find(&desk.db, &Visibility::All, event).await?;
    let found = found.filter(|event| may_manage(actor, &event.hosts, event.committee));
    let event = found.ok_or(BadgeError::NotFound)?;
    let guests: Vec<Guest> = store::all(&desk.db, event.id)
        .await?
        .into_iter()
        .filter(|one| one.stage == GuestStage::Yes && guest.is_none_or(|id| id == one.id))
        .collect();
    let names = store::names(&desk.db, event.id).await?;
    let people = store::person::of_event(&desk.db, event.id).await?;
    let (mut badges, mut seen) = (Vec::new(), Things::default());
    for guest in &guests {
        let unit = match &guest.who {
            Invitee::Member(_) => names.get(&guest.id).cloned().unwrap_or_default(),
            Invitee::Outside(name) => name.clone(),
        };
        let theirs = people.iter().filter(|one| one.guest == guest.id && one.left_at.is_none());
        let mut theirs: Vec<_> = theirs.collect();
        theirs.sort_by_key(|person| (person.is_escort, person.id));
        for person in theirs {
            if !person.is_escort {
                let thing = format!("{}:{}", GuestPersonId::TAG, person.id);
                seen.insert(thing, BTreeSet::from(["name".to_owned()]));
            }
            badges.push(Badge {
                unit: unit.clone(),
                kind: guest.kind,
                name: person.card.name.clone(),
                title: person.card.title.clone(),
                is_escort: person.is_escort,
                text: person::qr_text(&person.badge),
            });
        }
    }
    match badges.len() {
        0 => return Err(BadgeError::NotFound),
        count if count > MAX_BADGES => return Err(BadgeError::TooMany { count }),
        _ => {}
    }
    if !seen.is_empty() {
        desk.saw(actor, seen);
    }
    let (title, held_on) = (event.title, event.held_on);
    Ok(BadgeSheet { title, held_on, is_example: event.is_example, badges })
}
