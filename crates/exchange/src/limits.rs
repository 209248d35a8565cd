//! How much is read at most, so that no file can take the process down.

/// Largest file, in bytes: 64 MiB.
pub const FILE_BYTES: u64 = 64 * 1024 * 1024;
/// Most bytes a workbook may unpack to: 1 GiB. A larger one is taken for a trap.
pub const UNPACKED_BYTES: u64 = 1024 * 1024 * 1024;
/// Most rows of one sheet or file.
pub const ROWS: usize = 1_000_000;
/// Most columns of one sheet or file; further ones are not read.
pub const COLUMNS: usize = 256;
/// Longest cell in characters; what follows is cut and the row is refused when it is judged.
pub const CELL_CHARS: usize = 10_000;
/// Most bytes of text of all cells together: 512 MiB.
pub const TEXT_BYTES: usize = 512 * 1024 * 1024;
/// Most files of a folder.
pub const FILES: usize = 200;
