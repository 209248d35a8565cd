//! Drafts: what a file says before anybody decided whether it is true.
//!
//! The crate that knows file formats makes them, the use case `import` judges them. A draft is a row
//! of text with a place in a file; nothing in it is checked. Start reading at [`Drafts`].

mod field;
mod kind;
mod table;

use std::borrow::Cow;
use std::collections::HashMap;

pub use field::{Choice, Field, HAS_KIND, HAS_MATERIAL, LOCAL_SOE, choice, choices};
pub use kind::DraftKind;
pub use table::{Table, TableBuilder, TableFull};

/// Everything that was read from one workbook, folder or upload.
#[derive(Debug, Default)]
pub struct Drafts {
    /// The tables as they stand in the files, in the order read.
    pub tables: Vec<Table>,
    /// What of them is a kind we know, and where its fields are.
    pub sheets: Vec<Sheet>,
    /// What was noticed while reading.
    pub remarks: Vec<Remark>,
}

/// A table whose rows are drafts of one kind.
#[derive(Debug)]
pub struct Sheet {
    /// What its rows are.
    pub kind: DraftKind,
    /// Which of [`Drafts::tables`].
    pub table: usize,
    /// Where each field comes from; a field stands at most once.
    pub bindings: Vec<Binding>,
}

/// Where a field comes from.
#[derive(Debug)]
pub struct Binding {
    /// The field.
    pub field: Field,
    /// Its source.
    pub origin: Origin,
    /// Words of a foreign vocabulary and ours for them; everything else stays as it is.
    pub values: HashMap<String, String>,
}

/// The source of a field.
#[derive(Debug)]
pub enum Origin {
    /// A column, from 0.
    Column(usize),
    /// Several columns, joined with a hyphen.
    Joined(Vec<usize>),
    /// The same for every row.
    Constant(String),
}

/// A row of a sheet.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    sheet: &'a Sheet,
    table: &'a Table,
    row: usize,
}

/// A cell of a file, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Which of [`Drafts::tables`].
    pub table: usize,
    /// The row as the file counts it, the header usually being 1.
    pub row: u32,
    /// Header of the column; `None` when the whole row is meant.
    pub column: Option<String>,
}

/// Something noticed about a row or a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What kind of thing, a stable lower-case word such as `self_edge`.
    pub kind: &'static str,
    /// Where.
    pub spot: Spot,
    /// What stands there, cut to 80 characters.
    pub value: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to do about it; empty when nothing needs doing.
    pub hint: String,
    /// Whether the row was left out because of it.
    pub is_rejection: bool,
}

impl Drafts {
    /// The sheets of one kind with their tables, in the order read.
    pub fn of(&self, kind: DraftKind) -> impl Iterator<Item = (&Sheet, &Table)> {
        self.sheets
            .iter()
            .filter(move |sheet| sheet.kind == kind)
            .filter_map(|sheet| Some((sheet, self.tables.get(sheet.table)?)))
    }

    /// The rows of one kind, in the order read.
    pub fn rows(&self, kind: DraftKind) -> impl Iterator<Item = Draft<'_>> {
        self.of(kind)
            .flat_map(|(sheet, table)| (0..table.len()).map(move |row| Draft { sheet, table, row }))
    }

    /// How many rows there are, of every kind.
    pub fn len(&self) -> usize {
        self.sheets.iter().filter_map(|sheet| self.tables.get(sheet.table)).map(Table::len).sum()
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a> Draft<'a> {
    fn binding(&self, field: Field) -> Option<&'a Binding> {
        self.sheet.bindings.iter().find(|binding| binding.field == field)
    }

    /// What the row says about `field`, trimmed and in our vocabulary; empty when it says nothing.
    ///
    /// A cell with only a dash, a slash, `NULL` or `N/A` says nothing.
    pub fn get(&self, field: Field) -> Cow<'a, str> {
        let Some(binding) = self.binding(field) else { return Cow::Borrowed("") };
        let raw = self.raw(binding);
        if binding.values.is_empty() {
            return raw;
        }
        match binding.values.get(raw.as_ref()) {
            Some(ours) => Cow::Borrowed(ours.as_str()),
            None => raw,
        }
    }

    /// What stands in the file for `field`, before any translation.
    pub fn original(&self, field: Field) -> Cow<'a, str> {
        self.binding(field).map_or(Cow::Borrowed(""), |binding| self.raw(binding))
    }

    fn raw(&self, binding: &'a Binding) -> Cow<'a, str> {
        match &binding.origin {
            Origin::Column(column) => Cow::Borrowed(self.cell(*column)),
            Origin::Constant(text) => Cow::Borrowed(text),
            Origin::Joined(columns) => {
                let parts: Vec<_> = columns.iter().map(|column| self.cell(*column)).collect();
                Cow::Owned(parts.join("-"))
            }
        }
    }

    fn cell(&self, column: usize) -> &'a str {
        let text = trim(self.table.cell(self.row, column));
        if matches!(text, "-" | "--" | "—" | "——" | "/" | "NULL" | "N/A") { "" } else { text }
    }

    /// Where `field` of this row stands; the whole row if it has no column of its own.
    pub fn spot(&self, field: Field) -> Spot {
        let column = self.binding(field).and_then(|binding| match &binding.origin {
            Origin::Column(column) => self.table.headers().get(*column).cloned(),
            Origin::Joined(columns) => {
                columns.first().and_then(|column| self.table.headers().get(*column)).cloned()
            }
            Origin::Constant(_) => None,
        });
        Spot { table: self.sheet.table, row: self.number(), column }
    }

    /// The row's number in its file.
    pub fn number(&self) -> u32 {
        self.table.number(self.row)
    }

    /// Name of the file, and of the sheet where there is one.
    pub fn file(&self) -> &'a str {
        self.table.file()
    }
}

/// `text` without white space, byte order marks and zero-width characters at its ends.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drafts() -> Drafts {
        let headers = ["list", "seq", "名称", "性质"].map(str::to_owned).to_vec();
        let mut table = TableBuilder::new("a.csv".to_owned(), None, headers);
        table.push(2, ["sasac", "1", " 甲\u{3000}", "央企"].into_iter()).unwrap();
        table.push(3, ["sasac", "2", "-"].into_iter()).unwrap();
        let binding = |field, origin| Binding { field, origin, values: HashMap::new() };
        let mut ownership = binding(Field::Ownership, Origin::Column(3));
        ownership.values.insert("央企".to_owned(), "central_soe".to_owned());
        let bindings = vec![
            binding(Field::ExternalId, Origin::Joined(vec![0, 1])),
            binding(Field::Name, Origin::Column(2)),
            binding(Field::IsExample, Origin::Constant("true".to_owned())),
            ownership,
        ];
        let sheet = Sheet { kind: DraftKind::Enterprise, table: 0, bindings };
        Drafts { tables: vec![table.finish()], sheets: vec![sheet], remarks: Vec::new() }
    }

    #[test]
    fn a_row_speaks_through_its_bindings() {
        let drafts = drafts();
        let rows: Vec<Draft<'_>> = drafts.rows(DraftKind::Enterprise).collect();
        assert_eq!(rows[0].get(Field::ExternalId), "sasac-1");
        assert_eq!(rows[0].get(Field::Name), "甲");
        assert_eq!(rows[0].get(Field::Ownership), "central_soe");
        assert_eq!(rows[0].original(Field::Ownership), "央企");
        assert_eq!(rows[0].get(Field::IsExample), "true");
        assert_eq!(rows[0].get(Field::Parent), "");
        assert_eq!((rows[1].get(Field::Name).as_ref(), rows[1].number()), ("", 3));
        assert_eq!(
            rows[1].spot(Field::Name),
            Spot { table: 0, row: 3, column: Some("名称".to_owned()) }
        );
        assert_eq!(drafts.rows(DraftKind::Product).count(), 0);
    }
}
