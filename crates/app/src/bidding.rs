//! Open biddings: putting a need up, bidding, judging, choosing.

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::bidding::{self as rules, Bid, BidPoints, Bidding, BiddingError, Criterion};
use lianmeng_domain::ids::{BidId, Id as _, NeedId};
use lianmeng_domain::need::Need;
use lianmeng_domain::policy;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{StoreError, bidding, need};
use sea_orm::DatabaseTransaction;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// What is done with the bidding of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BiddingDeed {
    /// Put the need up, with these criteria and until this moment.
    Open(Vec<Criterion>, DateTime<Utc>),
    /// Bid for the caller's own body, or write its bid anew.
    Bid(String),
    /// Take the own bid back.
    TakeBack,
    /// Judge a bid: points and reasons in the order of the criteria.
    Judge(BidId, Vec<BidPoints>),
    /// Choose a bid, for a reason.
    Award(BidId, String),
    /// Give the bidding up, for a reason.
    Withdraw(String),
}

/// Does something with the bidding of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveBidding {
    /// The need.
    pub need: NeedId,
    /// What is done.
    pub deed: BiddingDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why nothing was done.
#[derive(Debug, Error)]
pub enum BiddingCommandError {
    /// No such need with which the caller may do that.
    #[error("no need with this id that you may change in this way")]
    NotFound,
    /// The need is not up for bidding.
    #[error("the need is not up for bidding")]
    NoBidding,
    /// It is or was up for bidding.
    #[error("the need is or was up for bidding already")]
    BiddingExists,
    /// A rule of biddings.
    #[error(transparent)]
    Rule(#[from] BiddingError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for BiddingCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Does something with the bidding of a need and gives the need's id.
///
/// # Errors
///
/// See [`BiddingCommandError`]; nothing is saved when an error is returned.
pub async fn advance(
    desk: &Desk,
    actor: &Actor,
    cmd: &MoveBidding,
) -> Result<NeedId, BiddingCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(cmd.need),
    };
    let need = seen(&change.tx, actor, cmd).await?;
    let action = match &cmd.deed {
        BiddingDeed::Open(criteria, until) => {
            let opened = rules::open(&need, criteria, *until, desk.now)?;
            match bidding::insert(&change.tx, &opened).await {
                Err(StoreError::Conflict(_)) => return Err(BiddingCommandError::BiddingExists),
                saved => saved?,
            }
            "OpenBidding"
        }
        BiddingDeed::Bid(text) => {
            bid(&change.tx, desk, actor, &need, text).await?;
            "Bid"
        }
        BiddingDeed::TakeBack => {
            take_back(&change.tx, desk, actor, &need).await?;
            "TakeBidBack"
        }
        BiddingDeed::Judge(chosen, points) => {
            judge(&change.tx, desk, actor, cmd.need, (*chosen, points)).await?;
            "JudgeBid"
        }
        BiddingDeed::Award(chosen, reason) => {
            let standing = standing(&change.tx, cmd.need).await?;
            let bids = readable(&change.tx, desk, actor, cmd.need).await?;
            let awarded = rules::award(&standing, &bids, *chosen, reason, desk.now)?;
            bidding::save(&change.tx, &awarded).await?;
            "AwardBidding"
        }
        BiddingDeed::Withdraw(reason) => {
            let withdrawn = rules::withdraw(&standing(&change.tx, cmd.need).await?, reason)?;
            bidding::save(&change.tx, &withdrawn).await?;
            "WithdrawBidding"
        }
    };
    let thing = format!("{}:{}", NeedId::TAG, cmd.need);
    change.finish(action, &thing, Touches::Nothing).await?;
    Ok(cmd.need)
}

/// The need, if the caller may do with its bidding what they want to: who judges reads it in full, who
/// bids sees it.
async fn seen(
    tx: &DatabaseTransaction,
    actor: &Actor,
    cmd: &MoveBidding,
) -> Result<Need, BiddingCommandError> {
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    let found = need::find(tx, Eyes { sees: &sees, reads: &reads, ..Eyes::ALL }, cmd.need).await?;
    let is_theirs = found.as_ref().is_some_and(|seen| match &cmd.deed {
        BiddingDeed::Bid(_) | BiddingDeed::TakeBack => rules::bidder(actor).is_some(),
        BiddingDeed::Open(..)
        | BiddingDeed::Judge(..)
        | BiddingDeed::Award(..)
        | BiddingDeed::Withdraw(_) => seen.is_full && rules::may_judge(actor, &seen.need),
    });
    let found = found.filter(|_| is_theirs);
    found.map(|seen| seen.need).ok_or(BiddingCommandError::NotFound)
}

async fn standing(tx: &DatabaseTransaction, need: NeedId) -> Result<Bidding, BiddingCommandError> {
    bidding::of_needs(tx, &[need]).await?.pop().ok_or(BiddingCommandError::NoBidding)
}

async fn readable(
    tx: &DatabaseTransaction,
    desk: &Desk,
    actor: &Actor,
    need: NeedId,
) -> Result<Vec<Bid>, BiddingCommandError> {
    let (sees, reads) = (policy::visibility(actor), policy::reading(actor));
    Ok(bidding::bids_of(tx, Eyes { sees: &sees, reads: &reads, ..Eyes::ALL }, &[need], desk.now)
        .await?)
}

async fn bid(
    tx: &DatabaseTransaction,
    desk: &Desk,
    actor: &Actor,
    need: &Need,
    text: &str,
) -> Result<(), BiddingCommandError> {
    let bidder = rules::bidder(actor).ok_or(BiddingCommandError::NotFound)?;
    let standing = standing(tx, need.id).await?;
    let text = rules::bid(&standing, need, bidder, text, desk.now)?;
    if let Some(before) = bidding::bid_by(tx, need.id, bidder).await? {
        let anew = Bid { text, written_at: desk.now, ..before };
        return Ok(bidding::save_bid(tx, &anew).await?);
    }
    let new = Bid {
        id: desk.mint(),
        need: need.id,
        bidder,
        text,
        written_at: desk.now,
        points: Vec::new(),
        version: 1,
    };
    match bidding::insert_bid(tx, &new).await {
        // A colleague was faster.
        Err(StoreError::Conflict(_)) => Err(StoreError::Stale.into()),
        saved => Ok(saved?),
    }
}

async fn take_back(
    tx: &DatabaseTransaction,
    desk: &Desk,
    actor: &Actor,
    need: &Need,
) -> Result<(), BiddingCommandError> {
    let bidder = rules::bidder(actor).ok_or(BiddingCommandError::NotFound)?;
    let standing = standing(tx, need.id).await?;
    let own = bidding::bid_by(tx, need.id, bidder).await?;
    let own = own.ok_or(BiddingCommandError::Rule(BiddingError::UnknownBid))?;
    rules::bid(&standing, need, bidder, &own.text, desk.now)?;
    bidding::remove_bid(tx, own.id).await?;
    Ok(())
}

async fn judge(
    tx: &DatabaseTransaction,
    desk: &Desk,
    actor: &Actor,
    need: NeedId,
    verdict: (BidId, &[BidPoints]),
) -> Result<(), BiddingCommandError> {
    let (chosen, points) = verdict;
    let standing = standing(tx, need).await?;
    if standing.is_open(desk.now) {
        let until = standing.bids_until;
        return Err(BiddingError::Sealed { until, now: desk.now }.into());
    }
    let bids = readable(tx, desk, actor, need).await?;
    let bid = bids.into_iter().find(|bid| bid.id == chosen).ok_or(BiddingError::UnknownBid)?;
    let judged = rules::judge(&standing, &bid, points, desk.now)?;
    bidding::save_bid(tx, &judged).await?;
    Ok(())
}
