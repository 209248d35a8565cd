//! Versions of the suggestion engine's weights in GraphQL.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::weights::{self as app, ActivateWeights, ProposeWeights, WeightsCommandError};
use lianmeng_domain::suggestion::Side;
use lianmeng_domain::weights::{self as rules, Fusion, Weights, WeightsError, WeightsVersion};
use lianmeng_store::weights as store;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::loader::casework::WeightsOf;
use crate::scope::Scope;

/// How the scores of both sides become one (融合规则).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Fusion", remote = "Fusion")]
pub enum FusionWord {
    /// Only what side A gains counts (单向).
    OneSided,
    /// The lower of both (取低).
    Minimum,
    /// The harmonic mean of both (调和平均).
    Harmonic,
}

/// Most points of a criterion.
#[derive(Debug, SimpleObject)]
pub struct CriterionWeight {
    /// The criterion.
    criterion: String,
    /// Most points, 0 to 10 000.
    points: i32,
}

/// Most points of a criterion.
#[derive(Debug, InputObject)]
pub struct CriterionWeightInput {
    /// The criterion.
    #[graphql(validator(max_length = 40))]
    criterion: String,
    /// Most points, 0 to 10 000.
    points: i32,
}

/// Weights of both sides (撮合权重). The points of each side add up to 10 000.
#[derive(Debug, InputObject)]
pub struct WeightsInput {
    /// What side A can gain: text, capability, industry, place, tier, history, recency; besides, where
    /// they are to count, credit (300 at most) and gap (500 at most).
    #[graphql(validator(max_items = 20))]
    a: Vec<CriterionWeightInput>,
    /// What side B can gain: text, custom, industry, place, standing, willingness, freshness, room;
    /// none only where `fusion` is `ONE_SIDED`.
    #[graphql(validator(max_items = 20))]
    b: Vec<CriterionWeightInput>,
    /// How both become one score.
    fusion: FusionWord,
}

impl From<WeightsInput> for Weights {
    fn from(input: WeightsInput) -> Self {
        let table = |list: Vec<CriterionWeightInput>| -> BTreeMap<String, i32> {
            list.into_iter().map(|one| (one.criterion, one.points)).collect()
        };
        Self { a: table(input.a), b: table(input.b), fusion: input.fusion.into() }
    }
}

/// A version as clients see it.
#[derive(Debug)]
pub struct MatchWeightsNode(WeightsVersion);

fn listed(table: &BTreeMap<String, i32>, order: &[&str]) -> Vec<CriterionWeight> {
    let weight = |name: &&str| {
        let points = *table.get(*name)?;
        Some(CriterionWeight { criterion: (*name).to_owned(), points })
    };
    order.iter().filter_map(weight).collect()
}

/// A version of the suggestion engine's weights (撮合权重版本); never changed once proposed.
#[Object(name = "MatchWeights")]
impl MatchWeightsNode {
    /// Its number, from 1.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What side A can gain.
    async fn a(&self) -> Vec<CriterionWeight> {
        listed(&self.0.weights.a, &rules::criteria(Side::A))
    }

    /// What side B can gain; empty where only side A counts.
    async fn b(&self) -> Vec<CriterionWeight> {
        listed(&self.0.weights.b, &rules::criteria(Side::B))
    }

    /// How both become one score.
    async fn fusion(&self) -> FusionWord {
        self.0.weights.fusion.into()
    }

    /// Why it was proposed.
    async fn why(&self) -> &str {
        &self.0.why
    }

    /// What learning found, as JSON; null where a person chose the weights.
    async fn report(&self) -> Option<&str> {
        self.0.report.as_deref()
    }

    /// When it was proposed; the first moment of 1970 for versions that come with the program.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }

    /// Who proposed it; null for versions that come with the program.
    async fn made_by(&self) -> Option<&str> {
        Some(self.0.made_by.as_str()).filter(|who| !who.is_empty())
    }

    /// Whether new suggestions are made with it; exactly one version is active.
    async fn is_active(&self) -> bool {
        self.0.is_active
    }
}

/// Input of `matchWeightsPropose`.
#[derive(Debug, InputObject)]
pub struct MatchWeightsProposeInput {
    /// The weights.
    weights: WeightsInput,
    /// Why, 1 to 2 000 characters.
    #[graphql(validator(min_length = 1, max_length = 2000))]
    why: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `matchWeightsActivate`.
#[derive(Debug, InputObject)]
pub struct MatchWeightsActivateInput {
    /// Number of the version; an older one rolls back.
    version: i32,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A version, or why not.
#[derive(Debug, SimpleObject)]
pub struct MatchWeightsPayload {
    /// The version after the change; null if it was refused.
    weights: Option<MatchWeightsNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Queries about weights.
#[derive(Debug, Default)]
pub struct WeightsQuery;

#[Object]
impl WeightsQuery {
    /// The newest 100 versions of the suggestion engine's weights, newest first. Coordinators and
    /// auditors; empty for everyone else.
    async fn match_weights(&self, ctx: &Context<'_>) -> Result<Vec<MatchWeightsNode>> {
        let scope = Scope::of(ctx)?;
        if !rules::may_read(&scope.actor) {
            return Ok(Vec::new());
        }
        let found = store::newest(&scope.desk.db, 100).await?;
        Ok(found.into_iter().map(MatchWeightsNode).collect())
    }
}

/// Changes of weights.
#[derive(Debug, Default)]
pub struct WeightsMutation;

#[Object]
impl WeightsMutation {
    /// Proposes a version of the weights; it is not in force before `matchWeightsActivate`.
    /// Coordinators.
    async fn match_weights_propose(
        &self,
        ctx: &Context<'_>,
        input: MatchWeightsProposeInput,
    ) -> Result<MatchWeightsPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ProposeWeights {
            weights: input.weights.into(),
            why: input.why,
            report: None,
            request_key: input.request_key,
        };
        payload(scope, app::propose(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Puts a version in force: suggestions made from now on use it. Activating an older one rolls
    /// back. Suggestions made before keep their points. Coordinators.
    async fn match_weights_activate(
        &self,
        ctx: &Context<'_>,
        input: MatchWeightsActivateInput,
    ) -> Result<MatchWeightsPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = ActivateWeights { version: input.version, request_key: input.request_key };
        payload(scope, app::activate(&scope.desk, &scope.actor, &cmd).await).await
    }
}

async fn payload(
    scope: &Scope,
    done: Result<i32, WeightsCommandError>,
) -> Result<MatchWeightsPayload> {
    Ok(match done {
        Ok(version) => {
            let weights = scope.one(WeightsOf(version)).await?.map(MatchWeightsNode);
            MatchWeightsPayload { weights, errors: Vec::new() }
        }
        Err(error) => MatchWeightsPayload { weights: None, errors: vec![user_error(error)?] },
    })
}

/// What is wrong with weights, for the user.
pub(crate) fn rule_error(error: &WeightsError) -> UserError {
    let field = match error {
        WeightsError::Why(_) => "why",
        WeightsError::Criteria { .. }
        | WeightsError::Range { .. }
        | WeightsError::Capped { .. }
        | WeightsError::Sum { .. }
        | WeightsError::Uncounted(_) => "weights",
    };
    UserError::new(ErrorCode::Invalid, error, Some(field))
}

fn user_error(error: WeightsCommandError) -> Result<UserError, ApiError> {
    match error {
        WeightsCommandError::NotFound => {
            Ok(UserError::new(ErrorCode::NotFound, error, Some("version")))
        }
        WeightsCommandError::Rule(error) => Ok(rule_error(&error)),
        WeightsCommandError::Refused(_) | WeightsCommandError::Engine(_) => {
            Err(ApiError::Internal(Box::new(error)))
        }
        WeightsCommandError::Command(error) => command_error(error),
    }
}

#[cfg(test)]
mod tests;
