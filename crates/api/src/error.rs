//! Failures as clients see them: what the user can mend is data in the payload, the rest is a
//! top-level error with `extensions.code`.

use std::error::Error as StdError;

use async_graphql::{
    ComplexObject, Context, Enum, ErrorExtensionValues, ServerError, SimpleObject,
};
use lianmeng_app::asking::AskError;
use lianmeng_app::command::CommandError;
use lianmeng_app::snapshot::SnapshotError;
use lianmeng_store::{StoreError, Trouble};
use thiserror::Error;

use crate::measure;

mod voice;

pub use voice::{Lang, Voice};

/// A request that cannot be answered.
#[derive(Debug, Error)]
pub enum ApiError {
    /// A text that is no id.
    #[error("{0:?} is not an id; ids look like need:01J8Z3… and come from a query")]
    BadId(String),
    /// An id of another kind of thing.
    #[error("{id:?} is an id of {found:?}, but {expected:?} is needed here")]
    WrongKind {
        /// The id as given.
        id: String,
        /// Its tag.
        found: String,
        /// The tag that fits.
        expected: &'static str,
    },
    /// A cursor of another list, or none at all.
    #[error(
        "{0:?} is not a cursor of this list; take startCursor or endCursor of one of its pages"
    )]
    BadCursor(String),
    /// A cursor of changes that are no longer kept.
    #[error(
        "changes after this cursor are no longer kept; read the lists anew and go on from changeCursor"
    )]
    CursorGone,
    /// A page size out of range.
    #[error("{0} is {1}; it must lie between 1 and 100")]
    BadPageSize(&'static str, i32),
    /// Rows from both ends at once.
    #[error(
        "first and last exclude each other: page forward with first and after, or backward with last and before"
    )]
    BothEnds,
    /// A value that does not parse.
    #[error("{0}")]
    BadInput(String),
    /// A document that holds or costs more than is run.
    #[error("{0}")]
    TooLarge(String),
    /// The database is in trouble; the cause is logged, never sent.
    #[error("{}", trouble(*.0).1)]
    Trouble(Trouble, #[source] Box<dyn StdError + Send + Sync>),
    /// The store of attachments is in trouble; the cause is logged, never sent.
    #[error("{ELSEWHERE}", ELSEWHERE = Self::ELSEWHERE)]
    Elsewhere(#[source] Box<dyn StdError + Send + Sync>),
    /// Something on our side; the cause is logged, never sent.
    #[error("{INTERNAL}", INTERNAL = Self::INTERNAL)]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl ApiError {
    /// The code in `extensions.code`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadId(_) => "BAD_ID",
            Self::WrongKind { .. } => "WRONG_KIND",
            Self::BadCursor(_) => "BAD_CURSOR",
            Self::CursorGone => "CURSOR_GONE",
            Self::BadPageSize(..) | Self::BothEnds => "BAD_PAGE_SIZE",
            Self::BadInput(_) => "BAD_INPUT",
            Self::TooLarge(_) => "TOO_LARGE",
            Self::Trouble(of, _) => trouble(*of).0,
            Self::Elsewhere(_) => "UNAVAILABLE",
            Self::Internal(_) => "INTERNAL",
        }
    }

    fn of_store(what: Option<Trouble>, error: Box<dyn StdError + Send + Sync>) -> Self {
        match what {
            Some(of) => Self::Trouble(of, error),
            None => Self::Internal(error),
        }
    }
}

/// What a database in trouble is to clients: code, and cause with next step.
pub(crate) const fn trouble(of: Trouble) -> (&'static str, &'static str) {
    match of {
        Trouble::Full => (
            "DISK_FULL",
            "the database has no room left, so nothing was saved; tell the operator, and repeat the change with the same request key when there is room",
        ),
        Trouble::Away => (
            "UNAVAILABLE",
            "the database does not answer; try again in a few seconds, a change with the same request key",
        ),
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::of_store(error.trouble(), Box::new(error))
    }
}

impl From<SnapshotError> for ApiError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::Store(error) => error.into(),
            error @ SnapshotError::Build(_) => Self::Internal(Box::new(error)),
        }
    }
}

impl From<std::sync::Arc<StoreError>> for ApiError {
    fn from(error: std::sync::Arc<StoreError>) -> Self {
        Self::of_store(error.trouble(), Box::new(error))
    }
}

/// Most errors sent in one answer: a document can be wrong in a thousand places.
const MOST: usize = 20;

/// Gives every error of an answer its code, the request's id and its language, and hides what is
/// none of the client's business.
///
/// Resolvers may use `?` on [`ApiError`] and [`StoreError`]: the error travels as source, and here
/// is the one place that turns it into a code and logs it.
pub fn dress(errors: &mut Vec<ServerError>, voice: &Voice) {
    errors.truncate(MOST);
    for error in errors {
        let code = if let Some(api) = error.source::<ApiError>() {
            if let ApiError::Internal(cause)
            | ApiError::Elsewhere(cause)
            | ApiError::Trouble(_, cause) = api
            {
                tracing::error!(cause = %cause, path = ?error.path, "a resolver failed");
            }
            api.code()
        } else if let Some(of) = error.source::<StoreError>().and_then(StoreError::trouble) {
            tracing::error!(cause = %error.message, path = ?error.path, "a resolver failed");
            let (code, message) = trouble(of);
            message.clone_into(&mut error.message);
            code
        } else if error.source.is_some() {
            tracing::error!(cause = %error.message, path = ?error.path, "a resolver failed");
            ApiError::INTERNAL.clone_into(&mut error.message);
            "INTERNAL"
        } else if error.path.is_empty() {
            "BAD_REQUEST"
        } else {
            "BAD_INPUT"
        };
        error.source = None;
        let extensions = error.extensions.get_or_insert_default();
        let code = if let Some(async_graphql::Value::String(code)) = extensions.get("code") {
            code.clone()
        } else {
            extensions.set("code", code);
            code.to_owned()
        };
        if !OURS.contains(&code.as_str()) {
            // A word that clients and tools of graphql-java know.
            extensions.set("classification", "ValidationError");
        }
        measure::error(&code);
        let (message, detail) = voice.say(&code, &error.message);
        error.message = message;
        if let Some(detail) = detail {
            extensions.set("detail", detail);
        }
        if !voice.request_id.is_empty() {
            extensions.set("requestId", voice.request_id.as_str());
        }
    }
}

/// Codes of failures that no client can mend.
const OURS: [&str; 4] = ["DISK_FULL", "INTERNAL", "TIMEOUT", "UNAVAILABLE"];

/// A refusal of the whole request.
pub(crate) fn refuse(code: &str, message: String) -> ServerError {
    let mut error = ServerError::new(message, None);
    set_code(&mut error, code);
    error
}

/// Gives an error its code.
pub(crate) fn set_code(error: &mut ServerError, code: &str) {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    error.extensions = Some(extensions);
}

impl ApiError {
    pub(crate) const INTERNAL: &'static str =
        "something went wrong on our side; it has been logged";
    pub(crate) const ELSEWHERE: &'static str = "the store of attachments does not answer; try again in a few seconds, a change with the same request key";
}

/// Codes of refusals that never reach a resolver: transport, document limits, sign-in.
const REFUSALS: &[&str] = &[
    "BAD_REQUEST",
    "BUSY",
    "CSRF",
    "DISK_FULL",
    "EXPIRED",
    "FORBIDDEN",
    "FOREIGN_ORIGIN",
    "GRANT_NOT_HELD",
    "INTERNAL",
    "INTROSPECTION_OFF",
    "METHOD_NOT_ALLOWED",
    "NOT_ACCEPTABLE",
    "OIDC_FAILED",
    "OIDC_OFF",
    "PERSISTED_QUERY_NOT_FOUND",
    "READ_ONLY_TOKEN",
    "REFRESH_USED",
    "SIGN_IN_FAILED",
    "THROTTLED",
    "TIMEOUT",
    "TOO_LARGE",
    "TOO_MANY",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNSUPPORTED_MEDIA_TYPE",
    "UNTRUSTED_DOCUMENT",
];

/// Codes of [`ApiError`].
const TOP_LEVEL: &[&str] =
    &["BAD_CURSOR", "BAD_ID", "BAD_INPUT", "BAD_PAGE_SIZE", "CURSOR_GONE", "WRONG_KIND"];

/// Every code a client can meet, for the test that compares them with docs/errors.md.
pub fn codes() -> Vec<&'static str> {
    use async_graphql::resolver_utils::EnumType as _;
    let of_changes = ErrorCode::items().iter().map(|item| item.name);
    REFUSALS.iter().chain(TOP_LEVEL).copied().chain(of_changes).collect()
}

/// Why a change was refused; stable for ever, see docs/errors.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ErrorCode {
    /// There is no such thing, or none that you may see or change.
    NotFound,
    /// The request key was used before for another command.
    KeyReused,
    /// Somebody saved it in the meantime: read it again and repeat the change.
    Stale,
    /// A field that must be filled in is empty.
    Missing,
    /// A value breaks a rule; the message names the rule and the next step.
    Invalid,
    /// A value that must be unique exists already.
    Taken,
    /// Something that the input refers to does not exist.
    UnknownReference,
    /// The change would make a cycle.
    Cycle,
    /// The stage does not allow this step; the message names the steps it allows.
    WrongStage,
    /// A capacity or limit is used up.
    CapacityExceeded,
    /// The demands cannot be met together; the message names those in conflict.
    Infeasible,
    /// Others depend on it: remove them first.
    InUse,
    /// Too many attempts: wait until the moment the message gives.
    Throttled,
    /// The working-day calendar of a year is not loaded; the message names the year.
    CalendarMissing,
    /// Others claim the same: a coordinator decides.
    Disputed,
    /// A mail could not be sent: none are sent here, or the mail server refused.
    NotSent,
}

impl ErrorCode {
    /// The code as it stands in answers.
    pub fn word(self) -> &'static str {
        use async_graphql::resolver_utils::EnumType as _;
        Self::items().iter().find(|item| item.value == self).map_or("INVALID", |item| item.name)
    }
}

/// One reason why a change was refused.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub struct UserError {
    /// What kind of reason, for programs.
    pub code: ErrorCode,
    /// The reason in English.
    #[graphql(skip)]
    pub message: String,
    /// The input field to mend; null if it is none in particular.
    pub field: Option<String>,
}

#[ComplexObject]
impl UserError {
    /// The reason with value, limit and next step in English; where `Accept-Language` prefers
    /// Chinese, what the code means in Chinese, and the English reason in brackets.
    async fn message(&self, ctx: &Context<'_>) -> String {
        let voice = ctx.data_opt::<Voice>().cloned().unwrap_or_default();
        match voice.say(self.code.word(), &self.message) {
            (sentence, Some(detail)) => format!("{sentence}（{detail}）"),
            (message, None) => message,
        }
    }
}

impl UserError {
    /// A reason that points at `field`.
    pub fn new(code: ErrorCode, message: impl ToString, field: Option<&str>) -> Self {
        measure::error(code.word());
        Self { code, message: message.to_string(), field: field.map(str::to_owned) }
    }
}

/// Splits failures of a question to an engine: what the user can mend becomes data, the rest an
/// [`ApiError`].
///
/// # Errors
///
/// What is on our side.
pub(crate) fn ask_error(error: AskError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let message = error.to_string();
    let (code, field) = match error {
        AskError::NotFound(_) => (Code::NotFound, None),
        AskError::Input { place, .. } => (Code::Invalid, Some(place)),
        AskError::Unknown { place, .. } => (Code::UnknownReference, Some(place)),
        AskError::Engine(_) => return Err(ApiError::Internal(Box::new(error))),
        AskError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, message, field.as_deref()))
}

/// Splits the failures every command shares: what the user can mend, and the rest.
///
/// # Errors
///
/// [`ApiError::Internal`] for failures of the database.
pub fn command_error(error: CommandError) -> Result<UserError, ApiError> {
    match error {
        CommandError::KeyReused => {
            Ok(UserError::new(ErrorCode::KeyReused, error, Some("requestKey")))
        }
        CommandError::Store(StoreError::Stale) => {
            Ok(UserError::new(ErrorCode::Stale, error, Some("version")))
        }
        CommandError::Store(StoreError::Conflict(_)) => {
            Ok(UserError::new(ErrorCode::Taken, error, None))
        }
        CommandError::Store(error @ (StoreError::Corrupt { .. } | StoreError::Db(_))) => {
            Err(error.into())
        }
    }
}
