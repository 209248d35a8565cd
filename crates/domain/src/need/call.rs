//! Whistle and check-in 吹哨报到: the unit in charge calls others in, and each must come in time.
//! Beside it the notes that those who work on a need leave.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};

use super::rules::{MAX_SUMMARY, advance, length, progressed};
use super::{Need, NeedError, NeedStage, NeedStep};
use crate::actor::Role;
use crate::ids::{NeedId, NeedNoteId, OrganisationId};

/// Most units called in at a time.
pub const MAX_CALLS: usize = 20;
/// Most hours given to check in: two weeks.
pub const MAX_HOURS: i32 = 336;

/// A unit called in to a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The need.
    pub need: NeedId,
    /// The unit.
    pub unit: OrganisationId,
    /// What it is called in for, 1 to 2 000 characters.
    pub reason: String,
    /// When.
    pub called_at: DateTime<Utc>,
    /// Moment by which it must check in.
    pub check_in_by: DateTime<Utc>,
    /// When it did; `None` while it has not.
    pub checked_in_at: Option<DateTime<Utc>>,
    /// What it said then.
    pub note: Option<String>,
}

impl Call {
    /// Whether it should have come before `now` and has not.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        self.checked_in_at.is_none() && self.check_in_by < now
    }
}

/// Who is called in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhistleOrder {
    /// The units, 1 to [`MAX_CALLS`]; those that were called before are not called again.
    pub units: Vec<OrganisationId>,
    /// What for, 1 to 2 000 characters.
    pub reason: String,
    /// Hours to check in, 1 to [`MAX_HOURS`].
    pub hours: i32,
}

/// Calls units in 吹哨. `called`: those called in before. Gives the need and the new calls, in order of
/// the units.
///
/// # Errors
///
/// Wrong stage, a reason that is empty or too long, [`NeedError::CallCount`],
/// [`NeedError::CallsItself`], [`NeedError::CheckInHours`].
pub fn whistle(
    need: &Need,
    order: &WhistleOrder,
    called: &[OrganisationId],
    now: DateTime<Utc>,
) -> Result<(Need, Vec<Call>), NeedError> {
    let whistled = advance(need, NeedStep::Whistle)?;
    length("reason", &order.reason, MAX_SUMMARY)?;
    if !(1..=MAX_HOURS).contains(&order.hours) {
        return Err(NeedError::CheckInHours { hours: order.hours, max: MAX_HOURS });
    }
    if order.units.iter().any(|&unit| Some(unit) == need.handler) {
        return Err(NeedError::CallsItself);
    }
    let units: BTreeSet<_> =
        order.units.iter().copied().filter(|unit| !called.contains(unit)).collect();
    if units.is_empty() || order.units.len() > MAX_CALLS {
        return Err(NeedError::CallCount { count: units.len(), max: MAX_CALLS });
    }
    let calls = units.into_iter().map(|unit| Call {
        need: need.id,
        unit,
        reason: order.reason.trim().to_owned(),
        called_at: now,
        check_in_by: now + TimeDelta::hours(i64::from(order.hours)),
        checked_in_at: None,
        note: None,
    });
    let calls = calls.collect();
    Ok((progressed(whistled, now), calls))
}

/// Follows a call 报到. A second time changes nothing but the words.
///
/// # Errors
///
/// Wrong stage, words that are too long.
pub fn check_in(
    need: &Need,
    call: &Call,
    note: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(Need, Call), NeedError> {
    let checked = progressed(advance(need, NeedStep::CheckIn)?, now);
    if let Some(note) = note {
        length("note", note, MAX_SUMMARY)?;
    }
    let note = note.map(|note| note.trim().to_owned()).or_else(|| call.note.clone());
    let checked_in_at = call.checked_in_at.or(Some(now));
    Ok((checked, Call { checked_in_at, note, ..call.clone() }))
}

/// A note on a need: progress, a telephone call, an opinion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its id.
    pub id: NeedNoteId,
    /// The need.
    pub need: NeedId,
    /// When.
    pub at: DateTime<Utc>,
    /// As what its author wrote it.
    pub role: Role,
    /// The unit its author acted for; `None` for others.
    pub unit: Option<OrganisationId>,
    /// The words, 1 to 2 000 characters.
    pub text: String,
    /// Whether it is kept from the enterprise.
    pub is_internal: bool,
}

/// Takes a note down. Progress counts where a unit wrote it.
///
/// # Errors
///
/// [`NeedError::NotNoteworthy`] for a draft and for what was merged, words that are empty or too long.
pub fn note(need: &Need, note: &Note) -> Result<Need, NeedError> {
    if matches!(need.stage, NeedStage::Draft | NeedStage::Merged) {
        return Err(NeedError::NotNoteworthy(need.stage));
    }
    length("text", &note.text, MAX_SUMMARY)?;
    let is_progress = note.unit.is_some();
    Ok(if is_progress { progressed(need.clone(), note.at) } else { need.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::EnterpriseId;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn need(stage: NeedStage) -> Need {
        let blank = Need::blank(NeedId::from(1), EnterpriseId::from(1), at(0));
        Need { stage, handler: Some(unit(7)), ..blank }
    }

    fn unit(number: u128) -> OrganisationId {
        OrganisationId::from(number)
    }

    fn order(units: &[u128], hours: i32) -> WhistleOrder {
        let units = units.iter().copied().map(unit).collect();
        WhistleOrder { units, reason: "联合踏勘".to_owned(), hours }
    }

    #[test]
    fn each_unit_is_called_once_and_never_the_one_in_charge() {
        let busy = need(NeedStage::InProgress);
        let (whistled, calls) = whistle(&busy, &order(&[9, 8, 9], 24), &[], at(1)).unwrap();
        assert_eq!(
            (whistled.stage, whistled.trace.progress_at),
            (NeedStage::Whistled, Some(at(1)))
        );
        let units: Vec<_> = calls.iter().map(|call| call.unit).collect();
        assert_eq!((units, calls[0].check_in_by), (vec![unit(8), unit(9)], at(25)));

        let (_, more) =
            whistle(&whistled, &order(&[9, 10], 1), &[unit(8), unit(9)], at(2)).unwrap();
        assert_eq!(more.len(), 1);
        let none = NeedError::CallCount { count: 0, max: MAX_CALLS };
        assert_eq!(whistle(&whistled, &order(&[9], 1), &[unit(9)], at(2)), Err(none));
        assert_eq!(whistle(&busy, &order(&[7], 1), &[], at(1)), Err(NeedError::CallsItself));
        for hours in [0, MAX_HOURS + 1] {
            let error = NeedError::CheckInHours { hours, max: MAX_HOURS };
            assert_eq!(whistle(&busy, &order(&[9], hours), &[], at(1)), Err(error));
        }
    }

    #[test]
    fn a_unit_that_does_not_come_is_late_and_one_that_came_stays() {
        let busy = need(NeedStage::InProgress);
        let (whistled, calls) = whistle(&busy, &order(&[9], 2), &[], at(1)).unwrap();
        assert!(!calls[0].is_late(at(3)));
        assert!(calls[0].is_late(at(4)));
        let (_, came) = check_in(&whistled, &calls[0], Some("到场"), at(2)).unwrap();
        let (_, again) = check_in(&whistled, &came, None, at(9)).unwrap();
        assert_eq!((again.checked_in_at, again.note.as_deref()), (Some(at(2)), Some("到场")));
        assert!(!again.is_late(at(99)));
        assert!(check_in(&busy, &calls[0], None, at(2)).is_err(), "nobody whistled");
    }

    #[test]
    fn a_note_of_a_unit_is_progress_and_one_of_the_enterprise_is_not() {
        let busy = need(NeedStage::InProgress);
        let words = |unit| Note {
            id: NeedNoteId::from(1),
            need: busy.id,
            at: at(5),
            role: Role::DepartmentHandler,
            unit,
            text: "已约谈".to_owned(),
            is_internal: false,
        };
        assert_eq!(note(&busy, &words(Some(unit(7)))).unwrap().trace.progress_at, Some(at(5)));
        assert_eq!(note(&busy, &words(None)).unwrap().trace.progress_at, None);
        let refused = NeedError::NotNoteworthy(NeedStage::Draft);
        assert_eq!(note(&need(NeedStage::Draft), &words(None)), Err(refused));
    }
}
