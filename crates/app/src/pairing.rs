//! Pairings: planning the best set of them, making it so, renewing and ending.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{ChainCommitteeId, Id as _, PairingId};
use lianmeng_domain::pairing::{self as rules, Pairing, PairingError, PairingKind, PairingStage};
use lianmeng_domain::policy;
use lianmeng_store::{StoreError, pairing};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

pub mod pattern;
pub(crate) mod people;
mod plan;
mod solve;
pub mod whatif;
mod words;

pub use plan::{
    DemandKind, Envy, Exposure, Fair, Fairness, Group, MAX_PAIRS, MAX_SIDE, PairingPlan,
    PairingRules, PlanChanges, PlanDemand, PlanPairings, PlanStatus, PlannedPair, Previous,
    Shortage, Wish, plan,
};

/// Two to pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Couple {
    /// Side A.
    pub a: Member,
    /// Side B.
    pub b: Member,
}

/// Makes pairings, all or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatePairings {
    /// What kind.
    pub kind: PairingKind,
    /// The committee that keeps them.
    pub committee: Option<ChainCommitteeId>,
    /// Whom.
    pub couples: Vec<Couple>,
    /// First day; today if left out.
    pub from_on: Option<NaiveDate>,
    /// Last day; no end if left out.
    pub until_on: Option<NaiveDate>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// What is done with a pairing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairingDeed {
    /// Go on until a day, or without an end.
    Renew(Option<NaiveDate>),
    /// End today.
    End,
}

/// Moves a pairing on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovePairing {
    /// Which.
    pub pairing: PairingId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What is done.
    pub deed: PairingDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why pairings were not planned or changed.
#[derive(Debug, Error)]
pub enum PairingCommandError {
    /// No such pairing or committee that the caller may act for.
    #[error("no pairing or committee with this id that you may act for")]
    NotFound,
    /// A member does not exist.
    #[error("an enterprise or organisation of the list does not exist")]
    UnknownReference,
    /// Somebody stands twice, on one side or on both.
    #[error("somebody stands twice; list everyone once, on one side")]
    Repeated,
    /// A minimum above the maximum.
    #[error("a minimum of {min} is above the maximum of {max}")]
    Bounds {
        /// The minimum.
        min: u64,
        /// The maximum.
        max: u64,
    },
    /// More members than are planned at once.
    #[error("a side has {0} members; a plan takes at most {MAX_SIDE}")]
    TooMany(usize),
    /// More pairs than are planned at once.
    #[error("the maximums allow {0} pairs; a plan has at most {MAX_PAIRS}, so lower some")]
    TooManyPairs(u64),
    /// A rule names somebody who is on no side.
    #[error("{0} names somebody who is not on the side of the plan it says")]
    NotListed(&'static str),
    /// A share above the whole.
    #[error("{0} is no share; give 0 to 10000 basis points")]
    BasisPoints(u64),
    /// Fewest changes and equal chances at once.
    #[error(
        "previous and fairness exclude each other: few changes keep the chances as they are; plan \
         with one of them"
    )]
    TwoAims,
    /// There is no such pattern.
    #[error("there is no pairing pattern {0:?}; pairingPatterns lists them")]
    UnknownPattern(String),
    /// Somebody fits no role of the pattern.
    #[error("the pattern {pattern} has no place on side {side} for {}", listed(.names))]
    Misfits {
        /// Its name.
        pattern: String,
        /// The side, `a` or `b`.
        side: &'static str,
        /// Names of those who do not fit.
        names: Vec<String>,
    },
    /// The engine stopped.
    #[error("the engine stopped: {0}")]
    Engine(String),
    /// A rule of pairings.
    #[error(transparent)]
    Rule(#[from] PairingError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

/// At most ten names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<&str> = names.iter().take(SHOWN).map(String::as_str).collect();
    let more = names.len().saturating_sub(SHOWN);
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}

impl From<StoreError> for PairingCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::UnknownReference,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Makes pairings, all or none. The committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`PairingCommandError`]; nothing is saved when an error is returned.
pub async fn create(
    desk: &Desk,
    actor: &Actor,
    cmd: &CreatePairings,
) -> Result<Vec<PairingId>, PairingCommandError> {
    if !rules::may_keep(actor, cmd.committee) {
        return Err(PairingCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return Ok(replayed_all(&thing)),
    };
    let mut ids = Vec::with_capacity(cmd.couples.len());
    for couple in &cmd.couples {
        let pairing = Pairing {
            id: desk.mint(),
            suggestion: None,
            committee: cmd.committee,
            kind: cmd.kind,
            a: couple.a,
            b: couple.b,
            stage: PairingStage::Active,
            from_on: cmd.from_on.unwrap_or(desk.today),
            until_on: cmd.until_on,
            version: 1,
        };
        rules::check(&pairing)?;
        pairing::insert(&change.tx, &pairing).await?;
        ids.push(pairing.id);
    }
    let things: Vec<String> = ids.iter().map(|id| wire(*id)).collect();
    change.finish("CreatePairings", &things.join(" "), Touches::Nothing).await?;
    Ok(ids)
}

/// Renews or ends a pairing. The committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`PairingCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MovePairing,
) -> Result<PairingId, PairingCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            return command::replayed_id(&thing).ok_or(PairingCommandError::NotFound);
        }
    };
    let sees = policy::visibility(actor);
    let found = pairing::find_many(&change.tx, &sees, &[cmd.pairing]).await?.pop();
    let found = found.filter(|pairing| rules::may_keep(actor, pairing.committee));
    let found = found.ok_or(PairingCommandError::NotFound)?;
    let found = Pairing { version: cmd.version.unwrap_or(found.version), ..found };
    let (moved, action) = match cmd.deed {
        PairingDeed::Renew(until_on) => (rules::renew(&found, until_on)?, "RenewPairing"),
        PairingDeed::End => (rules::end(&found, desk.today)?, "EndPairing"),
    };
    pairing::save(&change.tx, &moved).await?;
    let change = change.noting(pairing::diff(Some(&found), &moved));
    change.finish(action, &wire(found.id), Touches::Nothing).await?;
    Ok(found.id)
}

fn wire(id: PairingId) -> String {
    format!("{}:{id}", PairingId::TAG)
}

fn replayed_all(things: &str) -> Vec<PairingId> {
    things.split(' ').filter_map(command::replayed_id).collect()
}
