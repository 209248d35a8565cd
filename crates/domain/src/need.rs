//! Needs of enterprises: 点单 → 分诊 → 派单 → 接单 → 办理 → 答复 → 评单 → 办结.
//!
//! The steps are rows of [`TRANSITIONS`]; the functions of [`rules`] add what each step asks for
//! beyond the stage. Who may take a step is decided by the functions of [`rights`].

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId};
use crate::industry::IndustryKey;
use crate::offer::OfferKind;
use crate::region::RegionCode;
use crate::steps::{Transition, WrongStage};
use crate::words;

pub mod rights;
pub mod rules;

words! {
    /// What an enterprise asks for. Casework is dispatched to a member unit; for a matching kind a
    /// counterpart is sought.
    pub enum NeedKind {
        /// A question about policy 政策咨询.
        Policy = "policy",
        /// Permits and filings 审批.
        Approval = "approval",
        /// Land, space, housing 用地用房.
        Space = "space",
        /// Roads, buses, energy, other surroundings 配套设施.
        Facilities = "facilities",
        /// People 用工、人才.
        Talent = "talent",
        /// Money 融资.
        Finance = "finance",
        /// A technical problem to solve 技术攻关.
        TechBreakthrough = "tech_breakthrough",
        /// Something to buy 采购.
        Supply = "supply",
        /// Customers and orders 市场订单.
        Market = "market",
        /// A scenario offered for others to answer 应用场景.
        Scenario = "scenario",
        /// A partner for a project 合作投资.
        Investment = "investment",
        /// Anything else 其他.
        Other = "other",
    }
}

impl NeedKind {
    /// Whether an offer of kind `offer` may answer a need of this kind: nobody who looks for credit
    /// wants a loom.
    pub const fn takes(self, offer: OfferKind) -> bool {
        use OfferKind as O;
        match self {
            Self::Policy | Self::Approval => matches!(offer, O::Policy | O::Service | O::Other),
            Self::Space => matches!(offer, O::Space | O::Policy | O::Other),
            Self::Facilities => matches!(offer, O::Service | O::Space | O::Policy | O::Other),
            Self::Talent => matches!(offer, O::Talent | O::Policy | O::Other),
            Self::Finance => matches!(offer, O::Finance | O::Policy | O::Other),
            Self::TechBreakthrough => {
                matches!(offer, O::Technology | O::Product | O::Service | O::Talent | O::Other)
            }
            Self::Supply => matches!(offer, O::Product | O::Service | O::Technology | O::Other),
            Self::Market => matches!(offer, O::Market | O::Service | O::Other),
            Self::Scenario => {
                matches!(offer, O::Technology | O::Product | O::Service | O::Other)
            }
            Self::Investment | Self::Other => true,
        }
    }

    /// Whether an enterprise may answer by what it makes, without an offer of its own.
    pub const fn takes_makers(self) -> bool {
        match self {
            Self::TechBreakthrough
            | Self::Supply
            | Self::Market
            | Self::Scenario
            | Self::Investment
            | Self::Other => true,
            Self::Policy
            | Self::Approval
            | Self::Space
            | Self::Facilities
            | Self::Talent
            | Self::Finance => false,
        }
    }

    /// Whether a counterpart is sought rather than a unit put in charge.
    pub const fn is_matching(self) -> bool {
        match self {
            Self::Policy
            | Self::Approval
            | Self::Space
            | Self::Facilities
            | Self::Talent
            | Self::Other => false,
            Self::Finance
            | Self::TechBreakthrough
            | Self::Supply
            | Self::Market
            | Self::Scenario
            | Self::Investment => true,
        }
    }
}

words! {
    /// Where a need stands.
    pub enum NeedStage {
        /// Being written 草稿.
        Draft = "draft",
        /// Handed in 点单.
        Submitted = "submitted",
        /// Not taken in, for one of seven reasons 不予受理.
        Excluded = "excluded",
        /// Looked through and taken in 分诊.
        Triaged = "triaged",
        /// Sent to a unit 派单.
        Dispatched = "dispatched",
        /// Sent back by the unit 退单.
        SentBack = "sent_back",
        /// Taken on by the unit 接单.
        Accepted = "accepted",
        /// Being worked on 办理.
        InProgress = "in_progress",
        /// Other units were called in 吹哨.
        Whistled = "whistled",
        /// A counterpart is being sought 撮合.
        Matching = "matching",
        /// Resting until a day 挂起.
        Suspended = "suspended",
        /// Answered 答复.
        Answered = "answered",
        /// Rated by the enterprise 评单.
        Rated = "rated",
        /// Taken up again after a poor rating 重办.
        Reopened = "reopened",
        /// Joined with an equal need 并单.
        Merged = "merged",
        /// Not confirmed in time 过期.
        Expired = "expired",
        /// Done 办结.
        Closed = "closed",
    }
}

words! {
    /// A step from one stage to another.
    pub enum NeedStep {
        /// Hand in 点单.
        Submit = "submit",
        /// Refuse to take in.
        Exclude = "exclude",
        /// Take in 分诊.
        Triage = "triage",
        /// Send to a unit 派单.
        Dispatch = "dispatch",
        /// Take on 接单.
        Accept = "accept",
        /// Send back 退单.
        SendBack = "send_back",
        /// Begin work 办理.
        Start = "start",
        /// Call in other units 吹哨.
        Whistle = "whistle",
        /// Seek a counterpart 撮合.
        Seek = "seek",
        /// Let rest.
        Suspend = "suspend",
        /// Go on after a rest.
        Resume = "resume",
        /// Answer 答复.
        Answer = "answer",
        /// Rate 评单.
        Rate = "rate",
        /// Take up again.
        Reopen = "reopen",
        /// Close 办结.
        Close = "close",
        /// Join with an equal need.
        Merge = "merge",
        /// Let lapse.
        Expire = "expire",
    }
}

/// Every step there is.
pub const TRANSITIONS: &[Transition<NeedStage, NeedStep>] = {
    use NeedStage as Stage;
    use NeedStep as Step;
    &[
        Transition { step: Step::Submit, from: &[Stage::Draft], to: Stage::Submitted },
        Transition {
            step: Step::Exclude,
            from: &[Stage::Submitted, Stage::Triaged],
            to: Stage::Excluded,
        },
        Transition { step: Step::Triage, from: &[Stage::Submitted], to: Stage::Triaged },
        Transition {
            step: Step::Dispatch,
            from: &[Stage::Triaged, Stage::SentBack, Stage::Reopened],
            to: Stage::Dispatched,
        },
        Transition { step: Step::Accept, from: &[Stage::Dispatched], to: Stage::Accepted },
        Transition { step: Step::SendBack, from: &[Stage::Dispatched], to: Stage::SentBack },
        Transition { step: Step::Start, from: &[Stage::Accepted], to: Stage::InProgress },
        Transition { step: Step::Whistle, from: &[Stage::InProgress], to: Stage::Whistled },
        Transition {
            step: Step::Seek,
            from: &[Stage::Triaged, Stage::InProgress, Stage::Suspended],
            to: Stage::Matching,
        },
        Transition {
            step: Step::Suspend,
            from: &[Stage::Accepted, Stage::InProgress, Stage::Whistled, Stage::Matching],
            to: Stage::Suspended,
        },
        Transition { step: Step::Resume, from: &[Stage::Suspended], to: Stage::InProgress },
        Transition {
            step: Step::Answer,
            from: &[Stage::InProgress, Stage::Whistled, Stage::Matching],
            to: Stage::Answered,
        },
        Transition { step: Step::Rate, from: &[Stage::Answered], to: Stage::Rated },
        Transition { step: Step::Reopen, from: &[Stage::Rated], to: Stage::Reopened },
        Transition { step: Step::Close, from: &[Stage::Rated], to: Stage::Closed },
        Transition {
            step: Step::Merge,
            from: &[Stage::Submitted, Stage::Triaged],
            to: Stage::Merged,
        },
        Transition {
            step: Step::Expire,
            from: &[Stage::Draft, Stage::Submitted, Stage::Triaged, Stage::Matching],
            to: Stage::Expired,
        },
    ]
};

words! {
    /// Why a need is not taken in: the seven exclusions of the Shenzhen guidelines of 2023.
    pub enum Exclusion {
        /// Not in the jurisdiction 不属于受理范围.
        Jurisdiction = "jurisdiction",
        /// In litigation, arbitration or a disciplinary procedure 诉讼、仲裁、纪检监察.
        Litigation = "litigation",
        /// Already a petition 信访.
        Petition = "petition",
        /// State secret, trade secret or privacy 国家秘密、商业秘密、隐私.
        Secret = "secret",
        /// Unlawful, malicious or without substance 违法、恶意、无实质内容.
        Unfounded = "unfounded",
        /// The same need is in process or finished 重复诉求.
        Duplicate = "duplicate",
        /// Any other reason 其他.
        Other = "other",
    }
}

/// A need 企业需求.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Its id.
    pub id: NeedId,
    /// Key in the system it was imported from; unique where there is one.
    pub external_id: Option<String>,
    /// The enterprise that asks.
    pub enterprise: EnterpriseId,
    /// The committee whose secretariat dispatches it; `None` until known.
    pub committee: Option<ChainCommitteeId>,
    /// The unit in charge; `None` until dispatched. Stays after a send-back, until another is named.
    pub handler: Option<OrganisationId>,
    /// What is asked for.
    pub kind: NeedKind,
    /// Title, 1 to 200 characters; public when the need is published.
    pub title: String,
    /// What everyone may read when the need is published; empty if not written.
    pub public_summary: String,
    /// What only the parties may read, 1 to 20 000 characters.
    pub body: String,
    /// Where it stands.
    pub stage: NeedStage,
    /// Whether title and public summary may be read by everyone.
    pub is_published: bool,
    /// Whether somebody else wrote it on behalf of the enterprise 代录.
    pub is_proxy: bool,
    /// Where it arose.
    pub region: Option<RegionCode>,
    /// The industry it concerns.
    pub industry: Option<IndustryKey>,
    /// When it was first dispatched: the clock runs from here, and a send-back does not stop it.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// Moment by which it must be answered; `None` until dispatched.
    pub due_at: Option<DateTime<Utc>>,
    /// How often units sent it back.
    pub send_backs: i32,
    /// Why it was last sent back: an internal note.
    pub send_back_reason: Option<String>,
    /// Why it was not taken in.
    pub exclusion: Option<Exclusion>,
    /// Day until which it rests.
    pub suspended_until: Option<NaiveDate>,
    /// The answer, for the parties only.
    pub answer: Option<String>,
    /// The rating of the enterprise.
    pub rating: Option<Rating>,
    /// How often it was taken up again.
    pub reopens: i32,
    /// The need it was joined with.
    pub merged_into: Option<NeedId>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Raised by one with each save.
    pub version: i64,
}

/// A rating 满意度: one to five stars, five the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rating(u8);

impl Rating {
    /// A rating of `stars`.
    ///
    /// # Errors
    ///
    /// [`NeedError::RatingRange`] outside of 1 to 5.
    pub fn new(stars: i32) -> Result<Self, NeedError> {
        match u8::try_from(stars) {
            Ok(stars @ 1..=5) => Ok(Self(stars)),
            Ok(_) | Err(_) => Err(NeedError::RatingRange(stars)),
        }
    }

    /// The stars, 1 to 5.
    pub const fn stars(self) -> u8 {
        self.0
    }

    /// Whether the enterprise is satisfied: three stars or more.
    pub const fn is_satisfied(self) -> bool {
        self.0 >= 3
    }
}

impl Need {
    /// Whether the answer is late at `now`; false before it is dispatched and once it is answered.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        match self.stage {
            NeedStage::Dispatched
            | NeedStage::SentBack
            | NeedStage::Accepted
            | NeedStage::InProgress
            | NeedStage::Whistled
            | NeedStage::Matching => self.due_at.is_some_and(|due| due < now),
            NeedStage::Draft
            | NeedStage::Submitted
            | NeedStage::Excluded
            | NeedStage::Triaged
            | NeedStage::Suspended
            | NeedStage::Answered
            | NeedStage::Rated
            | NeedStage::Reopened
            | NeedStage::Merged
            | NeedStage::Expired
            | NeedStage::Closed => false,
        }
    }

    /// The need without what only the parties may read.
    #[must_use]
    pub fn public_part(&self) -> Self {
        Self {
            committee: None,
            handler: None,
            body: String::new(),
            is_proxy: false,
            dispatched_at: None,
            due_at: None,
            send_backs: 0,
            send_back_reason: None,
            exclusion: None,
            suspended_until: None,
            answer: None,
            rating: None,
            reopens: 0,
            merged_into: None,
            external_id: None,
            ..self.clone()
        }
    }
}

/// A need as one caller may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenNeed {
    /// The need; only its [public part](Need::public_part) where `is_full` is false.
    pub need: Need,
    /// Whether the caller may read everything.
    pub is_full: bool,
}

/// Why a need could not be written or moved on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NeedError {
    /// The stage does not allow the step.
    #[error(transparent)]
    WrongStage(#[from] WrongStage),
    /// A text is empty or too long.
    #[error("{field} has {length} characters; it needs 1 to {max}")]
    TextLength {
        /// The field.
        field: &'static str,
        /// How many characters it has.
        length: usize,
        /// How many it may have.
        max: usize,
    },
    /// Nobody confirmed that the text holds no state secret.
    #[error("confirm that the need holds no state secret before it is submitted")]
    SecretNotRuledOut,
    /// Taken in without a committee.
    #[error("name the committee whose secretariat dispatches the need")]
    CommitteeMissing,
    /// Dispatched without a due date.
    #[error("name the moment by which the need must be answered")]
    DueMissing,
    /// The due date is past.
    #[error("due date {due_at} is past; now it is {now}")]
    DuePast {
        /// The date given.
        due_at: DateTime<Utc>,
        /// The present.
        now: DateTime<Utc>,
    },
    /// A send-back would give more time.
    #[error("due date {due_at} is later than {latest}; the clock does not stop for a send-back")]
    ClockRuns {
        /// The date given.
        due_at: DateTime<Utc>,
        /// The date that stands.
        latest: DateTime<Utc>,
    },
    /// The unit that earned the poor rating would get it again.
    #[error("the need was reopened after a poor rating; dispatch it to another unit")]
    SameHandler,
    /// A casework kind cannot seek a counterpart.
    #[error("a need of kind {0} is casework; dispatch it to a unit")]
    NotMatching(NeedKind),
    /// Work cannot go on without a unit.
    #[error("no unit is in charge; seek a counterpart or let it rest")]
    NoHandler,
    /// Rest that ends before it begins.
    #[error("the need cannot rest until {until}; the earliest day is {earliest}")]
    RestOver {
        /// The day given.
        until: NaiveDate,
        /// The earliest day.
        earliest: NaiveDate,
    },
    /// A rating out of range.
    #[error("rating is {0}; it must lie between 1 and 5")]
    RatingRange(i32),
    /// Published without a summary.
    #[error("write a public summary before the need is published")]
    SummaryMissing,
    /// Not yet or no longer to be published.
    #[error("a need in stage {0} cannot be published")]
    NotPublishable(NeedStage),
}
