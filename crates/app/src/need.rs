//! Needs from the first draft to the closing: one command per step, one function for them all.

use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_backplane::bus::Topic;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::calendar::CalendarError;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, Id as _, NeedId};
use lianmeng_domain::industry::IndustryKey;
use lianmeng_domain::need::call::WhistleOrder;
use lianmeng_domain::need::rights::{self, Authorship};
use lianmeng_domain::need::rules::{self, DispatchOrder, Verdict};
use lianmeng_domain::need::{
    Exclusion, Need, NeedChannel, NeedError, NeedKind, NeedStage, NeedStep, Rating, SendBack,
};
use lianmeng_domain::need::{lapse, merge as merging};
use lianmeng_domain::notice::{self, Audience, NoticeKind};
use lianmeng_domain::policy::{self, Visibility};
use lianmeng_domain::region::{Place, RegionCode};
use lianmeng_domain::supervision::is_on_its_way;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, enterprise, need, supervision};
use sea_orm::DatabaseTransaction;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;
use crate::job;

mod due;
mod joint;
mod tend;

pub use joint::{MergeNeed, MirrorNeed, WriteNote, merge, mirror, write_note};
pub use tend::tend;

/// What a person writes into a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedCard {
    /// The enterprise that asks.
    pub enterprise: EnterpriseId,
    /// The committee it goes to, if known.
    pub committee: Option<ChainCommitteeId>,
    /// What is asked for.
    pub kind: NeedKind,
    /// Title.
    pub title: String,
    /// What everyone may read once published.
    pub public_summary: String,
    /// What only the parties may read.
    pub body: String,
    /// How it came in.
    pub channel: NeedChannel,
    /// Who of the enterprise agreed, how and when, where somebody else writes.
    pub consent: Option<String>,
    /// Where it arose; the place of the enterprise where left out.
    pub region: Option<RegionCode>,
    /// The industry it concerns; that of the enterprise where left out.
    pub industry: Option<IndustryKey>,
}

/// Writes a need as a draft, or hands it in at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteNeed {
    /// What is written.
    pub card: NeedCard,
    /// Hands it in at once.
    pub submits: bool,
    /// Whether the writer confirms that it holds no state secret.
    pub confirms_no_secret: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What is done with a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NeedDeed {
    /// Hand a draft in; the writer confirms that it holds no state secret.
    Submit {
        /// Whether they do.
        confirms_no_secret: bool,
    },
    /// Refuse to take it in.
    Exclude(Exclusion),
    /// Take it in, for this committee or the one it names.
    Triage(Option<ChainCommitteeId>),
    /// Send it to a unit.
    Dispatch(DispatchOrder),
    /// Take it on.
    Accept,
    /// Send it back, with a reason and the unit that should have it.
    SendBack(SendBack),
    /// Begin work.
    Start,
    /// Call in other units.
    Whistle(WhistleOrder),
    /// Follow the call, with words if wanted.
    CheckIn(Option<String>),
    /// Seek a counterpart.
    Seek,
    /// Let it rest until a day, for a reason.
    Suspend(NaiveDate, String),
    /// Go on after a rest.
    Resume,
    /// Answer it.
    Answer(String),
    /// Rate the answer; a liaison does so with a record of the enterprise's consent.
    Rate(Rating, Option<String>),
    /// Take it up again.
    Reopen,
    /// Say that it is still needed.
    Confirm,
    /// Undo a merging.
    Unmerge,
    /// Close it.
    Close,
    /// Publish title and summary; a summary given replaces the old one.
    Publish(Option<String>),
}

/// Moves a need on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveNeed {
    /// Which.
    pub need: NeedId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What is done.
    pub deed: NeedDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a need was not written or moved on.
#[derive(Debug, Error)]
pub enum NeedCommandError {
    /// No such need that the caller may move on so.
    #[error("no need with this id that you may change in this way")]
    NotFound,
    /// No such enterprise that the caller may write for.
    #[error("no enterprise with this id that you may write for")]
    EnterpriseNotFound,
    /// The committee, unit or place does not exist.
    #[error("committee, unit or place does not exist")]
    UnknownReference,
    /// No such need to merge with that the caller may dispose of.
    #[error("no need with this id that you may merge into")]
    TargetNotFound,
    /// The city's number stands on another need.
    #[error("another need has this number of the city platform")]
    NumberTaken,
    /// No moment was given by which to answer, and the calendar does not reach far enough.
    #[error("{0}; or give the moment by which the need must be answered")]
    NoCalendar(CalendarError),
    /// A rule of needs.
    #[error(transparent)]
    Rule(#[from] NeedError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for NeedCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::UnknownReference,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// A command that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Just now; the need as it was saved, which the caller reads in full.
    Now(Box<Need>),
    /// The need must be read to know what of it the caller may see: the command was done before, or
    /// took it out of the caller's sight.
    Read(NeedId),
}

impl Done {
    /// Which need.
    pub fn id(&self) -> NeedId {
        match self {
            Self::Now(need) => need.id,
            Self::Read(id) => *id,
        }
    }

    /// Spares reading a need back where it is certain what the caller may read of it.
    fn of(actor: &Actor, need: Need) -> Self {
        let is_theirs = match policy::reading(actor) {
            Visibility::All => true,
            Visibility::Enterprise(id) => need.enterprise == id,
            Visibility::Committee(_)
            | Visibility::Region(_)
            | Visibility::Zone(_)
            | Visibility::Group(_)
            | Visibility::Organisation(_)
            | Visibility::Published
            | Visibility::Nothing => false,
        };
        if is_theirs { Self::Now(Box::new(need)) } else { Self::Read(need.id) }
    }
}

/// Writes a need: the enterprise itself, or a coordinator or its committee's secretary on its
/// behalf, which is marked.
///
/// # Errors
///
/// See [`NeedCommandError`]; nothing is saved when an error is returned.
pub async fn write(desk: &Desk, actor: &Actor, cmd: &WriteNeed) -> Result<Done, NeedCommandError> {
    let card = &cmd.card;
    let Some(authorship) = rights::may_write(actor, card.enterprise, card.committee) else {
        return Err(NeedCommandError::EnterpriseNotFound);
    };
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let mut need = draft(desk, &change.tx, card).await?;
    need.is_proxy = authorship == Authorship::Proxy;
    rules::check_texts(&need)?;
    if cmd.submits {
        need = rules::submit(&need, cmd.confirms_no_secret, desk.now)?;
    }
    need::insert(&change.tx, &need).await?;
    let action = if cmd.submits { "SubmitNeed" } else { "DraftNeed" };
    let audiences = if cmd.submits { notice::of_step(NeedStep::Submit, &need) } else { Vec::new() };
    let change = change.noting(need::diff(None, &need)).telling(&need.title, audiences);
    change.finish(action, &wire(need.id), Touches::Nothing).await?;
    Ok(Done::of(actor, need))
}

/// Moves a need on by one deed.
///
/// # Errors
///
/// See [`NeedCommandError`]; nothing is saved when an error is returned. A need the caller may not
/// move on so does not exist for them.
pub async fn advance(desk: &Desk, actor: &Actor, cmd: &MoveNeed) -> Result<Done, NeedCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    let eyes = Eyes { sees: &sees, reads: &reads, ..Eyes::ALL };
    let found = need::find(&change.tx, eyes, cmd.need).await?.filter(|seen| seen.is_full);
    let need = found.map(|seen| seen.need).filter(|need| may(actor, &cmd.deed, need));
    let need = need.ok_or(NeedCommandError::NotFound)?;
    let need = Need { version: cmd.version.unwrap_or(need.version), ..need };
    // Three ask the database besides; the others are rules alone.
    let moved = if let NeedDeed::Whistle(order) = &cmd.deed {
        joint::whistle(&change.tx, &need, order, desk.now).await?
    } else if let NeedDeed::CheckIn(note) = &cmd.deed {
        joint::check_in(&change.tx, actor, &need, note.as_deref(), desk.now).await?
    } else if let NeedDeed::Dispatch(order) = &cmd.deed {
        due::dispatch(&change.tx, &need, order, desk.now).await?
    } else {
        apply(actor, &need, &cmd.deed, desk)?
    };
    save(&change.tx, &need, &moved, desk.now).await?;
    if matches!(cmd.deed, NeedDeed::Seek) {
        job::seek(&change.tx, desk, actor, need.id).await?;
    }
    let saved = Need { version: moved.version + 1, ..moved };
    let mut audiences = news(&cmd.deed, &saved);
    if matches!(cmd.deed, NeedDeed::Answer(_)) {
        let following = need::following(&change.tx, saved.id).await?;
        audiences.extend(notice::followers(&following));
    }
    let change = change.noting(need::diff(Some(&need), &saved)).telling(&saved.title, audiences);
    change.finish(action(&cmd.deed), &wire(need.id), Touches::Nothing).await?;
    if matches!(cmd.deed, NeedDeed::Seek) {
        desk.bus.publish(Topic::Job, String::new());
    }
    Ok(Done::of(actor, saved))
}

/// Saves what became of `before`; a need that is over is under supervision no longer.
async fn save(
    tx: &DatabaseTransaction,
    before: &Need,
    after: &Need,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    need::save(tx, after).await?;
    if is_on_its_way(before.stage) && !is_on_its_way(after.stage) {
        supervision::end(tx, before.id, now).await?;
    }
    Ok(())
}

/// Who is told what of a deed; a poor rating takes the need up again.
fn news(deed: &NeedDeed, saved: &Need) -> Vec<Audience> {
    if let NeedDeed::Whistle(order) = deed {
        return notice::units(&order.units, NoticeKind::NeedWhistled);
    }
    match step(deed) {
        Some(NeedStep::Rate) if saved.stage == NeedStage::Reopened => {
            notice::of_step(NeedStep::Reopen, saved)
        }
        Some(step) => notice::of_step(step, saved),
        None => Vec::new(),
    }
}

/// The step of a deed; publishing and confirming are none.
const fn step(deed: &NeedDeed) -> Option<NeedStep> {
    Some(match deed {
        NeedDeed::Submit { .. } => NeedStep::Submit,
        NeedDeed::Exclude(_) => NeedStep::Exclude,
        NeedDeed::Triage(_) => NeedStep::Triage,
        NeedDeed::Dispatch(_) => NeedStep::Dispatch,
        NeedDeed::Accept => NeedStep::Accept,
        NeedDeed::SendBack(_) => NeedStep::SendBack,
        NeedDeed::Start => NeedStep::Start,
        NeedDeed::Whistle(_) => NeedStep::Whistle,
        NeedDeed::CheckIn(_) => NeedStep::CheckIn,
        NeedDeed::Seek => NeedStep::Seek,
        NeedDeed::Suspend(..) => NeedStep::Suspend,
        NeedDeed::Resume => NeedStep::Resume,
        NeedDeed::Answer(_) => NeedStep::Answer,
        NeedDeed::Rate(..) => NeedStep::Rate,
        NeedDeed::Reopen => NeedStep::Reopen,
        NeedDeed::Close => NeedStep::Close,
        NeedDeed::Unmerge => NeedStep::Unmerge,
        NeedDeed::Confirm | NeedDeed::Publish(_) => return None,
    })
}

fn may(actor: &Actor, deed: &NeedDeed, need: &Need) -> bool {
    match (step(deed), deed) {
        (Some(step), _) => rights::may_take(actor, step, need),
        (None, NeedDeed::Confirm) => rights::may_confirm(actor, need),
        (None, _) => rights::may_publish(actor, need),
    }
}

fn apply(actor: &Actor, need: &Need, deed: &NeedDeed, desk: &Desk) -> Result<Need, NeedError> {
    let now = desk.now;
    match deed {
        NeedDeed::Submit { confirms_no_secret } => rules::submit(need, *confirms_no_secret, now),
        NeedDeed::Exclude(reason) => rules::exclude(need, *reason, now),
        NeedDeed::Triage(committee) => rules::triage(need, *committee),
        NeedDeed::Dispatch(order) => rules::dispatch(need, order, now),
        NeedDeed::Accept => rules::accept(need, now),
        NeedDeed::SendBack(back) => rules::send_back(need, back),
        NeedDeed::Start => rules::start(need, now),
        // What else these two change is done where they are called.
        NeedDeed::Whistle(_) => rules::advance(need, NeedStep::Whistle),
        NeedDeed::CheckIn(_) => rules::advance(need, NeedStep::CheckIn),
        NeedDeed::Seek => rules::seek(need),
        NeedDeed::Suspend(until, reason) => rules::suspend(need, (*until, reason), desk.today),
        NeedDeed::Resume => rules::resume(need),
        NeedDeed::Answer(text) => rules::answer(need, text, now),
        NeedDeed::Rate(rating, consent) => {
            let consent = match rights::may_rate(actor, need) {
                Some(Authorship::Proxy) => Some(consent.clone().ok_or(NeedError::ConsentMissing)?),
                Some(Authorship::Own) | None => None,
            };
            rules::rate(need, &Verdict { rating: *rating, consent }, now)
        }
        NeedDeed::Reopen => rules::reopen(need),
        NeedDeed::Close => rules::close(need, now),
        NeedDeed::Unmerge => merging::unmerge(need),
        NeedDeed::Confirm => lapse::confirm(need, now),
        NeedDeed::Publish(summary) => rules::publish(need, summary.as_deref()),
    }
}

/// The command's name in the audit log.
const fn action(deed: &NeedDeed) -> &'static str {
    match deed {
        NeedDeed::Submit { .. } => "SubmitNeed",
        NeedDeed::Exclude(_) => "ExcludeNeed",
        NeedDeed::Triage(_) => "TriageNeed",
        NeedDeed::Dispatch(_) => "DispatchNeed",
        NeedDeed::Accept => "AcceptNeed",
        NeedDeed::SendBack(_) => "SendBackNeed",
        NeedDeed::Start => "StartNeed",
        NeedDeed::Whistle(_) => "WhistleNeed",
        NeedDeed::CheckIn(_) => "CheckInNeed",
        NeedDeed::Seek => "SeekNeed",
        NeedDeed::Suspend(..) => "SuspendNeed",
        NeedDeed::Resume => "ResumeNeed",
        NeedDeed::Answer(_) => "AnswerNeed",
        NeedDeed::Rate(..) => "RateNeed",
        NeedDeed::Reopen => "ReopenNeed",
        NeedDeed::Confirm => "ConfirmNeed",
        NeedDeed::Unmerge => "UnmergeNeed",
        NeedDeed::Close => "CloseNeed",
        NeedDeed::Publish(_) => "PublishNeed",
    }
}

fn wire(id: NeedId) -> String {
    format!("{}:{id}", NeedId::TAG)
}

fn replayed(thing: &str) -> Result<Done, NeedCommandError> {
    command::replayed_id(thing).map(Done::Read).ok_or(NeedCommandError::NotFound)
}

/// A draft with what the card leaves out taken from the enterprise.
async fn draft(
    desk: &Desk,
    tx: &DatabaseTransaction,
    card: &NeedCard,
) -> Result<Need, NeedCommandError> {
    let near = desk.near(0).and_then(|near| near.get::<EnterpriseId, Enterprise>(&card.enterprise));
    let enterprise = match near {
        Some(near) => near,
        None => enterprise::find(tx, &Visibility::All, card.enterprise)
            .await?
            .ok_or(NeedCommandError::EnterpriseNotFound)?,
    };
    let home = match enterprise.place {
        Some(Place::Region(code)) => Some(code),
        Some(Place::Zone(_)) | None => None,
    };
    Ok(Need {
        committee: card.committee,
        kind: card.kind,
        title: card.title.trim().to_owned(),
        public_summary: card.public_summary.trim().to_owned(),
        body: card.body.trim().to_owned(),
        channel: card.channel,
        consent: card.consent.as_deref().map(|consent| consent.trim().to_owned()),
        region: card.region.or(home),
        industry: card.industry.clone().or(enterprise.industry),
        ..Need::blank(desk.mint(), card.enterprise, desk.now)
    })
}
