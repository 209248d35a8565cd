//! `lianmeng plan`: the timetable of a stored docking event.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::Context as _;
use comfy_table::{ContentArrangement, Table, presets};
use lianmeng_app::desk::{Desk, Office};
use lianmeng_app::event::{EventCommandError, Target};
use lianmeng_app::plan::{self, Conflict, PlanBudget, PlanEvent};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::event::{DockingEvent, layout};
use lianmeng_domain::ids::{DockingEventId, Id as _, MeetingId, ParticipantId};
use lianmeng_domain::meeting::version::{self, Row};
use lianmeng_domain::policy::Visibility;
use lianmeng_store::event as events;
use lianmeng_store::meeting::{self, participant};
use serde_json::json;

use crate::args::PlanArgs;
use crate::config::Config;
use crate::{print, wire};

/// Plans the event that was asked for and prints its timetable, or the demands in conflict.
pub(crate) async fn run(config: &Config, args: PlanArgs) -> anyhow::Result<ExitCode> {
    let id = args.event.strip_prefix(DockingEventId::TAG).and_then(|id| id.strip_prefix(':'));
    let id: DockingEventId = id.unwrap_or(&args.event).parse().with_context(|| {
        format!("{:?} is not the id of an event such as event:01J…", args.event)
    })?;
    let office = wire::office(config).await?;
    let budget = args.steps.map_or(PlanBudget::Time(args.time_limit), PlanBudget::Steps);
    let ask = Ask { seed: args.seed, budget, is_fresh: args.fresh };
    let outcome = plan_event(&office, id, ask).await?;
    print::text(&if args.json { outcome.json()? } else { outcome.text() });
    Ok(ExitCode::SUCCESS)
}

/// How to plan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask {
    /// Start of the random numbers.
    pub(crate) seed: u64,
    /// How long it may take.
    pub(crate) budget: PlanBudget,
    /// Whether to start afresh.
    pub(crate) is_fresh: bool,
}

/// What came of planning an event.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It was planned and saved.
    Planned {
        /// The event after planning.
        event: Box<DockingEvent>,
        /// Its meetings, by slot and table.
        rows: Vec<Row>,
        /// Names of its participants.
        names: BTreeMap<ParticipantId, String>,
    },
    /// No timetable meets these demands; nothing was saved.
    Infeasible(Vec<Conflict>),
}

/// Plans event `id` as a coordinator at the keyboard.
///
/// # Errors
///
/// If there is no such event, if it cannot be planned in its stage or within the budget.
pub(crate) async fn plan_event(
    office: &Office,
    id: DockingEventId,
    ask: Ask,
) -> anyhow::Result<Outcome> {
    let desk = office.desk();
    let found = events::find(&desk.db, &Visibility::All, id).await?;
    let found = found.with_context(|| format!("there is no event {}:{id}", DockingEventId::TAG))?;
    let actor = Actor { subject: "command line".to_owned(), role: Role::Coordinator, body: None };
    let cmd = PlanEvent {
        target: Target { event: id, version: found.version },
        seed: ask.seed,
        budget: ask.budget,
        is_fresh: ask.is_fresh,
        request_key: format!("plan {}", desk.mint::<MeetingId>()),
    };
    match plan::plan(&desk, &actor, &cmd).await {
        Ok(event) => planned(&desk, event).await,
        Err(EventCommandError::Infeasible(conflict)) => Ok(Outcome::Infeasible(conflict)),
        Err(error) => Err(error).with_context(|| format!("{} was not planned", found.title)),
    }
}

async fn planned(desk: &Desk, event: DockingEvent) -> anyhow::Result<Outcome> {
    let slots = events::layout::find(&desk.db, event.id).await?.slots;
    let rows = version::rows(&meeting::all(&desk.db, event.id).await?, &slots);
    let names = participant::names(&desk.db, event.id).await?;
    Ok(Outcome::Planned { event: Box::new(event), rows, names })
}

impl Outcome {
    /// A small table for people.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Planned { event, rows, names } => {
                let mut table = Table::new();
                table
                    .load_style(presets::UTF8_HORIZONTAL_ONLY)
                    .set_content_arrangement(ContentArrangement::Dynamic)
                    .set_header(["时段", "桌位", "参会方", "参会方"]);
                for row in rows {
                    table.add_row([
                        layout::clock(row.starts_at),
                        row.spot.table.to_string(),
                        name(names, row.first),
                        name(names, row.second),
                    ]);
                }
                let breaks = event.breaks.unwrap_or(0);
                let (title, day, count) = (&event.title, event.held_on, rows.len());
                format!("{title} {day}: {count} meetings, {breaks} breaks in all\n{table}")
            }
            Self::Infeasible(conflict) => {
                let mut text = "no timetable meets all demands; nothing was saved".to_owned();
                for one in conflict {
                    text.push_str("\n- ");
                    text.push_str(&one.text);
                }
                text
            }
        }
    }

    /// One line for programs.
    pub(crate) fn json(&self) -> anyhow::Result<String> {
        let value = match self {
            Self::Planned { event, rows, names } => json!({
                "status": "planned",
                "event": format!("{}:{}", DockingEventId::TAG, event.id),
                "version": event.version,
                "breaks": event.breaks,
                "meetings": rows.iter().map(|row| json!({
                    "meeting": format!("{}:{}", MeetingId::TAG, row.meeting),
                    "slot": row.spot.slot,
                    "startsAt": row.starts_at.to_rfc3339(),
                    "table": row.spot.table,
                    "participants": [name(names, row.first), name(names, row.second)],
                })).collect::<Vec<_>>(),
                "conflict": [],
            }),
            Self::Infeasible(conflict) => json!({
                "status": "infeasible",
                "meetings": [],
                "conflict": conflict.iter().map(|one| json!({
                    "kind": one.kind.word(),
                    "text": one.text,
                    "textZh": one.text_zh,
                    "slots": one.slots.iter().map(|slot| slot.number).collect::<Vec<_>>(),
                })).collect::<Vec<_>>(),
            }),
        };
        Ok(serde_json::to_string(&value)?)
    }
}

fn name(names: &BTreeMap<ParticipantId, String>, id: ParticipantId) -> String {
    names.get(&id).cloned().unwrap_or_else(|| id.to_string())
}
