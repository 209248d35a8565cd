//! Room for searches that take a core each.

use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

/// Searches of queries at the same time, also after their callers have gone.
static SEATS: Semaphore = Semaphore::const_new(2);

/// A place in which to search; give it to the thread that searches.
pub(crate) type Seat = SemaphorePermit<'static>;

/// Waits until there is room for another search.
///
/// # Errors
///
/// Never: the places are not closed.
pub(crate) async fn take() -> Result<Seat, AcquireError> {
    SEATS.acquire().await
}
