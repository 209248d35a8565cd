//! A path or an upload becomes drafts.

use std::path::Path;

use lianmeng_domain::draft::{Drafts, Remark, Sheet, Spot, Table};

use crate::mapping::{self, Mapping, Match};
use crate::{ReadError, csv, headers, limits, xlsx};

/// Reads a workbook, a CSV file, or every CSV file of a folder in the order of their names.
///
/// Without a `mapping` the shipped ones are tried, then the names and headers we know. Holds all
/// text in memory, at most [`limits::TEXT_BYTES`] a sheet.
///
/// # Errors
///
/// [`ReadError`] if a file cannot be read, or nothing in it is of a kind we know.
pub fn path(path: &Path, mapping: Option<&Mapping>) -> Result<Drafts, ReadError> {
    let tables = if path.is_dir() { folder(path)? } else { file(&name(path), &bytes(path)?)? };
    drafts(&path.display().to_string(), tables, mapping)
}

/// Reads an upload: the bytes of a workbook or a CSV file, whose name says which.
///
/// # Errors
///
/// As [`path`].
pub fn upload(name: &str, bytes: &[u8], mapping: Option<&Mapping>) -> Result<Drafts, ReadError> {
    // Only the last part: a browser may send a whole path.
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    drafts(name, file(name, bytes)?, mapping)
}

/// Reads files that are in memory already, each a name with its bytes, as if they lay in a folder.
///
/// # Errors
///
/// As [`path`].
pub fn files(files: &[(String, Vec<u8>)]) -> Result<Drafts, ReadError> {
    let mut tables = Vec::new();
    for (name, bytes) in files {
        tables.extend(file(name, bytes)?);
    }
    drafts("files", tables, None)
}

/// Reads a mapping file.
///
/// # Errors
///
/// [`ReadError::Io`] or [`ReadError::Mapping`].
pub fn mapping(path: &Path) -> Result<Mapping, ReadError> {
    let bytes = bytes(path)?;
    let name = name(path);
    let text = String::from_utf8(bytes).map_err(|error| ReadError::Encoding {
        file: name.clone(),
        at: error.utf8_error().valid_up_to(),
    })?;
    Mapping::parse(&name, &text)
}

pub(crate) fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let io = |cause| ReadError::Io { path: path.display().to_string(), cause };
    // The size is asked for first so that a huge file is never loaded.
    let size = std::fs::metadata(path).map_err(io)?.len();
    ReadError::check_size(&name(path), size)?;
    std::fs::read(path).map_err(io)
}

pub(crate) fn file(name: &str, bytes: &[u8]) -> Result<Vec<Table>, ReadError> {
    ReadError::check_size(name, u64::try_from(bytes.len()).unwrap_or(u64::MAX))?;
    let extension = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
    match extension.as_deref() {
        Some("xlsx" | "xlsm") => xlsx::tables(name, bytes),
        Some("csv" | "tsv" | "txt") => Ok(vec![csv::table(name, bytes)?]),
        Some(_) | None => Err(ReadError::Format(name.to_owned())),
    }
}

fn folder(path: &Path) -> Result<Vec<Table>, ReadError> {
    let shown = path.display().to_string();
    let io = |cause| ReadError::Io { path: shown.clone(), cause };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let is_csv = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
        if is_csv && path.is_file() {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(ReadError::NoFiles(shown));
    }
    if files.len() > limits::FILES {
        let limit = u64::try_from(limits::FILES).unwrap_or(u64::MAX);
        return Err(ReadError::TooLarge { file: shown, limit, unit: "files" });
    }
    files.sort();
    files.iter().map(|file| csv::table(&name(file), &bytes(file)?)).collect()
}

/// Recognises each table.
fn drafts(
    source: &str,
    mut tables: Vec<Table>,
    mapping: Option<&Mapping>,
) -> Result<Drafts, ReadError> {
    let shipped = if mapping.is_none() { mapping::recognise(&tables)? } else { None };
    let mapping = mapping.or(shipped.as_ref());
    let mut drafts = Drafts::default();
    for (at, table) in tables.iter().enumerate() {
        let found = mapping.map_or(Ok(Match::Unknown), |mapping| mapping.apply(at, table))?;
        match found {
            Match::Sheet(sheet) => drafts.sheets.push(sheet),
            Match::Skipped => {}
            Match::Unknown => {
                let (sheet, remarks) = native(at, table);
                drafts.sheets.extend(sheet);
                drafts.remarks.extend(remarks);
            }
        }
    }
    let extra = mapping.map_or(Ok(Vec::new()), |mapping| mapping.rows(tables.len()))?;
    for (table, sheet) in extra {
        tables.push(table);
        drafts.sheets.push(sheet);
    }
    if drafts.sheets.is_empty() {
        return Err(ReadError::NothingKnown(source.to_owned()));
    }
    drafts.tables = tables;
    Ok(drafts)
}

/// Recognises a table by its name and headers, as our own templates have them.
fn native(at: usize, table: &Table) -> (Option<Sheet>, Vec<Remark>) {
    let name = table
        .sheet()
        .unwrap_or_else(|| table.file().rsplit_once('.').map_or(table.file(), |(stem, _)| stem));
    if headers::is_skipped(name) {
        return (None, Vec::new());
    }
    let by_name = headers::kind_by_name(name);
    let Some(kind) = by_name.or_else(|| headers::kind_by_headers(table.headers())) else {
        let reason = "neither its name nor its headers are of a kind we know".to_owned();
        let hint = "compare with `lianmeng template`, or describe it in a mapping file".to_owned();
        return (None, vec![remark(at, "sheet_unknown", name, (reason, hint))]);
    };
    let bound = headers::bind(kind, table.headers());
    let mut remarks: Vec<Remark> = bound
        .unknown
        .iter()
        .map(|header| {
            let reason = format!("no field of {kind} is called so, the column is left out");
            let labels: Vec<_> = kind.fields().iter().map(|f| headers::label(kind, *f)).collect();
            let hint = format!("known columns: {}", labels.join("、"));
            remark(at, "column_unknown", header, (reason, hint))
        })
        .collect();
    let missing: Vec<_> = kind
        .required()
        .iter()
        .filter(|&&field| bound.bindings.iter().all(|binding| binding.field != field))
        .map(|&field| headers::label(kind, field))
        .collect();
    if missing.is_empty() {
        return (Some(Sheet { kind, table: at, bindings: bound.bindings }), remarks);
    }
    let reason = format!("column {} is missing, the sheet is left out", missing.join("、"));
    let hint = "add the column or rename the one that holds it".to_owned();
    // Its rows are lost, so this counts as a rejection.
    let missing = remark(at, "column_missing", name, (reason, hint));
    remarks.push(Remark { is_rejection: true, ..missing });
    (None, remarks)
}

fn remark(
    table: usize,
    kind: &'static str,
    value: &str,
    (reason, hint): (String, String),
) -> Remark {
    Remark {
        kind,
        spot: Spot { table, row: 1, column: None },
        value: value.chars().take(80).collect(),
        reason,
        hint,
        is_rejection: false,
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::draft::{DraftKind, Field};

    use super::*;

    #[test]
    fn an_upload_is_recognised_by_its_headers_whatever_its_name() {
        let text = "统一社会信用代码,企业名称,地区,星座\n91350100M000100Y43,甲,通州区,狮子\n";
        let drafts = upload("C:\\数据\\导出.csv", text.as_bytes(), None).unwrap();
        let rows: Vec<_> = drafts.rows(DraftKind::Enterprise).collect();
        assert_eq!(rows[0].get(Field::Name), "甲");
        let remarks: Vec<_> = drafts.remarks.iter().map(|r| (r.kind, r.value.as_str())).collect();
        assert_eq!(remarks, [("column_unknown", "星座")]);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let reason = |name: &str, bytes: &[u8]| upload(name, bytes, None).unwrap_err().to_string();
        assert!(reason("a.csv", b"").starts_with("a.csv is empty"));
        assert!(reason("a.pdf", b"x").contains("neither .xlsx nor .csv"));
        assert!(reason("a.csv", b"p,q\n1,2\n").starts_with("nothing to import in a.csv"));
        assert!(reason("a.xlsx", b"PK\x03\x04 nonsense").contains("is no readable workbook"));
        assert!(
            path(Path::new("no/such/file.csv"), None).unwrap_err().to_string().contains("no/such")
        );
    }

    #[test]
    fn a_table_without_a_required_column_is_left_out_and_says_so() {
        let text = "产品甲,产品乙\n1,2\n";
        let (sheet, remarks) =
            native(0, &csv::table("product_edges.csv", text.as_bytes()).unwrap());
        assert!(sheet.is_none());
        assert_eq!(remarks[0].reason, "column 关系 is missing, the sheet is left out");
    }

    #[test]
    fn shipped_sets_are_recognised_where_they_are_present() {
        let root = std::env::var("LIANMENG_SHARED")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
        let cases = [
            ("a-share-chain", &[("enterprises", 5_837), ("products", 95_565)][..]),
            ("kag-supplychain", &[("enterprises", 103), ("product_edges", 1_125)]),
            ("needs-offers", &[("needs", 212), ("offers", 4_208), ("enterprises", 1)]),
            ("codes", &[("enterprises", 243), ("chains", 28)]),
        ];
        for (set, counts) in cases {
            let folder = Path::new(&root).join("data").join(set);
            if !folder.exists() {
                println!("skipped: {set} is absent");
                continue;
            }
            let drafts = path(&folder, None).unwrap();
            for (kind, count) in counts {
                let kind = DraftKind::from_word(kind).unwrap();
                assert_eq!(drafts.rows(kind).count(), *count, "{set} {kind}");
            }
            assert_eq!(drafts.remarks, []);
        }
    }
}
