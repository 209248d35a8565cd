//! The part of `lianmeng match` that looks at the database: weights, learning, why a suggestion was
//! made, and pages of suggestions for people to read.

use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;
use comfy_table::{Table, presets};
use lianmeng_app::desk::Desk;
use lianmeng_app::judge;
use lianmeng_app::weights::{self as app, ActivateWeights, ProposeWeights, Report};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{AuditId, NeedId, SuggestionId};
use lianmeng_domain::need::Need;
use lianmeng_domain::policy::Visibility;
use lianmeng_domain::suggestion::{SeenSuggestion, Side, told};
use lianmeng_domain::weights::{self, Weights, WeightsVersion};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::need::NeedFilter;
use lianmeng_store::page::Window;
use lianmeng_store::{enterprise, need, organisation, suggestion, weights as store};

use crate::args::WeightsCommand;
use crate::config::Config;
use crate::{print, wire};

/// Most needs a page of suggestions is chosen from.
const MAX_NEEDS: u64 = 1_000;
/// Changes of the verdict that are told.
const CHANGES: usize = 3;

/// Who runs the machine speaks for the coordinator here.
fn coordinator() -> Actor {
    Actor { subject: "command line".to_owned(), role: Role::Coordinator, body: None }
}

/// Versions of the weights.
pub(crate) async fn weights(config: &Config, command: WeightsCommand) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    match command {
        WeightsCommand::List => list(&store::newest(&desk.db, 100).await?),
        WeightsCommand::Show { version } => {
            let found = store::find_many(&desk.db, &[version]).await?.pop();
            show(&found.with_context(|| format!("there is no version {version}"))?);
        }
        WeightsCommand::Activate { version } => {
            let request_key = desk.mint::<AuditId>().to_string();
            let cmd = ActivateWeights { version, request_key };
            let version = app::activate(&desk, &coordinator(), &cmd).await?;
            print::text(&format!("version {version} is in force"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(versions: &[WeightsVersion]) {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(["version", "in force", "fusion", "made", "why"]);
    for one in versions {
        let active = if one.is_active { "yes" } else { "" };
        let made = one.made_at.date_naive().to_string();
        table.add_row([
            one.version.to_string(),
            active.to_owned(),
            one.weights.fusion.to_string(),
            made,
            one.why.clone(),
        ]);
    }
    print::text(&table.to_string());
}

fn show(version: &WeightsVersion) {
    let mut text = format!("version {}, {}\n", version.version, version.weights.fusion);
    for side in [Side::A, Side::B] {
        for criterion in weights::criteria(side) {
            let points = version.weights.of(side, criterion);
            let _ = writeln!(text, "{side} {criterion:<12} {points:>6}");
        }
    }
    let report = version.report.as_ref().map(|report| format!("\n{report}")).unwrap_or_default();
    print::text(&format!("{text}{}{report}", version.why));
}

/// Learns weights, and proposes them unless `is_dry_run`.
pub(crate) async fn learn(config: &Config, is_dry_run: bool) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    let (report, learned) = app::learn(&desk, &coordinator()).await?;
    print::text(&told_report(&report));
    let weights = match learned {
        Ok(weights) => weights,
        Err(refusal) => {
            print::text(&refusal.to_string());
            return Ok(ExitCode::FAILURE);
        }
    };
    if is_dry_run {
        print::text("better on answers held out; without --dry-run it is proposed as a version");
        return Ok(ExitCode::SUCCESS);
    }
    propose(&desk, weights, &report).await?;
    Ok(ExitCode::SUCCESS)
}

async fn propose(desk: &Desk, weights: Weights, report: &Report) -> anyhow::Result<()> {
    let known = store::newest(&desk.db, 100).await?;
    if let Some(same) = known.iter().find(|version| version.weights == weights) {
        print::text(&format!("version {} holds these weights already", same.version));
        return Ok(());
    }
    let cmd = ProposeWeights {
        weights,
        why: format!(
            "从 {} 次答复中学得。Learned from {} answers, against version {}.",
            report.answers, report.answers, report.from_version
        ),
        report: Some(serde_json::to_string(report)?),
        request_key: desk.mint::<AuditId>().to_string(),
    };
    let version = app::propose(desk, &coordinator(), &cmd).await?;
    print::text(&format!(
        "proposed as version {version}; `lianmeng match weights activate {version}` puts it in force"
    ));
    Ok(())
}

/// What was learned, in lines; the same for the same rows.
fn told_report(report: &Report) -> String {
    let mut text = format!("{} answers, against version {}", report.answers, report.from_version);
    for side in &report.sides {
        let answers = serde_json::json!(side.answers);
        let _ = write!(text, "\nside {}: {answers}", side.side);
        let qualities = [("before", side.before), ("after", side.after)];
        for (name, quality) in qualities.into_iter().filter_map(|(n, q)| Some((n, q?))) {
            let (loss, auc) = (quality.log_loss_millionths, quality.auc_basis_points);
            let _ = write!(
                text,
                "\n  {name:<6} held out: log-loss {}.{:06}, AUC {}.{:02} %",
                loss / 1_000_000,
                loss % 1_000_000,
                auc / 100,
                auc % 100
            );
        }
        for (criterion, [old, new]) in &side.points {
            let change = if old == new { String::new() } else { format!(" → {new}") };
            let _ = write!(text, "\n  {criterion:<12} {old:>5}{change}");
        }
    }
    text
}

/// Why a suggestion was made, and what would change the verdict.
pub(crate) async fn explain(config: &Config, id: String) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    let text = id.strip_prefix("suggestion:").unwrap_or(&id);
    let id: SuggestionId = text.parse().with_context(|| format!("{id} is no id"))?;
    let found = suggestion::find_many(&desk.db, Eyes::ALL, &[id]).await?.pop();
    let found = found.context("there is no such suggestion")?;
    print::text(&told_suggestion(&desk, &found, usize::MAX).await?);
    Ok(ExitCode::SUCCESS)
}

/// A page of suggestions: the best of each need, at most `per_need`.
pub(crate) async fn sample(
    config: &Config,
    limit: usize,
    per_need: usize,
) -> anyhow::Result<ExitCode> {
    let desk = wire::office(config).await?.desk();
    let window = Window::first(MAX_NEEDS);
    let needs = need::page(&desk.db, Eyes::ALL, &NeedFilter::default(), window).await?;
    let mut needs: Vec<Need> = needs.into_iter().map(|seen| seen.need).collect();
    needs.sort_by_key(|need| need.id);
    let (mut text, mut count) = (String::new(), 0);
    for need in needs {
        let mut found = suggestions(&desk, need.id).await?;
        found.sort_by_key(|one| (std::cmp::Reverse(one.suggestion.points), one.suggestion.id));
        found.truncate(per_need.min(limit - count));
        if found.is_empty() {
            continue;
        }
        let seeker = name(&desk, Member::Enterprise(need.enterprise)).await?;
        let _ = write!(text, "\n## {}（{seeker}）\n\n", need.title);
        for one in &found {
            count += 1;
            let told = told_suggestion(&desk, one, CHANGES).await?;
            let _ = writeln!(text, "### {count}. {told}");
        }
        if count >= limit {
            break;
        }
    }
    print::text(text.trim());
    Ok(ExitCode::SUCCESS)
}

async fn suggestions(desk: &Desk, need: NeedId) -> anyhow::Result<Vec<SeenSuggestion>> {
    Ok(suggestion::of_needs(&desk.db, Eyes::ALL, &[need], 100).await?)
}

async fn name(desk: &Desk, member: Member) -> anyhow::Result<String> {
    let all = &Visibility::All;
    let found = match member {
        Member::Enterprise(id) => {
            enterprise::find(&desk.db, all, id).await?.map(|enterprise| enterprise.name)
        }
        Member::Organisation(id) => {
            let found = organisation::find_many(&desk.db, all, &[id]).await?.pop();
            found.map(|organisation| organisation.name)
        }
    };
    Ok(found.unwrap_or_else(|| "?".to_owned()))
}

/// A suggestion in words, as Markdown.
async fn told_suggestion(
    desk: &Desk,
    seen: &SeenSuggestion,
    changes: usize,
) -> anyhow::Result<String> {
    let one = &seen.suggestion;
    let mut text = format!("{}：{} 分\n\n", name(desk, one.b).await?, one.points);
    for (side, title) in [(Side::A, "需求方所得"), (Side::B, "供给方所得")] {
        let Some((points, reasons)) = seen.gain(side) else { continue };
        let _ = write!(text, "**{title}** {points}：");
        let told = |reason: &lianmeng_domain::suggestion::Reason| {
            format!("{}（{:+}）", reason.zh, reason.points)
        };
        let list: Vec<String> = reasons.iter().map(told).collect();
        let _ =
            write!(text, "{}\n\n", if list.is_empty() { "无".to_owned() } else { list.join("；") });
    }
    if seen.gain(Side::A).is_none() {
        for reason in seen.told() {
            let _ = writeln!(text, "- {:+} {}", reason.points, reason.zh);
        }
    }
    let card = told::card(seen, Side::B).map(|card| card.zh).unwrap_or_default();
    let visit = told::visit(seen).map(|visit| visit.zh).unwrap_or_default();
    let english = told::visit(seen).map(|visit| visit.en).unwrap_or_default();
    let _ = write!(text, "- 意向卡：{card}\n- 拜访：{visit}\n- Visit: {english}\n");
    text.push_str(&told_changes(desk, seen, changes).await?);
    Ok(text)
}

async fn told_changes(
    desk: &Desk,
    seen: &SeenSuggestion,
    changes: usize,
) -> anyhow::Result<String> {
    let one = &seen.suggestion;
    let versions = store::find_many(&desk.db, &[one.weights_version]).await?;
    let (Some(need), Some(version)) = (one.need, versions.first()) else {
        return Ok(String::new());
    };
    let all = suggestions(desk, need).await?;
    let found =
        judge::counterfactuals(one, &version.weights, all.iter().map(|other| &other.suggestion));
    let mut text = String::new();
    for change in found.changes.iter().take(changes) {
        let then = change.outcome.map_or_else(
            || "不再推荐".to_owned(),
            |then| format!("{:+} 分，名次 {} → {}", then.points, found.rank, then.rank),
        );
        let _ = writeln!(text, "- {}：{then}", change.text_zh());
    }
    Ok(text)
}
