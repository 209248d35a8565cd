//! Needs, offers and projects.

use lianmeng_domain::committee::Member;
use lianmeng_domain::need::Need;
use lianmeng_domain::offer::Offer;
use lianmeng_domain::project::Project;
use lianmeng_domain::task::CooperationTask;
use lianmeng_domain::text;
use sea_orm::QuerySelect as _;
use sea_orm::entity::prelude::*;

use super::bulk::{Shape, v};
use crate::{StoreError, need, offer, parse, project, task};

const NEEDS: Shape = Shape {
    table: "needs",
    columns: &[
        "id",
        "external_id",
        "enterprise_id",
        "committee_id",
        "kind",
        "title",
        "title_key",
        "public_summary",
        "body",
        "stage",
        "is_published",
        "is_proxy",
        "channel",
        "submitted_at",
        "confirmed_at",
        "region_code",
        "industry_scheme",
        "industry_code",
        "send_backs",
        "reopens",
        "created_at",
        "version",
    ],
    key: 1,
};
const OFFERS: Shape = Shape {
    table: "offers",
    columns: &[
        "id",
        "external_id",
        "enterprise_id",
        "organisation_id",
        "kind",
        "title",
        "title_key",
        "body",
        "capacity",
        "capacity_left",
        "unit",
        "valid_until",
        "is_published",
        "version",
    ],
    key: 1,
};
const PROJECTS: Shape = Shape {
    table: "projects",
    columns: &[
        "id",
        "external_id",
        "name",
        "name_key",
        "summary",
        "domain",
        "owner_enterprise",
        "region_code",
        "amount_fen",
        "stage",
        "is_published",
        "is_example",
        "version",
    ],
    key: 1,
};

const TASKS: Shape = Shape {
    table: "cooperation_tasks",
    columns: &[
        "id",
        "external_id",
        "project_id",
        "suggestion_id",
        "owner_id",
        "counterpart_id",
        "domain",
        "due_on",
        "stage",
        "score_points",
        "reasons",
        "is_kept",
        "is_generated",
        "list_key",
        "version",
    ],
    key: 1,
};

/// Every need, by id.
///
/// # Errors
///
/// [`StoreError::Db`] if a query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn needs(db: &impl ConnectionTrait) -> Result<Vec<Need>, StoreError> {
    let mut found: Vec<Need> = need::row::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(Need::try_from)
        .collect::<Result<_, _>>()?;
    found.sort_by_key(|need| need.id);
    Ok(found)
}

/// Adds needs that nobody works on yet, or replaces what they ask for; what work on them left behind
/// (handler, answer, rating) stays as it is stored.
///
/// # Errors
///
/// [`StoreError::Conflict`] if an external id stands twice, [`StoreError::Db`] if the database
/// refuses.
pub async fn put_needs(db: &impl ConnectionTrait, needs: &[Need]) -> Result<(), StoreError> {
    let row = |need: &Need| {
        let industry = need.industry.as_ref();
        vec![
            v(need.id.to_string()),
            v(need.external_id.clone()),
            v(need.enterprise.to_string()),
            v(need.committee.map(|id| id.to_string())),
            v(need.kind.word()),
            v(need.title.as_str()),
            v(text::normalise(&need.title)),
            v(need.public_summary.as_str()),
            v(need.body.as_str()),
            v(need.stage.word()),
            v(need.is_published),
            v(need.is_proxy),
            v(need.channel.word()),
            v(need.trace.submitted_at),
            v(need.trace.confirmed_at),
            v(need.region.map(|code| code.to_string())),
            v(industry.map(|industry| industry.scheme.word())),
            v(industry.map(|industry| industry.code.clone())),
            v(need.send_backs),
            v(need.reopens),
            v(need.created_at),
            v(need.version),
        ]
    };
    NEEDS.put(db, needs, row).await
}

/// Every offer, by id.
///
/// # Errors
///
/// As [`needs`].
pub async fn offers(db: &impl ConnectionTrait) -> Result<Vec<Offer>, StoreError> {
    // What is left of them must not change until they are written back.
    let mut found: Vec<Offer> = offer::row::Entity::find()
        .lock_exclusive()
        .all(db)
        .await?
        .into_iter()
        .map(Offer::try_from)
        .collect::<Result<_, _>>()?;
    found.sort_by_key(|offer| offer.id);
    Ok(found)
}

/// Adds or replaces offers.
///
/// # Errors
///
/// As [`put_needs`].
pub async fn put_offers(db: &impl ConnectionTrait, offers: &[Offer]) -> Result<(), StoreError> {
    let row = |offer: &Offer| {
        let (enterprise, organisation) = match offer.provider {
            Member::Enterprise(id) => (Some(id.to_string()), None),
            Member::Organisation(id) => (None, Some(id.to_string())),
        };
        vec![
            v(offer.id.to_string()),
            v(offer.external_id.clone()),
            v(enterprise),
            v(organisation),
            v(offer.kind.word()),
            v(offer.title.as_str()),
            v(text::normalise(&offer.title)),
            v(offer.body.as_str()),
            v(offer.capacity),
            v(offer.capacity_left),
            v(offer.unit.clone()),
            v(offer.valid_until),
            v(offer.is_published),
            v(offer.version),
        ]
    };
    OFFERS.put(db, offers, row).await
}

/// Every project, by id.
///
/// # Errors
///
/// As [`needs`].
pub async fn projects(db: &impl ConnectionTrait) -> Result<Vec<Project>, StoreError> {
    let mut found: Vec<Project> = project::row::Entity::find()
        .all(db)
        .await?
        .into_iter()
        .map(Project::try_from)
        .collect::<Result<_, _>>()?;
    found.sort_by_key(|project| project.id);
    Ok(found)
}

/// Adds or replaces projects.
///
/// # Errors
///
/// As [`put_needs`].
pub async fn put_projects(
    db: &impl ConnectionTrait,
    projects: &[Project],
) -> Result<(), StoreError> {
    let row = |project: &Project| {
        vec![
            v(project.id.to_string()),
            v(project.external_id.clone()),
            v(project.name.as_str()),
            v(text::normalise(&project.name)),
            v(project.summary.as_str()),
            v(project.domain.as_str()),
            v(project.owner.map(|id| id.to_string())),
            v(project.region.map(|code| code.to_string())),
            v(project.amount_fen),
            v(project.stage.word()),
            v(project.is_published),
            v(project.is_example),
            v(project.version),
        ]
    };
    PROJECTS.put(db, projects, row).await
}

/// Every cooperation task, by id.
///
/// # Errors
///
/// As [`needs`].
pub async fn tasks(db: &impl ConnectionTrait) -> Result<Vec<CooperationTask>, StoreError> {
    // Nobody may edit them until they are written back.
    let mut found: Vec<CooperationTask> = task::row::Entity::find()
        .lock_exclusive()
        .all(db)
        .await?
        .into_iter()
        .map(CooperationTask::try_from)
        .collect::<Result<_, _>>()?;
    found.sort_by_key(|task| task.id);
    Ok(found)
}

/// Adds or replaces cooperation tasks.
///
/// # Errors
///
/// As [`put_needs`].
pub async fn put_tasks(
    db: &impl ConnectionTrait,
    tasks: &[CooperationTask],
) -> Result<(), StoreError> {
    let row = |task: &CooperationTask| {
        vec![
            v(task.id.to_string()),
            v(task.external_id.clone()),
            v(task.project.map(|id| id.to_string())),
            v(task.suggestion.map(|id| id.to_string())),
            v(task.owner.to_string()),
            v(task.counterpart.to_string()),
            v(task.domain.as_str()),
            v(task.due_on),
            v(task.stage.word()),
            v(task.score_points),
            v(parse::reasons_text(&task.reasons)),
            v(task.is_kept),
            v(task.is_generated),
            v(task::list_key(task)),
            v(task.version),
        ]
    };
    TASKS.put(db, tasks, row).await
}
