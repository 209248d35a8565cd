//! Importing: drafts from files are judged, compared with what is stored, and saved.
//!
//! One transaction, in three steps for each kind of thing: read what is stored, judge the rows in
//! memory, write what is new or different. A row is known by its credit code or external id; where a
//! kind has neither, by its exact name. Nothing is ever matched by a normalised name: 27 names of
//! real products become equal when normalised. An empty cell says nothing and leaves what is stored.

mod alliance;
pub(crate) mod atlas;
mod body;
mod chain;
mod committee;
mod decimal;
mod directory;
mod enterprise;
mod industry;
mod named;
mod need;
mod notes;
mod place;
mod product;
mod project;
mod row;
mod supply;
mod task;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::alliance::Alliance;
use lianmeng_domain::chain::IndustrialChain;
use lianmeng_domain::committee::ChainCommittee;
use lianmeng_domain::draft::{Draft, DraftKind, Drafts};
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::party::PartyOrganisation;
use lianmeng_domain::policy;
use lianmeng_domain::product::Product;
use lianmeng_store::audit::Deed;
use lianmeng_store::{StoreError, audit, tx};
use sea_orm::DatabaseTransaction;
use thiserror::Error;

pub use notes::{Counts, ImportReport, Outcome};

use crate::command::Touches;
use crate::desk::Desk;
use crate::notify;

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
    /// Most remarks of one kind to list; all are counted.
    pub listed: u64,
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
    desk: &Desk,
    actor: &Actor,
    cmd: ImportDrafts<'_>,
) -> Result<ImportReport, ImportError> {
    if !policy::may_keep_registry(actor) {
        return Err(ImportError::NotFound);
    }
    let tx = tx::begin(&desk.db).await?;
    let mut judge = Judge::new(&tx, desk, cmd).await?;
    judge.everything().await?;
    let report = judge.notes.finish(cmd.is_dry_run, cmd.is_strict);
    if report.outcome != Outcome::Saved || !report.has_changes() {
        // Dropping the transaction would do the same, only later.
        tx.rollback().await.map_err(StoreError::from)?;
        return Ok(report);
    }
    let trace = desk.trace(None)?;
    let deed = Deed {
        id: desk.mint(),
        at: desk.now,
        action: "import",
        thing: "registry",
        touches_graph: true,
        trace: Some(&trace),
    };
    let seq = audit::append(&tx, actor, deed).await?;
    tx::commit(tx).await?;
    notify::changed(desk, seq, Touches::Graph);
    Ok(report)
}

/// Everything a row is judged by.
struct Judge<'a> {
    tx: &'a DatabaseTransaction,
    desk: &'a Desk,
    cmd: ImportDrafts<'a>,
    notes: Notes,
    atlas: Atlas,
    industries: industry::Industries,
    enterprises: Directory<Enterprise>,
    organisations: Directory<Organisation>,
    party: Directory<PartyOrganisation>,
    products: Directory<Product>,
    chains: Directory<IndustrialChain>,
    segments: chain::Segments,
    committees: Directory<ChainCommittee>,
    alliances: Directory<Alliance>,
}

impl<'a> Judge<'a> {
    async fn new(
        tx: &'a DatabaseTransaction,
        desk: &'a Desk,
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
            organisations: Directory::new(stored::organisations(tx).await?),
            party: Directory::new(stored::party_organisations(tx).await?),
            products: Directory::new(stored::products(tx).await?),
            chains: Directory::new(stored::chains(tx).await?),
            segments: chain::Segments::new(stored::segments(tx).await?),
            committees: Directory::new(stored::committees(tx).await?),
            alliances: Directory::new(stored::alliances(tx).await?),
        })
    }

    /// The rows of one kind.
    fn rows(&self, kind: DraftKind) -> Vec<Draft<'a>> {
        self.cmd.drafts.rows(kind).collect()
    }

    /// Tells that [`product::STEP`] more rows were judged, and lets other work of this thread go on:
    /// judging so many takes a few milliseconds.
    async fn pause(&self, kind: DraftKind) {
        (self.cmd.progress)(kind, product::STEP);
        tokio::task::yield_now().await;
    }

    /// Judges and writes every kind, each after those it refers to.
    async fn everything(&mut self) -> Result<(), ImportError> {
        industry::zones(self).await?;
        industry::industries(self).await?;
        enterprise::enterprises(self).await?;
        if self.notes.has_cycle() {
            // Nothing will be saved, and what refers to those enterprises would only be noise.
            return Ok(());
        }
        body::organisations(self).await?;
        body::party_organisations(self).await?;
        if self.notes.has_cycle() {
            return Ok(());
        }
        product::products(self).await?;
        product::edges(self).await?;
        product::made(self).await?;
        supply::edges(self).await?;
        chain::chains(self).await?;
        chain::segments(self).await?;
        chain::placements(self).await?;
        committee::committees(self).await?;
        committee::seats(self).await?;
        alliance::alliances(self).await?;
        alliance::partners(self).await?;
        need::needs(self).await?;
        project::offers(self).await?;
        project::projects(self).await?;
        task::tasks(self).await
    }
}
