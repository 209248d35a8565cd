//! The rights matrix as data: who sees which class of data, in full, masked, or not at all.
//!
//! [`MATRIX`] is the one place where this is decided. [`policy`](crate::policy) reads it, storage
//! turns what `policy` says into conditions of its queries, `docs/rights.md` is printed from it, and
//! `make test-rights` walks the schema and compares every answer with it.
//!
//! A new type or field needs a word in [`fields::FIELDS`], a new mutation a line in
//! [`mutations::MUTATIONS`], a new kind of data a row here.

pub mod aggregate;
pub mod fields;
pub mod mutations;
pub mod page;

use crate::actor::{Actor, Body, Role};
use crate::words;

use Sight::{Full as F, Masked as M, None as N};

/// How much somebody sees of data in their scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// All of it.
    Full,
    /// All but the fields that [`fields::FIELDS`] calls masked: those are null or empty.
    Masked,
    /// Nothing: the rows do not exist.
    None,
}

words! {
    /// A column of the matrix: a role, and for some roles what it is held for.
    pub enum Column {
        /// Staff of an enterprise 企业.
        Enterprise = "enterprise",
        /// The enterprise that chairs a committee in turn 轮值, acting for itself.
        ChairOfEnterprise = "rotating_chair, of an enterprise",
        /// The enterprise that chairs a committee in turn 轮值, acting for the committee.
        ChairOfCommittee = "rotating_chair, of a committee",
        /// Handler in a department, or in a partner organisation: bank, institute, chamber 办理单位.
        DepartmentHandler = "department_handler",
        /// Service liaison of a unit 服务专员.
        LiaisonOfUnit = "service_liaison, of a unit",
        /// Service liaison assigned to an enterprise 服务专员.
        LiaisonOfEnterprise = "service_liaison, of an enterprise",
        /// Service liaison of a committee 服务专员.
        LiaisonOfCommittee = "service_liaison, of a committee",
        /// Secretary of a chain committee 产业链党委书记.
        CommitteeSecretary = "committee_secretary",
        /// District or zone that hosts events 承办区.
        DistrictHost = "district_host",
        /// Coordinator for the whole platform 统筹单位.
        Coordinator = "coordinator",
        /// Head office of a state-owned group 国企集团总部.
        GroupHeadquarters = "group_headquarters",
        /// Auditor 审计.
        Auditor = "auditor",
        /// System administrator 系统管理员.
        SystemAdmin = "system_admin",
        /// Anyone 公众.
        Public = "public",
    }
}

/// How many columns there are.
const COLUMNS: usize = 14;

impl Column {
    /// The column `actor` stands in; `None` for a role whose body does not fit it, which sees
    /// nothing.
    pub fn of(actor: &Actor) -> Option<Self> {
        match (actor.role, &actor.body) {
            (Role::Coordinator, _) => Some(Self::Coordinator),
            (Role::Auditor, _) => Some(Self::Auditor),
            (Role::SystemAdmin, _) => Some(Self::SystemAdmin),
            (Role::Public, _) => Some(Self::Public),
            (Role::Enterprise, Some(Body::Enterprise(_))) => Some(Self::Enterprise),
            (Role::RotatingChair, Some(Body::Enterprise(_))) => Some(Self::ChairOfEnterprise),
            (Role::RotatingChair, Some(Body::Committee(_))) => Some(Self::ChairOfCommittee),
            (Role::DepartmentHandler, Some(Body::Organisation(_))) => Some(Self::DepartmentHandler),
            (Role::ServiceLiaison, Some(Body::Organisation(_))) => Some(Self::LiaisonOfUnit),
            (Role::ServiceLiaison, Some(Body::Enterprise(_))) => Some(Self::LiaisonOfEnterprise),
            (Role::ServiceLiaison, Some(Body::Committee(_))) => Some(Self::LiaisonOfCommittee),
            (Role::CommitteeSecretary, Some(Body::Committee(_))) => Some(Self::CommitteeSecretary),
            (Role::DistrictHost, Some(Body::Region(_) | Body::Zone(_))) => Some(Self::DistrictHost),
            (Role::GroupHeadquarters, Some(Body::Enterprise(_))) => Some(Self::GroupHeadquarters),
            (
                Role::Enterprise
                | Role::RotatingChair
                | Role::DepartmentHandler
                | Role::ServiceLiaison
                | Role::CommitteeSecretary
                | Role::DistrictHost
                | Role::GroupHeadquarters,
                _,
            ) => None,
        }
    }

    /// Its place in a row of [`MATRIX`].
    const fn place(self) -> usize {
        match self {
            Self::Enterprise => 0,
            Self::ChairOfEnterprise => 1,
            Self::ChairOfCommittee => 2,
            Self::DepartmentHandler => 3,
            Self::LiaisonOfUnit => 4,
            Self::LiaisonOfEnterprise => 5,
            Self::LiaisonOfCommittee => 6,
            Self::CommitteeSecretary => 7,
            Self::DistrictHost => 8,
            Self::Coordinator => 9,
            Self::GroupHeadquarters => 10,
            Self::Auditor => 11,
            Self::SystemAdmin => 12,
            Self::Public => 13,
        }
    }
}

words! {
    /// A class of data: a row of the matrix.
    pub enum DataClass {
        /// National codes of divisions and industries 代码.
        Codes = "codes",
        /// The public registry: cards of enterprises and organisations, products, chains, committees, seats, alliances, zones, venues 名录.
        Registry = "registry",
        /// Whom to call at an enterprise or organisation 联系人.
        Contact = "contact",
        /// Figures over the registry and over what one reads in full 统计.
        Figures = "figures",
        /// Title, public summary, kind and stage of a need 需求摘要.
        NeedSummary = "need_summary",
        /// The restricted half of a need 需求正文.
        NeedBody = "need_body",
        /// Internal notes on a need: why it was sent back 内部意见.
        NeedNotes = "need_notes",
        /// Files on the restricted body or the answer of a need, on tasks and meetings 附件.
        Attachment = "attachment",
        /// Bids for a need that was put up for open bidding 揭榜方案.
        Bid = "bid",
        /// Offers 供给.
        Offer = "offer",
        /// Reserved parts of offers 预留.
        Reservation = "reservation",
        /// Figures about needs: rates, overview, topics 需求统计.
        NeedFigures = "need_figures",
        /// Where a need belongs, and what is like it 派单建议.
        NeedAdvice = "need_advice",
        /// Who did and read what 审计日志.
        AuditLog = "audit_log",
        /// Invitations to join 入驻邀请.
        Invitation = "invitation",
        /// Claims of enterprises 认领.
        Claim = "claim",
        /// Statements of who supplies whom 供应关系.
        SupplyEdge = "supply_edge",
        /// Suggestions 撮合建议.
        Suggestion = "suggestion",
        /// What side A of a suggestion gains 需求方得益.
        GainOfA = "gain_of_a",
        /// What side B of a suggestion gains 供给方得益.
        GainOfB = "gain_of_b",
        /// Versions of the suggestion engine's weights 撮合权重.
        Weights = "weights",
        /// Why a side declined 谢绝理由.
        DeclineReason = "decline_reason",
        /// Whom an enterprise never wants to meet 回避名单.
        AvoidList = "avoid_list",
        /// Best pairs before anybody agreed 结对方案.
        PairingPlan = "pairing_plan",
        /// Seasons, sessions and events before anybody agreed 活动方案.
        EventProposal = "event_proposal",
        /// Pairings 结对.
        Pairing = "pairing",
        /// Projects 项目.
        Project = "project",
        /// Cooperation tasks 央地合作任务.
        Task = "task",
        /// Outcomes 成果.
        Outcome = "outcome",
        /// Title, time and place of an event 对接活动.
        EventCard = "event_card",
        /// Participants and published rows of an event 日程.
        EventRows = "event_rows",
        /// When a participant cannot meet and how many it wants to meet 参会意愿.
        EventWishes = "event_wishes",
        /// The timetable before it is published 初排.
        EventDraft = "event_draft",
        /// Who is invited to an event, the answers, and who comes 嘉宾.
        Guest = "guest",
        /// Who asks whom for a meeting before the timetable is planned 会面申请.
        MeetingRequest = "meeting_request",
        /// What was said of a meeting after it 会面结果.
        MeetingResult = "meeting_result",
        /// What became of a meeting later 跟进.
        FollowUp = "follow_up",
        /// Jobs 后台任务.
        Job = "job",
        /// The caller's own account, grants, logins and tokens 本人账号.
        Own = "own",
    }
}

/// A row of the matrix.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What it is about.
    pub class: DataClass,
    /// What each column sees of data in its scope, in the order of [`Column`].
    pub in_scope: [Sight; COLUMNS],
    /// What everyone who sees anything of the class at all, and the public, sees of published data,
    /// whatever their scope; [`Sight::None`] where nothing is ever published.
    pub published: Sight,
    /// What lies in whose scope, in one or two sentences.
    pub scope: &'static str,
}

/// Who sees what: product page, section 6, completed for every type of the schema.
///
/// Columns: enterprise, chair of an enterprise, chair of a committee, department handler, liaison of
/// a unit, of an enterprise, of a committee, secretary, host, coordinator, group, auditor,
/// administrator, public.
#[rustfmt::skip]
pub const MATRIX: &[Rule] = &[
    Rule { class: DataClass::Codes,         in_scope: [F, F, F, F, F, F, F, F, F, F, F, F, F, F], published: N,
           scope: "National standards; the same for all." },
    Rule { class: DataClass::Registry,      in_scope: [F, F, F, F, F, F, F, F, F, F, F, F, N, F], published: N,
           scope: "The public card of everyone; the same for all but the administrator." },
    Rule { class: DataClass::Contact,       in_scope: [F, M, M, F, F, F, M, F, F, F, F, M, N, N], published: N,
           scope: "Enterprise, unit: its own, and of those with whom it has a mutual match or shares a meeting of a published timetable; unit: of enterprises whose needs it reads. Committee: on its chain or its seats; host: whoever meets somebody by a published timetable of its events; group: its own. Everybody else who sees any sees all others masked: family name, ends of the phone number, domain." },
    Rule { class: DataClass::Figures,       in_scope: [F, F, F, F, F, F, F, F, F, F, F, F, N, F], published: N,
           scope: "Counts of the public registry, and sums over rows the caller reads in full. Figures over other rows follow the rule of five." },
    Rule { class: DataClass::NeedSummary,   in_scope: [F, F, F, F, F, F, F, F, F, F, F, F, N, N], published: F,
           scope: "Enterprise, group: its own. Unit: dispatched to it, or called in. Committee: addressed to it, drafts excepted. Host: in its district, or of an enterprise in its zone, drafts excepted. A side of a suggestion that was shown sees the need it is about, and whose need was merged the one it was merged with." },
    Rule { class: DataClass::NeedBody,      in_scope: [F, N, N, F, F, F, N, F, N, F, F, F, N, N], published: N,
           scope: "As the summary, but for suggestions and merging: they show the summary only." },
    Rule { class: DataClass::NeedNotes,     in_scope: [N, N, N, F, F, F, N, F, N, F, N, F, N, N], published: N,
           scope: "As the restricted body. The enterprise gets a plain answer." },
    Rule { class: DataClass::Attachment,    in_scope: [F, N, N, F, F, F, N, F, F, F, F, F, N, N], published: N,
           scope: "Whoever reads the restricted body of the need, the task in full, or the meeting: organisers, and both sides from its publication on." },
    Rule { class: DataClass::Bid,           in_scope: [F, F, N, F, F, F, N, F, N, F, F, F, N, N], published: N,
           scope: "Its own at any time; from the end of the bidding on, whoever reads the body of the need. Until then coordinators and auditors neither." },
    Rule { class: DataClass::Offer,         in_scope: [F, F, N, F, F, F, N, F, N, F, F, F, N, N], published: F,
           scope: "Its own; committee: of enterprises on its chain. Side A of a suggestion that was shown sees the offer it is about." },
    Rule { class: DataClass::Reservation,   in_scope: [F, N, N, F, F, F, N, F, N, F, F, F, N, N], published: N,
           scope: "The provider of the offer; the parties of the need or pairing it is for, and their head offices; the unit in charge; committee: for needs and pairings of its own." },
    Rule { class: DataClass::NeedFigures,   in_scope: [F, M, M, F, M, M, M, F, M, F, F, F, N, N], published: N,
           scope: "Rates of the needs read in full. Masked: whole quarters of what one sees in part, withheld below five enterprises. Overview and topics: secretary, coordinator, auditor." },
    Rule { class: DataClass::NeedAdvice,    in_scope: [F, N, N, F, F, F, N, F, N, F, F, F, N, N], published: N,
           scope: "Duplicates: who reads the need in full, each as far as they see it. Kind and unit: who may dispatch it." },
    Rule { class: DataClass::AuditLog,      in_scope: [M, N, N, N, N, N, N, N, N, N, N, F, N, N], published: N,
           scope: "Auditors all. Enterprise: accesses to its own things. Masked: not who, from where, before and after." },
    Rule { class: DataClass::Invitation,    in_scope: [N, N, N, N, N, N, N, F, N, F, N, M, N, N], published: N,
           scope: "Committee: its own. Masked: the contact with all but its ends hidden." },
    Rule { class: DataClass::Claim,         in_scope: [N, N, N, N, N, N, N, F, N, F, N, F, N, N], published: N,
           scope: "Committee: of enterprises on its chain. One's own claims are on the page of one's account." },
    Rule { class: DataClass::SupplyEdge,    in_scope: [F, N, N, N, N, N, N, F, F, F, F, F, N, N], published: N,
           scope: "Direct links of its own; committee: with an end on its chain; host: with both ends in its district or zone. Who sees no links has the figures." },
    Rule { class: DataClass::Suggestion,    in_scope: [F, N, N, M, M, M, M, F, N, F, F, F, N, N], published: N,
           scope: "Enterprise, unit, group: as a side, once shown. Committee: of its needs. Masked: that it is there, not score and reasons. A side reads the score and reasons of its own gain." },
    Rule { class: DataClass::GainOfA,       in_scope: [F, N, N, N, N, N, N, F, N, F, F, F, N, N], published: N,
           scope: "Side A and its head office, once shown; committee: of its needs. The other side reads of it what the public registry tells." },
    Rule { class: DataClass::GainOfB,       in_scope: [F, N, N, N, N, N, N, F, N, F, F, F, N, N], published: N,
           scope: "Side B, where it is an enterprise, and its head office, once shown; committee: of its needs. The other side reads of it what the public registry tells." },
    Rule { class: DataClass::Weights,       in_scope: [N, N, N, N, N, N, N, N, N, F, N, F, N, N], published: N,
           scope: "The same for all suggestions." },
    Rule { class: DataClass::DeclineReason, in_scope: [F, N, N, F, N, N, N, N, N, M, N, M, N, N], published: N,
           scope: "Only the side that declined. Masked: the code, never the words." },
    Rule { class: DataClass::AvoidList,     in_scope: [F, N, N, N, N, N, N, N, N, N, N, N, N, N], published: N,
           scope: "Only the enterprise whose list it is; the engine reads it and tells nobody." },
    Rule { class: DataClass::PairingPlan,   in_scope: [N, N, N, N, N, N, N, F, N, F, N, N, N, N], published: N,
           scope: "Who asked for it." },
    Rule { class: DataClass::EventProposal, in_scope: [N, N, N, N, N, N, N, N, N, F, N, N, N, N], published: N,
           scope: "Who asked for it." },
    Rule { class: DataClass::Pairing,       in_scope: [F, F, F, F, F, F, F, F, N, F, F, F, N, N], published: N,
           scope: "As a side; committee: those it keeps." },
    Rule { class: DataClass::Project,       in_scope: [F, M, M, N, N, M, M, F, M, F, F, F, N, N], published: M,
           scope: "Enterprise: its own, and those with a task of its own. Committee: of enterprises on its chain. Host: in its district, or of an enterprise in its zone. A side of a suggestion that was shown sees the project masked. Masked: not the amount and not the ledger. Figures of projects are about those read in full." },
    Rule { class: DataClass::Task,          in_scope: [F, M, M, N, N, M, M, F, M, F, F, F, N, N], published: N,
           scope: "As owner or counterpart; committee: with a side on its chain. Host: of a project in its district, or with a side in its zone. Masked: not score and reasons." },
    Rule { class: DataClass::Outcome,       in_scope: [F, M, M, N, N, M, M, F, F, F, F, F, N, N], published: F,
           scope: "What it reported; committee: of enterprises on its chain; host: of events it hosts. Masked: not amount, number and note. Published: approved figures." },
    Rule { class: DataClass::EventCard,     in_scope: [F, F, N, F, F, F, N, F, F, F, F, F, N, N], published: F,
           scope: "Committee: its events; host: those it hosts. Whoever is invited, and head offices: from the sending of the invitation until it is taken back; participants while the event takes meeting requests. Published: once a version of the timetable is." },
    Rule { class: DataClass::EventRows,     in_scope: [F, F, N, F, F, F, N, F, F, F, F, F, N, N], published: N,
           scope: "Organisers: all of their event. Participants and head offices: their own rows of the published timetable, themselves and those they meet." },
    Rule { class: DataClass::EventWishes,   in_scope: [F, F, N, F, F, F, N, F, F, F, N, F, N, N], published: N,
           scope: "Organisers: all of their event. A participant: its own." },
    Rule { class: DataClass::EventDraft,    in_scope: [N, N, N, N, N, N, N, F, F, F, N, F, N, N], published: N,
           scope: "Organisers: their event." },
    Rule { class: DataClass::Guest,         in_scope: [F, F, N, F, F, F, N, F, F, F, F, M, N, N], published: N,
           scope: "Organisers: all of their event. Whoever is invited, and head offices: their own, once sent. Masked: no notes, plates, food and badges; of persons family name and ends of the phone number. Everybody who sees the event sees how many people come." },
    Rule { class: DataClass::MeetingRequest, in_scope: [F, F, N, F, F, F, N, F, F, F, F, F, N, N], published: N,
           scope: "Organisers: all of their event. Either side, and head offices: their own. Why one declined is a decline reason." },
    Rule { class: DataClass::MeetingResult, in_scope: [F, F, N, F, F, F, N, F, F, F, F, F, N, N], published: N,
           scope: "Organisers: all of their event. A side, and head offices: what it said itself, never what the other said." },
    Rule { class: DataClass::FollowUp,      in_scope: [F, F, N, F, F, F, N, F, F, F, F, F, N, N], published: N,
           scope: "Organisers: all of their event. Either side, and head offices: their own." },
    Rule { class: DataClass::Job,           in_scope: [F, F, F, F, F, F, F, F, F, F, F, F, F, N], published: N,
           scope: "Those one asked for; coordinators and administrators all." },
    Rule { class: DataClass::Own,           in_scope: [F, F, F, F, F, F, F, F, F, F, F, F, F, N], published: N,
           scope: "One's own, and nobody else's." },
];

/// The row of `class`.
pub fn rule(class: DataClass) -> Option<&'static Rule> {
    MATRIX.iter().find(|rule| rule.class == class)
}

/// What `column` sees of data of `class` in its scope.
pub fn in_scope(column: Column, class: DataClass) -> Sight {
    rule(class).map_or(N, |rule| rule.in_scope[column.place()])
}

/// What `column` sees of published data of `class`, whatever its scope.
pub fn published(column: Column, class: DataClass) -> Sight {
    match column {
        Column::SystemAdmin => N,
        Column::Enterprise
        | Column::ChairOfEnterprise
        | Column::ChairOfCommittee
        | Column::DepartmentHandler
        | Column::LiaisonOfUnit
        | Column::LiaisonOfEnterprise
        | Column::LiaisonOfCommittee
        | Column::CommitteeSecretary
        | Column::DistrictHost
        | Column::Coordinator
        | Column::GroupHeadquarters
        | Column::Auditor
        | Column::Public => rule(class).map_or(N, |rule| rule.published),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_exactly_one_row_and_rows_follow_the_classes() {
        let rows: Vec<DataClass> = MATRIX.iter().map(|rule| rule.class).collect();
        assert_eq!(rows, DataClass::ALL);
        assert_eq!(Column::ALL.len(), COLUMNS);
        for (place, column) in Column::ALL.iter().enumerate() {
            assert_eq!(column.place(), place);
        }
    }

    #[test]
    fn the_administrator_sees_no_business_data() {
        let seen = DataClass::ALL.iter().filter(|&&c| in_scope(Column::SystemAdmin, c) != N);
        let seen: Vec<&str> = seen.map(|class| class.word()).collect();
        assert_eq!(seen, ["codes", "job", "own"]);
    }

    #[test]
    fn nobody_but_the_two_sides_reads_why_a_side_declined_or_whom_it_avoids() {
        let full = |class| {
            let full = Column::ALL.iter().filter(move |&&column| in_scope(column, class) == F);
            full.copied().collect::<Vec<_>>()
        };
        let sides = [Column::Enterprise, Column::DepartmentHandler];
        assert_eq!(full(DataClass::DeclineReason), sides);
        assert_eq!(full(DataClass::AvoidList), [Column::Enterprise]);
    }
}
