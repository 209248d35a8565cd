//! Pairings in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::pairing::{
    self as app, Couple, CreatePairings, MovePairing, PairingCommandError, PairingDeed,
    PlanPairings, PlannedPair, Shortage, Wish,
};
use lianmeng_domain::ids::PairingId;
use lianmeng_domain::pairing::{Pairing, PairingError, PairingKind, PairingStage};
use lianmeng_domain::rights::DataClass;
use lianmeng_store::pairing::{self as store, PairingFilter};

use crate::committee::CommitteeNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::organisation::{MemberNode, member};
use crate::page::{self, Span};
use crate::scalars::{Day, Int32};
use crate::scope::Scope;
use crate::suggestion::SuggestionNode;

#[cfg(test)]
mod tests;

/// Who is paired with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PairingKind", remote = "PairingKind")]
pub enum PairingKindWord {
    /// Two enterprises (企企结对).
    EnterpriseEnterprise,
    /// A government organ and an enterprise (机关与企业).
    OrganEnterprise,
    /// A central and a local state-owned enterprise (央地国企).
    CentralLocal,
    /// A bank and an enterprise (银企).
    BankEnterprise,
    /// An institute and an enterprise (院企).
    InstituteEnterprise,
    /// A village and an enterprise (村企).
    VillageEnterprise,
}

/// Where a pairing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PairingStage", remote = "PairingStage")]
pub enum PairingStageWord {
    /// In force.
    Active,
    /// In force for a further term.
    Renewed,
    /// Over.
    Ended,
}

/// Which pairings a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct PairingFilterInput {
    /// Of this kind.
    kind: Option<PairingKindWord>,
    /// Kept by this committee.
    committee_id: Option<ID>,
    /// With this enterprise or organisation on either side.
    member_id: Option<ID>,
    /// In one of these stages.
    #[graphql(validator(max_items = 3))]
    stages: Option<Vec<PairingStageWord>>,
}

impl PairingFilterInput {
    fn into_filter(self) -> Result<PairingFilter, ApiError> {
        Ok(PairingFilter {
            kind: self.kind.map(Into::into),
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            member: self.member_id.map(|id| member(&id)).transpose()?,
            stages: self.stages.unwrap_or_default().into_iter().map(Into::into).collect(),
        })
    }
}

/// A pairing as clients see it.
#[derive(Debug, Clone)]
pub struct PairingNode(pub Pairing);

/// A pairing (结对): two who agreed to work together.
#[Object(name = "Pairing")]
impl PairingNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Who is paired with whom.
    async fn kind(&self) -> PairingKindWord {
        self.0.kind.into()
    }

    /// Side A; null if it is gone.
    async fn a(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.a).await?)
    }

    /// Side B; null if it is gone.
    async fn b(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.b).await?)
    }

    /// The committee (产业链党委) that keeps it; null if none does.
    async fn committee(&self, ctx: &Context<'_>) -> Result<Option<CommitteeNode>> {
        let Some(id) = self.0.committee else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(CommitteeNode))
    }

    /// The suggestion it followed from; null if made without one, or if you do not see it.
    async fn suggestion(&self, ctx: &Context<'_>) -> Result<Option<SuggestionNode>> {
        let Some(id) = self.0.suggestion else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(SuggestionNode))
    }

    /// Where it stands.
    async fn stage(&self) -> PairingStageWord {
        self.0.stage.into()
    }

    /// First day.
    async fn from_on(&self) -> Day {
        Day(self.0.from_on)
    }

    /// Last day; null without an end.
    async fn until_on(&self) -> Option<Day> {
        self.0.until_on.map(Day)
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct PairingTotal(PairingFilter);

#[Object]
impl PairingTotal {
    /// How many pairings the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, scope.sees_of(DataClass::Pairing), &self.0).await?)
    }
}

/// Somebody to pair, with how many partners.
#[derive(Debug, InputObject)]
pub struct PairingWishInput {
    /// Enterprise or organisation.
    member_id: ID,
    /// At least so many partners.
    #[graphql(default, validator(custom = "Int32"))]
    min: u32,
    /// At most so many partners.
    #[graphql(default = 1, validator(custom = "Int32"))]
    max: u32,
}

fn wishes(side: &[PairingWishInput]) -> Result<Vec<Wish>, ApiError> {
    let wish = |input: &PairingWishInput| {
        let member = member(&input.member_id)?;
        Ok(Wish { member, min: input.min.into(), max: input.max.into() })
    };
    side.iter().map(wish).collect()
}

/// A pairing worth proposing.
#[derive(Debug)]
pub struct PlannedPairNode(PlannedPair);

/// A pairing worth proposing; nothing is saved.
#[Object(name = "PlannedPair")]
impl PlannedPairNode {
    /// Side A; null if it is gone.
    async fn a(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.a).await?)
    }

    /// Side B; null if it is gone.
    async fn b(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.b).await?)
    }

    /// Points, 10 000 a perfect match; 0 where nothing but the minimums speaks for it.
    async fn points(&self) -> i32 {
        self.0.points
    }
}

/// A minimum that cannot be met.
#[derive(Debug)]
pub struct ShortageNode(Shortage);

/// A minimum that cannot be met while the others get what they must.
#[Object(name = "Shortage")]
impl ShortageNode {
    /// Whose minimum; null if they are gone.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.member).await?)
    }

    /// The minimum.
    async fn need(&self) -> u64 {
        self.0.need
    }

    /// How many partners they can have; lowering every minimum listed to this makes a plan possible.
    async fn available(&self) -> u64 {
        self.0.available
    }
}

/// The best set of pairings, or why there is none.
#[derive(Debug, SimpleObject)]
pub struct PairingPlan {
    /// The pairs, in the order of side A and then B as given; empty if a minimum cannot be met.
    pairs: Vec<PlannedPairNode>,
    /// Minimums that cannot be met; empty if there is a plan.
    shortages: Vec<ShortageNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Queries about pairings.
#[derive(Debug, Default)]
pub struct PairingQuery;

const LIST: &str = "pairings";

#[Object]
impl PairingQuery {
    /// Pairings (结对) that match, newest first, at most 100 a page: those you are a side of, or
    /// oversee.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn pairings(
        &self,
        ctx: &Context<'_>,
        filter: Option<PairingFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, PairingNode, PairingTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<PairingId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows =
            store::page(&scope.desk.db, scope.sees_of(DataClass::Pairing), &filter, page.window())
                .await?;
        Ok(page::connection_with(
            page.slice(rows),
            PairingTotal(filter),
            |pairing| page::cursor(LIST, &[&pairing.id.to_string()]),
            PairingNode,
        ))
    }

    /// The exact best set of pairings under everyone's minimum and maximum, by text and place, or
    /// which minimums cannot be met. Those who avoid each other are never paired. Saves nothing; make
    /// it so with `pairingsCreate`. Coordinators and secretaries.
    async fn pairing_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Side A, at most 100.", validator(max_items = 100))] a: Vec<
            PairingWishInput,
        >,
        #[graphql(desc = "Side B, at most 100.", validator(max_items = 100))] b: Vec<
            PairingWishInput,
        >,
    ) -> Result<PairingPlan> {
        let scope = Scope::of(ctx)?;
        let ask = PlanPairings { a: wishes(&a)?, b: wishes(&b)? };
        Ok(match app::plan(&scope.desk, &scope.actor, &ask).await {
            Ok(plan) => PairingPlan {
                pairs: plan.pairs.into_iter().map(PlannedPairNode).collect(),
                shortages: plan.shortages.into_iter().map(ShortageNode).collect(),
                errors: Vec::new(),
            },
            Err(error) => PairingPlan {
                pairs: Vec::new(),
                shortages: Vec::new(),
                errors: vec![user_error(error)?],
            },
        })
    }
}

/// Two to pair.
#[derive(Debug, InputObject)]
pub struct CoupleInput {
    /// Enterprise or organisation on side A.
    a_id: ID,
    /// Enterprise or organisation on side B.
    b_id: ID,
}

/// Input of `pairingsCreate`.
#[derive(Debug, InputObject)]
pub struct PairingsCreateInput {
    /// What kind.
    kind: PairingKindWord,
    /// Committee that keeps them; without one only a coordinator may.
    committee_id: Option<ID>,
    /// Whom, at most 100 couples.
    #[graphql(validator(min_items = 1, max_items = 100))]
    couples: Vec<CoupleInput>,
    /// First day; today if absent.
    from_on: Option<Day>,
    /// Last day; no end if absent.
    until_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `pairingRenew` and `pairingEnd`.
#[derive(Debug, InputObject)]
pub struct PairingMoveInput {
    /// Pairing to renew or end.
    pairing_id: ID,
    /// Version that was read; the change is refused if somebody saved it since. The present one if
    /// absent.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// New last day when renewing; no end if absent. Ending takes today.
    until_on: Option<Day>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Pairings, or why not.
#[derive(Debug, SimpleObject)]
pub struct PairingsPayload {
    /// The pairings after the change; empty if refused.
    pairings: Vec<PairingNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl PairingsPayload {
    async fn of(scope: &Scope, done: Result<Vec<PairingId>, PairingCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(ids) => {
                let pairings = scope.many(ids).await?.into_iter().map(PairingNode).collect();
                Self { pairings, errors: Vec::new() }
            }
            Err(error) => Self { pairings: Vec::new(), errors: vec![user_error(error)?] },
        })
    }
}

/// Changes of pairings.
#[derive(Debug, Default)]
pub struct PairingMutation;

async fn advance(
    ctx: &Context<'_>,
    input: PairingMoveInput,
    deed: PairingDeed,
) -> Result<PairingsPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = MovePairing {
        pairing: ids::decode(&input.pairing_id)?,
        version: input.version,
        deed,
        request_key: input.request_key,
    };
    let done = app::advance(&scope.desk, &scope.actor, &cmd).await;
    PairingsPayload::of(scope, done.map(|id| vec![id])).await
}

#[Object]
impl PairingMutation {
    /// Makes pairings, all or none. The committee's secretary, or a coordinator.
    async fn pairings_create(
        &self,
        ctx: &Context<'_>,
        input: PairingsCreateInput,
    ) -> Result<PairingsPayload> {
        let scope = Scope::of(ctx)?;
        let couple = |input: &CoupleInput| {
            Ok::<_, ApiError>(Couple { a: member(&input.a_id)?, b: member(&input.b_id)? })
        };
        let cmd = CreatePairings {
            kind: input.kind.into(),
            committee: input.committee_id.map(|id| ids::decode(&id)).transpose()?,
            couples: input.couples.iter().map(couple).collect::<Result<_, _>>()?,
            from_on: input.from_on.map(Day::date),
            until_on: input.until_on.map(Day::date),
            request_key: input.request_key,
        };
        PairingsPayload::of(scope, app::create(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Renews a pairing until a day. The committee's secretary, or a coordinator.
    async fn pairing_renew(
        &self,
        ctx: &Context<'_>,
        input: PairingMoveInput,
    ) -> Result<PairingsPayload> {
        let until_on = input.until_on.map(Day::date);
        advance(ctx, input, PairingDeed::Renew(until_on)).await
    }

    /// Ends a pairing today. The committee's secretary, or a coordinator.
    async fn pairing_end(
        &self,
        ctx: &Context<'_>,
        input: PairingMoveInput,
    ) -> Result<PairingsPayload> {
        advance(ctx, input, PairingDeed::End).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: PairingCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        PairingCommandError::NotFound => (Code::NotFound, None),
        PairingCommandError::UnknownReference => (Code::UnknownReference, None),
        PairingCommandError::Repeated | PairingCommandError::Bounds { .. } => (Code::Invalid, None),
        PairingCommandError::Engine(_) => return Err(ApiError::Internal(Box::new(error))),
        PairingCommandError::Rule(PairingError::WrongStage(_)) => (Code::WrongStage, None),
        PairingCommandError::Rule(PairingError::SameSides | PairingError::WrongSides(_)) => {
            (Code::Invalid, Some("couples"))
        }
        PairingCommandError::Rule(PairingError::TermOver { .. }) => {
            (Code::Invalid, Some("untilOn"))
        }
        PairingCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
