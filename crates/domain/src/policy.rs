//! What a caller may see, as a value that goes with every list.

use crate::actor::{Actor, Body, Role};
use crate::ids::{ChainCommitteeId, EnterpriseId, OrganisationId, ZoneId};
use crate::region::RegionCode;
use crate::rights::{self, Column, DataClass, Sight};

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

/// What a caller in `column` sees of data of `class`, given the `whole` of what they see: their
/// scope, what was published, or nothing.
pub fn sees(column: Option<Column>, whole: &Visibility, class: DataClass) -> &Visibility {
    let Some(column) = column else { return &Visibility::Nothing };
    match (rights::in_scope(column, class), rights::published(column, class)) {
        (Sight::Full | Sight::Masked, _) => whole,
        (Sight::None, Sight::Full | Sight::Masked) => &Visibility::Published,
        (Sight::None, Sight::None) => &Visibility::Nothing,
    }
}

/// What a caller in `column` reads in full of data of `class`: their scope or nothing. Published
/// data are not counted.
pub fn reads(column: Option<Column>, whole: &Visibility, class: DataClass) -> &Visibility {
    match column.map(|column| rights::in_scope(column, class)) {
        Some(Sight::Full) => whole,
        Some(Sight::Masked | Sight::None) | None => &Visibility::Nothing,
    }
}

/// What a caller in `column` sees of docking events: what an organiser or a participant sees, or
/// what was published.
pub fn sees_events(column: Option<Column>, whole: &Visibility) -> &Visibility {
    let rows = sees(column, whole, DataClass::EventRows);
    if *rows == Visibility::Nothing { sees(column, whole, DataClass::EventCard) } else { rows }
}

/// The part of the platform whose needs `actor` reads in full.
pub fn reading(actor: &Actor) -> Visibility {
    reads(Column::of(actor), &visibility(actor), DataClass::NeedBody).clone()
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

    #[test]
    fn who_stands_in_no_column_sees_nothing_and_only_they_and_the_administrator() {
        let bodies = [
            None,
            Some(Body::Enterprise(EnterpriseId::from(1))),
            Some(Body::Organisation(OrganisationId::from(1))),
            Some(Body::Committee(ChainCommitteeId::from(1))),
            Some(Body::Zone(ZoneId::from(1))),
            Some(Body::Region("440305".parse().unwrap())),
        ];
        for &role in Role::ALL {
            for body in &bodies {
                let actor = actor(role, body.clone());
                let column = Column::of(&actor);
                let has_none = matches!(column, None | Some(Column::SystemAdmin));
                assert_eq!(has_none, visibility(&actor) == Visibility::Nothing, "{actor:?}");
            }
        }
    }

    #[test]
    fn sight_of_a_class_is_the_scope_or_what_was_published_or_nothing() {
        let scope = Visibility::Committee(ChainCommitteeId::from(2));
        let chair = Some(Column::ChairOfCommittee);
        assert_eq!(sees(chair, &scope, DataClass::NeedSummary), &scope);
        assert_eq!(sees(chair, &scope, DataClass::Offer), &Visibility::Published);
        assert_eq!(sees(chair, &scope, DataClass::SupplyEdge), &Visibility::Nothing);
        assert_eq!(sees(chair, &scope, DataClass::Outcome), &scope);
        assert_eq!(reads(chair, &scope, DataClass::Outcome), &Visibility::Nothing);
        assert_eq!(sees_events(chair, &scope), &Visibility::Published);
        assert_eq!(sees_events(Some(Column::CommitteeSecretary), &scope), &scope);
        let admin = Some(Column::SystemAdmin);
        for class in [DataClass::NeedSummary, DataClass::EventCard, DataClass::Registry] {
            assert_eq!(sees(admin, &Visibility::Nothing, class), &Visibility::Nothing);
        }
        assert_eq!(sees(None, &scope, DataClass::Registry), &Visibility::Nothing);
    }
}
