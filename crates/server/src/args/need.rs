//! `lianmeng need`: the process of needs, needs from files, needs on a simulated clock.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::time::SimulateArgs;

#[derive(Debug, Subcommand)]
pub(crate) enum NeedCommand {
    /// Print the stages and steps of a need as Markdown: docs/need-process.md.
    Process,
    /// Live through some weeks on a simulated clock and print what happens each day.
    ///
    /// Nothing is read or saved: enterprises, a secretariat and units act by the rules in memory.
    Simulate(SimulateArgs),
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
