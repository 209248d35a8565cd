//! The command line of `notice` and `mail`.
#![expect(clippy::doc_markdown, reason = "these comments are the help people read on a terminal")]

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum NoticeCommand {
    /// Print the mail that waits for somebody, as it would be sent now.
    Preview {
        /// Name of the account.
        #[arg(long, value_name = "NAME")]
        account: String,
    },
    /// List messages, newest first.
    Deliveries {
        /// Only in this state: waiting, sending, failed, sent, given_up or dropped.
        #[arg(long)]
        state: Option<String>,
        /// Most messages to list.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        limit: u32,
    },
    /// Let a message that was given up be tried from the beginning.
    Requeue {
        /// Which, as in delivery:01J…
        delivery: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum MailCommand {
    /// Send one mail and say what the server answered. Ends with 1 if it was refused.
    Test {
        /// To whom.
        to: String,
    },
}
