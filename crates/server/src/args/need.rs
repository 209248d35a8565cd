//! `lianmeng need`: needs from files.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum NeedCommand {
    /// Find needs that say the same in other words, without a database.
    ///
    /// Each pair stands once; those on the same topic that ask for different things are left out.
    Duplicates(DuplicatesArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DuplicatesArgs {
    /// CSV with id, title, content.
    #[arg(long)]
    pub(crate) needs: PathBuf,
    /// CSV to write: need_id, other_id, points (4500 to 10000), most points first.
    #[arg(long)]
    pub(crate) out: PathBuf,
}
