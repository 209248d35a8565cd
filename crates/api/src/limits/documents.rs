//! Documents known by their hash: trusted ones from a manifest, and those clients registered.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use lianmeng_backplane::cache::Cache as Shared;
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// The SHA-256 of a document's text, in lower-case hexadecimal digits.
pub(super) fn hash_of(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _never_fails = write!(hex, "{byte:02x}");
    }
    hex
}

/// Why trusted documents could not be read.
#[derive(Debug, Error)]
pub enum DocumentsError {
    /// The file or folder.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not a JSON object of texts.
    #[error("{} is no JSON object of hash and document: {source}", path.display())]
    Json {
        /// Which file.
        path: PathBuf,
        /// Where it is wrong.
        source: serde_json::Error,
    },
    /// A document that stands under another's hash.
    #[error("the document under {id} has the hash {hash}; write the manifest anew")]
    Hash {
        /// As the manifest says.
        id: String,
        /// As it is.
        hash: String,
    },
}

/// The documents a release of the clients was built with (persisted operations), by their SHA-256.
#[derive(Debug, Clone, Default)]
pub struct Trusted(Arc<HashMap<String, String>>);

impl Trusted {
    /// Reads a JSON file `{"<sha256>": "<document>"}`, whose keys may begin with `sha256:`, or a
    /// folder of `.graphql` files with one document each.
    ///
    /// # Errors
    ///
    /// [`DocumentsError`] names the file or the hash.
    pub fn read(path: &Path) -> Result<Self, DocumentsError> {
        let io = |path: &Path| {
            let path = path.to_path_buf();
            move |source| DocumentsError::Io { path, source }
        };
        let mut found = HashMap::new();
        if path.is_dir() {
            for entry in std::fs::read_dir(path).map_err(io(path))? {
                let file = entry.map_err(io(path))?.path();
                if file.extension().is_some_and(|ending| ending == "graphql") {
                    let text = std::fs::read_to_string(&file).map_err(io(&file))?;
                    found.insert(hash_of(&text), text);
                }
            }
            return Ok(Self(Arc::new(found)));
        }
        let text = std::fs::read_to_string(path).map_err(io(path))?;
        let listed: std::collections::BTreeMap<String, String> = serde_json::from_str(&text)
            .map_err(|source| DocumentsError::Json { path: path.to_path_buf(), source })?;
        for (id, document) in listed {
            let hash = hash_of(&document);
            if plain(&id) != hash {
                return Err(DocumentsError::Hash { id, hash });
            }
            found.insert(hash, document);
        }
        Ok(Self(Arc::new(found)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn find(&self, hash: &str) -> Option<&str> {
        self.0.get(hash).map(String::as_str)
    }
}

/// A hash without what may stand in front of it.
pub(super) fn plain(id: &str) -> &str {
    id.strip_prefix("sha256:").unwrap_or(id)
}

/// Values by key, those of least use thrown out when they hold too many bytes.
///
/// Bounded by bytes of text and not by number: a parsed document takes about twenty times its text.
/// A flood of new documents does not drive out those that are asked for again and again.
#[derive(Debug)]
pub(super) struct Kept<T: Clone + Send + Sync + 'static> {
    cache: Cache<String, (T, usize)>,
    most: usize,
}

/// What an entry takes beside its text.
const OVERHEAD: usize = 128;

impl<T: Clone + Send + Sync + 'static> Kept<T> {
    /// Room for entries of `most` bytes of text together.
    pub(super) fn new(most: usize) -> Self {
        let cache = Cache::builder()
            .max_capacity(u64::try_from(most).unwrap_or(u64::MAX))
            .weigher(|_, (_, bytes): &(T, usize)| {
                u32::try_from(bytes.saturating_add(OVERHEAD)).unwrap_or(u32::MAX)
            })
            .build();
        Self { cache, most }
    }

    pub(super) fn get(&self, key: &str) -> Option<T> {
        self.cache.get(key).map(|(value, _)| value)
    }

    /// Keeps `value`, which holds `bytes` of text, unless that is over a quarter of the room.
    pub(super) fn put(&self, key: &str, value: T, bytes: usize) {
        if bytes.saturating_add(OVERHEAD) <= self.most / 4 {
            self.cache.insert(key.to_owned(), (value, bytes));
        }
    }

    /// Bytes held, overhead included.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.cache.run_pending_tasks();
        self.cache.weighted_size()
    }
}

/// How long a text that a client registered is kept.
const REGISTERED: Duration = Duration::from_hours(24);

/// Automatic persisted queries: texts that clients registered by hash, shared by all replicas where
/// Redis is.
///
/// A client whose hash nobody knows sends the text along once more, so nothing is lost with them.
#[derive(Debug, Default)]
pub(super) struct Automatic(Shared);

impl Automatic {
    pub(super) const fn new(cache: Shared) -> Self {
        Self(cache)
    }

    pub(super) async fn find(&self, hash: &str) -> Option<String> {
        let bytes = self.0.get(&Self::name(hash)).await?;
        let text = String::from_utf8(bytes.to_vec()).ok()?;
        // Whoever can write to Redis must not choose what others run.
        (hash_of(&text) == hash).then_some(text)
    }

    pub(super) async fn keep(&self, hash: &str, text: &str) {
        self.0.put(&Self::name(hash), text.as_bytes(), REGISTERED).await;
    }

    fn name(hash: &str) -> String {
        format!("document:{hash}")
    }
}
