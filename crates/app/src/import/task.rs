//! Cooperation tasks, from the workbook in which coordinators keep the list.
//!
//! What the workbook changes was decided by people: a list generated anew leaves it alone.

use std::collections::BTreeMap;

use lianmeng_domain::draft::{Draft, DraftKind, Field};
use lianmeng_domain::ids::{CooperationTaskId, EnterpriseId, Id as _, ProjectId};
use lianmeng_domain::project::Project;
use lianmeng_domain::task::{CooperationTask, TaskStage, leads_to};
use lianmeng_store::import as stored;

use super::directory::{Directory, Entry as _, Slot};
use super::named::enter;
use super::notes::Counts;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Tasks that were not given up, by project.
type ByProject = BTreeMap<ProjectId, Vec<CooperationTask>>;

/// Judges and saves the tasks; the number is the key, else project and parties, else the project
/// where it has one task only.
pub(super) async fn tasks(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Task;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let projects = Directory::new(stored::projects(judge.tx).await?);
    let all = stored::tasks(judge.tx).await?;
    let mut by_project = ByProject::new();
    for task in all.iter().filter(|task| task.stage != TaskStage::Dropped) {
        if let Some(project) = task.project {
            by_project.entry(project).or_default().push(task.clone());
        }
    }
    let mut held = Directory::new(all);
    for draft in judge.cmd.drafts.rows(kind) {
        task(judge, &mut held, (&projects, &mut by_project), draft);
    }
    let mut counts = Counts::default();
    let changed = held.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_tasks(judge.tx, &changed).await?;
    Ok(())
}

fn task(
    judge: &mut Judge<'_>,
    held: &mut Directory<CooperationTask>,
    (projects, by_project): (&Directory<Project>, &mut ByProject),
    draft: Draft<'_>,
) -> Option<Slot> {
    let kind = DraftKind::Task;
    let mut row = Row::new(draft, &mut judge.notes);
    let number = row.text(Field::ExternalId);
    let domain = row.text(Field::Domain);
    let project = row.find(Field::Project, projects).and_then(|slot| projects.get(slot));
    let owner = row.required_find(Field::Lead, &judge.enterprises);
    let owner = owner.and_then(|slot| judge.enterprises.get(slot)).map(|firm| firm.id);
    let counterpart = row.required_find(Field::Counterpart, &judge.enterprises);
    let counterpart = counterpart.and_then(|slot| judge.enterprises.get(slot)).map(|firm| firm.id);
    let due_on = row.date(Field::DueOn);
    let stage = row.word(Field::TaskStage, TaskStage::from_word);
    if !row.is_good(kind) {
        return None;
    }
    let (owner, counterpart) = owner.zip(counterpart)?;
    let sides = (owner, counterpart);
    let known = known(&mut row, held, by_project, (number.as_deref(), project, sides));
    let before = known.and_then(|slot| held.get(slot)).cloned();
    let domain = domain.or_else(|| project.map(|project| project.domain.clone()));
    if before.is_none() && domain.is_none() {
        row.reject(
            Field::Domain,
            flaw("cell_missing", "domain is empty", "fill it in, or name the project"),
        );
    }
    if owner == counterpart {
        let reason = "owner and counterpart are the same enterprise";
        row.reject(Field::Counterpart, flaw("rule_broken", reason, "name two"));
    }
    if let (Some(before), Some(stage)) = (&before, stage)
        && !leads_to(before.stage, stage)
    {
        let reason = format!("a task that is {} cannot become {stage}", before.stage);
        row.reject(Field::TaskStage, flaw("rule_broken", reason, "write where it stands now"));
    }
    if !row.is_good(kind) {
        return None;
    }
    let base = before.clone().unwrap_or_else(|| blank(judge.desk.mint(), sides));
    let external_id = number.filter(|number| !is_ours(number));
    let said = CooperationTask {
        external_id: external_id.or(base.external_id.clone()),
        project: project.map(|project| project.id).or(base.project),
        domain: domain
            .filter(|_| before.is_none() || !row.draft.get(Field::Domain).is_empty())
            .unwrap_or_else(|| base.domain.clone()),
        due_on: due_on.or(base.due_on),
        stage: stage.unwrap_or(base.stage),
        owner,
        counterpart,
        ..base
    };
    let task = by_hand(before.as_ref(), said);
    if let (None, Some(project)) = (known, task.project) {
        // A later row may mean this one.
        by_project.entry(project).or_default().push(task.clone());
    }
    enter(&mut row, kind, held, known, task)
}

/// What differs from what is stored was decided by people; with other parties the reasons are gone.
fn by_hand(before: Option<&CooperationTask>, said: CooperationTask) -> CooperationTask {
    let Some(before) = before else { return said };
    if *before == said {
        return said;
    }
    let kept = CooperationTask { is_kept: true, ..said };
    if (before.owner, before.counterpart) == (kept.owner, kept.counterpart) {
        kept
    } else {
        kept.masked()
    }
}

/// A task that somebody puts on the list.
fn blank(
    id: CooperationTaskId,
    (owner, counterpart): (EnterpriseId, EnterpriseId),
) -> CooperationTask {
    CooperationTask {
        id,
        external_id: None,
        project: None,
        suggestion: None,
        owner,
        counterpart,
        domain: String::new(),
        due_on: None,
        stage: TaskStage::Open,
        score_points: None,
        reasons: Vec::new(),
        is_kept: true,
        is_generated: false,
        version: 1,
    }
}

/// Whether a number is one that an export wrote.
fn is_ours(number: &str) -> bool {
    number.split_once(':').is_some_and(|(tag, _)| tag == CooperationTaskId::TAG)
}

/// The task that a row means.
fn known(
    row: &mut Row<'_, '_>,
    held: &Directory<CooperationTask>,
    by_project: &ByProject,
    (number, project, sides): (Option<&str>, Option<&Project>, (EnterpriseId, EnterpriseId)),
) -> Option<Slot> {
    if let Some(number) = number {
        let found = held.by_key(number);
        if found.is_none() && is_ours(number) {
            let reason = "there is no task with this number";
            let hint = "leave the cell as it was exported, or empty for a new task";
            row.reject(Field::ExternalId, flaw("reference_unknown", reason, hint));
        }
        return found;
    }
    let tasks = by_project.get(&project?.id)?;
    let slot = |task: &CooperationTask| task.keys().first().and_then(|key| held.by_key(key));
    let same = tasks.iter().find(|task| (task.owner, task.counterpart) == sides);
    match (same, tasks.as_slice()) {
        (Some(task), _) => slot(task),
        (None, [only]) => slot(only),
        (None, []) => None,
        (None, many) => {
            let reason = format!("the project has {} tasks", many.len());
            let hint = "fill in the number of the task, as an export has it";
            row.reject(Field::ExternalId, flaw("reference_ambiguous", reason, hint));
            None
        }
    }
}
