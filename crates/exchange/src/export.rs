//! Lists as files for people: what was asked for, as of when and by whom stands in the file itself.
//!
//! Cells are text. A spreadsheet must not take what somebody wrote into a title for a formula, so in
//! CSV such cells begin with an apostrophe; in a workbook they are typed as text.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::ReadError;

/// A list to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is a list of; at most 31 characters, as it names the worksheet.
    pub title: String,
    /// What was asked for, as of when, by whom: name and value.
    pub notes: Vec<(String, String)>,
    /// Names of the columns.
    pub header: Vec<String>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
}

/// Characters with which a spreadsheet takes a cell for a formula.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A cell that no spreadsheet takes for a formula.
pub fn harmless(cell: &str) -> String {
    if cell.trim_start_matches(' ').starts_with(FORMULA) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// The list as CSV in UTF-8, with the mark by which spreadsheets know it: title and notes, an empty
/// line, the header, the rows.
///
/// # Errors
///
/// [`ReadError::Write`] if the text cannot be made; `name` stands in the message.
pub fn csv(sheet: &Sheet, name: &str) -> Result<Vec<u8>, ReadError> {
    let failed = |reason: String| ReadError::Write { path: name.to_owned(), reason };
    let mut writer = ::csv::WriterBuilder::new()
        .flexible(true)
        .terminator(::csv::Terminator::CRLF)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    write(&mut writer, sheet).map_err(|error| failed(error.to_string()))?;
    writer.into_inner().map_err(|error| failed(error.to_string()))
}

fn write(writer: &mut ::csv::Writer<Vec<u8>>, sheet: &Sheet) -> Result<(), ::csv::Error> {
    writer.write_record([harmless(&sheet.title)])?;
    for (name, value) in &sheet.notes {
        writer.write_record([harmless(name), harmless(value)])?;
    }
    writer.write_record([""])?;
    for row in std::iter::once(&sheet.header).chain(&sheet.rows) {
        writer.write_record(row.iter().map(|cell| harmless(cell)))?;
    }
    Ok(())
}

/// The list as a workbook: the rows on one sheet, title and notes on another.
///
/// # Errors
///
/// [`ReadError::Write`] if the workbook cannot be made; `name` stands in the message.
pub fn xlsx(sheet: &Sheet, name: &str) -> Result<Vec<u8>, ReadError> {
    let failed =
        |error: XlsxError| ReadError::Write { path: name.to_owned(), reason: error.to_string() };
    book(sheet).map_err(failed)
}

fn book(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let bold = Format::new().set_bold();
    let mut book = Workbook::new();
    let list = book.add_worksheet().set_name(&sheet.title)?;
    for (column, name) in (0..).zip(&sheet.header) {
        list.write_string_with_format(0, column, name, &bold)?;
    }
    for (line, row) in (1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(row) {
            list.write_string(line, column, cell)?;
        }
    }
    list.set_freeze_panes(1, 0)?;
    let notes = book.add_worksheet().set_name("说明")?;
    for (line, (name, value)) in (0..).zip(&sheet.notes) {
        notes.write_string_with_format(line, 0, name, &bold)?;
        notes.write_string(line, 1, value)?;
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let row = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect();
        Sheet {
            title: "需求清单".to_owned(),
            notes: vec![("导出人".to_owned(), "account:1".to_owned())],
            header: row(&["编号", "标题"]),
            rows: vec![
                row(&["need:1", "=HYPERLINK(\"http://x\")"]),
                row(&["need:2", "招 \"三\" 人, 急"]),
                row(&["need:3", " @SUM(A1)"]),
                row(&["need:4", "3-5 人"]),
            ],
        }
    }

    #[test]
    fn a_csv_begins_with_the_mark_and_the_notes_and_holds_no_formula() {
        let bytes = csv(&sheet(), "needs.csv").unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let want = "\u{feff}需求清单\r\n导出人,account:1\r\n\"\"\r\n编号,标题\r\n\
                    need:1,\"'=HYPERLINK(\"\"http://x\"\")\"\r\n\
                    need:2,\"招 \"\"三\"\" 人, 急\"\r\nneed:3,' @SUM(A1)\r\nneed:4,3-5 人\r\n";
        assert_eq!(text, want);
    }

    #[test]
    fn every_beginning_of_a_formula_is_quoted_and_nothing_else() {
        for cell in ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "＝1"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        for cell in ["", "1", "a=b", "138****5678", "'=1", "需求"] {
            assert_eq!(harmless(cell), cell);
        }
    }

    #[test]
    fn a_workbook_is_read_back_with_formulas_as_text() {
        let bytes = xlsx(&sheet(), "needs.xlsx").unwrap();
        let tables = crate::xlsx::tables("needs.xlsx", &bytes);
        let text = format!("{tables:?}");
        assert!(text.contains("=HYPERLINK") && text.contains("3-5 人"), "{text}");
    }
}
