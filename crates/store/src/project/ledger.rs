//! The ledger of projects: what hangs on a project, read for many at a time.
//!
//! Who may read it, the project decides: these functions are given projects that were found to be
//! theirs to read.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_domain::ids::ProjectId;
use lianmeng_domain::project::ledger::{
    Blocker, BlockerKind, DayKind, DayRecord, GroupKind, Investment, Milestone, TeamMember,
    TeamRole, Update,
};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Func, OnConflict, Order, Query, WindowStatement};
use sea_orm::{ExprTrait as _, FromQueryResult, QueryOrder as _, QuerySelect as _};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::parse::{self, At};

#[cfg(test)]
mod tests;

mod rows;

use rows::{blocker, code, day, group, label, month, team, update};

/// Rows written by one statement; SQLite allows 32,766 values.
const CHUNK: usize = 2_000;

/// What hangs on a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Labels of its cohorts, sorted.
    pub labels: Vec<String>,
    /// Its days, in the order of writing.
    pub days: Vec<DayRecord>,
    /// Its investment, by month.
    pub months: Vec<Investment>,
    /// Its team, of all times, in the order of writing.
    pub team: Vec<TeamMember>,
    /// What blocks it or did, in the order of writing.
    pub blockers: Vec<Blocker>,
    /// The last update.
    pub updated: Option<Update>,
    /// The code of its public page.
    pub code: Option<String>,
}

/// The ledgers of `projects`; those without anything are left out. Seven statements.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn of_projects(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
) -> Result<HashMap<ProjectId, Ledger>, StoreError> {
    let mut all: HashMap<ProjectId, Ledger> = HashMap::new();
    let of = parse::among(db, label::Column::ProjectId, projects);
    let rows = label::Entity::find().filter(of).order_by_asc(label::COLUMN.label).all(db).await?;
    for row in rows {
        all.entry(key("project_labels", &row.project_id)?).or_default().labels.push(row.label);
    }
    for (project, one) in days(db, projects).await? {
        all.entry(project).or_default().days.push(one);
    }
    for (project, one) in months(db, projects).await? {
        all.entry(project).or_default().months.push(one);
    }
    for (project, one) in team(db, projects).await? {
        all.entry(project).or_default().team.push(one);
    }
    for (project, one) in blockers(db, projects).await? {
        all.entry(project).or_default().blockers.push(one);
    }
    for (project, one) in updates(db, projects, (None, 1)).await? {
        all.entry(project).or_default().updated = Some(one);
    }
    let of = parse::among(db, code::Column::ProjectId, projects);
    for row in code::Entity::find().filter(of).all(db).await? {
        all.entry(key("project_codes", &row.project_id)?).or_default().code = Some(row.code);
    }
    Ok(all)
}

fn key(table: &'static str, id: &str) -> Result<ProjectId, StoreError> {
    parse::value(At(table, "project_id"), id)
}

/// The days of `projects`, in the order of writing.
///
/// # Errors
///
/// As [`of_projects`].
pub async fn days(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
) -> Result<Vec<(ProjectId, DayRecord)>, StoreError> {
    let of = parse::among(db, day::Column::ProjectId, projects);
    let rows = day::Entity::find().filter(of).order_by_asc(day::COLUMN.number).all(db).await?;
    let at = |column| At("project_days", column);
    rows.into_iter()
        .map(|row| {
            let record = DayRecord {
                number: row.number,
                milestone: parse::word(at("milestone"), &row.milestone, Milestone::from_word)?,
                kind: parse::word(at("kind"), &row.kind, DayKind::from_word)?,
                on: row.on_date,
                recorded_at: row.recorded_at,
                recorded_by: row.recorded_by,
            };
            Ok((key("project_days", &row.project_id)?, record))
        })
        .collect()
}

/// The investment of `projects`, by month.
///
/// # Errors
///
/// As [`of_projects`].
pub async fn months(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
) -> Result<Vec<(ProjectId, Investment)>, StoreError> {
    let of = parse::among(db, month::Column::ProjectId, projects);
    let rows = month::Entity::find().filter(of).order_by_asc(month::COLUMN.month).all(db).await?;
    rows.into_iter()
        .map(|row| {
            let month::Model { month, planned_fen, paid_fen, .. } = row;
            let one = Investment { month, planned_fen, paid_fen };
            Ok((key("project_months", &row.project_id)?, one))
        })
        .collect()
}

/// The teams of `projects`, of all times, in the order of writing.
///
/// # Errors
///
/// As [`of_projects`].
pub async fn team(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
) -> Result<Vec<(ProjectId, TeamMember)>, StoreError> {
    let of = parse::among(db, team::Column::ProjectId, projects);
    let rows = team::Entity::find().filter(of).order_by_asc(team::COLUMN.number).all(db).await?;
    let at = |column| At("project_team", column);
    rows.into_iter()
        .map(|row| {
            let member = TeamMember {
                role: parse::word(at("role"), &row.role, TeamRole::from_word)?,
                group: row.group_code,
                organisation: parse::value_opt(
                    at("organisation_id"),
                    row.organisation_id.as_deref(),
                )?,
                person: row.person,
                title: row.title,
                from_on: row.from_on,
                until_on: row.until_on,
            };
            Ok((key("project_team", &row.project_id)?, member))
        })
        .collect()
}

/// What blocks `projects` or did, in the order of writing.
///
/// # Errors
///
/// As [`of_projects`].
pub async fn blockers(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
) -> Result<Vec<(ProjectId, Blocker)>, StoreError> {
    let of = parse::among(db, blocker::Column::ProjectId, projects);
    let query = blocker::Entity::find().filter(of).order_by_asc(blocker::COLUMN.number);
    let at = At("project_blockers", "kind");
    query
        .all(db)
        .await?
        .into_iter()
        .map(|row| {
            let one = Blocker {
                number: row.number,
                kind: parse::word(at, &row.kind, BlockerKind::from_word)?,
                text: row.text,
                opened_on: row.opened_on,
                solved_on: row.solved_on,
                solution: row.solution,
            };
            Ok((key("project_blockers", &row.project_id)?, one))
        })
        .collect()
}

/// The newest updates of each of `projects` up to the end of a day, or of all: the day they tell of
/// counts, then the order of writing. Newest first, at most `limit` of each. One statement.
///
/// # Errors
///
/// As [`of_projects`].
pub async fn updates(
    db: &impl ConnectionTrait,
    projects: &[ProjectId],
    (as_of, limit): (Option<NaiveDate>, u64),
) -> Result<Vec<(ProjectId, Update)>, StoreError> {
    let columns = [
        "project_id",
        "number",
        "on_date",
        "note",
        "public_note",
        "next_step",
        "written_at",
        "written_by",
    ];
    let mut window = WindowStatement::partition_by("project_id");
    window.order_by("on_date", Order::Desc).order_by("number", Order::Desc);
    let mut ranked = Query::select();
    ranked
        .columns(columns)
        .expr_window_as(Func::cust("ROW_NUMBER"), window, "place")
        .from("project_updates")
        .and_where(parse::listed(db, "project_id", projects));
    if let Some(as_of) = as_of {
        ranked.and_where(Expr::col("on_date").lte(as_of));
    }
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut query = Query::select();
    query
        .columns(columns)
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col("place").lte(limit))
        .order_by("project_id", Order::Asc)
        .order_by("place", Order::Asc);
    let rows = db.query_all_raw(db.get_database_backend().build(&query)).await?;
    rows.iter()
        .map(|row| {
            let row = update::Model::from_query_result(row, "")?;
            let one = Update {
                number: row.number,
                on: row.on_date,
                note: row.note,
                public_note: row.public_note,
                next_step: row.next_step,
                written_at: row.written_at,
                written_by: row.written_by,
            };
            Ok((key("project_updates", &row.project_id)?, one))
        })
        .collect()
}

/// Adds a day to the history of `project`; what it tells the audit log.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the number is taken: somebody wrote at the same time.
pub async fn insert_day(
    db: &impl ConnectionTrait,
    project: ProjectId,
    record: &DayRecord,
) -> Result<Diff, StoreError> {
    let row = day::ActiveModel {
        project_id: Set(project.to_string()),
        number: Set(record.number),
        milestone: Set(record.milestone.word().to_owned()),
        kind: Set(record.kind.word().to_owned()),
        on_date: Set(record.on),
        recorded_at: Set(record.recorded_at),
        recorded_by: Set(record.recorded_by.clone()),
    };
    day::Entity::insert(row.clone()).exec_without_returning(db).await?;
    Ok(trace::diff(None, Some(&row)))
}

/// Writes these months of `project` over what stood there; other months stay.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_months(
    db: &impl ConnectionTrait,
    project: ProjectId,
    months: &[Investment],
) -> Result<(), StoreError> {
    let rows = months.iter().map(|one| month::ActiveModel {
        project_id: Set(project.to_string()),
        month: Set(one.month),
        planned_fen: Set(one.planned_fen),
        paid_fen: Set(one.paid_fen),
    });
    let columns = [month::Column::ProjectId, month::Column::Month];
    let over = OnConflict::columns(columns)
        .update_columns([month::Column::PlannedFen, month::Column::PaidFen])
        .to_owned();
    for chunk in rows.collect::<Vec<_>>().chunks(CHUNK) {
        let insert = month::Entity::insert_many(chunk.to_vec()).on_conflict(over.clone());
        insert.exec_without_returning(db).await?;
    }
    Ok(())
}

/// Replaces the team of `project`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if a group or organisation does not exist.
pub async fn put_team(
    db: &impl ConnectionTrait,
    project: ProjectId,
    members: &[TeamMember],
) -> Result<(), StoreError> {
    let gone = team::COLUMN.project_id.eq(project.to_string());
    team::Entity::delete_many().filter(gone).exec(db).await?;
    let rows = (1..).zip(members).map(|(number, one)| team::ActiveModel {
        project_id: Set(project.to_string()),
        number: Set(number),
        role: Set(one.role.word().to_owned()),
        group_code: Set(one.group.clone()),
        organisation_id: Set(one.organisation.map(|id| id.to_string())),
        person: Set(one.person.clone()),
        title: Set(one.title.clone()),
        from_on: Set(one.from_on),
        until_on: Set(one.until_on),
    });
    for chunk in rows.collect::<Vec<_>>().chunks(CHUNK) {
        team::Entity::insert_many(chunk.to_vec()).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Writes a blocker of `project` over the one of its number.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_blocker(
    db: &impl ConnectionTrait,
    project: ProjectId,
    one: &Blocker,
) -> Result<Diff, StoreError> {
    let row = blocker::ActiveModel {
        project_id: Set(project.to_string()),
        number: Set(one.number),
        kind: Set(one.kind.word().to_owned()),
        text: Set(one.text.clone()),
        opened_on: Set(one.opened_on),
        solved_on: Set(one.solved_on),
        solution: Set(one.solution.clone()),
    };
    let columns = [blocker::Column::ProjectId, blocker::Column::Number];
    let over = OnConflict::columns(columns)
        .update_columns([blocker::Column::SolvedOn, blocker::Column::Solution])
        .to_owned();
    let insert = blocker::Entity::insert(row.clone()).on_conflict(over);
    insert.exec_without_returning(db).await?;
    Ok(trace::diff(None, Some(&row)))
}

/// Adds an update of `project`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the number is taken: somebody wrote at the same time.
pub async fn insert_update(
    db: &impl ConnectionTrait,
    project: ProjectId,
    one: &Update,
) -> Result<Diff, StoreError> {
    let row = update::ActiveModel {
        project_id: Set(project.to_string()),
        number: Set(one.number),
        on_date: Set(one.on),
        note: Set(one.note.clone()),
        public_note: Set(one.public_note.clone()),
        next_step: Set(one.next_step.clone()),
        written_at: Set(one.written_at),
        written_by: Set(one.written_by.clone()),
    };
    update::Entity::insert(row.clone()).exec_without_returning(db).await?;
    Ok(trace::diff(None, Some(&row)))
}

/// The number the next update of `project` gets.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn next_update(db: &impl ConnectionTrait, project: ProjectId) -> Result<i32, StoreError> {
    let query = update::Entity::find()
        .filter(update::COLUMN.project_id.eq(project.to_string()))
        .order_by_desc(update::COLUMN.number);
    Ok(query.one(db).await?.map_or(1, |row| row.number.saturating_add(1)))
}

/// Replaces the labels of `project`.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_labels(
    db: &impl ConnectionTrait,
    project: ProjectId,
    labels: &[String],
) -> Result<(), StoreError> {
    let gone = label::COLUMN.project_id.eq(project.to_string());
    label::Entity::delete_many().filter(gone).exec(db).await?;
    let rows: Vec<_> = labels
        .iter()
        .map(|one| label::ActiveModel {
            project_id: Set(project.to_string()),
            label: Set(one.clone()),
        })
        .collect();
    if !rows.is_empty() {
        label::Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    Ok(())
}

/// Gives `project` a code in place of the one it had.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the code is taken.
pub async fn put_code(
    db: &impl ConnectionTrait,
    project: ProjectId,
    (text, now): (&str, DateTime<Utc>),
) -> Result<(), StoreError> {
    let row = code::ActiveModel {
        project_id: Set(project.to_string()),
        code: Set(text.to_owned()),
        made_at: Set(now),
    };
    let over = OnConflict::column(code::Column::ProjectId)
        .update_columns([code::Column::Code, code::Column::MadeAt])
        .to_owned();
    code::Entity::insert(row).on_conflict(over).exec_without_returning(db).await?;
    Ok(())
}

/// The project whose public page has this code.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if the row does not parse.
pub async fn with_code(
    db: &impl ConnectionTrait,
    text: &str,
) -> Result<Option<ProjectId>, StoreError> {
    let row = code::Entity::find().filter(code::COLUMN.code.eq(text)).one(db).await?;
    row.map(|row| key("project_codes", &row.project_id)).transpose()
}

/// The kinds of groups by code, at most `limit`.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn groups(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<GroupKind>, StoreError> {
    let rows = group::Entity::find().order_by_asc(group::COLUMN.code).limit(limit).all(db).await?;
    let kind = |group::Model { code, zh, en }| GroupKind { code, zh, en };
    Ok(rows.into_iter().map(kind).collect())
}

/// Writes a kind of group over the one of its code.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn put_group(db: &impl ConnectionTrait, kind: &GroupKind) -> Result<(), StoreError> {
    let row = group::ActiveModel {
        code: Set(kind.code.clone()),
        zh: Set(kind.zh.clone()),
        en: Set(kind.en.clone()),
    };
    let over = OnConflict::column(group::Column::Code)
        .update_columns([group::Column::Zh, group::Column::En])
        .to_owned();
    group::Entity::insert(row).on_conflict(over).exec_without_returning(db).await?;
    Ok(())
}
