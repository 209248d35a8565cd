//! A database, a desk, and workbooks written on the spot.

use chrono::DateTime;
use lianmeng_app::desk::{Clock, Desk, Office};
use lianmeng_app::import::{Counts, ImportDrafts, ImportError, ImportReport, import};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::draft::{DraftKind, Drafts};
use lianmeng_domain::ids::IdSource;
use rust_xlsxwriter::Workbook;

pub(crate) fn actor(role: Role) -> Actor {
    Actor { subject: "test".to_owned(), role, body: None }
}

pub(crate) async fn desk() -> Desk {
    let db = lianmeng_testkit::database().await;
    lianmeng_app::codes::seed(&db).await.unwrap();
    let clock = Clock::Fixed(DateTime::from_timestamp(1_790_000_000, 0).unwrap());
    Office::new(db, IdSource::new(1), clock).desk()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Save,
    DryRun,
    Strict,
}

pub(crate) async fn try_run(
    desk: &Desk,
    actor: &Actor,
    drafts: &Drafts,
    how: How,
) -> Result<ImportReport, ImportError> {
    let cmd = ImportDrafts {
        drafts,
        is_dry_run: how == How::DryRun,
        is_strict: how == How::Strict,
        listed: 1_000,
        progress: &|_, _| (),
    };
    is_send(import(desk, actor, cmd)).await
}

/// An import can run on any thread, as a request of a server does.
fn is_send<T: Send>(future: T) -> T {
    future
}

pub(crate) async fn run(desk: &Desk, drafts: &Drafts) -> ImportReport {
    try_run(desk, &actor(Role::Coordinator), drafts, How::Save).await.unwrap()
}

/// A workbook of sheets; each line is a row with cells separated by `|`.
pub(crate) fn book(sheets: &[(&str, &[&str])]) -> Vec<u8> {
    let mut book = Workbook::new();
    for (name, lines) in sheets {
        let sheet = book.add_worksheet().set_name(*name).unwrap();
        for (row, line) in (0..).zip(*lines) {
            for (column, cell) in (0..).zip(line.split('|')) {
                if !cell.is_empty() {
                    sheet.write_string(row, column, cell).unwrap();
                }
            }
        }
    }
    book.save_to_buffer().unwrap()
}

pub(crate) fn drafts(sheets: &[(&str, &[&str])]) -> Drafts {
    lianmeng_exchange::read::upload("book.xlsx", &book(sheets), None).unwrap()
}

pub(crate) fn counts(added: u64, changed: u64, unchanged: u64, rejected: u64) -> Counts {
    Counts { added, changed, unchanged, rejected }
}

/// Kind of finding, sheet, row and column of every remark.
pub(crate) fn found(drafts: &Drafts, report: &ImportReport) -> Vec<(String, String, u32, String)> {
    let mut found: Vec<_> = report
        .remarks
        .iter()
        .map(|remark| {
            let sheet = drafts.tables[remark.spot.table].sheet().unwrap_or_default().to_owned();
            let column = remark.spot.column.clone().unwrap_or_default();
            (remark.kind.to_owned(), sheet, remark.spot.row, column)
        })
        .collect();
    found.sort_by(|a, b| (&a.1, a.2, &a.3, &a.0).cmp(&(&b.1, b.2, &b.3, &b.0)));
    found
}

/// The rows of every table an import writes, as one number.
pub(crate) async fn stored(desk: &Desk) -> usize {
    use lianmeng_store::import as stored;
    let db = &desk.db;
    stored::enterprises(db).await.unwrap().len()
        + stored::organisations(db).await.unwrap().len()
        + stored::products(db).await.unwrap().len()
        + stored::product_edges(db).await.unwrap().len()
        + stored::zones(db).await.unwrap().len()
        + stored::chains(db).await.unwrap().len()
}

pub(crate) fn of(report: &ImportReport, kind: DraftKind) -> Counts {
    report.counts.get(&kind).copied().unwrap_or_default()
}
