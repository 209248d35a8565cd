//! Why a file could not be read at all.

use thiserror::Error;

use crate::limits;

/// Why a file could not be read. Nothing was saved then; a bad row is not an error but a remark.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The operating system refuses.
    #[error("{path}: {cause}")]
    Io {
        /// What was asked for.
        path: String,
        /// Why not.
        cause: std::io::Error,
    },
    /// A file without a byte, or without a row.
    #[error("{0} is empty; expected a header row and rows below it")]
    Empty(String),
    /// A folder without a CSV file.
    #[error(
        "{0} holds no .csv file; give a workbook (.xlsx), a .csv file or a folder of .csv files"
    )]
    NoFiles(String),
    /// A file of a kind we do not read.
    #[error("{0} is neither .xlsx nor .csv; save it as one of them")]
    Format(String),
    /// Above a limit.
    #[error("{file} has more than {limit} {unit}; split it")]
    TooLarge {
        /// The file, or the sheet in it.
        file: String,
        /// How much is allowed.
        limit: u64,
        /// Of what.
        unit: &'static str,
    },
    /// Not text in an encoding we read.
    #[error(
        "{file} is no text in UTF-8, UTF-16 or GB18030 (it fails at byte {at}); save it as \"CSV UTF-8\""
    )]
    Encoding {
        /// The file.
        file: String,
        /// Where the first wrong byte of UTF-8 stands, from 0.
        at: usize,
    },
    /// A CSV file that breaks off or is no table.
    #[error("{file}, line {line}: {reason}")]
    Csv {
        /// The file.
        file: String,
        /// The line.
        line: u64,
        /// Why.
        reason: String,
    },
    /// A workbook that cannot be opened.
    #[error("{file} is no readable workbook: {reason}; open it and save it as .xlsx again")]
    Workbook {
        /// The file.
        file: String,
        /// What the reader says.
        reason: String,
    },
    /// No table is of a kind we know.
    #[error(
        "nothing to import in {0}; `lianmeng template` writes a workbook with the known sheets and columns, a mapping file (--mapping) describes another layout"
    )]
    NothingKnown(String),
    /// A mapping file that is wrong.
    #[error("mapping {name}: {reason}")]
    Mapping {
        /// The mapping.
        name: String,
        /// Why.
        reason: String,
    },
    /// A copy or template could not be written.
    #[error("cannot write {path}: {reason}")]
    Write {
        /// Where to.
        path: String,
        /// Why.
        reason: String,
    },
}

impl ReadError {
    /// Refuses a file of `bytes` bytes if that is too many.
    pub(crate) fn check_size(file: &str, bytes: u64) -> Result<(), Self> {
        if bytes == 0 {
            return Err(Self::Empty(file.to_owned()));
        }
        if bytes > limits::FILE_BYTES {
            return Err(Self::TooLarge {
                file: file.to_owned(),
                limit: limits::FILE_BYTES,
                unit: "bytes",
            });
        }
        Ok(())
    }
}
