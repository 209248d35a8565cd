//! How many connections one address or caller keeps open.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Who keeps connections open.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// An address.
    Address(IpAddr),
    /// A signed-in caller.
    Caller(String),
}

/// The open connections of everyone.
#[derive(Debug, Clone, Default)]
pub(super) struct Seats(Arc<Mutex<HashMap<Holder, usize>>>);

/// A taken seat; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Seat(Seats, Option<Holder>);

impl Seats {
    /// A seat for `holder`, unless they hold `most` already; 0 sets no limit.
    pub(super) fn take(&self, holder: Option<Holder>, most: usize) -> Option<Seat> {
        if let Some(holder) = &holder {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let count = held.entry(holder.clone()).or_default();
            if most > 0 && *count >= most {
                return None;
            }
            *count += 1;
        }
        Some(Seat(self.clone(), holder))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(holder) = self.1.take() else { return };
        let mut held = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&holder) {
            *count -= 1;
            if *count == 0 {
                held.remove(&holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seat_is_free_again_when_it_is_left() {
        let seats = Seats::default();
        let me = || Some(Holder::Caller("me".to_owned()));
        let first = seats.take(me(), 2);
        let second = seats.take(me(), 2);
        assert!(first.is_some() && second.is_some());
        assert!(seats.take(me(), 2).is_none());
        assert!(seats.take(Some(Holder::Caller("you".to_owned())), 2).is_some());
        drop(first);
        assert!(seats.take(me(), 2).is_some());
        drop(second);
        assert!(seats.0.lock().unwrap().is_empty());
        assert!(seats.take(None, 1).is_some());
    }
}
