//! CSV files.

use lianmeng_domain::draft::Table;

use crate::rows::{self, RawRow};
use crate::{ReadError, decode, limits};

/// The table in the bytes of a CSV file; the separator may be a comma, a semicolon or a tab.
///
/// # Errors
///
/// [`ReadError::Empty`], [`ReadError::TooLarge`], [`ReadError::Encoding`] or [`ReadError::Csv`].
pub fn table(file: &str, bytes: &[u8]) -> Result<Table, ReadError> {
    ReadError::check_size(file, u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
    let mut text = decode::text(file, bytes)?;
    if text.contains('\r') {
        // The reader counts a line too few after `\r\n`.
        text = text.replace("\r\n", "\n").into();
    }
    let mut reader = ::csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let mut rows = std::iter::from_fn(|| {
        let record = records.next()?;
        Some(record.map_err(|e| error(file, &e)).map(|record| RawRow {
            number: line(&text, record.position()),
            cells: record.iter().take(limits::COLUMNS).map(str::to_owned).collect(),
        }))
    });
    rows::table(file, None, &mut rows)?.ok_or_else(|| ReadError::Empty(file.to_owned()))
}

/// The line a record starts in. The reader gives the one where it went on reading, which may be
/// empty lines above.
fn line(text: &str, position: Option<&::csv::Position>) -> u32 {
    let Some(position) = position else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let empty = rest.iter().take_while(|&&byte| byte == b'\n').count();
    let line = u32::try_from(position.line()).unwrap_or(u32::MAX);
    line.saturating_add(u32::try_from(empty).unwrap_or(0))
}

fn error(file: &str, error: &::csv::Error) -> ReadError {
    let line = error.position().map_or(0, ::csv::Position::line);
    ReadError::Csv { file: file.to_owned(), line, reason: error.to_string() }
}

/// The separator: what stands most often in the first line.
fn separator(text: &str) -> u8 {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |c: u8| line.bytes().filter(|&b| b == c).count();
    let mut best = b',';
    for other in [b';', b'\t'] {
        if count(other) > count(best) {
            best = other;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_may_hold_separators_and_line_breaks_and_the_row_keeps_its_line() {
        for text in ["名称,x\n\"甲,\n乙\",1\n\n丙,2\n", "名称;x\r\n\"甲,\n乙\";1\r\n\r\n丙;2"]
        {
            let table = table("a.csv", text.as_bytes()).unwrap();
            assert_eq!(table.cell(0, 0), "甲,\n乙");
            assert_eq!(table.cell(1, 0), "丙");
            assert_eq!([table.number(0), table.number(1)], [2, 5]);
        }
    }

    #[test]
    fn an_empty_file_is_refused() {
        for bytes in [&b""[..], b"\n\n", b"\xef\xbb\xbf"] {
            let error = table("a.csv", bytes).unwrap_err().to_string();
            assert_eq!(error, "a.csv is empty; expected a header row and rows below it");
        }
    }
}
