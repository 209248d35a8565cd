//! Who may use which mutation: one line per mutation.
//!
//! `make test-rights` fails with the name of a mutation that is missing here, and tries each of them
//! as every column of the matrix: those named, in their own scope and in somebody else's, and those
//! not named. Who is refused gets nothing and changes nothing.

use super::Column;

/// Who may use a mutation.
#[derive(Debug, Clone, Copy)]
pub struct Mutation {
    /// Its name.
    pub name: &'static str,
    /// Columns that may use it, in their scope.
    pub may: &'static [Column],
    /// What their scope is, in a few words.
    pub scope: &'static str,
}

use Column::{
    ChairOfCommittee, ChairOfEnterprise, CommitteeSecretary, Coordinator, DepartmentHandler,
    DistrictHost, Enterprise, GroupHeadquarters, LiaisonOfCommittee, LiaisonOfEnterprise,
    LiaisonOfUnit, SystemAdmin,
};

const REGISTRY: &[Column] = &[Coordinator];
const COMMITTEE: &[Column] = &[Coordinator, CommitteeSecretary];
const ORGANISER: &[Column] = &[Coordinator, CommitteeSecretary, DistrictHost];
const HANDLER: &[Column] = &[DepartmentHandler];
const HANDLER_OR_COMMITTEE: &[Column] = &[DepartmentHandler, Coordinator, CommitteeSecretary];
const OWNER: &[Column] = &[Coordinator, Enterprise];
const ASKER: &[Column] = &[Enterprise, Coordinator, CommitteeSecretary];
const WRITER: &[Column] = &[Enterprise, LiaisonOfEnterprise, Coordinator, CommitteeSecretary];
const ATTACHER: &[Column] = &[
    Enterprise,
    LiaisonOfEnterprise,
    DepartmentHandler,
    CommitteeSecretary,
    DistrictHost,
    Coordinator,
];
const SIDE: &[Column] = &[Enterprise, DepartmentHandler];
const GUEST: &[Column] =
    &[Enterprise, DepartmentHandler, Coordinator, CommitteeSecretary, DistrictHost];
const KEEPER: &[Column] = &[Enterprise, DepartmentHandler, Coordinator, CommitteeSecretary];
const CONTACT_KEEPER: &[Column] =
    &[Enterprise, LiaisonOfEnterprise, DepartmentHandler, Coordinator, CommitteeSecretary];
/// Whoever knows a code or has evidence: rights come with it, not before.
const ANYONE: &[Column] = &[];
const PERSON: &[Column] = &[
    Enterprise,
    ChairOfEnterprise,
    ChairOfCommittee,
    DepartmentHandler,
    LiaisonOfUnit,
    LiaisonOfEnterprise,
    LiaisonOfCommittee,
    CommitteeSecretary,
    DistrictHost,
    Coordinator,
    GroupHeadquarters,
    Column::Auditor,
    SystemAdmin,
];

const fn registry(name: &'static str) -> Mutation {
    Mutation { name, may: REGISTRY, scope: "any" }
}

const fn committee(name: &'static str) -> Mutation {
    Mutation { name, may: COMMITTEE, scope: "of its committee" }
}

const fn organiser(name: &'static str) -> Mutation {
    Mutation { name, may: ORGANISER, scope: "events of its committee, or hosted by it" }
}

const fn met(name: &'static str) -> Mutation {
    Mutation { name, may: GUEST, scope: "meetings of its own; events it organises" }
}

const fn guest(name: &'static str) -> Mutation {
    Mutation { name, may: GUEST, scope: "its own invitation; events it organises" }
}

const fn side(name: &'static str) -> Mutation {
    Mutation { name, may: SIDE, scope: "requests it made or got, as a participant of the event" }
}

const fn handler(name: &'static str) -> Mutation {
    Mutation { name, may: HANDLER, scope: "needs dispatched to it" }
}

const fn owner(name: &'static str) -> Mutation {
    Mutation { name, may: OWNER, scope: "its own" }
}

const fn person(name: &'static str) -> Mutation {
    Mutation { name, may: PERSON, scope: "one's own account, after signing in" }
}

/// Every mutation of the schema, by name.
pub const MUTATIONS: &[Mutation] = &[
    committee("alliancePartnerAdd"),
    committee("alliancePartnerRemove"),
    committee("allianceRegister"),
    committee("allianceRemove"),
    committee("allianceUpdate"),
    person("apiTokenCreate"),
    person("apiTokenRevoke"),
    Mutation {
        name: "attachmentAdd",
        may: ATTACHER,
        scope: "needs it may write, answers it gives, tasks and meetings it is a side of; what it organises",
    },
    Mutation { name: "attachmentRemove", may: ATTACHER, scope: "what it added; coordinators any" },
    owner("avoidChange"),
    Mutation {
        name: "bidJudge",
        may: ASKER,
        scope: "bids for its own needs, for those of its committee",
    },
    Mutation { name: "bidSubmit", may: SIDE, scope: "for itself, on a need it sees" },
    Mutation { name: "bidTakeBack", may: SIDE, scope: "its own" },
    Mutation { name: "biddingAward", may: ASKER, scope: "its own needs, those of its committee" },
    Mutation { name: "biddingOpen", may: ASKER, scope: "its own needs, those of its committee" },
    Mutation {
        name: "biddingWithdraw",
        may: ASKER,
        scope: "its own needs, those of its committee",
    },
    registry("chainRegister"),
    registry("chainRemove"),
    registry("chainUpdate"),
    organiser("checkInByHand"),
    organiser("checkInsUpload"),
    organiser("checkpointAdd"),
    organiser("checkpointRemove"),
    committee("claimDecide"),
    Mutation {
        name: "claimFile",
        may: ANYONE,
        scope: "for an enterprise by its credit code; nothing is granted before it is decided",
    },
    person("claimWithdraw"),
    person("colleagueAdd"),
    person("colleaguePasswordReset"),
    person("colleagueRemove"),
    registry("committeeRegister"),
    registry("committeeRemove"),
    registry("committeeUpdate"),
    Mutation {
        name: "contactAdd",
        may: CONTACT_KEEPER,
        scope: "of its own, or of those on its committee's chain or seats",
    },
    Mutation {
        name: "contactChange",
        may: CONTACT_KEEPER,
        scope: "of its own, or of those on its committee's chain or seats",
    },
    Mutation {
        name: "contactRemove",
        may: CONTACT_KEEPER,
        scope: "of its own, or of those on its committee's chain or seats",
    },
    registry("deadlineProfileChoose"),
    Mutation { name: "deadlineProfileSet", may: &[Coordinator, SystemAdmin], scope: "any" },
    owner("enterpriseConfirm"),
    registry("enterpriseRegister"),
    owner("enterpriseUpdate"),
    organiser("eventAddFromSuggestions"),
    organiser("eventAddPairs"),
    organiser("eventAddParticipants"),
    organiser("eventAdvance"),
    organiser("eventCreate"),
    organiser("eventOrderMeetings"),
    organiser("eventPlan"),
    organiser("eventPlanLater"),
    organiser("eventPublish"),
    organiser("eventReplan"),
    organiser("eventUpdate"),
    met("followUpAnswer"),
    person("grantLeave"),
    guest("guestAnswer"),
    guest("guestDelegation"),
    organiser("guestPromote"),
    organiser("guestQuotasSet"),
    guest("guestSubstitute"),
    organiser("guestWithdraw"),
    organiser("guestsInvite"),
    organiser("guestsSeat"),
    organiser("guestsSend"),
    registry("importUpload"),
    Mutation { name: "invitationAccept", may: ANYONE, scope: "with the code" },
    committee("invitationRenew"),
    committee("invitationWithdraw"),
    committee("invitationsMake"),
    committee("invitationsUpload"),
    Mutation { name: "jobRequeue", may: &[Coordinator, SystemAdmin], scope: "any" },
    person("loginRevoke"),
    registry("matchWeightsActivate"),
    registry("matchWeightsPropose"),
    organiser("meetingLock"),
    organiser("meetingRemove"),
    side("meetingRequestAccept"),
    side("meetingRequestCancel"),
    side("meetingRequestChange"),
    side("meetingRequestDecline"),
    side("meetingRequestSend"),
    organiser("meetingRequestsOpen"),
    met("meetingResultRecord"),
    organiser("meetingUnlock"),
    handler("needAccept"),
    Mutation {
        name: "needAnswer",
        may: HANDLER_OR_COMMITTEE,
        scope: "needs dispatched to it; of its committee where nobody is in charge",
    },
    Mutation { name: "needCheckIn", may: HANDLER, scope: "needs it was called in to" },
    committee("needClose"),
    Mutation {
        name: "needConfirm",
        may: &[Enterprise, LiaisonOfEnterprise],
        scope: "its own; of the enterprise it is assigned to",
    },
    committee("needDispatch"),
    Mutation {
        name: "needDraft",
        may: WRITER,
        scope: "its own; of the enterprise it is assigned to or of its committee, as a proxy",
    },
    committee("needExclude"),
    committee("needMerge"),
    registry("needMirror"),
    Mutation {
        name: "needNote",
        may: &[Enterprise, LiaisonOfEnterprise, DepartmentHandler, Coordinator, CommitteeSecretary],
        scope: "its own; dispatched to it, or called in to; of its committee",
    },
    Mutation { name: "needPublish", may: ASKER, scope: "its own; of its committee" },
    Mutation {
        name: "needRate",
        may: &[Enterprise, LiaisonOfEnterprise],
        scope: "its own; of the enterprise it is assigned to, with a record of its consent",
    },
    Mutation { name: "needReopen", may: ASKER, scope: "its own; of its committee" },
    Mutation {
        name: "needResume",
        may: HANDLER_OR_COMMITTEE,
        scope: "needs dispatched to it; of its committee where nobody is in charge",
    },
    committee("needSeek"),
    handler("needSendBack"),
    handler("needStart"),
    Mutation {
        name: "needSubmit",
        may: WRITER,
        scope: "its own; of the enterprise it is assigned to or of its committee, as a proxy",
    },
    Mutation {
        name: "needSuspend",
        may: HANDLER_OR_COMMITTEE,
        scope: "needs dispatched to it; of its committee where nobody is in charge",
    },
    committee("needTriage"),
    committee("needUnmerge"),
    handler("needWhistle"),
    person("noticeEmailConfirm"),
    person("noticeEmailSet"),
    person("noticeSettingsSet"),
    person("noticesRead"),
    Mutation {
        name: "offerConfirm",
        may: &[Coordinator, Enterprise, DepartmentHandler],
        scope: "its own",
    },
    Mutation {
        name: "offerRegister",
        may: &[Coordinator, Enterprise, DepartmentHandler],
        scope: "its own",
    },
    Mutation {
        name: "offerReserve",
        may: KEEPER,
        scope: "its own offers; needs and pairings of its committee",
    },
    Mutation {
        name: "offerUpdate",
        may: &[Coordinator, Enterprise, DepartmentHandler],
        scope: "its own",
    },
    registry("organisationRegister"),
    registry("organisationRemove"),
    registry("organisationUpdate"),
    owner("outcomeCorrect"),
    owner("outcomeRecord"),
    owner("outcomeTerminate"),
    committee("pairingEnd"),
    registry("pairingPatternCreate"),
    committee("pairingRenew"),
    committee("pairingsCreate"),
    organiser("participantUpdate"),
    registry("partyOrganisationRegister"),
    registry("partyOrganisationRemove"),
    registry("partyOrganisationUpdate"),
    person("passwordChange"),
    Mutation { name: "passwordChoose", may: ANYONE, scope: "with the code" },
    registry("placementRemove"),
    registry("placementSet"),
    owner("projectAdvance"),
    owner("projectBlockerOpen"),
    owner("projectBlockerSolve"),
    owner("projectCodeMake"),
    registry("projectFigureReport"),
    registry("projectGroupKindSet"),
    owner("projectInvestmentSet"),
    owner("projectLabelsSet"),
    registry("projectLampRulesSet"),
    owner("projectMilestoneRecord"),
    owner("projectProgressWrite"),
    owner("projectRegister"),
    owner("projectTeamSet"),
    owner("projectUpdate"),
    registry("redCreditSet"),
    Mutation {
        name: "reservationConsume",
        may: KEEPER,
        scope: "its own offers; needs and pairings of its committee",
    },
    Mutation {
        name: "reservationReturn",
        may: KEEPER,
        scope: "its own offers; what is kept for it; needs and pairings of its committee",
    },
    registry("seasonAdopt"),
    committee("seatAppoint"),
    committee("seatEnd"),
    committee("seatRemove"),
    registry("segmentAdd"),
    registry("segmentRemove"),
    registry("segmentUpdate"),
    Mutation { name: "suggestionAccept", may: SIDE, scope: "as a side, once shown" },
    Mutation { name: "suggestionDecline", may: SIDE, scope: "as a side, once shown" },
    committee("suggestionPair"),
    committee("suggestionShow"),
    committee("suggestionWithdraw"),
    committee("suggestionsMake"),
    committee("suggestionsMakeLater"),
    committee("supervisionLift"),
    committee("supervisionList"),
    committee("supervisionOpen"),
    Mutation { name: "supplyEdgeDispute", may: OWNER, scope: "as supplier or buyer" },
    registry("supplyEdgeEnd"),
    registry("supplyEdgeRegister"),
    registry("supplyEdgeRemove"),
    Mutation { name: "taskAdvance", may: OWNER, scope: "as the owner in charge" },
    registry("taskEdit"),
    registry("taskList"),
    registry("taskListAdopt"),
    registry("tasksSuggest"),
    registry("travelTimesSet"),
    Mutation {
        name: "venueRegister",
        may: &[Coordinator, DistrictHost],
        scope: "in its own division or zone",
    },
    person("webhookAdd"),
    person("webhookRemove"),
    Mutation { name: "workCalendarImport", may: &[Coordinator, SystemAdmin], scope: "any" },
    registry("zoneRegister"),
    registry("zoneRemove"),
    registry("zoneUpdate"),
];

/// The rule of the mutation `name`; `None` if nobody has written one.
pub fn rule(name: &str) -> Option<&'static Mutation> {
    MUTATIONS.iter().find(|mutation| mutation.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mutations_stand_by_name_and_neither_auditor_nor_public_changes_business_data() {
        assert!(MUTATIONS.is_sorted_by(|a, b| a.name < b.name));
        for mutation in MUTATIONS {
            assert!(!mutation.may.contains(&Column::Public), "{}", mutation.name);
            let is_own_account = mutation.may == PERSON;
            let may_audit = mutation.may.contains(&Column::Auditor);
            assert_eq!(may_audit, is_own_account, "{}", mutation.name);
        }
    }
}
