//! How long the way between divisions takes.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::travel::{self as rules, TravelError, TravelTime, Way};
use lianmeng_store::{StoreError, region, travel as store};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Writes times between divisions; those without minutes are removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetTravelTimes {
    /// From where to where, and minutes.
    pub times: Vec<(RegionCode, RegionCode, Option<i64>)>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why no times were written.
#[derive(Debug, Error)]
pub enum TravelCommandError {
    /// The caller may not write times.
    #[error("there is nothing here that you may write; coordinators write times between divisions")]
    NotFound,
    /// A rule of times.
    #[error(transparent)]
    Rule(#[from] TravelError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for TravelCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Writes times: all of them or none. Coordinators. Gives those that are known afterwards.
///
/// # Errors
///
/// See [`TravelCommandError`]; nothing is saved when an error is returned.
pub async fn set(
    desk: &Desk,
    actor: &Actor,
    cmd: &SetTravelTimes,
) -> Result<Vec<TravelTime>, TravelCommandError> {
    if !rules::may_write(actor) {
        return Err(TravelCommandError::NotFound);
    }
    let times = rules::check(&cmd.times)?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(told(&times)),
    };
    let mut codes: Vec<RegionCode> = times.keys().flat_map(|way| [way.near, way.far]).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut known = Vec::new();
    for some in codes.chunks(500) {
        known.extend(region::find_many(&change.tx, some).await?.into_iter().map(|one| one.code));
    }
    if let Some(code) = codes.iter().find(|code| !known.contains(code)) {
        return Err(TravelError::Unknown(*code).into());
    }
    store::set(&change.tx, &times).await?;
    change.finish("SetTravelTimes", "travel_times:all", Touches::Nothing).await?;
    Ok(told(&times))
}

fn told(times: &std::collections::BTreeMap<Way, Option<u16>>) -> Vec<TravelTime> {
    let time =
        |(way, minutes): (&Way, &Option<u16>)| Some(TravelTime { way: *way, minutes: (*minutes)? });
    times.iter().filter_map(time).collect()
}
