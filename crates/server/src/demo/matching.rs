//! The part of the demo about who fits whom.

use std::collections::BTreeMap;

use anyhow::Context as _;
use lianmeng_app::desk::{Desk, Office};
use lianmeng_app::pairing::{self, PlanPairings, Wish};
use lianmeng_app::suggest::tasks::{self, SuggestTasks};
use lianmeng_app::suggest::{self, MakeSuggestions};
use lianmeng_app::suggestion::{self, MoveSuggestion, PairSuggestion, SuggestionDeed};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{EnterpriseId, OrganisationId, SuggestionId};
use lianmeng_domain::need::Need;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::suggestion::{Suggestion, SuggestionKind, SuggestionStage};
use lianmeng_graph::path::{Over, PathQuery};
use lianmeng_graph::supply::SupplyBounds;
use lianmeng_graph::{Flow, Lens, NodeRef};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::need::NeedFilter;
use lianmeng_store::page::Window;
use lianmeng_store::suggestion::SuggestionFilter;

use super::{coordinator, enterprise, member, staff};

/// Suggestions made for each need.
const PER_NEED: usize = 5;

/// Three facts of the graph.
pub(super) async fn graph_facts(office: &Office) -> anyhow::Result<String> {
    let desk = office.desk();
    let pinned = office.graph.fresh(&desk.db, desk.today, 0).await?;
    let (graph, stats) = (&pinned.graph, pinned.stats());
    let name = |node| graph.name(node).unwrap_or("?").to_owned();
    let yunjin = enterprise(&desk, "demo-f01").await?;
    let bounds = SupplyBounds { relations: 3, links: 1 };
    let suppliers = graph.supply_relations(yunjin, Flow::Upstream, &Lens::All, bounds);
    let suppliers: Vec<_> =
        suppliers.iter().map(|relation| name(NodeRef::Enterprise(relation.enterprise))).collect();
    let (from, to) = (enterprise(&desk, "demo-f11").await?, yunjin);
    let query = PathQuery {
        from: NodeRef::Enterprise(from),
        to: NodeRef::Enterprise(to),
        over: Over::Supply,
        max_steps: 10,
    };
    let path = graph.path(query, &Lens::All).unwrap_or_default();
    let path: Vec<_> =
        std::iter::once(name(query.from)).chain(path.iter().map(|step| name(step.node))).collect();
    Ok(format!(
        "{} ordered pairs of enterprises could supply each other through products\nsuppliers of {}: {}\nshortest supply path: {}",
        stats.derived_supply_pairs,
        name(NodeRef::Enterprise(yunjin)),
        suppliers.join("、"),
        path.join(" → "),
    ))
}

/// Suggestions for every need, and the best of one made a pairing.
pub(super) async fn needs(desk: &Desk) -> anyhow::Result<String> {
    let mut needs = all_needs(desk).await?;
    needs.sort_by_key(|need| need.id);
    let mut lines = Vec::new();
    for need in &needs {
        let key = format!("demo-suggest-{}", need.external_id.as_deref().unwrap_or_default());
        let cmd = MakeSuggestions { need: need.id, limit: PER_NEED, request_key: key };
        suggest::make(desk, &coordinator(), &cmd).await?;
        let mut found = suggestions(
            desk,
            &SuggestionFilter { need: Some(need.id), ..SuggestionFilter::default() },
        )
        .await?;
        found.sort_by_key(|s| (std::cmp::Reverse(s.points), s.id));
        let Some(best) = found.first() else {
            lines.push(format!("{}: nobody fits", need.title));
            continue;
        };
        lines.push(format!(
            "{} → {} ({} points)",
            need.title,
            party(desk, best.b).await?,
            best.points
        ));
        for reason in best.reasons.iter().filter(|reason| reason.points != 0) {
            lines.push(format!("    {:+6}  {}", reason.points, reason.zh));
        }
        if need.external_id.as_deref() == Some("demo-n02") {
            lines.push(format!("    {}", agree(desk, best).await?));
        }
    }
    Ok(lines.join("\n"))
}

async fn all_needs(desk: &Desk) -> anyhow::Result<Vec<Need>> {
    let window = Window::first(100);
    let found =
        lianmeng_store::need::page(&desk.db, Eyes::ALL, &NeedFilter::default(), window).await?;
    Ok(found.into_iter().map(|seen| seen.need).collect())
}

async fn suggestions(desk: &Desk, filter: &SuggestionFilter) -> anyhow::Result<Vec<Suggestion>> {
    let window = Window::first(100);
    let found = lianmeng_store::suggestion::page(&desk.db, Eyes::ALL, filter, window).await?;
    Ok(found.into_iter().map(|seen| seen.suggestion).collect())
}

async fn party(desk: &Desk, member: Member) -> anyhow::Result<String> {
    let name = match member {
        Member::Enterprise(id) => {
            let found = lianmeng_store::enterprise::find(&desk.db, &Visibility::All, id).await?;
            found.map(|enterprise| enterprise.name)
        }
        Member::Organisation(id) => {
            let found = lianmeng_store::organisation::find(&desk.db, &Visibility::All, id).await?;
            found.map(|organisation| organisation.name)
        }
    };
    name.context("a party of the demo data is gone")
}

/// Both sides accept, and the two are paired.
async fn agree(desk: &Desk, suggestion: &Suggestion) -> anyhow::Result<String> {
    if suggestion.stage == SuggestionStage::Paired {
        return Ok("paired before".to_owned());
    }
    let Member::Enterprise(b) = suggestion.b else {
        return Ok("the counterpart is no enterprise".to_owned());
    };
    settle(desk, suggestion.id, suggestion.a, b).await?;
    Ok("shown, accepted by both sides, paired".to_owned())
}

/// Shows a suggestion, lets both sides accept and pairs them.
async fn settle(
    desk: &Desk,
    id: SuggestionId,
    a: EnterpriseId,
    b: EnterpriseId,
) -> anyhow::Result<()> {
    let steps = [
        (coordinator(), SuggestionDeed::Show, "show"),
        (staff(a), SuggestionDeed::Accept, "accept-a"),
        (staff(b), SuggestionDeed::Accept, "accept-b"),
    ];
    for (actor, deed, word) in steps {
        let request_key = format!("demo-{word}-{id}");
        let cmd = MoveSuggestion { suggestion: id, version: None, deed, request_key };
        suggestion::advance(desk, &actor, &cmd).await?;
    }
    let cmd =
        PairSuggestion { suggestion: id, until_on: None, request_key: format!("demo-pair-{id}") };
    suggestion::pair(desk, &coordinator(), &cmd).await?;
    Ok(())
}

/// The best pairing of every flagship with exactly one department, at most two for each.
pub(super) async fn pairings(desk: &Desk) -> anyhow::Result<String> {
    let mut departments = Vec::new();
    for number in 1..=16 {
        let member = member(desk, &format!("demo-d{number:02}")).await?;
        departments.push(Wish { member, min: Some(1), max: Some(2) });
    }
    let mut flagships = Vec::new();
    for number in 1..=22 {
        let member = member(desk, &format!("demo-f{number:02}")).await?;
        flagships.push(Wish { member, min: Some(1), max: Some(1) });
    }
    let ask = PlanPairings { a: departments, b: flagships, ..PlanPairings::default() };
    let plan = pairing::plan(desk, &coordinator(), &ask).await?;
    anyhow::ensure!(plan.shortages.is_empty(), "the demo pairing has no solution");
    let mut loads: BTreeMap<OrganisationId, usize> = BTreeMap::new();
    for pair in &plan.pairs {
        if let Member::Organisation(id) = pair.a {
            *loads.entry(id).or_default() += 1;
        }
    }
    let with = |load| loads.values().filter(|l| **l == load).count();
    Ok(format!(
        "{} pairs: {} departments with one enterprise, {} with two, none with more",
        plan.pairs.len(),
        with(1),
        with(2)
    ))
}

/// Suggestions for the projects of the Shenzhen season; the best becomes a task.
pub(super) async fn tasks(desk: &Desk) -> anyhow::Result<String> {
    let cmd = SuggestTasks {
        projects: Vec::new(),
        max_per_owner: 3,
        max_per_counterpart: 3,
        request_key: "demo-tasks-1".to_owned(),
    };
    let done = tasks::suggest(desk, &coordinator(), &cmd).await?;
    let filter =
        SuggestionFilter { kind: Some(SuggestionKind::Task), ..SuggestionFilter::default() };
    let mut found = suggestions(desk, &filter).await?;
    found.sort_by_key(|s| (std::cmp::Reverse(s.points), s.id));
    let mut lines = Vec::new();
    for suggestion in found.iter().take(3) {
        let Member::Enterprise(counterpart) = suggestion.b else { continue };
        if suggestion.stage != SuggestionStage::Paired {
            settle(desk, suggestion.id, suggestion.a, counterpart).await?;
        }
        let owner = party(desk, Member::Enterprise(suggestion.a)).await?;
        let other = party(desk, suggestion.b).await?;
        lines.push(format!("task: {owner} × {other} ({} points)", suggestion.points));
    }
    lines.push(format!(
        "{} suggestions for projects, {} projects or enterprises left out with a reason",
        found.len(),
        done.gaps.len()
    ));
    Ok(lines.join("\n"))
}
