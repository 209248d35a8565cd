//! Bytes of attachments, by their SHA-256: in a folder beside the database, or in an S3-compatible
//! store. Which of them are kept is told by `lianmeng_store::attachment::blob`.
//!
//! Writing the same twice, or deleting what is gone, is harmless.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

pub use bucket::{Bucket, BucketSettings};

mod bucket;
mod folder;

/// For how many months bytes are kept after what they hang on came to an end, unless set otherwise.
pub const KEEP_MONTHS: u32 = 24;

/// Why bytes could not be read or written.
#[derive(Debug, Error)]
pub enum BlobError {
    /// There are none under this key.
    #[error("the file {0} is not where it should be")]
    Missing(String),
    /// What is there is not what was written.
    #[error("the file {0} was changed since it was added")]
    Damaged(String),
    /// The folder or the store refuses.
    #[error("the store of attachments refuses: {0}")]
    Refused(String),
    /// The store does not answer, or cannot at this moment.
    #[error("the store of attachments is away: {0}")]
    Away(String),
    /// A setting of the store.
    #[error("{0}")]
    Setting(String),
}

/// Where the bytes lie; cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    place: Place,
    /// For how many months bytes are kept after what they hang on came to an end.
    pub keep_months: u32,
}

#[derive(Debug, Clone)]
enum Place {
    /// In this process, for tests and demonstrations.
    Memory(Memory),
    /// In a folder.
    Folder(Arc<PathBuf>),
    /// In an S3-compatible store.
    Bucket(Arc<Bucket>),
}

#[derive(Clone, Default)]
struct Memory(Arc<Mutex<BTreeMap<String, Arc<[u8]>>>>);

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Default for Blobs {
    fn default() -> Self {
        Self { place: Place::Memory(Memory::default()), keep_months: KEEP_MONTHS }
    }
}

impl Blobs {
    /// In `folder`, which is made when the first file comes.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { place: Place::Folder(Arc::new(folder)), keep_months: KEEP_MONTHS }
    }

    /// In `bucket`.
    pub fn in_bucket(bucket: Bucket) -> Self {
        Self { place: Place::Bucket(Arc::new(bucket)), keep_months: KEEP_MONTHS }
    }

    /// Writes `content` under `key`, durably.
    ///
    /// # Errors
    ///
    /// [`BlobError::Refused`].
    pub async fn put(&self, key: &str, content: Arc<[u8]>) -> Result<(), BlobError> {
        match &self.place {
            Place::Memory(Memory(all)) => {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.insert(key.to_owned(), content);
                Ok(())
            }
            Place::Folder(folder) => {
                let path = folder::path(folder, key)?;
                blocking(move || folder::put(&path, &content)).await
            }
            Place::Bucket(bucket) => bucket.put(key, content).await,
        }
    }

    /// The bytes under `key`.
    ///
    /// # Errors
    ///
    /// [`BlobError::Missing`] or [`BlobError::Refused`].
    pub async fn get(&self, key: &str) -> Result<Vec<u8>, BlobError> {
        let found = match &self.place {
            Place::Memory(Memory(all)) => {
                let all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.get(key).map(|content| content.to_vec())
            }
            Place::Folder(folder) => {
                let path = folder::path(folder, key)?;
                blocking(move || folder::get(&path)).await?
            }
            Place::Bucket(bucket) => bucket.get(key).await?,
        };
        found.ok_or_else(|| BlobError::Missing(key.to_owned()))
    }

    /// Deletes the bytes under `key`, if there are any.
    ///
    /// # Errors
    ///
    /// [`BlobError::Refused`].
    pub async fn delete(&self, key: &str) -> Result<(), BlobError> {
        match &self.place {
            Place::Memory(Memory(all)) => {
                all.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
                Ok(())
            }
            Place::Folder(folder) => {
                let path = folder::path(folder, key)?;
                blocking(move || folder::delete(&path)).await
            }
            Place::Bucket(bucket) => bucket.delete(key).await,
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    let done = tokio::task::spawn_blocking(work).await;
    let refused = |error: std::io::Error| BlobError::Refused(error.to_string());
    done.map_err(|error| BlobError::Refused(error.to_string()))?.map_err(refused)
}

#[cfg(test)]
mod tests;
