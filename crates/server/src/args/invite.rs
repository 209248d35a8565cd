//! The command line of `invite`.
#![expect(clippy::doc_markdown, reason = "these comments are the help people read on a terminal")]

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct InviteArgs {
    /// Workbook (.xlsx) or CSV file with columns for name, credit code, contact name, and phone or
    /// e-mail.
    pub(crate) file: PathBuf,
    /// Committee in whose name to invite, as in committee:01J…; its secretary then sees, renews and
    /// withdraws the invitations. Without one they are the coordinator's own.
    #[arg(long, value_name = "ID")]
    pub(crate) committee: Option<String>,
    /// CSV file to write: each row with its outcome, code, link and reason. If it exists, the codes
    /// in it stay.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Days the invitations stay open, 1 to 90.
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u32,
    /// Folder to write the links to as QR codes, an SVG image each, named by row and name. Needs
    /// auth.public_url.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) qr: Option<PathBuf>,
    /// Give those invited before, whose codes are not in the file, new codes; the old ones open
    /// nothing any more.
    #[arg(long)]
    pub(crate) renew: bool,
}
