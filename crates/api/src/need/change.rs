//! Changes of needs: one mutation per step.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Datelike as _, Utc};
use lianmeng_app::need::{
    self as app, Done, MergeNeed, MirrorNeed, MoveNeed, NeedCard, NeedCommandError, NeedDeed,
    WriteNeed, WriteNote,
};
use lianmeng_domain::need::call::WhistleOrder;
use lianmeng_domain::need::rules::DispatchOrder;
use lianmeng_domain::need::{CityRecord, NeedChannel, NeedError, Rating, SeenNeed, SendBack};

use super::NeedNode;
use super::words::{ExclusionWord, NeedChannelWord, NeedKindWord, SendBackReasonWord};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::page;
use crate::scalars::{Day, Int32, is_usual};
use crate::scope::Scope;

/// Hours to check in where nothing else is said.
const HOURS_TO_CHECK_IN: i32 = 24;

/// A need as a person writes it.
#[derive(Debug, InputObject)]
pub struct NeedCardInput {
    /// Enterprise that asks.
    enterprise_id: ID,
    /// Committee (产业链党委) it goes to; may be named at triage.
    committee_id: Option<ID>,
    /// What is asked for.
    kind: NeedKindWord,
    /// Title, 1 to 200 characters; public once published.
    title: String,
    /// Summary for everyone, at most 2 000 characters.
    public_summary: Option<String>,
    /// What only the parties may read, 1 to 20 000 characters.
    body: String,
    /// How it came in (诉求渠道); `WEB` if absent.
    channel: Option<NeedChannelWord>,
    /// Who of the enterprise agreed, how and when, where you write on its behalf; at most 500
    /// characters.
    consent: Option<String>,
    /// Division code (GB/T 2260) where it arose; that of the enterprise if absent.
    region_code: Option<String>,
}

impl NeedCardInput {
    pub(super) fn into_card(self) -> Result<NeedCard, ApiError> {
        let region = page::region(self.region_code)?;
        Ok(NeedCard {
            enterprise: ids::decode(&self.enterprise_id)?,
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            kind: self.kind.into(),
            title: self.title,
            public_summary: self.public_summary.unwrap_or_default(),
            body: self.body,
            channel: self.channel.map_or(NeedChannel::Web, Into::into),
            consent: self.consent,
            region,
            industry: None,
        })
    }
}

/// Input of `needDraft`.
#[derive(Debug, InputObject)]
pub struct NeedDraftInput {
    /// What is written.
    card: NeedCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `needSubmit`: a new need or a draft, exactly one of the two.
#[derive(Debug, InputObject)]
pub struct NeedSubmitInput {
    /// A new need.
    card: Option<NeedCardInput>,
    /// A draft.
    need_id: Option<ID>,
    /// Version of the draft that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// Whether you confirm that the need holds no state secret.
    confirms_no_secret: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of the steps that need nothing else.
#[derive(Debug, InputObject)]
pub struct NeedMoveInput {
    /// Need to move on.
    need_id: ID,
    /// Version that was read; the change is refused if somebody saved it since. The present one if
    /// absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `needTriage`.
#[derive(Debug, InputObject)]
pub struct NeedTriageInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// Committee whose secretariat dispatches it; the one it names if absent.
    committee_id: Option<ID>,
}

/// Input of `needExclude`.
#[derive(Debug, InputObject)]
pub struct NeedExcludeInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// Why it is not taken in.
    reason: ExclusionWord,
}

/// Input of `needDispatch`.
#[derive(Debug, InputObject)]
pub struct NeedDispatchInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// Unit that must answer.
    handler_id: ID,
    /// Moment by which it must answer; if absent the standing one after a send-back, else what the
    /// committee's deadline profile (时限规则) and the working-day calendar give.
    due_at: Option<DateTime<Utc>>,
    /// On what basis the unit must take it, 1 to 2 000 characters: a decision that binds the unit. It
    /// may be made after one send-back and must be after two.
    basis: Option<String>,
}

/// Input of `needAnswer`.
#[derive(Debug, InputObject)]
pub struct NeedTextInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// The words, 1 to 20 000 characters.
    text: String,
}

/// Input of `needSendBack`.
#[derive(Debug, InputObject)]
pub struct NeedSendBackInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// What the enterprise is told.
    reason: SendBackReasonWord,
    /// What the secretariat is told, 1 to 2 000 characters; the enterprise does not read it.
    note: String,
    /// Unit that should have it instead, not your own; the enterprise is told its name.
    proposed_handler_id: ID,
}

/// Input of `needWhistle`.
#[derive(Debug, InputObject)]
pub struct NeedWhistleInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// Units called in, 1 to 20, not your own; those called before are not called again.
    #[graphql(validator(max_items = 20))]
    unit_ids: Vec<ID>,
    /// What for, 1 to 2 000 characters.
    reason: String,
    /// Hours to check in, 1 to 336; 24 if absent.
    hours: Option<i32>,
}

/// Input of `needCheckIn`.
#[derive(Debug, InputObject)]
pub struct NeedCheckInInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// Words, at most 2 000 characters.
    note: Option<String>,
}

/// Input of `needMerge`.
#[derive(Debug, InputObject)]
pub struct NeedMergeInput {
    /// The need that goes, and the key of the request.
    need: NeedMoveInput,
    /// The need that stays.
    target_id: ID,
}

/// Input of `needNote`.
#[derive(Debug, InputObject)]
pub struct NeedNoteInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// The words, 1 to 2 000 characters.
    text: String,
    /// Whether it is kept from the enterprise; false if absent, and for the enterprise always.
    is_internal: Option<bool>,
}

/// Input of `needMirror`.
#[derive(Debug, InputObject)]
pub struct NeedMirrorInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// Its number at the city's own platform, 1 to 100 characters.
    number: String,
    /// Its status there, in that platform's words, 1 to 100 characters.
    status: String,
    /// When that was so; an older record than the one there is changes nothing.
    at: DateTime<Utc>,
}

/// Input of `needSuspend`.
#[derive(Debug, InputObject)]
pub struct NeedSuspendInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// Day until which it rests, tomorrow at the earliest.
    until_on: Day,
    /// Why, 1 to 2 000 characters.
    reason: String,
}

/// Input of `needRate`.
#[derive(Debug, InputObject)]
pub struct NeedRateInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// 1 to 5 stars; with 1 or 2 the need is taken up again once.
    stars: i32,
    /// Who of the enterprise agreed, how and when, 1 to 500 characters; asked of its liaison (代评),
    /// ignored from the enterprise itself.
    consent: Option<String>,
}

/// Input of `needPublish`.
#[derive(Debug, InputObject)]
pub struct NeedPublishInput {
    /// Which need, and the key of the request.
    need: NeedMoveInput,
    /// New public summary, at most 2 000 characters; the one there is if absent.
    public_summary: Option<String>,
}

/// A need, or why not.
#[derive(Debug, SimpleObject)]
pub struct NeedPayload {
    /// The need after the change; null if it was refused or if you no longer see it.
    need: Option<NeedNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl NeedPayload {
    /// Refused for these reasons.
    pub(crate) const fn refused(errors: Vec<UserError>) -> Self {
        Self { need: None, errors }
    }

    /// Done; `need` as the caller sees it now.
    pub(crate) const fn done(need: Option<NeedNode>) -> Self {
        Self { need, errors: Vec::new() }
    }

    /// Where it is not certain what the caller may see of the need, it is read with their own eyes,
    /// so a payload shows no more than a query.
    async fn of(scope: &Scope, done: Result<Done, NeedCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(done) => {
                let seen = match done {
                    Done::Now(need) => Some(SeenNeed { need: *need, is_full: true }),
                    Done::Read(id) => scope.one(id).await?,
                };
                Self { need: seen.map(NeedNode), errors: Vec::new() }
            }
            Err(error) => Self::refused(vec![user_error(error)?]),
        })
    }
}

async fn advance(ctx: &Context<'_>, input: NeedMoveInput, deed: NeedDeed) -> Result<NeedPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = MoveNeed {
        need: ids::decode(&input.need_id)?,
        version: input.version,
        deed,
        request_key: input.request_key,
    };
    NeedPayload::of(scope, app::advance(&scope.desk, &scope.actor, &cmd).await).await
}

/// Changes of needs.
#[derive(Debug, Default)]
pub struct NeedMutation;

#[Object]
impl NeedMutation {
    /// Writes a need as a draft: the enterprise itself, or a coordinator or its committee's secretary
    /// on its behalf.
    async fn need_draft(&self, ctx: &Context<'_>, input: NeedDraftInput) -> Result<NeedPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = WriteNeed {
            card: input.card.into_card()?,
            submits: false,
            confirms_no_secret: false,
            request_key: input.request_key,
        };
        NeedPayload::of(scope, app::write(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Hands in a new need or a draft (点单).
    async fn need_submit(&self, ctx: &Context<'_>, input: NeedSubmitInput) -> Result<NeedPayload> {
        let NeedSubmitInput { card, need_id, version, confirms_no_secret, request_key } = input;
        match (card, need_id) {
            (Some(card), None) => {
                let scope = Scope::of(ctx)?;
                let cmd = WriteNeed {
                    card: card.into_card()?,
                    submits: true,
                    confirms_no_secret,
                    request_key,
                };
                NeedPayload::of(scope, app::write(&scope.desk, &scope.actor, &cmd).await).await
            }
            (None, Some(need_id)) => {
                let input = NeedMoveInput { need_id, version, request_key };
                advance(ctx, input, NeedDeed::Submit { confirms_no_secret }).await
            }
            (Some(_), Some(_)) | (None, None) => {
                let message = "give either card or needId";
                let error = UserError::new(ErrorCode::Invalid, message, Some("card"));
                Ok(NeedPayload::refused(vec![error]))
            }
        }
    }

    /// Takes a need in (分诊). The committee's secretary, or a coordinator.
    async fn need_triage(&self, ctx: &Context<'_>, input: NeedTriageInput) -> Result<NeedPayload> {
        let committee = input.committee_id.map(|id| ids::decode(&id)).transpose()?;
        advance(ctx, input.need, NeedDeed::Triage(committee)).await
    }

    /// Refuses to take a need in, for one of seven reasons. The committee's secretary, or a
    /// coordinator.
    async fn need_exclude(
        &self,
        ctx: &Context<'_>,
        input: NeedExcludeInput,
    ) -> Result<NeedPayload> {
        advance(ctx, input.need, NeedDeed::Exclude(input.reason.into())).await
    }

    /// Sends a need to a unit (派单), from `TRIAGED`, `SENT_BACK` or `REOPENED`. The committee's secretary,
    /// or a coordinator; after two send-backs only a coordinator, who records the basis and whose
    /// decision binds the unit. The clock starts now, and a send-back does not stop it.
    async fn need_dispatch(
        &self,
        ctx: &Context<'_>,
        input: NeedDispatchInput,
    ) -> Result<NeedPayload> {
        let handler = ids::decode(&input.handler_id)?;
        if let Some(due_at) = input.due_at
            && !is_usual(due_at.year())
        {
            let message = format!("dueAt has the year {}; years have four digits", due_at.year());
            return Err(ApiError::BadInput(message).into());
        }
        let order = DispatchOrder { handler, due_at: input.due_at, basis: input.basis };
        advance(ctx, input.need, NeedDeed::Dispatch(order)).await
    }

    /// Takes a need on (接单). The unit in charge.
    async fn need_accept(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Accept).await
    }

    /// Sends a need back (退单), with a reason and the unit that should have it. The unit in charge.
    async fn need_send_back(
        &self,
        ctx: &Context<'_>,
        input: NeedSendBackInput,
    ) -> Result<NeedPayload> {
        let proposed = Some(ids::decode(&input.proposed_handler_id)?);
        let back = SendBack { reason: input.reason.into(), note: input.note, proposed };
        advance(ctx, input.need, NeedDeed::SendBack(back)).await
    }

    /// Begins work (办理). The unit in charge.
    async fn need_start(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Start).await
    }

    /// Calls in other units (吹哨), which then read the need in full. The unit in charge.
    async fn need_whistle(
        &self,
        ctx: &Context<'_>,
        input: NeedWhistleInput,
    ) -> Result<NeedPayload> {
        let units = input.unit_ids.iter().map(|id| ids::decode(id)).collect::<Result<_, _>>()?;
        let hours = input.hours.unwrap_or(HOURS_TO_CHECK_IN);
        let order = WhistleOrder { units, reason: input.reason, hours };
        advance(ctx, input.need, NeedDeed::Whistle(order)).await
    }

    /// Follows the call (报到). A unit called in; a second time changes nothing but the words.
    async fn need_check_in(
        &self,
        ctx: &Context<'_>,
        input: NeedCheckInInput,
    ) -> Result<NeedPayload> {
        advance(ctx, input.need, NeedDeed::CheckIn(input.note)).await
    }

    /// Seeks a counterpart (撮合) for kinds that ask for one: suggestions are made in the background.
    /// The committee's secretary, or a coordinator.
    async fn need_seek(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Seek).await
    }

    /// Lets a need rest until a day, for a reason; the moment by which it must be answered does not
    /// move. The unit in charge; its committee where there is none.
    async fn need_suspend(
        &self,
        ctx: &Context<'_>,
        input: NeedSuspendInput,
    ) -> Result<NeedPayload> {
        advance(ctx, input.need, NeedDeed::Suspend(input.until_on.date(), input.reason)).await
    }

    /// Goes on after a rest. The unit in charge.
    async fn need_resume(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Resume).await
    }

    /// Answers a need (答复). The unit in charge; its committee where there is none.
    async fn need_answer(&self, ctx: &Context<'_>, input: NeedTextInput) -> Result<NeedPayload> {
        advance(ctx, input.need, NeedDeed::Answer(input.text)).await
    }

    /// Rates the answer (评单). The enterprise that asked, or its liaison with a record of its consent;
    /// never the unit in charge.
    async fn need_rate(&self, ctx: &Context<'_>, input: NeedRateInput) -> Result<NeedPayload> {
        match Rating::new(input.stars) {
            Ok(rating) => advance(ctx, input.need, NeedDeed::Rate(rating, input.consent)).await,
            Err(error) => {
                let error = UserError::new(ErrorCode::Invalid, error, Some("stars"));
                Ok(NeedPayload::refused(vec![error]))
            }
        }
    }

    /// Takes a rated need up again (重办), once: a new clock and another unit. The enterprise, its
    /// committee's secretary, a coordinator.
    async fn need_reopen(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Reopen).await
    }

    /// Says that a need is still wanted; one that nobody confirms lapses after 90 days. The
    /// enterprise or its liaison.
    async fn need_confirm(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Confirm).await
    }

    /// Joins a need with another that asks for the same (并单); who asked goes on seeing how the other
    /// fares. The secretary of both, or a coordinator.
    async fn need_merge(&self, ctx: &Context<'_>, input: NeedMergeInput) -> Result<NeedPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = MergeNeed {
            need: ids::decode(&input.need.need_id)?,
            version: input.need.version,
            target: ids::decode(&input.target_id)?,
            request_key: input.need.request_key,
        };
        NeedPayload::of(scope, app::merge(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Undoes a merging: the need stands again where it stood. The committee's secretary, or a
    /// coordinator.
    async fn need_unmerge(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Unmerge).await
    }

    /// Writes a note (办理记录): those who work on the need, and the enterprise or its liaison.
    async fn need_note(&self, ctx: &Context<'_>, input: NeedNoteInput) -> Result<NeedPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = WriteNote {
            need: ids::decode(&input.need.need_id)?,
            version: input.need.version,
            text: input.text,
            is_internal: input.is_internal.unwrap_or_default(),
            request_key: input.need.request_key,
        };
        NeedPayload::of(scope, app::write_note(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Records number and status of a need at the city's own platform (深i企). Coordinators.
    async fn need_mirror(&self, ctx: &Context<'_>, input: NeedMirrorInput) -> Result<NeedPayload> {
        let scope = Scope::of(ctx)?;
        let record = CityRecord { number: input.number, status: input.status, at: input.at };
        let cmd = MirrorNeed {
            need: ids::decode(&input.need.need_id)?,
            version: input.need.version,
            record,
            request_key: input.need.request_key,
        };
        NeedPayload::of(scope, app::mirror(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Closes a rated need (办结). The committee's secretary, or a coordinator.
    async fn need_close(&self, ctx: &Context<'_>, input: NeedMoveInput) -> Result<NeedPayload> {
        advance(ctx, input, NeedDeed::Close).await
    }

    /// Publishes title and public summary. The enterprise, its committee's secretary, a coordinator.
    async fn need_publish(
        &self,
        ctx: &Context<'_>,
        input: NeedPublishInput,
    ) -> Result<NeedPayload> {
        advance(ctx, input.need, NeedDeed::Publish(input.public_summary)).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: NeedCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        NeedCommandError::NotFound => (Code::NotFound, Some("needId")),
        NeedCommandError::EnterpriseNotFound => (Code::NotFound, Some("enterpriseId")),
        NeedCommandError::UnknownReference => (Code::UnknownReference, None),
        NeedCommandError::TargetNotFound => (Code::NotFound, Some("targetId")),
        NeedCommandError::NumberTaken => (Code::Invalid, Some("number")),
        NeedCommandError::NoCalendar(_) => (Code::CalendarMissing, Some("dueAt")),
        NeedCommandError::Rule(ref rule) => rule_code(rule),
        NeedCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

const fn rule_code(error: &NeedError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match error {
        NeedError::TextLength { field, length: 0, .. } => (Code::Missing, Some(field)),
        NeedError::TextLength { field, .. } => (Code::Invalid, Some(field)),
        NeedError::SecretNotRuledOut => (Code::Invalid, Some("confirmsNoSecret")),
        NeedError::CommitteeMissing => (Code::Missing, Some("committeeId")),
        NeedError::DueMissing => (Code::Missing, Some("dueAt")),
        NeedError::DuePast { .. } | NeedError::ClockRuns { .. } => (Code::Invalid, Some("dueAt")),
        NeedError::SameHandler => (Code::Invalid, Some("handlerId")),
        NeedError::NotMatching(_) => (Code::Invalid, Some("kind")),
        NeedError::NoHandler => (Code::Invalid, None),
        NeedError::RestOver { .. } => (Code::Invalid, Some("untilOn")),
        NeedError::RatingRange(_) => (Code::Invalid, Some("stars")),
        NeedError::BasisMissing { .. } => (Code::Missing, Some("basis")),
        NeedError::NothingToDecide => (Code::Invalid, Some("basis")),
        NeedError::ProposesItself => (Code::Invalid, Some("proposedHandlerId")),
        NeedError::CallCount { .. } | NeedError::CallsItself => (Code::Invalid, Some("unitIds")),
        NeedError::CheckInHours { .. } => (Code::Invalid, Some("hours")),
        NeedError::NotMergeable(_) => (Code::Invalid, Some("targetId")),
        NeedError::ConsentMissing => (Code::Missing, Some("consent")),
        NeedError::WrongStage(_)
        | NeedError::NotPublishable(_)
        | NeedError::Adjudicated
        | NeedError::ReopenedBefore
        | NeedError::NotConfirmable(_)
        | NeedError::NotNoteworthy(_) => (Code::WrongStage, None),
        NeedError::SummaryMissing => (Code::Missing, Some("publicSummary")),
    }
}
