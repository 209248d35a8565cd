//! Pairings in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, MergedObject, Object, Result, SimpleObject};
use lianmeng_app::pairing::{
    self as app, Couple, CreatePairings, MovePairing, PairingCommandError, PairingDeed,
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

pub mod input;
pub mod pattern;
pub mod plan;
#[cfg(test)]
mod tests;
pub mod whatif;

use pattern::{PatternMutation, PatternQuery};
use plan::PlanQuery;
use whatif::WhatIfQuery;

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

/// Queries about pairings.
#[derive(Debug, Default, MergedObject)]
pub struct PairingQuery(ListQuery, PlanQuery, WhatIfQuery, PatternQuery);

/// The list of pairings.
#[derive(Debug, Default)]
pub struct ListQuery;

const LIST: &str = "pairings";

#[Object]
impl ListQuery {
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
}

/// Two to pair.
#[derive(Debug, InputObject)]
pub struct CoupleInput {
    /// Enterprise or organisation on side A.
    a_id: ID,
    /// Enterprise or organisation on side B.
    b_id: ID,
}

fn couples(list: &[CoupleInput]) -> Result<Vec<Couple>, ApiError> {
    let couple =
        |input: &CoupleInput| Ok(Couple { a: member(&input.a_id)?, b: member(&input.b_id)? });
    list.iter().map(couple).collect()
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

/// Changes of pairings and of the patterns they are planned by.
#[derive(Debug, Default, MergedObject)]
pub struct PairingMutation(MoveMutation, PatternMutation);

/// Changes of pairings.
#[derive(Debug, Default)]
pub struct MoveMutation;

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
impl MoveMutation {
    /// Makes pairings, all or none. The committee's secretary, or a coordinator.
    async fn pairings_create(
        &self,
        ctx: &Context<'_>,
        input: PairingsCreateInput,
    ) -> Result<PairingsPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = CreatePairings {
            kind: input.kind.into(),
            committee: input.committee_id.map(|id| ids::decode(&id)).transpose()?,
            couples: couples(&input.couples)?,
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
        PairingCommandError::Repeated
        | PairingCommandError::Bounds { .. }
        | PairingCommandError::TooMany(_)
        | PairingCommandError::TooManyPairs(_) => (Code::Invalid, None),
        PairingCommandError::NotListed(_)
        | PairingCommandError::BasisPoints(_)
        | PairingCommandError::TwoAims => (Code::Invalid, Some("rules")),
        PairingCommandError::UnknownPattern(_) => (Code::UnknownReference, Some("pattern")),
        PairingCommandError::Misfits { side, .. } => (Code::Invalid, Some(side)),
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
