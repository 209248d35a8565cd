//! Adding, removing and reading attachments, and giving up bytes whose time is over.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::attachment::{
    self as rules, AttachedTo, Attachment, AttachmentError, Checked, FileKind,
};
use lianmeng_domain::audit;
use lianmeng_domain::ids::{AttachmentId, Id as _, MeetingId, NeedId};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::rights::Column;
use lianmeng_store::attachment::{self, AttachmentEyes, blob};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::meeting::participant;
use lianmeng_store::{StoreError, event, meeting, need, task};
use sea_orm::ConnectionTrait;
use thiserror::Error;
use tokio::task::spawn_blocking;

use crate::blobs::BlobError;
use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::job::run::system;
use crate::secret::hash;

/// How long bytes that hang nowhere are left alone: longer than any upload takes.
const GRACE: TimeDelta = TimeDelta::hours(1);
/// Attachments and bytes seen to in one round.
const ROUND: u64 = 500;

/// Adds a file.
#[derive(Debug, Clone)]
pub struct AddAttachment {
    /// What it hangs on.
    pub to: AttachedTo,
    /// Its name as sent.
    pub name: String,
    /// Its media type as sent.
    pub media_type: Option<String>,
    /// Its bytes.
    pub content: Vec<u8>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Removes a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoveAttachment {
    /// Which.
    pub attachment: AttachmentId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nothing was added, removed or read.
#[derive(Debug, Error)]
pub enum AttachmentCommandError {
    /// No such thing to which, or from which, the caller may do that.
    #[error("no such thing, or none whose files you may change in this way")]
    NotFound,
    /// A rule of attachments.
    #[error(transparent)]
    Rule(#[from] AttachmentError),
    /// The bytes.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for AttachmentCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// A file that was looked at: what the request key stands for.
#[derive(Debug)]
struct Read {
    to: AttachedTo,
    name: String,
    kind: FileKind,
    size_bytes: i64,
    sha256: String,
}

/// Adds a file to a thing: who may write it. The bytes are written before the row, so that no row
/// speaks of bytes that are not there; bytes without a row are deleted later.
///
/// # Errors
///
/// See [`AttachmentCommandError`]; nothing is saved when an error is returned.
pub async fn add(
    desk: &Desk,
    actor: &Actor,
    cmd: AddAttachment,
) -> Result<AttachmentId, AttachmentCommandError> {
    let AddAttachment { to, name, media_type, content, request_key } = cmd;
    let content: Arc<[u8]> = content.into();
    let looked_at = Arc::clone(&content);
    let looking = spawn_blocking(move || {
        let checked = rules::check(&name, media_type.as_deref(), &looked_at)?;
        Ok::<_, AttachmentError>((checked, hash(&looked_at)))
    });
    let (Checked { name, kind, size_bytes }, sha256) =
        looking.await.map_err(|error| BlobError::Refused(error.to_string()))??;
    let read = Read { to, name, kind, size_bytes, sha256 };
    // What was added before is said again, whatever became of the thing and of the right since.
    match command::begin(desk, actor, &request_key, &read).await? {
        Begun::Replay(thing) => return added_before(&thing),
        Begun::New(change) => change.undo().await?,
    }
    check_right(&desk.db, actor, to).await?;
    blob::announce(&desk.db, &read.sha256, desk.now).await?;
    desk.blobs.put(&read.sha256, content).await?;
    save(desk, actor, read, &request_key).await
}

fn added_before(thing: &str) -> Result<AttachmentId, AttachmentCommandError> {
    command::replayed_id(thing).ok_or(AttachmentCommandError::NotFound)
}

async fn save(
    desk: &Desk,
    actor: &Actor,
    read: Read,
    request_key: &str,
) -> Result<AttachmentId, AttachmentCommandError> {
    let change = match command::begin(desk, actor, request_key, &read).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return added_before(&thing),
    };
    // Again, as it is now: it may have come to an end while the bytes were on their way.
    check_right(&change.tx, actor, read.to).await?;
    blob::hold(&change.tx, &read.sha256, desk.now).await?;
    let standing = attachment::of_things(&change.tx, AttachmentEyes::ALL, &[read.to]).await?;
    let attachment = Attachment {
        id: desk.mint(),
        to: read.to,
        place: Some(rules::place(&standing, read.size_bytes)?),
        name: read.name,
        kind: read.kind,
        size_bytes: read.size_bytes,
        sha256: read.sha256,
        added_by: actor.subject.clone(),
        added_at: desk.now,
        kept_until: None,
        removed_at: None,
        expired_at: None,
    };
    match attachment::insert(&change.tx, &attachment).await {
        // Somebody else took the place.
        Err(StoreError::Conflict(_)) => return Err(StoreError::Stale.into()),
        saved => saved?,
    }
    let change = change.noting(attachment::diff(None, &attachment));
    change.finish("AddAttachment", &wire(attachment.id), Touches::Nothing).await?;
    Ok(attachment.id)
}

/// Removes a file: a coordinator, or who added it while they may still add one. Its bytes go with the next housekeeping.
///
/// # Errors
///
/// See [`AttachmentCommandError`]; nothing is saved when an error is returned.
pub async fn remove(
    desk: &Desk,
    actor: &Actor,
    cmd: &RemoveAttachment,
) -> Result<AttachmentId, AttachmentCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.attachment),
    };
    let whole = policy::visibility(actor);
    let eyes = AttachmentEyes::of(Column::of(actor), &whole);
    let found = attachment::find(&change.tx, eyes, cmd.attachment).await?;
    let found = found.filter(|found| rules::may_remove(actor, found));
    let before = found.ok_or(AttachmentCommandError::NotFound)?;
    if actor.role != Role::Coordinator {
        check_right(&change.tx, actor, before.to).await?;
    }
    let after = Attachment { place: None, removed_at: Some(desk.now), ..before.clone() };
    attachment::end(&change.tx, &after).await?;
    let change = change.noting(attachment::diff(Some(&before), &after));
    change.finish("RemoveAttachment", &wire(before.id), Touches::Nothing).await?;
    Ok(before.id)
}

/// An attachment that `actor` sees; `None` if there is none.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn find(
    desk: &Desk,
    actor: &Actor,
    id: AttachmentId,
) -> Result<Option<Attachment>, StoreError> {
    let whole = policy::visibility(actor);
    let eyes = AttachmentEyes::of(Column::of(actor), &whole);
    attachment::find(&desk.db, eyes, id).await
}

/// The bytes of an attachment that `actor` was found to see; the audit log tells who read it.
///
/// # Errors
///
/// [`AttachmentCommandError::Blob`] if the bytes are gone, damaged or out of reach.
pub async fn read(
    desk: &Desk,
    actor: &Actor,
    attachment: &Attachment,
) -> Result<Vec<u8>, AttachmentCommandError> {
    let content = desk.blobs.get(&attachment.sha256).await?;
    let checking = spawn_blocking(move || (hash(&content), content));
    let (found, content) = checking.await.map_err(|error| BlobError::Refused(error.to_string()))?;
    if found != attachment.sha256 {
        return Err(BlobError::Damaged(attachment.sha256.clone()).into());
    }
    if is_recorded(desk, actor, attachment).await? {
        let fields = BTreeSet::from([wire(attachment.id)]);
        desk.saw(actor, BTreeMap::from([(attachment.to.wire(), fields)]));
    }
    Ok(content)
}

/// An enterprise reading what hangs on its own need is no access anybody asks about.
async fn is_recorded(
    desk: &Desk,
    actor: &Actor,
    attachment: &Attachment,
) -> Result<bool, StoreError> {
    match attachment.to {
        AttachedTo::Need(id) | AttachedTo::NeedAnswer(id) => {
            let found = need::find(&desk.db, Eyes::ALL, id).await?;
            Ok(found.is_none_or(|seen| audit::is_recorded(actor, seen.need.enterprise)))
        }
        AttachedTo::Task(_) | AttachedTo::Meeting(_) => Ok(true),
    }
}

/// Checks that `actor` may add a file to this thing, as it stands.
async fn check_right(
    db: &impl ConnectionTrait,
    actor: &Actor,
    to: AttachedTo,
) -> Result<(), AttachmentCommandError> {
    match to {
        AttachedTo::Need(id) | AttachedTo::NeedAnswer(id) => {
            check_need_right(db, actor, (to, id)).await
        }
        AttachedTo::Task(id) => {
            let sees = policy::visibility(actor);
            let found = task::find(db, Eyes { sees: &sees, ..Eyes::ALL }, id).await?;
            let found = found.filter(|task| rules::may_add_to_task(actor, task));
            let task = found.ok_or(AttachmentCommandError::NotFound)?;
            Ok(rules::check_task(&task)?)
        }
        AttachedTo::Meeting(id) => check_meeting_right(db, actor, id).await,
    }
}

async fn check_need_right(
    db: &impl ConnectionTrait,
    actor: &Actor,
    (to, id): (AttachedTo, NeedId),
) -> Result<(), AttachmentCommandError> {
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    let eyes = Eyes { sees: &sees, reads: &reads, ..Eyes::ALL };
    let found = need::find(db, eyes, id).await?.filter(|seen| seen.is_full);
    let found = found.map(|seen| seen.need).filter(|need| {
        if to == AttachedTo::NeedAnswer(id) {
            rules::may_add_to_answer(actor, need)
        } else {
            rules::may_add_to_need(actor, need)
        }
    });
    let need = found.ok_or(AttachmentCommandError::NotFound)?;
    Ok(rules::check_need(to.kind(), &need)?)
}

async fn check_meeting_right(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: MeetingId,
) -> Result<(), AttachmentCommandError> {
    let none = AttachmentCommandError::NotFound;
    let Some(meeting) = meeting::find_many(db, &Visibility::All, &[id]).await?.pop() else {
        return Err(none);
    };
    let Some(event) = event::find(db, &Visibility::All, meeting.event).await? else {
        return Err(none);
    };
    // Before it is published nobody but the organisers knows of it.
    let sides = if meeting::is_published(db, id).await? {
        participant::find_many(db, &Visibility::All, &meeting.sides()).await?
    } else {
        Vec::new()
    };
    let sides: Vec<_> = sides.into_iter().map(|side| side.member).collect();
    if !rules::may_add_to_meeting(actor, &event, &sides) {
        return Err(none);
    }
    Ok(rules::check_event(&event)?)
}

/// Says until when files on ended things are kept, gives up those whose time is over, and deletes bytes
/// that hang nowhere. Part of the housekeeping; running it twice at once is harmless.
///
/// # Errors
///
/// See [`AttachmentCommandError`]; what was done stays done.
pub async fn tend(desk: &Desk) -> Result<(), AttachmentCommandError> {
    let until = rules::kept_until(desk.now, desk.blobs.keep_months);
    attachment::mark(&desk.db, until).await?;
    for overdue in attachment::overdue(&desk.db, desk.now, ROUND).await? {
        match expire(desk, &overdue).await {
            // Another process was faster, or somebody removed it.
            Ok(()) | Err(CommandError::Store(StoreError::Stale)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let moments = (desk.now - GRACE, desk.now);
    let mut refused = None;
    for sha256 in blob::doom(&desk.db, moments, ROUND).await? {
        match desk.blobs.delete(&sha256).await {
            Ok(()) => blob::forget(&desk.db, &sha256).await?,
            // The others would wait as long as this one did.
            Err(error @ BlobError::Away(_)) => return Err(error.into()),
            // One that cannot be deleted must not keep the others.
            Err(error) => {
                tracing::error!(cause = %error, blob.sha256 = sha256, "bytes cannot be deleted");
                refused = Some(error);
            }
        }
    }
    refused.map_or(Ok(()), |error| Err(error.into()))
}

async fn expire(desk: &Desk, overdue: &Attachment) -> Result<(), CommandError> {
    let (actor, key) = (system(), format!("expire-{}", overdue.id));
    let change = match command::begin(desk, &actor, &key, &"ExpireAttachment").await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(()),
    };
    let after = Attachment { expired_at: Some(desk.now), ..overdue.clone() };
    attachment::end(&change.tx, &after).await?;
    let change = change.noting(attachment::diff(Some(overdue), &after));
    change.finish("ExpireAttachment", &wire(overdue.id), Touches::Nothing).await?;
    Ok(())
}

fn wire(id: AttachmentId) -> String {
    format!("{}:{id}", AttachmentId::TAG)
}
