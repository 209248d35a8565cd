//! Importing an uploaded file in GraphQL.

use std::sync::LazyLock;

use async_graphql::{Context, Enum, Object, Result, SimpleObject, Upload};
use lianmeng_app::import::{self as app, Counts, ImportDrafts, ImportError, ImportReport, Outcome};
use lianmeng_domain::draft::{Drafts, Remark};
use lianmeng_domain::policy;
use tokio::sync::Semaphore;

use crate::error::{ApiError, ErrorCode, UserError};
use crate::scope::Scope;

/// Remarks in an answer.
const LISTED: usize = 100;

/// Imports that are read and judged at the same time: each holds a whole file in memory.
static SEATS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

/// What happened to the good rows of an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ImportOutcome", remote = "Outcome")]
pub enum OutcomeWord {
    /// They were saved.
    Saved,
    /// Nothing was saved: it was a dry run.
    DryRun,
    /// Nothing was saved: a row was rejected and the import was strict.
    RefusedStrict,
    /// Nothing was saved: owners or Party organisations would form a cycle.
    RefusedCycle,
}

/// Rows of one kind, by what became of them.
#[derive(Debug, SimpleObject)]
pub struct ImportCount {
    /// What the rows are, such as enterprises.
    kind: String,
    /// Rows that made a new thing.
    added: u64,
    /// Rows that changed a stored thing.
    changed: u64,
    /// Rows that say what is stored already.
    unchanged: u64,
    /// Rows that were left out.
    rejected: u64,
}

/// How often a kind of finding occurred.
#[derive(Debug, SimpleObject)]
pub struct ImportFinding {
    /// Kind of finding, a stable word such as `self_edge`.
    kind: String,
    /// How often.
    count: u64,
}

/// Something noticed about a row or a cell.
#[derive(Debug, SimpleObject)]
pub struct ImportRemark {
    /// Kind of finding, a stable word such as `self_edge`.
    kind: String,
    /// The file.
    file: String,
    /// The sheet; null for a CSV file.
    sheet: Option<String>,
    /// The row as the file counts it, the header usually being 1.
    row: u32,
    /// Header of the column; null when the whole row is meant.
    column: Option<String>,
    /// What stands there, cut to 80 characters.
    value: String,
    /// What is wrong with it.
    reason: String,
    /// What to do about it; empty when nothing needs doing.
    hint: String,
    /// Whether the row was left out because of it.
    is_rejection: bool,
}

/// What an import did, or why it was refused.
#[derive(Debug, SimpleObject)]
pub struct ImportPayload {
    /// What happened to the good rows; null if the file was refused as a whole.
    outcome: Option<OutcomeWord>,
    /// Rows by kind and what became of them.
    counts: Vec<ImportCount>,
    /// Findings by kind.
    findings: Vec<ImportFinding>,
    /// The first 100 remarks, those that cost a row first.
    remarks: Vec<ImportRemark>,
    /// Why the file was refused as a whole; empty if it was not.
    errors: Vec<UserError>,
}

impl ImportPayload {
    fn refused(error: UserError) -> Self {
        Self {
            outcome: None,
            counts: Vec::new(),
            findings: Vec::new(),
            remarks: Vec::new(),
            errors: vec![error],
        }
    }

    fn done(drafts: &Drafts, report: &ImportReport) -> Self {
        let count = |(kind, counts): (&lianmeng_domain::draft::DraftKind, &Counts)| {
            let Counts { added, changed, unchanged, rejected } = *counts;
            ImportCount { kind: kind.word().to_owned(), added, changed, unchanged, rejected }
        };
        let finding = |(kind, count): (&&str, &u64)| ImportFinding {
            kind: (*kind).to_owned(),
            count: *count,
        };
        Self {
            outcome: Some(report.outcome.into()),
            counts: report.counts.iter().map(count).collect(),
            findings: report.findings.iter().map(finding).collect(),
            remarks: report.remarks.iter().take(LISTED).map(|one| remark(drafts, one)).collect(),
            errors: Vec::new(),
        }
    }
}

fn remark(drafts: &Drafts, remark: &Remark) -> ImportRemark {
    let table = drafts.tables.get(remark.spot.table);
    ImportRemark {
        kind: remark.kind.to_owned(),
        file: table.map_or(String::new(), |table| table.file().to_owned()),
        sheet: table.and_then(|table| table.sheet()).map(str::to_owned),
        row: remark.spot.row,
        column: remark.spot.column.clone(),
        value: remark.value.clone(),
        reason: remark.reason.clone(),
        hint: remark.hint.clone(),
        is_rejection: remark.is_rejection,
    }
}

/// Imports.
#[derive(Debug, Default)]
pub struct ImportMutation;

#[Object]
impl ImportMutation {
    /// Imports an XLSX workbook or a CSV file (导入), at most 64 MB: good rows are saved in one
    /// transaction, bad rows reported. Coordinators only. Importing the same again changes nothing,
    /// so no request key is needed. Send it as multipart with the header
    /// `GraphQL-Require-Preflight: 1`.
    async fn import_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] file: Upload,
        #[graphql(default, desc = "Whether to save nothing if a single row is rejected.")]
        is_strict: bool,
        #[graphql(default, desc = "Whether to judge everything and save nothing.")]
        is_dry_run: bool,
    ) -> Result<ImportPayload> {
        let scope = Scope::of(ctx)?;
        if !policy::may_keep_registry(&scope.actor) {
            let error = ImportError::NotFound;
            return Ok(ImportPayload::refused(UserError::new(ErrorCode::NotFound, error, None)));
        }
        let upload = file.value(ctx)?;
        let _seat = SEATS.acquire().await?;
        let read = tokio::task::spawn_blocking(move || {
            lianmeng_exchange::read::upload(&upload.filename, &upload.content, None)
        });
        let drafts = match read.await? {
            Ok(drafts) => drafts,
            Err(error) => {
                let error = UserError::new(ErrorCode::Invalid, error, Some("file"));
                return Ok(ImportPayload::refused(error));
            }
        };
        let cmd = ImportDrafts {
            drafts: &drafts,
            is_dry_run,
            is_strict,
            listed: u64::try_from(LISTED)?,
            progress: &|_, _| {},
        };
        match app::import(&scope.desk, &scope.actor, cmd).await {
            Ok(report) => Ok(ImportPayload::done(&drafts, &report)),
            Err(ImportError::NotFound) => {
                let error = ImportError::NotFound;
                Ok(ImportPayload::refused(UserError::new(ErrorCode::NotFound, error, None)))
            }
            Err(ImportError::Store(error)) => Err(ApiError::from(error).into()),
        }
    }
}
