//! Needs of enterprises: 点单 → 分诊 → 派单 → 接单 → 办理 → 答复 → 评单 → 办结.
//!
//! The steps are rows of [`process::TRANSITIONS`]; the functions of [`rules`] and [`call`] add what
//! each step asks for beyond the stage. Who may take a step is decided by the functions of
//! [`rights`].

use chrono::{DateTime, NaiveDate, Utc};

use crate::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId};
use crate::industry::IndustryKey;
use crate::lamp::{self, LampFacts};
use crate::offer::OfferKind;
use crate::region::RegionCode;
use crate::words;

pub use error::NeedError;
pub use process::{NeedStage, NeedStep, TRANSITIONS};

pub mod call;
mod error;
pub mod lapse;
pub mod merge;
#[cfg(test)]
mod model;
pub mod process;
pub mod rights;
pub mod rules;
pub mod simulate;

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

words! {
    /// How a need came in 诉求渠道.
    pub enum NeedChannel {
        /// Through the console 网页.
        Web = "web",
        /// By telephone 电话.
        Phone = "phone",
        /// On a visit 走访.
        Visit = "visit",
        /// At an event 活动.
        Event = "event",
        /// With a file 导入.
        Import = "import",
        /// Through another system 接口.
        Api = "api",
    }
}

words! {
    /// Why a unit sends a need back, as the enterprise is told; the unit's note stays internal.
    pub enum SendBackReason {
        /// Another unit is responsible 不属于本单位职责.
        NotResponsible = "not_responsible",
        /// Facts are missing 材料不全.
        Incomplete = "incomplete",
        /// Several units must work together 需多部门协同.
        NeedsOthers = "needs_others",
        /// The law or a policy stands against it 无政策依据.
        NoBasis = "no_basis",
        /// Any other reason 其他.
        Other = "other",
    }
}

/// A send-back 退单: who would be the right one, and why not this unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendBack {
    /// What the enterprise is told.
    pub reason: SendBackReason,
    /// What the secretariat is told, 1 to 2 000 characters: an internal note.
    pub note: String,
    /// The unit that should have it instead; the enterprise is told its name.
    pub proposed: Option<OrganisationId>,
}

/// What the city's own platform, such as 深i企, says of a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CityRecord {
    /// Its number there, 1 to 100 characters; unique.
    pub number: String,
    /// Its status there, in that platform's words, at most 100 characters.
    pub status: String,
    /// When that was so.
    pub at: DateTime<Utc>,
}

/// When what happened to a need; figures as of a day are computed from these moments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NeedTrace {
    /// When it was handed in.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When the enterprise last said that it still needs it.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// When a unit first took it on.
    pub responded_at: Option<DateTime<Utc>>,
    /// When a unit last took a step or wrote a note.
    pub progress_at: Option<DateTime<Utc>>,
    /// When it was last answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When the last answer was rated.
    pub rated_at: Option<DateTime<Utc>>,
    /// When it came to an end: closed, excluded, merged or expired.
    pub closed_at: Option<DateTime<Utc>>,
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
    /// How it came in.
    pub channel: NeedChannel,
    /// Who of the enterprise agreed, how and when, where somebody else wrote it.
    pub consent: Option<String>,
    /// Where it arose.
    pub region: Option<RegionCode>,
    /// The industry it concerns.
    pub industry: Option<IndustryKey>,
    /// When it was first dispatched: the clock runs from here, and a send-back does not stop it.
    pub dispatched_at: Option<DateTime<Utc>>,
    /// Moment by which it must be answered; `None` until dispatched.
    pub due_at: Option<DateTime<Utc>>,
    /// Moment by which the unit must take it on or send it back; `None` until dispatched, and where
    /// nobody could tell.
    pub respond_by: Option<DateTime<Utc>>,
    /// How often units sent it back.
    pub send_backs: i32,
    /// The last send-back; `None` if it never was.
    pub send_back: Option<SendBack>,
    /// On what basis a coordinator decided which unit must take it, after too many send-backs.
    pub adjudication: Option<String>,
    /// Why it was not taken in.
    pub exclusion: Option<Exclusion>,
    /// Day until which it rests.
    pub suspended_until: Option<NaiveDate>,
    /// Why it rests, 1 to 2 000 characters.
    pub suspend_reason: Option<String>,
    /// The answer, for the parties only.
    pub answer: Option<String>,
    /// The rating of the enterprise.
    pub rating: Option<Rating>,
    /// Who of the enterprise agreed to the rating, how and when, where a liaison gave it 代评.
    pub rating_consent: Option<String>,
    /// How often it was taken up again.
    pub reopens: i32,
    /// The need it was joined with.
    pub merged_into: Option<NeedId>,
    /// Where it stood before that.
    pub merged_from: Option<NeedStage>,
    /// What the city's own platform says of it.
    pub city: Option<CityRecord>,
    /// When what happened to it.
    pub trace: NeedTrace,
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
    /// A draft of `enterprise` in which nothing is written yet.
    pub const fn blank(id: NeedId, enterprise: EnterpriseId, created_at: DateTime<Utc>) -> Self {
        Self {
            id,
            external_id: None,
            enterprise,
            committee: None,
            handler: None,
            kind: NeedKind::Other,
            title: String::new(),
            public_summary: String::new(),
            body: String::new(),
            stage: NeedStage::Draft,
            is_published: false,
            is_proxy: false,
            channel: NeedChannel::Web,
            consent: None,
            region: None,
            industry: None,
            dispatched_at: None,
            due_at: None,
            respond_by: None,
            send_backs: 0,
            send_back: None,
            adjudication: None,
            exclusion: None,
            suspended_until: None,
            suspend_reason: None,
            answer: None,
            rating: None,
            rating_consent: None,
            reopens: 0,
            merged_into: None,
            merged_from: None,
            city: None,
            trace: NeedTrace {
                submitted_at: None,
                confirmed_at: None,
                responded_at: None,
                progress_at: None,
                answered_at: None,
                rated_at: None,
                closed_at: None,
            },
            created_at,
            version: 1,
        }
    }

    /// Whether the answer is late at `now`; false before it is dispatched and once it is answered.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        lamp::is_running(self.stage) && self.due_at.is_some_and(|due| due < now)
    }

    /// What its lamp depends on.
    pub const fn lamp_facts(&self) -> LampFacts {
        LampFacts {
            stage: self.stage,
            rating: self.rating,
            dispatched_at: self.dispatched_at,
            due_at: self.due_at,
            progress_at: self.trace.progress_at,
        }
    }

    /// The need without what only the parties may read.
    #[must_use]
    pub fn public_part(&self) -> Self {
        Self {
            kind: self.kind,
            title: self.title.clone(),
            public_summary: self.public_summary.clone(),
            stage: self.stage,
            is_published: self.is_published,
            region: self.region,
            industry: self.industry.clone(),
            version: self.version,
            ..Self::blank(self.id, self.enterprise, self.created_at)
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
