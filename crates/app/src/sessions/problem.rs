//! From enterprises and projects to the engine's problem: who they are, and what they have to say to
//! each other.

use std::collections::BTreeMap;

use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Enterprise;
use lianmeng_domain::ids::{Id as _, ProjectId};
use lianmeng_domain::organisation::Organisation;
use lianmeng_domain::project::Project;
use lianmeng_domain::region::{Place, RegionCode};
use lianmeng_domain::text;
use lianmeng_matching::together::{Card, Worth, worths};
use lianmeng_planning::groups::{
    Delegation, Item, MAX_RELEVANCE, Participant, Problem, Room, SessionDemand,
};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::{event as events, project};

use super::{AskSessions, GroupItem, SessionLock};
use crate::asking::{AskError, Members};
use crate::desk::Desk;
use crate::event::people::wire_of_member;
use crate::labels::Labels;
use crate::pairing::people::cards_of;
use crate::suggest::gather::industry;

/// Moves of the search: a few seconds.
const STEPS: u64 = 2_000_000;

/// A problem, what its texts stand for, and what is compared.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) problem: Problem,
    pub(super) members: Labels<Member>,
    pub(super) projects: Labels<ProjectId>,
    cards: [Vec<Card>; 2],
}

impl Put {
    /// With the relevance of everybody to every project; CPU work.
    pub(super) fn weighed(mut self) -> Self {
        let points = |points: i32| u32::try_from(points).unwrap_or(0).min(MAX_RELEVANCE);
        let rows = worths(&self.cards[0], &self.cards[1]);
        let row = |row: Vec<Worth>| row.into_iter().map(|worth| points(worth.points)).collect();
        self.problem.relevance = Some(rows.into_iter().map(row).collect());
        self
    }
}

/// Everybody who takes part.
struct Cast {
    members: Members,
    projects: BTreeMap<ProjectId, Project>,
    /// Names of the cities of the projects.
    cities: BTreeMap<RegionCode, String>,
}

/// The engine's problem, still without relevance.
pub(super) async fn problem(desk: &Desk, ask: &AskSessions) -> Result<Put, AskError> {
    let cast = cast(desk, ask).await?;
    let named = ask
        .participants
        .iter()
        .map(|one| (one.member, cast.name(one.member), wire_of_member(one.member)));
    let members = Labels::of(named);
    let titled = ask.items.iter().map(|one| {
        let name = cast.projects.get(&one.project).map_or("", |found| found.name.as_str());
        (one.project, name, format!("{}:{}", ProjectId::TAG, one.project))
    });
    let projects = Labels::of(titled);
    let delegations: Vec<String> = ask.items.iter().map(|item| cast.delegation(item)).collect();
    let firms: Vec<Enterprise> = cast.members.enterprises.values().cloned().collect();
    let others: Vec<Organisation> = cast.members.organisations.values().cloned().collect();
    let known = cards_of(&desk.db, &firms, &others).await?;
    let of_member = |member: &Member| known.get(member).cloned().unwrap_or_default();
    let cards = [
        ask.participants.iter().map(|one| of_member(&one.member)).collect(),
        ask.items.iter().map(|one| cast.card(one.project)).collect(),
    ];
    let problem = Problem {
        half_days: ask.half_days,
        rooms: ask
            .rooms
            .iter()
            .map(|room| Room { id: room.name.clone(), capacity: room.capacity })
            .collect(),
        groups: ask.groups,
        participants: participants(ask, members.texts())?,
        delegations: of_delegations(ask, &delegations)?,
        items: items(ask, projects.texts(), &delegations)?,
        relevance: None,
        min_participants: ask.participants_each.0,
        max_participants: ask.participants_each.1,
        min_items: ask.items_each.0,
        max_items: ask.items_each.1,
        seed: ask.seed,
        steps: STEPS,
    };
    problem.check().map_err(|error| AskError::input(error, asked_as))?;
    Ok(Put { problem, members, projects, cards })
}

fn participants(ask: &AskSessions, texts: &[String]) -> Result<Vec<Participant>, AskError> {
    let each = ask.participants.iter().zip(texts).enumerate().map(|(at, (one, id))| {
        Ok(Participant {
            id: id.clone(),
            people: Some(one.people),
            away: from_one(&one.away, || format!("participants[{at}].away"))?,
            features: BTreeMap::new(),
            locked: locked(one.locked.as_ref(), || format!("participants[{at}].locked.halfDay"))?,
        })
    });
    each.collect()
}

fn items(
    ask: &AskSessions,
    texts: &[String],
    delegations: &[String],
) -> Result<Vec<Item>, AskError> {
    let all = ask.items.iter().zip(texts).zip(delegations).enumerate();
    let each = all.map(|(at, ((one, id), delegation))| {
        Ok(Item {
            id: id.clone(),
            delegation: delegation.clone(),
            presenters: one.presenters.clone(),
            features: BTreeMap::new(),
            locked: locked(one.locked.as_ref(), || format!("items[{at}].locked.halfDay"))?,
        })
    });
    each.collect()
}

/// Each delegation that presents something, in the order of the projects, then the others named.
fn of_delegations(ask: &AskSessions, presenting: &[String]) -> Result<Vec<Delegation>, AskError> {
    let mut names: Vec<&String> = Vec::new();
    for name in presenting {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let mut all: Vec<Delegation> = names
        .into_iter()
        .map(|name| Delegation { id: name.clone(), ..Delegation::default() })
        .collect();
    for (at, told) in ask.delegations.iter().enumerate() {
        let place = || format!("delegations[{at}].name");
        let found = all.iter_mut().find(|one| one.id == told.name && one.people.is_none());
        let Some(found) = found else {
            let message = format!("{} presents no project, or stands twice; drop it", told.name);
            return Err(AskError::Input { place: place(), message });
        };
        found.people = Some(told.people);
        found.teams = Some(told.teams);
        found.away = from_one(&told.away, || format!("delegations[{at}].away"))?;
    }
    Ok(all)
}

/// Half-days counted from 0 in place of 1.
fn from_one(days: &[usize], place: impl Fn() -> String) -> Result<Vec<usize>, AskError> {
    let each = days.iter().map(|day| {
        let message = || "half-days are counted from 1".to_owned();
        let below = || AskError::Input { place: place(), message: message() };
        day.checked_sub(1).ok_or_else(below)
    });
    each.collect()
}

fn locked(
    lock: Option<&SessionLock>,
    place: impl Fn() -> String,
) -> Result<Option<SessionDemand>, AskError> {
    let Some(lock) = lock else { return Ok(None) };
    let half_day = from_one(&[lock.half_day], place)?.into_iter().next().unwrap_or(0);
    Ok(Some(SessionDemand { half_day, room: lock.room.clone() }))
}

async fn cast(desk: &Desk, ask: &AskSessions) -> Result<Cast, AskError> {
    let db = &desk.db;
    let ids: Vec<ProjectId> = ask.items.iter().map(|one| one.project).collect();
    let projects: BTreeMap<_, _> = project::find_many(db, Eyes::ALL, &ids)
        .await?
        .into_iter()
        .map(|seen| (seen.project.id, seen.project))
        .collect();
    if let Some(at) = ids.iter().position(|id| !projects.contains_key(id)) {
        return Err(AskError::Unknown { place: format!("items[{at}].projectId"), what: "project" });
    }
    let (mut firms, mut others) = (Vec::new(), Vec::new());
    for one in &ask.participants {
        match one.member {
            Member::Enterprise(id) => firms.push(id),
            Member::Organisation(id) => others.push(id),
        }
    }
    firms.extend(projects.values().filter_map(|project| project.owner));
    let members = Members::read(db, &firms, &others).await?;
    let named = ask.participants.iter().map(|one| one.member);
    members.check(named, |at| format!("participants[{at}].memberId"))?;
    let codes = projects.values().filter_map(|project| project.region);
    let places: Vec<Place> = codes.map(|code| Place::Region(code.city())).collect();
    let cities =
        events::place_names(db, &places).await?.into_iter().filter_map(
            |(place, name)| match place {
                Place::Region(code) => Some((code, name)),
                Place::Zone(_) => None,
            },
        );
    Ok(Cast { members, projects, cities: cities.collect() })
}

impl Cast {
    fn name(&self, member: Member) -> &str {
        self.members.name(member).unwrap_or_default()
    }

    /// Who presents: as asked, else the city of the project, its owner, or the project by itself.
    fn delegation(&self, item: &GroupItem) -> String {
        if let Some(name) = &item.delegation {
            return name.clone();
        }
        let Some(project) = self.projects.get(&item.project) else { return String::new() };
        if let Some(code) = project.region.map(RegionCode::city) {
            return self.cities.get(&code).cloned().unwrap_or_else(|| code.to_string());
        }
        let owner = project.owner.and_then(|id| self.members.enterprises.get(&id));
        owner.map_or_else(|| project.name.clone(), |owner| owner.name.clone())
    }

    /// Name, summary and domain of a project, the industry of its owner, and where it is to be.
    fn card(&self, project: ProjectId) -> Card {
        let Some(project) = self.projects.get(&project) else { return Card::default() };
        let owner = project.owner.and_then(|id| self.members.enterprises.get(&id));
        let words = format!("{} {} {}", project.name, project.summary, project.domain);
        Card {
            text: text::normalise(&words),
            industry: owner.and_then(industry),
            regions: project.region.into_iter().collect(),
            ..Card::default()
        }
    }
}

/// A place in the engine's problem as the caller calls it.
pub(super) fn asked_as(place: &str) -> String {
    let (stem, last) = place.rsplit_once('.').map_or((None, place), |(s, l)| (Some(s), l));
    let last = match (stem, last) {
        (Some(stem), "id") if stem.starts_with("participants") => "memberId",
        (Some(stem), "id") if stem.starts_with("items") => "projectId",
        (Some(_), "id") => "name",
        (_, other) => other,
    };
    stem.map_or_else(|| last.to_owned(), |stem| format!("{stem}.{last}"))
}
