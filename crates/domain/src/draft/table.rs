//! A table of text, kept compactly: one string for all cells.

use thiserror::Error;

/// Rows and columns of text as they stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    file: String,
    sheet: Option<String>,
    headers: Vec<String>,
    text: String,
    /// End of each cell in `text`, row by row.
    ends: Vec<u32>,
    /// Number of each row in its file.
    numbers: Vec<u32>,
}

/// A table has more text than 4 GiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the table holds more than 4 GiB of text")]
pub struct TableFull;

/// A table in the making.
#[derive(Debug)]
pub struct TableBuilder(Table);

impl TableBuilder {
    /// An empty table of `file`, or of a `sheet` in it.
    pub fn new(file: String, sheet: Option<String>, headers: Vec<String>) -> Self {
        Self(Table {
            file,
            sheet,
            headers,
            text: String::new(),
            ends: Vec::new(),
            numbers: Vec::new(),
        })
    }

    /// Appends the row with this number in the file. Missing cells are empty, surplus ones dropped.
    ///
    /// # Errors
    ///
    /// [`TableFull`] if the text no longer fits; the table is then not to be used.
    pub fn push<'a>(
        &mut self,
        number: u32,
        mut cells: impl Iterator<Item = &'a str>,
    ) -> Result<(), TableFull> {
        let table = &mut self.0;
        for _ in 0..table.headers.len() {
            table.text.push_str(cells.next().unwrap_or_default());
            table.ends.push(u32::try_from(table.text.len()).map_err(|_| TableFull)?);
        }
        table.numbers.push(number);
        Ok(())
    }

    /// Bytes of text so far.
    pub fn bytes(&self) -> usize {
        self.0.text.len()
    }

    /// The table.
    pub fn finish(mut self) -> Table {
        self.0.text.shrink_to_fit();
        self.0.ends.shrink_to_fit();
        self.0
    }
}

impl Table {
    /// Name of the file.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Name of the sheet, in a workbook.
    pub fn sheet(&self) -> Option<&str> {
        self.sheet.as_deref()
    }

    /// Headers from left to right, as they stand in the file.
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The cell in `row` and `column`, both from 0; empty outside of the table.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        let width = self.headers.len();
        if column >= width {
            return "";
        }
        let at = row * width + column;
        let end = |at: usize| self.ends.get(at).and_then(|&end| usize::try_from(end).ok());
        let start = at.checked_sub(1).map_or(Some(0), end);
        start.zip(end(at)).and_then(|(start, end)| self.text.get(start..end)).unwrap_or_default()
    }

    /// The number of `row` in its file; 0 outside of the table.
    pub fn number(&self, row: usize) -> u32 {
        self.numbers.get(row).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_went_in() {
        let headers = vec!["a".to_owned(), "b".to_owned()];
        let mut builder = TableBuilder::new("f.csv".to_owned(), None, headers);
        builder.push(2, ["甲", "", "surplus"].into_iter()).unwrap();
        builder.push(5, ["乙"].into_iter()).unwrap();
        let table = builder.finish();
        let cells: Vec<_> =
            (0..3).flat_map(|row| (0..3).map(move |column| (row, column))).collect();
        let texts: Vec<_> = cells.iter().map(|&(row, column)| table.cell(row, column)).collect();
        assert_eq!(texts, ["甲", "", "", "乙", "", "", "", "", ""]);
        assert_eq!([table.number(0), table.number(1), table.number(2)], [2, 5, 0]);
    }
}
