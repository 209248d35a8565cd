//! Workbooks of those to invite, and what became of their rows.

use std::collections::BTreeMap;
use std::path::Path;

use lianmeng_domain::draft::{Table, trim};
use lianmeng_domain::invitation::InvitationRow;
use lianmeng_domain::text;

use crate::headers::{is_skipped, key};
use crate::{ReadError, csv, read};

/// Most rows of a workbook.
pub const MOST: usize = 5_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Name,
    CreditCode,
    ContactName,
    Contact,
}

/// Headers that people write; several columns may hold contacts, the first that is filled in counts.
const WORDS: &[(Column, &[&str])] = &[
    (
        Column::Name,
        &[
            "企业名称",
            "单位名称",
            "名称",
            "公司名称",
            "机构名称",
            "企业全称",
            "公司全称",
            "成员单位",
            "name",
            "company",
            "company name",
            "enterprise",
            "enterprise name",
            "organisation",
        ],
    ),
    (
        Column::CreditCode,
        &[
            "统一社会信用代码",
            "信用代码",
            "社会信用代码",
            "credit code",
            "uscc",
            "unified social credit code",
        ],
    ),
    (
        Column::ContactName,
        &["联系人", "联系人姓名", "姓名", "负责人", "contact name", "contact person"],
    ),
    (
        Column::Contact,
        &[
            "联系方式",
            "联系电话",
            "联系人电话",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "邮箱",
            "电子邮箱",
            "电子邮件",
            "邮件",
            "contact",
            "phone",
            "mobile",
            "email",
            "e-mail",
        ],
    ),
];

fn column(header: &str) -> Option<Column> {
    let wanted = key(header);
    let fits = |words: &&(Column, &[&str])| words.1.iter().any(|word| key(word) == wanted);
    WORDS.iter().find(fits).map(|(column, _)| *column)
}

/// The rows of a workbook or CSV file: of its first sheet with a column for names or credit codes.
///
/// # Errors
///
/// [`ReadError`] if the file cannot be read, has no such column, or more than [`MOST`] rows.
pub fn path(path: &Path) -> Result<Vec<InvitationRow>, ReadError> {
    upload(&read::name(path), &read::bytes(path)?)
}

/// As [`path()`], from the bytes of an upload, whose name says what it is.
///
/// # Errors
///
/// As [`path()`].
pub fn upload(name: &str, bytes: &[u8]) -> Result<Vec<InvitationRow>, ReadError> {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let tables = read::file(name, bytes)?;
    let is_ours = |table: &&Table| {
        let found =
            |header: &String| matches!(column(header), Some(Column::Name | Column::CreditCode));
        !table.sheet().is_some_and(is_skipped) && table.headers().iter().any(found)
    };
    let table =
        tables.iter().find(is_ours).ok_or_else(|| ReadError::NothingKnown(name.to_owned()))?;
    if table.len() > MOST {
        let limit = u64::try_from(MOST).unwrap_or(u64::MAX);
        return Err(ReadError::TooLarge { file: name.to_owned(), limit, unit: "rows" });
    }
    Ok(rows(table))
}

fn rows(table: &Table) -> Vec<InvitationRow> {
    let columns: Vec<Option<Column>> = table.headers().iter().map(|h| column(h)).collect();
    let row = |at: usize| {
        let first = |wanted: Column| {
            let of = (0..).zip(&columns).filter(|(_, column)| **column == Some(wanted));
            let mut cells = of.map(|(place, _)| trim(table.cell(at, place)));
            cells.find(|cell| !cell.is_empty()).unwrap_or_default().to_owned()
        };
        InvitationRow {
            row: table.number(at),
            name: first(Column::Name),
            credit_code: first(Column::CreditCode),
            contact_name: first(Column::ContactName),
            contact: first(Column::Contact),
        }
    };
    (0..table.len()).map(row).collect()
}

/// What a row is known by from one run to the next: its credit code, else its name.
pub fn row_key(row: &InvitationRow) -> String {
    match row.credit_code.trim() {
        "" => text::normalise(&row.name),
        code => code.to_uppercase(),
    }
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The row.
    pub row: InvitationRow,
    /// A word for it, such as `made`.
    pub outcome: String,
    /// Wire id of the invitation; empty if there is none.
    pub invitation: String,
    /// The code; empty if it is not known.
    pub code: String,
    /// The link with the code; empty if it is not known.
    pub link: String,
    /// Why there is no invitation; empty if there is one.
    pub reason: String,
}

/// Headers of the file with the answers.
const HEADERS: [&str; 10] = [
    "row",
    "企业名称",
    "统一社会信用代码",
    "联系人",
    "联系方式",
    "outcome",
    "invitation",
    "code",
    "link",
    "reason",
];

/// The answers as the text of a CSV file that Excel opens as UTF-8.
pub fn csv(answers: &[Answer]) -> String {
    let mut text = "\u{feff}".to_owned();
    push(&mut text, &HEADERS);
    for answer in answers {
        let row = &answer.row;
        push(
            &mut text,
            &[
                &row.row.to_string(),
                &row.name,
                &row.credit_code,
                &row.contact_name,
                &row.contact,
                &answer.outcome,
                &answer.invitation,
                &answer.code,
                &answer.link,
                &answer.reason,
            ],
        );
    }
    text
}

fn push(text: &mut String, cells: &[&str]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push_str("\r\n");
}

/// The codes in a file with answers, by [`row_key`].
///
/// # Errors
///
/// [`ReadError`] if it is no such file.
pub fn codes(name: &str, bytes: &[u8]) -> Result<BTreeMap<String, String>, ReadError> {
    let table = csv::table(name, bytes)?;
    let place = |header: &str| table.headers().iter().position(|one| one == header);
    let Some(code) = place("code") else { return Err(ReadError::NothingKnown(name.to_owned())) };
    let known = rows(&table).into_iter().enumerate().filter_map(|(at, row)| {
        let code = table.cell(at, code);
        (!code.is_empty()).then(|| (row_key(&row), code.to_owned()))
    });
    Ok(known.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(
        row: u32,
        name: &str,
        credit_code: &str,
        contact_name: &str,
        contact: &str,
    ) -> InvitationRow {
        InvitationRow {
            row,
            name: name.to_owned(),
            credit_code: credit_code.to_owned(),
            contact_name: contact_name.to_owned(),
            contact: contact.to_owned(),
        }
    }

    #[test]
    fn columns_are_known_by_what_people_write_and_titles_are_passed_over() {
        let text = "邀请名单,,,,\n*企業名稱,统一社会信用代码（必填）,联系人,手机,邮箱\n甲, 91350100M000100Y43 ,王芳,,w@example.cn\n,,,,\n乙,,,13812345678,b@example.cn\n";
        let read = upload("C:\\名单.csv", text.as_bytes()).unwrap();
        let want = [
            row(3, "甲", "91350100M000100Y43", "王芳", "w@example.cn"),
            row(5, "乙", "", "", "13812345678"),
        ];
        assert_eq!(read, want);
        let english = "Company Name,USCC,Contact Person,Phone\nA,,B,12345\n";
        assert_eq!(upload("a.csv", english.as_bytes()).unwrap(), [row(2, "A", "", "B", "12345")]);
    }

    #[test]
    fn a_file_without_names_and_codes_is_refused() {
        let error = upload("a.csv", "联系人,电话\n王,1\n".as_bytes()).unwrap_err();
        assert!(matches!(error, ReadError::NothingKnown(_)), "{error}");
        let long = format!("名称\n{}", "甲\n".repeat(MOST + 1));
        let error = upload("a.csv", long.as_bytes()).unwrap_err();
        assert!(matches!(error, ReadError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn codes_are_found_again_in_what_was_written() {
        let answer = |row: InvitationRow, code: &str| Answer {
            row,
            outcome: "made".to_owned(),
            invitation: "invitation:01J".to_owned(),
            code: code.to_owned(),
            link: format!("/join?code={code}"),
            reason: "a \"reason\", with\nmarks".to_owned(),
        };
        let answers = [
            answer(row(2, "甲", "91350100m000100y43", "王,芳", "1"), "AAAA-BBBB-CCCC"),
            answer(row(3, "乙 ", "", "", ""), "DDDD-EEEE-FFFF"),
            answer(row(4, "丙", "", "", ""), ""),
        ];
        let text = csv(&answers);
        assert_eq!(text.lines().next().unwrap().chars().next(), Some('\u{feff}'));
        let found = codes("a.csv", text.as_bytes()).unwrap();
        let want = [("91350100M000100Y43", "AAAA-BBBB-CCCC"), ("乙", "DDDD-EEEE-FFFF")];
        assert_eq!(found, want.map(|(key, code)| (key.to_owned(), code.to_owned())).into());
        assert!(codes("a.csv", "x,y\n1,2\n".as_bytes()).is_err());
    }
}
