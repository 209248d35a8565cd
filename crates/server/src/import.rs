//! `lianmeng import`: files into the database, row by row reported.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::Context as _;
use comfy_table::{CellAlignment, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use lianmeng_app::import::{self, Counts, ImportDrafts, ImportReport, Outcome};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::draft::{DraftKind, Drafts, Remark};
use lianmeng_exchange::{annotate, read};

use crate::args::ImportArgs;
use crate::config::Config;
use crate::{print, wire};

/// Most remarks of one kind that are listed: rejections, and others.
const LISTED_REJECTIONS: usize = 1_000;
const LISTED_NOTES: usize = 5;
/// Most remarks of one kind that are kept for the list, and for an annotated copy.
const KEPT: u64 = 1_000;
const KEPT_FOR_COPY: u64 = 100_000;

/// Reads the path, imports what is in it, and reports. Ends with 0 if something was read, with 2 if
/// nothing was or the import was refused.
pub(crate) async fn run(config: &Config, args: ImportArgs) -> anyhow::Result<ExitCode> {
    let mapping = args.mapping.as_deref().map(read::mapping).transpose()?;
    let drafts = read::path(&args.path, mapping.as_ref())?;
    let office = wire::office(config).await?;
    let shown = Shown::new(&drafts);
    let progress = |kind, rows| shown.step(kind, rows);
    let actor = Actor { subject: "cli".to_owned(), role: Role::Coordinator, body: None };
    let cmd = ImportDrafts {
        drafts: &drafts,
        is_dry_run: args.dry_run,
        is_strict: args.strict,
        listed: if may_copy(&args) { KEPT_FOR_COPY } else { KEPT },
        progress: &progress,
    };
    let report = import::import(&office.desk(), &actor, cmd).await?;
    // SQLite writes its log back when it is closed; the next start would read all of it again.
    office.db.close().await?;
    shown.finish();
    for line in lines(&drafts, &report) {
        print::error(&line);
    }
    if let Some(copy) = copy_path(&args, &report) {
        let bytes = annotate::workbook(&copy.display().to_string(), &drafts, &report.remarks)?;
        std::fs::write(&copy, bytes)
            .with_context(|| format!("the annotated copy {} cannot be written", copy.display()))?;
        print::error(&format!("annotated copy: {}", copy.display()));
    }
    print::text(&if args.json { json(&report) } else { table(&report) });
    let is_refused = match report.outcome {
        Outcome::Saved | Outcome::DryRun => false,
        Outcome::RefusedStrict | Outcome::RefusedCycle => true,
    };
    Ok(if report.has_read() && !is_refused { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn is_workbook(args: &ImportArgs) -> bool {
    args.path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx"))
}

/// Whether an annotated copy may have to be written.
fn may_copy(args: &ImportArgs) -> bool {
    args.annotated.is_some() || is_workbook(args)
}

/// Where the annotated copy goes: where it was asked for, else beside a workbook with errors.
fn copy_path(args: &ImportArgs, report: &ImportReport) -> Option<PathBuf> {
    let has_rejections = report.remarks.iter().any(|remark| remark.is_rejection);
    if let Some(path) = &args.annotated {
        return (!report.remarks.is_empty()).then(|| path.clone());
    }
    (is_workbook(args) && has_rejections).then(|| args.path.with_extension("errors.xlsx"))
}

/// Progress: a bar on a terminal, a line for each kind elsewhere.
struct Shown {
    bar: ProgressBar,
    last: Mutex<Option<DraftKind>>,
}

impl Shown {
    fn new(drafts: &Drafts) -> Self {
        let rows = u64::try_from(drafts.len()).unwrap_or(u64::MAX);
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(rows)
        } else {
            print::error(&format!("{rows} rows read from {} tables", drafts.tables.len()));
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self { bar, last: Mutex::new(None) }
    }

    fn step(&self, kind: DraftKind, rows: usize) {
        self.bar.inc(u64::try_from(rows).unwrap_or(0));
        // A panic elsewhere cannot leave the value half written.
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if last.replace(kind) != Some(kind) {
            self.bar.set_message(kind.word());
            if self.bar.is_hidden() {
                print::error(&format!("{kind} …"));
            }
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// The remarks as lines: every rejection up to a limit, of the others a few of each kind.
fn lines(drafts: &Drafts, report: &ImportReport) -> Vec<String> {
    let mut lines = Vec::new();
    let mut listed = std::collections::BTreeMap::<&str, usize>::new();
    for remark in &report.remarks {
        let count = listed.entry(remark.kind).or_default();
        let most = if remark.is_rejection { LISTED_REJECTIONS } else { LISTED_NOTES };
        if *count < most {
            *count += 1;
            lines.push(line(drafts, remark));
        }
    }
    for (kind, &shown) in &listed {
        let all = report.findings.get(kind).copied().unwrap_or(0);
        let shown = u64::try_from(shown).unwrap_or(all);
        if all > shown {
            lines.push(format!("{kind}: {} more", all - shown));
        }
    }
    lines
}

/// File, sheet, row, column, value, reason and hint of a remark.
fn line(drafts: &Drafts, remark: &Remark) -> String {
    let table = drafts.tables.get(remark.spot.table);
    let mut line = table.map_or(String::new(), |table| match table.sheet() {
        Some(sheet) => format!("{}, sheet {sheet}", table.file()),
        None => table.file().to_owned(),
    });
    line.push_str(&format!(", row {}", remark.spot.row));
    if let Some(column) = &remark.spot.column {
        line.push_str(&format!(", column {column}"));
    }
    let what = if remark.is_rejection { "rejected" } else { "noted" };
    line.push_str(&format!(": {:?}: {} [{}, {what}]", remark.value, remark.reason, remark.kind));
    if !remark.hint.is_empty() {
        line.push_str(&format!("; {}", remark.hint));
    }
    line
}

/// The counts over all kinds as one line of JSON.
fn json(report: &ImportReport) -> String {
    let Counts { added, changed, unchanged, rejected } = said(report).total();
    serde_json::json!({
        "added": added,
        "changed": changed,
        "unchanged": unchanged,
        "rejected": rejected,
        "findings": report.findings,
    })
    .to_string()
}

/// The report as it is told: what was refused was neither added nor changed.
fn said(report: &ImportReport) -> ImportReport {
    let mut report = report.clone();
    match report.outcome {
        Outcome::Saved | Outcome::DryRun => {}
        Outcome::RefusedStrict | Outcome::RefusedCycle => {
            for counts in report.counts.values_mut() {
                counts.added = 0;
                counts.changed = 0;
            }
        }
    }
    report
}

/// The counts of each kind and of each finding as tables, and what happened.
fn table(report: &ImportReport) -> String {
    let told = said(report);
    let mut counts = Table::new();
    counts.load_style(presets::NOTHING);
    counts.set_header(["kind", "added", "changed", "unchanged", "rejected"]);
    let row = |name: &str, c: Counts| {
        let numbers = [c.added, c.changed, c.unchanged, c.rejected];
        std::iter::once(name.to_owned()).chain(numbers.map(|n| n.to_string())).collect::<Vec<_>>()
    };
    for (kind, kind_counts) in &told.counts {
        counts.add_row(row(kind.word(), *kind_counts));
    }
    counts.add_row(row("all", told.total()));
    let mut findings = Table::new();
    findings.load_style(presets::NOTHING);
    findings.set_header(["finding", "count"]);
    for (kind, count) in &report.findings {
        findings.add_row([(*kind).to_owned(), count.to_string()]);
    }
    for column in counts.column_iter_mut().skip(1).chain(findings.column_iter_mut().skip(1)) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let total = told.total();
    let outcome = match report.outcome {
        Outcome::Saved if total.added + total.changed == 0 => "nothing changed",
        Outcome::Saved => "saved",
        Outcome::DryRun => "dry run: nothing was saved",
        Outcome::RefusedStrict => {
            "refused: a row was rejected and --strict was given; nothing was saved"
        }
        Outcome::RefusedCycle => {
            "refused: owners or Party organisations would form a circle; nothing was saved"
        }
    };
    format!("{counts}\n\n{findings}\n\n{outcome}")
}

/// Writes the empty workbook for `lianmeng template`.
pub(crate) fn template(path: &Path) -> anyhow::Result<ExitCode> {
    let shown = path.display().to_string();
    anyhow::ensure!(
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx")),
        "{shown} does not end in .xlsx"
    );
    let bytes = lianmeng_exchange::template::workbook(&shown)?;
    std::fs::write(path, bytes).with_context(|| format!("{shown} cannot be written"))?;
    print::text(&format!(
        "{shown}: fill in the sheets you need, then `lianmeng import {shown} --dry-run`"
    ));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_line_counts_over_all_kinds_and_a_refused_import_added_nothing() {
        let counts = |added, rejected| Counts { added, changed: 1, unchanged: 2, rejected };
        let mut report = ImportReport {
            outcome: Outcome::Saved,
            counts: [(DraftKind::Product, counts(3, 0)), (DraftKind::Chain, counts(4, 1))].into(),
            findings: [("self_edge", 1)].into(),
            remarks: Vec::new(),
            unlisted: 1,
        };
        assert_eq!(
            json(&report),
            r#"{"added":7,"changed":2,"findings":{"self_edge":1},"rejected":1,"unchanged":4}"#
        );
        report.outcome = Outcome::RefusedStrict;
        assert!(json(&report).starts_with(r#"{"added":0,"changed":0,"#));
    }
}
