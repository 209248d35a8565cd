//! What is printed, before it is HTML or DOCX: sheets of headings, lines and tables.
//!
//! The same document gives the same bytes in either form; what it says of its making stands in its
//! foot ([`Stamp`]), not in the file's own dates.

use chrono::{DateTime, Utc};
use lianmeng_domain::calendar;

mod docx;
mod html;
mod parts;
#[cfg(test)]
pub(crate) mod tests;

pub use docx::docx;
pub use html::html;

/// A document to print, on A4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Its sheets; each begins on a new page.
    pub sheets: Vec<Sheet>,
    /// What was asked for, as of when and by whom.
    pub stamp: Stamp,
}

/// What every export says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// What was asked for, as people write it; empty for everything there is.
    pub asked: String,
    /// The moment it holds what is true of.
    pub as_of: DateTime<Utc>,
    /// Who took it out, and as what.
    pub by: String,
}

impl Stamp {
    /// Its three parts, as label and text.
    pub fn parts(&self) -> [(&'static str, String); 3] {
        let asked = if self.asked.is_empty() { "全部" } else { &self.asked };
        let as_of = calendar::local(self.as_of).format("%Y-%m-%d %H:%M:%S（北京时间）").to_string();
        [("筛选条件", asked.to_owned()), ("截至时间", as_of), ("导出人", self.by.clone())]
    }

    /// Its parts on one line.
    pub fn line(&self) -> String {
        self.parts().map(|(label, text)| format!("{label}：{text}")).join("　")
    }
}

/// Pages that belong together; the first of them is a new one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// How it is laid out.
    pub shape: Shape,
    /// What stands on it, in order.
    pub blocks: Vec<Block>,
}

/// How a sheet is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// What a document begins with.
    Cover,
    /// Text and tables from the left.
    Plain,
    /// In large letters, to be read from afar.
    Card,
}

/// A part of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The title of the document.
    Title(String),
    /// What a sheet is.
    Heading(String),
    /// What a part of a sheet is.
    Subheading(String),
    /// A paragraph.
    Line(String),
    /// A paragraph that explains.
    Note(String),
    /// What is read from afar: the number of a table.
    Number(String),
    /// A table.
    Table(Grid),
}

/// A table on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What stands above it.
    pub name: String,
    /// How wide it is beside the others, from 1.
    pub weight: u16,
}

impl Grid {
    /// A table with these columns, as name and weight.
    pub fn new<const N: usize>(columns: [(&str, u16); N], rows: Vec<[String; N]>) -> Self {
        let column = |(name, weight): (&str, u16)| Column { name: name.to_owned(), weight };
        Self {
            columns: columns.into_iter().map(column).collect(),
            rows: rows.into_iter().map(Vec::from).collect(),
        }
    }
}
