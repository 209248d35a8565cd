//! Party organisations in GraphQL: a tree of their own, apart from ownership and chain.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use lianmeng_app::party::{self as app, PartyCard};
use lianmeng_app::registry::{Register, Update};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::PartyOrganisationId;
use lianmeng_domain::party::{PartyHome, PartyLevel, PartyOrganisation};

use crate::error::ApiError;
use crate::ids;
use crate::loader::PartyBelow;
use crate::organisation::{MemberNode, member};
use crate::page;
use crate::registry::{RemoveInput, RemovedPayload, payload};
use crate::scalars::Int32;
use crate::scope::Scope;

/// Level of a Party organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "PartyLevel", remote = "PartyLevel")]
pub enum PartyLevelWord {
    /// Party committee (党委).
    Committee,
    /// General branch (党总支).
    GeneralBranch,
    /// Branch (党支部).
    Branch,
}

/// A Party organisation as clients see it.
#[derive(Debug, Clone)]
pub struct PartyNode(pub PartyOrganisation);

/// A Party organisation (党组织) and its place in the Party's own tree.
#[Object(name = "PartyOrganisation")]
impl PartyNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// Key in the system it was imported from; null when it has none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Its level.
    async fn level(&self) -> PartyLevelWord {
        self.0.level.into()
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }

    /// The superior Party organisation (上级党组织); null at the top or when unknown.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<PartyNode>> {
        let Some(parent) = self.0.parent else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(parent).await?.map(PartyNode))
    }

    /// Party organisations directly under it, in the order they were registered.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most so many, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<PartyNode>> {
        let key = PartyBelow { of: self.0.id, first: page::size(first)? };
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(PartyNode).collect())
    }

    /// The enterprise or organisation it is set up in; null if it stands on its own.
    async fn home(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        let member = match self.0.home {
            PartyHome::Enterprise(id) => Member::Enterprise(id),
            PartyHome::Organisation(id) => Member::Organisation(id),
            PartyHome::None => return Ok(None),
        };
        Ok(MemberNode::find(Scope::of(ctx)?, member).await?)
    }
}

/// The card of a Party organisation as a person fills it in.
#[derive(Debug, InputObject)]
pub struct PartyOrganisationCardInput {
    /// Name, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// Its level.
    level: PartyLevelWord,
    /// The superior Party organisation; it must not stand below this one.
    parent_id: Option<ID>,
    /// The enterprise or organisation it is set up in.
    home_id: Option<ID>,
}

impl PartyOrganisationCardInput {
    fn into_card(self) -> Result<PartyCard, ApiError> {
        Ok(PartyCard {
            name: self.name,
            level: self.level.into(),
            parent: self.parent_id.map(|id| ids::decode(&id)).transpose()?,
            home: match self.home_id.map(|id| member(&id)).transpose()? {
                Some(Member::Enterprise(id)) => PartyHome::Enterprise(id),
                Some(Member::Organisation(id)) => PartyHome::Organisation(id),
                None => PartyHome::None,
            },
        })
    }
}

/// Input of `partyOrganisationRegister`.
#[derive(Debug, InputObject)]
pub struct PartyOrganisationRegisterInput {
    /// The card.
    card: PartyOrganisationCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `partyOrganisationUpdate`.
#[derive(Debug, InputObject)]
pub struct PartyOrganisationUpdateInput {
    /// Party organisation to change.
    party_organisation_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: PartyOrganisationCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

payload! {
    /// A Party organisation, or why not.
    PartyOrganisationPayload {
        /// The Party organisation after the change; null if it was refused.
        party_organisation: PartyNode(PartyOrganisationId)
    }
}

/// Changes of Party organisations.
#[derive(Debug, Default)]
pub struct PartyMutation;

#[Object]
impl PartyMutation {
    /// Registers a Party organisation. Coordinators only.
    async fn party_organisation_register(
        &self,
        ctx: &Context<'_>,
        input: PartyOrganisationRegisterInput,
    ) -> Result<PartyOrganisationPayload> {
        let cmd = Register { card: input.card.into_card()?, request_key: input.request_key };
        let scope = Scope::of(ctx)?;
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(PartyOrganisationPayload::of(scope, done).await?)
    }

    /// Replaces the card of a Party organisation; a superior below it is refused. Coordinators
    /// only.
    async fn party_organisation_update(
        &self,
        ctx: &Context<'_>,
        input: PartyOrganisationUpdateInput,
    ) -> Result<PartyOrganisationPayload> {
        let cmd = Update {
            id: ids::decode(&input.party_organisation_id)?,
            version: input.version,
            card: input.card.into_card()?,
            request_key: input.request_key,
        };
        let scope = Scope::of(ctx)?;
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(PartyOrganisationPayload::of(scope, done).await?)
    }

    /// Removes a Party organisation with none below it. Coordinators only.
    async fn party_organisation_remove(
        &self,
        ctx: &Context<'_>,
        input: RemoveInput,
    ) -> Result<RemovedPayload> {
        let scope = Scope::of(ctx)?;
        let done = app::remove(&scope.desk, &scope.actor, &input.into_cmd()?).await;
        Ok(RemovedPayload::of(done)?)
    }
}

#[cfg(test)]
mod tests;
