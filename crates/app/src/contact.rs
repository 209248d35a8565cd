//! Keeping contacts.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::contact::{self as rules, Contact, ContactError};
use lianmeng_domain::ids::{ContactId, Id};
use lianmeng_store::audit::erase::{self, Whose};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, contact as store};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// What is written of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactCard {
    /// The person's name.
    pub name: String,
    /// What they are there.
    pub title: String,
    /// Phone number.
    pub phone: String,
    /// E-mail address.
    pub email: String,
    /// What they may be asked about.
    pub note: String,
}

/// Adds a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddContact {
    /// To whom.
    pub owner: Member,
    /// What is written.
    pub card: ContactCard,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Replaces what is written of a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeContact {
    /// Which.
    pub id: ContactId,
    /// What is written.
    pub card: ContactCard,
    /// Version that was read.
    pub version: i64,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Removes a contact, and what the audit log keeps of the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveContact {
    /// Which.
    pub id: ContactId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a contact was not kept.
#[derive(Debug, Error)]
pub enum ContactCommandError {
    /// No such contact that the caller may change.
    #[error("no contact with this id that you may change")]
    NotFound,
    /// No such enterprise or organisation whose contacts the caller keeps.
    #[error("no enterprise or organisation with this id whose contacts you keep")]
    OwnerNotFound,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] ContactError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ContactCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

async fn may_keep(
    db: &impl ConnectionTrait,
    actor: &Actor,
    owner: Member,
) -> Result<bool, StoreError> {
    let is_on_chain = match actor.committee() {
        Some(committee) => store::is_of_committee(db, committee, owner).await?,
        None => false,
    };
    Ok(rules::may_keep(actor, owner, is_on_chain))
}

fn written(base: Contact, card: &ContactCard) -> Result<Contact, ContactError> {
    let contact = Contact {
        name: card.name.trim().to_owned(),
        title: card.title.trim().to_owned(),
        phone: card.phone.trim().to_owned(),
        email: card.email.trim().to_owned(),
        note: card.note.trim().to_owned(),
        ..base
    };
    rules::check(&contact)?;
    Ok(contact)
}

fn wire(id: ContactId) -> String {
    format!("{}:{id}", ContactId::TAG)
}

fn replayed(thing: &str) -> Result<ContactId, ContactCommandError> {
    command::replayed_id(thing).ok_or(ContactCommandError::NotFound)
}

/// Adds a contact: staff to their own, a liaison to the enterprise they are assigned to, a secretary
/// on the committee's chain, coordinators anywhere.
///
/// # Errors
///
/// See [`ContactCommandError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    cmd: &AddContact,
) -> Result<ContactId, ContactCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    if !may_keep(&change.tx, actor, cmd.owner).await? {
        return Err(ContactCommandError::OwnerNotFound);
    }
    if store::count(&change.tx, cmd.owner).await? >= rules::MAX_CONTACTS {
        return Err(ContactError::TooMany.into());
    }
    let blank = Contact {
        id: desk.mint(),
        owner: cmd.owner,
        name: String::new(),
        title: String::new(),
        phone: String::new(),
        email: String::new(),
        note: String::new(),
        version: 1,
    };
    let contact = written(blank, &cmd.card)?;
    store::insert(&change.tx, &contact).await.map_err(|error| match error {
        StoreError::Conflict(_) => ContactCommandError::OwnerNotFound,
        StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
    })?;
    let change = change.noting(store::diff(None, &contact));
    change.finish("AddContact", &wire(contact.id), Touches::Nothing).await?;
    Ok(contact.id)
}

/// The contact `id`, if `actor` may change it.
async fn kept(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: ContactId,
) -> Result<Contact, ContactCommandError> {
    let found = store::find(db, Eyes::ALL, id).await?.ok_or(ContactCommandError::NotFound)?;
    let contact = found.contact;
    if may_keep(db, actor, contact.owner).await? {
        Ok(contact)
    } else {
        Err(ContactCommandError::NotFound)
    }
}

/// Replaces what is written of a contact: whoever may add one.
///
/// # Errors
///
/// See [`ContactCommandError`]; nothing is saved when an error is returned.
pub async fn change(
    desk: &Desk,
    actor: &Actor,
    cmd: &ChangeContact,
) -> Result<ContactId, ContactCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let before = kept(&change.tx, actor, cmd.id).await?;
    let after = written(Contact { version: cmd.version, ..before.clone() }, &cmd.card)?;
    store::save(&change.tx, &after).await?;
    let change = change.noting(store::diff(Some(&before), &after));
    change.finish("ChangeContact", &wire(cmd.id), Touches::Nothing).await?;
    Ok(cmd.id)
}

/// Removes a contact. What the audit log kept of the person goes too: rows and digests stay, and with
/// them the chain.
///
/// # Errors
///
/// See [`ContactCommandError`]; nothing is saved when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &RemoveContact,
) -> Result<ContactId, ContactCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    kept(&change.tx, actor, cmd.id).await?;
    if !store::remove(&change.tx, cmd.id).await? {
        return Err(ContactCommandError::NotFound);
    }
    erase::erase(&change.tx, Whose::Changes(&wire(cmd.id))).await?;
    change.finish("RemoveContact", &wire(cmd.id), Touches::Nothing).await?;
    Ok(cmd.id)
}
