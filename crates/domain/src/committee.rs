//! Chain committees, the "1" of "1+N", and their seats.

use chrono::NaiveDate;

use crate::ids::{ChainCommitteeId, EnterpriseId, IndustrialChainId, OrganisationId, SeatId};
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
}
