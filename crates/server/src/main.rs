//! The binary `lianmeng`: reads configuration, wires the parts, runs one role.
//!
//! Nothing is decided here. Start reading at [`args`] (what can be asked on the command line) and
//! [`wire`] (how the parts are put together).

use std::process::ExitCode;

use clap::Parser as _;

mod args;
mod audit;
mod backup;
mod calendar;
mod cluster;
mod config;
mod demo;
mod graph;
mod graphql;
mod import;
mod invite;
mod jobs;
mod judge;
mod key;
mod mail;
mod matching;
mod metrics;
mod migrate;
mod need;
mod notice;
mod observe;
mod plan;
mod print;
mod serve;
mod simulate;
mod solve;
mod telemetry;
mod user;
mod wire;
mod work;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let done = config::Config::load(args.config.as_deref()).and_then(|config| {
        // `config check` is to name a fault that would keep logging from starting.
        if let args::Command::Config(command) = &args.command {
            return config::run(&config, command);
        }
        let serves = matches!(args.command, args::Command::Serve(_));
        let _sends_the_rest = telemetry::start(&config, serves)?;
        run(args.command, &config)
    });
    match done {
        Ok(code) => code,
        Err(error) => {
            print::error(&format!("lianmeng: {error:#}"));
            ExitCode::from(2)
        }
    }
}

fn run(command: args::Command, config: &config::Config) -> anyhow::Result<ExitCode> {
    use args::Command;
    match command {
        Command::Serve(args) => block_on(serve::run(config, args)),
        Command::Work(args) => block_on(work::run(config, args)),
        Command::Jobs(command) => block_on(jobs::run(config, command)),
        Command::Parts(command) => block_on(jobs::parts(config, command)),
        Command::Audit(command) => block_on(audit::run(config, command)),
        Command::Import(args) => block_on(import::run(config, args)),
        Command::Template(args) => import::template(&args.path),
        Command::Graph(args) => block_on(graph::run(config, args)),
        Command::Match(args) => matching::run(config, args),
        Command::Calendar(command) => block_on(calendar::run(config, command)),
        Command::Need(command) => need::run(&command),
        Command::Notice(command) => block_on(notice::run(config, command)),
        Command::Mail(command) => block_on(mail::run(config, command)),
        Command::Solve(args) => solve::run(args),
        Command::Demo(args) => block_on(demo::run(config, args)),
        Command::Plan(args) => block_on(plan::run(config, args)),
        Command::Rights => {
            print::text(&lianmeng_domain::rights::page::page());
            Ok(ExitCode::SUCCESS)
        }
        Command::Schema => {
            print::text(&lianmeng_api::schema::sdl());
            Ok(ExitCode::SUCCESS)
        }
        Command::Backup(args) => block_on(backup::run(config, args)),
        Command::Restore(args) => block_on(backup::restore(config, args)),
        Command::Migrate(command) => block_on(migrate::run(config, command)),
        Command::Config(command) => config::run(config, &command),
        Command::Invite(args) => block_on(invite::run(config, args)),
        Command::User(args) => block_on(user::run(config, args)),
        Command::Key(args) => block_on(key::run(config, args)),
    }
}

/// Bytes of stack of a worker, of which only what is used becomes resident: futures of the schema are
/// long, and without optimisation two MiB are too short for them.
const STACK: usize = 8 * 1024 * 1024;

/// Runs `work` on a runtime of its own.
fn block_on(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_stack_size(STACK)
        .build()?
        .block_on(work)
}
