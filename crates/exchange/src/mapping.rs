//! Mapping files: foreign layouts described in TOML, a few of them shipped.
//!
//! ```toml
//! name = "a-share-chain"
//!
//! [[sheets]]
//! file = "companies.csv"            # name of the file, or of the sheet in a workbook
//! kind = "enterprises"
//! ignore = ["board"]                # columns that are left out on purpose
//! [sheets.columns]
//! external_id = "id"                # field = column, or columns to be joined with a hyphen
//! [sheets.constants]
//! industry_scheme = "shenwan_2021"  # the same for every row
//! [sheets.values.ownership]
//! "大学" = "other"                   # a word there = our word, or "" for unknown
//!
//! [[skip]]
//! file = "fund_transfers.csv"       # a whole file that is left out on purpose
//!
//! [[rows]]
//! kind = "enterprises"              # a row that the files lack and others refer to
//! values = { external_id = "x", name = "示例", is_example = "true" }
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap};

use lianmeng_domain::draft::{Binding, DraftKind, Field, Origin, Sheet, Table, TableBuilder};
use serde::Deserialize;

use crate::ReadError;

/// A foreign layout.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// Its name, for messages.
    pub name: String,
    #[serde(default)]
    sheets: Vec<SheetMapping>,
    #[serde(default)]
    skip: Vec<Skip>,
    #[serde(default)]
    rows: Vec<ExtraRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SheetMapping {
    file: String,
    kind: String,
    columns: BTreeMap<String, Columns>,
    #[serde(default)]
    constants: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, BTreeMap<String, String>>,
    #[serde(default)]
    ignore: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Columns {
    One(String),
    Joined(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Skip {
    file: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtraRow {
    kind: String,
    values: BTreeMap<String, String>,
}

/// What a mapping makes of a table.
#[derive(Debug)]
pub(crate) enum Match {
    /// Its rows are drafts.
    Sheet(Sheet),
    /// It is left out on purpose.
    Skipped,
    /// The mapping does not know it.
    Unknown,
}

/// The mappings that come with the program, for the layouts of known public data sets.
const SHIPPED: &[(&str, &str)] = &[
    ("a-share-chain", include_str!("../../../mappings/a-share-chain.toml")),
    ("kag-supplychain", include_str!("../../../mappings/kag-supplychain.toml")),
    ("needs-offers", include_str!("../../../mappings/needs-offers.toml")),
    ("codes", include_str!("../../../mappings/codes.toml")),
];

impl Mapping {
    /// Reads a mapping file; `name` stands in messages.
    ///
    /// # Errors
    ///
    /// [`ReadError::Mapping`] if it is no TOML, or names a kind or field that does not exist.
    pub fn parse(name: &str, text: &str) -> Result<Self, ReadError> {
        let wrong = |reason: String| ReadError::Mapping { name: name.to_owned(), reason };
        let mapping: Self = toml::from_str(text).map_err(|error| wrong(error.to_string()))?;
        for row in &mapping.rows {
            let kind = kind_of(&row.kind).map_err(wrong)?;
            for field in row.values.keys() {
                field_of(kind, field).map_err(wrong)?;
            }
        }
        for sheet in &mapping.sheets {
            let kind = sheet.draft_kind().map_err(wrong)?;
            let fields =
                sheet.columns.keys().chain(sheet.constants.keys()).chain(sheet.values.keys());
            for field in fields {
                field_of(kind, field).map_err(wrong)?;
            }
        }
        Ok(mapping)
    }

    /// What this mapping makes of table number `at`.
    ///
    /// # Errors
    ///
    /// [`ReadError::Mapping`] if the table lacks a column the mapping names.
    pub(crate) fn apply(&self, at: usize, table: &Table) -> Result<Match, ReadError> {
        if self.skip.iter().any(|skip| is_called(table, &skip.file)) {
            return Ok(Match::Skipped);
        }
        let Some(sheet) = self.sheets.iter().find(|sheet| is_called(table, &sheet.file)) else {
            return Ok(Match::Unknown);
        };
        let wrong = |reason| ReadError::Mapping { name: self.name.clone(), reason };
        let bindings = sheet.bindings(table).map_err(wrong)?;
        let kind = sheet.draft_kind().map_err(wrong)?;
        Ok(Match::Sheet(Sheet { kind, table: at, bindings }))
    }

    /// The rows the mapping adds, each as a table of its own with its sheet; the first table gets the
    /// number `at`.
    ///
    /// # Errors
    ///
    /// [`ReadError::Mapping`] if a row names a kind or field that does not exist.
    pub(crate) fn rows(&self, at: usize) -> Result<Vec<(Table, Sheet)>, ReadError> {
        let wrong = |reason| ReadError::Mapping { name: self.name.clone(), reason };
        let file = format!("mapping {}", self.name);
        (at..)
            .zip(&self.rows)
            .map(|(at, row)| {
                let kind = kind_of(&row.kind).map_err(wrong)?;
                let headers = row.values.keys().cloned().collect();
                let mut table = TableBuilder::new(file.clone(), None, headers);
                let pushed = table.push(1, row.values.values().map(String::as_str));
                pushed.map_err(|error| wrong(error.to_string()))?;
                let bindings = (0..)
                    .zip(row.values.keys())
                    .map(|(column, word)| {
                        let (origin, values) = (Origin::Column(column), HashMap::new());
                        Ok(Binding { field: field_of(kind, word).map_err(wrong)?, origin, values })
                    })
                    .collect::<Result<_, ReadError>>()?;
                Ok((table.finish(), Sheet { kind, table: at, bindings }))
            })
            .collect()
    }

    /// How many of `tables` are exactly as this mapping describes them: name and set of headers.
    fn fits(&self, tables: &[Table]) -> usize {
        tables
            .iter()
            .filter(|table| {
                self.sheets.iter().any(|sheet| {
                    is_called(table, &sheet.file)
                        && sheet.headers() == table.headers().iter().map(String::as_str).collect()
                })
            })
            .count()
    }
}

/// The shipped mapping that describes most of `tables`, if any describes one.
///
/// # Errors
///
/// [`ReadError::Mapping`] if a shipped mapping is wrong, which a test rules out.
pub(crate) fn recognise(tables: &[Table]) -> Result<Option<Mapping>, ReadError> {
    let mut best = None;
    let mut most = 0;
    for (name, text) in SHIPPED {
        let mapping = Mapping::parse(name, text)?;
        let fits = mapping.fits(tables);
        if fits > most {
            most = fits;
            best = Some(mapping);
        }
    }
    Ok(best)
}

/// Whether `table` is a file or a sheet of this name.
fn is_called(table: &Table, name: &str) -> bool {
    table.file().eq_ignore_ascii_case(name) || table.sheet() == Some(name)
}

fn field_of(kind: DraftKind, word: &str) -> Result<Field, String> {
    Field::from_word(word).filter(|field| kind.fields().contains(field)).ok_or_else(|| {
        let fields: Vec<_> = kind.fields().iter().map(|field| field.word()).collect();
        format!("{kind} has no field {word:?}; it has {}", fields.join(", "))
    })
}

fn kind_of(word: &str) -> Result<DraftKind, String> {
    DraftKind::from_word(word).ok_or_else(|| {
        let kinds: Vec<_> = DraftKind::ALL.iter().map(|kind| kind.word()).collect();
        format!("there is no kind {word:?}; the kinds are {}", kinds.join(", "))
    })
}

impl SheetMapping {
    fn draft_kind(&self) -> Result<DraftKind, String> {
        kind_of(&self.kind)
    }

    /// Every header the mapping speaks of.
    fn headers(&self) -> BTreeSet<&str> {
        let mapped = self.columns.values().flat_map(|columns| match columns {
            Columns::One(column) => std::slice::from_ref(column),
            Columns::Joined(columns) => columns.as_slice(),
        });
        mapped.chain(&self.ignore).map(String::as_str).collect()
    }

    fn bindings(&self, table: &Table) -> Result<Vec<Binding>, String> {
        let kind = self.draft_kind()?;
        let column = |header: &String| {
            table.headers().iter().position(|found| found.trim() == header).ok_or_else(|| {
                let found = table.headers().join(", ");
                format!("{} has no column {header:?}; it has {found}", table.file())
            })
        };
        let mut bindings = Vec::new();
        for (word, columns) in &self.columns {
            let origin = match columns {
                Columns::One(header) => Origin::Column(column(header)?),
                Columns::Joined(headers) => {
                    Origin::Joined(headers.iter().map(column).collect::<Result<_, _>>()?)
                }
            };
            bindings.push(self.binding(kind, word, origin)?);
        }
        for (word, text) in &self.constants {
            bindings.push(self.binding(kind, word, Origin::Constant(text.clone()))?);
        }
        Ok(bindings)
    }

    fn binding(&self, kind: DraftKind, word: &str, origin: Origin) -> Result<Binding, String> {
        let values = self.values.get(word).cloned().unwrap_or_default();
        Ok(Binding { field: field_of(kind, word)?, origin, values: values.into_iter().collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_mappings_are_right_and_differ_in_what_they_recognise() {
        for (name, text) in SHIPPED {
            assert_eq!(Mapping::parse(name, text).unwrap().name, *name);
        }
    }

    #[test]
    fn a_mapping_with_a_wrong_word_names_the_right_ones() {
        let reason = |text: &str| Mapping::parse("m", text).unwrap_err().to_string();
        let kind = reason("name='m'\n[[sheets]]\nfile='a'\nkind='firms'\ncolumns={}\n");
        assert!(kind.contains("there is no kind \"firms\"; the kinds are zones, "), "{kind}");
        let field =
            reason("name='m'\n[[sheets]]\nfile='a'\nkind='products'\ncolumns={share='x'}\n");
        assert_eq!(field, "mapping m: products has no field \"share\"; it has external_id, name");
        assert!(reason("name=").contains("mapping m: "));
    }

    #[test]
    fn a_table_without_a_mapped_column_is_an_error_that_lists_what_is_there() {
        let text = "name='m'\n[[sheets]]\nfile='a.csv'\nkind='products'\ncolumns={name='标题'}\n";
        let mapping = Mapping::parse("m", text).unwrap();
        let table = crate::csv::table("a.csv", b"x,y\n1,2\n").unwrap();
        assert_eq!(
            mapping.apply(0, &table).unwrap_err().to_string(),
            "mapping m: a.csv has no column \"标题\"; it has x, y"
        );
    }
}
