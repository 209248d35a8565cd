//! Chain committees, the "1" of "1+N", and their seats.

use chrono::NaiveDate;
use thiserror::Error;

use crate::ids::{ChainCommitteeId, EnterpriseId, IndustrialChainId, OrganisationId, SeatId};
use crate::organisation::OrganisationKind;
use crate::region::Place;
use crate::words;

words! {
    /// Local form of a committee.
    pub enum CommitteeForm {
        /// Several bodies set it up together 联合党委.
        Joint = "joint",
        /// One body covers several trades 综合党委.
        Comprehensive = "comprehensive",
        /// It covers a cluster 集群党委.
        Cluster = "cluster",
    }
}

/// An industrial-chain Party committee 产业链党委.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainCommittee {
    /// Its id.
    pub id: ChainCommitteeId,
    /// Key in the system it was imported from.
    pub external_id: Option<String>,
    /// Its name, unique.
    pub name: String,
    /// The chain it organises.
    pub chain: IndustrialChainId,
    /// Its form.
    pub form: CommitteeForm,
    /// Where it works.
    pub place: Option<Place>,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}

words! {
    /// Kind of a seat; a committee should have at least one of each.
    pub enum SeatKind {
        /// Department 部门.
        Department = "department",
        /// Leading enterprise 龙头企业.
        LeadingEnterprise = "leading_enterprise",
        /// Chamber 商会.
        Chamber = "chamber",
        /// Bank 金融机构.
        Bank = "bank",
        /// Institute 科研院所.
        Institute = "institute",
    }
}

impl SeatKind {
    /// The kind of seat an organisation of this kind may hold.
    pub const fn of_organisation(kind: OrganisationKind) -> Self {
        match kind {
            OrganisationKind::Department => Self::Department,
            OrganisationKind::Chamber => Self::Chamber,
            OrganisationKind::Bank => Self::Bank,
            OrganisationKind::Institute => Self::Institute,
        }
    }
}

/// Who holds a seat or takes part in an alliance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// An enterprise.
    Enterprise(EnterpriseId),
    /// Another organisation.
    Organisation(OrganisationId),
}

/// A seat on a committee, held by a member unit 委员单位.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Its id.
    pub id: SeatId,
    /// The committee.
    pub committee: ChainCommitteeId,
    /// Its kind.
    pub kind: SeatKind,
    /// Who holds it.
    pub holder: Member,
    /// First day of the term, if known.
    pub from_on: Option<NaiveDate>,
    /// Last day of the term, if it ends.
    pub until_on: Option<NaiveDate>,
}

impl Seat {
    /// Whether the term covers `day`.
    pub fn is_held_on(&self, day: NaiveDate) -> bool {
        self.from_on.is_none_or(|from| from <= day) && self.until_on.is_none_or(|to| day <= to)
    }
}

/// Why a seat cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SeatError {
    /// The holder is of another kind than the seat.
    #[error("a seat of kind {kind} cannot be held by this unit; it may hold one of kind {fits}")]
    WrongHolder {
        /// Kind of the seat.
        kind: SeatKind,
        /// Kind that fits the holder.
        fits: SeatKind,
    },
    /// The term ends before it begins.
    #[error("the term ends on {until_on}, before it begins on {from_on}")]
    TermReversed {
        /// First day.
        from_on: NaiveDate,
        /// Last day.
        until_on: NaiveDate,
    },
}

/// Checks that `seat` fits its holder and that its term does not end before it begins.
///
/// `organisation` is the kind of the holder where that is an organisation; enterprises hold the
/// seats of leading enterprises.
///
/// # Errors
///
/// [`SeatError::WrongHolder`], [`SeatError::TermReversed`].
pub fn check_seat(seat: &Seat, organisation: Option<OrganisationKind>) -> Result<(), SeatError> {
    let fits = organisation.map_or(SeatKind::LeadingEnterprise, SeatKind::of_organisation);
    if seat.kind != fits {
        return Err(SeatError::WrongHolder { kind: seat.kind, fits });
    }
    match (seat.from_on, seat.until_on) {
        (Some(from_on), Some(until_on)) if until_on < from_on => {
            Err(SeatError::TermReversed { from_on, until_on })
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// Kinds without a seat held on `day`: each is a finding for the committee.
pub fn empty_seat_kinds(seats: &[Seat], day: NaiveDate) -> Vec<SeatKind> {
    SeatKind::ALL
        .iter()
        .copied()
        .filter(|kind| !seats.iter().any(|seat| seat.kind == *kind && seat.is_held_on(day)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_empty_when_nobody_holds_it_that_day() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        let seat = |kind, until| Seat {
            id: SeatId::from(1),
            committee: ChainCommitteeId::from(1),
            kind,
            holder: Member::Enterprise(EnterpriseId::from(1)),
            from_on: Some(day(2)),
            until_on: until,
        };
        let seats = [seat(SeatKind::Department, Some(day(4))), seat(SeatKind::Bank, None)];
        let empty = |d| empty_seat_kinds(&seats, day(d));
        assert_eq!(empty(1).len(), 5, "before the term");
        assert_eq!(
            empty(4),
            [SeatKind::LeadingEnterprise, SeatKind::Chamber, SeatKind::Institute],
            "last day"
        );
        assert_eq!(empty(5).len(), 4, "after the term of the department");
    }

    #[test]
    fn a_seat_fits_its_holder_and_its_term_runs_forward() {
        use OrganisationKind::{Bank, Department};
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d);
        let seat = |kind, from_on, until_on| Seat {
            id: SeatId::from(1),
            committee: ChainCommitteeId::from(1),
            kind,
            holder: Member::Organisation(OrganisationId::from(1)),
            from_on,
            until_on,
        };
        let wrong = |kind, fits| Err(SeatError::WrongHolder { kind, fits });
        let lead = SeatKind::LeadingEnterprise;
        let (from_on, until_on) = (day(3).unwrap(), day(2).unwrap());
        let cases = [
            ("a bank", seat(SeatKind::Bank, None, None), Some(Bank), Ok(())),
            ("an enterprise", seat(lead, None, None), None, Ok(())),
            ("one day", seat(SeatKind::Bank, day(3), day(3)), Some(Bank), Ok(())),
            (
                "a bank on a department's seat",
                seat(SeatKind::Department, None, None),
                Some(Bank),
                wrong(SeatKind::Department, SeatKind::Bank),
            ),
            (
                "a department on an enterprise's seat",
                seat(lead, None, None),
                Some(Department),
                wrong(lead, SeatKind::Department),
            ),
            (
                "an enterprise on a bank's seat",
                seat(SeatKind::Bank, None, None),
                None,
                wrong(SeatKind::Bank, lead),
            ),
            (
                "a term that runs backwards",
                seat(SeatKind::Bank, day(3), day(2)),
                Some(Bank),
                Err(SeatError::TermReversed { from_on, until_on }),
            ),
        ];
        for (name, seat, organisation, want) in cases {
            assert_eq!(check_seat(&seat, organisation), want, "{name}");
        }
    }
}
