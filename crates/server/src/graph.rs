//! `lianmeng graph`: the graph of the chains on the command line, with everything in it.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use lianmeng_app::desk::Office;
use lianmeng_app::snapshot::Pinned;
use lianmeng_graph::path::{Over, PathQuery};
use lianmeng_graph::stats::Stats;
use lianmeng_graph::walk::{Bounds, Found, Step, Via};
use lianmeng_graph::{Flow, Lens, NodeRef, Snapshot};
use serde_json::{Map, Value, json};

use crate::args::{
    GraphCommand, GraphPathArgs, GraphStatsArgs, GraphWalkArgs, PathRelations, WalkDirection,
};
use crate::config::Config;
use crate::{print, wire};

mod predict;
mod questions;

/// Nodes offered where a name fits several.
const CHOICES: usize = 10;

/// Reads the graph and answers.
pub(crate) async fn run(config: &Config, command: GraphCommand) -> anyhow::Result<ExitCode> {
    match command {
        GraphCommand::Stats(args) => stats(&pinned(config).await?.1, &args),
        GraphCommand::Walk(args) => {
            let (office, pinned) = pinned(config).await?;
            walk(&office, &pinned, &args).await?;
        }
        GraphCommand::Path(args) => {
            let (office, pinned) = pinned(config).await?;
            path(&office, &pinned, &args).await?;
        }
        GraphCommand::Predict(args) => predict::run(&args)?,
        GraphCommand::Chain(args) => {
            let (office, pinned) = pinned(config).await?;
            questions::run(&office, &pinned, &args).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The graph as it stands in the database.
async fn pinned(config: &Config) -> anyhow::Result<(Office, Arc<Pinned>)> {
    let office = wire::office(config).await?;
    let pinned = office.graph.refresh(&office.db, office.desk().today).await?;
    Ok((office, pinned))
}

fn stats(pinned: &Arc<Pinned>, args: &GraphStatsArgs) {
    let stats = pinned.stats();
    let by_kind = |counts: &[(&str, u64)]| -> Map<String, Value> {
        counts.iter().map(|(kind, count)| ((*kind).to_owned(), json!(count))).collect()
    };
    let nodes: Vec<_> = stats.nodes.iter().map(|(kind, count)| (kind.word(), *count)).collect();
    let edges: Vec<_> = stats.edges.iter().map(|(kind, count)| (kind.word(), *count)).collect();
    if args.json {
        let mut line = Map::new();
        line.insert("version".to_owned(), json!(pinned.version));
        line.insert("as_of".to_owned(), json!(pinned.graph.as_of()));
        for (name, figure) in figures(stats) {
            line.insert(name.to_owned(), json!(figure));
        }
        line.insert("nodes".to_owned(), Value::Object(by_kind(&nodes)));
        line.insert("edges".to_owned(), Value::Object(by_kind(&edges)));
        print::text(&Value::Object(line).to_string());
        return;
    }
    let mut text = format!("graph version {} as of {}\n", pinned.version, pinned.graph.as_of());
    for (title, counts) in [("nodes", nodes), ("edges", edges), ("figures", figures(stats))] {
        // Writing to a string does not fail.
        let _infallible = writeln!(text, "\n{title}");
        for (name, count) in counts.iter().filter(|(_, count)| *count > 0 || title == "figures") {
            let _infallible = writeln!(text, "  {name:<28}{count:>12}");
        }
    }
    print::text(&text);
}

/// The figures with the names they have in JSON; these names are stable.
fn figures(stats: &Stats) -> Vec<(&'static str, u64)> {
    vec![
        ("product_components", stats.product_components),
        ("largest_product_component", stats.largest_product_component),
        ("derived_supply_pairs", stats.derived_supply_pairs),
        ("derived_supply_enterprises", stats.derived_supply_enterprises),
        ("material_cycles", stats.material_cycles),
        ("largest_material_cycle", stats.largest_material_cycle),
        ("product_strong_groups", stats.product_shape.strong_groups),
        ("largest_product_strong_group", stats.product_shape.largest_strong_group),
        ("product_cut_points", stats.product_shape.cut_points),
        ("product_bridges", stats.product_shape.bridges),
        ("supply_strong_groups", stats.supply_shape.strong_groups),
        ("largest_supply_strong_group", stats.supply_shape.largest_strong_group),
        ("supply_cut_points", stats.supply_shape.cut_points),
        ("supply_bridges", stats.supply_shape.bridges),
    ]
}

async fn walk(office: &Office, pinned: &Pinned, args: &GraphWalkArgs) -> anyhow::Result<()> {
    let graph = &pinned.graph;
    let node = find(office, graph, &args.node).await?;
    let flow = match args.direction {
        WalkDirection::Upstream => Flow::Upstream,
        WalkDirection::Downstream => Flow::Downstream,
    };
    let bounds = Bounds { depth: args.depth, limit: usize::try_from(args.limit)? };
    let found = graph.walk(node, flow, &Lens::All, bounds).with_context(|| {
        format!("a walk starts at a product or an enterprise; {} is a {}", args.node, node.kind())
    })?;
    if args.json {
        let nodes: Vec<Value> = found.iter().map(|one| found_json(graph, one)).collect();
        let line = json!({
            "version": pinned.version,
            "from": node_json(graph, node),
            "direction": flow.word(),
            "nodes": nodes,
        });
        print::text(&line.to_string());
        return Ok(());
    }
    let mut text = format!("{flow} of {} ({node}): {} found\n", name(graph, node), found.len());
    for one in &found {
        let way = way(graph, node, &one.path);
        let _infallible = writeln!(text, "{:>3}  {way}  ({})", one.path.len(), one.node);
    }
    print::text(&text);
    Ok(())
}

async fn path(office: &Office, pinned: &Pinned, args: &GraphPathArgs) -> anyhow::Result<()> {
    let graph = &pinned.graph;
    let query = PathQuery {
        from: find(office, graph, &args.from).await?,
        to: find(office, graph, &args.to).await?,
        over: match args.over {
            PathRelations::Supply => Over::Supply,
            PathRelations::Everything => Over::Everything,
        },
        max_steps: args.max_steps,
    };
    let found = graph.path(query, &Lens::All);
    if args.json {
        let steps = found.map(|steps| -> Vec<Value> {
            steps.iter().map(|step| step_json(graph, *step)).collect()
        });
        let line = json!({
            "version": pinned.version,
            "from": node_json(graph, query.from),
            "to": node_json(graph, query.to),
            "length": steps.as_ref().map(Vec::len),
            "steps": steps,
        });
        print::text(&line.to_string());
        return Ok(());
    }
    match found {
        Some(steps) => {
            print::text(&format!("{} steps: {}", steps.len(), way(graph, query.from, &steps)));
        }
        None => print::text(&format!(
            "no way of at most {} steps over {} between {} and {}",
            args.max_steps,
            query.over,
            name(graph, query.from),
            name(graph, query.to)
        )),
    }
    Ok(())
}

/// The node with this id, credit code, external id or exact name.
async fn find(office: &Office, graph: &Snapshot, text: &str) -> anyhow::Result<NodeRef> {
    if let Ok(node) = text.parse::<NodeRef>() {
        anyhow::ensure!(graph.contains(node), "there is no {node}");
        return Ok(node);
    }
    let keyed = lianmeng_store::graph::keyed(&office.db, text).await?;
    let mut found: Vec<NodeRef> = keyed.iter().filter_map(|id| id.parse().ok()).collect();
    if found.is_empty() {
        found = graph.named(text, CHOICES);
    }
    match found.as_slice() {
        [node] => Ok(*node),
        [] => anyhow::bail!(
            "nothing has the credit code, external id or exact name {text:?}; is it imported?"
        ),
        several => {
            let choices: Vec<_> =
                several.iter().map(|&node| format!("{} ({node})", name(graph, node))).collect();
            anyhow::bail!("{text:?} fits several; give the id of one: {}", choices.join(", "))
        }
    }
}

fn name(graph: &Snapshot, node: NodeRef) -> &str {
    graph.name(node).unwrap_or("?")
}

/// A way in one line: names joined by what connects them.
fn way(graph: &Snapshot, start: NodeRef, steps: &[Step]) -> String {
    let mut text = name(graph, start).to_owned();
    for step in steps {
        let (label, is_forward) = match step.via {
            Via::Edge { kind, is_forward } => (kind.to_string(), is_forward),
            Via::Derived { link, is_forward } => {
                let material = name(graph, NodeRef::Product(link.material));
                let label = match link.product {
                    Some(id) => format!("{material} for {}", name(graph, NodeRef::Product(id))),
                    None => material.to_owned(),
                };
                (label, is_forward)
            }
        };
        let (left, right) = if is_forward { ("-", "→") } else { ("←", "-") };
        let _infallible = write!(text, " {left}[{label}]{right} {}", name(graph, step.node));
    }
    text
}

fn node_json(graph: &Snapshot, node: NodeRef) -> Value {
    json!({ "id": node.to_string(), "kind": node.kind().word(), "name": name(graph, node) })
}

fn step_json(graph: &Snapshot, step: Step) -> Value {
    let product = |id| node_json(graph, NodeRef::Product(id));
    let node = node_json(graph, step.node);
    match step.via {
        Via::Edge { kind, is_forward } => {
            json!({ "node": node, "kind": kind.word(), "is_forward": is_forward })
        }
        Via::Derived { link, is_forward } => json!({
            "node": node,
            "kind": "derived",
            "is_forward": is_forward,
            "material": product(link.material),
            "product": link.product.map(product),
        }),
    }
}

fn found_json(graph: &Snapshot, found: &Found) -> Value {
    let path: Vec<Value> = found.path.iter().map(|step| step_json(graph, *step)).collect();
    json!({ "node": node_json(graph, found.node), "depth": path.len(), "path": path })
}
