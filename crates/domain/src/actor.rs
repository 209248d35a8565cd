//! Who asks: a role and the body it is held for.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::ids::{ChainCommitteeId, EnterpriseId, Id as _, OrganisationId, ZoneId};
use crate::region::RegionCode;
use crate::words;

words! {
    /// A role, as in the rights matrix of the product page.
    pub enum Role {
        /// Staff of an enterprise 企业.
        Enterprise = "enterprise",
        /// Enterprise that chairs a committee in turn 轮值.
        RotatingChair = "rotating_chair",
        /// Handler in a department, bank, institute or chamber 办理单位.
        DepartmentHandler = "department_handler",
        /// Service liaison 服务专员.
        ServiceLiaison = "service_liaison",
        /// Secretary of a chain committee 产业链党委书记.
        CommitteeSecretary = "committee_secretary",
        /// District or zone that hosts events 承办区.
        DistrictHost = "district_host",
        /// Coordinator for the whole platform (SASAC, research association) 统筹单位.
        Coordinator = "coordinator",
        /// Head office of a state-owned group 国企集团总部.
        GroupHeadquarters = "group_headquarters",
        /// Auditor: reads, never writes 审计.
        Auditor = "auditor",
        /// System administrator: runs the machine, sees no business data 系统管理员.
        SystemAdmin = "system_admin",
        /// Anyone 公众.
        Public = "public",
    }
}

/// The body a role is held for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Body {
    /// An enterprise, or a group through its head office.
    Enterprise(EnterpriseId),
    /// A department, bank, institute or chamber.
    Organisation(OrganisationId),
    /// A chain committee.
    Committee(ChainCommitteeId),
    /// A district or city.
    Region(RegionCode),
    /// A functional zone.
    Zone(ZoneId),
}

/// A text that names no body.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "{text:?} is no body a role can be held for; give enterprise:…, organisation:…, committee:…, zone:… or region:440305"
)]
pub struct BodyError {
    /// The text as given, cut to 60 characters.
    pub text: String,
}

/// The wire form: `enterprise:…`, `region:440305`.
impl fmt::Display for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enterprise(id) => write!(f, "{}:{id}", EnterpriseId::TAG),
            Self::Organisation(id) => write!(f, "{}:{id}", OrganisationId::TAG),
            Self::Committee(id) => write!(f, "{}:{id}", ChainCommitteeId::TAG),
            Self::Zone(id) => write!(f, "{}:{id}", ZoneId::TAG),
            Self::Region(code) => write!(f, "region:{code}"),
        }
    }
}

impl FromStr for Body {
    type Err = BodyError;

    fn from_str(text: &str) -> Result<Self, BodyError> {
        let body = text.split_once(':').and_then(|(tag, id)| match tag {
            EnterpriseId::TAG => id.parse().ok().map(Self::Enterprise),
            OrganisationId::TAG => id.parse().ok().map(Self::Organisation),
            ChainCommitteeId::TAG => id.parse().ok().map(Self::Committee),
            ZoneId::TAG => id.parse().ok().map(Self::Zone),
            "region" => id.parse().ok().map(Self::Region),
            _ => None,
        });
        body.ok_or_else(|| BodyError { text: text.chars().take(60).collect() })
    }
}

/// A caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Stable name of the person or program, for the audit log; never a secret.
    pub subject: String,
    /// What they act as.
    pub role: Role,
    /// For whom they act; roles for the whole platform have none.
    pub body: Option<Body>,
}

impl Actor {
    /// A caller without a token.
    pub fn public() -> Self {
        Self { subject: "public".to_owned(), role: Role::Public, body: None }
    }

    /// The enterprise this caller acts for.
    pub fn enterprise(&self) -> Option<EnterpriseId> {
        match self.body {
            Some(Body::Enterprise(id)) => Some(id),
            Some(Body::Organisation(_) | Body::Committee(_) | Body::Region(_) | Body::Zone(_))
            | None => None,
        }
    }

    /// The organisation this caller acts for.
    pub fn organisation(&self) -> Option<OrganisationId> {
        match self.body {
            Some(Body::Organisation(id)) => Some(id),
            Some(Body::Enterprise(_) | Body::Committee(_) | Body::Region(_) | Body::Zone(_))
            | None => None,
        }
    }

    /// The committee this caller acts for.
    pub fn committee(&self) -> Option<ChainCommitteeId> {
        match self.body {
            Some(Body::Committee(id)) => Some(id),
            Some(Body::Enterprise(_) | Body::Organisation(_) | Body::Region(_) | Body::Zone(_))
            | None => None,
        }
    }
}
