//! The handbook 对接手册 of an event: who comes, whom to call, who meets whom where and when, and why,
//! as far as one reader may know.

use std::collections::BTreeMap;

use super::agenda::{Agenda, Attendee};
use crate::contact::SeenContact;
use crate::event::Session;
use crate::ids::MeetingId;

/// Most contacts printed of one organisation.
pub const MAX_CONTACTS: usize = 3;

/// For whom a handbook is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readership {
    /// Those who keep the event: everybody's meetings. Not to be handed out.
    Keepers,
    /// One participant, or those of one group: their own meetings and whom they meet.
    Own,
}

/// What the handbook holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handbook {
    /// For whom it is.
    pub readership: Readership,
    /// The meetings.
    pub agenda: Agenda,
    /// Sessions of the event, in the order of the day.
    pub sessions: Vec<Session>,
    /// What is to be known of the venue, as label and text; empty while it is unknown.
    pub venue: Vec<(String, String)>,
    /// Everybody who has a meeting, by name.
    pub entries: Vec<Entry>,
    /// Why two meet, as far as the reader may know; meetings without a known reason are absent.
    pub reasons: BTreeMap<MeetingId, Vec<String>>,
}

/// One participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub attendee: Attendee,
    /// Whether its own meetings are listed, not only what it is.
    pub has_schedule: bool,
    /// What the public registry says of it, as label and text.
    pub profile: Vec<(String, String)>,
    /// Whom to call, at most [`MAX_CONTACTS`], masked where the reader may not read them.
    pub contacts: Vec<SeenContact>,
}
