//! Figures of cohorts of projects: which projects they are about, what was reported, and the rules of
//! lamps. Figures are about projects the caller reads in full, and nobody else's.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use lianmeng_domain::ids::ProjectReportId;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::project::funnel::Measure;
use lianmeng_domain::project::lamp::{MonthsLate, ProjectLampRules};
use lianmeng_domain::project::ledger::Milestone;
use lianmeng_domain::project::{Project, ProjectStage};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{IntoCondition as _, Query};
use sea_orm::{Condition, ExprTrait as _, QueryOrder as _, QuerySelect as _};
use serde::{Deserialize, Serialize};

use super::{own, row};
use crate::StoreError;
use crate::audit::trace::{self, Diff};
use crate::parse::{self, At};

mod report {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_reports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub label: String,
        pub measure: String,
        pub as_of: Date,
        pub basis_points: i32,
        pub note: String,
        pub recorded_at: DateTimeUtc,
        pub recorded_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

mod rules {
    use sea_orm::entity::prelude::*;

    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "project_lamp_rules")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub name: String,
        pub rules: String,
        pub made_at: DateTimeUtc,
        pub made_by: String,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// Projects with this label.
pub(super) fn labelled(label: &str) -> Condition {
    let mut ids = Query::select();
    ids.column("project_id").from("project_labels").and_where(Expr::col("label").eq(label));
    row::COLUMN.id.in_subquery(ids).into_condition()
}

/// The projects that a caller reads in full, of one label or of all, newest first, at most `limit`;
/// without a label those that are being looked for partners for are left out.
///
/// # Errors
///
/// [`StoreError::Db`] if the query fails, [`StoreError::Corrupt`] if a row does not parse.
pub async fn projects(
    db: &impl ConnectionTrait,
    reads: &Visibility,
    label: Option<&str>,
    limit: u64,
) -> Result<Vec<Project>, StoreError> {
    let which = label.map_or_else(
        || row::COLUMN.stage.ne(ProjectStage::Planned.word()).into_condition(),
        labelled,
    );
    let query = row::Entity::find().filter(own(reads)).filter(which);
    let rows = query.order_by_desc(row::COLUMN.id).limit(limit).all(db).await?;
    rows.into_iter().map(Project::try_from).collect()
}

/// A rate that somebody reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: ProjectReportId,
    /// The cohort, by its label.
    pub label: String,
    /// Which rate.
    pub measure: Measure,
    /// The day it is about.
    pub as_of: NaiveDate,
    /// The rate in basis points, as it was printed.
    pub basis_points: u32,
    /// Where it stands, and what is to be said of it.
    pub note: String,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
    /// By whom.
    pub recorded_by: String,
}

/// What was reported of a cohort for a day up to `as_of`, by measure: of the latest such day what was
/// written last.
///
/// # Errors
///
/// As [`projects`].
pub async fn reported(
    db: &impl ConnectionTrait,
    label: &str,
    as_of: NaiveDate,
) -> Result<HashMap<Measure, Report>, StoreError> {
    let mut found = HashMap::new();
    for measure in Measure::ALL {
        let query = report::Entity::find()
            .filter(report::COLUMN.label.eq(label))
            .filter(report::COLUMN.measure.eq(measure.word()))
            .filter(report::COLUMN.as_of.lte(as_of))
            .order_by_desc(report::COLUMN.as_of)
            .order_by_desc(report::COLUMN.id);
        if let Some(row) = query.one(db).await? {
            found.insert(*measure, Report::try_from(row)?);
        }
    }
    Ok(found)
}

/// Adds what was reported; nothing that was is ever changed.
///
/// # Errors
///
/// [`StoreError::Db`] if the database refuses.
pub async fn insert_report(db: &impl ConnectionTrait, one: &Report) -> Result<Diff, StoreError> {
    let basis_points = i32::try_from(one.basis_points).unwrap_or(i32::MAX);
    let row = report::ActiveModel {
        id: Set(one.id.to_string()),
        label: Set(one.label.clone()),
        measure: Set(one.measure.word().to_owned()),
        as_of: Set(one.as_of),
        basis_points: Set(basis_points),
        note: Set(one.note.clone()),
        recorded_at: Set(one.recorded_at),
        recorded_by: Set(one.recorded_by.clone()),
    };
    report::Entity::insert(row.clone()).exec_without_returning(db).await?;
    Ok(trace::diff(None, Some(&row)))
}

impl TryFrom<report::Model> for Report {
    type Error = StoreError;

    fn try_from(row: report::Model) -> Result<Self, StoreError> {
        let at = |column| At("project_reports", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            label: row.label,
            measure: parse::word(at("measure"), &row.measure, Measure::from_word)?,
            as_of: row.as_of,
            basis_points: parse::number(at("basis_points"), row.basis_points)?,
            note: row.note,
            recorded_at: row.recorded_at,
            recorded_by: row.recorded_by,
        })
    }
}

/// Rules of lamps as they are kept; none is ever changed, the newest are in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRules {
    /// Counts up from 1, the rules that come with the program.
    pub version: i32,
    /// The rules.
    pub rules: ProjectLampRules,
    /// When they were made.
    pub made_at: DateTime<Utc>,
    /// By whom; empty for those that come with the program.
    pub made_by: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct MonthsRow {
    milestone: String,
    yellow: u32,
    red: u32,
}

#[derive(Debug, Serialize, Deserialize)]
struct RulesRow {
    months: Vec<MonthsRow>,
    behind_yellow_basis_points: u32,
    behind_red_basis_points: u32,
    update_days: u32,
}

/// The newest rules, newest first, at most `limit`.
///
/// # Errors
///
/// As [`projects`].
pub async fn lamp_rules(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<KeptRules>, StoreError> {
    let query = rules::Entity::find().order_by_desc(rules::COLUMN.version).limit(limit);
    query.all(db).await?.into_iter().map(KeptRules::try_from).collect()
}

/// Adds rules, which are in force from then on.
///
/// # Errors
///
/// [`StoreError::Conflict`] if the version is taken: somebody else made some at the same time.
pub async fn insert_rules(db: &impl ConnectionTrait, kept: &KeptRules) -> Result<(), StoreError> {
    let months = kept.rules.months.iter().map(|one| MonthsRow {
        milestone: one.milestone.word().to_owned(),
        yellow: one.yellow,
        red: one.red,
    });
    let written = RulesRow {
        months: months.collect(),
        behind_yellow_basis_points: kept.rules.behind_yellow_basis_points,
        behind_red_basis_points: kept.rules.behind_red_basis_points,
        update_days: kept.rules.update_days,
    };
    let row = rules::ActiveModel {
        version: Set(kept.version),
        name: Set(kept.rules.name.clone()),
        rules: Set(serde_json::json!(written).to_string()),
        made_at: Set(kept.made_at),
        made_by: Set(kept.made_by.clone()),
    };
    rules::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

impl TryFrom<rules::Model> for KeptRules {
    type Error = StoreError;

    fn try_from(row: rules::Model) -> Result<Self, StoreError> {
        let at = At("project_lamp_rules", "rules");
        let read: RulesRow =
            serde_json::from_str(&row.rules).map_err(|_| at.corrupt(&row.rules))?;
        let months = read.months.into_iter().map(|one| {
            let milestone = parse::word(at, &one.milestone, Milestone::from_word)?;
            Ok(MonthsLate { milestone, yellow: one.yellow, red: one.red })
        });
        Ok(Self {
            version: row.version,
            rules: ProjectLampRules {
                name: row.name,
                months: months.collect::<Result<_, StoreError>>()?,
                behind_yellow_basis_points: read.behind_yellow_basis_points,
                behind_red_basis_points: read.behind_red_basis_points,
                update_days: read.update_days,
            },
            made_at: row.made_at,
            made_by: row.made_by,
        })
    }
}
