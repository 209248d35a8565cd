//! Attachments in GraphQL; their bytes are downloaded over `http::attachment`.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject, Upload};
use chrono::{DateTime, Utc};
use lianmeng_app::attachment::{self as app, AddAttachment, AttachmentCommandError};
use lianmeng_domain::attachment::{
    AttachedKind, AttachedTo, Attachment, AttachmentError, may_remove,
};
use lianmeng_domain::ids::AttachmentId;
use tokio::sync::Semaphore;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::loader::attachment::AttachmentsOf;
use crate::scope::Scope;

/// Files that are judged and written at the same time: each is held in memory as a whole.
pub(crate) static SEATS: Semaphore = Semaphore::const_new(4);

/// What kind of thing a file hangs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "AttachmentKind", remote = "AttachedKind")]
pub enum AttachedKindWord {
    /// The restricted body of a need (需求正文).
    Need,
    /// The answer to a need (答复).
    NeedAnswer,
    /// A cooperation task (央地合作任务).
    Task,
    /// A meeting of a docking event (一对一会面).
    Meeting,
}

/// An attachment as clients see it.
#[derive(Debug, Clone)]
pub struct AttachmentNode(pub Attachment);

/// A file (附件) on a need, its answer, a cooperation task or a meeting: seen by whoever reads that.
#[Object(name = "Attachment")]
impl AttachmentNode {
    /// Its id, for `attachmentRemove`.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// What kind of thing it hangs on.
    async fn kind(&self) -> AttachedKindWord {
        self.0.to.kind().into()
    }

    /// Name of the file, 1 to 120 characters, the ending included.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its media type, as its content says.
    async fn media_type(&self) -> &'static str {
        self.0.kind.media_type()
    }

    /// Its length in bytes, at most 20 971 520.
    async fn size_bytes(&self) -> i64 {
        self.0.size_bytes
    }

    /// SHA-256 of its bytes, 64 hexadecimal digits.
    async fn sha256(&self) -> &str {
        &self.0.sha256
    }

    /// When it was added.
    async fn added_at(&self) -> DateTime<Utc> {
        self.0.added_at
    }

    /// Until when its bytes are kept; null while the thing it hangs on goes on.
    async fn kept_until(&self) -> Option<DateTime<Utc>> {
        self.0.kept_until
    }

    /// When its bytes were given up because their time was over; null while they are kept.
    async fn expired_at(&self) -> Option<DateTime<Utc>> {
        self.0.expired_at
    }

    /// Where it is downloaded from by GET, a path on this server; null once its bytes were given up.
    async fn url(&self) -> Option<String> {
        let path = || format!("/attachments/{}", ids::wire(self.0.id));
        self.0.expired_at.is_none().then(path)
    }

    /// Whether you may remove it as long as files may be added to the thing: coordinators at any time,
    /// and who added it.
    async fn may_remove(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(may_remove(&Scope::of(ctx)?.actor, &self.0))
    }
}

/// The files on `things` that the caller sees, oldest first.
///
/// # Errors
///
/// [`ApiError::Internal`] if the database refuses.
pub(crate) async fn on(
    scope: &Scope,
    things: &[AttachedTo],
) -> Result<Vec<AttachmentNode>, ApiError> {
    let lists = things.iter().map(|thing| scope.few(AttachmentsOf(*thing)));
    let lists = futures_util::future::try_join_all(lists).await?;
    let mut all: Vec<Attachment> = lists.into_iter().flatten().collect();
    all.sort_by_key(|one| one.id);
    Ok(all.into_iter().map(AttachmentNode).collect())
}

/// Input of `attachmentAdd`.
#[derive(Debug, InputObject)]
pub struct AttachmentAddInput {
    /// What kind of thing it is to hang on.
    kind: AttachedKindWord,
    /// Id of the need, task or meeting.
    thing_id: ID,
    /// The file.
    file: Upload,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `attachmentRemove`.
#[derive(Debug, InputObject)]
pub struct AttachmentRemoveInput {
    /// The attachment.
    attachment_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// An attachment that was added, or why not.
#[derive(Debug, SimpleObject)]
pub struct AttachmentAddPayload {
    /// The attachment; null if it was refused.
    attachment: Option<AttachmentNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Which attachment was removed, or why not.
#[derive(Debug, SimpleObject)]
pub struct AttachmentRemovePayload {
    /// Id of the attachment; null if it was refused.
    removed_id: Option<ID>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of attachments.
#[derive(Debug, Default)]
pub struct AttachmentMutation;

#[Object]
impl AttachmentMutation {
    /// Adds a file (上传附件), at most 20 971 520 bytes and 20 files on one thing, of the types pdf, docx,
    /// xlsx, pptx, ofd, png, jpg, csv, txt: to a need who may write it, to its answer who answers it, to
    /// a task its sides, to a meeting both sides and the organisers; coordinators to all but answers.
    /// Send it as multipart with the header `GraphQL-Require-Preflight: 1`.
    async fn attachment_add(
        &self,
        ctx: &Context<'_>,
        input: AttachmentAddInput,
    ) -> Result<AttachmentAddPayload> {
        let scope = Scope::of(ctx)?;
        let upload = input.file.value(ctx)?;
        // Before the file is copied out of the request.
        let _seat = SEATS.acquire().await?;
        let id = &input.thing_id;
        let cmd = AddAttachment {
            to: match input.kind {
                AttachedKindWord::Need => AttachedTo::Need(ids::decode(id)?),
                AttachedKindWord::NeedAnswer => AttachedTo::NeedAnswer(ids::decode(id)?),
                AttachedKindWord::Task => AttachedTo::Task(ids::decode(id)?),
                AttachedKindWord::Meeting => AttachedTo::Meeting(ids::decode(id)?),
            },
            name: upload.filename,
            media_type: upload.content_type,
            content: upload.content.to_vec(),
            request_key: input.request_key,
        };
        match app::add(&scope.desk, &scope.actor, cmd).await {
            Ok(id) => {
                let found = app::find(&scope.desk, &scope.actor, id).await?;
                let attachment = found.map(AttachmentNode);
                Ok(AttachmentAddPayload { attachment, errors: Vec::new() })
            }
            Err(error) => {
                Ok(AttachmentAddPayload { attachment: None, errors: vec![user_error(error)?] })
            }
        }
    }

    /// Removes a file (删除附件): a coordinator, or who added it while they may still add one. Its bytes are deleted within hours.
    async fn attachment_remove(
        &self,
        ctx: &Context<'_>,
        input: AttachmentRemoveInput,
    ) -> Result<AttachmentRemovePayload> {
        let scope = Scope::of(ctx)?;
        let attachment: AttachmentId = ids::decode(&input.attachment_id)?;
        let cmd = app::RemoveAttachment { attachment, request_key: input.request_key };
        Ok(match app::remove(&scope.desk, &scope.actor, &cmd).await {
            Ok(id) => {
                AttachmentRemovePayload { removed_id: Some(ids::encode(id)), errors: Vec::new() }
            }
            Err(error) => {
                AttachmentRemovePayload { removed_id: None, errors: vec![user_error(error)?] }
            }
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: AttachmentCommandError) -> Result<UserError, ApiError> {
    use AttachmentError as Rule;
    use ErrorCode as Code;
    let (code, field) = match error {
        AttachmentCommandError::NotFound => (Code::NotFound, None),
        AttachmentCommandError::Rule(Rule::NameMissing) => (Code::Missing, Some("file")),
        AttachmentCommandError::Rule(
            Rule::NameTooLong(_)
            | Rule::TypeRefused(_)
            | Rule::TypeMismatch { .. }
            | Rule::Forged { .. }
            | Rule::Empty(_)
            | Rule::TooLarge { .. },
        ) => (Code::Invalid, Some("file")),
        AttachmentCommandError::Rule(Rule::TooMany | Rule::TotalTooLarge { .. }) => {
            (Code::CapacityExceeded, Some("file"))
        }
        AttachmentCommandError::Rule(Rule::Ended { .. }) => (Code::WrongStage, Some("thingId")),
        AttachmentCommandError::Blob(error) => return Err(ApiError::Elsewhere(Box::new(error))),
        AttachmentCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

#[cfg(test)]
mod tests;
