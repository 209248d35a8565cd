//! Cooperation tasks.

use lianmeng_domain::ids::{CooperationTaskId, EnterpriseId, ProjectId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::task::{CooperationTask, TaskStage};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Query, SelectStatement};
use sea_orm::{Condition, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::eyes::Eyes;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{sight, visible};

/// The table `cooperation_tasks`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "cooperation_tasks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub project_id: Option<String>,
        pub suggestion_id: Option<String>,
        pub owner_id: String,
        pub counterpart_id: String,
        pub domain: String,
        pub due_on: Option<Date>,
        pub stage: String,
        pub score_points: Option<i32>,
        pub reasons: String,
        pub is_kept: bool,
        pub is_generated: bool,
        pub list_key: Option<String>,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Which tasks a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Of this owner.
    pub owner: Option<EnterpriseId>,
    /// With this counterpart.
    pub counterpart: Option<EnterpriseId>,
    /// Of this domain, by its exact label.
    pub domain: Option<String>,
    /// In one of these stages.
    pub stages: Vec<TaskStage>,
}

/// Both sides see a task, and so do their head offices; a committee those on its chain, a
/// district those of projects inside of it.
fn visible(sees: &Visibility) -> Condition {
    let side = |ids: &dyn Fn() -> SelectStatement| {
        Condition::any()
            .add(row::COLUMN.owner_id.in_subquery(ids()))
            .add(row::COLUMN.counterpart_id.in_subquery(ids()))
    };
    match sees {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => side(&|| visible::on_chain_of(*id)),
        Visibility::Zone(id) => side(&|| visible::in_zone(*id)),
        Visibility::Group(id) => side(&|| visible::group(*id)),
        Visibility::Region(code) => {
            let mut projects = Query::select();
            projects
                .column("id")
                .from("projects")
                .cond_where(parse::within(crate::project::row::Column::RegionCode, *code));
            Condition::all().add(row::COLUMN.project_id.in_subquery(projects))
        }
        Visibility::Enterprise(id) => Condition::any()
            .add(row::COLUMN.owner_id.eq(id.to_string()))
            .add(row::COLUMN.counterpart_id.eq(id.to_string())),
        Visibility::Organisation(_) | Visibility::Published | Visibility::Nothing => sight::never(),
    }
}

/// Ids of the tasks the caller sees, as a part of other queries.
pub(crate) fn seen(sees: &Visibility) -> SelectStatement {
    let mut ids = Query::select();
    ids.column(("cooperation_tasks", "id")).from("cooperation_tasks").cond_where(visible(sees));
    ids
}

fn matches(filter: &TaskFilter) -> Condition {
    let mut all = Condition::all()
        .add_option(filter.project.map(|id| row::COLUMN.project_id.eq(id.to_string())))
        .add_option(filter.owner.map(|id| row::COLUMN.owner_id.eq(id.to_string())))
        .add_option(filter.counterpart.map(|id| row::COLUMN.counterpart_id.eq(id.to_string())))
        .add_option(filter.domain.as_deref().map(|domain| row::COLUMN.domain.eq(domain)));
    if !filter.stages.is_empty() {
        all = all.add(row::COLUMN.stage.is_in(filter.stages.iter().map(|stage| stage.word())));
    }
    all
}

async fn read(
    db: &impl ConnectionTrait,
    query: Select<row::Entity>,
    eyes: Eyes<'_>,
) -> Result<Vec<CooperationTask>, StoreError> {
    let is_full = *eyes.reads != Visibility::Nothing;
    let rows = query.all(db).await?.into_iter().map(CooperationTask::try_from);
    rows.map(|task| Ok(if is_full { task? } else { task?.masked() })).collect()
}

/// A page of the tasks that `filter` matches and the caller sees, newest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    filter: &TaskFilter,
    window: Window<CooperationTaskId>,
) -> Result<Vec<CooperationTask>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    Ok(cut.end.in_order(read(db, cut.query, eyes).await?))
}

/// How many tasks a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &TaskFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(sees)).filter(matches(filter)).count(db).await?)
}

/// The newest `limit` tasks of each of `projects` that the caller sees, in one statement.
///
/// # Errors
///
/// As [`page()`].
pub async fn of_projects(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    projects: &[ProjectId],
    limit: u64,
) -> Result<Vec<CooperationTask>, StoreError> {
    let theirs = parse::among(db, row::Column::ProjectId, projects);
    let condition = Condition::all().add(visible(eyes.sees)).add(theirs);
    let list =
        sight::Lists { table: "cooperation_tasks", parent: "project_id", oldest_first: false };
    let ids = sight::first_of_each(list, condition, limit);
    let query =
        row::Entity::find().filter(row::COLUMN.id.in_subquery(ids)).order_by_desc(row::COLUMN.id);
    read(db, query, eyes).await
}

/// The tasks with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    ids: &[CooperationTaskId],
) -> Result<Vec<CooperationTask>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(parse::among(
        db,
        row::Column::Id,
        ids,
    ));
    read(db, query, eyes).await
}

/// One task, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    id: CooperationTaskId,
) -> Result<Option<CooperationTask>, StoreError> {
    Ok(find_many(db, eyes, &[id]).await?.pop())
}

/// What a change did to a task, for the audit log.
pub fn diff(before: Option<&CooperationTask>, after: &CooperationTask) -> Diff {
    trace::diff(before.map(columns).as_ref(), Some(&columns(after)))
}

/// Adds `task`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its external id or suggestion has a task already, if the list made
/// another for its project, or if something it refers to does not exist.
pub async fn insert(db: &impl ConnectionTrait, task: &CooperationTask) -> Result<(), StoreError> {
    row::Entity::insert(columns(task)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `task` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `task.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, task: &CooperationTask) -> Result<(), StoreError> {
    let mut columns = columns(task);
    columns.id = NotSet;
    columns.version = Set(task.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(task.id.to_string()))
        .filter(row::COLUMN.version.eq(task.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

/// What keeps two lists adopted at the same time from covering a project twice: unique among tasks
/// that the list made and nobody gave up.
pub(crate) fn list_key(task: &CooperationTask) -> Option<String> {
    let counts = task.is_generated && task.stage != TaskStage::Dropped;
    task.project.filter(|_| counts).map(|id| id.to_string())
}

/// Every task, the oldest first, at most `limit`: for what looks at the list as a whole.
///
/// # Errors
///
/// As [`page()`].
pub async fn all(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<CooperationTask>, StoreError> {
    let query = row::Entity::find().order_by_asc(row::COLUMN.id).limit(limit);
    read(db, query, Eyes::ALL).await
}

fn columns(task: &CooperationTask) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(task.id.to_string()),
        external_id: Set(task.external_id.clone()),
        project_id: Set(task.project.map(|id| id.to_string())),
        suggestion_id: Set(task.suggestion.map(|id| id.to_string())),
        owner_id: Set(task.owner.to_string()),
        counterpart_id: Set(task.counterpart.to_string()),
        domain: Set(task.domain.clone()),
        due_on: Set(task.due_on),
        stage: Set(task.stage.word().to_owned()),
        score_points: Set(task.score_points),
        reasons: Set(parse::reasons_text(&task.reasons)),
        is_kept: Set(task.is_kept),
        is_generated: Set(task.is_generated),
        list_key: Set(list_key(task)),
        version: Set(task.version),
    }
}

impl TryFrom<row::Model> for CooperationTask {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("cooperation_tasks", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            project: parse::value_opt(at("project_id"), row.project_id.as_deref())?,
            suggestion: parse::value_opt(at("suggestion_id"), row.suggestion_id.as_deref())?,
            owner: parse::value(at("owner_id"), &row.owner_id)?,
            counterpart: parse::value(at("counterpart_id"), &row.counterpart_id)?,
            domain: row.domain,
            due_on: row.due_on,
            stage: parse::word(at("stage"), &row.stage, TaskStage::from_word)?,
            score_points: row.score_points,
            reasons: parse::reasons(at("reasons"), &row.reasons)?,
            is_kept: row.is_kept,
            is_generated: row.is_generated,
            version: row.version,
        })
    }
}
