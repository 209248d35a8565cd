//! Invitations in GraphQL.

pub mod change;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Role;
use lianmeng_domain::ids::InvitationId;
use lianmeng_domain::invitation::{self as rules, Invitation, InvitationState};
use lianmeng_store::invitation::{self as store, InvitationFilter};

use crate::committee::CommitteeNode;
use crate::ids;
use crate::organisation::MemberNode;
use crate::page::{self, Span};
use crate::scope::Scope;

/// What became of an invitation (邀请状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "InvitationState", remote = "InvitationState")]
pub enum InvitationStateWord {
    /// It waits for somebody (已发出).
    Sent,
    /// Somebody came with it (已认领).
    Claimed,
    /// Its time is over (已过期).
    Expired,
    /// It was withdrawn (已撤回).
    Withdrawn,
}

/// Which invitations a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct InvitationFilterInput {
    /// In the name of this committee.
    committee_id: Option<ID>,
    /// In this state now.
    state: Option<InvitationStateWord>,
}

/// An invitation as a secretariat sees it.
#[derive(Debug, Clone)]
pub struct InvitationNode(pub Invitation);

/// An invitation to come in (入驻邀请): whoever brings its code becomes administrator of the one
/// invited. The code is told once, when it is made.
#[Object(name = "Invitation")]
impl InvitationNode {
    /// Global id.
    async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The enterprise or organisation that is invited; null if it is gone.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.member).await?)
    }

    /// The committee in whose name it was sent; null for a coordinator's own.
    async fn committee(&self, ctx: &Context<'_>) -> Result<Option<CommitteeNode>> {
        let Some(id) = self.0.committee else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(id).await?.map(CommitteeNode))
    }

    /// Whom to hand it to (联系人); empty if not said.
    async fn contact_name(&self) -> &str {
        &self.0.contact_name
    }

    /// Their phone number or e-mail address (联系方式); empty if not said. Auditors see it masked, as
    /// in `138****5678`.
    async fn contact(&self, ctx: &Context<'_>) -> Result<String> {
        let is_masked = Scope::of(ctx)?.actor.role == Role::Auditor;
        Ok(if is_masked { rules::masked(&self.0.contact) } else { self.0.contact.clone() })
    }

    /// What became of it by now.
    async fn state(&self, ctx: &Context<'_>) -> Result<InvitationStateWord> {
        Ok(self.0.state(Scope::of(ctx)?.desk.now).into())
    }

    /// When it was made.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }

    /// The moment at which it ends.
    async fn ends_at(&self) -> DateTime<Utc> {
        self.0.ends_at
    }

    /// When somebody came with it; null while nobody has.
    async fn claimed_at(&self) -> Option<DateTime<Utc>> {
        self.0.claimed.map(|(_, at)| at)
    }

    /// When it was withdrawn; null if it was not.
    async fn withdrawn_at(&self) -> Option<DateTime<Utc>> {
        self.0.withdrawn_at
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct InvitationTotal(InvitationFilter);

#[Object]
impl InvitationTotal {
    /// How many invitations the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, &scope.reads, &self.0).await?)
    }
}

/// Queries about invitations.
#[derive(Debug, Default)]
pub struct InvitationQuery;

const LIST: &str = "invitations";

#[Object]
impl InvitationQuery {
    /// Invitations, newest first, at most 100 a page: those of their committee for a secretary, all
    /// for coordinators and auditors, none for others.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn invitations(
        &self,
        ctx: &Context<'_>,
        filter: Option<InvitationFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, InvitationNode, InvitationTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<InvitationId>(LIST)?;
        let input = filter.unwrap_or_default();
        let filter = InvitationFilter {
            committee: input.committee_id.map(|id| ids::decode(&id)).transpose()?,
            state: input.state.map(|state| (state.into(), scope.desk.now)),
        };
        let rows = store::page(&scope.desk.db, &scope.reads, &filter, page.window()).await?;
        Ok(page::connection_with(
            page.slice(rows),
            InvitationTotal(filter),
            |row| page::cursor(LIST, &[&row.id.to_string()]),
            InvitationNode,
        ))
    }
}

#[cfg(test)]
mod tests;
