//! What a proposed event says, with members and suggestions in place of the engine's texts.

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::SuggestionId;
use lianmeng_domain::need::NeedKind;
use lianmeng_domain::region::Place;
pub use lianmeng_planning::Words;
use lianmeng_planning::proposal as engine;
pub use lianmeng_planning::proposal::{
    About, Figures as ProposalFigures, Format, Kind, Status as ProposalStatus,
};

use super::problem::Put;
use super::purpose;

/// An event, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventProposal {
    /// Whether there is one.
    pub status: ProposalStatus,
    /// The event.
    pub event: Option<ProposedEvent>,
    /// Worth and bound.
    pub figures: Option<ProposalFigures>,
    /// A smaller event that keeps most of the worth.
    pub smaller: Option<SmallerEvent>,
    /// Demands that contradict each other.
    pub conflict: Vec<Words>,
    /// How likely a suggestion is accepted.
    pub acceptance: Acceptance,
    /// How many pairs were looked at.
    pub pairs: usize,
}

/// How likely a suggestion is accepted that nobody answered yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acceptance {
    /// In basis points.
    pub basis_points: u32,
    /// Whether it is the platform's own share; otherwise half is taken, as too few have ended.
    pub is_measured: bool,
    /// How many suggestions have ended that were shown.
    pub ended: u64,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedEvent {
    /// What it is for: what its matches are about.
    pub purpose: Words,
    /// Its format.
    pub format: Format,
    /// Why this format.
    pub format_reason: Words,
    /// Who hosts, the first one leading.
    pub hosts: Vec<ProposedHost>,
    /// Whom to invite.
    pub invitees: Vec<Invitee>,
    /// Who is to meet whom, the most worth first.
    pub matches: Vec<Met>,
}

/// A host and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedHost {
    /// The host.
    pub host: Place,
    /// Why.
    pub reason: Words,
}

/// Somebody to invite and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// Who.
    pub member: Member,
    /// How many it is to meet.
    pub matches: usize,
    /// Why.
    pub reason: Words,
}

/// Two who are to meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// Side A of the suggestion.
    pub a: Member,
    /// Side B.
    pub b: Member,
    /// The suggestion.
    pub suggestion: SuggestionId,
    /// What it is about.
    pub about: About,
    /// Points times probability, rounded down.
    pub expected_points: u64,
}

/// A smaller event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmallerEvent {
    /// The event.
    pub event: ProposedEvent,
    /// Members invited.
    pub people: usize,
    /// Expected worth in points.
    pub expected_points: u64,
    /// Share of the worth that it keeps, in basis points.
    pub keeps_basis_points: u64,
}

/// The engine's answer with members in place of texts; none if a text is none that it was given.
pub(super) fn proposal(answer: engine::Answer, put: &Put) -> Option<EventProposal> {
    let event = match answer.event {
        Some(found) => Some(event(found, put)?),
        None => None,
    };
    let smaller = match answer.smaller {
        Some(found) => Some(SmallerEvent {
            event: self::event(found.event, put)?,
            people: found.people,
            expected_points: found.expected_points,
            keeps_basis_points: found.keeps_basis_points,
        }),
        None => None,
    };
    Some(EventProposal {
        status: answer.status,
        event,
        figures: answer.figures,
        smaller,
        conflict: answer.conflict.into_iter().map(|item| item.words).collect(),
        acceptance: put.acceptance,
        pairs: put.problem.suggestions.len(),
    })
}

fn event(found: engine::Chosen, put: &Put) -> Option<ProposedEvent> {
    let host = |one: engine::HostChoice| {
        Some(ProposedHost { host: put.hosts.thing(&one.host)?, reason: one.reason })
    };
    let invitee = |one: engine::Invitee| {
        let member = put.people.thing(&one.person)?;
        Some(Invitee { member, matches: one.matches, reason: one.reason })
    };
    let met = |one: engine::Match| {
        let (a, b) = (put.people.thing(&one.a)?, put.people.thing(&one.b)?);
        let suggestion = put.suggestions.get(&(one.a, one.b))?.id;
        Some(Met { a, b, suggestion, about: one.about, expected_points: one.expected_points })
    };
    let needs: Option<Vec<Option<NeedKind>>> = found
        .matches
        .iter()
        .map(|one| Some(put.suggestions.get(&(one.a.clone(), one.b.clone()))?.need))
        .collect();
    let hosts: Option<Vec<_>> = found.hosts.into_iter().map(host).collect();
    let invitees: Option<Vec<_>> = found.invitees.into_iter().map(invitee).collect();
    let matches: Option<Vec<_>> = found.matches.into_iter().map(met).collect();
    Some(ProposedEvent {
        purpose: purpose::of(&needs?),
        format: found.format,
        format_reason: found.format_reason,
        hosts: hosts?,
        invitees: invitees?,
        matches: matches?,
    })
}
