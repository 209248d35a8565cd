//! Cooperation tasks between central and local state-owned enterprises 央地合作任务.

use chrono::NaiveDate;
use thiserror::Error;

use crate::actor::{Actor, Role};
use crate::ids::{CooperationTaskId, EnterpriseId, ProjectId, SuggestionId};
use crate::steps::{self, Transition, WrongStage};
use crate::suggestion::Reason;
use crate::words;

pub mod lamp;
pub mod list;

words! {
    /// Where a task stands.
    pub enum TaskStage {
        /// On the list, not begun 待对接.
        Open = "open",
        /// Both sides intend to 合作意向.
        Intent = "intent",
        /// Signed 签约.
        Signing = "signing",
        /// Landed 落地.
        Launch = "launch",
        /// Finished 办结.
        Closed = "closed",
        /// Given up 终止.
        Dropped = "dropped",
    }
}

words! {
    /// A step of a task.
    pub enum TaskStep {
        /// State the intent of both sides.
        Intend = "intend",
        /// Sign.
        Sign = "sign",
        /// Land.
        Launch = "launch",
        /// Finish.
        Close = "close",
        /// Give up.
        Drop = "drop",
    }
}

/// Every step there is.
pub const TRANSITIONS: &[Transition<TaskStage, TaskStep>] = {
    use TaskStage as Stage;
    use TaskStep as Step;
    &[
        Transition { step: Step::Intend, from: &[Stage::Open], to: Stage::Intent },
        Transition { step: Step::Sign, from: &[Stage::Intent], to: Stage::Signing },
        Transition { step: Step::Launch, from: &[Stage::Signing], to: Stage::Launch },
        Transition { step: Step::Close, from: &[Stage::Launch], to: Stage::Closed },
        Transition {
            step: Step::Drop,
            from: &[Stage::Open, Stage::Intent, Stage::Signing],
            to: Stage::Dropped,
        },
    ]
};

/// A cooperation task 央地合作任务.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CooperationTask {
    /// Its id.
    pub id: CooperationTaskId,
    /// Key in the system it was imported from; unique where there is one.
    pub external_id: Option<String>,
    /// The project it serves.
    pub project: Option<ProjectId>,
    /// The suggestion it followed from.
    pub suggestion: Option<SuggestionId>,
    /// The local enterprise in charge 牵头单位.
    pub owner: EnterpriseId,
    /// The central enterprise or subsidiary it works with 对接央企.
    pub counterpart: EnterpriseId,
    /// Domain of the task list 领域.
    pub domain: String,
    /// Last day, local date.
    pub due_on: Option<NaiveDate>,
    /// Where it stands.
    pub stage: TaskStage,
    /// Points of the suggestion it followed from.
    pub score_points: Option<i32>,
    /// Why these two; the points add up to `score_points`.
    pub reasons: Vec<Reason>,
    /// Whether people made, edited or moved it; what is generated anew leaves it alone.
    pub is_kept: bool,
    /// Whether the task list made it; a project has at most one such task that was not given up.
    pub is_generated: bool,
    /// Raised by one with each save.
    pub version: i64,
}

impl CooperationTask {
    /// The task without what only those read whom it concerns: score and reasons.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { score_points: None, reasons: Vec::new(), ..self }
    }
}

/// Why a task was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TaskError {
    /// The stage does not allow the step.
    #[error(transparent)]
    WrongStage(#[from] WrongStage),
    /// Owner and counterpart are the same.
    #[error("owner and counterpart are the same enterprise; name two")]
    SameSides,
    /// The domain is empty.
    #[error("the domain is empty; name the domain of the task list")]
    DomainMissing,
    /// It is over.
    #[error("the task is {0}; only a task that is not over can be edited")]
    Over(TaskStage),
    /// The due date is past.
    #[error("due date {due_on} is past; today is {today}")]
    DuePast {
        /// The day given.
        due_on: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
}

impl TaskStage {
    /// Whether a task in it is neither finished nor given up: it counts for the load of its parties.
    pub const fn is_underway(self) -> bool {
        match self {
            Self::Open | Self::Intent | Self::Signing | Self::Launch => true,
            Self::Closed | Self::Dropped => false,
        }
    }

    /// As it is printed.
    pub const fn label_zh(self) -> &'static str {
        match self {
            Self::Open => "待对接",
            Self::Intent => "合作意向",
            Self::Signing => "签约",
            Self::Launch => "落地",
            Self::Closed => "办结",
            Self::Dropped => "终止",
        }
    }
}

impl CooperationTask {
    /// Whether it stays whatever is generated: people decided about it, or it has begun.
    pub fn stays(&self) -> bool {
        self.is_kept || !self.is_generated || self.stage != TaskStage::Open
    }

    /// Whether the due date has passed before the task was finished.
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        self.stage.is_underway() && self.due_on.is_some_and(|due| due < today)
    }
}

/// Checks a task that a person puts on the list on `today`.
///
/// # Errors
///
/// See [`TaskError`].
pub fn check(task: &CooperationTask, today: NaiveDate) -> Result<(), TaskError> {
    if task.owner == task.counterpart {
        return Err(TaskError::SameSides);
    }
    if task.domain.trim().is_empty() {
        return Err(TaskError::DomainMissing);
    }
    match task.due_on {
        Some(due_on) if due_on < today => Err(TaskError::DuePast { due_on, today }),
        Some(_) | None => Ok(()),
    }
}

/// Moves a task on.
///
/// # Errors
///
/// [`TaskError::WrongStage`] with the steps allowed.
pub fn advance(task: &CooperationTask, step: TaskStep) -> Result<CooperationTask, TaskError> {
    let stage = steps::next(TRANSITIONS, task.stage, step)?;
    Ok(CooperationTask { stage, is_kept: true, ..task.clone() })
}

/// Whether any steps lead from one stage to another, or both are the same: what a list from outside may
/// say of a task that went on meanwhile.
pub fn leads_to(from: TaskStage, to: TaskStage) -> bool {
    let mut reached = vec![from];
    let mut next = 0;
    while let Some(&stage) = reached.get(next) {
        next += 1;
        let steps = TRANSITIONS.iter().filter(|row| row.from.contains(&stage));
        let new: Vec<TaskStage> =
            steps.map(|row| row.to).filter(|to| !reached.contains(to)).collect();
        reached.extend(new);
    }
    reached.contains(&to)
}

/// What a person changes in a task; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskEdit {
    /// Another owner.
    pub owner: Option<EnterpriseId>,
    /// Another counterpart.
    pub counterpart: Option<EnterpriseId>,
    /// Another domain.
    pub domain: Option<String>,
    /// Another last day.
    pub due_on: Option<NaiveDate>,
}

/// Edits a task by hand on `today`; from then on it is kept. With other parties the score and its
/// reasons, which spoke of the former, are gone.
///
/// # Errors
///
/// See [`TaskError`].
pub fn edit(
    task: &CooperationTask,
    edit: &TaskEdit,
    today: NaiveDate,
) -> Result<CooperationTask, TaskError> {
    if !task.stage.is_underway() {
        return Err(TaskError::Over(task.stage));
    }
    let edited = CooperationTask {
        owner: edit.owner.unwrap_or(task.owner),
        counterpart: edit.counterpart.unwrap_or(task.counterpart),
        domain: edit.domain.as_deref().unwrap_or(&task.domain).trim().to_owned(),
        due_on: edit.due_on.or(task.due_on),
        is_kept: true,
        ..task.clone()
    };
    // A date that was there before may be past by now.
    check(&CooperationTask { due_on: edit.due_on, ..edited.clone() }, today)?;
    let same = (edited.owner, edited.counterpart) == (task.owner, task.counterpart);
    Ok(if same { edited } else { edited.masked() })
}

/// Whether `actor` may put tasks on the list: coordinators.
pub fn may_list(actor: &Actor) -> bool {
    actor.role == Role::Coordinator
}

/// Whether `actor` may move `task` on: its owner, which is in charge, or a coordinator.
pub fn may_advance(actor: &Actor, task: &CooperationTask) -> bool {
    may_list(actor) || (actor.role == Role::Enterprise && actor.enterprise() == Some(task.owner))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::actor::Body;

    pub(super) fn task(stage: TaskStage) -> CooperationTask {
        CooperationTask {
            id: CooperationTaskId::from(1),
            external_id: None,
            project: None,
            suggestion: None,
            owner: EnterpriseId::from(1),
            counterpart: EnterpriseId::from(2),
            domain: "D1".to_owned(),
            due_on: NaiveDate::from_ymd_opt(2026, 3, 2),
            stage,
            score_points: None,
            reasons: Vec::new(),
            is_kept: false,
            is_generated: true,
            version: 1,
        }
    }

    #[test]
    fn what_people_edit_or_move_is_kept() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        let reason = Reason {
            criterion: "place".to_owned(),
            points: 700,
            zh: String::new(),
            en: String::new(),
        };
        let listed = CooperationTask {
            score_points: Some(700),
            reasons: vec![reason],
            ..task(TaskStage::Open)
        };
        assert!(!listed.stays());
        assert!(advance(&listed, TaskStep::Intend).unwrap().stays());
        // The date is past on the 9th, and stays.
        let dated = edit(&listed, &TaskEdit::default(), day(9)).unwrap();
        assert_eq!(dated, CooperationTask { is_kept: true, ..listed.clone() });
        let owner = Some(EnterpriseId::from(3));
        let other = edit(&listed, &TaskEdit { owner, ..TaskEdit::default() }, day(9)).unwrap();
        assert_eq!((other.owner, other.score_points), (EnterpriseId::from(3), None));
        assert_eq!(other.reasons, []);
        let due_on = Some(day(8));
        let past = edit(&listed, &TaskEdit { due_on, ..TaskEdit::default() }, day(9));
        assert_eq!(past, Err(TaskError::DuePast { due_on: day(8), today: day(9) }));
        let same = TaskEdit { owner: Some(EnterpriseId::from(2)), ..TaskEdit::default() };
        assert_eq!(edit(&listed, &same, day(1)), Err(TaskError::SameSides));
        let over = edit(&task(TaskStage::Closed), &TaskEdit::default(), day(1));
        assert_eq!(over, Err(TaskError::Over(TaskStage::Closed)));
    }

    #[test]
    fn a_list_from_outside_may_say_that_a_task_went_on_but_not_back() {
        use TaskStage as Stage;
        assert!(leads_to(Stage::Open, Stage::Closed));
        assert!(leads_to(Stage::Launch, Stage::Launch));
        assert!(!leads_to(Stage::Signing, Stage::Open));
        assert!(!leads_to(Stage::Launch, Stage::Dropped));
    }

    #[test]
    fn a_task_goes_from_intent_to_signing_to_launch() {
        use TaskStep as Step;
        let mut at = task(TaskStage::Open);
        for step in [Step::Intend, Step::Sign, Step::Launch, Step::Close] {
            for &other in Step::ALL {
                let may_drop = at.stage != TaskStage::Launch;
                let allowed = other == step || (other == Step::Drop && may_drop);
                assert_eq!(advance(&at, other).is_ok(), allowed, "{} {other}", at.stage);
            }
            at = advance(&at, step).unwrap();
            assert!(at.is_kept);
        }
        assert_eq!(steps::allowed(TRANSITIONS, at.stage), []);
        assert_eq!(steps::allowed(TRANSITIONS, TaskStage::Dropped), []);
    }

    #[test]
    fn a_task_is_late_the_day_after_its_due_date_unless_finished() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        assert!(!task(TaskStage::Open).is_overdue(day(2)));
        assert!(task(TaskStage::Launch).is_overdue(day(3)));
        assert!(!task(TaskStage::Closed).is_overdue(day(3)));
        assert_eq!(check(&task(TaskStage::Open), day(2)), Ok(()));
        let error = TaskError::DuePast { due_on: day(2), today: day(3) };
        assert_eq!(check(&task(TaskStage::Open), day(3)), Err(error));
        let alone = CooperationTask { counterpart: EnterpriseId::from(1), ..task(TaskStage::Open) };
        assert_eq!(check(&alone, day(1)), Err(TaskError::SameSides));
    }

    #[test]
    fn the_owner_moves_its_task_and_the_counterpart_does_not() {
        let firm = |n| Actor {
            subject: "t".to_owned(),
            role: Role::Enterprise,
            body: Some(Body::Enterprise(EnterpriseId::from(n))),
        };
        assert!(may_advance(&firm(1), &task(TaskStage::Open)));
        assert!(!may_advance(&firm(2), &task(TaskStage::Open)));
        assert!(!may_list(&firm(1)));
    }
}
