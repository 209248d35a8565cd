//! Who may take which step. A handler never rates: only the enterprise that asked does.

use super::{Need, NeedStep};
use crate::actor::{Actor, Role};
use crate::ids::{ChainCommitteeId, EnterpriseId};
use crate::policy;

/// Send-backs after which only a coordinator may name the next unit; the decision is binding.
pub const ADJUDICATION_AFTER: i32 = 2;

/// Whether `actor` may write needs of `enterprise`, and if so, whether on its behalf 代录: the
/// enterprise itself, a coordinator, or the secretary of the committee the need goes to.
pub fn may_write(
    actor: &Actor,
    enterprise: EnterpriseId,
    committee: Option<ChainCommitteeId>,
) -> Option<Authorship> {
    if is_own(actor, enterprise) {
        return Some(Authorship::Own);
    }
    acts_for(actor, committee).then_some(Authorship::Proxy)
}

/// Who holds the pen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorship {
    /// The enterprise itself.
    Own,
    /// Somebody else on its behalf.
    Proxy,
}

/// Whether `actor` may take `step` with `need`. That the stage allows it is a matter of
/// [`rules`](super::rules).
pub fn may_take(actor: &Actor, step: NeedStep, need: &Need) -> bool {
    match step {
        NeedStep::Submit => may_write(actor, need.enterprise, need.committee).is_some(),
        NeedStep::Triage
        | NeedStep::Exclude
        | NeedStep::Seek
        | NeedStep::Close
        | NeedStep::Merge
        | NeedStep::Expire
        | NeedStep::Reopen => acts_for(actor, need.committee),
        NeedStep::Dispatch => {
            let is_adjudication = need.send_backs >= ADJUDICATION_AFTER;
            acts_for(actor, need.committee) && (!is_adjudication || actor.role == Role::Coordinator)
        }
        NeedStep::Accept | NeedStep::SendBack | NeedStep::Start | NeedStep::Whistle => {
            handles(actor, need)
        }
        NeedStep::Suspend | NeedStep::Resume | NeedStep::Answer => match need.handler {
            Some(_) => handles(actor, need),
            None => acts_for(actor, need.committee),
        },
        NeedStep::Rate => is_own(actor, need.enterprise),
    }
}

/// Whether `actor` may publish the need's summary: its enterprise or its committee.
pub fn may_publish(actor: &Actor, need: &Need) -> bool {
    is_own(actor, need.enterprise) || acts_for(actor, need.committee)
}

/// Whether `actor` reads internal notes, such as why a unit sent a need back, of needs they read in
/// full: units, secretaries, coordinators, auditors. The enterprise gets a plain answer instead.
pub fn may_read_notes(actor: &Actor) -> bool {
    match actor.role {
        Role::DepartmentHandler
        | Role::ServiceLiaison
        | Role::CommitteeSecretary
        | Role::Coordinator
        | Role::Auditor => true,
        Role::Enterprise
        | Role::RotatingChair
        | Role::DistrictHost
        | Role::GroupHeadquarters
        | Role::SystemAdmin
        | Role::Public => false,
    }
}

fn is_own(actor: &Actor, enterprise: EnterpriseId) -> bool {
    actor.role == Role::Enterprise && actor.enterprise() == Some(enterprise)
}

fn acts_for(actor: &Actor, committee: Option<ChainCommitteeId>) -> bool {
    match committee {
        Some(committee) => policy::may_act_for_committee(actor, committee),
        None => actor.role == Role::Coordinator,
    }
}

fn handles(actor: &Actor, need: &Need) -> bool {
    actor.role == Role::DepartmentHandler
        && need.handler.is_some()
        && actor.organisation() == need.handler
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Body;
    use crate::ids::{NeedId, OrganisationId};
    use crate::need::{NeedKind, NeedStage};

    fn need(handler: Option<u128>, send_backs: i32) -> Need {
        Need {
            id: NeedId::from(1),
            external_id: None,
            enterprise: EnterpriseId::from(1),
            committee: Some(ChainCommitteeId::from(1)),
            handler: handler.map(OrganisationId::from),
            kind: NeedKind::Talent,
            title: String::new(),
            public_summary: String::new(),
            body: String::new(),
            stage: NeedStage::Triaged,
            is_published: false,
            is_proxy: false,
            region: None,
            industry: None,
            dispatched_at: None,
            due_at: None,
            send_backs,
            send_back_reason: None,
            exclusion: None,
            suspended_until: None,
            answer: None,
            rating: None,
            reopens: 0,
            merged_into: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    fn actor(role: Role, body: Option<Body>) -> Actor {
        Actor { subject: "t".to_owned(), role, body }
    }

    #[test]
    fn each_step_belongs_to_its_party() {
        use NeedStep as Step;
        let firm = actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(1))));
        let other_firm = actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(2))));
        let committee =
            |n| actor(Role::CommitteeSecretary, Some(Body::Committee(ChainCommitteeId::from(n))));
        let unit =
            |n| actor(Role::DepartmentHandler, Some(Body::Organisation(OrganisationId::from(n))));
        let coordinator = actor(Role::Coordinator, None);
        let auditor = actor(Role::Auditor, None);
        let cases = [
            ("own", &firm, Step::Rate, Some(7), true),
            ("other enterprise", &other_firm, Step::Rate, Some(7), false),
            ("handler", &unit(7), Step::Rate, Some(7), false),
            ("coordinator", &coordinator, Step::Rate, Some(7), false),
            ("secretary", &committee(1), Step::Dispatch, None, true),
            ("secretary elsewhere", &committee(2), Step::Dispatch, None, false),
            ("own", &firm, Step::Dispatch, None, false),
            ("auditor", &auditor, Step::Dispatch, None, false),
            ("public", &Actor::public(), Step::Submit, None, false),
            ("handler", &unit(7), Step::Accept, Some(7), true),
            ("other unit", &unit(8), Step::Accept, Some(7), false),
            ("unit before dispatch", &unit(7), Step::Accept, None, false),
            ("coordinator", &coordinator, Step::Accept, Some(7), false),
            ("handler", &unit(7), Step::Answer, Some(7), true),
            ("secretary over a handler", &committee(1), Step::Answer, Some(7), false),
            ("secretary of a match", &committee(1), Step::Answer, None, true),
        ];
        for (name, actor, step, handler, want) in cases {
            assert_eq!(may_take(actor, step, &need(handler, 0)), want, "{name} {step}");
        }
    }

    #[test]
    fn after_two_send_backs_only_a_coordinator_names_the_unit() {
        let secretary =
            actor(Role::CommitteeSecretary, Some(Body::Committee(ChainCommitteeId::from(1))));
        let coordinator = actor(Role::Coordinator, None);
        let may = |actor, n| may_take(actor, NeedStep::Dispatch, &need(None, n));
        assert!(may(&secretary, 1));
        assert!(!may(&secretary, 2));
        assert!(may(&coordinator, 2));
    }

    #[test]
    fn who_writes_for_an_enterprise_is_marked_as_a_proxy() {
        let firm = actor(Role::Enterprise, Some(Body::Enterprise(EnterpriseId::from(1))));
        let coordinator = actor(Role::Coordinator, None);
        let write = |actor, firm| may_write(actor, EnterpriseId::from(firm), None);
        assert_eq!(write(&firm, 1), Some(Authorship::Own));
        assert_eq!(write(&firm, 2), None);
        assert_eq!(write(&coordinator, 2), Some(Authorship::Proxy));
        assert_eq!(write(&Actor::public(), 1), None);
    }
}
