//! Who may take which step. A handler never rates: only the enterprise that asked does.

use super::{Need, NeedStep};
use crate::actor::{Actor, Role};
use crate::ids::{ChainCommitteeId, EnterpriseId};
use crate::policy;
use crate::rights::{Column, DataClass, Sight, in_scope};

/// Send-backs after which only a coordinator may name the next unit; the decision is binding.
pub const ADJUDICATION_AFTER: i32 = 2;

/// Whether `actor` may write needs of `enterprise`, and if so, whether on its behalf 代录: the
/// enterprise itself, its liaison, a coordinator, or the secretary of the committee the need goes to.
pub fn may_write(
    actor: &Actor,
    enterprise: EnterpriseId,
    committee: Option<ChainCommitteeId>,
) -> Option<Authorship> {
    if is_own(actor, enterprise) {
        return Some(Authorship::Own);
    }
    let is_proxy = is_liaison(actor, enterprise) || acts_for(actor, committee);
    is_proxy.then_some(Authorship::Proxy)
}

/// Whether `actor` may rate the answer to `need`, and if so, whether on behalf of the enterprise 代评:
/// the enterprise itself or its liaison, never who handled it.
pub fn may_rate(actor: &Actor, need: &Need) -> Option<Authorship> {
    if is_own(actor, need.enterprise) {
        return Some(Authorship::Own);
    }
    is_liaison(actor, need.enterprise).then_some(Authorship::Proxy)
}

/// Whether `actor` may say that the enterprise still needs it: the enterprise or its liaison.
pub fn may_confirm(actor: &Actor, need: &Need) -> bool {
    may_rate(actor, need).is_some()
}

/// Whether `actor` may write a note on a need they read in full: who works on it, and who asked.
pub fn may_note(actor: &Actor, need: &Need) -> bool {
    actor.role == Role::DepartmentHandler
        || acts_for(actor, need.committee)
        || may_rate(actor, need).is_some()
}

/// Whether `actor` may record what the city's own platform says: coordinators.
pub fn may_mirror(actor: &Actor) -> bool {
    actor.role == Role::Coordinator
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
        | NeedStep::Unmerge => acts_for(actor, need.committee),
        NeedStep::Reopen => is_own(actor, need.enterprise) || acts_for(actor, need.committee),
        // Only time does.
        NeedStep::Expire => false,
        // Of the units, only those called in and the one in charge read the need in full.
        NeedStep::CheckIn => {
            actor.role == Role::DepartmentHandler
                && actor.organisation().is_some()
                && actor.organisation() != need.handler
        }
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
        NeedStep::Rate => may_rate(actor, need).is_some(),
    }
}

/// Whether `actor` may publish the need's summary: its enterprise or its committee.
pub fn may_publish(actor: &Actor, need: &Need) -> bool {
    is_own(actor, need.enterprise) || acts_for(actor, need.committee)
}

/// Whether `actor` reads internal notes, such as why a unit sent a need back, of needs they read in
/// full: units, secretaries, coordinators, auditors. The enterprise gets a plain answer instead.
pub fn may_read_notes(actor: &Actor) -> bool {
    let column = Column::of(actor);
    column.is_some_and(|column| in_scope(column, DataClass::NeedNotes) == Sight::Full)
}

fn is_own(actor: &Actor, enterprise: EnterpriseId) -> bool {
    actor.role == Role::Enterprise && actor.enterprise() == Some(enterprise)
}

/// A liaison is assigned to an enterprise by holding the role for it.
fn is_liaison(actor: &Actor, enterprise: EnterpriseId) -> bool {
    actor.role == Role::ServiceLiaison && actor.enterprise() == Some(enterprise)
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
            committee: Some(ChainCommitteeId::from(1)),
            handler: handler.map(OrganisationId::from),
            kind: NeedKind::Talent,
            stage: NeedStage::Triaged,
            send_backs,
            ..Need::blank(NeedId::from(1), EnterpriseId::from(1), chrono::DateTime::UNIX_EPOCH)
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
        let liaison =
            |n| actor(Role::ServiceLiaison, Some(Body::Enterprise(EnterpriseId::from(n))));
        let coordinator = actor(Role::Coordinator, None);
        let auditor = actor(Role::Auditor, None);
        let cases = [
            ("own", &firm, Step::Rate, Some(7), true),
            ("other enterprise", &other_firm, Step::Rate, Some(7), false),
            ("its liaison", &liaison(1), Step::Rate, Some(7), true),
            ("liaison of another", &liaison(2), Step::Rate, Some(7), false),
            ("handler", &unit(7), Step::Rate, Some(7), false),
            ("unit called in", &unit(8), Step::CheckIn, Some(7), true),
            ("handler", &unit(7), Step::CheckIn, Some(7), false),
            ("own", &firm, Step::Reopen, Some(7), true),
            ("coordinator", &coordinator, Step::Expire, Some(7), false),
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
