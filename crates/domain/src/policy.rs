//! What a caller may see, as a value that goes with every list.

use crate::actor::{Actor, Body, Role};
use crate::ids::{ChainCommitteeId, EnterpriseId, OrganisationId, ZoneId};
use crate::region::RegionCode;

/// The part of the platform a caller sees. Storage turns it into a condition of the query, so that
/// a row outside of it never leaves the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visibility {
    /// Everything: coordinators and auditors.
    All,
    /// What belongs to one committee's chain.
    Committee(ChainCommitteeId),
    /// What lies in a district, or is hosted by it.
    Region(RegionCode),
    /// What lies in a zone, or is hosted by it.
    Zone(ZoneId),
    /// What belongs to one group: head office and subsidiaries.
    Group(EnterpriseId),
    /// What one enterprise owns or takes part in.
    Enterprise(EnterpriseId),
    /// What was dispatched to one organisation, or hangs on it.
    Organisation(OrganisationId),
    /// What was published.
    Published,
    /// No business data: the system administrator, and a role whose body does not fit it.
    Nothing,
}

/// What `actor` may see.
pub fn visibility(actor: &Actor) -> Visibility {
    match (actor.role, &actor.body) {
        (Role::Coordinator | Role::Auditor, _) => Visibility::All,
        (
            Role::CommitteeSecretary | Role::RotatingChair | Role::ServiceLiaison,
            Some(Body::Committee(id)),
        ) => Visibility::Committee(*id),
        (Role::DistrictHost, Some(Body::Region(code))) => Visibility::Region(*code),
        (Role::DistrictHost, Some(Body::Zone(id))) => Visibility::Zone(*id),
        (Role::GroupHeadquarters, Some(Body::Enterprise(id))) => Visibility::Group(*id),
        // A liaison is assigned to an enterprise by holding the role for it.
        (
            Role::Enterprise | Role::RotatingChair | Role::ServiceLiaison,
            Some(Body::Enterprise(id)),
        ) => Visibility::Enterprise(*id),
        (Role::DepartmentHandler | Role::ServiceLiaison, Some(Body::Organisation(id))) => {
            Visibility::Organisation(*id)
        }
        (Role::Public, _) => Visibility::Published,
        (
            Role::SystemAdmin
            | Role::Enterprise
            | Role::RotatingChair
            | Role::DepartmentHandler
            | Role::ServiceLiaison
            | Role::CommitteeSecretary
            | Role::DistrictHost
            | Role::GroupHeadquarters,
            _,
        ) => Visibility::Nothing,
    }
}

/// The part of the platform `actor` reads in full: restricted bodies of needs, amounts, scores.
///
/// Never more than [`visibility`]. A rotating chair and a liaison of a committee see its list but
/// not what enterprises confide to the secretariat; a host sees what is published.
pub fn reading(actor: &Actor) -> Visibility {
    match actor.role {
        Role::Coordinator
        | Role::Auditor
        | Role::CommitteeSecretary
        | Role::GroupHeadquarters
        | Role::Enterprise
        | Role::DepartmentHandler => visibility(actor),
        Role::RotatingChair | Role::ServiceLiaison => match visibility(actor) {
            own @ (Visibility::Enterprise(_) | Visibility::Organisation(_)) => own,
            Visibility::All
            | Visibility::Committee(_)
            | Visibility::Region(_)
            | Visibility::Zone(_)
            | Visibility::Group(_)
            | Visibility::Published
            | Visibility::Nothing => Visibility::Nothing,
        },
        Role::DistrictHost | Role::SystemAdmin | Role::Public => Visibility::Nothing,
    }
}

/// Whether `actor` keeps the registry: enterprises, products, chains, committees.
///
/// Only coordinators do; an auditor never writes and an administrator has no business data.
pub fn may_keep_registry(actor: &Actor) -> bool {
    actor.role == Role::Coordinator
}

/// Whether `actor` speaks for `committee`: its secretary, or a coordinator.
pub fn may_act_for_committee(actor: &Actor, committee: ChainCommitteeId) -> bool {
    match actor.role {
        Role::Coordinator => true,
        Role::CommitteeSecretary => actor.committee() == Some(committee),
        Role::Enterprise
        | Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::DistrictHost
        | Role::GroupHeadquarters
        | Role::Auditor
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(role: Role, body: Option<Body>) -> Actor {
        Actor { subject: "t".to_owned(), role, body }
    }

    #[test]
    fn a_role_sees_its_own_part_and_nothing_when_the_body_does_not_fit() {
        let firm = EnterpriseId::from(1);
        let committee = ChainCommitteeId::from(2);
        let cases = [
            ("coordinator", Role::Coordinator, None, Visibility::All),
            ("auditor", Role::Auditor, None, Visibility::All),
            ("administrator", Role::SystemAdmin, None, Visibility::Nothing),
            ("public", Role::Public, None, Visibility::Published),
            (
                "enterprise",
                Role::Enterprise,
                Some(Body::Enterprise(firm)),
                Visibility::Enterprise(firm),
            ),
            ("enterprise without a body", Role::Enterprise, None, Visibility::Nothing),
            (
                "secretary",
                Role::CommitteeSecretary,
                Some(Body::Committee(committee)),
                Visibility::Committee(committee),
            ),
            (
                "secretary of an enterprise",
                Role::CommitteeSecretary,
                Some(Body::Enterprise(firm)),
                Visibility::Nothing,
            ),
        ];
        for (name, role, body, want) in cases {
            assert_eq!(visibility(&actor(role, body)), want, "{name}");
        }
    }
}
