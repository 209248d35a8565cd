//! What came of meetings, in GraphQL. Figures of an event after its day are in [`evaluation`].

pub mod evaluation;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::meeting_result::{self as app, RecordResult, ResultCommandError};
use lianmeng_domain::ids::MeetingId;
use lianmeng_domain::meeting_result::{
    Course, Intent, MeetingResult, NextStep, Reporter, ResultCard, ResultError,
};
use lianmeng_domain::need::Rating;
use lianmeng_domain::rights::DataClass;
use lianmeng_store::{StoreError, meeting_result as store};

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::event::DockingEventNode;
use crate::event::meeting::ParticipantNode;
use crate::ids;
use crate::loader::Loaders;
use crate::outcome::OutcomeKindWord;
use crate::scalars::{Int32, Long};
use crate::scope::Scope;

/// What the two who met do next (下一步).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NextStep", remote = "NextStep")]
pub enum NextStepWord {
    /// Nothing (无后续).
    Nothing,
    /// Send each other papers (互换资料).
    Papers,
    /// Visit each other (上门走访).
    Visit,
    /// Send samples, try out (送样试用).
    Trial,
    /// Talk about terms (商务洽谈).
    Terms,
    /// Sign (签约).
    Signing,
}

/// How much somebody wants to work with the other (合作意向).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "CooperationIntent", remote = "Intent")]
pub enum IntentWord {
    /// Not at all (无意向).
    Cold,
    /// Perhaps (有意向).
    Warm,
    /// Certainly (强意向).
    Hot,
}

/// Who says something of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MeetingReporter", remote = "Reporter")]
pub enum ReporterWord {
    /// The participant that the meeting names first.
    First,
    /// The one it names second.
    Second,
    /// The organisers of the event (主办方).
    Organiser,
}

/// Whether a meeting was held (会面情况).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MeetingCourse", remote = "Course")]
pub enum CourseWord {
    /// Nobody said anything yet (未登记).
    Unreported,
    /// It was held (已会面).
    Held,
    /// Somebody did not come (缺席).
    NoShow,
    /// The sides contradict each other, and the organisers have not said anything (说法不一).
    Disputed,
}

/// What somebody said of a meeting, as clients see it.
#[derive(Debug, Clone)]
pub struct MeetingResultNode(pub MeetingResult);

/// What one of the two, or the organisers, said of a meeting (会面结果). A side reads its own word and
/// never the other's; organisers read all.
#[Object(name = "MeetingResult")]
impl MeetingResultNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Global id of the meeting.
    async fn meeting_id(&self) -> ID {
        ids::encode(self.0.meeting)
    }

    /// The event; null if you do not see it.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        Ok(Scope::of(ctx)?.one(self.0.event).await?.map(DockingEventNode))
    }

    /// Who says it.
    async fn reporter(&self) -> ReporterWord {
        self.0.reporter.into()
    }

    /// The participant who says it; null for the organisers.
    async fn participant(&self, ctx: &Context<'_>) -> Result<Option<ParticipantNode>> {
        let Some(id) = self.0.participant else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(ParticipantNode))
    }

    /// Whether both came.
    async fn is_held(&self) -> bool {
        self.0.card.is_held()
    }

    /// Whether the participant that the meeting names first came.
    async fn first_came(&self) -> bool {
        self.0.card.first_came
    }

    /// Whether the one it names second came.
    async fn second_came(&self) -> bool {
        self.0.card.second_came
    }

    /// What they do next; null if not said.
    async fn next_step(&self) -> Option<NextStepWord> {
        self.0.card.next_step.map(Into::into)
    }

    /// How much they want it; null if not said.
    async fn intent(&self) -> Option<IntentWord> {
        self.0.card.intent.map(Into::into)
    }

    /// What kind of outcome is in sight; null if not said.
    async fn kind(&self) -> Option<OutcomeKindWord> {
        self.0.card.kind.map(Into::into)
    }

    /// How much of it, in fen; null if not said. It is no outcome before `outcomeRecord` takes it into
    /// the ledger.
    async fn amount_fen(&self) -> Option<Long> {
        self.0.card.amount_fen.map(Long)
    }

    /// How satisfied the side is with the meeting, 1 to 5, five the best; null if not said.
    async fn satisfaction(&self) -> Option<u8> {
        self.0.card.satisfaction.map(Rating::stars)
    }

    /// A note; empty if none.
    async fn note(&self) -> &str {
        &self.0.card.note
    }

    /// When it was written last.
    async fn recorded_at(&self) -> DateTime<Utc> {
        self.0.recorded_at
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// What the caller sees said of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ResultsOf(pub MeetingId);

impl Loader<ResultsOf> for Loaders {
    type Value = Vec<MeetingResult>;
    type Error = Arc<StoreError>;

    async fn load(
        &self,
        keys: &[ResultsOf],
    ) -> Result<HashMap<ResultsOf, Vec<MeetingResult>>, Arc<StoreError>> {
        let meetings: BTreeSet<MeetingId> = keys.iter().map(|key| key.0).collect();
        let meetings: Vec<MeetingId> = meetings.into_iter().collect();
        let sees = self.sees_of(DataClass::MeetingResult);
        let found = store::of_meetings(&self.db, sees, &meetings).await.map_err(Arc::new)?;
        let mut all: BTreeMap<MeetingId, Vec<MeetingResult>> = BTreeMap::new();
        for one in found {
            all.entry(one.meeting).or_default().push(one);
        }
        Ok(all.into_iter().map(|(meeting, said)| (ResultsOf(meeting), said)).collect())
    }
}

/// What the caller sees said of `meeting`.
///
/// # Errors
///
/// Fails if the database refuses.
pub(crate) async fn results_of(
    scope: &Scope,
    meeting: MeetingId,
) -> Result<Vec<MeetingResultNode>, ApiError> {
    Ok(scope.few(ResultsOf(meeting)).await?.into_iter().map(MeetingResultNode).collect())
}

/// Input of `meetingResultRecord`.
#[derive(Debug, InputObject)]
pub struct MeetingResultRecordInput {
    /// The meeting.
    meeting_id: ID,
    /// Version of your own earlier word, to replace it; absent for the first.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// Participants of the two who did not come; empty if it was held.
    #[graphql(default, validator(max_items = 2))]
    absent: Vec<ID>,
    /// What they do next.
    next_step: Option<NextStepWord>,
    /// How much you want it.
    intent: Option<IntentWord>,
    /// What kind of outcome is in sight.
    kind: Option<OutcomeKindWord>,
    /// How much of it, in fen, not negative; needs `kind`.
    amount_fen: Option<Long>,
    /// How satisfied your side is with the meeting, 1 to 5; not for organisers.
    satisfaction: Option<u8>,
    /// A note, at most 500 characters.
    #[graphql(default)]
    note: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// What is said of a meeting, or why it was not taken.
#[derive(Debug, SimpleObject)]
pub struct MeetingResultPayload {
    /// Everything said of the meeting that you see; empty if it was refused.
    results: Vec<MeetingResultNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of results of meetings.
#[derive(Debug, Default)]
pub struct MeetingResultMutation;

#[Object]
impl MeetingResultMutation {
    /// Writes down what came of a meeting (会面结果), for your own side or as organiser, from its
    /// beginning until the event is evaluated. Once the event is over, meetings of which more is to come
    /// are followed up after 30, 90 and 180 days.
    async fn meeting_result_record(
        &self,
        ctx: &Context<'_>,
        input: MeetingResultRecordInput,
    ) -> Result<MeetingResultPayload> {
        let scope = Scope::of(ctx)?;
        let refused = |error| MeetingResultPayload { results: Vec::new(), errors: vec![error] };
        let stars = input.satisfaction.map(|stars| Rating::new(i32::from(stars))).transpose();
        let satisfaction = match stars {
            Ok(satisfaction) => satisfaction,
            Err(error) => {
                let field = Some("satisfaction");
                return Ok(refused(UserError::new(ErrorCode::Invalid, error, field)));
            }
        };
        let cmd = command(input, satisfaction)?;
        Ok(match app::record(&scope.desk, &scope.actor, &cmd).await {
            Ok(meeting) => {
                let results = results_of(scope, meeting).await?;
                MeetingResultPayload { results, errors: Vec::new() }
            }
            Err(error) => refused(user_error(error)?),
        })
    }
}

fn command(
    input: MeetingResultRecordInput,
    satisfaction: Option<Rating>,
) -> Result<RecordResult, ApiError> {
    Ok(RecordResult {
        meeting: ids::decode(&input.meeting_id)?,
        version: input.version,
        absent: input.absent.iter().map(|id| ids::decode(id)).collect::<Result<_, ApiError>>()?,
        card: ResultCard {
            first_came: true,
            second_came: true,
            next_step: input.next_step.map(Into::into),
            intent: input.intent.map(Into::into),
            kind: input.kind.map(Into::into),
            amount_fen: input.amount_fen.map(Long::number),
            satisfaction,
            note: input.note,
        },
        request_key: input.request_key,
    })
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: ResultCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match &error {
        ResultCommandError::NotFound => (Code::NotFound, None),
        ResultCommandError::Stranger { .. } => (Code::UnknownReference, Some("absent")),
        ResultCommandError::Rule(rule) => match rule {
            ResultError::Stage { .. } | ResultError::Off | ResultError::TooEarly { .. } => {
                (Code::WrongStage, None)
            }
            ResultError::NotHeld => (Code::Invalid, Some("absent")),
            ResultError::KindMissing => (Code::Missing, Some("kind")),
            ResultError::Negative { .. } => (Code::Invalid, Some("amountFen")),
            ResultError::Satisfaction => (Code::Invalid, Some("satisfaction")),
            ResultError::Note { .. } => (Code::Invalid, Some("note")),
        },
        ResultCommandError::Command(_) => match error {
            ResultCommandError::Command(error) => return command_error(error),
            ResultCommandError::NotFound
            | ResultCommandError::Stranger { .. }
            | ResultCommandError::Rule(_) => (Code::Invalid, None),
        },
    };
    Ok(UserError::new(code, error, field))
}
