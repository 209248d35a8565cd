//! Bytes in a folder: `ab/abcd…`, the first two digits of the key being a folder of their own.

use std::fs::{self, File};
use std::io::{ErrorKind, Result, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::BlobError;

/// Where the bytes under `key` lie. A key is hexadecimal, so nothing leads out of the folder.
pub(super) fn path(folder: &Path, key: &str) -> std::result::Result<PathBuf, BlobError> {
    let is_key = key.len() == 64 && key.bytes().all(|digit| digit.is_ascii_hexdigit());
    let first = key.get(..2).filter(|_| is_key);
    let first = first.ok_or_else(|| BlobError::Missing(key.to_owned()))?;
    Ok(folder.join(first).join(key))
}

/// Writes a file beside its place and moves it there once it is on the disk.
pub(super) fn put(path: &Path, content: &[u8]) -> Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

pub(super) fn get(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn delete(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
