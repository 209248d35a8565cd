//! The part of the demo about a docking event: 央企国企深圳行, hosted by Nanshan and Qianhai.

use anyhow::Context as _;
use chrono::{Days, NaiveTime};
use lianmeng_app::desk::{Desk, Office};
use lianmeng_app::event::pairs::{self, AddPairs, Pair, Side};
use lianmeng_app::event::people::{self, AddParticipants, Wishes};
use lianmeng_app::event::{self, CreateEvent, EventCard, PublishEvent, Target};
use lianmeng_app::plan::PlanBudget;
use lianmeng_app::venue::{self, RegisterVenue};
use lianmeng_domain::actor::Body;
use lianmeng_domain::event::DockingEvent;
use lianmeng_domain::event::HalfDay;
use lianmeng_domain::event::layout::HalfDayLayout;
use lianmeng_domain::ids::{DockingEventId, Id as _};
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::region::Place;
use lianmeng_store::event::{self as events, EventFilter};
use lianmeng_store::page::Window;

use super::{coordinator, member};
use crate::plan::{Ask, Outcome, plan_event};

const TITLE: &str = "央企国企深圳行 南山—前海站（示例）";
/// Days ahead on which the event is held.
const DAYS_AHEAD: u64 = 30;
/// Steps of the planner: the demo gives the same timetable everywhere.
const STEPS: u64 = 2_000_000;

/// The event and its timetable as text.
pub(super) struct Held {
    /// Its wire id.
    pub(super) id: String,
    /// What happened.
    pub(super) text: String,
}

/// Who meets whom: local enterprises of the demo data with central ones.
const PAIRS: &[(&str, &str)] = &[
    ("demo-m1", "demo-cmg-sz"),
    ("demo-m1", "demo-cscec-sz"),
    ("demo-m1", "demo-cnooc-sz"),
    ("demo-m2", "demo-cgn-sz"),
    ("demo-m2", "demo-cec-sz"),
    ("demo-m3", "demo-cosco-sz"),
    ("demo-m3", "demo-cmg-sz"),
    ("demo-m4", "demo-crec-sz"),
    ("demo-m4", "demo-cscec-sz"),
    ("demo-m5", "demo-cec-sz"),
    ("demo-m5", "demo-cgn-sz"),
    ("demo-alpha", "demo-cgn-sz"),
    ("demo-f17", "demo-crec-sz"),
    ("demo-f16", "demo-cscec-sz"),
];

/// Creates, fills, plans and publishes the event, or shows the one published before.
pub(super) async fn hold(office: &Office) -> anyhow::Result<Held> {
    let desk = office.desk();
    let event = create(&desk).await?;
    let id = format!("{}:{}", DockingEventId::TAG, event.id);
    if event.published.is_some() {
        return Ok(Held { id, text: format!("{} was published before", event.title) });
    }
    fill(&desk, event.id).await?;
    let ask = Ask { seed: 1, budget: PlanBudget::Steps(STEPS), is_fresh: true };
    let outcome = plan_event(office, event.id, ask).await?;
    if let Outcome::Infeasible(_) = outcome {
        anyhow::bail!("the demo event cannot be planned: {}", outcome.text());
    }
    let target = target(&desk, event.id).await?;
    let cmd = PublishEvent { target, request_key: "demo-event-publish".to_owned() };
    let published = event::publish(&desk, &coordinator(), &cmd).await?;
    let version = published.published.context("the event was not published")?;
    Ok(Held { id, text: format!("{}\npublished as version {version}", outcome.text()) })
}

async fn target(desk: &Desk, event: DockingEventId) -> anyhow::Result<Target> {
    let found = events::find(&desk.db, &Visibility::All, event).await?;
    let found = found.context("the demo event is gone")?;
    Ok(Target { event, version: found.version })
}

/// The event made before, or a new one.
async fn create(desk: &Desk) -> anyhow::Result<DockingEvent> {
    let window = Window::first(100);
    let found = events::page(&desk.db, &Visibility::All, &EventFilter::default(), window).await?;
    if let Some(event) = found.into_iter().find(|event| event.title == TITLE) {
        return Ok(event);
    }
    let zone = match lianmeng_store::body::find(&desk.db, "前海").await?.as_slice() {
        [Body::Zone(id)] => *id,
        _ => anyhow::bail!("the zone 前海 is not in the demo data"),
    };
    let nanshan = "440305".parse().context("code of Nanshan")?;
    let cmd = RegisterVenue {
        name: "前海会议中心（示例）".to_owned(),
        address: None,
        place: Some(Place::Zone(zone)),
        capacity: Some(200),
        tables: 6,
        is_example: true,
        request_key: "demo-venue-1".to_owned(),
    };
    let venue = venue::register(desk, &coordinator(), &cmd).await?;
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let half = |half_day, hour, slots| HalfDayLayout {
        half_day,
        starts_at: at(hour),
        slot_minutes: 20,
        pause_minutes: 0,
        slots,
    };
    let held_on = desk.today.checked_add_days(Days::new(DAYS_AHEAD)).unwrap_or(desk.today);
    let card = EventCard {
        title: TITLE.to_owned(),
        hosts: vec![Place::Region(nanshan), Place::Zone(zone)],
        committee: None,
        venue: Some(venue.id),
        held_on,
        tables: 4,
        table_labels: Vec::new(),
        fairness: 2,
        half_days: vec![half(HalfDay::Morning, 9, 4), half(HalfDay::Afternoon, 14, 3)],
        sessions: Vec::new(),
        is_example: true,
    };
    let cmd = CreateEvent { card, request_key: "demo-event-1".to_owned() };
    Ok(event::create(desk, &coordinator(), &cmd).await?)
}

async fn fill(desk: &Desk, event: DockingEventId) -> anyhow::Result<()> {
    let mut keys: Vec<&str> = PAIRS.iter().flat_map(|(a, b)| [*a, *b]).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut members = Vec::new();
    for key in keys {
        members.push((member(desk, key).await?, Wishes::default()));
    }
    let cmd = AddParticipants {
        target: target(desk, event).await?,
        members,
        request_key: "demo-event-people".to_owned(),
    };
    people::add(desk, &coordinator(), &cmd).await?;
    let mut wanted = Vec::new();
    for (a, b) in PAIRS {
        wanted.push(Pair {
            a: Side::Member(member(desk, a).await?),
            b: Side::Member(member(desk, b).await?),
            half_day: None,
            fixed_slot: None,
        });
    }
    let cmd = AddPairs {
        target: target(desk, event).await?,
        pairs: wanted,
        request_key: "demo-event-pairs".to_owned(),
    };
    pairs::add(desk, &coordinator(), &cmd).await?;
    Ok(())
}
