//! Open biddings 揭榜挂帅 and scenarios 应用场景: a need whose public part everyone may read, answers that
//! stay sealed until a moment, and a choice by points with reasons.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::committee::Member;
use crate::ids::{BidId, NeedId};
use crate::need::{Need, NeedKind, NeedStage, rights};
use crate::words;

/// The whole: the weights of all criteria, and the total of a bid with full points in each.
pub const WHOLE: i32 = 10_000;
/// Most criteria.
pub const MAX_CRITERIA: usize = 10;
/// Longest name of a criterion in characters.
pub const MAX_NAME: usize = 50;
/// Longest text of a bid in characters.
pub const MAX_TEXT: usize = 20_000;
/// Longest reason in characters.
pub const MAX_REASON: usize = 2_000;
/// Most points in one criterion.
pub const MAX_POINTS: i32 = 100;

words! {
    /// Where a bidding stands.
    pub enum BiddingStage {
        /// Published 发榜; bids come in, and are looked at when their time is over.
        Open = "open",
        /// Decided 挂帅.
        Awarded = "awarded",
        /// Given up.
        Withdrawn = "withdrawn",
    }
}

/// What bids are judged by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Its name, 1 to 50 characters.
    pub name: String,
    /// Its weight in basis points; all together make [`WHOLE`].
    pub weight: i32,
}

/// A need put up for bidding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bidding {
    /// The need.
    pub need: NeedId,
    /// What bids are judged by, 1 to [`MAX_CRITERIA`].
    pub criteria: Vec<Criterion>,
    /// When it was published.
    pub opened_at: DateTime<Utc>,
    /// Moment until which bids come in; they stay sealed until then.
    pub bids_until: DateTime<Utc>,
    /// Where it stands.
    pub stage: BiddingStage,
    /// The bid that was chosen.
    pub awarded: Option<BidId>,
    /// Why it was chosen, or why the bidding was given up.
    pub reason: Option<String>,
    /// Raised by one with each save.
    pub version: i64,
}

impl Bidding {
    /// Whether bids may come in at `now`; they are sealed as long.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.stage == BiddingStage::Open && now < self.bids_until
    }
}

/// Points in one criterion, with their reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BidPoints {
    /// 0 to [`MAX_POINTS`].
    pub points: i32,
    /// Why, 1 to 2 000 characters.
    pub reason: String,
}

/// An answer to a bidding 揭榜.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bid {
    /// Its id.
    pub id: BidId,
    /// The need.
    pub need: NeedId,
    /// Who bids.
    pub bidder: Member,
    /// The plan, 1 to 20 000 characters.
    pub text: String,
    /// When it was last written.
    pub written_at: DateTime<Utc>,
    /// Points in the order of the criteria; empty until judged.
    pub points: Vec<BidPoints>,
    /// Raised by one with each save.
    pub version: i64,
}

/// The total of a judged bid in basis points: weights times points, rounded down. `None` until judged.
pub fn total(criteria: &[Criterion], bid: &Bid) -> Option<i32> {
    let is_judged = !bid.points.is_empty() && bid.points.len() == criteria.len();
    let parts = criteria.iter().zip(&bid.points);
    is_judged.then(|| parts.map(|(c, p)| c.weight * p.points).sum::<i32>() / MAX_POINTS)
}

/// Why a bidding or a bid was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BiddingError {
    /// The need is casework.
    #[error("a need of kind {0} is casework; bidding is for needs that seek a counterpart")]
    NotForBidding(NeedKind),
    /// The need is not in work.
    #[error("a need in stage {0} cannot be put up for bidding")]
    NeedStage(NeedStage),
    /// Nobody could read what is asked for.
    #[error("publish the need's summary first: bidders read the public part only")]
    NotPublished,
    /// Too many or too few criteria.
    #[error("{0} criteria; give 1 to {MAX_CRITERIA}")]
    CriterionCount(usize),
    /// A name that is empty, too long or there twice.
    #[error("criterion {0:?} has no name of 1 to {MAX_NAME} characters of its own")]
    CriterionName(String),
    /// Weights that make no whole.
    #[error("the weights make {0}; each is at least 1 and all together make {WHOLE} basis points")]
    Weights(i64),
    /// An end that is past.
    #[error("bids come in until {until}, which is past; now it is {now}")]
    UntilPast {
        /// The end given.
        until: DateTime<Utc>,
        /// The present.
        now: DateTime<Utc>,
    },
    /// Bids no longer, or not yet.
    #[error("bids came in until {until}; now it is {now}")]
    Closed {
        /// The end.
        until: DateTime<Utc>,
        /// The present.
        now: DateTime<Utc>,
    },
    /// Bids are sealed.
    #[error("bids are sealed until {until}; now it is {now}")]
    Sealed {
        /// The end.
        until: DateTime<Utc>,
        /// The present.
        now: DateTime<Utc>,
    },
    /// The bidding is over.
    #[error("the bidding is {0} already")]
    Over(BiddingStage),
    /// Who asks does not answer.
    #[error("the enterprise that asks cannot bid")]
    OwnNeed,
    /// A text that is empty or too long.
    #[error("{field} has {length} characters; it needs 1 to {max}")]
    TextLength {
        /// The field.
        field: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        max: usize,
    },
    /// Points for other criteria than there are.
    #[error("{given} points for {criteria} criteria; give one for each, in their order")]
    PointCount {
        /// How many were given.
        given: usize,
        /// How many criteria there are.
        criteria: usize,
    },
    /// Points out of range.
    #[error("{0} points; a criterion takes 0 to {MAX_POINTS}")]
    PointRange(i32),
    /// A choice before all were judged.
    #[error("{0} bids are not judged yet; a choice is made among judged bids")]
    NotJudged(usize),
    /// A choice of what is not there.
    #[error("no bid with this id was made for this need")]
    UnknownBid,
}

fn length(field: &'static str, text: &str, max: usize) -> Result<String, BiddingError> {
    let text = text.trim();
    let length = text.chars().count();
    if (1..=max).contains(&length) {
        return Ok(text.to_owned());
    }
    Err(BiddingError::TextLength { field, length, max })
}

/// Puts `need` up for bidding 发榜, until `until`.
///
/// # Errors
///
/// See [`BiddingError`].
pub fn open(
    need: &Need,
    criteria: &[Criterion],
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Bidding, BiddingError> {
    if !need.kind.is_matching() {
        return Err(BiddingError::NotForBidding(need.kind));
    }
    if !matches!(need.stage, NeedStage::Triaged | NeedStage::InProgress | NeedStage::Matching) {
        return Err(BiddingError::NeedStage(need.stage));
    }
    if !need.is_published {
        return Err(BiddingError::NotPublished);
    }
    if until <= now {
        return Err(BiddingError::UntilPast { until, now });
    }
    Ok(Bidding {
        need: need.id,
        criteria: checked(criteria)?,
        opened_at: now,
        bids_until: until,
        stage: BiddingStage::Open,
        awarded: None,
        reason: None,
        version: 1,
    })
}

fn checked(criteria: &[Criterion]) -> Result<Vec<Criterion>, BiddingError> {
    if !(1..=MAX_CRITERIA).contains(&criteria.len()) {
        return Err(BiddingError::CriterionCount(criteria.len()));
    }
    let mut names = BTreeSet::new();
    let mut trimmed = Vec::new();
    for Criterion { name, weight } in criteria {
        let own = name.trim();
        if !(1..=MAX_NAME).contains(&own.chars().count()) || !names.insert(own) {
            return Err(BiddingError::CriterionName(name.clone()));
        }
        trimmed.push(Criterion { name: own.to_owned(), weight: *weight });
    }
    let sum: i64 = criteria.iter().map(|criterion| i64::from(criterion.weight)).sum();
    if sum != i64::from(WHOLE) || criteria.iter().any(|criterion| criterion.weight < 1) {
        return Err(BiddingError::Weights(sum));
    }
    Ok(trimmed)
}

/// Checks that `bidder` may write a bid with this text at `now`, and gives the text without space
/// around it.
///
/// # Errors
///
/// [`BiddingError::Closed`], [`BiddingError::Over`], [`BiddingError::OwnNeed`], a text that is empty or
/// too long.
pub fn bid(
    bidding: &Bidding,
    need: &Need,
    bidder: Member,
    text: &str,
    now: DateTime<Utc>,
) -> Result<String, BiddingError> {
    live(bidding)?;
    if !bidding.is_open(now) {
        return Err(BiddingError::Closed { until: bidding.bids_until, now });
    }
    if bidder == Member::Enterprise(need.enterprise) {
        return Err(BiddingError::OwnNeed);
    }
    length("text", text, MAX_TEXT)
}

fn live(bidding: &Bidding) -> Result<(), BiddingError> {
    match bidding.stage {
        BiddingStage::Open => Ok(()),
        BiddingStage::Awarded | BiddingStage::Withdrawn => Err(BiddingError::Over(bidding.stage)),
    }
}

fn unsealed(bidding: &Bidding, now: DateTime<Utc>) -> Result<(), BiddingError> {
    live(bidding)?;
    if bidding.is_open(now) {
        return Err(BiddingError::Sealed { until: bidding.bids_until, now });
    }
    Ok(())
}

/// Judges a bid once bids are unsealed; judging again replaces the points.
///
/// # Errors
///
/// See [`BiddingError`].
pub fn judge(
    bidding: &Bidding,
    bid: &Bid,
    points: &[BidPoints],
    now: DateTime<Utc>,
) -> Result<Bid, BiddingError> {
    unsealed(bidding, now)?;
    if points.len() != bidding.criteria.len() {
        let criteria = bidding.criteria.len();
        return Err(BiddingError::PointCount { given: points.len(), criteria });
    }
    let mut given = Vec::new();
    for BidPoints { points, reason } in points {
        if !(0..=MAX_POINTS).contains(points) {
            return Err(BiddingError::PointRange(*points));
        }
        let reason = length("reason", reason, MAX_REASON)?;
        given.push(BidPoints { points: *points, reason });
    }
    Ok(Bid { points: given, ..bid.clone() })
}

/// Chooses one of `bids` 挂帅, for a reason; it need not be the one with most points, the reason says
/// why.
///
/// # Errors
///
/// See [`BiddingError`].
pub fn award(
    bidding: &Bidding,
    bids: &[Bid],
    chosen: BidId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<Bidding, BiddingError> {
    unsealed(bidding, now)?;
    if !bids.iter().any(|bid| bid.id == chosen) {
        return Err(BiddingError::UnknownBid);
    }
    let open = bids.iter().filter(|bid| total(&bidding.criteria, bid).is_none()).count();
    if open > 0 {
        return Err(BiddingError::NotJudged(open));
    }
    let reason = Some(length("reason", reason, MAX_REASON)?);
    let (stage, awarded) = (BiddingStage::Awarded, Some(chosen));
    Ok(Bidding { stage, awarded, reason, ..bidding.clone() })
}

/// Gives a bidding up, for a reason.
///
/// # Errors
///
/// [`BiddingError::Over`], a reason that is empty or too long.
pub fn withdraw(bidding: &Bidding, reason: &str) -> Result<Bidding, BiddingError> {
    live(bidding)?;
    let reason = Some(length("reason", reason, MAX_REASON)?);
    Ok(Bidding { stage: BiddingStage::Withdrawn, reason, ..bidding.clone() })
}

/// Whether `actor` puts `need` up for bidding, judges bids and chooses: the enterprise that asks, the
/// secretary of its committee, a coordinator.
pub fn may_judge(actor: &Actor, need: &Need) -> bool {
    rights::may_publish(actor, need)
}

/// For whom `actor` may bid on a need they see: their own enterprise or organisation.
pub fn bidder(actor: &Actor) -> Option<Member> {
    match actor.role {
        Role::Enterprise => actor.enterprise().map(Member::Enterprise),
        Role::DepartmentHandler => actor.organisation().map(Member::Organisation),
        Role::RotatingChair
        | Role::ServiceLiaison
        | Role::CommitteeSecretary
        | Role::DistrictHost
        | Role::Coordinator
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::SystemAdmin
        | Role::Public => None,
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::ids::EnterpriseId;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn need() -> Need {
        Need {
            kind: NeedKind::Scenario,
            stage: NeedStage::Triaged,
            is_published: true,
            ..Need::blank(NeedId::from(1), EnterpriseId::from(1), at(0))
        }
    }

    fn criteria(weights: &[i32]) -> Vec<Criterion> {
        let named = |(n, &weight): (usize, &i32)| Criterion { name: format!("标准{n}"), weight };
        weights.iter().enumerate().map(named).collect()
    }

    fn bid_of(number: u128, points: &[i32]) -> Bid {
        let reasons =
            points.iter().map(|&points| BidPoints { points, reason: "理由".to_owned() });
        Bid {
            id: BidId::from(number),
            need: NeedId::from(1),
            bidder: Member::Enterprise(EnterpriseId::from(number)),
            text: "方案".to_owned(),
            written_at: at(1),
            points: reasons.collect(),
            version: 1,
        }
    }

    #[test]
    fn what_is_put_up_is_published_and_its_weights_make_a_whole() {
        let open_with = |need: &Need, weights: &[i32], until| {
            open(need, &criteria(weights), until, at(1)).map(|_| ())
        };
        assert_eq!(open_with(&need(), &[7_000, 3_000], at(9)), Ok(()));
        let casework = Need { kind: NeedKind::Policy, ..need() };
        let cases = [
            (casework, vec![10_000], at(9), BiddingError::NotForBidding(NeedKind::Policy)),
            (
                Need { is_published: false, ..need() },
                vec![10_000],
                at(9),
                BiddingError::NotPublished,
            ),
            (
                Need { stage: NeedStage::Draft, ..need() },
                vec![10_000],
                at(9),
                BiddingError::NeedStage(NeedStage::Draft),
            ),
            (need(), vec![7_000, 2_000], at(9), BiddingError::Weights(9_000)),
            (need(), vec![10_001, -1], at(9), BiddingError::Weights(10_000)),
            (need(), vec![], at(9), BiddingError::CriterionCount(0)),
            (need(), vec![10_000], at(1), BiddingError::UntilPast { until: at(1), now: at(1) }),
        ];
        for (need, weights, until, error) in cases {
            assert_eq!(open_with(&need, &weights, until), Err(error));
        }
        let twice = [criteria(&[5_000]), criteria(&[5_000])].concat();
        let error = BiddingError::CriterionName("标准0".to_owned());
        assert_eq!(open(&need(), &twice, at(9), at(1)), Err(error));
    }

    #[test]
    fn bids_come_in_until_the_end_and_are_judged_after_it() {
        let bidding = open(&need(), &criteria(&[7_000, 3_000]), at(9), at(1)).unwrap();
        let firm = |n| Member::Enterprise(EnterpriseId::from(n));
        assert_eq!(bid(&bidding, &need(), firm(2), " 方案 ", at(8)), Ok("方案".to_owned()));
        assert_eq!(bid(&bidding, &need(), firm(1), "方案", at(8)), Err(BiddingError::OwnNeed));
        let closed = BiddingError::Closed { until: at(9), now: at(9) };
        assert_eq!(bid(&bidding, &need(), firm(2), "方案", at(9)), Err(closed));

        let fresh = bid_of(2, &[]);
        let points = bid_of(2, &[90, 60]).points;
        let sealed = BiddingError::Sealed { until: at(9), now: at(8) };
        assert_eq!(judge(&bidding, &fresh, &points, at(8)), Err(sealed));
        let judged = judge(&bidding, &fresh, &points, at(9)).unwrap();
        assert_eq!(total(&bidding.criteria, &judged), Some(8_100));
        assert_eq!(total(&bidding.criteria, &fresh), None);
        let short = BiddingError::PointCount { given: 1, criteria: 2 };
        assert_eq!(judge(&bidding, &fresh, &points[..1], at(9)), Err(short));
    }

    #[test]
    fn a_choice_is_made_among_judged_bids_with_a_reason_and_once() {
        let bidding = open(&need(), &criteria(&[10_000]), at(9), at(1)).unwrap();
        let bids = [bid_of(2, &[90]), bid_of(3, &[])];
        let choose = |bids: &[Bid], chosen, reason| {
            award(&bidding, bids, BidId::from(chosen), reason, at(9))
        };
        assert_eq!(choose(&bids, 2, "最优"), Err(BiddingError::NotJudged(1)));
        let bids = [bid_of(2, &[90]), bid_of(3, &[95])];
        assert_eq!(choose(&bids, 4, "最优"), Err(BiddingError::UnknownBid));
        assert!(matches!(choose(&bids, 2, " "), Err(BiddingError::TextLength { .. })));
        let done = choose(&bids, 2, "有本地服务团队").unwrap();
        assert_eq!((done.stage, done.awarded), (BiddingStage::Awarded, Some(BidId::from(2))));
        let over = BiddingError::Over(BiddingStage::Awarded);
        assert_eq!(award(&done, &bids, BidId::from(3), "改", at(9)), Err(over.clone()));
        assert_eq!(withdraw(&done, "撤"), Err(over));
    }
}
