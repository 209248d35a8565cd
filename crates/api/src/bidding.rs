//! Open biddings in GraphQL. What of a bid is sealed never leaves the database.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Datelike as _, Utc};
use lianmeng_app::bidding::{self as app, BiddingCommandError, BiddingDeed, MoveBidding};
use lianmeng_domain::bidding::{
    self as rules, Bid, BidPoints, Bidding, BiddingError, BiddingStage, Criterion,
};
use lianmeng_domain::ids::NeedId;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::loader::need::{BidsOf, WinnerOf};
use crate::need::NeedNode;
use crate::need::change::NeedPayload;
use crate::organisation::MemberNode;
use crate::scalars::is_usual;
use crate::scope::Scope;

/// Where a bidding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "BiddingStage", remote = "BiddingStage")]
pub enum BiddingStageWord {
    /// Published (发榜); bids come in, and are looked at when their time is over.
    Open,
    /// Decided (挂帅).
    Awarded,
    /// Given up.
    Withdrawn,
}

/// What bids are judged by.
#[derive(Debug, Clone)]
pub struct BidCriterionNode(Criterion);

/// What bids are judged by (评审标准).
#[Object(name = "BidCriterion")]
impl BidCriterionNode {
    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its weight in basis points; all together make 10 000.
    async fn weight_basis_points(&self) -> i32 {
        self.0.weight
    }
}

/// A bidding as clients see it.
#[derive(Debug, Clone)]
pub struct BiddingNode(pub Bidding);

/// A need put up for open bidding (揭榜挂帅), or a scenario (应用场景) others may answer. Who sees the need
/// sees this.
#[Object(name = "OpenBidding")]
impl BiddingNode {
    /// What bids are judged by.
    async fn criteria(&self) -> Vec<BidCriterionNode> {
        self.0.criteria.iter().cloned().map(BidCriterionNode).collect()
    }

    /// When it was published (发榜).
    async fn opened_at(&self) -> DateTime<Utc> {
        self.0.opened_at
    }

    /// Moment until which bids come in; they stay sealed until then.
    async fn bids_until(&self) -> DateTime<Utc> {
        self.0.bids_until
    }

    /// Where it stands.
    async fn stage(&self) -> BiddingStageWord {
        self.0.stage.into()
    }

    /// Who was chosen (挂帅); null until then.
    async fn awarded_to(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        let scope = Scope::of(ctx)?;
        let Some(chosen) = self.0.awarded else { return Ok(None) };
        let Some(winner) = scope.few(WinnerOf(chosen)).await?.pop() else { return Ok(None) };
        Ok(MemberNode::find(scope, winner).await?)
    }

    /// Why that bid was chosen, or why the bidding was given up; null until then.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Bids (揭榜) you may read, in the order they came in, at most 1 000: your own at any time; all of
    /// them from the end of the bidding on, if you read the need in full.
    async fn bids(&self, ctx: &Context<'_>) -> Result<Vec<BidNode>> {
        let scope = Scope::of(ctx)?;
        let bids = scope.few(BidsOf(self.0.need, scope.desk.now)).await?;
        let criteria = &self.0.criteria;
        Ok(bids
            .into_iter()
            .map(|bid| BidNode { total: rules::total(criteria, &bid), bid })
            .collect())
    }
}

/// A bid as clients see it.
#[derive(Debug, Clone)]
pub struct BidNode {
    bid: Bid,
    total: Option<i32>,
}

/// Points in one criterion.
#[derive(Debug, Clone)]
pub struct BidPointsNode(BidPoints);

/// Points in one criterion, with their reason.
#[Object(name = "BidPoints")]
impl BidPointsNode {
    /// 0 to 100.
    async fn points(&self) -> i32 {
        self.0.points
    }

    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
}

/// An answer to an open bidding (揭榜方案).
#[Object(name = "Bid")]
impl BidNode {
    /// Its id, for `bidJudge` and `biddingAward`.
    async fn id(&self) -> ID {
        ids::encode(self.bid.id)
    }

    /// Who bids; null if they are gone.
    async fn bidder(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.bid.bidder).await?)
    }

    /// The plan.
    async fn text(&self) -> &str {
        &self.bid.text
    }

    /// When it was last written.
    async fn written_at(&self) -> DateTime<Utc> {
        self.bid.written_at
    }

    /// Points in the order of the criteria; empty until judged.
    async fn points(&self) -> Vec<BidPointsNode> {
        self.bid.points.iter().cloned().map(BidPointsNode).collect()
    }

    /// Weights times points, 0 to 10 000 basis points, rounded down; null until judged.
    async fn total_basis_points(&self) -> Option<i32> {
        self.total
    }
}

/// A criterion as it is given.
#[derive(Debug, InputObject)]
pub struct BidCriterionInput {
    /// Its name, 1 to 50 characters, no two alike.
    name: String,
    /// Its weight in basis points, at least 1; all together make 10 000.
    weight_basis_points: i32,
}

/// Which bidding, and the key of the request.
#[derive(Debug, InputObject)]
pub struct BiddingMoveInput {
    /// The need.
    need_id: ID,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `biddingOpen`.
#[derive(Debug, InputObject)]
pub struct BiddingOpenInput {
    /// Which need, and the key of the request.
    bidding: BiddingMoveInput,
    /// What bids are judged by, 1 to 10.
    #[graphql(validator(max_items = 10))]
    criteria: Vec<BidCriterionInput>,
    /// Moment until which bids come in.
    bids_until: DateTime<Utc>,
}

/// Input of `bidSubmit` (the plan) and `biddingWithdraw` (the reason).
#[derive(Debug, InputObject)]
pub struct BiddingTextInput {
    /// Which need, and the key of the request.
    bidding: BiddingMoveInput,
    /// The words; a plan has 1 to 20 000 characters, a reason at most 2 000.
    text: String,
}

/// Points as they are given.
#[derive(Debug, InputObject)]
pub struct BidPointsInput {
    /// 0 to 100.
    points: i32,
    /// Why, 1 to 2 000 characters.
    reason: String,
}

/// Input of `bidJudge`.
#[derive(Debug, InputObject)]
pub struct BidJudgeInput {
    /// Which need, and the key of the request.
    bidding: BiddingMoveInput,
    /// The bid.
    bid_id: ID,
    /// Points for each criterion, in their order.
    #[graphql(validator(max_items = 10))]
    points: Vec<BidPointsInput>,
}

/// Input of `biddingAward`.
#[derive(Debug, InputObject)]
pub struct BiddingAwardInput {
    /// Which need, and the key of the request.
    bidding: BiddingMoveInput,
    /// The bid chosen.
    bid_id: ID,
    /// Why, 1 to 2 000 characters.
    reason: String,
}

/// Changes of biddings.
#[derive(Debug, Default)]
pub struct BiddingMutation;

#[Object]
impl BiddingMutation {
    /// Puts a published need up for open bidding (发榜). The enterprise that asks, its committee's
    /// secretary, a coordinator.
    async fn bidding_open(
        &self,
        ctx: &Context<'_>,
        input: BiddingOpenInput,
    ) -> Result<NeedPayload> {
        let until = input.bids_until;
        if !is_usual(until.year()) {
            let message =
                format!("bidsUntil has the year {}; years have four digits", until.year());
            return Err(ApiError::BadInput(message).into());
        }
        let weigh = |input: BidCriterionInput| Criterion {
            name: input.name,
            weight: input.weight_basis_points,
        };
        let criteria = input.criteria.into_iter().map(weigh).collect();
        advance(ctx, input.bidding, BiddingDeed::Open(criteria, until)).await
    }

    /// Bids for your own enterprise or organisation on a need you see (揭榜), or writes its bid anew,
    /// until the end of the bidding. Nobody else reads it before.
    async fn bid_submit(&self, ctx: &Context<'_>, input: BiddingTextInput) -> Result<NeedPayload> {
        advance(ctx, input.bidding, BiddingDeed::Bid(input.text)).await
    }

    /// Takes your own bid back, until the end of the bidding.
    async fn bid_take_back(
        &self,
        ctx: &Context<'_>,
        input: BiddingMoveInput,
    ) -> Result<NeedPayload> {
        advance(ctx, input, BiddingDeed::TakeBack).await
    }

    /// Judges a bid, once bids are no longer sealed; judging again replaces the points. The enterprise
    /// that asks, its committee's secretary, a coordinator.
    async fn bid_judge(&self, ctx: &Context<'_>, input: BidJudgeInput) -> Result<NeedPayload> {
        let give = |input: BidPointsInput| BidPoints { points: input.points, reason: input.reason };
        let points = input.points.into_iter().map(give).collect();
        let bid = ids::decode(&input.bid_id)?;
        advance(ctx, input.bidding, BiddingDeed::Judge(bid, points)).await
    }

    /// Chooses one of the judged bids (挂帅), for a reason. As `bidJudge`.
    async fn bidding_award(
        &self,
        ctx: &Context<'_>,
        input: BiddingAwardInput,
    ) -> Result<NeedPayload> {
        let bid = ids::decode(&input.bid_id)?;
        advance(ctx, input.bidding, BiddingDeed::Award(bid, input.reason)).await
    }

    /// Gives a bidding up before a bid is chosen, for a reason. As `bidJudge`.
    async fn bidding_withdraw(
        &self,
        ctx: &Context<'_>,
        input: BiddingTextInput,
    ) -> Result<NeedPayload> {
        advance(ctx, input.bidding, BiddingDeed::Withdraw(input.text)).await
    }
}

async fn advance(
    ctx: &Context<'_>,
    input: BiddingMoveInput,
    deed: BiddingDeed,
) -> Result<NeedPayload> {
    let scope = Scope::of(ctx)?;
    let need = ids::decode::<NeedId>(&input.need_id)?;
    let cmd = MoveBidding { need, deed, request_key: input.request_key };
    match app::advance(&scope.desk, &scope.actor, &cmd).await {
        Ok(need) => Ok(NeedPayload::done(scope.one(need).await?.map(NeedNode))),
        Err(error) => Ok(NeedPayload::refused(vec![user_error(error)?])),
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: BiddingCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        BiddingCommandError::NotFound => (Code::NotFound, Some("needId")),
        BiddingCommandError::NoBidding | BiddingCommandError::BiddingExists => {
            (Code::WrongStage, None)
        }
        BiddingCommandError::Rule(ref rule) => rule_code(rule),
        BiddingCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

const fn rule_code(error: &BiddingError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match error {
        BiddingError::NotForBidding(_)
        | BiddingError::NeedStage(_)
        | BiddingError::NotPublished
        | BiddingError::Closed { .. }
        | BiddingError::Sealed { .. }
        | BiddingError::Over(_)
        | BiddingError::NotJudged(_) => (Code::WrongStage, None),
        BiddingError::CriterionCount(_)
        | BiddingError::CriterionName(_)
        | BiddingError::Weights(_) => (Code::Invalid, Some("criteria")),
        BiddingError::UntilPast { .. } => (Code::Invalid, Some("bidsUntil")),
        BiddingError::OwnNeed => (Code::Invalid, Some("needId")),
        BiddingError::TextLength { field, length: 0, .. } => (Code::Missing, Some(field)),
        BiddingError::TextLength { field, .. } => (Code::Invalid, Some(field)),
        BiddingError::PointCount { .. } | BiddingError::PointRange(_) => {
            (Code::Invalid, Some("points"))
        }
        BiddingError::UnknownBid => (Code::NotFound, Some("bidId")),
    }
}

#[cfg(test)]
mod tests;
