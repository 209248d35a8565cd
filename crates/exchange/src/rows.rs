//! From rows of cells to a table: which row is the header, and the limits.

use lianmeng_domain::draft::{Table, TableBuilder};

use crate::{ReadError, headers, limits};

/// A row as a reader gives it: its number in the file and its cells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct RawRow {
    pub(crate) number: u32,
    pub(crate) cells: Vec<String>,
}

/// Longest header that is kept, in characters.
const HEADER_CHARS: usize = 200;
/// How many rows may stand above the header: titles, remarks.
const ROWS_ABOVE: usize = 10;

/// Makes a table out of `rows`; `None` if there is no row with text in it.
pub(crate) fn table(
    file: &str,
    sheet: Option<&str>,
    rows: &mut dyn Iterator<Item = Result<RawRow, ReadError>>,
) -> Result<Option<Table>, ReadError> {
    let mut first = Vec::new();
    for row in &mut *rows {
        let row = row?;
        if row.cells.iter().any(|cell| !cell.trim().is_empty()) {
            first.push(row);
        }
        if first.len() == ROWS_ABOVE {
            break;
        }
    }
    let Some(at) = header(&first) else { return Ok(None) };
    let mut body = first.split_off(at);
    let mut headers = std::mem::take(&mut body[0].cells);
    while headers.last().is_some_and(|header| header.trim().is_empty()) {
        headers.pop();
    }
    for header in &mut headers {
        *header = header.chars().take(HEADER_CHARS).collect();
    }
    let mut builder = TableBuilder::new(file.to_owned(), sheet.map(str::to_owned), headers);
    let mut count = 0;
    for row in body.into_iter().skip(1).map(Ok).chain(rows) {
        let row = row?;
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        count += 1;
        if count > limits::ROWS {
            return Err(too_large(file, sheet, limits::ROWS, "rows"));
        }
        let pushed = builder.push(row.number, row.cells.iter().map(|cell| cut(cell)));
        if pushed.is_err() || builder.bytes() > limits::TEXT_BYTES {
            return Err(too_large(file, sheet, limits::TEXT_BYTES, "bytes of text"));
        }
    }
    Ok(Some(builder.finish()))
}

fn too_large(file: &str, sheet: Option<&str>, limit: usize, unit: &'static str) -> ReadError {
    let file = sheet.map_or_else(|| file.to_owned(), |sheet| format!("{file}, sheet {sheet}"));
    ReadError::TooLarge { file, limit: u64::try_from(limit).unwrap_or(u64::MAX), unit }
}

/// Which of the first rows is the header: the one with most headers we know, else the first.
fn header(rows: &[RawRow]) -> Option<usize> {
    let known = |row: &RawRow| row.cells.iter().filter(|cell| headers::is_known(cell)).count();
    let best = (0..rows.len()).max_by_key(|&at| (known(&rows[at]), std::cmp::Reverse(at)))?;
    // One known word may stand in any title; the header has at least two, or is the first row.
    Some(if known(&rows[best]) >= 2 { best } else { 0 })
}

/// `cell`, cut one character above the limit so that the judge can tell.
fn cut(cell: &str) -> &str {
    if cell.len() <= limits::CELL_CHARS {
        return cell;
    }
    let end = cell.char_indices().nth(limits::CELL_CHARS + 1).map_or(cell.len(), |(at, _)| at);
    &cell[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<Result<RawRow, ReadError>> {
        (1..)
            .zip(lines)
            .map(|(number, line)| {
                Ok(RawRow { number, cells: line.split(',').map(str::to_owned).collect() })
            })
            .collect()
    }

    #[test]
    fn titles_above_the_header_and_empty_rows_are_passed_over() {
        let lines =
            ["通州区企业名单,,", ",,", "企业名称,统一社会信用代码,", "甲,1,x", ",,", "乙,2,"];
        let table = table("a", None, &mut rows(&lines).into_iter()).unwrap().unwrap();
        assert_eq!(table.headers(), ["企业名称", "统一社会信用代码"]);
        assert_eq!([table.number(0), table.number(1)], [4, 6]);
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn without_known_headers_the_first_row_is_the_header() {
        let table = table("a", None, &mut rows(&["p,q", "1,2"]).into_iter()).unwrap().unwrap();
        assert_eq!(table.headers(), ["p", "q"]);
        assert_eq!(super::table("a", None, &mut rows(&["", ","]).into_iter()).unwrap(), None);
    }

    #[test]
    fn a_cell_is_cut_one_above_the_limit() {
        let long = "长".repeat(limits::CELL_CHARS + 9);
        assert_eq!(cut(&long).chars().count(), limits::CELL_CHARS + 1);
        assert_eq!(cut("短"), "短");
    }
}
