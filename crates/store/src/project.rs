//! Projects. Their amounts are for those they concern, which the query decides.

use lianmeng_domain::ids::{EnterpriseId, ProjectId};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::project::{Project, ProjectStage, SeenProject};
use lianmeng_domain::region::RegionCode;
use lianmeng_domain::text;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, Query};
use sea_orm::{Condition, ExprTrait as _, FromQueryResult, QuerySelect as _};

use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::eyes::Eyes;
use crate::page::{self, Way, Window};
use crate::parse::{self, At};
use crate::{sight, visible};

pub mod ledger;
pub mod portfolio;

/// The table `projects`.
pub(crate) mod row {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "projects")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub external_id: Option<String>,
        pub name: String,
        pub name_key: String,
        pub summary: String,
        pub domain: String,
        pub owner_enterprise: Option<String>,
        pub region_code: Option<String>,
        pub amount_fen: Option<i64>,
        pub stage: String,
        pub is_published: bool,
        pub is_example: bool,
        pub version: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

#[derive(Debug, FromQueryResult)]
struct SeenRow {
    #[sea_orm(nested)]
    row: row::Model,
    is_full: i32,
}

/// Which projects a list holds; every given part must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFilter {
    /// Part of the name.
    pub search: Option<String>,
    /// Of this domain, by its exact label.
    pub domain: Option<String>,
    /// Of this owner.
    pub owner: Option<EnterpriseId>,
    /// In this division or inside of it.
    pub region: Option<RegionCode>,
    /// In one of these stages.
    pub stages: Vec<ProjectStage>,
    /// With this label.
    pub label: Option<String>,
}

/// Projects with a task of one of these enterprises.
fn with_task_of(enterprise: EnterpriseId) -> Condition {
    let mut tasks = Query::select();
    tasks
        .column("project_id")
        .from("cooperation_tasks")
        .cond_where(
            Condition::any()
                .add(Expr::col("owner_id").eq(enterprise.to_string()))
                .add(Expr::col("counterpart_id").eq(enterprise.to_string())),
        )
        .and_where(Expr::col("project_id").is_not_null());
    row::COLUMN.id.in_subquery(tasks).into_condition()
}

/// Projects in a suggestion shown to this enterprise.
fn suggested(enterprise: EnterpriseId) -> Condition {
    let mut shown = Query::select();
    shown
        .column("project_id")
        .from("suggestions")
        .cond_where(
            Condition::any()
                .add(Expr::col("enterprise_a").eq(enterprise.to_string()))
                .add(Expr::col("enterprise_b").eq(enterprise.to_string())),
        )
        .and_where(Expr::col("is_shown").eq(true))
        .and_where(Expr::col("project_id").is_not_null());
    row::COLUMN.id.in_subquery(shown).into_condition()
}

fn own(sees: &Visibility) -> Condition {
    match sees {
        Visibility::All => sight::always(),
        Visibility::Committee(id) => {
            row::COLUMN.owner_enterprise.in_subquery(visible::on_chain_of(*id)).into_condition()
        }
        Visibility::Region(code) => parse::within(row::Column::RegionCode, *code),
        Visibility::Zone(id) => {
            row::COLUMN.owner_enterprise.in_subquery(visible::in_zone(*id)).into_condition()
        }
        Visibility::Group(id) => {
            row::COLUMN.owner_enterprise.in_subquery(visible::group(*id)).into_condition()
        }
        Visibility::Enterprise(id) => Condition::any()
            .add(row::COLUMN.owner_enterprise.eq(id.to_string()))
            .add(with_task_of(*id)),
        Visibility::Organisation(_) | Visibility::Published | Visibility::Nothing => sight::never(),
    }
}

fn visible(sees: &Visibility) -> Condition {
    let published = Condition::any().add(row::COLUMN.is_published.eq(true)).add(own(sees));
    match sees {
        Visibility::Nothing => sight::never(),
        Visibility::All => sight::always(),
        Visibility::Enterprise(id) => published.add(suggested(*id)),
        Visibility::Committee(_)
        | Visibility::Region(_)
        | Visibility::Zone(_)
        | Visibility::Group(_)
        | Visibility::Organisation(_)
        | Visibility::Published => published,
    }
}

fn matches(filter: &ProjectFilter) -> Condition {
    let key = filter.search.as_deref().map(text::normalise);
    let mut all = Condition::all()
        .add_option(key.map(|key| row::COLUMN.name_key.contains(key)))
        .add_option(filter.domain.as_deref().map(|domain| row::COLUMN.domain.eq(domain)))
        .add_option(filter.owner.map(|id| row::COLUMN.owner_enterprise.eq(id.to_string())))
        .add_option(filter.region.map(|code| parse::within(row::Column::RegionCode, code)))
        .add_option(filter.label.as_deref().map(portfolio::labelled));
    if !filter.stages.is_empty() {
        all = all.add(row::COLUMN.stage.is_in(filter.stages.iter().map(|stage| stage.word())));
    }
    all
}

async fn read(
    db: &impl ConnectionTrait,
    query: Select<row::Entity>,
    eyes: Eyes<'_>,
) -> Result<Vec<SeenProject>, StoreError> {
    let rows = query
        .expr_as(sight::as_number(own(eyes.reads)), "is_full")
        .into_model::<SeenRow>()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|seen| {
            let project = Project::try_from(seen.row)?;
            let is_full = seen.is_full == 1;
            let amount_fen = project.amount_fen.filter(|_| is_full);
            Ok(SeenProject { project: Project { amount_fen, ..project }, is_full })
        })
        .collect()
}

/// A page of the projects that `filter` matches and the caller sees, newest first. One statement.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn page(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    filter: &ProjectFilter,
    window: Window<ProjectId>,
) -> Result<Vec<SeenProject>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(matches(filter));
    let cut = page::by_id(query, (row::Column::Id, Way::Down), window);
    Ok(cut.end.in_order(read(db, cut.query, eyes).await?))
}

/// How many projects a list holds in all.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails.
pub async fn count(
    db: &impl ConnectionTrait,
    sees: &Visibility,
    filter: &ProjectFilter,
) -> Result<u64, StoreError> {
    Ok(row::Entity::find().filter(visible(sees)).filter(matches(filter)).count(db).await?)
}

/// The projects with these ids that the caller sees, in no order; missing ones are left out.
///
/// # Errors
///
/// As [`page()`].
pub async fn find_many(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    ids: &[ProjectId],
) -> Result<Vec<SeenProject>, StoreError> {
    let query = row::Entity::find().filter(visible(eyes.sees)).filter(parse::among(
        db,
        row::Column::Id,
        ids,
    ));
    read(db, query, eyes).await
}

/// One project, if there is one that the caller sees.
///
/// # Errors
///
/// As [`page()`].
pub async fn find(
    db: &impl ConnectionTrait,
    eyes: Eyes<'_>,
    id: ProjectId,
) -> Result<Option<SeenProject>, StoreError> {
    Ok(find_many(db, eyes, &[id]).await?.pop())
}

/// What a change did to a project, for the audit log.
pub fn diff(before: Option<&Project>, after: &Project) -> Diff {
    trace::diff(before.map(columns).as_ref(), Some(&columns(after)))
}

/// Adds `project`.
///
/// # Errors
///
/// [`StoreError::Conflict`] if its external id exists already or its owner or place does not.
pub async fn insert(db: &impl ConnectionTrait, project: &Project) -> Result<(), StoreError> {
    row::Entity::insert(columns(project)).exec_without_returning(db).await?;
    Ok(())
}

/// Saves `project` if nobody saved it since it was read, and raises its version by one.
///
/// # Errors
///
/// [`StoreError::Stale`] if the stored version is no longer `project.version`,
/// [`StoreError::Conflict`] as [`insert`].
pub async fn save(db: &impl ConnectionTrait, project: &Project) -> Result<(), StoreError> {
    let mut columns = columns(project);
    columns.id = NotSet;
    columns.version = Set(project.version + 1);
    let saved = row::Entity::update_many()
        .set(columns)
        .filter(row::COLUMN.id.eq(project.id.to_string()))
        .filter(row::COLUMN.version.eq(project.version))
        .exec(db)
        .await?;
    StoreError::stale_if_none(saved.rows_affected)
}

fn columns(project: &Project) -> row::ActiveModel {
    row::ActiveModel {
        id: Set(project.id.to_string()),
        external_id: Set(project.external_id.clone()),
        name: Set(project.name.clone()),
        name_key: Set(text::normalise(&project.name)),
        summary: Set(project.summary.clone()),
        domain: Set(project.domain.clone()),
        owner_enterprise: Set(project.owner.map(|id| id.to_string())),
        region_code: Set(project.region.map(|code| code.to_string())),
        amount_fen: Set(project.amount_fen),
        stage: Set(project.stage.word().to_owned()),
        is_published: Set(project.is_published),
        is_example: Set(project.is_example),
        version: Set(project.version),
    }
}

impl TryFrom<row::Model> for Project {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("projects", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            name: row.name,
            summary: row.summary,
            domain: row.domain,
            owner: parse::value_opt(at("owner_enterprise"), row.owner_enterprise.as_deref())?,
            region: parse::value_opt(at("region_code"), row.region_code.as_deref())?,
            amount_fen: row.amount_fen,
            stage: parse::word(at("stage"), &row.stage, ProjectStage::from_word)?,
            is_published: row.is_published,
            is_example: row.is_example,
            version: row.version,
        })
    }
}
