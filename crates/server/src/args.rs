//! The command line.
#![expect(clippy::doc_markdown, reason = "these comments are the help people read on a terminal")]

pub(crate) mod audit;
pub(crate) mod chain;
pub(crate) mod identity;
pub(crate) mod invite;
pub(crate) mod need;
pub(crate) mod notice;
pub(crate) mod time;

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

use audit::AuditCommand;
use chain::GraphChainArgs;
use identity::{KeyCommand, UserCommand};
use invite::InviteArgs;
use need::NeedCommand;
use notice::{MailCommand, NoticeCommand};
use time::CalendarCommand;

/// 链盟 Lianmeng: chain committees, enterprises and their needs as one graph; suggests pairings,
/// plans docking events.
///
/// With nothing else given, data live in a SQLite file under data/. DATABASE_URL (sqlite:… or
/// postgres://…), REDIS_URL and PORT override everything; LIANMENG_<SECTION>__<KEY> overrides the
/// configuration file.
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
    /// Do the jobs that requests leave behind: long plans, suggestions for a whole committee.
    ///
    /// Any number may run beside any number of servers over one PostgreSQL database.
    Work(WorkArgs),
    /// Look at jobs, and put those back that were given up.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// The monthly parts of tables that only grow (PostgreSQL).
    #[command(subcommand)]
    Parts(PartsCommand),
    /// The audit log: check its chain, who wrote and who read a thing, export, erase.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Read a workbook, a CSV file or a folder of CSV files into the database.
    ///
    /// Good rows are saved in one transaction; each bad one is reported with file, row, column,
    /// value, reason and hint. Layouts of known public sets are recognised; `lianmeng template`
    /// writes an empty workbook. Ends with 0 if something was read, with 2 if nothing was or the
    /// import was refused.
    Import(ImportArgs),
    /// Write an empty workbook (.xlsx) with explanations and drop-downs, to be filled in and imported.
    Template(TemplateArgs),
    /// Ask the graph of the chains: figures, upstream and downstream, how two things hang together.
    #[command(subcommand)]
    Graph(GraphCommand),
    /// Rank offers for needs from files, or measure the ranking.
    #[command(subcommand)]
    Match(MatchCommand),
    /// Working days, office hours, and by when a need must be answered.
    #[command(subcommand)]
    Calendar(CalendarCommand),
    /// Needs: their process, duplicates in a file, a month on a simulated clock.
    #[command(subcommand)]
    Need(NeedCommand),
    /// Notices that leave the house: what waits for somebody, what was sent, what was given up.
    #[command(subcommand)]
    Notice(NoticeCommand),
    /// Try the mail server of the configuration.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Solve a timetable or a pairing problem from a file.
    #[command(subcommand)]
    Solve(SolveCommand),
    /// Load the demo data and walk the loop once: import, graph, suggestions, pairings, tasks, event.
    ///
    /// Walking again changes nothing.
    Demo(DemoArgs),
    /// Plan the one-to-one timetable of a stored docking event and print it.
    ///
    /// Locked meetings stay; of the rest as little as possible changes. If no timetable meets all
    /// demands, nothing is saved and those in conflict are printed. Ends with 0 either way, with 2
    /// if there is no such event or it cannot be planned.
    Plan(PlanArgs),
    /// Print the GraphQL schema.
    Schema,
    /// Print who may see and do what, as Markdown: docs/rights.md.
    Rights,
    /// Write a copy of the database while others go on using it, and check the copy.
    ///
    /// SQLite is copied by itself, PostgreSQL with pg_dump. The file holds everything the database
    /// does and is readable by its owner only.
    Backup(BackupArgs),
    /// Put a copy made by `lianmeng backup` in place of the database, or change nothing.
    ///
    /// Stop every `lianmeng serve` and `lianmeng work` first. A copy of an older version is brought
    /// up to date at the next start; one of a newer version is refused.
    Restore(RestoreArgs),
    /// Bring the tables forward or back.
    ///
    /// Every command that opens the database brings it forward by itself; back goes only this one.
    #[command(subcommand)]
    Migrate(MigrateCommand),
    /// Show and check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Invite the enterprises and organisations of a workbook: a code and a link for each, which make
    /// whoever brings them its administrator.
    ///
    /// Whoever has an invitation that waits, or an administrator, gets none, so the same file again
    /// invites nobody twice, and a run that died goes on. Ends with 0 if every row has an invitation
    /// or an administrator, else with 2.
    Invite(InviteArgs),
    /// Accounts, the roles granted to them, passwords and tokens.
    #[command(subcommand)]
    User(UserCommand),
    /// Keys that sign access tokens.
    #[command(subcommand)]
    Key(KeyCommand),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ServeArgs {
    /// Port to listen on; overrides PORT and the configuration file.
    #[arg(long)]
    pub(crate) port: Option<u16>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct WorkArgs {
    /// Jobs worked on at the same time; overrides jobs.workers of the configuration.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) workers: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs that wait, run or were given up, newest first.
    List {
        /// Only in this state: ready, running or dead.
        #[arg(long)]
        state: Option<String>,
        /// Most jobs to list.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        limit: u32,
    },
    /// Show one job whole, those that ended included.
    Show {
        /// Its id, as in job:01J….
        job: String,
    },
    /// Put a job that was given up back, with all its attempts.
    Requeue {
        /// Its id, as in job:01J….
        job: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum PartsCommand {
    /// Make the parts of this month and the next two, and list all.
    List,
    /// Detach the parts older than so many months; they stay as tables of their own.
    Detach {
        /// Whole months to keep beside the present one.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=1_200))]
        keep_months: u32,
    },
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ImportArgs {
    /// Workbook (.xlsx), CSV file, or folder of CSV files (UTF-8, UTF-16 or GB18030).
    pub(crate) path: PathBuf,
    /// TOML file that describes another layout: files, columns, words.
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// Report everything, save nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Save nothing if a single row is rejected.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Where to write a copy with the reasons beside the rows; for a workbook with bad rows the
    /// default is NAME.errors.xlsx beside it.
    #[arg(long, value_name = "PATH")]
    pub(crate) annotated: Option<PathBuf>,
    /// Print the counts as one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct TemplateArgs {
    /// Where to write the workbook.
    pub(crate) path: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct DemoArgs {
    /// Serve afterwards.
    #[arg(long)]
    pub(crate) serve: bool,
    /// Port to listen on; overrides PORT and the configuration file.
    #[arg(long, requires = "serve")]
    pub(crate) port: Option<u16>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PlanArgs {
    /// Global id of the event, as in event:01J….
    pub(crate) event: String,
    /// Longest time, such as 500ms, 10s or 2m.
    #[arg(long, value_parser = duration, default_value = "5s")]
    pub(crate) time_limit: std::time::Duration,
    /// Steps in place of the clock: the same seed then gives the same timetable.
    #[arg(long, conflicts_with = "time_limit", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) steps: Option<u64>,
    /// Seed of the random choices.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Start afresh in place of changing as little as possible.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting with its default and what it means.
    Print(ConfigPrintArgs),
    /// Check what file and environment say; ends with 2 and a sentence for each fault.
    Check,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ConfigPrintArgs {
    /// Print the values in force instead, from defaults, file and environment; secrets are masked.
    #[arg(long)]
    pub(crate) effective: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct BackupArgs {
    /// Where to write the copy; must not exist.
    pub(crate) file: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RestoreArgs {
    /// Copy to read.
    pub(crate) file: PathBuf,
    /// Replace a database that holds something.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum MigrateCommand {
    /// List every migration and whether the database has it.
    Status,
    /// Apply what is missing.
    Up {
        /// Apply only so many.
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..))]
        steps: Option<u32>,
    },
    /// Take the last ones back, with the rows of the tables they made; make a backup first.
    Down {
        /// How many.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SolveCommand {
    /// Plan one-to-one meetings: fewest breaks in all, evenly spread.
    ///
    /// FILE is a MiniZinc data file (.dzn) or JSON with P, T, L, AM, meetings, forb, fixed, prec; or
    /// JSON with lists of slots, tables, participants and meetings for everything beyond pairs of
    /// equal length (docs/timetable-constraints.md; --fairness and --threads are not for those).
    /// Ends with 0 whatever the status, with 2 for a file that cannot be read.
    Timetable(TimetableArgs),
    /// Plan a season: who hosts which stop, when, on what theme and where; prints JSON.
    ///
    /// FILE and answer are in docs/season-and-sessions.md, for the three doors below as well.
    Season(AnswerArgs),
    /// Plan grouped sessions: who sits in which room in which half-day; prints JSON.
    Sessions(AnswerArgs),
    /// Propose an event from suggestions: whom to invite, in what format; prints JSON.
    Proposal(AnswerArgs),
    /// Plan site visits: which group on which bus, at which site when; prints JSON.
    Visits(AnswerArgs),
    /// Choose the pairs with the greatest sum of points under everyone's minimum and maximum.
    ///
    /// FILE is JSON: {"left":[{"min":0,"max":3}],"right":[{"min":0,"max":1}],"edges":[[0,0,10]]},
    /// numbered from 0, or {"people":[{"min":0,"max":3}],"edges":[[0,1,10]]}.
    /// docs/pairing-solver.md has levels, limits, must, avoid, previous and fairness.
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
pub(crate) struct AnswerArgs {
    pub(crate) file: PathBuf,
    /// Print one line in place of many.
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
    /// Versions of the weights of suggestions: list, show, put in force, roll back.
    #[command(subcommand)]
    Weights(WeightsCommand),
    /// Learn weights from what became of suggestions and propose them as a version.
    ///
    /// The version is not in force before `match weights activate`. Ends with 1 if nothing better is
    /// learned on answers held out, or from too few answers.
    Learn {
        /// Print what would be learned; propose nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Say why a suggestion was made and what would change the verdict most.
    Explain {
        /// Id of the suggestion, with or without `suggestion:`.
        suggestion: String,
    },
    /// Print a page of suggestions with their reasons as Markdown, to be read by people.
    Sample {
        /// Most suggestions.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Most suggestions for one need.
        #[arg(long, default_value_t = 3)]
        per_need: usize,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WeightsCommand {
    /// The newest 100 versions, newest first.
    List,
    /// The points of one version.
    Show {
        /// Its number.
        version: i32,
    },
    /// Put a version in force; an older one rolls back.
    Activate {
        /// Its number.
        version: i32,
    },
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

#[derive(Debug, Subcommand)]
pub(crate) enum GraphCommand {
    /// Count nodes, edges, components, derived supply pairs and cycles.
    Stats(GraphStatsArgs),
    /// List what lies upstream or downstream of a product or an enterprise, each with one shortest
    /// way.
    ///
    /// From a product a step is a material edge; from an enterprise it is a supply relation,
    /// observed or following from what both make and use.
    Walk(GraphWalkArgs),
    /// Find one shortest way between two things.
    Path(GraphPathArgs),
    /// Rank the targets that edges from a file are probably missing, without a database.
    ///
    /// What each signal counts is learned from the edges given, by hiding some of them.
    Predict(GraphPredictArgs),
    /// Ask what a chain committee asks: gaps, single points, what a loss means, who leads, local supply.
    Chain(GraphChainArgs),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GraphPredictArgs {
    /// CSV with from, to, kind: the edges that are known.
    #[arg(long)]
    pub(crate) edges: PathBuf,
    /// CSV with from, kind: what to find targets for.
    #[arg(long)]
    pub(crate) queries: PathBuf,
    /// CSV with id and name, where the ids in the edges do not name the products. Products that
    /// stand in no edge are ranked too.
    #[arg(long)]
    pub(crate) names: Option<PathBuf>,
    /// Targets to keep for each query.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(crate) limit: u32,
    /// Which edges are hidden to learn from.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Add a column with the points of each signal.
    #[arg(long)]
    pub(crate) reasons: bool,
    /// CSV to write: from, kind, to, rank, points.
    #[arg(long)]
    pub(crate) out: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GraphStatsArgs {
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct GraphWalkArgs {
    /// Where to start: an id (product:…, enterprise:…), a credit code, an external id, or an exact
    /// name.
    pub(crate) node: String,
    /// Which way to walk.
    #[arg(long, value_enum, default_value = "downstream")]
    pub(crate) direction: WalkDirection,
    /// Most steps from the start.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=20))]
    pub(crate) depth: u32,
    /// Most nodes to list.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
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

#[derive(Debug, ClapArgs)]
pub(crate) struct GraphPathArgs {
    /// Start: an id, a credit code, an external id, or an exact name.
    pub(crate) from: String,
    /// End, written the same way.
    pub(crate) to: String,
    /// Relations the way may use.
    #[arg(long, value_enum, default_value = "supply")]
    pub(crate) over: PathRelations,
    /// Most steps.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) max_steps: u32,
    /// Print one line of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Relations a way may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PathRelations {
    /// Supply relations between enterprises, observed or following from products.
    Supply,
    /// Every edge of the graph.
    Everything,
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
