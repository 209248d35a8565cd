//! The public page of a project: what everybody may know of it who has its code.

use chrono::NaiveDate;
use lianmeng_domain::project::ProjectStage;
use lianmeng_store::StoreError;
use lianmeng_store::eyes::Eyes;
use lianmeng_store::project::{self, ledger};
use sea_orm::ConnectionTrait;

/// What the page tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicStatus {
    /// The name of the project.
    pub name: String,
    /// Where it stands.
    pub stage: ProjectStage,
    /// What comes next; empty where nothing was written of it.
    pub next_step: String,
    /// The day of the last update.
    pub updated_on: Option<NaiveDate>,
    /// What was written for everybody with it; empty if nothing.
    pub public_note: String,
    /// Whether it is invented for demonstration.
    pub is_example: bool,
}

/// What the page with this code tells; nothing of a project that is not published. Three statements.
///
/// # Errors
///
/// [`StoreError`] if the database refuses.
pub async fn status(
    db: &impl ConnectionTrait,
    code: &str,
) -> Result<Option<PublicStatus>, StoreError> {
    let Some(id) = ledger::with_code(db, code).await? else { return Ok(None) };
    let found = project::find(db, Eyes::ALL, id).await?.map(|seen| seen.project);
    let Some(project) = found.filter(|project| project.is_published) else { return Ok(None) };
    let updated = ledger::updates(db, &[id], (None, 1)).await?.pop().map(|(_, update)| update);
    let updated_on = updated.as_ref().map(|update| update.on);
    let (next_step, public_note) =
        updated.map(|update| (update.next_step, update.public_note)).unwrap_or_default();
    Ok(Some(PublicStatus {
        name: project.name,
        stage: project.stage,
        next_step,
        updated_on,
        public_note,
        is_example: project.is_example,
    }))
}
