//! `lianmeng invite`: the rows of a workbook become invitations, one each.
//!
//! A code is kept as a hash only, so it must reach a file before its invitation reaches the database:
//! a run that dies in between leaves codes that open nothing, never an invitation whose code nobody
//! has. The next run takes the codes up and goes on.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use lianmeng_app::desk::{Desk, Office};
use lianmeng_app::invitation::{self as app, Line, MakeInvitations, RenewInvitation};
use lianmeng_app::join::{self, Pepper};
use lianmeng_app::secret::Secret;
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{AuditId, ChainCommitteeId, Id, InvitationId};
use lianmeng_domain::invitation::{InvitationRow, JoinCode, MAX_ROWS};
use lianmeng_exchange::invitation::{self as files, Answer};
use lianmeng_exchange::qr;

use crate::args::invite::InviteArgs;
use crate::config::Config;
use crate::{print, wire};

/// Reads the file, invites, and writes what became of each row. Ends with 0 if every row has an
/// invitation or an administrator, else with 2.
pub(crate) async fn run(config: &Config, args: InviteArgs) -> anyhow::Result<ExitCode> {
    let public_url = config.auth.public_url.trim_end_matches('/');
    anyhow::ensure!(
        args.qr.is_none() || !public_url.is_empty(),
        "--qr needs auth.public_url: a phone must know where to go"
    );
    let committee = args.committee.as_deref().map(committee_id).transpose()?;
    let rows = files::path(&args.file)?;
    let mut journal = Journal::open(&args.out)?;
    let office = wire::office(config).await?;
    let run = Run { office: &office, pepper: Pepper::new(&config.auth.pepper), public_url };
    let mut answers = Vec::with_capacity(rows.len());
    for chunk in rows.chunks(MAX_ROWS) {
        answers.extend(run.invite(chunk, (committee, &args), &mut journal).await?);
    }
    office.db.clone().close().await?;
    journal.finish(&answers)?;
    if let Some(folder) = &args.qr {
        draw(folder, &answers)?;
    }
    Ok(tell(&answers))
}

fn committee_id(text: &str) -> anyhow::Result<ChainCommitteeId> {
    let id = text.strip_prefix(ChainCommitteeId::TAG).and_then(|rest| rest.strip_prefix(':'));
    let id = id.and_then(|id| id.parse().ok());
    id.with_context(|| format!("{text:?} is no id of a committee; it looks like committee:01J…"))
}

/// What every chunk is invited with.
struct Run<'a> {
    office: &'a Office,
    pepper: Pepper,
    public_url: &'a str,
}

/// Whoever runs the program may do for every committee what its secretary may.
fn coordinator() -> Actor {
    Actor { subject: "command line".to_owned(), role: Role::Coordinator, body: None }
}

impl Run<'_> {
    async fn invite(
        &self,
        chunk: &[InvitationRow],
        (committee, args): (Option<ChainCommitteeId>, &InviteArgs),
        journal: &mut Journal,
    ) -> anyhow::Result<Vec<Answer>> {
        let codes = journal.codes(chunk)?;
        let desk = self.office.desk();
        let cmd = MakeInvitations {
            committee,
            rows: chunk.to_vec(),
            days: args.days,
            // A command typed twice is meant twice; the rows themselves are what is safe to repeat.
            request_key: desk.mint::<AuditId>().to_string(),
        };
        let lines = app::make(&desk, &coordinator(), &cmd, &codes, &self.pepper).await?;
        let mut answers = Vec::with_capacity(lines.len());
        for ((line, row), code) in lines.into_iter().zip(chunk).zip(&codes) {
            let line = self.renewed(&desk, line, (args, code)).await?;
            answers.push(self.answer(row, &line, code));
        }
        Ok(answers)
    }

    /// The line, after its invitation got the code if it has another and that is wanted.
    async fn renewed(
        &self,
        desk: &Desk,
        line: Line,
        (args, code): (&InviteArgs, &JoinCode),
    ) -> anyhow::Result<Line> {
        let Line::Waits { id, has_code: false } = line else { return Ok(line) };
        if !args.renew {
            return Ok(line);
        }
        let request_key = desk.mint::<AuditId>().to_string();
        let cmd = RenewInvitation { id, days: args.days, request_key };
        app::renew(desk, &coordinator(), &cmd, code, &self.pepper).await?;
        Ok(Line::Waits { id, has_code: true })
    }

    fn answer(&self, row: &InvitationRow, line: &Line, code: &JoinCode) -> Answer {
        let wire = |id: &InvitationId| format!("{}:{id}", InvitationId::TAG);
        let (outcome, invitation, has_code, reason) = match line {
            Line::Made(id) => ("made", wire(id), true, String::new()),
            Line::Waits { id, has_code: true } => ("waits", wire(id), true, String::new()),
            Line::Waits { id, has_code: false } => ("waits", wire(id), false, UNKNOWN.to_owned()),
            Line::Joined => ("joined", String::new(), false, String::new()),
            Line::Refused(why) => (why.word(), String::new(), false, why.to_string()),
        };
        let (code, link) = if has_code {
            (code.to_string(), format!("{}/join?code={code}", self.public_url))
        } else {
            (String::new(), String::new())
        };
        Answer { row: row.clone(), outcome: outcome.to_owned(), invitation, code, link, reason }
    }
}

/// Why a row has no code.
const UNKNOWN: &str =
    "invited before with a code that is not in this file; --renew gives a new one";

/// The codes this file and an unfinished run before it know of, by row.
struct Journal {
    out: PathBuf,
    part: PathBuf,
    file: File,
    known: BTreeMap<String, String>,
}

impl Journal {
    fn open(out: &Path) -> anyhow::Result<Self> {
        let part = beside(out, "part");
        let mut known = BTreeMap::new();
        for path in [out, &part] {
            known.extend(codes_in(path)?);
        }
        let shown = part.display();
        let is_new = !part.exists();
        let file = OpenOptions::new().append(true).create(true).open(&part);
        let mut file = file.with_context(|| format!("{shown} cannot be written"))?;
        if is_new {
            file.write_all(files::csv(&[]).as_bytes())?;
        }
        Ok(Self { out: out.to_owned(), part, file, known })
    }

    /// A code for each row: the one it had before, else a new one, which is on the disk when this
    /// returns.
    fn codes(&mut self, rows: &[InvitationRow]) -> anyhow::Result<Vec<JoinCode>> {
        let mut codes = Vec::with_capacity(rows.len());
        let mut new = Vec::new();
        for row in rows {
            let before = self.known.get(&files::row_key(row));
            if let Some(code) = before.and_then(|text| text.parse().ok()) {
                codes.push(code);
                continue;
            }
            let code = join::code(&Secret::draw()?);
            self.known.insert(files::row_key(row), code.to_string());
            codes.push(code);
            new.push(Answer {
                row: row.clone(),
                outcome: "drawn".to_owned(),
                invitation: String::new(),
                code: code.to_string(),
                link: String::new(),
                reason: String::new(),
            });
        }
        let text = files::csv(&new);
        let lines = text.split_once("\r\n").map_or("", |(_, lines)| lines);
        self.file.write_all(lines.as_bytes()).context("the codes cannot be written")?;
        self.file.sync_all().context("the codes cannot be written")?;
        Ok(codes)
    }

    /// Writes the answers in place of what stood there; only then the codes are kept nowhere else.
    fn finish(self, answers: &[Answer]) -> anyhow::Result<()> {
        let shown = self.out.display().to_string();
        let whole = beside(&self.out, "new");
        let mut file =
            File::create(&whole).with_context(|| format!("{shown} cannot be written"))?;
        file.write_all(files::csv(answers).as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&whole, &self.out).with_context(|| format!("{shown} cannot be written"))?;
        std::fs::remove_file(&self.part).context("the unfinished file cannot be removed")?;
        Ok(())
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ending}"));
    path.with_file_name(name)
}

fn codes_in(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let shown = path.display().to_string();
    match std::fs::read(path) {
        // Its name may end in anything; it is read as what this program writes.
        Ok(bytes) => files::codes(&shown, &bytes)
            .with_context(|| format!("{shown} exists and was not written by lianmeng invite")),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeMap::new()),
        Err(error) => Err(error).with_context(|| format!("{shown} cannot be read")),
    }
}

/// Writes a QR code for each link.
fn draw(folder: &Path, answers: &[Answer]) -> anyhow::Result<()> {
    let shown = folder.display();
    std::fs::create_dir_all(folder).with_context(|| format!("{shown} cannot be made"))?;
    for answer in answers.iter().filter(|answer| !answer.link.is_empty()) {
        let image = qr::svg(&answer.link).context("a link is too long for a QR code")?;
        let name: String =
            answer.row.name.chars().filter(|c| c.is_alphanumeric()).take(40).collect();
        let path = folder.join(format!("{:05}-{name}.svg", answer.row.row));
        std::fs::write(&path, image)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// Prints how many rows came to what, and each that invites nobody.
fn tell(answers: &[Answer]) -> ExitCode {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for answer in answers {
        *counts.entry(answer.outcome.as_str()).or_default() += 1;
        if !answer.reason.is_empty() {
            let name =
                if answer.row.name.is_empty() { &answer.row.credit_code } else { &answer.row.name };
            let (row, outcome, reason) = (answer.row.row, &answer.outcome, &answer.reason);
            print::error(&format!("row {row}: {name}: {reason} [{outcome}]"));
        }
    }
    print::text(&serde_json::json!({ "rows": answers.len(), "outcomes": counts }).to_string());
    let is_fine = counts.keys().all(|word| ["made", "waits", "joined"].contains(word));
    if is_fine { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, name: &str) -> InvitationRow {
        InvitationRow { row: number, name: name.to_owned(), ..InvitationRow::default() }
    }

    #[test]
    fn codes_of_a_run_that_died_are_taken_up_and_the_whole_file_keeps_them() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("invitations.csv");
        let rows = [row(2, "甲"), row(3, "乙")];
        let mut journal = Journal::open(&out).unwrap();
        let first = journal.codes(&rows[..1]).unwrap();
        drop(journal);
        let mut journal = Journal::open(&out).unwrap();
        let both = journal.codes(&rows).unwrap();
        assert_eq!(both[0], first[0]);
        assert_ne!(both[0], both[1]);
        let answer = |row: &InvitationRow, code: &JoinCode| Answer {
            row: row.clone(),
            outcome: "made".to_owned(),
            invitation: String::new(),
            code: code.to_string(),
            link: String::new(),
            reason: String::new(),
        };
        let answers: Vec<_> = rows.iter().zip(&both).map(|(row, code)| answer(row, code)).collect();
        journal.finish(&answers).unwrap();
        assert!(!beside(&out, "part").exists());
        let mut journal = Journal::open(&out).unwrap();
        assert_eq!(journal.codes(&rows).unwrap(), both);
        let foreign = folder.path().join("foreign.csv");
        std::fs::write(&foreign, "a,b\n1,2\n").unwrap();
        assert!(Journal::open(&foreign).is_err(), "a file of somebody else's is not overwritten");
    }
}
