//! `lianmeng graph predict`: missing edges from files, without a database.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;
use lianmeng_graph::predict::{Edge, Prediction, Predictor, Query, SIGNALS};
use serde_json::{Map, json};

use crate::args::GraphPredictArgs;
use crate::matching::columns;
use crate::print;

/// Learns, ranks and writes.
pub(super) fn run(args: &GraphPredictArgs) -> anyhow::Result<()> {
    let edges: Vec<Edge> = columns(&args.edges, [&["from"], &["to"], &["kind"]])?
        .into_iter()
        .map(|[from, to, kind]| Edge { from, to, kind })
        .collect();
    let mut queries: Vec<Query> = columns(&args.queries, [&["from"], &["kind"]])?
        .into_iter()
        .map(|[from, kind]| Query { from, kind })
        .collect();
    let mut seen = BTreeSet::new();
    queries.retain(|query| seen.insert(query.clone()));
    let names: BTreeMap<String, String> = match &args.names {
        None => BTreeMap::new(),
        Some(path) => {
            let rows = columns(path, [&["id"], &["name"]])?;
            rows.into_iter().map(|[id, name]| (id, name)).collect()
        }
    };
    let predictor = Predictor::learn(&edges, &names, args.seed);
    let found = predictor.rank_all(&queries, usize::try_from(args.limit)?);
    let at = || format!("{} cannot be written", args.out.display());
    let mut writer = csv::Writer::from_path(&args.out).with_context(at)?;
    let mut header = vec!["from", "kind", "to", "rank", "points"];
    header.extend(args.reasons.then_some("reasons"));
    writer.write_record(header)?;
    let mut rows = 0;
    for (query, found) in queries.iter().zip(found) {
        for (rank, one) in (1_u32..).zip(found) {
            let mut row = vec![query.from.clone(), query.kind.clone(), one.to.clone()];
            row.extend([rank.to_string(), one.points.to_string()]);
            if args.reasons {
                row.push(reasons(&one)?);
            }
            writer.write_record(row)?;
            rows += 1;
        }
    }
    writer.flush().with_context(at)?;
    print::text(&format!("{rows} rows written to {}", args.out.display()));
    Ok(())
}

/// Points by signal as JSON, signals that gave none left out.
fn reasons(one: &Prediction) -> serde_json::Result<String> {
    let spoke = SIGNALS.iter().zip(one.signals).filter(|(_, points)| *points > 0);
    let points: Map<String, _> =
        spoke.map(|((_, word), points)| ((*word).to_owned(), json!(points))).collect();
    serde_json::to_string(&points)
}
