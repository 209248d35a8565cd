//! Writing into the ledger of a project: days, investment, team, blockers, updates, labels, and the code
//! of its public page. Each is a change of the project, which gets another version by it.

use chrono::NaiveDate;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::ProjectId;
use lianmeng_domain::project::Project;
use lianmeng_domain::project::ledger::{
    self as rules, Blocker, BlockerKind, DayEntry, DayRecord, Days, Investment, LedgerError,
    TeamMember, Update,
};
use lianmeng_store::audit::trace::Diff;
use lianmeng_store::project::{self, ledger};
use sea_orm::DatabaseTransaction;

use super::{ProjectCommandError, own, replayed, wire};
use crate::command::{self, Begun, Touches};
use crate::desk::Desk;
use crate::secret::Secret;

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LedgerDeed {
    /// A planned or actual day.
    Day(DayEntry),
    /// Investment of some months, over what stood there.
    Months(Vec<Investment>),
    /// The whole team.
    Team(Vec<TeamMember>),
    /// Something that blocks the project.
    OpenBlocker {
        /// Of what kind.
        kind: BlockerKind,
        /// What it is.
        text: String,
        /// Since when; today if absent.
        on: Option<NaiveDate>,
    },
    /// How a blocker was solved.
    SolveBlocker {
        /// Which.
        number: i32,
        /// How.
        solution: String,
        /// When; today if absent.
        on: Option<NaiveDate>,
    },
    /// What is new.
    Update {
        /// The day it tells of; today if absent.
        on: Option<NaiveDate>,
        /// For the house.
        note: String,
        /// For everybody.
        public_note: String,
        /// What comes next, for everybody.
        next_step: String,
    },
    /// All of its labels.
    Labels(Vec<String>),
    /// Another code of its public page; the old one opens nothing any more.
    Code,
}

/// Writes into the ledger of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeepLedger {
    /// Which.
    pub project: ProjectId,
    /// The version the caller read; `None` to take it as it is.
    pub version: Option<i64>,
    /// What is written.
    pub deed: LedgerDeed,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Writes into the ledger of a project: its owner or a coordinator. A new code is drawn from `secret`.
///
/// # Errors
///
/// See [`ProjectCommandError`]; nothing is saved when an error is returned.
pub async fn keep(
    desk: &Desk,
    actor: &Actor,
    cmd: &KeepLedger,
    secret: &Secret,
) -> Result<ProjectId, ProjectCommandError> {
    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(&thing),
    };
    let before = own(&change.tx, actor, cmd.project).await?;
    let before = Project { version: cmd.version.unwrap_or(before.version), ..before };
    let place = Place { desk, actor, tx: &change.tx, before: &before };
    let (after, diff) = place.write(&cmd.deed, secret).await?;
    project::save(&change.tx, &after).await?;
    let change = change.noting(diff.unwrap_or_else(|| project::diff(Some(&before), &after)));
    change.finish(action(&cmd.deed), &wire(cmd.project), Touches::Nothing).await?;
    Ok(cmd.project)
}

/// Where something is written.
struct Place<'a> {
    desk: &'a Desk,
    actor: &'a Actor,
    tx: &'a DatabaseTransaction,
    before: &'a Project,
}

impl Place<'_> {
    /// The project after it, and what the audit log is told.
    async fn write(
        &self,
        deed: &LedgerDeed,
        secret: &Secret,
    ) -> Result<(Project, Option<Diff>), ProjectCommandError> {
        let (tx, id, today) = (self.tx, self.before.id, self.desk.today);
        let diff = match deed {
            LedgerDeed::Day(entry) => {
                let (after, diff) =
                    write_day(self.desk, self.actor, (tx, self.before), *entry).await?;
                return Ok((after, Some(diff)));
            }
            LedgerDeed::Months(months) => {
                ledger::put_months(tx, id, &rules::check_months(months)?).await?;
                None
            }
            LedgerDeed::Team(members) => {
                ledger::put_team(tx, id, &rules::check_team(members)?).await?;
                None
            }
            LedgerDeed::OpenBlocker { kind, text, on } => {
                let opened = rules::open_blocker((*kind, text), on.unwrap_or(today), today)?;
                let number = self.blockers().await?.iter().map(|one| one.number).max();
                let number = number.unwrap_or(0).saturating_add(1);
                Some(ledger::put_blocker(tx, id, &Blocker { number, ..opened }).await?)
            }
            LedgerDeed::SolveBlocker { number, solution, on } => {
                let all = self.blockers().await?;
                let found = all.iter().find(|one| one.number == *number);
                let found = found.ok_or(LedgerError::NoBlocker(*number))?;
                let solved = rules::solve_blocker(found, solution, on.unwrap_or(today), today)?;
                Some(ledger::put_blocker(tx, id, &solved).await?)
            }
            LedgerDeed::Update { on, note, public_note, next_step } => {
                let written = Update {
                    number: ledger::next_update(tx, id).await?,
                    on: on.unwrap_or(today),
                    note: note.clone(),
                    public_note: public_note.clone(),
                    next_step: next_step.clone(),
                    written_at: self.desk.now,
                    written_by: self.actor.subject.clone(),
                };
                let checked = rules::check_update(&written, today)?;
                Some(ledger::insert_update(tx, id, &checked).await?)
            }
            LedgerDeed::Labels(labels) => {
                ledger::put_labels(tx, id, &rules::check_labels(labels)?).await?;
                None
            }
            LedgerDeed::Code => {
                ledger::put_code(tx, id, (&secret.text(""), self.desk.now)).await?;
                None
            }
        };
        Ok((self.before.clone(), diff))
    }

    async fn blockers(&self) -> Result<Vec<Blocker>, ProjectCommandError> {
        let all = ledger::blockers(self.tx, &[self.before.id]).await?;
        Ok(all.into_iter().map(|(_, one)| one).collect())
    }
}

/// Writes a day into the history of a project; the project after it, and what the audit log is told.
async fn write_day(
    desk: &Desk,
    actor: &Actor,
    (tx, before): (&DatabaseTransaction, &Project),
    entry: DayEntry,
) -> Result<(Project, Diff), ProjectCommandError> {
    let (days, number) = history(tx, before.id).await?;
    let after = rules::record(before, &days, entry, desk.today)?;
    let diff = add_day(desk, actor, (tx, before.id), (entry, number)).await?;
    Ok((after, diff))
}

/// The days that count, and the number the next one gets.
pub(super) async fn history(
    tx: &DatabaseTransaction,
    id: ProjectId,
) -> Result<(Days, i32), ProjectCommandError> {
    let records: Vec<DayRecord> =
        ledger::days(tx, &[id]).await?.into_iter().map(|(_, record)| record).collect();
    let last = records.iter().map(|record| record.number).max().unwrap_or(0);
    Ok((Days::of(&records), last.saturating_add(1)))
}

/// Adds a day without asking whether it fits.
pub(super) async fn add_day(
    desk: &Desk,
    actor: &Actor,
    (tx, id): (&DatabaseTransaction, ProjectId),
    (entry, number): (DayEntry, i32),
) -> Result<Diff, ProjectCommandError> {
    let record = DayRecord {
        number,
        milestone: entry.milestone,
        kind: entry.kind,
        on: entry.on,
        recorded_at: desk.now,
        recorded_by: actor.subject.clone(),
    };
    Ok(ledger::insert_day(tx, id, &record).await?)
}

/// The command's name in the audit log.
const fn action(deed: &LedgerDeed) -> &'static str {
    match deed {
        LedgerDeed::Day(_) => "RecordMilestone",
        LedgerDeed::Months(_) => "SetInvestment",
        LedgerDeed::Team(_) => "SetProjectTeam",
        LedgerDeed::OpenBlocker { .. } => "OpenBlocker",
        LedgerDeed::SolveBlocker { .. } => "SolveBlocker",
        LedgerDeed::Update { .. } => "WriteProjectUpdate",
        LedgerDeed::Labels(_) => "LabelProject",
        LedgerDeed::Code => "MakeProjectCode",
    }
}
