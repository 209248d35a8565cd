//! Hashing passwords with argon2id, away from the async threads and a few at a time.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use lianmeng_domain::account::password::Password;
use thiserror::Error;
use tokio::sync::Semaphore;

use crate::secret::Secret;

/// How many are hashed at a time; each takes 19 MiB and some ten milliseconds of a core.
static PERMITS: Semaphore = Semaphore::const_new(2);
/// Longest wait for a turn.
const WAIT: Duration = Duration::from_secs(5);

/// A hash nobody knows a password of: compared with where there is no account, so that the answer
/// takes as long as for one that exists.
const DECOY: &str = "$argon2id$v=19$m=19456,t=2,p=1$bGlhbm1lbmcgZGVjb3kgc2E$V2hvIHJlYWRzIHRoaXMgbWF5IHN0b3AgaGVyZSBub3c";

/// Why nothing was hashed.
#[derive(Debug, Error)]
pub enum HashError {
    /// Too many at once.
    #[error("too many people are signing in at this moment; try again in a few seconds")]
    Busy,
    /// The hash function failed.
    #[error("a password could not be hashed: {0}")]
    Failed(String),
}

/// The PHC string of `password` under `salt`: argon2id, 19 MiB, two passes, one lane.
///
/// # Errors
///
/// See [`HashError`].
pub async fn hash(password: Password, salt: &Secret) -> Result<String, HashError> {
    let salt = salt.bytes()[..16].to_vec();
    on_a_thread_of_its_own(move || {
        Argon2::default()
            .hash_password_with_salt(password.bytes(), &salt)
            .map(|hash| hash.to_string())
            .map_err(|error| HashError::Failed(error.to_string()))
    })
    .await?
}

/// Whether `kept` is a hash of `password`; without one it takes as long and says no.
///
/// # Errors
///
/// See [`HashError`].
pub async fn is_right(password: Password, kept: Option<String>) -> Result<bool, HashError> {
    on_a_thread_of_its_own(move || {
        let hash = PasswordHash::new(kept.as_deref().unwrap_or(DECOY))
            .map_err(|error| HashError::Failed(error.to_string()))?;
        let fits = Argon2::default().verify_password(password.bytes(), &hash).is_ok();
        Ok(fits && kept.is_some())
    })
    .await?
}

async fn on_a_thread_of_its_own<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, HashError> {
    let turn = tokio::time::timeout(WAIT, PERMITS.acquire()).await;
    let turn = turn.map_err(|_| HashError::Busy)?.map_err(|_| HashError::Busy)?;
    // The turn goes along: a client that leaves does not free it before the work is done.
    let done = tokio::task::spawn_blocking(move || {
        let done = work();
        drop(turn);
        done
    });
    done.await.map_err(|error| HashError::Failed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_fits_and_without_a_hash_none_does() {
        let salt = Secret::of([7; 32]);
        let kept = hash(Password::given("correct horse battery"), &salt).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        let right =
            |text: &str, kept: Option<&String>| is_right(Password::given(text), kept.cloned());
        assert!(right("correct horse battery", Some(&kept)).await.unwrap());
        assert!(!right("correct horse batterz", Some(&kept)).await.unwrap());
        assert!(!right("correct horse battery", None).await.unwrap());
    }
}
