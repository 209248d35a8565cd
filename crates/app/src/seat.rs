//! Room for searches that take a core each.

use tokio::sync::Semaphore;

/// Searches of queries at the same time, also after their callers have gone.
static SEATS: Semaphore = Semaphore::const_new(2);

/// Runs `search` on a thread of its own once there is room; it keeps its place when its caller goes.
///
/// # Errors
///
/// Why the search ended without an answer: it panicked.
pub(crate) async fn run<T: Send + 'static>(
    search: impl FnOnce() -> T + Send + 'static,
) -> Result<T, String> {
    let seat = SEATS.acquire().await.map_err(|error| error.to_string())?;
    let done = tokio::task::spawn_blocking(move || {
        let _seat = seat;
        search()
    });
    done.await.map_err(|error| error.to_string())
}
