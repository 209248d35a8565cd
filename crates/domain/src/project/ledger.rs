//! What the ledger of a project holds 项目台账: days of its stages, investment by month, its team,
//! what blocks it and what was written each week.
//!
//! Days are a history: a record is never changed, the newest of a milestone and kind counts.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use thiserror::Error;

use super::{Project, ProjectStage, ProjectStep};
use crate::ids::OrganisationId;
use crate::words;

/// Longest text of a blocker, a solution or an update, in characters.
pub const MAX_TEXT: usize = 2_000;
/// Longest name, title, next step or public note, in characters.
pub const MAX_LINE: usize = 200;
/// Most members of a team.
pub const MAX_TEAM: usize = 100;
/// Most labels of a project.
pub const MAX_LABELS: usize = 20;
/// Longest label in characters.
pub const MAX_LABEL: usize = 40;

words! {
    /// What a day of a project is about.
    pub enum Milestone {
        /// Signed 签约.
        Signed = "signed",
        /// Filed 备案.
        Filed = "filed",
        /// Started 开工.
        Started = "started",
        /// Entered into the statistical registry 入库; no stage, it may come at any time.
        Enrolled = "enrolled",
        /// The first payment 在建投资.
        Investing = "investing",
        /// Completed 竣工.
        Completed = "completed",
        /// Producing 投产.
        Producing = "producing",
        /// Given up 终止.
        Terminated = "terminated",
    }
}

words! {
    /// What a day tells.
    pub enum DayKind {
        /// When it is to be 计划.
        Planned = "planned",
        /// When it was 实际.
        Actual = "actual",
    }
}

words! {
    /// Who somebody is in the team of a project 专班.
    pub enum TeamRole {
        /// The leader who coordinates 牵头领导: at most one at a time.
        Lead = "lead",
        /// A department that is responsible 责任部门.
        Department = "department",
        /// A person who follows it day by day 跟踪人员.
        Follower = "follower",
    }
}

words! {
    /// What keeps a project from going on.
    pub enum BlockerKind {
        /// Money 资金.
        Funds = "funds",
        /// Land 土地.
        Land = "land",
        /// Approvals 审批.
        Approval = "approval",
        /// The environment 环保.
        Environment = "environment",
        /// Safety 安全.
        Safety = "safety",
    }
}

impl Milestone {
    /// The stage it opens; `None` for the entry into the registry.
    pub const fn stage(self) -> Option<ProjectStage> {
        match self {
            Self::Signed => Some(ProjectStage::Signed),
            Self::Filed => Some(ProjectStage::Filed),
            Self::Started => Some(ProjectStage::Started),
            Self::Enrolled => None,
            Self::Investing => Some(ProjectStage::Investing),
            Self::Completed => Some(ProjectStage::Completed),
            Self::Producing => Some(ProjectStage::Producing),
            Self::Terminated => Some(ProjectStage::Terminated),
        }
    }

    /// Its place on the way; `None` for what is not on it.
    pub fn rank(self) -> Option<u8> {
        self.stage().and_then(ProjectStage::rank)
    }

    /// What people call it.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Signed => "签约",
            Self::Filed => "备案",
            Self::Started => "开工",
            Self::Enrolled => "入库",
            Self::Investing => "投资入账",
            Self::Completed => "竣工",
            Self::Producing => "投产",
            Self::Terminated => "终止",
        }
    }

    /// The milestone that `step` reaches.
    pub const fn of(step: ProjectStep) -> Self {
        match step {
            ProjectStep::Sign => Self::Signed,
            ProjectStep::File => Self::Filed,
            ProjectStep::Start => Self::Started,
            ProjectStep::Invest => Self::Investing,
            ProjectStep::Complete => Self::Completed,
            ProjectStep::Produce => Self::Producing,
            ProjectStep::Terminate => Self::Terminated,
        }
    }
}

/// A day that somebody wrote down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRecord {
    /// Counts up from 1 within the project, in the order of writing.
    pub number: i32,
    /// What it is about.
    pub milestone: Milestone,
    /// Planned or actual.
    pub kind: DayKind,
    /// The local day; `None` takes a plan back.
    pub on: Option<NaiveDate>,
    /// When it was written.
    pub recorded_at: DateTime<Utc>,
    /// Who wrote it.
    pub recorded_by: String,
}

/// The days that count: of each milestone and kind the newest record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days {
    /// When it is to be.
    pub planned: BTreeMap<Milestone, NaiveDate>,
    /// When it was.
    pub actual: BTreeMap<Milestone, NaiveDate>,
}

impl Days {
    /// The days that count among `records`, which may stand in any order.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a DayRecord>) -> Self {
        let mut newest: BTreeMap<(DayKind, Milestone), &DayRecord> = BTreeMap::new();
        for record in records {
            let kept = newest.entry((record.kind, record.milestone)).or_insert(record);
            if record.number > kept.number {
                *kept = record;
            }
        }
        let mut days = Self::default();
        for ((kind, milestone), record) in newest {
            let Some(on) = record.on else { continue };
            match kind {
                DayKind::Planned => days.planned.insert(milestone, on),
                DayKind::Actual => days.actual.insert(milestone, on),
            };
        }
        days
    }

    /// Whether `milestone` was behind the project at the end of `as_of`: it, or a later one on the way.
    pub fn reached(&self, milestone: Milestone, as_of: NaiveDate) -> bool {
        self.actual.iter().any(|(one, on)| *on <= as_of && implies(*one, milestone))
    }

    /// Whether a day is known on which `milestone`, or a later one, was reached.
    pub fn is_dated(&self, milestone: Milestone) -> bool {
        self.actual.keys().any(|one| implies(*one, milestone))
    }

    /// Where the project stood at the end of `as_of`, given where it stands now. Without any day nobody
    /// can tell since when it stands there, so it is taken to have stood there always.
    pub fn stage_at(&self, now: ProjectStage, as_of: NaiveDate) -> ProjectStage {
        let ended = self.actual.get(&Milestone::Terminated);
        if ended.map_or(now == ProjectStage::Terminated, |on| *on <= as_of) {
            return ProjectStage::Terminated;
        }
        if self.actual.keys().all(|one| one.rank().is_none()) {
            return now;
        }
        let past = self.actual.iter().filter(|(_, on)| **on <= as_of);
        let last = past.filter_map(|(one, _)| Some((one.rank()?, one.stage()?))).max();
        last.map_or(ProjectStage::Planned, |(_, stage)| stage)
    }
}

/// Whether a project that reached `one` has reached `other` too.
fn implies(one: Milestone, other: Milestone) -> bool {
    one == other || one.rank().zip(other.rank()).is_some_and(|(one, other)| one >= other)
}

/// Investment of one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Investment {
    /// The first day of the month.
    pub month: NaiveDate,
    /// What was to be paid in, in fen.
    pub planned_fen: i64,
    /// What was paid in 到位投资, in fen.
    pub paid_fen: i64,
}

/// Somebody in the team of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMember {
    /// Who they are in it.
    pub role: TeamRole,
    /// The group they work in, by its code.
    pub group: Option<String>,
    /// Their department or organisation.
    pub organisation: Option<OrganisationId>,
    /// Their name; empty for a department as a whole.
    pub person: String,
    /// Their title; empty if not written.
    pub title: String,
    /// From this day on.
    pub from_on: NaiveDate,
    /// Up to this day, which is the first without them.
    pub until_on: Option<NaiveDate>,
}

impl TeamMember {
    /// Whether they belong to the team on `day`.
    pub fn is_on(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day < until)
    }
}

/// A kind of group within a team 工作组: a label, because cities divide differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupKind {
    /// Its name: 1 to 40 capitals, digits and underscores.
    pub code: String,
    /// What people call it.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// The kinds that come with the program: those of the zone that the ledger was first made for.
pub const GROUPS: [(&str, &str, &str); 4] = [
    ("APPROVAL", "审批服务", "Approvals"),
    ("ATTRACTION", "项目招引", "Attracting projects"),
    ("CONSTRUCTION", "建设护航", "Escort of construction"),
    ("COORDINATION", "综合协调", "Coordination"),
];

/// Something that keeps a project from going on 堵点.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocker {
    /// Counts up from 1 within the project.
    pub number: i32,
    /// Of what kind.
    pub kind: BlockerKind,
    /// What it is.
    pub text: String,
    /// Since when.
    pub opened_on: NaiveDate,
    /// Until when; `None` while it stands.
    pub solved_on: Option<NaiveDate>,
    /// How it was solved; empty while it stands.
    pub solution: String,
}

/// What was written of a project after a visit 周更新.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Counts up from 1 within the project.
    pub number: i32,
    /// The local day it tells of.
    pub on: NaiveDate,
    /// What is to be known within the house.
    pub note: String,
    /// What everybody may read; empty for nothing.
    pub public_note: String,
    /// What comes next, for everybody to read; empty for what the stage says.
    pub next_step: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// Who wrote it.
    pub written_by: String,
}

/// Why something was not written into the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LedgerError {
    /// A day that has not come.
    #[error("{on} has not come; what was done is written down when it is done, today is {today}")]
    Future {
        /// The day given.
        on: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// An actual day without a day.
    #[error("an actual day cannot be taken back; write the right day")]
    DayMissing,
    /// Days of stages that do not follow one another.
    #[error(
        "{milestone} on {on} does not fit {other} on {other_on}; stages follow one another, so write the right day of {other} first"
    )]
    OutOfOrder {
        /// What was to be written.
        milestone: Milestone,
        /// Its day.
        on: NaiveDate,
        /// What it does not fit.
        other: Milestone,
        /// Its day.
        other_on: NaiveDate,
    },
    /// The project was given up, or is to be by this door.
    #[error("a project is given up with the step terminate, and nothing happens after it")]
    Terminated,
    /// A sum below nothing.
    #[error("{0} fen is below nothing; write 0 or more")]
    Negative(i64),
    /// A month given twice.
    #[error("{0} is given twice; give each month once")]
    MonthTwice(NaiveDate),
    /// Two leaders at a time.
    #[error("two leaders at the same time; a team has one, end the term of the other")]
    TwoLeads,
    /// A member without a name, or a department that is not named.
    #[error("member {0} is nobody; name a person or, for a department, the organisation")]
    Nobody(usize),
    /// A term that ends before it begins.
    #[error("member {0} leaves before they come; give a later untilOn")]
    Backwards(usize),
    /// Too many of something.
    #[error("{count} {what}; at most {most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// How many may be.
        most: usize,
    },
    /// A text that is empty or too long.
    #[error("{what} has {length} characters; it needs {least} to {most}")]
    Length {
        /// What of it.
        what: &'static str,
        /// Its length.
        length: usize,
        /// Least.
        least: usize,
        /// Most.
        most: usize,
    },
    /// A blocker that is not there.
    #[error("the project has no blocker {0}")]
    NoBlocker(i32),
    /// A blocker that was solved.
    #[error("blocker {0} was solved already")]
    Solved(i32),
    /// A solution before the beginning.
    #[error("solved on {on} is before it was opened on {opened_on}")]
    SolvedEarly {
        /// The day given.
        on: NaiveDate,
        /// When it was opened.
        opened_on: NaiveDate,
    },
}

/// What a day changes: a milestone, its kind and the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayEntry {
    /// What it is about.
    pub milestone: Milestone,
    /// Planned or actual.
    pub kind: DayKind,
    /// The local day; `None` takes a plan back.
    pub on: Option<NaiveDate>,
}

/// `project` after `entry` was written into its `days` on `today`: an actual day moves it to that stage
/// if it has not come as far; nothing moves it back. In which order days are written does not matter.
///
/// # Errors
///
/// [`LedgerError::Future`], [`LedgerError::DayMissing`], [`LedgerError::OutOfOrder`] and
/// [`LedgerError::Terminated`].
pub fn record(
    project: &Project,
    days: &Days,
    entry: DayEntry,
    today: NaiveDate,
) -> Result<Project, LedgerError> {
    if entry.milestone == Milestone::Terminated {
        return Err(LedgerError::Terminated);
    }
    if entry.kind == DayKind::Planned {
        return Ok(project.clone());
    }
    if project.stage == ProjectStage::Terminated {
        return Err(LedgerError::Terminated);
    }
    let on = happened(entry.on.ok_or(LedgerError::DayMissing)?, today)?;
    fits(days, entry.milestone, on)?;
    let (Some(stage), Some(rank)) = (entry.milestone.stage(), entry.milestone.rank()) else {
        return Ok(project.clone());
    };
    let is_further = project.stage.rank().is_some_and(|now| now < rank);
    Ok(Project { stage: if is_further { stage } else { project.stage }, ..project.clone() })
}

/// A day that has come.
///
/// # Errors
///
/// [`LedgerError::Future`].
pub fn happened(on: NaiveDate, today: NaiveDate) -> Result<NaiveDate, LedgerError> {
    if on > today { Err(LedgerError::Future { on, today }) } else { Ok(on) }
}

/// Whether `milestone` may have been reached on `on`, between the earlier and the later ones.
///
/// # Errors
///
/// [`LedgerError::OutOfOrder`] with the first that it does not fit.
pub fn fits(days: &Days, milestone: Milestone, on: NaiveDate) -> Result<(), LedgerError> {
    // What gives a project up comes last of all.
    let place = |one: Milestone| {
        if one == Milestone::Terminated { Some(u8::MAX) } else { one.rank() }
    };
    let Some(rank) = place(milestone) else { return Ok(()) };
    let clash = days.actual.iter().find(|(other, other_on)| {
        place(**other)
            .is_some_and(|at| (at < rank && **other_on > on) || (at > rank && **other_on < on))
    });
    clash.map_or(Ok(()), |(other, other_on)| {
        Err(LedgerError::OutOfOrder { milestone, on, other: *other, other_on: *other_on })
    })
}

/// `months` by month, each moved to its first day.
///
/// # Errors
///
/// [`LedgerError::Negative`], [`LedgerError::MonthTwice`].
pub fn check_months(months: &[Investment]) -> Result<Vec<Investment>, LedgerError> {
    let mut checked: BTreeMap<NaiveDate, Investment> = BTreeMap::new();
    for one in months {
        let least = one.planned_fen.min(one.paid_fen);
        if least < 0 {
            return Err(LedgerError::Negative(least));
        }
        let month = one.month.with_day(1).unwrap_or(one.month);
        if checked.insert(month, Investment { month, ..*one }).is_some() {
            return Err(LedgerError::MonthTwice(month));
        }
    }
    Ok(checked.into_values().collect())
}

/// A whole team, checked and trimmed. Who is missing is no failure but a finding.
///
/// # Errors
///
/// [`LedgerError::TooMany`], [`LedgerError::Nobody`], [`LedgerError::Backwards`],
/// [`LedgerError::TwoLeads`] and [`LedgerError::Length`].
pub fn check_team(members: &[TeamMember]) -> Result<Vec<TeamMember>, LedgerError> {
    if members.len() > MAX_TEAM {
        let count = members.len();
        return Err(LedgerError::TooMany { what: "members", count, most: MAX_TEAM });
    }
    let mut checked = Vec::with_capacity(members.len());
    for (place, one) in (1..).zip(members) {
        checked.push(check_member(place, one)?);
    }
    let leads: Vec<&TeamMember> = checked.iter().filter(|one| one.role == TeamRole::Lead).collect();
    for (place, one) in leads.iter().enumerate() {
        let meets = |other: &&&TeamMember| one.is_on(other.from_on) || other.is_on(one.from_on);
        if leads.iter().skip(place + 1).any(|other| meets(&other)) {
            return Err(LedgerError::TwoLeads);
        }
    }
    Ok(checked)
}

fn check_member(place: usize, one: &TeamMember) -> Result<TeamMember, LedgerError> {
    let person = line("person", &one.person, 0)?;
    let title = line("title", &one.title, 0)?;
    let is_named = match one.role {
        TeamRole::Lead | TeamRole::Follower => !person.is_empty(),
        TeamRole::Department => one.organisation.is_some(),
    };
    if !is_named {
        return Err(LedgerError::Nobody(place));
    }
    if one.until_on.is_some_and(|until| until <= one.from_on) {
        return Err(LedgerError::Backwards(place));
    }
    Ok(TeamMember { person, title, ..one.clone() })
}

/// A blocker that was met on `on`; its number is still to be given.
///
/// # Errors
///
/// [`LedgerError::Future`] and [`LedgerError::Length`].
pub fn open_blocker(
    (kind, text): (BlockerKind, &str),
    on: NaiveDate,
    today: NaiveDate,
) -> Result<Blocker, LedgerError> {
    let (text, opened_on) = (long("text", text, 1)?, happened(on, today)?);
    Ok(Blocker { number: 0, kind, text, opened_on, solved_on: None, solution: String::new() })
}

/// `blocker` solved on `on`.
///
/// # Errors
///
/// [`LedgerError::Solved`], [`LedgerError::SolvedEarly`], [`LedgerError::Future`] and
/// [`LedgerError::Length`].
pub fn solve_blocker(
    blocker: &Blocker,
    solution: &str,
    on: NaiveDate,
    today: NaiveDate,
) -> Result<Blocker, LedgerError> {
    if blocker.solved_on.is_some() {
        return Err(LedgerError::Solved(blocker.number));
    }
    let (solution, on) = (long("solution", solution, 1)?, happened(on, today)?);
    if on < blocker.opened_on {
        return Err(LedgerError::SolvedEarly { on, opened_on: blocker.opened_on });
    }
    Ok(Blocker { solved_on: Some(on), solution, ..blocker.clone() })
}

/// An update as it is written, checked and trimmed.
///
/// # Errors
///
/// [`LedgerError::Future`] and [`LedgerError::Length`].
pub fn check_update(update: &Update, today: NaiveDate) -> Result<Update, LedgerError> {
    Ok(Update {
        on: happened(update.on, today)?,
        note: long("note", &update.note, 1)?,
        public_note: line("publicNote", &update.public_note, 0)?,
        next_step: line("nextStep", &update.next_step, 0)?,
        ..update.clone()
    })
}

/// Labels, trimmed, sorted and each once.
///
/// # Errors
///
/// [`LedgerError::TooMany`] and [`LedgerError::Length`].
pub fn check_labels(labels: &[String]) -> Result<Vec<String>, LedgerError> {
    let mut checked = Vec::with_capacity(labels.len());
    for label in labels {
        checked.push(self::label("label", label)?);
    }
    checked.sort();
    checked.dedup();
    if checked.len() > MAX_LABELS {
        let count = checked.len();
        return Err(LedgerError::TooMany { what: "labels", count, most: MAX_LABELS });
    }
    Ok(checked)
}

/// What people call something: 1 to [`MAX_LABEL`] characters.
///
/// # Errors
///
/// [`LedgerError::Length`].
pub fn label(what: &'static str, given: &str) -> Result<String, LedgerError> {
    text(what, given, (1, MAX_LABEL))
}

/// A text of the ledger, `least` characters or more.
///
/// # Errors
///
/// [`LedgerError::Length`].
pub fn long(what: &'static str, given: &str, least: usize) -> Result<String, LedgerError> {
    text(what, given, (least, MAX_TEXT))
}

fn line(what: &'static str, given: &str, least: usize) -> Result<String, LedgerError> {
    text(what, given, (least, MAX_LINE))
}

fn text(
    what: &'static str,
    given: &str,
    (least, most): (usize, usize),
) -> Result<String, LedgerError> {
    let given = given.trim();
    let length = given.chars().count();
    if (least..=most).contains(&length) {
        return Ok(given.to_owned());
    }
    Err(LedgerError::Length { what, length, least, most })
}

/// Months counted through, so that their difference is a number of months.
pub(super) fn month_number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}
