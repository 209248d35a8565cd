//! Changes of check-in. Each resolver translates, `app` decides.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Datelike as _, Utc};
use lianmeng_app::check_in::{
    self as app, AddCheckpoint, CheckInCommandError, RemoveCheckpoint, SignIn,
};
use lianmeng_domain::check_in::{CheckInError, Scan, Verdict};
use lianmeng_domain::ids::DockingEventId;

use super::{DirectionWord, RefusalWord};
use crate::error::{ApiError, ErrorCode, Lang, UserError, Voice, command_error};
use crate::event::DockingEventNode;
use crate::ids;
use crate::scalars::is_usual;
use crate::scope::Scope;

/// Input of `checkpointAdd`.
#[derive(Debug, InputObject)]
pub struct CheckpointAddInput {
    /// The event.
    event_id: ID,
    /// Name, 1 to 50 characters, no two alike at one event.
    name: String,
    /// Whether one enters and leaves the event there (出入口); else it lies inside.
    is_entrance: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `checkpointRemove`.
#[derive(Debug, InputObject)]
pub struct CheckpointRemoveInput {
    /// The checkpoint.
    checkpoint_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// What a device scanned.
#[derive(Debug, InputObject)]
pub struct CheckInInput {
    /// Chosen by the device for this scan alone, 1 to 64 characters; sent again it stands for the same.
    client_id: String,
    /// Text of the badge's QR code, or its code as it was typed.
    #[graphql(validator(max_length = 100))]
    badge: String,
    /// Where.
    checkpoint_id: ID,
    /// Which way.
    direction: DirectionWord,
    /// When, by the device's clock.
    at: DateTime<Utc>,
    /// Name of the device, at most 64 characters.
    #[graphql(default)]
    device: String,
}

impl CheckInInput {
    fn into_scan(self) -> Result<Scan, ApiError> {
        let year = self.at.year();
        if !is_usual(year) {
            let message = format!("at has the year {year}; years have four digits");
            return Err(ApiError::BadInput(message));
        }
        Ok(Scan {
            client_id: self.client_id,
            badge: self.badge,
            checkpoint: ids::decode(&self.checkpoint_id)?,
            direction: self.direction.into(),
            at: self.at,
            device: self.device,
        })
    }
}

/// Input of `checkInsUpload`.
#[derive(Debug, InputObject)]
pub struct CheckInsUploadInput {
    /// The event.
    event_id: ID,
    /// What was scanned, at most 500 scans, in any order.
    #[graphql(validator(max_items = 500))]
    entries: Vec<CheckInInput>,
}

/// Input of `checkInByHand`.
#[derive(Debug, InputObject)]
pub struct CheckInByHandInput {
    /// The event.
    event_id: ID,
    /// The person.
    person_id: ID,
    /// Where.
    checkpoint_id: ID,
    /// Which way.
    direction: DirectionWord,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// What became of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CheckInVerdict")]
pub enum VerdictWord {
    /// Taken.
    New,
    /// Was taken before, with this id.
    Known,
    /// Taken, and counted with another scan of the same person shortly before it.
    Repeat,
    /// Not taken, see `reason`.
    Refused,
}

/// What became of one scan.
#[derive(Debug, SimpleObject)]
pub struct CheckInAnswer {
    /// The id its device chose.
    client_id: String,
    /// What became of it.
    verdict: VerdictWord,
    /// Why it was not taken; null if it was.
    reason: Option<RefusalWord>,
    /// The same with the next step, in the language of the request; null if it was taken.
    text: Option<&'static str>,
}

impl CheckInAnswer {
    fn new(client_id: String, verdict: Verdict, lang: Lang) -> Self {
        let (verdict, refusal) = match verdict {
            Verdict::New => (VerdictWord::New, None),
            Verdict::Known => (VerdictWord::Known, None),
            Verdict::Repeat => (VerdictWord::Repeat, None),
            Verdict::Refused(refusal) => (VerdictWord::Refused, Some(refusal)),
        };
        let text = refusal.map(|refusal| match lang {
            Lang::Chinese => refusal.sentence_zh(),
            Lang::English => refusal.sentence_en(),
        });
        Self { client_id, verdict, reason: refusal.map(Into::into), text }
    }
}

/// What became of the scans, or why none was looked at.
#[derive(Debug, SimpleObject)]
pub struct CheckInsUploadPayload {
    /// What became of each scan, in the order sent; empty if none was looked at.
    answers: Vec<CheckInAnswer>,
    /// The event after that; null if none was looked at.
    event: Option<DockingEventNode>,
    /// Why none was looked at; empty if they were.
    errors: Vec<UserError>,
}

/// An event whose check-in was changed, or why not.
#[derive(Debug, SimpleObject)]
pub struct CheckInPayload {
    /// The event; null if the change was refused.
    event: Option<DockingEventNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl CheckInPayload {
    async fn of(scope: &Scope, done: Result<DockingEventId, CheckInCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let event = scope.one(id).await?.map(DockingEventNode);
                Self { event, errors: Vec::new() }
            }
            Err(error) => Self { event: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Changes of check-in.
#[derive(Debug, Default)]
pub struct CheckInMutation;

#[Object]
impl CheckInMutation {
    /// Adds a checkpoint (签到点) to an event, at most 20. Organisers.
    async fn checkpoint_add(
        &self,
        ctx: &Context<'_>,
        input: CheckpointAddInput,
    ) -> Result<CheckInPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = AddCheckpoint {
            event: ids::decode(&input.event_id)?,
            name: input.name,
            is_entrance: input.is_entrance,
            request_key: input.request_key,
        };
        CheckInPayload::of(scope, app::add(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Removes a checkpoint where nobody was scanned. Organisers.
    async fn checkpoint_remove(
        &self,
        ctx: &Context<'_>,
        input: CheckpointRemoveInput,
    ) -> Result<CheckInPayload> {
        let scope = Scope::of(ctx)?;
        let checkpoint = ids::decode(&input.checkpoint_id)?;
        let cmd = RemoveCheckpoint { checkpoint, request_key: input.request_key };
        CheckInPayload::of(scope, app::remove(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Takes what devices scanned (扫码签到), also long after: each scan has an id of its own and is
    /// taken once, in whatever order and however often it comes. Organisers.
    async fn check_ins_upload(
        &self,
        ctx: &Context<'_>,
        input: CheckInsUploadInput,
    ) -> Result<CheckInsUploadPayload> {
        let scope = Scope::of(ctx)?;
        let event: DockingEventId = ids::decode(&input.event_id)?;
        let scans = input.entries.into_iter().map(CheckInInput::into_scan);
        let scans: Vec<Scan> = scans.collect::<Result<_, _>>()?;
        let lang = ctx.data_opt::<Voice>().map_or(Lang::English, |voice| voice.lang);
        Ok(match app::upload(&scope.desk, &scope.actor, event, &scans).await {
            Ok(verdicts) => {
                let ids = scans.into_iter().map(|scan| scan.client_id);
                let answer = |(id, verdict)| CheckInAnswer::new(id, verdict, lang);
                CheckInsUploadPayload {
                    answers: ids.zip(verdicts).map(answer).collect(),
                    event: scope.one(event).await?.map(DockingEventNode),
                    errors: Vec::new(),
                }
            }
            Err(error) => CheckInsUploadPayload {
                answers: Vec::new(),
                event: None,
                errors: vec![user_error(error)?],
            },
        })
    }

    /// Signs a person in or out at the desk (人工登记), now and without a badge. Organisers.
    async fn check_in_by_hand(
        &self,
        ctx: &Context<'_>,
        input: CheckInByHandInput,
    ) -> Result<CheckInPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = SignIn {
            event: ids::decode(&input.event_id)?,
            person: ids::decode(&input.person_id)?,
            checkpoint: ids::decode(&input.checkpoint_id)?,
            direction: input.direction.into(),
            request_key: input.request_key,
        };
        CheckInPayload::of(scope, app::sign_in(&scope.desk, &scope.actor, &cmd).await).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: CheckInCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        CheckInCommandError::NotFound => (Code::NotFound, None),
        CheckInCommandError::Rule(ref rule) => match rule {
            CheckInError::TooMany { .. } => (Code::CapacityExceeded, Some("entries")),
            CheckInError::Checkpoints => (Code::CapacityExceeded, None),
            CheckInError::Name { length: 0 } => (Code::Missing, Some("name")),
            CheckInError::Name { .. } => (Code::Invalid, Some("name")),
            CheckInError::NameTaken => (Code::Taken, Some("name")),
            CheckInError::InUse => (Code::InUse, None),
            CheckInError::Refused(_) => (Code::Invalid, None),
        },
        CheckInCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
