//! A document as DOCX: `WordprocessingML` (ECMA-376, transitional) in a ZIP archive.
//!
//! Written here and not with a library: what is needed is small, rows of headings must repeat on each
//! page, and the same document must give the same bytes.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{Block, Document, Grid, Shape, Sheet, parts};
use crate::ReadError;

/// Width of the text on a page, in twentieths of a point: A4 less margins of 18 mm.
const WIDTH: u32 = 11_906 - 2 * 1_020;

/// The document as DOCX. The times in the archive are always the same.
///
/// # Errors
///
/// [`ReadError::Write`] if the archive cannot be made; `name` stands in the message.
pub fn docx(document: &Document, name: &str) -> Result<Vec<u8>, ReadError> {
    let failed = |reason: String| ReadError::Write { path: name.to_owned(), reason };
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::DEFAULT);
    let (body, core, foot) = (body(document), parts::core(document), parts::foot(document));
    for (path, text) in [
        ("[Content_Types].xml", parts::CONTENT_TYPES),
        ("_rels/.rels", parts::PACKAGE),
        ("docProps/core.xml", &core),
        ("word/document.xml", &body),
        ("word/_rels/document.xml.rels", parts::RELATIONS),
        ("word/styles.xml", parts::STYLES),
        ("word/footer1.xml", &foot),
    ] {
        archive.start_file(path, options).map_err(|error| failed(error.to_string()))?;
        archive.write_all(text.as_bytes()).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = archive.finish().map_err(|error| failed(error.to_string()))?;
    Ok(bytes.into_inner())
}

fn body(document: &Document) -> String {
    let mut out = format!("{}<w:document {}><w:body>", parts::XML, parts::NAMESPACES);
    for (at, one) in document.sheets.iter().enumerate() {
        sheet(&mut out, one, at > 0);
    }
    out.push_str(parts::SECTION);
    out.push_str("</w:body></w:document>");
    out
}

/// Adds a sheet; its first paragraph is on a new page where there is one before it.
fn sheet(out: &mut String, sheet: &Sheet, is_later: bool) {
    let is_card = sheet.shape == Shape::Card;
    let mut breaks = is_later;
    for block in &sheet.blocks {
        let (style, text) = match block {
            Block::Title(text) => ("Title", text),
            Block::Heading(text) => ("Heading1", text),
            Block::Subheading(text) => ("Heading2", text),
            Block::Line(text) if is_card => ("CardLine", text),
            Block::Line(text) => ("Normal", text),
            Block::Note(text) => ("Note", text),
            Block::Number(text) => ("Number", text),
            Block::Table(grid) => {
                // A table cannot begin a page by itself.
                if breaks {
                    paragraph(out, ("Normal", ""), true);
                }
                table(out, grid);
                breaks = false;
                continue;
            }
        };
        paragraph(out, (style, text), breaks);
        breaks = false;
    }
}

fn paragraph(out: &mut String, (style, text): (&str, &str), is_on_new_page: bool) {
    let on_new_page = if is_on_new_page { "<w:pageBreakBefore/>" } else { "" };
    let _ = write!(
        out,
        "<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{on_new_page}</w:pPr>{}</w:p>",
        run(text)
    );
}

/// A run of text; its line breaks are kept.
fn run(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("<w:t xml:space=\"preserve\">{}</w:t>", parts::escaped(line)))
        .collect();
    format!("<w:r>{}</w:r>", lines.join("<w:br/>"))
}

fn table(out: &mut String, grid: &Grid) {
    let whole: u32 = grid.columns.iter().map(|column| u32::from(column.weight)).sum();
    let widths: Vec<u32> =
        grid.columns.iter().map(|one| u32::from(one.weight) * WIDTH / whole.max(1)).collect();
    let _ = write!(
        out,
        "<w:tbl><w:tblPr><w:tblStyle w:val=\"Grid\"/><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/>\
         <w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>"
    );
    for width in &widths {
        let _ = write!(out, "<w:gridCol w:w=\"{width}\"/>");
    }
    out.push_str("</w:tblGrid>");
    let names: Vec<&str> = grid.columns.iter().map(|column| column.name.as_str()).collect();
    row(out, &names, (&widths, "TableHead"));
    for cells in &grid.rows {
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        row(out, &cells, (&widths, "TableText"));
    }
    // Word wants a paragraph after a table, and joins tables that touch.
    out.push_str("</w:tbl><w:p><w:pPr><w:pStyle w:val=\"After\"/></w:pPr></w:p>");
}

/// Adds a row that is not torn apart; that of the names repeats on each page.
fn row(out: &mut String, cells: &[&str], (widths, style): (&[u32], &str)) {
    let repeats = if style == "TableHead" { "<w:tblHeader/>" } else { "" };
    let _ = write!(out, "<w:tr><w:trPr><w:cantSplit/>{repeats}</w:trPr>");
    for (cell, width) in cells.iter().zip(widths) {
        let _ = write!(
            out,
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>\
             <w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{}</w:p></w:tc>",
            run(cell)
        );
    }
    out.push_str("</w:tr>");
}
