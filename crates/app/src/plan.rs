//! Planning the timetable of an event: read, search outside of any transaction, save if nobody
//! changed the event meanwhile.

mod conflict;
mod problem;
mod progress;
pub(crate) mod refill;

use std::time::{Duration, Instant};

use lianmeng_domain::actor::Actor;
use lianmeng_domain::event::{self, DockingEvent, Step};
use lianmeng_domain::meeting::{Meeting, Timetable};
use lianmeng_planning::{self as planning, Budget, Options, Solution, Status};
use lianmeng_store::event as events;
use lianmeng_store::meeting::{self as meetings, participant};
use tokio::sync::watch;

use crate::command::{self, Begun, Touches};
use crate::desk::Desk;
use crate::event::{EventCommandError, Target, managed, replayed, timetable, wire};

pub use conflict::{Conflict, ConflictKind};
pub use progress::PlanProgress;

/// Steps a plan may take where nobody says otherwise.
pub const DEFAULT_STEPS: u64 = 5_000_000;
/// Most steps one may ask for.
pub const MAX_STEPS: u64 = 50_000_000;

/// How long planning may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanBudget {
    /// This many steps: the same event and seed give the same timetable.
    Steps(u64),
    /// This long by the clock.
    Time(Duration),
}

/// Plans the timetable of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanEvent {
    /// Which.
    pub target: Target,
    /// Start of the random numbers.
    pub seed: u64,
    /// How long it may take.
    pub budget: PlanBudget,
    /// Whether to start afresh; otherwise as little as possible of the present timetable changes.
    /// Locked meetings stay in either case.
    pub is_fresh: bool,
    /// Key chosen by the client; repeating it is safe.
    pub request_key: String,
}

/// Plans the timetable of an event, keeping locked meetings; the event's managers only.
///
/// The search runs on a thread of its own and outside of any transaction; the result is saved only
/// if the event is still the one that was read.
///
/// # Errors
///
/// [`EventCommandError::Infeasible`] with the demands in conflict, and the others; nothing is saved
/// when an error is returned.
pub async fn plan(
    desk: &Desk,
    actor: &Actor,
    cmd: &PlanEvent,
) -> Result<DockingEvent, EventCommandError> {
    let (found, board) = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => {
            let event = managed(&change.tx, actor, cmd.target).await?;
            let board = timetable(&change.tx, event.id).await?;
            // The key is claimed again when the result is saved.
            change.undo().await?;
            (event, board)
        }
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let stage = event::step(&found, Step::Plan, desk.today)?;
    let names = participant::names(&desk.db, found.id).await?;
    let wanting = conflict::too_few_meetings(&board, &names);
    if !wanting.is_empty() {
        return Err(EventCommandError::Infeasible(wanting));
    }
    if board.meetings.is_empty() {
        return Err(EventCommandError::NothingToPlan);
    }
    let solution = search(desk, &board, found.fairness, cmd).await?;
    let (planned, breaks) = read(&board, &solution, cmd, &names)?;

    let change = match command::begin(desk, actor, &cmd.request_key, cmd).await? {
        Begun::New(change) => change,
        Begun::Replay(thing) => return replayed(desk, &thing).await,
    };
    let found = managed(&change.tx, actor, cmd.target).await?;
    let event = DockingEvent { stage, breaks: Some(breaks), ..found };
    meetings::save_many(&change.tx, &planned).await?;
    events::save(&change.tx, &event).await?;
    change.finish("PlanEvent", &wire(event.id), Touches::Nothing).await?;
    Ok(DockingEvent { version: event.version + 1, ..event })
}

/// Runs the engine on a thread of its own, and tells on the bus what is known meanwhile.
async fn search(
    desk: &Desk,
    board: &Timetable,
    fairness: u16,
    cmd: &PlanEvent,
) -> Result<Solution, EventCommandError> {
    let problem = problem::problem(board, fairness);
    let before = problem::before(board, cmd.is_fresh);
    let options = Options { seed: cmd.seed, threads: 1 };
    let budget = cmd.budget;
    let start = PlanProgress::start(cmd.target.event);
    let (knows, known) = watch::channel(start);
    tokio::spawn(progress::tell(desk.bus.clone(), known));
    let searched = tokio::task::spawn_blocking(move || {
        let started = Instant::now();
        let elapsed_ms = move || u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let budget = match budget {
            PlanBudget::Steps(steps) => Budget::Steps(steps.min(MAX_STEPS)),
            PlanBudget::Time(limit) => Budget::Clock(planning::Clock {
                elapsed_ms: &elapsed_ms,
                limit_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
            }),
        };
        planning::plan_telling(&problem, before.as_ref(), &options, budget, |now| {
            knows.send_replace(PlanProgress {
                breaks: now.breaks,
                lower_bound: now.lower_bound,
                moved: u64::try_from(now.moved).unwrap_or(u64::MAX),
                elapsed_ms: now.elapsed_ms,
                ..start
            });
        })
    });
    let solution = searched.await.map_err(|error| EventCommandError::Engine(error.to_string()))?;
    solution.map_err(|error| EventCommandError::Engine(error.to_string()))
}

/// The meetings whose spot changes, and the breaks of all participants together.
fn read(
    board: &Timetable,
    solution: &Solution,
    cmd: &PlanEvent,
    names: &conflict::Names,
) -> Result<(Vec<Meeting>, u32), EventCommandError> {
    let found = solution.timetable.as_ref().zip(solution.score.as_ref());
    match (solution.status, found) {
        (Status::Optimal | Status::Feasible, Some((timetable, score))) => {
            let planned = problem::placed(board, timetable);
            let planned = planned.ok_or_else(|| {
                EventCommandError::Engine("a slot or table beyond the event's".to_owned())
            })?;
            let changed = planned.into_iter().zip(&board.meetings);
            let changed = changed.filter(|(new, old)| new.spot != old.spot);
            Ok((changed.map(|(new, _)| new).collect(), score.breaks))
        }
        (Status::Infeasible, _) => {
            Err(EventCommandError::Infeasible(conflict::explain(board, &solution.conflict, names)))
        }
        (Status::Optimal | Status::Feasible | Status::Unknown, _) => {
            Err(EventCommandError::OutOfBudget(match cmd.budget {
                PlanBudget::Steps(steps) => format!("{steps} steps"),
                PlanBudget::Time(limit) => format!("{} ms", limit.as_millis()),
            }))
        }
    }
}
