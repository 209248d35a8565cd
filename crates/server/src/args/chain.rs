//! Arguments of `lianmeng graph chain`.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use lianmeng_domain::region::RegionCode;

#[derive(Debug, ClapArgs)]
pub(crate) struct GraphChainArgs {
    /// The chain: its id, external id, or exact name.
    pub(crate) chain: String,
    /// What to ask.
    #[command(subcommand)]
    pub(crate) question: ChainQuestion,
    /// Division (GB/T 2260) that counts as local; everywhere if absent.
    #[arg(long, global = true)]
    pub(crate) region: Option<RegionCode>,
    /// Most rows to list.
    #[arg(long, global = true, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Print one line of JSON.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// A question about a chain.
#[derive(Debug, Subcommand)]
pub(crate) enum ChainQuestion {
    /// What is missing, weak or could be added, and who could fill it.
    Gaps {
        /// What to look at.
        #[arg(long, value_enum, default_value = "segment")]
        level: ChainGapLevel,
    },
    /// Whose loss would cut others off.
    Risks,
    /// What would follow if an enterprise were gone.
    Removal {
        /// Who: an id, a credit code, an external id, or an exact name.
        enterprise: String,
        /// How far the loss spreads.
        #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
        steps: u32,
    },
    /// Who leads, with the parts of the index.
    Leads,
    /// Alliances that would make sense.
    Alliances {
        /// Fewest members where that can be had; 5, or as many as the most, if absent.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        fewest: Option<u32>,
        /// Most members.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(2..=1_000))]
        most: u32,
    },
    /// How much of what is bought comes from the region.
    LocalSupply {
        /// As of the last day of this year; today if absent.
        #[arg(long)]
        year: Option<i32>,
    },
}

/// What gaps are looked for among.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ChainGapLevel {
    /// Segments of the chain.
    Segment,
    /// Products of its segments.
    Product,
}
