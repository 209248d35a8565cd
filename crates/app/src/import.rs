//! Importing: drafts from files are judged, compared with what is stored, and saved.
//!
//! One transaction, in three steps for each kind of thing: read what is stored, judge the rows in
//! memory, write what is new or different. A row is known by its credit code or external id; where a
//! kind has neither, by its exact name. Nothing is ever matched by a normalised name: 27 names of
//! real products become equal when normalised. An empty cell says nothing and leaves what is stored.

mod atlas;

mod decimal;
mod directory;
mod enterprise;
mod industry;
mod notes;
mod place;
mod product;
mod row;

use chrono::{DateTime, Utc};
use lianmeng_domain::actor::Actor;
use lianmeng_domain::draft::{DraftKind, Drafts};
use lianmeng_domain::ids::{AuditId, IdSource};
use lianmeng_domain::policy;
use lianmeng_store::audit::Deed;
use lianmeng_store::{StoreError, audit, tx, version};
use sea_orm::{DatabaseConnection, DatabaseTransaction};
use thiserror::Error;

pub use notes::{Counts, ImportReport, Outcome};

use atlas::Atlas;
use directory::Directory;
use notes::Notes;

/// What to import and how.
#[derive(Clone, Copy)]
pub struct ImportDrafts<'a> {
    /// What the files say.
    pub drafts: &'a Drafts,
    /// Judge everything, save nothing.
    pub is_dry_run: bool,
    /// Save nothing if a single row is rejected.
    pub is_strict: bool,
    /// Most remarks to list; all are counted.
    pub listed: usize,
    /// Told how many more rows were judged, a few thousand at a time.
    pub progress: &'a (dyn Fn(DraftKind, usize) + Sync),
}

impl std::fmt::Debug for ImportDrafts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportDrafts")
            .field("rows", &self.drafts.len())
            .field("is_dry_run", &self.is_dry_run)
            .field("is_strict", &self.is_strict)
            .finish_non_exhaustive()
    }
}

/// Why nothing was imported. Bad rows are no failure but part of the report.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The caller does not keep the registry.
    #[error("there is nothing here to import into")]
    NotFound,
    /// The database refuses; nothing was saved.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Where an import happens: the database, where ids come from, and the moment.
#[derive(Debug, Clone, Copy)]
pub struct ImportDesk<'a> {
    /// The database.
    pub db: &'a DatabaseConnection,
    /// Where ids come from.
    pub ids: &'a IdSource,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Imports drafts in one transaction and reports row by row.
///
/// Saves the good rows and reports the bad ones; saves nothing in a dry run, nothing with
/// `is_strict` if a row is rejected, and nothing if owners or Party organisations would form a cycle,
/// because then no part of that tree can be trusted. Importing the same again changes nothing.
///
/// Time `O(n log n)` for `n` rows, imported and stored; memory holds both.
///
/// # Errors
///
/// [`ImportError::NotFound`] unless `actor` is a coordinator, [`ImportError::Store`] if the database
/// refuses; nothing is saved then.
pub async fn import(
    desk: ImportDesk<'_>,
    actor: &Actor,
    cmd: ImportDrafts<'_>,
) -> Result<ImportReport, ImportError> {
    if !policy::may_keep_registry(actor) {
        return Err(ImportError::NotFound);
    }
    let tx = tx::begin(desk.db).await?;
    let mut judge = Judge::new(&tx, desk, cmd).await?;
    industry::zones(&mut judge).await?;
    industry::industries(&mut judge).await?;
    enterprise::enterprises(&mut judge).await?;
    product::products(&mut judge).await?;
    product::edges(&mut judge).await?;
    product::made(&mut judge).await?;
    let report = judge.notes.finish(cmd.is_dry_run, cmd.is_strict);
    if report.outcome != Outcome::Saved || !report.has_changes() {
        // Dropping the transaction would do the same, only later.
        tx.rollback().await.map_err(StoreError::from)?;
        return Ok(report);
    }
    version::raise(&tx, version::GRAPH).await?;
    let id: AuditId = desk.ids.mint(desk.now.timestamp_millis());
    audit::append(&tx, actor, Deed { id, at: desk.now, action: "import", thing: "registry" })
        .await?;
    tx::commit(tx).await?;
    Ok(report)
}

/// Everything a row is judged by.
struct Judge<'a> {
    tx: &'a DatabaseTransaction,
    desk: ImportDesk<'a>,
    cmd: ImportDrafts<'a>,
    notes: Notes,
    atlas: Atlas,
    industries: industry::Industries,
    enterprises: Directory<lianmeng_domain::enterprise::Enterprise>,
    products: Directory<lianmeng_domain::product::Product>,
}

impl<'a> Judge<'a> {
    async fn new(
        tx: &'a DatabaseTransaction,
        desk: ImportDesk<'a>,
        cmd: ImportDrafts<'a>,
    ) -> Result<Self, ImportError> {
        use lianmeng_store::import as stored;
        let mut notes = Notes::new(cmd.listed);
        for remark in &cmd.drafts.remarks {
            notes.add(remark.clone());
        }
        Ok(Self {
            tx,
            desk,
            cmd,
            notes,
            atlas: Atlas::new(&stored::regions(tx).await?, stored::zones(tx).await?),
            industries: industry::Industries::new(stored::industries(tx).await?),
            enterprises: Directory::new(stored::enterprises(tx).await?),
            products: Directory::new(stored::products(tx).await?),
        })
    }
}
