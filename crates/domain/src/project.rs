//! Projects that enterprises and places bring to the table 项目.

use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::ids::{EnterpriseId, ProjectId};
use crate::region::RegionCode;
use crate::steps::{self, Transition, WrongStage};
use crate::words;

pub mod finding;
pub mod funnel;
pub mod lamp;
pub mod ledger;
#[cfg(test)]
mod tests;

words! {
    /// Where a project stands.
    pub enum ProjectStage {
        /// Looking for partners 谋划.
        Planned = "planned",
        /// Signed 签约.
        Signed = "signed",
        /// Filed 备案.
        Filed = "filed",
        /// Started 开工.
        Started = "started",
        /// Building and paying for it 在建投资.
        Investing = "investing",
        /// Completed 竣工.
        Completed = "completed",
        /// Producing 投产.
        Producing = "producing",
        /// Given up 终止.
        Terminated = "terminated",
    }
}

words! {
    /// A step of a project.
    pub enum ProjectStep {
        /// Sign 签约.
        Sign = "sign",
        /// File 备案.
        File = "file",
        /// Break ground 开工.
        Start = "start",
        /// Pay in the investment 投资入账.
        Invest = "invest",
        /// Complete 竣工.
        Complete = "complete",
        /// Begin to produce 投产.
        Produce = "produce",
        /// Give up 终止.
        Terminate = "terminate",
    }
}

impl ProjectStage {
    /// Its place on the way from planned (0) to producing; `None` for a project that was given up.
    pub const fn rank(self) -> Option<u8> {
        match self {
            Self::Planned => Some(0),
            Self::Signed => Some(1),
            Self::Filed => Some(2),
            Self::Started => Some(3),
            Self::Investing => Some(4),
            Self::Completed => Some(5),
            Self::Producing => Some(6),
            Self::Terminated => None,
        }
    }

    /// What people call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Planned => "谋划",
            Self::Signed => "签约",
            Self::Filed => "备案",
            Self::Started => "开工",
            Self::Investing => "在建投资",
            Self::Completed => "竣工",
            Self::Producing => "投产",
            Self::Terminated => "终止",
        }
    }

    /// The stage that follows it; `None` at the end.
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Planned => Some(Self::Signed),
            Self::Signed => Some(Self::Filed),
            Self::Filed => Some(Self::Started),
            Self::Started => Some(Self::Investing),
            Self::Investing => Some(Self::Completed),
            Self::Completed => Some(Self::Producing),
            Self::Producing | Self::Terminated => None,
        }
    }
}

/// Every step there is.
pub const TRANSITIONS: &[Transition<ProjectStage, ProjectStep>] = {
    use ProjectStage as Stage;
    use ProjectStep as Step;
    &[
        Transition { step: Step::Sign, from: &[Stage::Planned], to: Stage::Signed },
        Transition { step: Step::File, from: &[Stage::Signed], to: Stage::Filed },
        Transition { step: Step::Start, from: &[Stage::Filed], to: Stage::Started },
        Transition { step: Step::Invest, from: &[Stage::Started], to: Stage::Investing },
        // Not every place writes down when the first payment came in.
        Transition {
            step: Step::Complete,
            from: &[Stage::Started, Stage::Investing],
            to: Stage::Completed,
        },
        Transition { step: Step::Produce, from: &[Stage::Completed], to: Stage::Producing },
        Transition {
            step: Step::Terminate,
            from: &[Stage::Planned, Stage::Signed, Stage::Filed, Stage::Started, Stage::Investing],
            to: Stage::Terminated,
        },
    ]
};

/// A project 项目.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Key in the system it was imported from; unique where there is one.
    pub external_id: Option<String>,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// What it is about; empty if not written.
    pub summary: String,
    /// The domain of the task list it belongs to 领域; a label, local lists differ.
    pub domain: String,
    /// The enterprise that owns it.
    pub owner: Option<EnterpriseId>,
    /// Where it is to be.
    pub region: Option<RegionCode>,
    /// Planned investment in fen.
    pub amount_fen: Option<i64>,
    /// Where it stands.
    pub stage: ProjectStage,
    /// Whether everyone may see it; the amount stays with those it concerns.
    pub is_published: bool,
    /// Whether this is invented for demonstration 示例.
    pub is_example: bool,
    /// Raised by one with each save.
    pub version: i64,
}

/// A project as one caller may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenProject {
    /// The project; without its amount where `is_full` is false.
    pub project: Project,
    /// Whether the caller may read everything.
    pub is_full: bool,
}

/// Why a project was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProjectError {
    /// The stage does not allow the step.
    #[error(transparent)]
    WrongStage(#[from] WrongStage),
    /// The name is empty or too long.
    #[error("the name has {0} characters; it needs 1 to {MAX_NAME}")]
    NameLength(usize),
    /// The domain is empty.
    #[error("the domain is empty; name the domain of the task list")]
    DomainMissing,
    /// Investment below nothing.
    #[error("the amount is {0} fen; it cannot be negative")]
    AmountNegative(i64),
}

/// Longest name in characters.
pub const MAX_NAME: usize = 200;

/// Checks what a person writes and trims it.
///
/// # Errors
///
/// See [`ProjectError`].
pub fn revise(project: &Project) -> Result<Project, ProjectError> {
    let name = project.name.trim();
    let length = name.chars().count();
    if !(1..=MAX_NAME).contains(&length) {
        return Err(ProjectError::NameLength(length));
    }
    let domain = project.domain.trim();
    if domain.is_empty() {
        return Err(ProjectError::DomainMissing);
    }
    if let Some(amount) = project.amount_fen.filter(|amount| *amount < 0) {
        return Err(ProjectError::AmountNegative(amount));
    }
    Ok(Project { name: name.to_owned(), domain: domain.to_owned(), ..project.clone() })
}

/// Moves a project on.
///
/// # Errors
///
/// [`ProjectError::WrongStage`] with the steps allowed.
pub fn advance(project: &Project, step: ProjectStep) -> Result<Project, ProjectError> {
    let stage = steps::next(TRANSITIONS, project.stage, step)?;
    Ok(Project { stage, ..project.clone() })
}

/// Whether `actor` may write a project of `owner`: the owner itself, or a coordinator.
pub fn may_write(actor: &Actor, owner: Option<EnterpriseId>) -> bool {
    actor.role == Role::Coordinator
        || (actor.role == Role::Enterprise && owner.is_some() && actor.enterprise() == owner)
}

#[cfg(test)]
mod way_tests {
    use super::*;

    fn project(stage: ProjectStage) -> Project {
        Project {
            id: ProjectId::from(1),
            external_id: None,
            name: "示例项目".to_owned(),
            summary: String::new(),
            domain: "D1".to_owned(),
            owner: None,
            region: None,
            amount_fen: Some(0),
            stage,
            is_published: false,
            is_example: true,
            version: 1,
        }
    }

    #[test]
    fn a_project_goes_through_its_stages_in_order() {
        use ProjectStep as Step;
        let mut at = project(ProjectStage::Planned);
        let way =
            [Step::Sign, Step::File, Step::Start, Step::Invest, Step::Complete, Step::Produce];
        for step in way {
            let early = project(at.stage);
            for &other in Step::ALL {
                let skips = other == Step::Complete && early.stage == ProjectStage::Started;
                let allowed = other == step
                    || skips
                    || (other == Step::Terminate && early.stage != ProjectStage::Completed);
                assert_eq!(advance(&early, other).is_ok(), allowed, "{} {other}", early.stage);
            }
            at = advance(&at, step).unwrap();
        }
        assert_eq!(at.stage, ProjectStage::Producing);
        assert!(advance(&at, Step::Terminate).is_err());
    }

    #[test]
    fn a_project_needs_a_name_a_domain_and_no_debt() {
        let good = project(ProjectStage::Planned);
        assert!(revise(&good).is_ok());
        let nameless = Project { name: "  ".to_owned(), ..good.clone() };
        assert_eq!(revise(&nameless), Err(ProjectError::NameLength(0)));
        let nowhere = Project { domain: String::new(), ..good.clone() };
        assert_eq!(revise(&nowhere), Err(ProjectError::DomainMissing));
        let debt = Project { amount_fen: Some(-1), ..good };
        assert_eq!(revise(&debt), Err(ProjectError::AmountNegative(-1)));
    }
}
