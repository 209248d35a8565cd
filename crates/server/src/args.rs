//! The command line.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// 链盟 Lianmeng: chain committees, enterprises and their needs as one graph; suggests pairings,
/// plans docking events.
///
/// With nothing else given, data live in a SQLite file under data/. DATABASE_URL (sqlite:… or
/// postgres://…), REDIS_URL and PORT override the configuration file; LIANMENG_<SECTION>__<KEY>
/// overrides everything in it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Args {
    /// Configuration file; `lianmeng config print` shows one with every default.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Answer GraphQL at /graphql, GraphiQL at /graphiql.
    Serve(ServeArgs),
    /// Rank offers for needs from files, or measure the ranking.
    #[command(subcommand)]
    Match(MatchCommand),
    /// Solve a timetable or a pairing problem from a file.
    #[command(subcommand)]
    Solve(SolveCommand),
    /// Print the GraphQL schema.
    Schema,
    /// Show the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Tokens for development.
    #[command(subcommand)]
    User(UserCommand),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Port to listen on; overrides PORT and the configuration file.
    #[arg(long)]
    pub(crate) port: Option<u16>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting with its default and what it means.
    Print,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Sign a development token and print it.
    ///
    /// Send it as `Authorization: Bearer TOKEN`. The key is made at first start and kept in the
    /// file that auth.key_file names.
    Token(TokenArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TokenArgs {
    /// Role: enterprise, rotating_chair, department_handler, service_liaison, committee_secretary,
    /// district_host, coordinator, group_headquarters, auditor, system_admin or public.
    #[arg(long, value_name = "R")]
    pub(crate) role: String,
    /// Body the role is held for: an id (enterprise:…, organisation:…, committee:…, zone:…), a
    /// division (region:440305), a credit code, an external id, or an exact name.
    #[arg(long, value_name = "O")]
    pub(crate) org: Option<String>,
    /// Name in the audit log.
    #[arg(long, default_value = "developer")]
    pub(crate) subject: String,
    /// Hours until the token ends, 1 to 8784.
    #[arg(long, default_value_t = 24 * 30, value_parser = clap::value_parser!(u32).range(1..=8784))]
    pub(crate) hours: u32,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SolveCommand {
    /// Plan one-to-one meetings: fewest breaks in all, evenly spread.
    ///
    /// FILE is a MiniZinc data file (.dzn) or JSON with P, T, L, AM, meetings, forb, fixed, prec.
    /// Ends with 0 whatever the status, with 2 for a file that cannot be read.
    Timetable(TimetableArgs),
    /// Choose the pairs with the greatest sum of points under everyone's minimum and maximum.
    ///
    /// FILE is JSON: {"left":[{"min":0,"max":3}],"right":[{"min":0,"max":1}],"edges":[[0,0,10]]},
    /// numbered from 0.
    Pairing(PairingArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TimetableArgs {
    pub(crate) file: PathBuf,
    /// Most breaks that two participants may differ by.
    #[arg(long, default_value_t = 2)]
    pub(crate) fairness: u32,
    /// Longest time, such as 500ms, 10s or 2m.
    #[arg(long, value_parser = duration, conflicts_with = "steps")]
    pub(crate) time_limit: Option<std::time::Duration>,
    /// Steps in place of the clock: the same seed then gives the same bytes.
    #[arg(long)]
    pub(crate) steps: Option<u64>,
    /// Threads.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) threads: u32,
    /// Seed of the random choices.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PairingArgs {
    pub(crate) file: PathBuf,
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MatchCommand {
    /// Rank offers for each need by text, without a database.
    Rank(RankArgs),
    /// Measure the ranking against human judgement, beside TF-IDF and BM25.
    ///
    /// DIR holds needs.csv, offers.csv and labels.csv.
    Eval(EvalArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RankArgs {
    /// CSV with id, title, content.
    #[arg(long)]
    pub(crate) needs: PathBuf,
    /// CSV with id and title_joined or title.
    #[arg(long)]
    pub(crate) offers: PathBuf,
    /// CSV with the pairs to rank: need_id and offer_id, or requirement_id and achievement_id; no
    /// other column is read.
    #[arg(long)]
    pub(crate) pairs: Option<PathBuf>,
    /// Offers to keep for each need where no pairs are given.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// CSV to write: need_id, offer_id, rank, points, reasons.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct EvalArgs {
    pub(crate) dir: PathBuf,
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Direction of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WalkDirection {
    /// Towards materials and suppliers.
    Upstream,
    /// Towards products and buyers.
    Downstream,
}

/// Reads `10s`, `500ms`, `2m` or a bare number of seconds.
fn duration(text: &str) -> Result<std::time::Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let millis_per_unit = match unit.trim() {
        "ms" => 1.0,
        "s" | "" => 1_000.0,
        "m" => 60_000.0,
        _ => return Err(format!("{text:?} is no duration; write 500ms, 10s or 2m")),
    };
    let number: f64 =
        number.parse().map_err(|_| format!("{text:?} is no duration; write 500ms, 10s or 2m"))?;
    std::time::Duration::try_from_secs_f64(number * millis_per_unit / 1_000.0)
        .map_err(|error| format!("{text:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn durations_read_as_people_write_them() {
        for (text, want) in
            [("10s", 10_000), ("500ms", 500), ("2m", 120_000), ("3", 3_000), ("0.5s", 500)]
        {
            assert_eq!(duration(text), Ok(Duration::from_millis(want)), "{text}");
        }
        for bad in ["", "s", "10h", "-1s", "1e400s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
