//! Patterns of pairing: adding one.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::pairing::PairingKind;
use lianmeng_domain::pairing::pattern::{self as rules, PairingPattern, PatternError, Role, Slot};
use lianmeng_store::{StoreError, pairing::pattern as store};
use thiserror::Error;

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Most patterns there may be.
pub const MAX_PATTERNS: u64 = 200;

/// Adds a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatePattern {
    /// Its name.
    pub name: String,
    /// What it is called in Chinese.
    pub zh: String,
    /// What it is called in English.
    pub en: String,
    /// What kind of pairings it makes.
    pub kind: PairingKind,
    /// Who stands in the middle.
    pub anchor: Role,
    /// The roles around each anchor.
    pub slots: Vec<Slot>,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Why a pattern was not added.
#[derive(Debug, Error)]
pub enum PatternCommandError {
    /// The caller keeps no patterns.
    #[error("there are no pairing patterns that you may add to")]
    NotFound,
    /// A pattern of that name exists.
    #[error(
        "there is a pattern of this name already; patterns are never changed, choose another name"
    )]
    Taken,
    /// No more patterns.
    #[error("there are {MAX_PATTERNS} patterns already, which is the most")]
    TooMany,
    /// A rule of patterns.
    #[error(transparent)]
    Rule(#[from] PatternError),
    /// Begin and end of the change.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<StoreError> for PatternCommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(_) => Self::Taken,
            StoreError::Stale | StoreError::Corrupt { .. } | StoreError::Db(_) => {
                Self::Command(error.into())
            }
        }
    }
}

/// Adds a pattern. Coordinators. Gives its name.
///
/// # Errors
///
/// See [`PatternCommandError`]; nothing is saved when an error is returned.
pub async fn create(
    desk: &Desk,
    actor: &Actor,
    cmd: &CreatePattern,
) -> Result<String, PatternCommandError> {
    if !rules::may_add(actor) {
        return Err(PatternCommandError::NotFound);
    }
    let trimmed = |role: &Role| Role {
        zh: role.zh.trim().to_owned(),
        en: role.en.trim().to_owned(),
        who: role.who.clone(),
    };
    let slot = |slot: &Slot| Slot { role: trimmed(&slot.role), ..slot.clone() };
    let pattern = PairingPattern {
        name: cmd.name.clone(),
        zh: cmd.zh.trim().to_owned(),
        en: cmd.en.trim().to_owned(),
        kind: cmd.kind,
        anchor: trimmed(&cmd.anchor),
        slots: cmd.slots.iter().map(slot).collect(),
        made_at: desk.now,
        made_by: actor.subject.clone(),
    };
    pattern.check()?;
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => {
            let name = thing.strip_prefix(WIRE).ok_or(PatternCommandError::NotFound)?;
            return Ok(name.to_owned());
        }
    };
    let known = store::all(&change.tx, MAX_PATTERNS).await?;
    if u64::try_from(known.len()).is_ok_and(|count| count >= MAX_PATTERNS) {
        return Err(PatternCommandError::TooMany);
    }
    store::insert(&change.tx, &pattern).await?;
    let thing = format!("{WIRE}{}", pattern.name);
    change.finish("CreatePairingPattern", &thing, Touches::Nothing).await?;
    Ok(pattern.name)
}

const WIRE: &str = "pattern:";
