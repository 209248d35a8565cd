//! What can be asked of the audit log.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Compute the chain of seals anew and compare every row with it.
    ///
    /// Names rows that were changed, removed or inserted, says how many are not sealed yet, and prints
    /// the last seal. Ends with 0 if the log is as it was sealed, with 2 if it is not.
    Verify(VerifyArgs),
    /// Show who wrote and who read a thing, or what somebody did, newest first.
    Show(ShowArgs),
    /// Write the log between two days into a file, oldest first.
    Export(ExportArgs),
    /// Erase what may be personal: from where, before and after. The chain stays sound.
    ///
    /// That it was done is a row of the log. Copies made by `lianmeng backup` and exports keep what
    /// they hold.
    Erase(EraseArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct VerifyArgs {
    /// A seal noted earlier, NUMBER:HASH as printed by an earlier run.
    #[arg(long, value_name = "NUMBER:HASH")]
    pub(crate) noted: Option<String>,
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[group(id = "whom", required = true, multiple = true, args = ["thing", "subject"])]
pub(crate) struct ShowArgs {
    /// The thing, as in need:01J….
    #[arg(long)]
    pub(crate) thing: Option<String>,
    /// The person or program, as in account:01J….
    #[arg(long)]
    pub(crate) subject: Option<String>,
    /// Only rows that wrote or read this field.
    #[arg(long)]
    pub(crate) field: Option<String>,
    /// Most rows to show.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Print a line of JSON for each row.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ExportArgs {
    /// First day, as in 2026-03-01, in local time.
    #[arg(long)]
    pub(crate) from: chrono::NaiveDate,
    /// Last day.
    #[arg(long)]
    pub(crate) until: chrono::NaiveDate,
    /// File to write: .csv, or .jsonl for a line of JSON for each row. Must not exist.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, ClapArgs)]
#[group(id = "whose", required = true, multiple = false, args = ["subject", "thing"])]
pub(crate) struct EraseArgs {
    /// Of everything this person or program did and read, as in account:01J….
    #[arg(long)]
    pub(crate) subject: Option<String>,
    /// Of everything done to this thing, as in need:01J….
    #[arg(long)]
    pub(crate) thing: Option<String>,
}
