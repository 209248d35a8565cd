//! Secrets that nobody can guess: the only place that asks the machine for randomness.
//!
//! Ids may follow from a seed; what opens a door may not. Use cases take a drawn secret as an
//! argument.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256, Sha512};
use thiserror::Error;

/// 32 random bytes; the debug form hides them.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// The machine gave no randomness.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the machine gives no randomness: {0}")]
pub struct NoRandomness(String);

impl NoRandomness {
    /// What was drawn did not serve.
    pub(crate) fn poor() -> Self {
        Self("what was drawn cannot be used; try again".to_owned())
    }
}

impl Secret {
    /// A new secret.
    ///
    /// # Errors
    ///
    /// [`NoRandomness`] if the machine has none.
    pub fn draw() -> Result<Self, NoRandomness> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// A secret of the caller's: for tests.
    pub const fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 bytes that follow from it and `number`: several secrets from one.
    pub fn derived(&self, number: u32) -> [u8; 64] {
        Sha512::new().chain_update(self.0).chain_update(number.to_be_bytes()).finalize().into()
    }

    /// It as text: `prefix` and 43 characters of base64 for addresses.
    pub fn text(&self, prefix: &str) -> String {
        format!("{prefix}{}", URL_SAFE_NO_PAD.encode(self.0))
    }
}

/// Random bytes that go with what is digested but may have to be erased.
///
/// # Errors
///
/// [`NoRandomness`] if the machine has none.
pub fn salt() -> Result<[u8; 16], NoRandomness> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
    Ok(bytes)
}

/// SHA-256 as 64 hexadecimal digits: what is kept of a secret text. The text has 256 random bits, so a
/// slow hash would add nothing.
pub fn hash(text: impl AsRef<[u8]>) -> String {
    use std::fmt::Write as _;
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ok = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_are_hidden_and_hash_to_64_digits() {
        let (a, b) = (Secret::draw().unwrap(), Secret::draw().unwrap());
        assert_ne!(a.text("lm_"), b.text("lm_"));
        assert_eq!(a.text("lm_").len(), 46);
        assert_eq!(format!("{a:?}"), "Secret(..)");
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
