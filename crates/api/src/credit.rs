//! Red credit (红色信用) in GraphQL: how a city rates enterprises.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::NaiveDate;
use lianmeng_app::credit::{self as app, CreditCommandError, RateEnterprise};
use lianmeng_domain::credit::{CreditError, RedCredit};

use crate::enterprise::EnterpriseNode;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::scalars::Int32;
use crate::scope::Scope;

/// A rating as clients see it.
#[derive(Debug, Clone)]
pub struct RedCreditNode(pub RedCredit);

/// How a city rates an enterprise (红色信用).
#[Object(name = "RedCredit")]
impl RedCreditNode {
    /// Points, 0 to 100.
    async fn points(&self) -> i32 {
        i32::from(self.0.points.get())
    }

    /// Day of the rating.
    async fn rated_on(&self) -> NaiveDate {
        self.0.rated_on
    }

    /// Last day on which it holds; null until it is rated again.
    async fn until_on(&self) -> Option<NaiveDate> {
        self.0.until_on
    }

    /// Whether it holds today.
    async fn is_held_today(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.stands_on(Scope::of(ctx)?.desk.today))
    }

    /// Who rated, such as a committee or a bureau.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// A rating as a person writes it.
#[derive(Debug, InputObject)]
pub struct RedCreditCardInput {
    /// Points, 0 to 100.
    points: i32,
    /// Day of the rating; not a day to come.
    rated_on: NaiveDate,
    /// Last day on which it holds; until it is rated again if absent.
    until_on: Option<NaiveDate>,
    /// Who rated, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    source: String,
}

/// Input of `redCreditSet`.
#[derive(Debug, InputObject)]
pub struct RedCreditSetInput {
    /// Enterprise that is rated.
    enterprise_id: ID,
    /// Version of its rating that was read; null if it had none. The change is refused if somebody
    /// rated it since.
    #[graphql(validator(custom = "Int32"))]
    version: Option<i64>,
    /// The new rating; null takes the old one away.
    card: Option<RedCreditCardInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// The enterprise that was rated, or why not.
#[derive(Debug, SimpleObject)]
pub struct RedCreditPayload {
    /// The enterprise after the change; null if it was refused.
    enterprise: Option<EnterpriseNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of ratings.
#[derive(Debug, Default)]
pub struct CreditMutation;

#[Object]
impl CreditMutation {
    /// Rates an enterprise, or takes its rating away. Coordinators only.
    async fn red_credit_set(
        &self,
        ctx: &Context<'_>,
        input: RedCreditSetInput,
    ) -> Result<RedCreditPayload> {
        let scope = Scope::of(ctx)?;
        let card = input.card.map(|card| app::CreditCard {
            points: i64::from(card.points),
            rated_on: card.rated_on,
            until_on: card.until_on,
            source: card.source,
        });
        let cmd = RateEnterprise {
            enterprise: ids::decode(&input.enterprise_id)?,
            version: input.version,
            card,
            request_key: input.request_key,
        };
        Ok(match app::rate(&scope.desk, &scope.actor, &cmd).await {
            Ok(enterprise) => RedCreditPayload {
                enterprise: Some(EnterpriseNode(enterprise)),
                errors: Vec::new(),
            },
            Err(error) => RedCreditPayload { enterprise: None, errors: vec![user_error(error)?] },
        })
    }
}

fn user_error(error: CreditCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        CreditCommandError::NotFound => (Code::NotFound, Some("enterpriseId")),
        CreditCommandError::Rule(CreditError::Points(_)) => (Code::Invalid, Some("points")),
        CreditCommandError::Rule(CreditError::Ends { .. }) => (Code::Invalid, Some("untilOn")),
        CreditCommandError::Rule(CreditError::Early { .. }) => (Code::Invalid, Some("ratedOn")),
        CreditCommandError::Rule(CreditError::Source(0)) => (Code::Missing, Some("source")),
        CreditCommandError::Rule(CreditError::Source(_)) => (Code::Invalid, Some("source")),
        CreditCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

#[cfg(test)]
mod tests;
