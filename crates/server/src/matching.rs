//! `lianmeng match`: ranking of texts from files, without a database; what needs one is in
//! [`crate::judge`].

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use lianmeng_domain::text;
use lianmeng_matching::eval::{self, JudgedSet, Judgement};
use lianmeng_matching::rank::{self, NeedText, OfferText, RankFinding, Selection};

use crate::args::{EvalArgs, MatchCommand, RankArgs};
use crate::config::Config;
use crate::{block_on, judge, print, solve};

/// Start of the bootstrap's random numbers.
const SEED: u64 = 1;

/// Runs the command that was asked for.
pub(crate) fn run(config: &Config, command: MatchCommand) -> anyhow::Result<ExitCode> {
    match command {
        MatchCommand::Rank(args) => rank(&args),
        MatchCommand::Eval(args) => eval(&args),
        MatchCommand::Weights(command) => block_on(judge::weights(config, command)),
        MatchCommand::Learn { dry_run } => block_on(judge::learn(config, dry_run)),
        MatchCommand::Explain { suggestion } => block_on(judge::explain(config, suggestion)),
        MatchCommand::Sample { limit, per_need } => {
            block_on(judge::sample(config, limit, per_need))
        }
    }
}

/// The chosen columns of a CSV file; each choice is a list of accepted headers.
pub(crate) fn columns<const N: usize>(
    path: &Path,
    wanted: [&[&str]; N],
) -> anyhow::Result<Vec<[String; N]>> {
    let bytes = solve::read(path)?;
    let text = String::from_utf8(bytes).with_context(|| {
        format!("{} is not UTF-8; save it as UTF-8 and try again", path.display())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().with_context(|| format!("{}", path.display()))?.clone();
    let mut places = [0; N];
    for (place, names) in places.iter_mut().zip(wanted) {
        let found = names.iter().find_map(|name| headers.iter().position(|h| h.trim() == *name));
        *place = found.with_context(|| {
            format!("{}: line 1 has no column {}", path.display(), names.join(" or "))
        })?;
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.with_context(|| format!("{}", path.display()))?;
        rows.push(places.map(|place| record.get(place).unwrap_or_default().to_owned()));
    }
    Ok(rows)
}

fn needs(path: &Path, clean: fn(&str) -> String) -> anyhow::Result<Vec<NeedText>> {
    let rows = columns(path, [&["id"], &["title"], &["content"]])?;
    Ok(rows
        .into_iter()
        .map(|[id, title, content]| NeedText { id, title: clean(&title), content: clean(&content) })
        .collect())
}

fn offers(path: &Path, clean: fn(&str) -> String) -> anyhow::Result<Vec<OfferText>> {
    let rows = columns(path, [&["id"], &["title_joined", "title"]])?;
    Ok(rows.into_iter().map(|[id, title]| OfferText { id, title: clean(&title) }).collect())
}

const NEED: &[&str] = &["need_id", "requirement_id"];
const OFFER: &[&str] = &["offer_id", "achievement_id"];

fn rank(args: &RankArgs) -> anyhow::Result<ExitCode> {
    let needs = needs(&args.needs, text::normalise)?;
    let offers = offers(&args.offers, text::normalise)?;
    let pairs = match &args.pairs {
        None => None,
        Some(path) => {
            let rows = columns(path, [NEED, OFFER])?;
            Some(rows.into_iter().map(|[need, offer]| (need, offer)).collect::<Vec<_>>())
        }
    };
    let selection = match &pairs {
        Some(pairs) => Selection::Pairs(pairs),
        None => Selection::Best(usize::try_from(args.limit)?),
    };
    let ranking = rank::rank(&needs, &offers, selection);
    write(&args.out, &ranking)?;
    for finding in ranking.findings.iter().take(20) {
        print::error(&format!("left out: {}", describe(finding)));
    }
    if ranking.findings.len() > 20 {
        print::error(&format!("left out: {} more", ranking.findings.len() - 20));
    }
    print::text(&format!("{} rows written to {}", ranking.rows.len(), args.out.display()));
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, ranking: &rank::Ranking) -> anyhow::Result<()> {
    let at = || format!("{} cannot be written", path.display());
    let mut writer = csv::Writer::from_path(path).with_context(at)?;
    writer.write_record(["need_id", "offer_id", "rank", "points", "reasons"])?;
    for row in &ranking.rows {
        writer.write_record([
            row.need_id.as_str(),
            row.offer_id.as_str(),
            &row.rank.to_string(),
            &row.points.to_string(),
            &serde_json::to_string(&row.reasons)?,
        ])?;
    }
    writer.flush().with_context(at)
}

fn describe(finding: &RankFinding) -> String {
    match finding {
        RankFinding::RepeatedId(id) => format!("id {id:?} stands twice; the first row counts"),
        RankFinding::UnknownNeed(id) => format!("a pair names need {id:?}, which is not listed"),
        RankFinding::UnknownOffer(id) => format!("a pair names offer {id:?}, which is not listed"),
        RankFinding::RepeatedPair(need, offer) => {
            format!("the pair of {need:?} and {offer:?} stands twice")
        }
    }
}

fn eval(args: &EvalArgs) -> anyhow::Result<ExitCode> {
    let labels = columns(&args.dir.join("labels.csv"), [NEED, OFFER, &["level"]])?;
    let judgements = labels
        .into_iter()
        .enumerate()
        .map(|(row, [need_id, offer_id, level])| {
            let level = level.trim().parse().with_context(|| {
                format!("labels.csv line {}: level {level:?} is not a number", row + 2)
            })?;
            Ok(Judgement { need_id, offer_id, level })
        })
        .collect::<anyhow::Result<_>>()?;
    let set = JudgedSet {
        needs: needs(&args.dir.join("needs.csv"), str::to_owned)?,
        offers: offers(&args.dir.join("offers.csv"), str::to_owned)?,
        judgements,
    };
    let report = eval::evaluate(&set, text::normalise, SEED);
    if args.json {
        print::text(&serde_json::to_string(&report)?);
        return Ok(ExitCode::SUCCESS);
    }
    let rows = [
        ("ours", report.ours),
        ("fitted", report.fitted),
        ("TF-IDF", report.tfidf),
        ("BM25", report.bm25),
    ];
    for (name, measures) in rows {
        print::text(&format!(
            "{name:8} nDCG@10 {:.4}  Spearman {:.4}",
            measures.ndcg10, measures.spearman
        ));
    }
    print::text(
        "fitted: the weights of ours fitted by need, each need scored by weights of others",
    );
    let difference = report.difference;
    print::text(&format!(
        "ours − TF-IDF {:+.4}, 95 % interval {:+.4} to {:+.4}, {} needs",
        difference.ndcg10, difference.low, difference.high, report.needs
    ));
    Ok(ExitCode::SUCCESS)
}
