//! The empty workbook: a sheet for each kind, explanations, drop-downs.

use lianmeng_domain::draft::{DraftKind, Field, choices};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, Formula, Note, Workbook, Worksheet,
    XlsxError,
};

use crate::ReadError;
use crate::headers::{label, note, sheet_name};

/// Name of the sheet with the explanations; the import passes over it.
pub const README: &str = "说明";
/// Name of the hidden sheet with the words of the drop-downs; the import passes over it.
pub const LISTS: &str = "选项";
/// Rows with drop-downs below each header.
const ROWS: u32 = 5_000;

/// The template as bytes of an XLSX workbook; `name` stands in messages.
///
/// One sheet for each kind with a header row, required columns starred, a note on each header,
/// drop-downs where the words are fixed. Filled in, it imports as it is.
///
/// # Errors
///
/// [`ReadError::Write`] if the workbook cannot be made.
pub fn workbook(name: &str) -> Result<Vec<u8>, ReadError> {
    build().map_err(|error| ReadError::Write { path: name.to_owned(), reason: error.to_string() })
}

fn build() -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    readme(book.add_worksheet().set_name(README)?)?;
    let lists = lists();
    for &kind in DraftKind::ALL {
        sheet(book.add_worksheet().set_name(sheet_name(kind))?, kind, &lists)?;
    }
    let sheet = book.add_worksheet().set_name(LISTS)?;
    for (column, (field, words)) in (0..).zip(&lists) {
        sheet.write_string(0, column, field.word())?;
        for (row, word) in (1..).zip(words) {
            sheet.write_string(row, column, *word)?;
        }
    }
    sheet.set_hidden(true);
    book.save_to_buffer()
}

/// The fields with fixed words, and how people write them.
fn lists() -> Vec<(Field, Vec<&'static str>)> {
    Field::ALL
        .iter()
        .map(|&field| {
            let words = choices(field).iter().filter_map(|(_, spellings)| spellings.first());
            (field, words.copied().collect::<Vec<_>>())
        })
        .filter(|(_, words)| !words.is_empty())
        .collect()
}

/// What each sheet and column is for.
fn readme(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let wrap = Format::new().set_text_wrap();
    let lines = [
        "链盟导入模板：每张表一类数据，只填需要的表，其余留空或删除。",
        "带 * 的列必填。空单元格不改动已有数据。重复导入同一份文件不会产生变化。",
        "企业以统一社会信用代码或外部编号识别，产品以产品编号识别；其他以外部编号或全称识别。",
        "先填被引用的（功能区、企业、单位、产品、产业链），再填引用它们的；可以都在同一份文件里。",
        "同名区县请注明城市，例如「南通市通州区」，或填六位区划代码。",
        "导入：lianmeng import 文件名；先试：lianmeng import 文件名 --dry-run",
    ];
    let mut row = 0;
    for line in lines {
        sheet.write_string(row, 0, line)?;
        row += 1;
    }
    row += 1;
    for (column, header) in (0..).zip(["表", "列", "必填", "说明", "可选值"]) {
        sheet.write_string_with_format(row, column, header, &bold)?;
    }
    for &kind in DraftKind::ALL {
        for &field in kind.fields() {
            row += 1;
            sheet.write_string(row, 0, sheet_name(kind))?;
            sheet.write_string(row, 1, label(kind, field))?;
            let is_required = kind.required().contains(&field);
            sheet.write_string(row, 2, if is_required { "是" } else { "" })?;
            sheet.write_string_with_format(row, 3, note(field), &wrap)?;
            let words: Vec<_> =
                choices(field).iter().filter_map(|(_, words)| words.first()).copied().collect();
            sheet.write_string_with_format(row, 4, words.join("、"), &wrap)?;
        }
    }
    sheet.set_column_width(0, 16)?.set_column_width(1, 20)?;
    sheet.set_column_width(3, 60)?.set_column_width(4, 50)?;
    Ok(())
}

fn sheet(
    sheet: &mut Worksheet,
    kind: DraftKind,
    lists: &[(Field, Vec<&'static str>)],
) -> Result<(), XlsxError> {
    let head = Format::new().set_bold().set_background_color(Color::RGB(0x00DD_EBF7));
    // As text, so that a credit code of digits does not become a number.
    let text = Format::new().set_num_format("@");
    for (column, &field) in (0..).zip(kind.fields()) {
        let is_required = kind.required().contains(&field);
        let star = if is_required { "*" } else { "" };
        let label = format!("{}{star}", label(kind, field));
        sheet.write_string_with_format(0, column, label, &head)?;
        sheet.set_column_width(column, 18)?;
        sheet.set_column_format(column, &text)?;
        let note = note(field);
        if !note.is_empty() {
            sheet.insert_note(0, column, &Note::new(note))?;
        }
        let list = (0_u32..).zip(lists).find(|(_, (listed, _))| *listed == field);
        if let Some((at, (_, words))) = list {
            let validation = drop_down(at, words.len(), field)?;
            sheet.add_data_validation(1, column, ROWS, column, &validation)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

/// A drop-down with the words in column number `at` of the hidden sheet.
fn drop_down(at: u32, count: usize, field: Field) -> Result<DataValidation, XlsxError> {
    let column = column_letters(at);
    let list = Formula::new(format!("='{LISTS}'!${column}$2:${column}${}", count + 1));
    let validation = DataValidation::new()
        .allow_list_formula(list)
        .set_error_title("不在可选值中")?
        .set_error_message("请从下拉列表中选择")?;
    // Marks of quality may be several in one cell, so another text is only warned about.
    Ok(if field == Field::Tiers {
        validation.set_error_style(DataValidationErrorStyle::Information)
    } else {
        validation
    })
}

/// The name of a column: 0 is A, 26 is AA.
fn column_letters(mut at: u32) -> String {
    let mut letters = Vec::new();
    loop {
        letters.push(char::from_digit(at % 26 + 10, 36).unwrap_or('A').to_ascii_uppercase());
        if at < 26 {
            break;
        }
        at = at / 26 - 1;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        for (at, want) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA")] {
            assert_eq!(column_letters(at), want);
        }
    }

    #[test]
    fn every_sheet_of_the_template_is_recognised_with_all_its_columns() {
        let bytes = workbook("template.xlsx").unwrap();
        let drafts = read::upload("template.xlsx", &bytes, None).unwrap();
        let kinds: Vec<_> = drafts.sheets.iter().map(|sheet| sheet.kind).collect();
        assert_eq!(kinds, DraftKind::ALL);
        for sheet in &drafts.sheets {
            let fields: Vec<_> = sheet.bindings.iter().map(|binding| binding.field).collect();
            assert_eq!(fields, sheet.kind.fields(), "{}", sheet.kind);
        }
        assert_eq!(drafts.remarks, []);
        assert!(drafts.is_empty());
    }
}
