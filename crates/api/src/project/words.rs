//! Words of the ledger of projects, as the schema says them.

use async_graphql::Enum;
use lianmeng_domain::project::finding::FindingKind;
use lianmeng_domain::project::funnel::Measure;
use lianmeng_domain::project::lamp::ProjectLamp;
use lianmeng_domain::project::ledger::{BlockerKind, DayKind, Milestone, TeamRole};

/// What a day of a project is about (项目节点).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MilestoneKind", remote = "Milestone")]
pub enum MilestoneWord {
    /// Signed (签约).
    Signed,
    /// Filed (备案).
    Filed,
    /// Started (开工).
    Started,
    /// Entered into the statistical registry (入库); no stage, it may come at any time.
    Enrolled,
    /// The first payment (投资入账).
    Investing,
    /// Completed (竣工).
    Completed,
    /// Producing (投产).
    Producing,
    /// Given up (终止).
    Terminated,
}

/// Whether a day is planned or actual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MilestoneDayKind", remote = "DayKind")]
pub enum DayKindWord {
    /// When it is to be (计划).
    Planned,
    /// When it was (实际).
    Actual,
}

/// Who somebody is in the team (专班) of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectTeamRole", remote = "TeamRole")]
pub enum TeamRoleWord {
    /// The leader who coordinates (牵头领导): one at a time.
    Lead,
    /// A department that is responsible (责任部门).
    Department,
    /// A person who follows it day by day (跟踪人员).
    Follower,
}

/// What keeps a project from going on (堵点).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "BlockerKind", remote = "BlockerKind")]
pub enum BlockerKindWord {
    /// Money (资金).
    Funds,
    /// Land (土地).
    Land,
    /// Approvals (审批).
    Approval,
    /// The environment (环保).
    Environment,
    /// Safety (安全).
    Safety,
}

/// The lamp of a project (红黄绿灯).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectLamp", remote = "ProjectLamp")]
pub enum ProjectLampWord {
    /// As planned (绿灯).
    Green,
    /// Behind (黄灯).
    Yellow,
    /// Far behind (红灯).
    Red,
}

/// What is missing in the ledger of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectFindingKind", remote = "FindingKind")]
pub enum FindingKindWord {
    /// Nobody leads it (无牵头领导).
    NoLead,
    /// No department is responsible (无责任部门).
    NoDepartment,
    /// Nobody follows it (无跟踪人员).
    NoFollower,
    /// Nothing was written for too long (未按周更新).
    Stale,
    /// A planned day went by (节点逾期).
    Overdue,
}

/// A rate of a cohort of projects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ProjectMeasure", remote = "Measure")]
pub enum MeasureWord {
    /// Filed of those signed (备案率).
    Filed,
    /// Started of those filed (开工率).
    Started,
    /// Paid in this year of what was planned for this year, in fen (投资完成率).
    Investment,
    /// Completed of those to be completed this year (竣工率).
    Completed,
    /// Producing of those completed (投产率).
    Producing,
}
