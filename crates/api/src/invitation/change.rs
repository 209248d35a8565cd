//! Making, renewing and withdrawing invitations, and coming in with one.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject, Upload};
use lianmeng_app::account::Typed;
use lianmeng_app::invitation::{
    self as app, AcceptInvitation, InvitationCommandError, Line, MakeInvitations, RenewInvitation,
    WithdrawInvitation,
};
use lianmeng_app::join::{self, JoinError, Newcomer};
use lianmeng_app::password::HashError;
use lianmeng_domain::ids::{AuditId, ChainCommitteeId, InvitationId};
use lianmeng_domain::invitation::{self as rules, InvitationError, InvitationRow, JoinCode};
use lianmeng_exchange::invitation::{Answer, csv};
use lianmeng_store::invitation as store;

use super::InvitationNode;
use crate::account::change::{draw, rule_error};
use crate::doorway::{Doorway, Opens, known};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::scalars::Int32;
use crate::scope::Scope;

/// Whom to invite.
#[derive(Debug, InputObject)]
pub struct InvitationRowInput {
    /// Name of the enterprise or organisation, as in the registry; not needed beside a credit code.
    #[graphql(default, validator(max_length = 200))]
    name: String,
    /// Credit code (统一社会信用代码); not needed beside a name that stands for one alone.
    #[graphql(default, validator(max_length = 40))]
    credit_code: String,
    /// Whom to hand the invitation to, at most 100 characters.
    #[graphql(default, validator(max_length = 100))]
    contact_name: String,
    /// Their phone number or e-mail address.
    #[graphql(default, validator(max_length = 100))]
    contact: String,
}

/// Input of `invitationsMake`.
#[derive(Debug, InputObject)]
pub struct InvitationsMakeInput {
    /// Committee in whose name to invite; required of a secretary, absent for a coordinator's own.
    committee_id: Option<ID>,
    /// Whom, 1 to 100.
    #[graphql(validator(max_items = 100))]
    rows: Vec<InvitationRowInput>,
    /// Days the invitations stay open, 1 to 90.
    #[graphql(default = 30, validator(custom = "Int32"))]
    days: u32,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `invitationWithdraw`.
#[derive(Debug, InputObject)]
pub struct InvitationWithdrawInput {
    /// Invitation to withdraw.
    invitation_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `invitationRenew`.
#[derive(Debug, InputObject)]
pub struct InvitationRenewInput {
    /// Invitation that gets a new code.
    invitation_id: ID,
    /// Days it stays open from now on, 1 to 90.
    #[graphql(default = 30, validator(custom = "Int32"))]
    days: u32,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Somebody without an account.
#[derive(InputObject)]
pub struct NewcomerInput {
    /// The name to sign in with: 2 to 64 letters, digits and the signs `. _ - @`.
    #[graphql(validator(max_length = 100))]
    name: String,
    /// How to be shown to others, 1 to 100 characters.
    #[graphql(validator(max_length = 100))]
    display_name: String,
    /// Password: 15 to 256 characters, of any kind, not easy to guess.
    #[graphql(validator(max_length = 1000), secret)]
    password: String,
}

impl From<NewcomerInput> for Newcomer {
    fn from(input: NewcomerInput) -> Self {
        let NewcomerInput { name, display_name, password } = input;
        Self { name, display_name, password: Typed(password) }
    }
}

/// Input of `invitationAccept`.
#[derive(InputObject)]
pub struct InvitationAcceptInput {
    /// The code on the invitation; small letters, blanks and hyphens do not matter.
    #[graphql(validator(max_length = 60), secret)]
    code: String,
    /// The account to make; absent if you are signed in, and come in with that account.
    account: Option<NewcomerInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A code, told once.
#[derive(Debug, SimpleObject)]
pub struct CodeToHandOver {
    /// The code (邀请码), three groups of four signs. Nobody can ask for it again.
    code: String,
    /// The link with the code; it begins with a slash where `auth.public_url` is not set.
    link: String,
    /// The link as a QR code (二维码), an SVG image; null where `auth.public_url` is not set.
    qr_svg: Option<String>,
}

impl CodeToHandOver {
    pub(crate) fn new(doorway: &Doorway, opens: Opens, code: &JoinCode) -> Self {
        let link = doorway.link(opens, code);
        Self { code: code.to_string(), qr_svg: Doorway::qr_svg(&link), link }
    }
}

/// What became of a row.
#[derive(Debug, SimpleObject)]
pub struct InvitationLine {
    /// Number of the row in the input, from 1.
    row: u32,
    /// `made`, `waits` (invited before), `joined` (it has an administrator), or why nobody was
    /// invited: `missing`, `credit_code`, `unknown`, `ambiguous`, `foreign`, `repeated`, `contact`,
    /// `spent`.
    outcome: String,
    /// Why nobody was invited, in English; empty if somebody was.
    reason: String,
    /// The invitation; null if there is none.
    invitation: Option<InvitationNode>,
    /// Its code; null unless it was made just now. `invitationRenew` gives a new one.
    code: Option<CodeToHandOver>,
}

/// What became of each row, or why none was read.
#[derive(Debug, SimpleObject)]
pub struct InvitationsMakePayload {
    /// One line for each row, in order.
    lines: Vec<InvitationLine>,
    /// Why nothing was done; empty if something was.
    errors: Vec<UserError>,
}

/// How many rows of a workbook came to what.
#[derive(Debug, SimpleObject)]
pub struct InvitationsUploadPayload {
    /// Rows that made an invitation.
    made: u64,
    /// Rows whose invitation waits since an earlier run.
    waits: u64,
    /// Rows of those who have an administrator.
    joined: u64,
    /// Rows that invite nobody, each with its reason in `csv`.
    refused: u64,
    /// Every row with its outcome, code, link and reason, as the text of a CSV file for Excel; empty
    /// if nothing was read. The codes cannot be asked for again.
    csv: String,
    /// Why nothing more was done; empty if all rows were read.
    errors: Vec<UserError>,
}

/// An invitation, or why not.
#[derive(Debug, SimpleObject)]
pub struct InvitationPayload {
    /// The invitation after the change; null if it was refused.
    invitation: Option<InvitationNode>,
    /// Its new code; null if it got none, or the request is repeated.
    code: Option<CodeToHandOver>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Who came in, or why nobody did.
#[derive(Debug, SimpleObject)]
pub struct InvitationAcceptPayload {
    /// Global id of the account that came in; null if nobody did.
    account_id: Option<ID>,
    /// Global id of its new grant, for the header `Lianmeng-Acting-As`.
    grant_id: Option<ID>,
    /// Why nobody came in; empty if somebody did.
    errors: Vec<UserError>,
}

fn user_error(error: InvitationCommandError) -> Result<UserError, ApiError> {
    use InvitationCommandError as E;
    let (code, field) = match error {
        E::Command(error) => return command_error(error),
        E::NotFound => (ErrorCode::NotFound, None),
        E::Waits | E::Joined => (ErrorCode::Taken, Some("invitationId")),
        E::Rule(InvitationError::Days(_)) => (ErrorCode::Invalid, Some("days")),
        E::Rule(InvitationError::Rows(_)) => (ErrorCode::Invalid, Some("rows")),
        E::Rule(InvitationError::Contact(_)) => (ErrorCode::Invalid, Some("contact")),
        E::Rule(InvitationError::NotOpen(_)) => (ErrorCode::WrongStage, None),
    };
    Ok(UserError::new(code, error, field))
}

/// What somebody who does not get in can mend.
pub(crate) fn join_error(error: JoinError) -> Result<UserError, ApiError> {
    use JoinError as E;
    let (code, field) = match error {
        E::Command(error) => return command_error(error),
        E::Rule(error) => return Ok(rule_error(&error)),
        E::Hash(HashError::Failed(_)) => return Err(ApiError::Internal(Box::new(error))),
        E::Hash(HashError::Busy) | E::Throttled(_) => (ErrorCode::Throttled, None),
        E::NotFound => (ErrorCode::NotFound, Some("code")),
        E::Nobody => (ErrorCode::Missing, Some("account")),
        E::Somebody => (ErrorCode::Invalid, Some("account")),
        E::Taken => (ErrorCode::Taken, Some("name")),
        E::Password(_) => (ErrorCode::Invalid, Some("password")),
    };
    Ok(UserError::new(code, error, field))
}

/// A code as typed.
pub(crate) fn read_code(text: &str) -> Result<JoinCode, UserError> {
    text.parse().map_err(|error| UserError::new(ErrorCode::Invalid, error, Some("code")))
}

/// As many new codes as there are rows.
fn draw_codes(rows: usize) -> Result<Vec<JoinCode>, ApiError> {
    (0..rows).map(|_| Ok(join::code(&draw()?))).collect()
}

/// What a line is called and why, and its invitation.
fn said(line: &Line) -> (&'static str, String, Option<InvitationId>) {
    match line {
        Line::Made(id) => ("made", String::new(), Some(*id)),
        Line::Waits { id, .. } => ("waits", String::new(), Some(*id)),
        Line::Joined => ("joined", String::new(), None),
        Line::Refused(refusal) => (refusal.word(), refusal.to_string(), None),
    }
}

async fn lines(
    scope: &Scope,
    doorway: &Doorway,
    made: &[Line],
    codes: &[JoinCode],
) -> Result<Vec<InvitationLine>> {
    let ids: Vec<InvitationId> = made.iter().filter_map(|line| said(line).2).collect();
    let found = store::find_many(&scope.desk.db, &scope.reads, &ids).await?;
    let line = |(row, (line, code)): (u32, (&Line, &JoinCode))| {
        let (outcome, reason, id) = said(line);
        let invitation = found.iter().find(|one| Some(one.id) == id).cloned();
        let is_new = matches!(line, Line::Made(_));
        InvitationLine {
            row,
            outcome: outcome.to_owned(),
            reason,
            invitation: invitation.map(InvitationNode),
            code: is_new.then(|| CodeToHandOver::new(doorway, Opens::Invitation, code)),
        }
    };
    Ok((1..).zip(made.iter().zip(codes)).map(line).collect())
}

/// Changes of invitations.
#[derive(Debug, Default)]
pub struct InvitationMutation;

#[Object]
impl InvitationMutation {
    /// Invites enterprises and organisations of the registry, one invitation each (批量邀请): the
    /// secretary those of their committee, a coordinator anybody. Whoever has an invitation that
    /// waits or an administrator gets none, so the same rows again invite nobody twice.
    async fn invitations_make(
        &self,
        ctx: &Context<'_>,
        input: InvitationsMakeInput,
    ) -> Result<InvitationsMakePayload> {
        let (scope, doorway) = (Scope::of(ctx)?, Doorway::of(ctx)?);
        let row = |(row, input): (u32, InvitationRowInput)| InvitationRow {
            row,
            name: input.name,
            credit_code: input.credit_code,
            contact_name: input.contact_name,
            contact: input.contact,
        };
        let cmd = MakeInvitations {
            committee: input.committee_id.map(|id| ids::decode(&id)).transpose()?,
            rows: (1..).zip(input.rows).map(row).collect(),
            days: input.days,
            request_key: input.request_key,
        };
        let codes = draw_codes(cmd.rows.len())?;
        let pepper = doorway.pepper();
        match app::make(&scope.desk, &scope.actor, &cmd, &codes, &pepper).await {
            Ok(made) => {
                let lines = lines(scope, doorway, &made, &codes).await?;
                Ok(InvitationsMakePayload { lines, errors: Vec::new() })
            }
            Err(error) => {
                Ok(InvitationsMakePayload { lines: Vec::new(), errors: vec![user_error(error)?] })
            }
        }
    }

    /// As `invitationsMake`, from a workbook or CSV file with columns for name, credit code, contact
    /// name, and phone or e-mail, a hundred rows at a time. If it ends in the middle, send the same
    /// file again: it goes on, and nobody is invited twice. Send it as multipart with the header
    /// `GraphQL-Require-Preflight: 1`.
    async fn invitations_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] file: Upload,
        #[graphql(desc = "Committee in whose name to invite; required of a secretary.")]
        committee_id: Option<ID>,
        #[graphql(
            default = 30,
            desc = "Days the invitations stay open, 1 to 90.",
            validator(custom = "Int32")
        )]
        days: u32,
    ) -> Result<InvitationsUploadPayload> {
        let scope = Scope::of(ctx)?;
        let committee = committee_id.map(|id| ids::decode(&id)).transpose()?;
        if !rules::may_invite(&scope.actor, committee) {
            return Ok(uploaded(&[], vec![user_error(InvitationCommandError::NotFound)?]));
        }
        let upload = file.value(ctx)?;
        let read = tokio::task::spawn_blocking(move || {
            lianmeng_exchange::invitation::upload(&upload.filename, &upload.content)
        });
        match read.await? {
            Ok(rows) => Ok(make_all(scope, Doorway::of(ctx)?, rows, (committee, days)).await?),
            Err(error) => {
                let error = UserError::new(ErrorCode::Invalid, error, Some("file"));
                Ok(uploaded(&[], vec![error]))
            }
        }
    }

    /// Gives an invitation a new code and a new end, whether it waits, was withdrawn or is over; the
    /// old code opens nothing any more. For whoever may invite in its committee's name.
    async fn invitation_renew(
        &self,
        ctx: &Context<'_>,
        input: InvitationRenewInput,
    ) -> Result<InvitationPayload> {
        let (scope, doorway) = (Scope::of(ctx)?, Doorway::of(ctx)?);
        let id = ids::decode(&input.invitation_id)?;
        let cmd = RenewInvitation { id, days: input.days, request_key: input.request_key };
        let code = join::code(&draw()?);
        let done = app::renew(&scope.desk, &scope.actor, &cmd, &code, &doorway.pepper()).await;
        let new =
            |is_new: bool| is_new.then(|| CodeToHandOver::new(doorway, Opens::Invitation, &code));
        payload(scope, done.map(|is_new| (id, new(is_new)))).await
    }

    /// Withdraws an invitation that waits: its code opens nothing any more. For whoever may invite in
    /// its committee's name.
    async fn invitation_withdraw(
        &self,
        ctx: &Context<'_>,
        input: InvitationWithdrawInput,
    ) -> Result<InvitationPayload> {
        let scope = Scope::of(ctx)?;
        let id = ids::decode(&input.invitation_id)?;
        let cmd = WithdrawInvitation { id, request_key: input.request_key };
        let done = app::withdraw(&scope.desk, &scope.actor, &cmd).await;
        payload(scope, done.map(|id| (id, None))).await
    }

    /// Comes in with an invitation (接受邀请), as administrator of the one invited: with the account
    /// you are signed in with, or with a new one. Anyone who has the code; wrong codes are counted
    /// and slowed down.
    async fn invitation_accept(
        &self,
        ctx: &Context<'_>,
        input: InvitationAcceptInput,
    ) -> Result<InvitationAcceptPayload> {
        let (scope, doorway) = (Scope::of(ctx)?, Doorway::of(ctx)?);
        let refused = |error| InvitationAcceptPayload {
            account_id: None,
            grant_id: None,
            errors: vec![error],
        };
        let code = match read_code(&input.code) {
            Ok(code) => code,
            Err(error) => return Ok(refused(error)),
        };
        let newcomer = input.account.map(Newcomer::from);
        let cmd = AcceptInvitation { code, newcomer, request_key: input.request_key };
        let entrance = doorway.entrance();
        match app::accept(&scope.desk, known(ctx)?, &cmd, &entrance, &draw()?).await {
            Ok(joined) => {
                doorway.forget(joined.account);
                Ok(InvitationAcceptPayload {
                    account_id: Some(ids::encode(joined.account)),
                    grant_id: Some(ids::encode(joined.grant)),
                    errors: Vec::new(),
                })
            }
            Err(error) => Ok(refused(join_error(error)?)),
        }
    }
}

async fn payload(
    scope: &Scope,
    done: Result<(InvitationId, Option<CodeToHandOver>), InvitationCommandError>,
) -> Result<InvitationPayload> {
    Ok(match done {
        Ok((id, code)) => {
            let found = store::find(&scope.desk.db, &scope.reads, id).await?;
            InvitationPayload { invitation: found.map(InvitationNode), code, errors: Vec::new() }
        }
        Err(error) => {
            InvitationPayload { invitation: None, code: None, errors: vec![user_error(error)?] }
        }
    })
}

/// Makes the invitations of a whole file, a call's worth in each transaction.
async fn make_all(
    scope: &Scope,
    doorway: &Doorway,
    rows: Vec<InvitationRow>,
    (committee, days): (Option<ChainCommitteeId>, u32),
) -> Result<InvitationsUploadPayload, ApiError> {
    let pepper = doorway.pepper();
    let mut answers = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(rules::MAX_ROWS) {
        let cmd = MakeInvitations {
            committee,
            rows: chunk.to_vec(),
            days,
            // The file is safe to send again without a key: whoever waits is not invited twice.
            request_key: scope.desk.mint::<AuditId>().to_string(),
        };
        let codes = draw_codes(chunk.len())?;
        match app::make(&scope.desk, &scope.actor, &cmd, &codes, &pepper).await {
            Ok(made) => {
                for ((line, row), code) in made.iter().zip(chunk).zip(&codes) {
                    let (outcome, reason, id) = said(line);
                    let is_new = matches!(line, Line::Made(_));
                    let link = doorway.link(Opens::Invitation, code);
                    answers.push(Answer {
                        row: row.clone(),
                        outcome: outcome.to_owned(),
                        invitation: id.map(ids::wire).unwrap_or_default(),
                        code: if is_new { code.to_string() } else { String::new() },
                        link: if is_new { link } else { String::new() },
                        reason,
                    });
                }
            }
            // What was made stays made, and its codes must not be lost.
            Err(error) => return Ok(uploaded(&answers, vec![user_error(error)?])),
        }
    }
    Ok(uploaded(&answers, Vec::new()))
}

fn uploaded(answers: &[Answer], errors: Vec<UserError>) -> InvitationsUploadPayload {
    let count = |word: &str| {
        let found = answers.iter().filter(|answer| answer.outcome == word).count();
        u64::try_from(found).unwrap_or(u64::MAX)
    };
    let (made, waits, joined) = (count("made"), count("waits"), count("joined"));
    let all = u64::try_from(answers.len()).unwrap_or(u64::MAX);
    InvitationsUploadPayload {
        made,
        waits,
        joined,
        refused: all - made - waits - joined,
        csv: if answers.is_empty() { String::new() } else { csv(answers) },
        errors,
    }
}
