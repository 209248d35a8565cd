//! Erasing what may be personal from the audit log, on the command line.

use lianmeng_domain::actor::Actor;
use lianmeng_store::audit::erase::{self, Whose};

use crate::command::{self, Begun, CommandError, Touches};
use crate::desk::Desk;

/// Erases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EraseTraces {
    /// A subject; else a thing.
    pub is_subject: bool,
    /// Its name as the log has it: `account:01J…`, `need:01J…`.
    pub name: String,
    /// Key chosen by the caller; repeating it is safe.
    pub request_key: String,
}

/// Erases from where, before and after of the rows of a subject or a thing, and says of how many.
/// That it was done is a row of its own.
///
/// # Errors
///
/// [`CommandError::Store`] if the database refuses; nothing is erased then.
pub async fn erase(desk: &Desk, actor: &Actor, cmd: &EraseTraces) -> Result<u64, CommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(_) => return Ok(0),
    };
    let whose = if cmd.is_subject { Whose::Subject(&cmd.name) } else { Whose::Thing(&cmd.name) };
    let erased = erase::erase(&change.tx, whose).await?;
    change.finish("EraseTraces", &cmd.name, Touches::Nothing).await?;
    Ok(erased)
}
