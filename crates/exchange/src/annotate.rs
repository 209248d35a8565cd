//! A copy of what was imported, with the reasons beside the rows and the wrong cells marked.

use std::collections::BTreeMap;

use lianmeng_domain::draft::{Drafts, Remark, Table};
use rust_xlsxwriter::{Color, Format, Note, Workbook, Worksheet, XlsxError};

use crate::{ReadError, limits};

/// Header of the column that is added on the right.
pub const REASONS: &str = "导入问题";

/// A workbook with every table of `drafts` as it stands in the files, each row under its old number,
/// the remarks of each row in a column of their own on the right, and the cells they mean marked:
/// red where the row was left out, yellow where it stayed. `name` stands in messages.
///
/// Cells are written as text; formulas and formats of the original are not kept. Rows that were
/// empty, or stood above the header, are empty.
///
/// # Errors
///
/// [`ReadError::Write`] if the workbook cannot be made.
pub fn workbook(name: &str, drafts: &Drafts, remarks: &[Remark]) -> Result<Vec<u8>, ReadError> {
    let wrong =
        |error: XlsxError| ReadError::Write { path: name.to_owned(), reason: error.to_string() };
    let mut by_table: BTreeMap<usize, Vec<&Remark>> = BTreeMap::new();
    for remark in remarks {
        by_table.entry(remark.spot.table).or_default().push(remark);
    }
    let mut book = Workbook::new();
    let mut names = Vec::new();
    for (at, table) in drafts.tables.iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(table, &mut names)).map_err(wrong)?;
        let remarks = by_table.remove(&at).unwrap_or_default();
        write(sheet, table, &remarks).map_err(wrong)?;
    }
    book.save_to_buffer().map_err(wrong)
}

/// A name Excel allows: at most 31 characters, none of `[]:*?/\`, no name twice.
fn sheet_name(table: &Table, taken: &mut Vec<String>) -> String {
    let stem = table.file().rsplit_once('.').map_or(table.file(), |(stem, _)| stem);
    let base: String = table
        .sheet()
        .unwrap_or(stem)
        .chars()
        .filter(|c| !"[]:*?/\\'".contains(*c))
        .take(27)
        .collect();
    let base = if base.is_empty() { "表".to_owned() } else { base };
    let is_free = |name: &String| !taken.iter().any(|held| held.eq_ignore_ascii_case(name));
    // One of the first names is free, because fewer are taken.
    let mut names = std::iter::once(base.clone())
        .chain((2..taken.len() + 2).map(|number| format!("{base}-{number}")));
    let name = names.find(is_free).unwrap_or(base);
    taken.push(name.clone());
    name
}

/// What is said about a row: the texts, and for each column whether it has the row left out.
#[derive(Default)]
struct Marks {
    texts: Vec<String>,
    columns: BTreeMap<usize, (bool, String)>,
}

fn marks(table: &Table, remarks: &[&Remark]) -> BTreeMap<u32, Marks> {
    let mut rows: BTreeMap<u32, Marks> = BTreeMap::new();
    for remark in remarks {
        let marks = rows.entry(remark.spot.row).or_default();
        let place = remark.spot.column.as_ref().map(|column| format!("[{column}] "));
        let mut text = place.unwrap_or_default() + &remark.reason;
        if !remark.hint.is_empty() {
            text.push_str("; ");
            text.push_str(&remark.hint);
        }
        let column = remark
            .spot
            .column
            .as_ref()
            .and_then(|column| table.headers().iter().position(|header| header == column));
        if let Some(column) = column {
            let mark = marks.columns.entry(column).or_default();
            mark.0 |= remark.is_rejection;
            mark.1.push_str(&text);
        }
        marks.texts.push(text);
    }
    rows
}

fn write(sheet: &mut Worksheet, table: &Table, remarks: &[&Remark]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let refused = Format::new().set_background_color(Color::RGB(0x00FF_C7CE));
    let noted = Format::new().set_background_color(Color::RGB(0x00FF_EB9C));
    let marks = marks(table, remarks);
    // Rows of a workbook keep their numbers; the header stands above the first row at the latest.
    let header = table.number(0).saturating_sub(2);
    let width = column(table.headers().len());
    for (at, text) in table.headers().iter().enumerate() {
        sheet.write_string_with_format(header, column(at), shown(text), &bold)?;
    }
    sheet.write_string_with_format(header, width, REASONS, &bold)?;
    sheet.set_column_width(width, 60)?;
    sheet.set_freeze_panes(header.saturating_add(1), 0)?;
    // Remarks about the whole sheet stand beside its header.
    if let Some(marks) = marks.get(&1).filter(|_| table.number(0) != 1) {
        sheet.write_string(header, width.saturating_add(1), shown(&marks.texts.join("\n")))?;
    }
    for row in 0..table.len() {
        let number = table.number(row);
        let line = number.saturating_sub(1);
        let marks = marks.get(&number);
        for at in 0..table.headers().len() {
            let text = shown(table.cell(row, at));
            match marks.and_then(|marks| marks.columns.get(&at)) {
                Some((is_refused, note)) => {
                    let format = if *is_refused { &refused } else { &noted };
                    sheet.write_string_with_format(line, column(at), text, format)?;
                    sheet.insert_note(line, column(at), &Note::new(shown(note)))?;
                }
                None if text.is_empty() => {}
                None => {
                    sheet.write_string(line, column(at), text)?;
                }
            }
        }
        if let Some(marks) = marks {
            sheet.write_string(line, width, shown(&marks.texts.join("\n")))?;
        }
    }
    Ok(())
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// At most as much as a cell of a spreadsheet holds.
fn shown(text: &str) -> String {
    text.chars().take(limits::CELL_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::draft::Spot;

    use super::*;
    use crate::{csv, xlsx};

    #[test]
    fn the_copy_has_the_same_rows_and_the_reasons_beside_them() {
        let table = csv::table("企业.csv", "名称,代码\n甲,1\n\n乙,2\n".as_bytes()).unwrap();
        let drafts = Drafts { tables: vec![table], ..Drafts::default() };
        let remark = |row, column: Option<&str>, is_rejection| Remark {
            kind: "x",
            spot: Spot { table: 0, row, column: column.map(str::to_owned) },
            value: String::new(),
            reason: "wrong".to_owned(),
            hint: "mend it".to_owned(),
            is_rejection,
        };
        let remarks = [remark(4, Some("代码"), true), remark(4, None, false)];
        let bytes = workbook("a", &drafts, &remarks).unwrap();
        let tables = xlsx::tables("copy.xlsx", &bytes).unwrap();
        assert_eq!(tables[0].sheet(), Some("企业"));
        assert_eq!(tables[0].headers(), ["名称", "代码", REASONS]);
        assert_eq!([tables[0].number(0), tables[0].number(1)], [2, 4]);
        assert_eq!(tables[0].cell(0, 2), "");
        assert_eq!(tables[0].cell(1, 2), "[代码] wrong; mend it\nwrong; mend it");
    }

    #[test]
    fn sheets_get_names_a_spreadsheet_allows() {
        let long = "很长的文件名".repeat(9);
        let mut taken = Vec::new();
        for (file, want) in [("a[1].csv", "a1"), ("A1.csv", "A1-2"), ("?.csv", "表")] {
            let table = csv::table(file, b"x\n1\n").unwrap();
            assert_eq!(sheet_name(&table, &mut taken), want);
        }
        let table = csv::table(&long, b"x\n1\n").unwrap();
        assert_eq!(sheet_name(&table, &mut taken).chars().count(), 27);
    }
}
