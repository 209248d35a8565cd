//! A generated task list beside the one that stands: what stays, what changes, what goes.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{CooperationTask, TaskStage};
use crate::ids::{CooperationTaskId, EnterpriseId, ProjectId};
use crate::suggestion::Reason;
use crate::words;

words! {
    /// What becomes of a line of the list.
    pub enum ListChange {
        /// People decided about it, or it has begun: it stays as it is.
        Kept = "kept",
        /// Generated before, and the same again.
        Unchanged = "unchanged",
        /// Generated before, and different now.
        Changed = "changed",
        /// Not on the list so far.
        New = "new",
        /// Generated before, and no longer.
        Gone = "gone",
    }
}

words! {
    /// A part of a task that changes.
    pub enum ListPart {
        /// The owner 牵头单位.
        Owner = "owner",
        /// The counterpart 对接央企.
        Counterpart = "counterpart",
        /// The domain 领域.
        Domain = "domain",
    }
}

/// A task as it is generated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The project.
    pub project: ProjectId,
    /// Its owner.
    pub owner: EnterpriseId,
    /// Its counterpart.
    pub counterpart: EnterpriseId,
    /// The project's domain.
    pub domain: String,
    /// Sum over `reasons`.
    pub score_points: i32,
    /// Why these two.
    pub reasons: Vec<Reason>,
}

/// A line of the list: the task as it stands and as it is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLine {
    /// What becomes of it.
    pub change: ListChange,
    /// The task that stands; none where it is new.
    pub before: Option<CooperationTask>,
    /// The task that is to stand; none where it is gone. Of a new one the id means nothing.
    pub after: Option<CooperationTask>,
    /// What changes; empty unless it is changed.
    pub parts: Vec<ListPart>,
}

impl ListLine {
    /// The project it is about.
    pub fn project(&self) -> Option<ProjectId> {
        self.after.as_ref().or(self.before.as_ref()).and_then(|task| task.project)
    }
}

/// The list that is to stand beside the one that does, by project and task.
///
/// `standing` are the tasks that were not given up, `wanted` one a project that none of those that
/// stay covers. New tasks are due on `due_on`, and so are those whose parties change; others keep
/// their day.
pub fn compare(
    standing: &[CooperationTask],
    wanted: &[Wanted],
    due_on: Option<NaiveDate>,
) -> Vec<ListLine> {
    let mut rest: BTreeMap<ProjectId, &Wanted> =
        wanted.iter().map(|one| (one.project, one)).collect();
    let mut lines = Vec::new();
    for task in standing {
        let before = Some(task.clone());
        if task.stays() {
            let after = before.clone();
            lines.push(ListLine { change: ListChange::Kept, before, after, parts: Vec::new() });
            continue;
        }
        let found = task.project.and_then(|project| rest.remove(&project));
        lines.push(match found {
            Some(wanted) => changed(task, wanted, due_on),
            None => ListLine { change: ListChange::Gone, before, after: None, parts: Vec::new() },
        });
    }
    let fresh = rest.into_values().map(|wanted| ListLine {
        change: ListChange::New,
        before: None,
        after: Some(listed(wanted, due_on)),
        parts: Vec::new(),
    });
    lines.extend(fresh);
    lines.sort_by_key(|line| (line.project(), line.before.as_ref().map(|task| task.id)));
    lines
}

fn changed(task: &CooperationTask, wanted: &Wanted, due_on: Option<NaiveDate>) -> ListLine {
    let differences = [
        (ListPart::Owner, task.owner != wanted.owner),
        (ListPart::Counterpart, task.counterpart != wanted.counterpart),
        (ListPart::Domain, task.domain != wanted.domain),
    ];
    let parts: Vec<ListPart> =
        differences.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect();
    let before = Some(task.clone());
    if parts.is_empty() {
        let after = before.clone();
        return ListLine { change: ListChange::Unchanged, before, after, parts };
    }
    let is_same_pair = parts == [ListPart::Domain];
    let after = CooperationTask {
        id: task.id,
        external_id: task.external_id.clone(),
        due_on: if is_same_pair { task.due_on } else { due_on.or(task.due_on) },
        version: task.version,
        ..listed(wanted, None)
    };
    ListLine { change: ListChange::Changed, before, after: Some(after), parts }
}

/// A task of the list; its id is to be minted.
fn listed(wanted: &Wanted, due_on: Option<NaiveDate>) -> CooperationTask {
    CooperationTask {
        id: CooperationTaskId::from(0),
        external_id: None,
        project: Some(wanted.project),
        suggestion: None,
        owner: wanted.owner,
        counterpart: wanted.counterpart,
        domain: wanted.domain.clone(),
        due_on,
        stage: TaskStage::Open,
        score_points: Some(wanted.score_points),
        reasons: wanted.reasons.clone(),
        is_kept: false,
        is_generated: true,
        version: 1,
    }
}

/// The task of a line that is gone, taken off the list. It is not kept: people gave nothing up.
pub fn withdrawn(task: &CooperationTask) -> CooperationTask {
    CooperationTask { stage: TaskStage::Dropped, ..task.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::tests::task;

    fn stands(id: u128, project: u128, owner: u128) -> CooperationTask {
        CooperationTask {
            id: CooperationTaskId::from(id),
            project: Some(ProjectId::from(project)),
            owner: EnterpriseId::from(owner),
            counterpart: EnterpriseId::from(90),
            ..task(TaskStage::Open)
        }
    }

    fn wanted(project: u128, owner: u128) -> Wanted {
        Wanted {
            project: ProjectId::from(project),
            owner: EnterpriseId::from(owner),
            counterpart: EnterpriseId::from(90),
            domain: "D1".to_owned(),
            score_points: 1,
            reasons: Vec::new(),
        }
    }

    #[test]
    fn each_line_says_what_becomes_of_it() {
        let by_hand = CooperationTask { is_kept: true, ..stands(1, 1, 11) };
        let begun = CooperationTask { stage: TaskStage::Intent, ..stands(2, 2, 12) };
        let standing = [by_hand, begun, stands(3, 3, 13), stands(4, 4, 14), stands(5, 5, 15)];
        let due = NaiveDate::from_ymd_opt(2026, 12, 31);
        let lines = compare(&standing, &[wanted(3, 13), wanted(4, 19), wanted(6, 16)], due);
        let told: Vec<_> = lines
            .iter()
            .map(|line| (line.change, line.after.as_ref().map(|task| (task.owner, task.due_on))))
            .collect();
        let owner = |id: u128, due_on| Some((EnterpriseId::from(id), due_on));
        let old = NaiveDate::from_ymd_opt(2026, 3, 2);
        assert_eq!(
            told,
            [
                (ListChange::Kept, owner(11, old)),
                (ListChange::Kept, owner(12, old)),
                (ListChange::Unchanged, owner(13, old)),
                (ListChange::Changed, owner(19, due)),
                (ListChange::Gone, None),
                (ListChange::New, owner(16, due)),
            ]
        );
        assert_eq!(lines[3].parts, [ListPart::Owner]);
        assert_eq!(lines[3].after.as_ref().unwrap().id, CooperationTaskId::from(4));
        let gone = withdrawn(&standing[4]);
        assert_eq!((gone.stage, gone.is_kept), (TaskStage::Dropped, false));
    }

    #[test]
    fn another_domain_alone_moves_no_date() {
        let other = Wanted { domain: "D2".to_owned(), ..wanted(1, 11) };
        let due = NaiveDate::from_ymd_opt(2026, 12, 31);
        let lines = compare(&[stands(1, 1, 11)], &[other], due);
        assert_eq!(lines[0].parts, [ListPart::Domain]);
        assert_eq!(lines[0].after.as_ref().unwrap().due_on, stands(1, 1, 11).due_on);
        assert_eq!(compare(&[], &[], due), []);
    }
}
