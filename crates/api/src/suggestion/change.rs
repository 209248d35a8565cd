//! Changes of suggestions.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::suggest::tasks::{self, SuggestTasks, TaskGap, TasksSuggested};
use lianmeng_app::suggest::{self, MakeSuggestions, SuggestError};
use lianmeng_app::suggestion::{
    self as app, ChangeAvoidList, MoveSuggestion, PairSuggestion, Paired, SuggestionCommandError,
    SuggestionDeed,
};
use lianmeng_domain::ids::SuggestionId;
use lianmeng_domain::suggestion::{DeclineReason, SuggestionError};

use super::{DeclineCodeWord, SideWord, SuggestionNode};
use crate::enterprise::EnterpriseNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::loader::casework::SuggestionsOf;
use crate::page;
use crate::pairing::PairingNode;
use crate::project::ProjectNode;
use crate::scalars::{Day, Int32};
use crate::scope::Scope;
use crate::task::CooperationTaskNode;

/// Input of `suggestionsMake`.
#[derive(Debug, InputObject)]
pub struct SuggestionsMakeInput {
    /// Need to find counterparts for.
    need_id: ID,
    /// Most suggestions, 1 to 100; 20 if absent.
    first: Option<i32>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Suggestions for a need, or why there are none.
#[derive(Debug, SimpleObject)]
pub struct SuggestionsPayload {
    /// The need's suggestions after the change, those made before included, in the order they were
    /// made; empty if refused.
    suggestions: Vec<SuggestionNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Input of `suggestionShow`, `suggestionAccept` and `suggestionWithdraw`.
#[derive(Debug, InputObject)]
pub struct SuggestionMoveInput {
    /// Suggestion to move on.
    suggestion_id: ID,
    /// Version that was read; the change is refused if somebody saved it since. The present one if
    /// absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `suggestionDecline`.
#[derive(Debug, InputObject)]
pub struct SuggestionDeclineInput {
    /// Which suggestion, and the key of the request.
    suggestion: SuggestionMoveInput,
    /// Why; never shown to the other side, only the code to coordinators and auditors.
    code: DeclineCodeWord,
    /// In your own words, for your side only; at most 1 000 characters.
    #[graphql(validator(max_length = 1000))]
    note: Option<String>,
}

/// Input of `suggestionPair`.
#[derive(Debug, InputObject)]
pub struct SuggestionPairInput {
    /// Suggestion that both sides accepted.
    suggestion_id: ID,
    /// Last day of the pairing, or due date of the cooperation task; none if absent.
    until_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A suggestion, or why not.
#[derive(Debug, SimpleObject)]
pub struct SuggestionPayload {
    /// The suggestion after the change; null if it was refused or if you no longer see it.
    suggestion: Option<SuggestionNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// What a suggestion became, or why not.
#[derive(Debug, Default, SimpleObject)]
pub struct SuggestionPairPayload {
    /// The pairing (结对); null for a task and if refused.
    pairing: Option<PairingNode>,
    /// The cooperation task (央地合作任务); null for a pairing and if refused.
    task: Option<CooperationTaskNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Input of `tasksSuggest`.
#[derive(Debug, InputObject)]
pub struct TasksSuggestInput {
    /// Projects to find sides for, at most 100; every planned one, at most 1 000, if absent or empty.
    #[graphql(validator(max_items = 100))]
    project_ids: Option<Vec<ID>>,
    /// Most projects for each local enterprise, 1 to 1 000; 15 if absent.
    #[graphql(validator(custom = "Int32"))]
    max_per_owner: Option<u32>,
    /// Most projects for each central enterprise, 1 to 1 000; 15 if absent.
    #[graphql(validator(custom = "Int32"))]
    max_per_counterpart: Option<u32>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A project without a task, or an enterprise without a project.
#[derive(Debug)]
pub struct TaskGapNode(TaskGap);

/// A project without a task, or an enterprise without a project, and why.
#[Object(name = "TaskGap")]
impl TaskGapNode {
    /// The project without a task; null where an enterprise was left out.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        let Some(id) = self.0.project else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(ProjectNode))
    }

    /// The enterprise without a project; null where a project was left out.
    async fn enterprise(&self, ctx: &Context<'_>) -> Result<Option<EnterpriseNode>> {
        let Some(id) = self.0.enterprise else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(EnterpriseNode))
    }

    /// The side that is missing: A is the local owner, B the central counterpart.
    async fn side(&self) -> SideWord {
        if self.0.is_owner { SideWord::A } else { SideWord::B }
    }

    /// How many fit it at all: with 0 nobody has anything in common with it; with more, all of them
    /// are needed elsewhere up to their limits.
    async fn fitting(&self) -> usize {
        self.0.fitting
    }
}

/// Suggestions for cooperation tasks, or why there are none.
#[derive(Debug, SimpleObject)]
pub struct TasksSuggestPayload {
    /// How many suggestions are new.
    added: usize,
    /// Projects without a task and enterprises without a project.
    gaps: Vec<TaskGapNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Input of `avoidChange`.
#[derive(Debug, InputObject)]
pub struct AvoidChangeInput {
    /// Whose list (回避名单).
    enterprise_id: ID,
    /// Whom it is about.
    other_id: ID,
    /// Whether to put them on the list; otherwise they are taken off.
    avoids: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// An enterprise whose list was changed, or why not.
#[derive(Debug, SimpleObject)]
pub struct AvoidChangePayload {
    /// The enterprise; null if refused.
    enterprise: Option<EnterpriseNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

async fn advance(
    ctx: &Context<'_>,
    input: SuggestionMoveInput,
    deed: SuggestionDeed,
) -> Result<SuggestionPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = MoveSuggestion {
        suggestion: ids::decode::<SuggestionId>(&input.suggestion_id)?,
        version: input.version,
        deed,
        request_key: input.request_key,
    };
    Ok(match app::advance(&scope.desk, &scope.actor, &cmd).await {
        Ok(id) => {
            // Read again with the caller's own eyes, so a payload shows no more than a query.
            let suggestion = scope.one(id).await?.map(SuggestionNode);
            SuggestionPayload { suggestion, errors: Vec::new() }
        }
        Err(error) => SuggestionPayload { suggestion: None, errors: vec![user_error(error)?] },
    })
}

/// Changes of suggestions.
#[derive(Debug, Default)]
pub struct SuggestionMutation;

#[Object]
impl SuggestionMutation {
    /// Asks the engine who could meet a need: offers and enterprises by text, products, industry,
    /// place and history. The committee's secretary, or a coordinator. The sides see nothing before
    /// `suggestionShow`; nobody on the need's avoid list is suggested.
    async fn suggestions_make(
        &self,
        ctx: &Context<'_>,
        input: SuggestionsMakeInput,
    ) -> Result<SuggestionsPayload> {
        let scope = Scope::of(ctx)?;
        let size = page::size(input.first)?;
        let need = ids::decode(&input.need_id)?;
        let limit = usize::try_from(size)?;
        let cmd = MakeSuggestions { need, limit, request_key: input.request_key };
        Ok(match suggest::make(&scope.desk, &scope.actor, &cmd).await {
            Ok(()) => {
                let found = scope.few(SuggestionsOf::new(need, 100)).await?;
                let suggestions = found.into_iter().map(SuggestionNode).collect();
                SuggestionsPayload { suggestions, errors: Vec::new() }
            }
            Err(error) => SuggestionsPayload {
                suggestions: Vec::new(),
                errors: vec![suggest_error(error, "needId")?],
            },
        })
    }

    /// Asks the engine which local and which central enterprise could share each project. Coordinators
    /// only. An accepted suggestion becomes a cooperation task with `suggestionPair`.
    async fn tasks_suggest(
        &self,
        ctx: &Context<'_>,
        input: TasksSuggestInput,
    ) -> Result<TasksSuggestPayload> {
        let scope = Scope::of(ctx)?;
        let most = |wanted: Option<u32>| u64::from(wanted.unwrap_or(15).clamp(1, 1_000));
        let ids = input.project_ids.unwrap_or_default();
        let cmd = SuggestTasks {
            projects: ids.iter().map(|id| ids::decode(id)).collect::<Result<_, _>>()?,
            max_per_owner: most(input.max_per_owner),
            max_per_counterpart: most(input.max_per_counterpart),
            request_key: input.request_key,
        };
        Ok(match tasks::suggest(&scope.desk, &scope.actor, &cmd).await {
            Ok(TasksSuggested { added, gaps }) => {
                let gaps = gaps.into_iter().map(TaskGapNode).collect();
                TasksSuggestPayload { added, gaps, errors: Vec::new() }
            }
            Err(error) => TasksSuggestPayload {
                added: 0,
                gaps: Vec::new(),
                errors: vec![suggest_error(error, "projectIds")?],
            },
        })
    }

    /// Shows a suggestion to both sides. The committee's secretary, or a coordinator.
    async fn suggestion_show(
        &self,
        ctx: &Context<'_>,
        input: SuggestionMoveInput,
    ) -> Result<SuggestionPayload> {
        advance(ctx, input, SuggestionDeed::Show).await
    }

    /// Accepts a suggestion for your side.
    async fn suggestion_accept(
        &self,
        ctx: &Context<'_>,
        input: SuggestionMoveInput,
    ) -> Result<SuggestionPayload> {
        advance(ctx, input, SuggestionDeed::Accept).await
    }

    /// Declines a suggestion for your side. Why stays with your side; coordinators and auditors see
    /// the code.
    async fn suggestion_decline(
        &self,
        ctx: &Context<'_>,
        input: SuggestionDeclineInput,
    ) -> Result<SuggestionPayload> {
        let reason = DeclineReason { code: input.code.into(), note: input.note };
        advance(ctx, input.suggestion, SuggestionDeed::Decline(reason)).await
    }

    /// Takes a suggestion back. The committee's secretary, or a coordinator.
    async fn suggestion_withdraw(
        &self,
        ctx: &Context<'_>,
        input: SuggestionMoveInput,
    ) -> Result<SuggestionPayload> {
        advance(ctx, input, SuggestionDeed::Withdraw).await
    }

    /// Makes a suggestion that both sides accepted a pairing (结对), or a cooperation task
    /// (央地合作任务) where it is for a project. The committee's secretary, or a coordinator.
    async fn suggestion_pair(
        &self,
        ctx: &Context<'_>,
        input: SuggestionPairInput,
    ) -> Result<SuggestionPairPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = PairSuggestion {
            suggestion: ids::decode(&input.suggestion_id)?,
            until_on: input.until_on.map(Day::date),
            request_key: input.request_key,
        };
        Ok(match app::pair(&scope.desk, &scope.actor, &cmd).await {
            Ok(Paired::Pairing(id)) => SuggestionPairPayload {
                pairing: scope.one(id).await?.map(PairingNode),
                ..SuggestionPairPayload::default()
            },
            Ok(Paired::Task(id)) => SuggestionPairPayload {
                task: scope.one(id).await?.map(CooperationTaskNode),
                ..SuggestionPairPayload::default()
            },
            Err(error) => SuggestionPairPayload {
                errors: vec![user_error(error)?],
                ..SuggestionPairPayload::default()
            },
        })
    }

    /// Puts somebody on the list of whom an enterprise never wants to meet (回避名单), or takes them
    /// off. The enterprise itself, or a coordinator.
    async fn avoid_change(
        &self,
        ctx: &Context<'_>,
        input: AvoidChangeInput,
    ) -> Result<AvoidChangePayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ChangeAvoidList {
            owner: ids::decode(&input.enterprise_id)?,
            other: ids::decode(&input.other_id)?,
            avoids: input.avoids,
            request_key: input.request_key,
        };
        Ok(match app::change_avoid_list(&scope.desk, &scope.actor, &cmd).await {
            Ok(id) => {
                let enterprise = scope.one(id).await?.map(EnterpriseNode);
                AvoidChangePayload { enterprise, errors: Vec::new() }
            }
            Err(error) => AvoidChangePayload { enterprise: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: SuggestionCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        SuggestionCommandError::NotFound => (Code::NotFound, Some("suggestionId")),
        SuggestionCommandError::EnterpriseNotFound => (Code::NotFound, Some("enterpriseId")),
        SuggestionCommandError::Rule(SuggestionError::WrongStage(_)) => (Code::WrongStage, None),
        SuggestionCommandError::Rule(SuggestionError::NoteLength(_)) => {
            (Code::Invalid, Some("note"))
        }
        SuggestionCommandError::DayPast { .. } => (Code::Invalid, Some("untilOn")),
        SuggestionCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

/// As [`user_error`], for what asks the engine.
pub(super) fn suggest_error(error: SuggestError, field: &str) -> Result<UserError, ApiError> {
    match error {
        SuggestError::NotFound => Ok(UserError::new(ErrorCode::NotFound, error, Some(field))),
        SuggestError::NotOpen(_) => Ok(UserError::new(ErrorCode::WrongStage, error, None)),
        SuggestError::Weights(error) => Ok(crate::weights::rule_error(&error)),
        SuggestError::Engine(_) => Err(ApiError::Internal(Box::new(error))),
        SuggestError::Command(error) => command_error(error),
    }
}
