//! Rows as bytes, and bytes as digests.

use sha2::{Digest as _, Sha256};

use super::read::row as reads;
use super::row;

/// Characters of a leaf: 128 bits, enough against a second row of the same leaf.
pub(crate) const WIDTH: usize = 32;

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ok = write!(hex, "{byte:02x}");
        hex
    })
}

/// The digest of fields, each with its length, so that no two rows give the same bytes.
pub(crate) fn sum(kind: &str, fields: &[Option<&str>]) -> String {
    let mut sum = Sha256::new();
    sum.update(kind);
    for field in fields {
        match field {
            Some(text) => {
                sum.update(format!(";{}:", text.len()));
                sum.update(text);
            }
            None => sum.update(";-"),
        }
    }
    hex(&sum.finalize())
}

fn leaf(kind: &str, fields: &[Option<&str>]) -> String {
    let mut leaf = sum(kind, fields);
    leaf.truncate(WIDTH);
    leaf
}

/// The leaf of a change.
pub(crate) fn of_change(row: &row::Model) -> String {
    let (at, seq) =
        (row.at.timestamp_micros().to_string(), row.seq.unwrap_or_default().to_string());
    let touches = if row.touches_graph { "graph" } else { "" };
    leaf(
        "change",
        &[
            Some(&row.id),
            Some(&at),
            Some(&seq),
            Some(&row.subject),
            Some(&row.role),
            Some(&row.action),
            Some(&row.thing),
            Some(touches),
            row.body.as_deref(),
            row.digest.as_deref(),
        ],
    )
}

/// The leaf of a read.
pub(crate) fn of_read(row: &reads::Model) -> String {
    let (at, seq) = (row.at.timestamp_micros().to_string(), row.seq.to_string());
    leaf(
        "read",
        &[
            Some(&row.id),
            Some(&at),
            Some(&seq),
            Some(&row.subject),
            Some(&row.role),
            row.body.as_deref(),
            Some(&row.things),
            Some(&row.digest),
        ],
    )
}
