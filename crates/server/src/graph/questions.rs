//! `lianmeng graph chain`: what a chain committee asks, with everything in it.

use std::fmt::Write as _;

use anyhow::Context as _;
use lianmeng_app::desk::Office;
use lianmeng_app::snapshot::Pinned;
use lianmeng_domain::ids::{ChainSegmentId, EnterpriseId, IndustrialChainId};
use lianmeng_domain::region::RegionCode;
use lianmeng_graph::alliances::{AllianceQuery, sizes};
use lianmeng_graph::gaps::{GapLevel, GapQuery, Gaps};
use lianmeng_graph::lead::{LeadFirm, LeadQuery};
use lianmeng_graph::local_supply::{LocalFigures, LocalSupply, LocalSupplyQuery};
use lianmeng_graph::risk::{Removal, RemovalQuery, SinglePointQuery, SinglePoints, Stake};
use lianmeng_graph::{Lens, NodeRef, Snapshot};
use serde_json::{Map, Value, json};

use super::{find, name, node_json};
use crate::args::chain::{ChainGapLevel, ChainQuestion, GraphChainArgs};
use crate::print;

/// Candidates and substitutes shown for one row.
const BESIDE: usize = 5;

/// Finds the chain and answers.
pub(super) async fn run(
    office: &Office,
    pinned: &Pinned,
    args: &GraphChainArgs,
) -> anyhow::Result<()> {
    let graph = &pinned.graph;
    if let Some(code) = args.region {
        lianmeng_app::region::check(&office.db, code).await?;
    }
    let node = find(office, graph, &args.chain).await?;
    let NodeRef::Chain(chain) = node else {
        anyhow::bail!("{} is a {}; name a chain", args.chain, node.kind());
    };
    let asked = Asked { graph, chain, region: args.region, limit: usize::try_from(args.limit)? };
    let (text, value) = match &args.question {
        ChainQuestion::Gaps { level } => asked.gaps(*level)?,
        ChainQuestion::Risks => asked.risks()?,
        ChainQuestion::Removal { enterprise, steps } => {
            let node = find(office, graph, enterprise).await?;
            let NodeRef::Enterprise(id) = node else {
                anyhow::bail!("{enterprise} is a {}; name an enterprise", node.kind());
            };
            asked.removal(id, *steps)?
        }
        ChainQuestion::Leads => asked.leads()?,
        ChainQuestion::Alliances { fewest, most } => asked.alliances(*fewest, *most)?,
        ChainQuestion::LocalSupply { year } => asked.local_supply(*year)?,
    };
    if args.json {
        let mut line = Map::new();
        line.insert("version".to_owned(), json!(pinned.version));
        line.insert("chain".to_owned(), node_json(graph, node));
        line.insert("region".to_owned(), json!(args.region.map(|code| code.to_string())));
        line.extend(value);
        print::text(&Value::Object(line).to_string());
    } else {
        print::text(&text);
    }
    Ok(())
}

/// A question about one chain.
#[derive(Debug, Clone, Copy)]
struct Asked<'a> {
    graph: &'a Snapshot,
    chain: IndustrialChainId,
    region: Option<RegionCode>,
    limit: usize,
}

type Told = anyhow::Result<(String, Map<String, Value>)>;

/// The parts of a JSON object.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)) => Map::from_iter([("value".to_owned(), other)]),
    }
}

impl Asked<'_> {
    fn firm(&self, id: EnterpriseId) -> Value {
        node_json(self.graph, NodeRef::Enterprise(id))
    }

    fn called(&self, id: EnterpriseId) -> &str {
        name(self.graph, NodeRef::Enterprise(id))
    }

    fn gaps(&self, level: ChainGapLevel) -> Told {
        let level = match level {
            ChainGapLevel::Segment => GapLevel::Segment,
            ChainGapLevel::Product => GapLevel::Product,
        };
        let Self { chain, region, limit, .. } = *self;
        let ask = GapQuery { chain, level, region, limit, candidates: BESIDE };
        let found = self.graph.gaps(&ask, &Lens::All).context("the chain is gone")?;
        Ok((self.gaps_text(&found), object(self.gaps_json(&found))))
    }

    fn gaps_text(&self, found: &Gaps) -> String {
        let [missing, weak, extendable] = found.totals;
        let mut text = format!(
            "{missing} missing, {weak} weak, {extendable} extendable; {} looked at; enterprises at an \
             unknown place: {}\n",
            found.looked_at, found.unlocated
        );
        for gap in &found.gaps {
            let _infallible = writeln!(
                text,
                "\n{:<10}  {}: {} local makers, needed by {}",
                gap.kind.word(),
                name(self.graph, gap.node),
                gap.makers,
                gap.demand
            );
            let grow: Vec<&str> = gap.grow.iter().map(|one| self.called(one.enterprise)).collect();
            let invite: Vec<&str> =
                gap.invite.iter().map(|one| self.called(one.enterprise)).collect();
            for (what, names) in [("grow", grow), ("invite", invite)] {
                if !names.is_empty() {
                    let _infallible = writeln!(text, "{:>10}  {}", what, names.join(", "));
                }
            }
        }
        text
    }

    fn gaps_json(&self, found: &Gaps) -> Value {
        let product = |id| node_json(self.graph, NodeRef::Product(id));
        let gaps: Vec<Value> = found
            .gaps
            .iter()
            .map(|gap| {
                let grow: Vec<Value> = gap
                    .grow
                    .iter()
                    .map(|one| {
                        json!({ "enterprise": self.firm(one.enterprise), "steps": one.steps,
                            "products": one.products, "makes": product(one.makes) })
                    })
                    .collect();
                let invite: Vec<Value> = gap
                    .invite
                    .iter()
                    .map(|one| {
                        json!({ "enterprise": self.firm(one.enterprise),
                            "region": one.region.map(|code| code.to_string()),
                            "buyers_here": one.buyers_here })
                    })
                    .collect();
                json!({ "kind": gap.kind.word(), "node": node_json(self.graph, gap.node),
                    "makers": gap.makers, "only_maker": gap.only_maker.map(|id| self.firm(id)),
                    "unlocated": gap.unlocated, "demand": gap.demand,
                    "concentration": gap.concentration, "adjoins": gap.adjoins.map(product),
                    "grow": grow, "invite": invite })
            })
            .collect();
        let [missing, weak, extendable] = found.totals;
        json!({ "missing": missing, "weak": weak, "extendable": extendable,
            "looked_at": found.looked_at, "unlocated": found.unlocated, "gaps": gaps })
    }

    fn risks(&self) -> Told {
        let Self { chain, region, limit, .. } = *self;
        let ask = SinglePointQuery { chain, region, limit };
        let found = self.graph.single_points(&ask, &Lens::All).context("the chain is gone")?;
        Ok((self.risks_text(&found), object(self.risks_json(&found))))
    }

    fn risks_text(&self, found: &SinglePoints) -> String {
        let mut text = format!(
            "{} single points, {} replaceable, {} looked at\n",
            found.total, found.replaceable, found.looked_at
        );
        for one in &found.points {
            let products: Vec<&str> =
                one.products.iter().map(|&id| name(self.graph, NodeRef::Product(id))).collect();
            let _infallible = writeln!(
                text,
                "  {}: cuts off {} ({} seen to buy), {} must switch; {}; {}",
                self.called(one.enterprise),
                one.cut_off,
                one.cut_off_observed,
                one.must_switch,
                stake_text(one.stake),
                if products.is_empty() {
                    "goods nobody named".to_owned()
                } else {
                    products.join(", ")
                },
            );
        }
        text
    }

    fn risks_json(&self, found: &SinglePoints) -> Value {
        let point = |one: &lianmeng_graph::risk::SinglePoint| {
            let products: Vec<Value> = one
                .products
                .iter()
                .map(|&id| node_json(self.graph, NodeRef::Product(id)))
                .collect();
            json!({ "enterprise": self.firm(one.enterprise), "products": products,
                "cut_off": one.cut_off, "cut_off_observed": one.cut_off_observed,
                "must_switch": one.must_switch, "stake": stake_json(one.stake) })
        };
        let points: Vec<Value> = found.points.iter().map(point).collect();
        json!({ "total": found.total, "replaceable": found.replaceable,
            "looked_at": found.looked_at, "points": points })
    }

    fn removal(&self, enterprise: EnterpriseId, steps: u32) -> Told {
        let Self { region, limit, .. } = *self;
        let ask = RemovalQuery { enterprise, region, steps, limit, substitutes: BESIDE };
        let found = self.graph.removal(&ask, &Lens::All).context("the enterprise is gone")?;
        Ok((self.removal_text(enterprise, &found), object(self.removal_json(enterprise, &found))))
    }

    fn removal_text(&self, enterprise: EnterpriseId, found: &Removal) -> String {
        let mut text = format!(
            "without {}: {} cut off, {} must switch, {} still supplied; {}\n",
            self.called(enterprise),
            found.cut_off,
            found.must_switch,
            found.still_supplied,
            stake_text(found.stake)
        );
        for one in &found.affected {
            let product = one.product.map(|id| name(self.graph, NodeRef::Product(id)));
            let others: Vec<&str> =
                one.substitutes.iter().map(|one| self.called(one.enterprise)).collect();
            let _infallible = writeln!(
                text,
                "{:>3}  {:<11}  {}: {}; substitutes: {}",
                one.step,
                one.fate.word(),
                self.called(one.enterprise),
                product.unwrap_or("goods nobody named"),
                if others.is_empty() { "none".to_owned() } else { others.join(", ") }
            );
        }
        text
    }

    fn removal_json(&self, enterprise: EnterpriseId, found: &Removal) -> Value {
        let affected: Vec<Value> = found
            .affected
            .iter()
            .map(|one| {
                let substitutes: Vec<Value> = one
                    .substitutes
                    .iter()
                    .map(|one| {
                        json!({ "enterprise": self.firm(one.enterprise),
                            "region": one.region.map(|code| code.to_string()),
                            "supplies_already": one.supplies_already,
                            "share_basis_points": one.share_basis_points })
                    })
                    .collect();
                json!({ "enterprise": self.firm(one.enterprise),
                    "product": one.product.map(|id| node_json(self.graph, NodeRef::Product(id))),
                    "fate": one.fate.word(), "step": one.step, "is_observed": one.is_observed,
                    "purchase_share_basis_points": one.purchase_share_basis_points,
                    "revenue_share_basis_points": one.revenue_share_basis_points,
                    "substitutes": substitutes, "substitutes_total": one.substitutes_total,
                    "substitutes_elsewhere": one.substitutes_elsewhere })
            })
            .collect();
        json!({ "enterprise": self.firm(enterprise), "cut_off": found.cut_off,
            "must_switch": found.must_switch, "still_supplied": found.still_supplied,
            "total": found.total, "stake": stake_json(found.stake), "affected": affected })
    }

    fn leads(&self) -> Told {
        let Self { chain, region, limit, .. } = *self;
        let ask = LeadQuery { chain, region, limit };
        let found = self.graph.lead_firms(&ask, &Lens::All).context("the chain is gone")?;
        let mut text = format!("enterprises by how much they lead: {}\n", found.len());
        for one in &found {
            let parts: Vec<String> = one
                .parts
                .iter()
                .map(|part| format!("{} {} of {}", part.part, part.value, part.best))
                .collect();
            let _infallible = writeln!(
                text,
                "{:>6}  {}: {}",
                one.points,
                self.called(one.enterprise),
                parts.join(", ")
            );
        }
        let firms: Vec<Value> = found.iter().map(|one| self.lead_json(one)).collect();
        Ok((text, object(json!({ "firms": firms }))))
    }

    fn lead_json(&self, one: &LeadFirm) -> Value {
        let parts: Vec<Value> = one
            .parts
            .iter()
            .map(|part| {
                json!({ "part": part.part.word(), "value": part.value, "best": part.best,
                    "points": part.points,
                    "weight_basis_points": part.part.weight_basis_points() })
            })
            .collect();
        json!({ "enterprise": self.firm(one.enterprise), "points": one.points, "parts": parts })
    }

    fn alliances(&self, fewest: Option<u32>, most: u32) -> Told {
        let Self { chain, region, limit, .. } = *self;
        let fewest = fewest.map(usize::try_from).transpose()?;
        let (fewest, most) = sizes(fewest, Some(usize::try_from(most)?))?;
        let ask = AllianceQuery { chain, region, fewest, most, before: &[], limit };
        let found = self.graph.alliance_suggestions(&ask, &Lens::All);
        let found = found.context("the chain has more than 20000 enterprises; name a --region")?;
        let mut text = format!(
            "alliances: {}, enterprises in them: {}, small alliances: {}\n",
            found.total, found.members, found.small
        );
        let mut rows = Vec::new();
        for one in &found.suggestions {
            let (zh, en) = one.reason();
            let _infallible = writeln!(text, "  {}: {en}", one.name);
            let segment = |id: &ChainSegmentId| node_json(self.graph, NodeRef::Segment(*id));
            let segments: Vec<Value> = one.segments.iter().map(segment).collect();
            let empty: Vec<Value> = one.empty_segments.iter().map(segment).collect();
            let members: Vec<Value> = one.members.iter().map(|&id| self.firm(id)).collect();
            rows.push(json!({ "name": one.name, "reason_zh": zh, "reason_en": en,
                "continues": one.continues.map(|id| NodeRef::Alliance(id).to_string()),
                "lead": one.lead.map(|id| self.firm(id)), "members": members,
                "segments": segments, "empty_segments": empty,
                "region": one.region.map(|code| code.to_string()),
                "links_inside": one.links_inside, "links_outside": one.links_outside }));
        }
        let value = json!({ "total": found.total, "members": found.members, "small": found.small,
            "suggestions": rows });
        Ok((text, object(value)))
    }

    fn local_supply(&self, year: Option<i32>) -> Told {
        let region = self.region.context("local supply needs --region, such as --region 320612")?;
        let ask = LocalSupplyQuery { chain: self.chain, region, year };
        let found = self.graph.local_supply(&ask, &Lens::All);
        let found = found.context("that year has not begun; leave --year out for today")?;
        Ok((self.local_text(&found), object(self.local_json(&found))))
    }

    fn local_text(&self, found: &LocalSupply) -> String {
        let mut text = format!("local supply as of {}\n", found.day);
        let mut row = |what: &str, of: &LocalFigures| {
            let rate = |rate: Option<usize>| {
                rate.map_or("-".to_owned(), |bp| format!("{}.{:02} %", bp / 100, bp % 100))
            };
            let _infallible = writeln!(
                text,
                "  {what}: {} ({} of {} pairs, {} at an unknown place); needs met here {} ({} of {})",
                rate(of.supply_rate_basis_points()),
                of.local_pairs,
                of.local_pairs + of.outside_pairs,
                of.unlocated_pairs,
                rate(of.need_rate_basis_points()),
                of.needs_made_here,
                of.needs
            );
        };
        row("whole", &found.whole);
        for (segment, figures) in &found.segments {
            row(name(self.graph, NodeRef::Segment(*segment)), figures);
        }
        text
    }

    fn local_json(&self, found: &LocalSupply) -> Value {
        let figures = |of: &LocalFigures| {
            json!({ "enterprises": of.enterprises, "buyers": of.buyers,
                "local_pairs": of.local_pairs, "outside_pairs": of.outside_pairs,
                "unlocated_pairs": of.unlocated_pairs, "undated_pairs": of.undated_pairs,
                "supply_rate_basis_points": of.supply_rate_basis_points(),
                "needs": of.needs, "needs_made_here": of.needs_made_here,
                "need_rate_basis_points": of.need_rate_basis_points() })
        };
        let segments: Vec<Value> = found
            .segments
            .iter()
            .map(|(id, of)| {
                let segment = node_json(self.graph, NodeRef::Segment(*id));
                json!({ "segment": segment, "figures": figures(of) })
            })
            .collect();
        json!({ "day": found.day, "whole": figures(&found.whole), "segments": segments })
    }
}

fn stake_text(stake: Stake) -> String {
    format!(
        "basis points at stake: {}, enterprises with a share on record: {}, without: {}",
        stake.known_basis_points, stake.known, stake.unknown
    )
}

fn stake_json(stake: Stake) -> Value {
    json!({ "known_basis_points": stake.known_basis_points, "known": stake.known,
        "unknown": stake.unknown, "weight_basis_points": stake.weight_basis_points() })
}
