//! The only place that writes to the terminal.

use std::io::Write as _;

/// Writes `text` and a line break to standard output.
///
/// A reader that closed the pipe early (`| head`) is no failure.
pub(crate) fn text(text: &str) {
    let mut out = std::io::stdout().lock();
    let _closed_pipe = out
        .write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") });
}

/// Writes `text` and a line break to standard error.
pub(crate) fn error(text: &str) {
    let mut out = std::io::stderr().lock();
    let _closed_pipe = writeln!(out, "{text}");
}
