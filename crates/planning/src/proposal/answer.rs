//! What a proposed event says.

use super::graph::{Choice, Graph};
use super::problem::{About, Kind};
use super::prove::Proof;
use super::search::{self, Seats};
use crate::random::Random;
use crate::words::Words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Choices by lot that ours is compared with.
const LOTS: u64 = 20;

/// Whether there is a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// There is, and no other choice of people is worth more.
    Optimal,
    /// There is; `figures.boundPoints` says what others can be worth at most.
    Proposed,
    /// Those who must come, quotas and seats contradict each other.
    Impossible,
}

/// A proposed event, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// Whether there is a proposal.
    pub status: Status,
    /// The event; none if impossible.
    pub event: Option<Chosen>,
    /// Worth and bound; none if impossible.
    pub figures: Option<Figures>,
    /// A smaller event that keeps most of the worth; none where none is smaller.
    pub smaller: Option<Smaller>,
    /// Demands that contradict each other.
    pub conflict: Vec<ConflictItem>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chosen {
    /// Its format.
    pub format: Format,
    /// Why this format.
    pub format_reason: Words,
    /// Who hosts, the first one leading.
    pub hosts: Vec<HostChoice>,
    /// Whom to invite, in their order.
    pub invitees: Vec<Invitee>,
    /// Suggestions that can be met, the most worth first.
    pub matches: Vec<Match>,
}

/// What kind of event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// Scenario release (场景发布).
    ScenarioRelease,
    /// Roadshow (路演).
    Roadshow,
    /// Site visit (考察走访).
    SiteVisit,
    /// Grouped sessions (分组对接).
    GroupedSessions,
    /// One-to-one tables (一对一洽谈).
    Tables,
    /// Salon (沙龙).
    Salon,
    /// Symposium (座谈会).
    Symposium,
}

/// A host and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HostChoice {
    /// The host's id.
    pub host: String,
    /// Why.
    pub reason: Words,
}

/// Somebody to invite and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Invitee {
    /// Its id.
    pub person: String,
    /// How many matches it is to meet.
    pub matches: usize,
    /// Why.
    pub reason: Words,
}

/// Two people who are to meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Match {
    /// Id of one.
    pub a: String,
    /// Id of the other.
    pub b: String,
    /// What it is about.
    pub about: About,
    /// Points times probability, rounded down.
    pub expected_points: u64,
}

/// Worth and bound of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Figures {
    /// People invited.
    pub people: usize,
    /// Expected worth in points, rounded down.
    pub expected_points: u64,
    /// No choice of people is worth more, in points, rounded down.
    pub bound_points: u64,
    /// Mutual matches to be expected, in basis points of one: the sum of probabilities.
    pub expected_matches_basis_points: u64,
    /// What a greedy hand reaches, in points.
    pub greedy_points: u64,
    /// What inviting by lot reaches, in points: the mean of twenty, rounded down.
    pub lot_points: u64,
    /// What inviting costs, in fen.
    pub cost_fen: u64,
}

/// A smaller event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Smaller {
    /// The event.
    pub event: Chosen,
    /// People invited.
    pub people: usize,
    /// Expected worth in points, rounded down.
    pub expected_points: u64,
    /// Share of the worth that it keeps, in basis points.
    pub keeps_basis_points: u64,
    /// What inviting costs, in fen.
    pub cost_fen: u64,
}

/// A demand of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConflictItem {
    /// What it is and what to do.
    pub words: Words,
}

/// What people call a kind, in English and Chinese.
const fn called(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::CentralSoe => ("central state-owned enterprises", "央企"),
        Kind::LocalSoe => ("local state-owned enterprises", "地方国企"),
        Kind::PrivateFirm => ("private and foreign enterprises", "民营及外资企业"),
        Kind::Finance => ("financial institutions", "金融机构"),
        Kind::Institute => ("universities and institutes", "高校院所"),
        Kind::Department => ("departments and zones", "部门园区"),
        Kind::Other => ("other members", "其他单位"),
    }
}

/// Worth as points, rounded down.
pub(crate) fn points(worth: i64) -> u64 {
    u64::try_from(worth / 10_000).unwrap_or(0)
}

pub(crate) fn impossible(conflict: Vec<ConflictItem>) -> Answer {
    Answer { status: Status::Impossible, event: None, figures: None, smaller: None, conflict }
}

/// Whether seats, quotas and those who must come contradict each other: by kind, then in all.
pub(crate) fn conflict(graph: &Graph<'_>) -> Vec<ConflictItem> {
    let item = |en: String, zh: String| ConflictItem { words: Words::new(en, zh) };
    let people = 0..graph.people();
    let must: Vec<bool> = people.clone().map(|i| graph.must(i)).collect();
    let can: Vec<bool> = people.map(|i| graph.can_come(i)).collect();
    let (must, can) = (graph.by_kind(&must), graph.by_kind(&can));
    let mut found = Vec::new();
    for quota in &graph.problem.quotas {
        let kind = super::graph::number(quota.kind);
        let (min, max) = graph.quotas[kind];
        let (name, zh_name) = called(quota.kind);
        if can[kind] < min {
            found.push(item(
                format!(
                    "at least {min} {name} are asked for, but {} can come; ask for fewer",
                    can[kind]
                ),
                format!("{zh_name}至少要{min}家，但只有{}家可到会；请降低下限", can[kind]),
            ));
        }
        if must[kind] > max {
            found.push(item(
                format!(
                    "{} {name} must be invited, but at most {max} may; raise the quota",
                    must[kind]
                ),
                format!("{zh_name}必请{}家，但至多{max}家；请提高上限", must[kind]),
            ));
        }
    }
    let needed: usize = must.iter().zip(&graph.quotas).map(|(must, (min, _))| must.max(min)).sum();
    if found.is_empty() && needed > graph.capacity {
        let seats = graph.capacity;
        found.push(item(
            format!("those who must come and the minimums take {needed} seats, but there are {seats}; take a larger venue or ask for fewer"),
            format!("必请单位与各类下限共需{needed}席，但只有{seats}席；请换大场地或减少要求"),
        ));
    }
    found
}

pub(crate) fn answer(graph: &Graph<'_>, proof: &Proof) -> Answer {
    let choice = &proof.choice;
    let status = if choice.worth == proof.bound { Status::Optimal } else { Status::Proposed };
    let of = |e: &usize| {
        u64::from(graph.problem.suggestions[graph.edges[*e].index].probability_basis_points)
    };
    let figures = Figures {
        people: size(choice),
        expected_points: points(choice.worth),
        bound_points: points(proof.bound),
        expected_matches_basis_points: choice.matches.iter().map(of).sum(),
        greedy_points: points(search::by_suggestion(graph).worth),
        lot_points: lot_points(graph),
        cost_fen: cost(graph, choice),
    };
    Answer {
        status,
        event: Some(event(graph, choice)),
        figures: Some(figures),
        smaller: smaller(graph, choice),
        conflict: Vec::new(),
    }
}

/// The mean of [`LOTS`] choices by lot, in points.
fn lot_points(graph: &Graph<'_>) -> u64 {
    let worth = (0..LOTS).map(|seed| search::by_lot(graph, &mut Random::new(seed)).worth);
    points(worth.sum()) / LOTS
}

fn size(choice: &Choice) -> usize {
    choice.is_in.iter().filter(|&&is_in| is_in).count()
}

fn cost(graph: &Graph<'_>, choice: &Choice) -> u64 {
    let people = graph.problem.people.iter().zip(&choice.is_in).filter(|(_, is_in)| **is_in);
    people.map(|(one, _)| one.cost_fen).sum()
}

/// Drops whoever brings least, one after the other, while enough of the worth is kept and the steps
/// last: each look at a suggestion or a person is one.
fn smaller(graph: &Graph<'_>, choice: &Choice) -> Option<Smaller> {
    let floor = i128::from(choice.worth) * i128::from(graph.problem.keep_basis_points);
    let mut best = choice.clone();
    let cost_of_one = u64::try_from(graph.edges.len() + graph.people()).unwrap_or(u64::MAX).max(1);
    for _ in 0..graph.problem.steps / cost_of_one {
        let mut brings = vec![0_i64; graph.people()];
        for &e in &best.matches {
            brings[graph.edges[e].a] += graph.edges[e].worth;
            brings[graph.edges[e].b] += graph.edges[e].worth;
        }
        let seats = Seats::of(graph, &best);
        let next = (0..graph.people())
            .filter(|&i| seats.can_drop(i))
            .min_by_key(|&i| (brings[i], std::cmp::Reverse(graph.problem.people[i].cost_fen), i));
        let Some(next) = next else { break };
        let mut is_in = best.is_in.clone();
        is_in[next] = false;
        let other = graph.matched(is_in);
        if i128::from(other.worth) * 10_000 < floor || other.matches.is_empty() {
            break;
        }
        best = other;
    }
    if size(&best) == size(choice) {
        return None;
    }
    let share = i128::from(best.worth) * 10_000 / i128::from(choice.worth.max(1));
    Some(Smaller {
        people: size(&best),
        expected_points: points(best.worth),
        keeps_basis_points: u64::try_from(share).unwrap_or(0),
        cost_fen: cost(graph, &best),
        event: event(graph, &best),
    })
}

fn event(graph: &Graph<'_>, choice: &Choice) -> Chosen {
    let (format, format_reason) = format(graph, choice);
    let matches = choice
        .matches
        .iter()
        .map(|&e| {
            let one = &graph.problem.suggestions[graph.edges[e].index];
            let (a, b) = (one.a.clone(), one.b.clone());
            Match { a, b, about: one.about, expected_points: points(graph.edges[e].worth) }
        })
        .collect();
    let invitees =
        (0..graph.people()).filter(|&i| choice.is_in[i]).map(|i| invitee(graph, choice, i));
    let invitees = invitees.collect();
    Chosen { format, format_reason, hosts: hosts(graph, choice), invitees, matches }
}

fn invitee(graph: &Graph<'_>, choice: &Choice, person: usize) -> Invitee {
    let mine: Vec<usize> = choice
        .matches
        .iter()
        .copied()
        .filter(|&e| graph.edges[e].a == person || graph.edges[e].b == person)
        .collect();
    let worth: i64 = mine.iter().map(|&e| graph.edges[e].worth).sum();
    let others: Vec<&str> = mine
        .iter()
        .take(3)
        .map(|&e| {
            let other = graph.edges[e].a + graph.edges[e].b - person;
            graph.problem.people[other].id.as_str()
        })
        .collect();
    let (count, worth, one) = (mine.len(), points(worth), &graph.problem.people[person]);
    let reason = match (count, one.must_invite) {
        (0, true) => Words::new("must be invited", "必请"),
        (0, false) => Words::new("fills the minimum of its kind", "补足该类最低名额"),
        (_, is_must) => {
            let (must, zh_must) =
                if is_must { ("must be invited; ", "必请；") } else { ("", "") };
            let noun = if count == 1 { "match" } else { "matches" };
            Words::new(
                format!("{must}{count} {noun} worth {worth} points, with {}", others.join(", ")),
                format!("{zh_must}可对接{count}家，预期{worth}分，如{}", others.join("、")),
            )
        }
    };
    Invitee { person: one.id.clone(), matches: count, reason }
}

/// The format by the table of docs/season-and-sessions.md: the first line that applies.
fn format(graph: &Graph<'_>, choice: &Choice) -> (Format, Words) {
    let mut about: BTreeMap<About, usize> = BTreeMap::new();
    for &e in &choice.matches {
        *about.entry(graph.problem.suggestions[graph.edges[e].index].about).or_insert(0) += 1;
    }
    let of = |kind: About| about.get(&kind).copied().unwrap_or(0);
    let (n, m) = (size(choice), choice.matches.len());
    let half = |kind: About| m > 0 && 2 * of(kind) >= m;
    let share = |en: &str, zh: &str, count: usize| {
        Words::new(
            format!("{count} of {m} expected matches are about {en}"),
            format!("{m}项预期对接中{count}项为{zh}"),
        )
    };
    let counts = || {
        Words::new(
            format!("{n} people with {m} expected matches"),
            format!("{n}家单位，预期对接{m}项"),
        )
    };
    if half(About::Scenario) {
        return (Format::ScenarioRelease, share("scenarios", "应用场景", of(About::Scenario)));
    }
    if half(About::Finance) {
        return (Format::Roadshow, share("finance", "融资", of(About::Finance)));
    }
    if half(About::Site) && n <= 60 {
        return (Format::SiteVisit, share("sites", "选址考察", of(About::Site)));
    }
    if n > 80 || 2 * m >= 5 * n.max(1) {
        return (Format::GroupedSessions, counts());
    }
    if m >= 6 && 2 * m >= n {
        return (Format::Tables, counts());
    }
    if n <= 20 && m > 0 {
        return (Format::Salon, counts());
    }
    (Format::Symposium, counts())
}

/// Hosts by the worth of matches of people of their district; the second and later ones only where
/// theirs is at least two thirds of the first's.
fn hosts(graph: &Graph<'_>, choice: &Choice) -> Vec<HostChoice> {
    let people = size(choice);
    let is_of =
        |person: usize, host: &str| graph.problem.people[person].district.as_deref() == Some(host);
    let mut ranked: Vec<(i64, u32, usize)> = graph
        .problem
        .hosts
        .iter()
        .enumerate()
        .filter(|(_, host)| host.capacity.is_none_or(|seats| seats >= people))
        .map(|(h, host)| {
            let of = choice.matches.iter().map(|&e| graph.edges[e]);
            let of = of.filter(|edge| is_of(edge.a, &host.id) || is_of(edge.b, &host.id));
            (of.map(|edge| edge.worth).sum(), host.waited_days, h)
        })
        .collect();
    ranked.sort_by_key(|&(worth, days, h)| (std::cmp::Reverse((worth, days)), h));
    let first = ranked.first().map_or(0, |&(worth, ..)| worth);
    ranked
        .into_iter()
        .enumerate()
        .filter(|&(k, (worth, ..))| k == 0 || (worth > 0 && 3 * worth >= 2 * first))
        .take(graph.problem.max_hosts)
        .map(|(_, (worth, days, h))| {
            let host = &graph.problem.hosts[h];
            let (name, worth) = (&host.name, points(worth));
            let reason = Words::new(
                format!("people of {name} are in matches worth {worth} points; {days} days since it hosted"),
                format!("{name}单位参与的对接预期{worth}分；距上次主办{days}天"),
            );
            HostChoice { host: host.id.clone(), reason }
        })
        .collect()
}
