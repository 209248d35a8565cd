//! Backups of PostgreSQL: `pg_dump`, `pg_restore` and `psql`, as found on this machine.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::Context as _;
use lianmeng_store::{backup, connect, migrate};
use url::Url;

use crate::args::RestoreArgs;
use crate::backup::make_private;

/// Where Debian keeps the tools of each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Takes our tables away before the dump brings its own, in the same transaction.
const CLEAR: &str = "\
DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'
  LOOP EXECUTE 'DROP TABLE IF EXISTS ' || name || ' CASCADE'; END LOOP;
END $$;
";

/// Writes a dump in PostgreSQL's own compressed format.
pub(super) async fn dump(url: &str, part: &Path) -> anyhow::Result<()> {
    make_private(part)?;
    let (address, password) = split(url)?;
    let arguments: [&OsStr; 6] = [
        "--format=custom".as_ref(),
        "--no-owner".as_ref(),
        "--no-privileges".as_ref(),
        "--lock-wait-timeout=30000".as_ref(),
        "--dbname".as_ref(),
        address.as_ref(),
    ];
    let mut command = tool("pg_dump")?;
    command.args(arguments).arg("--file").arg(part).env("PGPASSWORD", password);
    run(command).await?;
    known(part).await.context("the dump is not sound and was thrown away")
}

/// Puts a dump in place of our tables in one transaction.
pub(super) async fn restore(url: &str, args: &RestoreArgs) -> anyhow::Result<()> {
    known(&args.file)
        .await
        .with_context(|| format!("{} is no sound backup", args.file.display()))?;
    let db = connect::connect(url, 1).await.context("the database cannot be reached")?;
    let (tables, others) = (backup::tables(&db).await?, backup::others_connected(&db).await?);
    db.close().await?;
    anyhow::ensure!(
        args.force || tables.is_empty(),
        "the database holds {} tables; --force drops them and puts the backup in their place",
        tables.len()
    );
    anyhow::ensure!(
        others == 0,
        "{others} connections of lianmeng are open; stop every `lianmeng serve` and `lianmeng work` first"
    );
    let script = tempfile::NamedTempFile::new()?;
    let mut unpack = tool("pg_restore")?;
    unpack.args(["--no-owner", "--no-privileges", "--file"]).arg(script.path()).arg(&args.file);
    run(unpack).await?;
    let mut clear = tempfile::NamedTempFile::new()?;
    clear.write_all(CLEAR.as_bytes())?;

    let (address, password) = split(url)?;
    let mut fill = tool("psql")?;
    fill.args(["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"])
        .args(["--output=/dev/null", "--dbname", address.as_str(), "--file"])
        .arg(clear.path())
        .arg("--file")
        .arg(script.path())
        .env("PGPASSWORD", password)
        .env("PGOPTIONS", "-c lock_timeout=30s -c client_min_messages=warning");
    run(fill).await.context("nothing was changed")?;

    let db = connect::connect(url, 1).await?;
    let steps = migrate::status(&db).await?;
    db.close().await?;
    anyhow::ensure!(steps.iter().any(|step| step.is_applied), "the backup held no tables of ours");
    Ok(())
}

/// Checks that a dump can be read to its end and holds only migrations that this program knows.
async fn known(file: &Path) -> anyhow::Result<()> {
    let mut list = tool("pg_restore")?;
    list.args(["--data-only", "--table=seaql_migrations", "--file=-"]).arg(file);
    let text = String::from_utf8(run(list).await?.stdout)?;
    let found: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split('\t').next().filter(|w| w.starts_with('m')))
        .collect();
    anyhow::ensure!(!found.is_empty(), "it has no tables of ours");
    let known = migrate::names();
    if let Some(later) = found.iter().find(|name| !known.iter().any(|known| known == *name)) {
        anyhow::bail!("it has the migration {later}, which this version of lianmeng does not know");
    }
    let mut whole = tool("pg_restore")?;
    whole.arg("--file=/dev/null").arg(file);
    run(whole).await?;
    Ok(())
}

/// The URL without its password, and the password: a command line is there for everybody to read.
fn split(url: &str) -> anyhow::Result<(String, String)> {
    let mut parsed = Url::parse(url).context("database.url cannot be read")?;
    let password = parsed.password().unwrap_or_default();
    let password = percent_encoding::percent_decode_str(password).decode_utf8()?.into_owned();
    anyhow::ensure!(parsed.set_password(None).is_ok(), "database.url cannot be read");
    Ok((parsed.into(), password))
}

/// A tool of PostgreSQL: of the newest version installed, or as PATH finds it.
fn tool(name: &str) -> anyhow::Result<Command> {
    let newest = || -> Option<PathBuf> {
        let versions = std::fs::read_dir(VERSIONS).ok()?.filter_map(Result::ok);
        let mut versions: Vec<u32> =
            versions.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        versions.sort_unstable();
        let of =
            |version: &u32| Path::new(VERSIONS).join(version.to_string()).join("bin").join(name);
        versions.iter().rev().map(of).find(|path| path.is_file())
    };
    let in_path = || {
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
    };
    let path = newest().or_else(in_path).with_context(|| {
        format!("{name} is neither under {VERSIONS} nor in PATH; install postgresql-client")
    })?;
    Ok(Command::new(path))
}

/// Runs a tool to its end; what it complained of becomes the error.
async fn run(mut command: Command) -> anyhow::Result<Output> {
    let name = PathBuf::from(command.get_program());
    let name = name.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let output = tokio::task::spawn_blocking(move || command.output()).await??;
    let complaint = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{name}: {}", complaint.trim());
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_stays_off_the_command_line() {
        let got = split("postgres://u:p%40ss@h:1/d").unwrap();
        assert_eq!(got, ("postgres://u@h:1/d".to_owned(), "p@ss".to_owned()));
        assert_eq!(split("postgres://u@h/d").unwrap().1, "");
    }
}
