//! What an import reports: counts by kind, findings, and the remarks behind them.

use std::collections::BTreeMap;

use lianmeng_domain::draft::{DraftKind, Remark};

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows that made a new thing.
    pub added: u64,
    /// Rows that changed a stored thing.
    pub changed: u64,
    /// Rows that say what is stored already.
    pub unchanged: u64,
    /// Rows that were left out.
    pub rejected: u64,
}

/// What happened to the good rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They were saved.
    Saved,
    /// Nothing was saved: it was a dry run.
    DryRun,
    /// Nothing was saved: a row was rejected and the import was strict.
    RefusedStrict,
    /// Nothing was saved: owners or Party organisations would form a cycle.
    RefusedCycle,
}

/// What an import did, or in a dry run would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// What happened to the good rows.
    pub outcome: Outcome,
    /// What became of the rows of each kind that was given.
    pub counts: BTreeMap<DraftKind, Counts>,
    /// How often each kind of finding occurred. The kinds of dirt that the rules name are always
    /// there, be it with 0.
    pub findings: BTreeMap<&'static str, u64>,
    /// The remarks behind the findings: first those for which a row was left out, each in the order
    /// of the work; of every kind at most as many as were asked for.
    pub remarks: Vec<Remark>,
    /// How many remarks are counted but not listed.
    pub unlisted: u64,
}

/// Kinds of dirt that are reported even where there is none.
const ALWAYS: &[&str] =
    &["industry_unknown", "name_from_short", "name_missing", "self_edge", "share_unknown"];

impl ImportReport {
    /// The counts over all kinds.
    pub fn total(&self) -> Counts {
        self.counts.values().fold(Counts::default(), |sum, counts| Counts {
            added: sum.added + counts.added,
            changed: sum.changed + counts.changed,
            unchanged: sum.unchanged + counts.unchanged,
            rejected: sum.rejected + counts.rejected,
        })
    }

    /// Whether a row was good: added, changed or the same as before.
    pub fn has_read(&self) -> bool {
        let total = self.total();
        total.added + total.changed + total.unchanged > 0
    }

    /// Whether anything is to be saved.
    pub(super) fn has_changes(&self) -> bool {
        let total = self.total();
        total.added + total.changed > 0
    }
}

/// The report in the making.
#[derive(Debug)]
pub(super) struct Notes {
    listed: u64,
    counts: BTreeMap<DraftKind, Counts>,
    findings: BTreeMap<&'static str, u64>,
    rejections: Vec<Remark>,
    others: Vec<Remark>,
    seen: u64,
    has_rejection: bool,
    has_cycle: bool,
}

impl Notes {
    pub(super) fn new(listed: u64) -> Self {
        Self {
            listed,
            counts: BTreeMap::new(),
            findings: ALWAYS.iter().map(|kind| (*kind, 0)).collect(),
            rejections: Vec::new(),
            others: Vec::new(),
            seen: 0,
            has_rejection: false,
            has_cycle: false,
        }
    }

    /// Counts a remark and lists it while there is room.
    pub(super) fn add(&mut self, remark: Remark) {
        *self.findings.entry(remark.kind).or_default() += 1;
        self.seen += 1;
        self.has_rejection |= remark.is_rejection;
        let list = if remark.is_rejection { &mut self.rejections } else { &mut self.others };
        if self.findings.get(remark.kind).is_some_and(|&count| count <= self.listed) {
            list.push(remark);
        }
    }

    /// The counts of `kind`.
    pub(super) fn count(&mut self, kind: DraftKind) -> &mut Counts {
        self.counts.entry(kind).or_default()
    }

    /// Adds to the counts of `kind`.
    pub(super) fn add_counts(&mut self, kind: DraftKind, more: Counts) {
        if more != Counts::default() {
            let counts = self.count(kind);
            counts.added += more.added;
            counts.changed += more.changed;
            counts.unchanged += more.unchanged;
            counts.rejected += more.rejected;
        }
    }

    /// Counts a thing as added, changed or unchanged; whether it is to be written.
    pub(super) fn compare<T: PartialEq>(
        &mut self,
        kind: DraftKind,
        before: Option<&T>,
        now: &T,
    ) -> bool {
        let counts = self.count(kind);
        match before {
            None => counts.added += 1,
            Some(before) if before == now => counts.unchanged += 1,
            Some(_) => counts.changed += 1,
        }
        before != Some(now)
    }

    /// Whether nothing may be saved because of a cycle.
    pub(super) fn has_cycle(&self) -> bool {
        self.has_cycle
    }

    /// Nothing may be saved.
    pub(super) fn refuse_cycle(&mut self) {
        self.has_cycle = true;
    }

    pub(super) fn finish(self, is_dry_run: bool, is_strict: bool) -> ImportReport {
        let outcome = if self.has_cycle {
            Outcome::RefusedCycle
        } else if is_strict && self.has_rejection {
            Outcome::RefusedStrict
        } else if is_dry_run {
            Outcome::DryRun
        } else {
            Outcome::Saved
        };
        let mut remarks = self.rejections;
        remarks.extend(self.others);
        let listed = u64::try_from(remarks.len()).unwrap_or(u64::MAX);
        ImportReport {
            outcome,
            counts: self.counts,
            findings: self.findings,
            remarks,
            unlisted: self.seen.saturating_sub(listed),
        }
    }
}
