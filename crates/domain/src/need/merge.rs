//! Needs that ask for the same become one 并单, and that can be undone.

use chrono::{DateTime, Utc};

use super::rules::{advance, ended};
use super::{Need, NeedError, NeedStage, NeedStep, NeedTrace, TRANSITIONS};
use crate::steps;

/// Joins `need` with `target`, which asks for the same 并单.
///
/// # Errors
///
/// Wrong stage, [`NeedError::NotMergeable`].
pub fn merge(need: &Need, target: &Need, now: DateTime<Utc>) -> Result<Need, NeedError> {
    let merged = ended(advance(need, NeedStep::Merge)?, now);
    if need.id == target.id {
        return Err(NeedError::NotMergeable("it is the same need"));
    }
    if target.stage == NeedStage::Draft {
        return Err(NeedError::NotMergeable("it was not handed in yet"));
    }
    if !target.stage.stands() || target.stage == NeedStage::Closed {
        return Err(NeedError::NotMergeable("it is at its end"));
    }
    let (merged_into, merged_from) = (Some(target.id), Some(need.stage));
    Ok(Need { merged_into, merged_from, is_published: false, ..merged })
}

/// Undoes a merging: the need stands again where it stood.
///
/// # Errors
///
/// Wrong stage.
pub fn unmerge(need: &Need) -> Result<Need, NeedError> {
    let stage = advance(need, NeedStep::Unmerge)?.stage;
    // An imported merging does not know where the need stood; it is looked through again.
    let may_stand =
        |&was: &NeedStage| steps::leads(TRANSITIONS, need.stage, NeedStep::Unmerge, was);
    let stage = need.merged_from.filter(may_stand).unwrap_or(stage);
    let trace = NeedTrace { closed_at: None, ..need.trace };
    Ok(Need { stage, merged_into: None, merged_from: None, trace, ..need.clone() })
}
