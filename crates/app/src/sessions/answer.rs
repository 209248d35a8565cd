//! What grouped sessions say, with members and projects in place of the engine's texts.

use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::ProjectId;
use lianmeng_planning::Words;
use lianmeng_planning::groups as engine;
pub use lianmeng_planning::groups::{Figures as SessionsFigures, Status as SessionsStatus};

use super::problem::Put;

/// Grouped sessions, or why there are none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionsProposal {
    /// Whether there are sessions.
    pub status: SessionsStatus,
    /// Sessions by half-day, then room; where none were found the nearest ones.
    pub sessions: Vec<GroupSession>,
    /// Totals.
    pub figures: Option<SessionsFigures>,
    /// Why each participant and project is where it is.
    pub reasons: Vec<GroupReason>,
    /// What cannot be met, or was not.
    pub conflict: Vec<SessionsConflict>,
}

/// A session with everybody in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSession {
    /// The half-day, from 1.
    pub half_day: usize,
    /// Name of the room.
    pub room: String,
    /// Who is in it, in the order of the question.
    pub participants: Vec<Member>,
    /// What is presented, in the order of the question.
    pub projects: Vec<ProjectId>,
    /// Names of the delegations that present.
    pub delegations: Vec<String>,
    /// People seated.
    pub people: u64,
    /// Points of all pairs of a participant and a project.
    pub relevance_points: u64,
}

/// Why a participant or project is in its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupReason {
    /// The participant; none for a project.
    pub member: Option<Member>,
    /// The project; none for a participant.
    pub project: Option<ProjectId>,
    /// Why.
    pub words: Words,
}

/// Something that cannot be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionsConflict {
    /// Name of whom or of the room it is about; none where it is about all.
    pub about: Option<String>,
    /// What it is and what to do.
    pub words: Words,
}

/// The engine's answer with members in place of texts; none if a text is none that it was given.
pub(super) fn proposal(answer: engine::Answer, put: &Put) -> Option<SessionsProposal> {
    let sessions: Option<Vec<_>> =
        answer.sessions.into_iter().map(|one| session(one, put)).collect();
    let conflict = answer
        .conflict
        .into_iter()
        .map(|item| SessionsConflict { about: item.id, words: item.words });
    // Participants first, then projects, each in their order: a name may stand in both lists.
    let who = put.problem.participants.iter().map(|one| (put.members.thing(&one.id), None));
    let what = put.problem.items.iter().map(|one| (None, put.projects.thing(&one.id)));
    let reasons = who.chain(what).zip(answer.reasons).map(|((member, project), one)| GroupReason {
        member,
        project,
        words: one.words,
    });
    Some(SessionsProposal {
        status: answer.status,
        sessions: sessions?,
        figures: answer.figures,
        reasons: reasons.collect(),
        conflict: conflict.collect(),
    })
}

fn session(found: engine::PlannedSession, put: &Put) -> Option<GroupSession> {
    let members: Option<Vec<_>> =
        found.participants.iter().map(|text| put.members.thing(text)).collect();
    let projects: Option<Vec<_>> =
        found.items.iter().map(|text| put.projects.thing(text)).collect();
    Some(GroupSession {
        half_day: found.half_day + 1,
        room: found.room,
        participants: members?,
        projects: projects?,
        delegations: found.delegations,
        people: found.people,
        relevance_points: found.relevance,
    })
}
