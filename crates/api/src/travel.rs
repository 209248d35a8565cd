//! How long the way between divisions takes (车程), in GraphQL.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use lianmeng_app::travel::{self as app, SetTravelTimes, TravelCommandError};
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::travel::{TravelError, TravelTime};
use lianmeng_store::travel as store;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::page;
use crate::region::RegionNode;
use crate::scope::Scope;

/// A way as clients see it.
#[derive(Debug, Clone)]
pub struct TravelTimeNode(TravelTime);

/// How long the way between two divisions takes (车程); as long there as back.
#[Object(name = "TravelTime")]
impl TravelTimeNode {
    /// Six-digit code of one end, the lower of the two.
    async fn near_code(&self) -> String {
        self.0.way.near.to_string()
    }

    /// Six-digit code of the other end.
    async fn far_code(&self) -> String {
        self.0.way.far.to_string()
    }

    /// The division at one end; null if it is gone.
    async fn near(&self, ctx: &Context<'_>) -> Result<Option<RegionNode>> {
        Ok(Scope::of(ctx)?.one(self.0.way.near).await?.map(RegionNode))
    }

    /// The division at the other end; null if it is gone.
    async fn far(&self, ctx: &Context<'_>) -> Result<Option<RegionNode>> {
        Ok(Scope::of(ctx)?.one(self.0.way.far).await?.map(RegionNode))
    }

    /// Minutes, 1 to 1 440.
    async fn minutes(&self) -> i32 {
        i32::from(self.0.minutes)
    }
}

/// A way as a person writes it.
#[derive(Debug, InputObject)]
pub struct TravelTimeInput {
    /// Six-digit code of one end.
    from_code: String,
    /// Six-digit code of the other end.
    to_code: String,
    /// Minutes, 1 to 1 440; null removes the way.
    minutes: Option<i32>,
}

/// Input of `travelTimesSet`.
#[derive(Debug, InputObject)]
pub struct TravelTimesSetInput {
    /// Ways, 1 to 500; those known before are replaced, others stay.
    #[graphql(validator(max_items = 500))]
    times: Vec<TravelTimeInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// The ways that were written, or why none was.
#[derive(Debug, SimpleObject)]
pub struct TravelTimesPayload {
    /// Those that are known now; empty if the change was refused.
    times: Vec<TravelTimeNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Queries about ways.
#[derive(Debug, Default)]
pub struct TravelQuery;

#[Object]
impl TravelQuery {
    /// Known ways from or to a division, by their codes.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn travel_times(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Six-digit code of GB/T 2260.")] code: String,
        #[graphql(desc = "Most ways, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<TravelTimeNode>> {
        let Some(code) = page::region(Some(code))? else { return Ok(Vec::new()) };
        let limit = page::size(first)?;
        let found = store::around(&Scope::of(ctx)?.desk.db, &[code], limit).await?;
        Ok(found.into_iter().map(TravelTimeNode).collect())
    }
}

/// Changes of ways.
#[derive(Debug, Default)]
pub struct TravelMutation;

#[Object]
impl TravelMutation {
    /// Writes how long the ways between divisions take: all of them or none. Coordinators only.
    /// Suggestions then go by the time instead of the level of the common division.
    async fn travel_times_set(
        &self,
        ctx: &Context<'_>,
        input: TravelTimesSetInput,
    ) -> Result<TravelTimesPayload> {
        let scope = Scope::of(ctx)?;
        let mut times = Vec::with_capacity(input.times.len());
        for time in input.times {
            let ends = (code(&time.from_code)?, code(&time.to_code)?);
            times.push((ends.0, ends.1, time.minutes.map(i64::from)));
        }
        let cmd = SetTravelTimes { times, request_key: input.request_key };
        Ok(match app::set(&scope.desk, &scope.actor, &cmd).await {
            Ok(times) => {
                let times = times.into_iter().map(TravelTimeNode).collect();
                TravelTimesPayload { times, errors: Vec::new() }
            }
            Err(error) => {
                TravelTimesPayload { times: Vec::new(), errors: vec![user_error(error)?] }
            }
        })
    }
}

fn code(text: &str) -> Result<RegionCode, ApiError> {
    text.parse::<RegionCode>().map_err(|error| ApiError::BadInput(error.to_string()))
}

fn user_error(error: TravelCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        TravelCommandError::NotFound => (Code::NotFound, None),
        TravelCommandError::Rule(TravelError::Unknown(_)) => (Code::NotFound, Some("times")),
        TravelCommandError::Rule(TravelError::Minutes { .. }) => (Code::Invalid, Some("minutes")),
        TravelCommandError::Rule(
            TravelError::Same(_) | TravelError::Count(_) | TravelError::Twice(..),
        ) => (Code::Invalid, Some("times")),
        TravelCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

#[cfg(test)]
mod tests;
