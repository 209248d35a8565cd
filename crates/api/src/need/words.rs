//! The words of needs: kinds, stages, steps, channels, reasons.

use async_graphql::Enum;
use lianmeng_domain::need::{
    Exclusion, NeedChannel, NeedKind, NeedStage, NeedStep, SendBackReason,
};

/// What an enterprise asks for (诉求类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NeedKind", remote = "NeedKind")]
pub enum NeedKindWord {
    /// A question about policy (政策咨询).
    Policy,
    /// Permits and filings (审批).
    Approval,
    /// Land, space, housing (用地用房).
    Space,
    /// Roads, buses, energy, other surroundings (配套设施).
    Facilities,
    /// People (用工、人才).
    Talent,
    /// Money (融资); a counterpart is sought.
    Finance,
    /// A technical problem to solve (技术攻关); a counterpart is sought.
    TechBreakthrough,
    /// Something to buy (采购); a counterpart is sought.
    Supply,
    /// Customers and orders (市场订单); a counterpart is sought.
    Market,
    /// A scenario offered for others to answer (应用场景); a counterpart is sought.
    Scenario,
    /// A partner for a project (合作投资); a counterpart is sought.
    Investment,
    /// Anything else (其他).
    Other,
}

/// Where a need stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NeedStage", remote = "NeedStage")]
pub enum NeedStageWord {
    /// Being written (草稿).
    Draft,
    /// Handed in (点单).
    Submitted,
    /// Not taken in, for one of seven reasons (不予受理).
    Excluded,
    /// Looked through and taken in (分诊).
    Triaged,
    /// Sent to a unit (派单).
    Dispatched,
    /// Sent back by the unit (退单).
    SentBack,
    /// Taken on by the unit (接单).
    Accepted,
    /// Being worked on (办理).
    InProgress,
    /// Other units were called in (吹哨).
    Whistled,
    /// A counterpart is being sought (撮合).
    Matching,
    /// Resting until a day (挂起).
    Suspended,
    /// Answered (答复).
    Answered,
    /// Rated by the enterprise (评单).
    Rated,
    /// Taken up again after a poor rating (重办).
    Reopened,
    /// Joined with an equal need (并单).
    Merged,
    /// Not confirmed in time (过期).
    Expired,
    /// Done (办结).
    Closed,
}

/// A step of a need from one stage to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NeedStep", remote = "NeedStep")]
pub enum NeedStepWord {
    /// Hand in (点单).
    Submit,
    /// Refuse to take in (不予受理).
    Exclude,
    /// Take in (分诊).
    Triage,
    /// Send to a unit (派单).
    Dispatch,
    /// Take on (接单).
    Accept,
    /// Send back (退单).
    SendBack,
    /// Begin work (办理).
    Start,
    /// Call in other units (吹哨).
    Whistle,
    /// Follow the call (报到).
    CheckIn,
    /// Seek a counterpart (撮合).
    Seek,
    /// Let rest (挂起).
    Suspend,
    /// Go on after a rest.
    Resume,
    /// Answer (答复).
    Answer,
    /// Rate (评单).
    Rate,
    /// Take up again (重办).
    Reopen,
    /// Close (办结).
    Close,
    /// Join with an equal need (并单).
    Merge,
    /// Undo that.
    Unmerge,
    /// Let lapse.
    Expire,
}

/// Why a need is not taken in (不予受理情形), the seven of the Shenzhen guidelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Exclusion", remote = "Exclusion")]
pub enum ExclusionWord {
    /// Not in the jurisdiction.
    Jurisdiction,
    /// In litigation, arbitration or a disciplinary procedure (诉讼、仲裁、纪检监察).
    Litigation,
    /// Already a petition (信访).
    Petition,
    /// State secret, trade secret or privacy.
    Secret,
    /// Unlawful, malicious or without substance.
    Unfounded,
    /// The same need is in process or finished.
    Duplicate,
    /// Any other reason.
    Other,
}

/// How a need came in (诉求渠道).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "NeedChannel", remote = "NeedChannel")]
pub enum NeedChannelWord {
    /// Through the console (网页).
    Web,
    /// By telephone (电话).
    Phone,
    /// On a visit (走访).
    Visit,
    /// At an event (活动).
    Event,
    /// With a file (导入).
    Import,
    /// Through another system (接口).
    Api,
}

/// Why a unit sends a need back (退单原因), as the enterprise is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SendBackReason", remote = "SendBackReason")]
pub enum SendBackReasonWord {
    /// Another unit is responsible (不属于本单位职责).
    NotResponsible,
    /// Facts are missing (材料不全).
    Incomplete,
    /// Several units must work together (需多部门协同).
    NeedsOthers,
    /// The law or a policy stands against it (无政策依据).
    NoBasis,
    /// Any other reason.
    Other,
}
