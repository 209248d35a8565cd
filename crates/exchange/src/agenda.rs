//! The timetable of a docking event for people: a calendar for their phones, pages to print.

mod ics;
mod pages;

pub use ics::{Whose, ics};
pub use pages::pages;

#[cfg(test)]
mod tests;
