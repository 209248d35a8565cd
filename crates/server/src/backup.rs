//! `lianmeng backup` and `lianmeng restore`: SQLite by itself, PostgreSQL with its own tools.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use lianmeng_store::{backup, connect, migrate};

use crate::args::{BackupArgs, RestoreArgs};
use crate::config::Config;
use crate::{print, wire};

mod postgres;

/// Writes a copy of the database; others go on using it.
pub(crate) async fn run(config: &Config, args: BackupArgs) -> anyhow::Result<ExitCode> {
    let url = &config.database.url;
    let file = &args.file;
    anyhow::ensure!(
        !file.exists(),
        "{} is there already; a backup never overwrites one",
        file.display()
    );
    let part = beside(file, "part");
    let made = match wire::sqlite_file(url) {
        Some(source) => copy_sqlite(source, &part).await,
        None if url.starts_with("sqlite:") => Err(in_memory()),
        None => postgres::dump(url, &part).await,
    };
    if let Err(error) = made {
        let _absent = fs::remove_file(&part);
        return Err(error);
    }
    put_in_place(&part, file)?;
    let bytes = fs::metadata(file)?.len();
    print::text(&format!("{} written, {bytes} bytes, checked", file.display()));
    Ok(ExitCode::SUCCESS)
}

/// Puts a copy in place of the database, or changes nothing.
pub(crate) async fn restore(config: &Config, args: RestoreArgs) -> anyhow::Result<ExitCode> {
    let url = &config.database.url;
    anyhow::ensure!(args.file.is_file(), "there is no file {}", args.file.display());
    match wire::sqlite_file(url) {
        Some(target) => restore_sqlite(&args, target).await?,
        None if url.starts_with("sqlite:") => return Err(in_memory()),
        None => postgres::restore(url, &args).await?,
    }
    print::text(&format!("{} restored and checked", args.file.display()));
    Ok(ExitCode::SUCCESS)
}

fn in_memory() -> anyhow::Error {
    anyhow::anyhow!("a database in memory ends with its process; there is nothing to keep")
}

/// `file` with one more ending, in the same folder.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Renames `part` to `file` once its bytes are on the disk.
fn put_in_place(part: &Path, file: &Path) -> anyhow::Result<()> {
    File::open(part)?.sync_all()?;
    fs::rename(part, file).with_context(|| format!("{} cannot be put in place", file.display()))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    // So that the new name itself survives a loss of power.
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// Makes an empty file that only its owner reads: copies hold everything the database does.
fn make_private(path: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(())
}

async fn copy_sqlite(source: &Path, part: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(source.is_file(), "there is no database {}", source.display());
    make_private(part)?;
    let db = connect::connect(&url_of(source)?, 1).await?;
    let copied = backup::copy_sqlite(&db, text_of(part)?).await;
    db.close().await?;
    copied.with_context(|| format!("{} cannot be copied", source.display()))?;
    check_sqlite(part).await.context("the copy is not sound and was thrown away")
}

fn text_of(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is not UTF-8", path.display()))
}

fn url_of(path: &Path) -> anyhow::Result<String> {
    Ok(format!("sqlite:{}", text_of(path)?))
}

/// Checks that the file is a sound database of ours, of this version or an older one.
async fn check_sqlite(path: &Path) -> anyhow::Result<()> {
    let db = connect::connect(&url_of(path)?, 1).await?;
    let checked = async {
        let faults = backup::faults_of_sqlite(&db).await?;
        anyhow::ensure!(faults.is_empty(), "{}", faults.join("; "));
        let steps = migrate::status(&db).await?;
        anyhow::ensure!(steps.iter().any(|step| step.is_applied), "it has no tables of ours");
        // Opening it made a log beside it, which must not stay behind.
        anyhow::ensure!(backup::close_sqlite_log(&db).await?, "somebody else uses it");
        Ok(())
    };
    let checked = checked.await;
    db.close().await?;
    checked
}

async fn restore_sqlite(args: &RestoreArgs, target: &Path) -> anyhow::Result<()> {
    let part = beside(target, "part");
    wire::make_folder(&url_of(target)?)?;
    make_private(&part)?;
    fs::copy(&args.file, &part)
        .with_context(|| format!("{} cannot be read", args.file.display()))?;
    let done = async {
        check_sqlite(&part)
            .await
            .with_context(|| format!("{} is no sound backup", args.file.display()))?;
        leave_room(target, args.force).await?;
        put_in_place(&part, target)
    };
    let done = done.await;
    if done.is_err() {
        let _absent = fs::remove_file(&part);
    }
    done
}

/// Removes a file that may be absent.
fn remove(path: &Path) -> anyhow::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes sure that nothing is lost and nobody is cut off when another file takes the place of
/// `target`; keeps what it held as `target.replaced`.
async fn leave_room(target: &Path, force: bool) -> anyhow::Result<()> {
    if !target.exists() {
        return Ok(());
    }
    let db = connect::connect(&url_of(target)?, 1).await?;
    let tables = backup::tables(&db).await;
    let is_alone = backup::close_sqlite_log(&db).await;
    db.close().await?;
    if !force {
        let is_empty = tables.is_ok_and(|tables| tables.is_empty());
        anyhow::ensure!(
            is_empty,
            "{} holds a database; --force replaces it and keeps it beside as .replaced",
            target.display()
        );
    }
    // What is no database any more has no log either, and is what a restore is for.
    anyhow::ensure!(
        is_alone.unwrap_or(true),
        "{} is in use; stop every `lianmeng serve` and `lianmeng work` first",
        target.display()
    );
    let kept = beside(target, "replaced");
    remove(&kept)?;
    // A log that nobody could close belongs to the old file; it would spoil the new one.
    let name = text_of(target)?;
    remove(Path::new(&format!("{name}-wal")))?;
    remove(Path::new(&format!("{name}-shm")))?;
    fs::hard_link(target, &kept).with_context(|| format!("{} cannot be kept", target.display()))?;
    Ok(())
}
