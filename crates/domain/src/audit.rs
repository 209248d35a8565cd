//! Who may read the audit log 审计日志, and which reads are recorded in it.

use crate::actor::{Actor, Role};
use crate::ids::EnterpriseId;

/// The part of the audit log a caller reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditSight {
    /// Everything, with persons, origins, before and after.
    All,
    /// What was done to the things of an enterprise and who read them, by role and body.
    Own(EnterpriseId),
    /// Nothing.
    Nothing,
}

/// The part of the audit log that `actor` reads. The system administrator keeps it without reading it.
pub fn sight(actor: &Actor) -> AuditSight {
    match actor.role {
        Role::Auditor => AuditSight::All,
        Role::Enterprise => actor.enterprise().map_or(AuditSight::Nothing, AuditSight::Own),
        Role::RotatingChair
        | Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::CommitteeSecretary
        | Role::DistrictHost
        | Role::Coordinator
        | Role::GroupHeadquarters
        | Role::SystemAdmin
        | Role::Public => AuditSight::Nothing,
    }
}

/// Whether it is recorded that `actor` read a restricted field of a thing of `owner`: an enterprise
/// reading what it wrote itself is no access anybody asks about; a liaison who acts for it comes from
/// outside.
pub fn is_recorded(actor: &Actor, owner: EnterpriseId) -> bool {
    actor.role != Role::Enterprise || actor.enterprise() != Some(owner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Body;

    #[test]
    fn auditors_read_all_enterprises_their_own_and_nobody_else_anything() {
        let firm = EnterpriseId::from(1);
        for role in Role::ALL.iter().copied() {
            let actor = Actor { subject: "t".to_owned(), role, body: Some(Body::Enterprise(firm)) };
            let want = match role {
                Role::Auditor => AuditSight::All,
                Role::Enterprise => AuditSight::Own(firm),
                Role::RotatingChair
                | Role::DepartmentHandler
                | Role::ServiceLiaison
                | Role::CommitteeSecretary
                | Role::DistrictHost
                | Role::Coordinator
                | Role::GroupHeadquarters
                | Role::SystemAdmin
                | Role::Public => AuditSight::Nothing,
            };
            assert_eq!(sight(&actor), want, "{role}");
        }
    }

    #[test]
    fn an_enterprise_reading_its_own_is_not_recorded() {
        let actor = Actor {
            subject: "t".to_owned(),
            role: Role::Enterprise,
            body: Some(Body::Enterprise(EnterpriseId::from(1))),
        };
        assert!(!is_recorded(&actor, EnterpriseId::from(1)));
        assert!(is_recorded(&actor, EnterpriseId::from(2)));
        let liaison = Actor { role: Role::ServiceLiaison, ..actor };
        assert!(is_recorded(&liaison, EnterpriseId::from(1)));
        assert!(is_recorded(&Actor::public(), EnterpriseId::from(1)));
    }
}
