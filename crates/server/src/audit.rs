//! `lianmeng audit`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use chrono::{DateTime, Utc};
use lianmeng_app::desk::{Office, day_end};
use lianmeng_app::trail::erase::{self, EraseTraces};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::audit::AuditSight;
use lianmeng_domain::ids::{AuditId, Id as _};
use lianmeng_store::audit::list::{self, Entry, EntryFilter};
use lianmeng_store::audit::verify::{self, Found};
use lianmeng_store::page::Window;
use serde_json::{Value, json};

use crate::args::audit::{AuditCommand, EraseArgs, ExportArgs, ShowArgs, VerifyArgs};
use crate::config::Config;
use crate::{print, wire};

/// Rows read at once.
const PAGE: u64 = 500;

/// `lianmeng audit …`.
pub(crate) async fn run(config: &Config, command: AuditCommand) -> anyhow::Result<ExitCode> {
    let office = wire::office(config).await?;
    match command {
        AuditCommand::Verify(args) => verify(&office, args).await,
        AuditCommand::Show(args) => show(&office, args).await,
        AuditCommand::Export(args) => export(&office, args).await,
        AuditCommand::Erase(args) => erase(&office, args).await,
    }
}

async fn verify(office: &Office, args: VerifyArgs) -> anyhow::Result<ExitCode> {
    let noted = args.noted.as_deref().map(seal).transpose()?;
    let found = verify::verify(&office.db, noted).await?;
    print::text(&if args.json { said(&found).to_string() } else { told(&found) });
    Ok(if found.is_sound() { ExitCode::SUCCESS } else { ExitCode::from(2) })
}

fn seal(text: &str) -> anyhow::Result<(i64, &str)> {
    let (number, hash) = text.split_once(':').context("a seal is NUMBER:HASH")?;
    Ok((number.parse().context("a seal is NUMBER:HASH")?, hash))
}

fn head(found: &Found) -> Option<String> {
    found.head.as_ref().map(|(number, hash)| format!("{number}:{hash}"))
}

fn said(found: &Found) -> Value {
    json!({
        "seals": found.seals, "changes": found.changes, "reads": found.reads,
        "erased": found.erased, "detached": found.detached,
        "unsealedChanges": found.unsealed_changes, "unsealedReads": found.unsealed_reads,
        "head": head(found), "faults": found.faults, "told": found.told,
    })
}

fn told(found: &Found) -> String {
    let mut lines = found.told.clone();
    lines.push(format!(
        "{} seals over {} changes and {} reads; {} rows erased, {} detached",
        found.seals, found.changes, found.reads, found.erased, found.detached
    ));
    lines.push(format!(
        "not sealed yet: {} changes, {} reads",
        found.unsealed_changes, found.unsealed_reads
    ));
    if let Some(head) = head(found) {
        lines.push(format!("last seal: {head}"));
    }
    lines.push(match found.faults {
        0 => "the log is as it was sealed".to_owned(),
        faults => format!("{faults} faults"),
    });
    lines.join("\n")
}

async fn show(office: &Office, args: ShowArgs) -> anyhow::Result<ExitCode> {
    let filter = EntryFilter { thing: args.thing, subject: args.subject, ..EntryFilter::default() };
    let most = usize::try_from(args.limit)?;
    let (mut shown, mut after) = (0, None);
    while shown < most {
        let entries =
            list::page(&office.db, AuditSight::All, &filter, Window::next(after, PAGE)).await?;
        let Some(last) = entries.last() else { break };
        after = Some(last.id);
        let wanted = |entry: &&Entry| args.field.as_ref().is_none_or(|field| touches(entry, field));
        for entry in entries.iter().filter(wanted).take(most - shown) {
            print::text(&if args.json { object(entry).to_string() } else { line(entry) });
            shown += 1;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a row wrote or read the field, named as the schema does or as the column.
fn touches(entry: &Entry, field: &str) -> bool {
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let read = entry.things.values().flatten();
    read.chain(&entry.told.fields()).any(|name| plain(name) == plain(field))
}

fn line(entry: &Entry) -> String {
    let things: Vec<String> = entry
        .things
        .iter()
        .map(|(thing, fields)| {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            if fields.is_empty() { thing.clone() } else { format!("{thing} {}", fields.join(",")) }
        })
        .collect();
    let mut line = format!(
        "{}  {}  {} as {}{}  from {}  {}",
        entry.at.format("%F %T%.3fZ"),
        entry.action,
        entry.subject.as_deref().unwrap_or("-"),
        entry.role,
        entry.body.as_ref().map(|body| format!(" of {body}")).unwrap_or_default(),
        entry.told.from.as_deref().unwrap_or("-"),
        things.join("; "),
    );
    for (name, fields) in [("before", &entry.told.before), ("after", &entry.told.after)] {
        if let Some(fields) = fields {
            line.push_str(&format!("\n    {name} {fields}"));
        }
    }
    line
}

fn object(entry: &Entry) -> Value {
    let fields = |text: &Option<String>| -> Value {
        text.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    };
    json!({
        "id": format!("{}:{}", AuditId::TAG, entry.id),
        "at": entry.at, "number": entry.seq, "subject": entry.subject, "role": entry.role,
        "body": entry.body, "action": entry.action, "things": entry.things,
        "from": entry.told.from, "before": fields(&entry.told.before),
        "after": fields(&entry.told.after), "isErased": entry.is_erased,
    })
}

async fn export(office: &Office, args: ExportArgs) -> anyhow::Result<ExitCode> {
    let is_csv = match args.out.extension().and_then(|name| name.to_str()) {
        Some("csv") => true,
        Some("jsonl") => false,
        _ => anyhow::bail!("the file must end in .csv or .jsonl"),
    };
    let before = args.from.pred_opt().context("the first day is too early")?;
    let (from, until) = (day_end(before), day_end(args.until));
    let entries = between(office, from, until).await?;
    let file = File::create_new(&args.out)
        .with_context(|| format!("{} cannot be made", args.out.display()))?;
    write(BufWriter::new(file), &entries, is_csv)?;
    print::text(&format!("{} rows in {}", entries.len(), shown(&args.out)));
    Ok(ExitCode::SUCCESS)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Everything between two moments, oldest first.
async fn between(
    office: &Office,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> anyhow::Result<Vec<Entry>> {
    let filter = EntryFilter { from: Some(from), until: Some(until), ..EntryFilter::default() };
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let some =
            list::page(&office.db, AuditSight::All, &filter, Window::next(after, PAGE)).await?;
        let Some(last) = some.last() else { break };
        after = Some(last.id);
        all.extend(some);
    }
    all.reverse();
    Ok(all)
}

fn write(mut file: impl Write, entries: &[Entry], is_csv: bool) -> anyhow::Result<()> {
    if !is_csv {
        for entry in entries {
            writeln!(file, "{}", object(entry))?;
        }
        return Ok(file.flush()?);
    }
    let mut csv = csv::Writer::from_writer(file);
    csv.write_record([
        "id",
        "at",
        "number",
        "subject",
        "role",
        "body",
        "action",
        "things",
        "from",
        "before",
        "after",
        "is_erased",
    ])?;
    for entry in entries {
        csv.write_record([
            format!("{}:{}", AuditId::TAG, entry.id),
            entry.at.to_rfc3339(),
            entry.seq.map(|seq| seq.to_string()).unwrap_or_default(),
            entry.subject.clone().unwrap_or_default(),
            entry.role.clone(),
            entry.body.clone().unwrap_or_default(),
            entry.action.clone(),
            serde_json::to_string(&entry.things)?,
            entry.told.from.clone().unwrap_or_default(),
            entry.told.before.clone().unwrap_or_default(),
            entry.told.after.clone().unwrap_or_default(),
            entry.is_erased.to_string(),
        ])?;
    }
    Ok(csv.flush()?)
}

async fn erase(office: &Office, args: EraseArgs) -> anyhow::Result<ExitCode> {
    let is_subject = args.subject.is_some();
    let name = args.subject.or(args.thing).context("name a subject or a thing")?;
    let desk = office.desk();
    let request_key = format!("command line {}", desk.now.timestamp_micros());
    let keeper = Actor { subject: "command line".to_owned(), role: Role::SystemAdmin, body: None };
    let cmd = EraseTraces { is_subject, name, request_key };
    let erased = erase::erase(&desk, &keeper, &cmd).await?;
    print::text(&format!("erased from {erased} rows"));
    Ok(ExitCode::SUCCESS)
}
