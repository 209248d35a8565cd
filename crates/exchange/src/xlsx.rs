//! XLSX workbooks.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError};
use lianmeng_domain::draft::Table;

use crate::rows::{self, RawRow};
use crate::{ReadError, limits};

/// The tables of a workbook, one for each visible sheet with text in it. Dates become `2026-03-01`,
/// yes and no `true` and `false`, formulas their stored results, errors stay as `#N/A`.
///
/// Cells are streamed; only the text that is kept lies in memory.
///
/// # Errors
///
/// [`ReadError::Workbook`] if it cannot be opened, [`ReadError::TooLarge`] above a limit,
/// [`ReadError::Empty`] if no sheet holds anything.
pub fn tables(file: &str, bytes: &[u8]) -> Result<Vec<Table>, ReadError> {
    let wrong = |reason: String| ReadError::Workbook { file: file.to_owned(), reason };
    check_unpacked(file, bytes)?;
    let mut book: Xlsx<_> =
        Xlsx::new(Cursor::new(bytes)).map_err(|error: XlsxError| wrong(error.to_string()))?;
    let names: Vec<String> = book
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    let mut tables = Vec::new();
    for name in names {
        let reader = match book.worksheet_cells_reader(&name) {
            Ok(reader) => reader,
            // A sheet that holds only a chart has no cells.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(wrong(format!("sheet {name}: {error}"))),
        };
        let mut cells = Cells { reader, pending: None, is_done: false };
        let mut rows = std::iter::from_fn(|| cells.row().transpose())
            .map(|row| row.map_err(|error| wrong(format!("sheet {name}: {error}"))));
        tables.extend(rows::table(file, Some(&name), &mut rows)?);
    }
    if tables.is_empty() { Err(ReadError::Empty(file.to_owned())) } else { Ok(tables) }
}

/// Refuses a workbook that unpacks to more than [`limits::UNPACKED_BYTES`]. The sizes written in the
/// archive may lie, so the parts are unpacked and counted.
fn check_unpacked(file: &str, bytes: &[u8]) -> Result<(), ReadError> {
    let wrong = |reason: String| ReadError::Workbook { file: file.to_owned(), reason };
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| wrong(error.to_string()))?;
    let mut left = limits::UNPACKED_BYTES;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|error| wrong(error.to_string()))?;
        let size = std::io::copy(&mut part.take(left + 1), &mut std::io::sink())
            .map_err(|error| wrong(error.to_string()))?;
        left = left.checked_sub(size).ok_or_else(|| ReadError::TooLarge {
            file: format!("{file} unpacked"),
            limit: limits::UNPACKED_BYTES,
            unit: "bytes",
        })?;
    }
    Ok(())
}

/// The cells of a sheet, gathered into rows.
struct Cells<'book, 'bytes> {
    reader: calamine::XlsxCellReader<'book, Cursor<&'bytes [u8]>>,
    /// First cell of the next row.
    pending: Option<(u32, u32, String)>,
    is_done: bool,
}

impl Cells<'_, '_> {
    /// The next row with a cell in it.
    fn row(&mut self) -> Result<Option<RawRow>, XlsxError> {
        let mut row: Option<RawRow> = None;
        while !self.is_done {
            let cell = match self.pending.take() {
                Some(cell) => Some(cell),
                None => self.reader.next_cell()?.map(|cell| {
                    let (line, column) = cell.get_position();
                    (line, column, text(cell.get_value()))
                }),
            };
            let Some((line, column, text)) = cell else {
                self.is_done = true;
                break;
            };
            let number = line.saturating_add(1);
            if row.as_ref().is_some_and(|row| row.number != number) {
                self.pending = Some((line, column, text));
                break;
            }
            let row = row.get_or_insert_with(|| RawRow { number, cells: Vec::new() });
            let Some(column) = usize::try_from(column).ok().filter(|&c| c < limits::COLUMNS) else {
                continue;
            };
            if row.cells.len() <= column {
                row.cells.resize(column + 1, String::new());
            }
            row.cells[column] = text;
        }
        Ok(row)
    }
}

/// A cell as text.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        // The shortest text that gives the number back, never with an exponent.
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            if (hour, minute, second) == (0, 0, 0) {
                date
            } else {
                format!("{date} {hour:02}:{minute:02}:{second:02}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

    use super::*;

    #[test]
    fn cells_of_every_type_become_text_and_empty_rows_keep_their_number() {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("企业").unwrap();
        for (column, header) in (0..).zip(["企业名称", "占比", "日期", "是", "代码"]) {
            sheet.write(1, column, header).unwrap();
        }
        sheet.write(3, 0, "甲").unwrap();
        sheet.write(3, 1, 0.35).unwrap();
        let date = ExcelDateTime::from_ymd(2026, 3, 1).unwrap();
        sheet.write_with_format(3, 2, &date, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
        sheet.write(3, 3, true).unwrap();
        sheet.write(3, 4, 9.13e17).unwrap();
        book.add_worksheet().set_name("空").unwrap();
        let bytes = book.save_to_buffer().unwrap();
        let tables = tables("a.xlsx", &bytes).unwrap();
        assert_eq!(tables.len(), 1);
        let cells: Vec<_> = (0..5).map(|column| tables[0].cell(0, column)).collect();
        assert_eq!(cells, ["甲", "0.35", "2026-03-01", "true", "913000000000000000"]);
        assert_eq!((tables[0].number(0), tables[0].sheet()), (4, Some("企业")));
    }

    #[test]
    fn a_workbook_without_anything_and_nonsense_are_refused() {
        let mut book = Workbook::new();
        book.add_worksheet();
        let bytes = book.save_to_buffer().unwrap();
        assert!(matches!(tables("a.xlsx", &bytes), Err(ReadError::Empty(_))));
        for bytes in [&b"nonsense"[..], &bytes[..bytes.len() / 2]] {
            assert!(matches!(tables("a.xlsx", bytes), Err(ReadError::Workbook { .. })));
        }
    }
}
