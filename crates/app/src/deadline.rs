//! Deadline profiles: setting one, choosing one for a committee, and by when a need must be answered.

use chrono::{DateTime, Datelike as _, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::calendar::{self as time, CalendarError};
use lianmeng_domain::deadline::{self as rules, DeadlineProfile, Deadlines, ProfileError};
use lianmeng_domain::ids::{ChainCommitteeId, Id as _};
use lianmeng_domain::need::NeedKind;
use lianmeng_domain::policy;
use lianmeng_store::{StoreError, calendar, deadline};
use sea_orm::ConnectionTrait;
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Sets a profile: a new one, or in place of the one of its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetProfile {
    /// The whole profile.
    pub profile: DeadlineProfile,
    /// The version the caller read; `None` for a new one.
    pub version: Option<i64>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Chooses the profile a committee goes by, or the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChooseProfile {
    /// For whom; `None` makes it the default of all who have no choice of their own.
    pub committee: Option<ChainCommitteeId>,
    /// The profile; `None` lets the committee go by the default again.
    pub profile: Option<String>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a profile was not set or chosen.
#[derive(Debug, Error)]
pub enum ProfileCommandError {
    /// The caller keeps no profiles, or chooses for nobody.
    #[error("there is no deadline profile or committee with this name that you may change")]
    NotFound,
    /// There is no such profile.
    #[error("there is no deadline profile {0:?}; deadlineProfiles lists them")]
    Unknown(String),
    /// The default must be a profile.
    #[error("name the profile that is to be the default")]
    DefaultMissing,
    /// A profile of that name exists.
    #[error("a profile of this name exists already; send its version to change it")]
    Taken,
    /// A rule of profiles.
    #[error(transparent)]
    Rule(#[from] ProfileError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for ProfileCommandError {
    fn from(error: StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// Sets a profile. Coordinators and administrators. Deadlines that were given stay.
///
/// # Errors
///
/// See [`ProfileCommandError`]; nothing is saved when an error is returned.
pub async fn set(
    desk: &Desk,
    actor: &Actor,
    cmd: &SetProfile,
) -> Result<String, ProfileCommandError> {
    if !rules::may_keep(actor) {
        return Err(ProfileCommandError::NotFound);
    }
    let name = cmd.profile.name.clone();
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(name),
    };
    cmd.profile.check()?;
    match cmd.version {
        Some(version) => deadline::save(&change.tx, &cmd.profile, version).await?,
        None => deadline::insert(&change.tx, &cmd.profile).await.map_err(|error| match error {
            StoreError::Conflict(_) => ProfileCommandError::Taken,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
        })?,
    }
    change.finish("SetDeadlineProfile", &format!("profile:{name}"), Touches::Nothing).await?;
    Ok(name)
}

/// Chooses a profile. Coordinators only: who has to keep a deadline does not choose it.
///
/// # Errors
///
/// See [`ProfileCommandError`]; nothing is saved when an error is returned.
pub async fn choose(
    desk: &Desk,
    actor: &Actor,
    cmd: &ChooseProfile,
) -> Result<(), ProfileCommandError> {
    if !policy::may_keep_registry(actor) {
        return Err(ProfileCommandError::NotFound);
    }
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(()),
    };
    let name = cmd.profile.as_deref();
    let unknown = || ProfileCommandError::Unknown(name.unwrap_or_default().to_owned());
    let thing = if let Some(id) = cmd.committee {
        if let Some(name) = name {
            deadline::find(&change.tx, name).await?.ok_or_else(unknown)?;
        }
        deadline::choose(&change.tx, id, name).await.map_err(|error| match error {
            StoreError::Conflict(_) => ProfileCommandError::NotFound,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => error.into(),
        })?;
        format!("{}:{id}", ChainCommitteeId::TAG)
    } else {
        let name = name.ok_or(ProfileCommandError::DefaultMissing)?;
        if !deadline::set_default(&change.tx, name).await? {
            return Err(unknown());
        }
        format!("profile:{name}")
    };
    change.finish("ChooseDeadlineProfile", &thing, Touches::Nothing).await?;
    Ok(())
}

/// Why there is no deadline.
#[derive(Debug, Error)]
pub enum DeadlineError {
    /// The calendar does not reach far enough.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// By when a need of `kind` must be responded to and answered if it is dispatched at `from`, by the
/// profile its committee goes by. Two statements.
///
/// # Errors
///
/// [`DeadlineError::Calendar`] if a year on the way is not loaded.
pub async fn of_need(
    db: &impl ConnectionTrait,
    committee: Option<ChainCommitteeId>,
    kind: NeedKind,
    from: DateTime<Utc>,
) -> Result<Deadlines, DeadlineError> {
    let kept = deadline::of_committee(db, committee).await?;
    let profile = kept.map_or_else(rules::default_profile, |kept| kept.profile);
    let calendar = calendar::from_year(db, time::local(from).year()).await?;
    Ok(profile.deadlines(kind, from, &calendar)?)
}
