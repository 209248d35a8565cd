//! The timetable of a docking event for people: calendars for their phones, papers to print, a workbook.

mod book;
mod cards;
mod handbook;
mod ics;
mod pages;
mod room;

pub use book::timetable;
pub use handbook::handbook;
pub use ics::{Whose, ics};
pub use pages::{papers, schedules};
pub use room::room;

#[cfg(test)]
mod tests;
