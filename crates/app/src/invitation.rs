//! Inviting enterprises and organisations, and coming in with an invitation.

use std::collections::BTreeMap;

use lianmeng_domain::account::Grant;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::{CreditCode, CreditCodeError};
use lianmeng_domain::ids::{
    AccountId, ChainCommitteeId, GrantId, Id, InvitationBatchId, InvitationId,
};
use lianmeng_domain::invitation::{
    self as rules, Invitation, InvitationError, InvitationRow, InvitationState, JoinCode,
};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::text;
use lianmeng_store::login_attempt::Outcome;
use lianmeng_store::{StoreError, committee, grant, invitation as store, invitee};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches, replayed_id};
use crate::desk::Desk;
use crate::join::{self, Entrance, JoinError, Known, Newcomer, Pepper, Try};
use crate::notify;
use crate::secret::Secret;

/// Invites those whom rows of a workbook name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeInvitations {
    /// In whose name; none for the coordinator's own.
    pub committee: Option<ChainCommitteeId>,
    /// Whom, at most [`rules::MAX_ROWS`].
    pub rows: Vec<InvitationRow>,
    /// How many days the invitations stay open.
    pub days: u32,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Withdraws an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawInvitation {
    /// Which.
    pub id: InvitationId,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Gives an invitation a new code; the old one opens nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewInvitation {
    /// Which.
    pub id: InvitationId,
    /// How many days it stays open from now on.
    pub days: u32,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Comes in with an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptInvitation {
    /// The code on it.
    pub code: JoinCode,
    /// Who comes, if they have no account.
    pub newcomer: Option<Newcomer>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nobody was invited.
#[derive(Debug, Error)]
pub enum InvitationCommandError {
    /// No such invitation or committee that the caller may invite for.
    #[error("no invitation or committee with this id that you may invite for")]
    NotFound,
    /// Another invitation of the same member waits.
    #[error("another invitation of the same enterprise or organisation waits; renew that one")]
    Waits,
    /// Somebody came in another way.
    #[error("somebody administers it already; they add whoever is missing")]
    Joined,
    /// A rule.
    #[error(transparent)]
    Rule(#[from] InvitationError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for InvitationCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Invited; the code given for this row is the one.
    Made(InvitationId),
    /// Invited before, and the invitation waits.
    Waits {
        /// That invitation.
        id: InvitationId,
        /// Whether its code is the one given for this row.
        has_code: bool,
    },
    /// Somebody administers it already: nobody need be invited.
    Joined,
    /// Not invited.
    Refused(Refusal),
}

/// Why a row invites nobody.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Neither name nor credit code.
    #[error("neither a name nor a credit code; fill in one")]
    Missing,
    /// The credit code.
    #[error(transparent)]
    CreditCode(CreditCodeError),
    /// Nobody is called so.
    #[error("{0:?} is not in the registry; import it first")]
    Unknown(String),
    /// Several are called so.
    #[error("{0:?} stands for several; fill in the credit code")]
    Ambiguous(String),
    /// Not of the committee.
    #[error("it is neither on the committee's chain nor on its seats nor in its alliances")]
    Foreign,
    /// An earlier row has it.
    #[error("row {0} invites the same one")]
    Repeated(u32),
    /// The contact.
    #[error(transparent)]
    Contact(InvitationError),
    /// The request was answered before, and nobody is invited twice by one.
    #[error("this request was answered before; choose a new request key to invite it now")]
    Spent,
}

impl Refusal {
    /// A stable word for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::CreditCode(_) => "credit_code",
            Self::Unknown(_) => "unknown",
            Self::Ambiguous(_) => "ambiguous",
            Self::Foreign => "foreign",
            Self::Repeated(_) => "repeated",
            Self::Contact(_) => "contact",
            Self::Spent => "spent",
        }
    }
}

fn wire<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// Invites those whom the rows name, one invitation each, with the code of the same place among
/// `codes`. Whoever has an invitation that waits, or an administrator, gets none; so the same rows
/// again change nothing.
///
/// Gives what became of each row, in order.
///
/// # Errors
///
/// See [`InvitationCommandError`]; nothing is saved when an error is returned.
pub async fn make(
    desk: &Desk,
    actor: &Actor,
    cmd: &MakeInvitations,
    codes: &[JoinCode],
    pepper: &Pepper,
) -> Result<Vec<Line>, InvitationCommandError> {
    let rows = cmd.rows.len();
    if rows == 0 || rows > rules::MAX_ROWS || codes.len() != rows {
        return Err(InvitationError::Rows(rows).into());
    }
    let ends_at = rules::end(desk.now, cmd.days)?;
    if !rules::may_invite(actor, cmd.committee) {
        return Err(InvitationCommandError::NotFound);
    }
    let hashes: Vec<String> = codes.iter().map(|code| pepper.hash(code)).collect();
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => {
            let judged = judge(&desk.db, desk, cmd).await?;
            return Ok(judged.iter().zip(&hashes).map(|(one, hash)| told(one, hash)).collect());
        }
    };
    let judged = judge(&change.tx, desk, cmd).await?;
    let batch: InvitationBatchId = desk.mint();
    let mut lines = Vec::with_capacity(rows);
    for ((judged, row), hash) in judged.iter().zip(&cmd.rows).zip(&hashes) {
        let Judged::New(member, contact) = judged else {
            lines.push(told(judged, hash));
            continue;
        };
        let new = Invitation {
            id: desk.mint(),
            batch,
            committee: cmd.committee,
            member: *member,
            contact_name: rules::contact_name(&row.contact_name),
            contact: contact.clone(),
            made_by: actor.subject.clone(),
            made_at: desk.now,
            ends_at,
            claimed: None,
            withdrawn_at: None,
        };
        if store::insert(&change.tx, &new, hash).await? {
            lines.push(Line::Made(new.id));
        } else {
            // Somebody else invited it a moment ago.
            let open = store::open_of(&change.tx, &[*member], desk.now).await?;
            let (found, _) = open.get(member).ok_or(InvitationCommandError::Waits)?;
            lines.push(Line::Waits { id: found.id, has_code: false });
        }
    }
    if lines.iter().any(|line| matches!(line, Line::Made(_))) {
        change.finish("MakeInvitations", &wire(batch), Touches::Nothing).await?;
    } else {
        change.undo().await?;
    }
    Ok(lines)
}

/// What a row is worth.
enum Judged {
    New(Member, String),
    Waits(Box<Invitation>, String),
    Joined,
    Refused(Refusal),
}

/// The line for a row that invites nobody now.
fn told(judged: &Judged, hash: &str) -> Line {
    match judged {
        Judged::Waits(found, kept) => Line::Waits { id: found.id, has_code: kept == hash },
        Judged::Joined => Line::Joined,
        Judged::Refused(refusal) => Line::Refused(refusal.clone()),
        Judged::New(..) => Line::Refused(Refusal::Spent),
    }
}

async fn judge(
    db: &impl ConnectionTrait,
    desk: &Desk,
    cmd: &MakeInvitations,
) -> Result<Vec<Judged>, InvitationCommandError> {
    if let Some(id) = cmd.committee {
        let found = committee::find(db, &Visibility::All, id).await?;
        found.ok_or(InvitationCommandError::NotFound)?;
    }
    let meant = meant(db, &cmd.rows).await?;
    let members: Vec<Member> = meant.iter().filter_map(|one| one.as_ref().ok().copied()).collect();
    let ours = match cmd.committee {
        Some(id) => Some(invitee::of_committee(db, id, &members).await?),
        None => None,
    };
    let open = store::open_of(db, &members, desk.now).await?;
    let bodies: Vec<_> = members.iter().map(|&member| rules::office_of(member).1).collect();
    let kept = grant::administrators(db, &bodies, desk.today).await?;
    let mut first: BTreeMap<Member, u32> = BTreeMap::new();
    let mut judged = Vec::with_capacity(meant.len());
    for (one, row) in meant.into_iter().zip(&cmd.rows) {
        let verdict = match one {
            Err(refusal) => Judged::Refused(refusal),
            Ok(member) => {
                let before = *first.entry(member).or_insert(row.row);
                let body = Some(rules::office_of(member).1);
                if before != row.row {
                    Judged::Refused(Refusal::Repeated(before))
                } else if ours.as_ref().is_some_and(|ours| !ours.contains(&member)) {
                    Judged::Refused(Refusal::Foreign)
                } else if let Some((found, hash)) = open.get(&member) {
                    Judged::Waits(Box::new(found.clone()), hash.clone())
                } else if kept.iter().any(|grant| grant.body == body) {
                    Judged::Joined
                } else {
                    match rules::check_contact(&row.contact) {
                        Ok(contact) => Judged::New(member, contact),
                        Err(error) => Judged::Refused(Refusal::Contact(error)),
                    }
                }
            }
        };
        judged.push(verdict);
    }
    Ok(judged)
}

/// Whom each row means: by credit code, where there is none by exact name.
async fn meant(
    db: &impl ConnectionTrait,
    rows: &[InvitationRow],
) -> Result<Vec<Result<Member, Refusal>>, StoreError> {
    let code = |row: &InvitationRow| row.credit_code.trim().to_uppercase();
    let codes: Vec<CreditCode> = rows.iter().filter_map(|row| code(row).parse().ok()).collect();
    let names: Vec<&str> =
        rows.iter().filter(|row| code(row).is_empty()).map(|row| row.name.trim()).collect();
    let by_code = invitee::by_code(db, &codes).await?;
    let by_name = invitee::by_name(db, &names).await?;
    let one = |row: &InvitationRow| {
        let (code, name) = (code(row), row.name.trim());
        let shown = |text: &str| text.chars().take(80).collect::<String>();
        if !code.is_empty() {
            let parsed: CreditCode = code.parse().map_err(Refusal::CreditCode)?;
            let found = by_code.get(parsed.as_str()).copied();
            return found.ok_or_else(|| Refusal::Unknown(shown(&code)));
        }
        if name.is_empty() {
            return Err(Refusal::Missing);
        }
        match by_name.get(&text::normalise(name)).map(Vec::as_slice) {
            None | Some([]) => Err(Refusal::Unknown(shown(name))),
            Some([member]) => Ok(*member),
            Some(_) => Err(Refusal::Ambiguous(shown(name))),
        }
    };
    Ok(rows.iter().map(one).collect())
}

/// Withdraws an invitation that waits.
///
/// # Errors
///
/// See [`InvitationCommandError`]; nothing is saved when an error is returned.
pub async fn withdraw(
    desk: &Desk,
    actor: &Actor,
    cmd: &WithdrawInvitation,
) -> Result<InvitationId, InvitationCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.id),
    };
    let found = ours(&change.tx, actor, cmd.id).await?;
    match store::withdraw(&change.tx, found.id, desk.now).await {
        Ok(()) => {}
        Err(StoreError::Stale) => {
            return Err(InvitationError::NotOpen(found.state(desk.now)).into());
        }
        Err(error) => return Err(error.into()),
    }
    change.finish("WithdrawInvitation", &wire(cmd.id), Touches::Nothing).await?;
    Ok(cmd.id)
}

/// Gives an invitation a new code and a new end, unless somebody came with it; whether it is new, or
/// the command was done before and its code is gone.
///
/// # Errors
///
/// See [`InvitationCommandError`]; nothing is saved when an error is returned.
pub async fn renew(
    desk: &Desk,
    actor: &Actor,
    cmd: &RenewInvitation,
    code: &JoinCode,
    pepper: &Pepper,
) -> Result<bool, InvitationCommandError> {
    let ends_at = rules::end(desk.now, cmd.days)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(false),
    };
    let found = ours(&change.tx, actor, cmd.id).await?;
    if found.claimed.is_some() {
        return Err(InvitationError::NotOpen(InvitationState::Claimed).into());
    }
    let (_, body) = rules::office_of(found.member);
    if !grant::administrators(&change.tx, &[body], desk.today).await?.is_empty() {
        return Err(InvitationCommandError::Joined);
    }
    let times = (desk.now, ends_at);
    match store::renew(&change.tx, &found, &pepper.hash(code), times).await {
        Ok(()) => {}
        Err(StoreError::Stale) => {
            return Err(InvitationError::NotOpen(InvitationState::Claimed).into());
        }
        Err(StoreError::Conflict(_)) => return Err(InvitationCommandError::Waits),
        Err(error) => return Err(error.into()),
    }
    change.finish("RenewInvitation", &wire(cmd.id), Touches::Nothing).await?;
    Ok(true)
}

/// The invitation, if the caller invites for its committee.
async fn ours(
    db: &impl ConnectionTrait,
    actor: &Actor,
    id: InvitationId,
) -> Result<Invitation, InvitationCommandError> {
    let found = store::find(db, &Visibility::All, id).await?;
    let found = found.filter(|found| rules::may_invite(actor, found.committee));
    found.ok_or(InvitationCommandError::NotFound)
}

/// Who came in, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Joined {
    /// Their account.
    pub account: AccountId,
    /// The grant they got.
    pub grant: GrantId,
}

/// Comes in with an invitation, as administrator of whoever was invited: with the account one is
/// signed in with, or with a new one.
///
/// Tries are counted for each address and slowed down, see [`lianmeng_domain::account::throttle`].
///
/// # Errors
///
/// See [`JoinError`]; nothing is saved when an error is returned.
pub async fn accept(
    desk: &Desk,
    known: Known<'_>,
    cmd: &AcceptInvitation,
    entrance: &Entrance,
    salt: &Secret,
) -> Result<Joined, JoinError> {
    let attempt = Try::new(desk, "invitation", &entrance.address).await?;
    let found = store::find_by_hash(&desk.db, &entrance.pepper.hash(&cmd.code)).await?;
    let Some(invitation) = found else {
        attempt.settle(desk, Outcome::Failed).await?;
        return Err(JoinError::NotFound);
    };
    let done = enter(desk, known, cmd, &invitation, salt).await;
    attempt.settle_by(desk, &done).await?;
    done
}

async fn enter(
    desk: &Desk,
    known: Known<'_>,
    cmd: &AcceptInvitation,
    invitation: &Invitation,
    salt: &Secret,
) -> Result<Joined, JoinError> {
    let (role, body) = rules::office_of(invitation.member);
    let newcomer = cmd.newcomer.as_ref();
    let comer = join::comer(desk, known, newcomer, Some(body.clone()), salt).await?;
    let actor = join::acting(known, wire(invitation.id));
    // The debug form of the command hides the code; the invitation stands for it.
    let command = ("AcceptInvitation", invitation.id, newcomer);
    let change = match command::begin(desk, &actor, &cmd.request_key, &command).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let id = replayed_id(&thing).ok_or(JoinError::NotFound)?;
            let found = grant::find(&desk.db, id).await?.ok_or(JoinError::NotFound)?;
            return Ok(Joined { account: found.account, grant: id });
        }
    };
    // Before anything is told about names: a code that is used up opens nothing.
    if invitation.state(desk.now) != InvitationState::Sent {
        return Err(JoinError::NotFound);
    }
    let (account, is_new) = comer.settle_in(&change.tx).await?;
    match store::claim(&change.tx, invitation.id, account, desk.now).await {
        Ok(()) => {}
        Err(StoreError::Stale) => return Err(JoinError::NotFound),
        Err(error) => return Err(error.into()),
    }
    let new = Grant {
        id: desk.mint(),
        account,
        role,
        body: Some(body),
        from_on: desk.today,
        until_on: None,
        is_default: is_new,
        is_administrator: true,
        may_export: false,
        revoked_at: None,
    };
    grant::insert(&change.tx, &new).await?;
    change.finish("AcceptInvitation", &wire(new.id), Touches::Nothing).await?;
    notify::access(desk, account);
    Ok(Joined { account, grant: new.id })
}
