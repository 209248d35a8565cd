//! Cooperation tasks 央地合作任务: for each project a municipal owner and a central counterpart.
//!
//! Two exact assignments follow each other: owners first, then counterparts, who get points for
//! sharing domains with the owner already found. Choosing both at once would be a
//! three-dimensional assignment, which nobody solves exactly at this size.

use crate::assign::{self, Bounds, Conflict, Edge, Pairing, PairingProblem, Side};
use crate::criteria::{industry, place, text};
use crate::score::{Criterion, Evidence, Points, Reason, fraction, total};
use lianmeng_domain::region::RegionCode;

/// A key project that seeks both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Project {
    /// Its id; ties break on it.
    pub id: u128,
    /// Title, normalised.
    pub title: String,
    /// Description, normalised.
    pub body: String,
    /// Domains of cooperation, as labelled in the task list.
    pub domains: Vec<String>,
    /// GB/T 4754 code.
    pub industry: Option<String>,
    /// Where it is.
    pub regions: Vec<RegionCode>,
}

/// A municipal owner or a central counterpart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Party {
    /// Its id; ties break on it.
    pub id: u128,
    /// Name and business, normalised.
    pub text: String,
    /// Domains of cooperation it works in.
    pub domains: Vec<String>,
    /// GB/T 4754 code.
    pub industry: Option<String>,
    /// Where it is.
    pub regions: Vec<RegionCode>,
    /// Most projects it can carry.
    pub max_projects: u64,
}

/// Projects, owners and counterparts.
#[derive(Debug, Clone, Default)]
pub struct TaskProblem {
    /// Projects to place.
    pub projects: Vec<Project>,
    /// Municipal enterprises that may own a task.
    pub owners: Vec<Party>,
    /// Central enterprises and subsidiaries that may be the counterpart.
    pub counterparts: Vec<Party>,
}

/// One side of a suggested task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Id of the party.
    pub party: u128,
    /// Sum over `reasons`, at most 10 000.
    pub score: Points,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// A task worth proposing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSuggestion {
    /// The project.
    pub project: u128,
    /// Municipal owner.
    pub owner: Chosen,
    /// Central counterpart.
    pub counterpart: Chosen,
}

/// Which side is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The municipal owner.
    Owner,
    /// The central counterpart.
    Counterpart,
}

/// What could not be done, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskFinding {
    /// No party has anything in common with the project.
    NobodyFits {
        /// The project.
        project: u128,
        /// The side that is missing.
        role: Role,
    },
    /// Parties fit, but all of them are needed by other projects up to their limits.
    AllFull {
        /// The project.
        project: u128,
        /// The side that is missing.
        role: Role,
        /// How many parties fit it.
        fitting: usize,
    },
    /// The party gets no project, though every party should have one.
    LeftOut {
        /// The party.
        party: u128,
        /// Its side.
        role: Role,
        /// How many projects fit it; 0 if it has nothing in common with any.
        fitting: usize,
    },
}

/// Tasks worth proposing and what could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskSuggestions {
    /// One task for each project that has both sides, in the order of the projects given.
    pub tasks: Vec<TaskSuggestion>,
    /// Every project without a task and every party without a project, sorted.
    pub findings: Vec<TaskFinding>,
}

/// Most points for sharing a domain with the project.
const DOMAIN_POINTS: Points = 3000;
/// Most points for likeness of the texts.
const TEXT_POINTS: Points = 3000;
/// Most points for nearness of the industries.
const INDUSTRY_POINTS: Points = 2000;
/// Most points of an owner for being near the project, and of a counterpart for sharing domains
/// with the owner.
const LAST_POINTS: Points = 2000;

/// Finds an owner and a counterpart for as many projects as possible, then for the most points.
///
/// First come projects covered and parties with at least one project, only then points: the two
/// are never traded against each other. A party fits a project only if domain, industry or text
/// speak for it. Ties break by position. Time: texts are compared once for each side, and there are
/// at most four assignments.
pub fn suggest_tasks(problem: &TaskProblem) -> TaskSuggestions {
    let mut findings = Vec::new();
    let everybody: Vec<usize> = (0..problem.projects.len()).collect();
    let owning = Round { role: Role::Owner, parties: &problem.owners };
    let chosen_owners = owning.run(problem, &everybody, &[], &mut findings);

    let with_owner: Vec<usize> =
        everybody.into_iter().filter(|&project| chosen_owners[project].is_some()).collect();
    let partners: Vec<Option<usize>> =
        chosen_owners.iter().map(|chosen| chosen.as_ref().map(|(party, _)| *party)).collect();
    let answering = Round { role: Role::Counterpart, parties: &problem.counterparts };
    let mut chosen_counterparts = answering.run(problem, &with_owner, &partners, &mut findings);

    let mut tasks = Vec::new();
    for (project, owner) in chosen_owners.into_iter().enumerate() {
        let (Some((owner, own_reasons)), Some((counterpart, reasons))) =
            (owner, chosen_counterparts[project].take())
        else {
            continue;
        };
        tasks.push(TaskSuggestion {
            project: problem.projects[project].id,
            owner: chosen(&problem.owners[owner], own_reasons),
            counterpart: chosen(&problem.counterparts[counterpart], reasons),
        });
    }
    findings.sort_unstable();
    TaskSuggestions { tasks, findings }
}

fn chosen(party: &Party, reasons: Vec<Reason>) -> Chosen {
    Chosen { party: party.id, score: total(&reasons), reasons }
}

/// A party and why it was chosen.
type Choice = Option<(usize, Vec<Reason>)>;

/// Assigns one side.
struct Round<'a> {
    role: Role,
    parties: &'a [Party],
}

/// A party that fits a project.
struct Fit {
    project: usize,
    party: usize,
    reasons: Vec<Reason>,
}

impl Round<'_> {
    /// The choice for every project of the problem; none for those not in `projects`.
    fn run(
        &self,
        problem: &TaskProblem,
        projects: &[usize],
        partners: &[Option<usize>],
        findings: &mut Vec<TaskFinding>,
    ) -> Vec<Choice> {
        let fits = self.fits(problem, projects, partners);
        let pairs = self.assign(problem.projects.len(), projects, &fits);
        let mut choices: Vec<Choice> = vec![None; problem.projects.len()];
        let mut fitting_projects = vec![0; self.parties.len()];
        let mut fitting_parties = vec![0; problem.projects.len()];
        for fit in fits {
            fitting_projects[fit.party] += 1;
            fitting_parties[fit.project] += 1;
            if pairs.binary_search(&(fit.project, fit.party)).is_ok() {
                choices[fit.project] = Some((fit.party, fit.reasons));
            }
        }
        for &project in projects.iter().filter(|&&project| choices[project].is_none()) {
            let (id, role) = (problem.projects[project].id, self.role);
            findings.push(match fitting_parties[project] {
                0 => TaskFinding::NobodyFits { project: id, role },
                fitting => TaskFinding::AllFull { project: id, role, fitting },
            });
        }
        for (at, party) in self.parties.iter().enumerate() {
            if pairs.iter().all(|&(_, chosen)| chosen != at) {
                let (party, role, fitting) = (party.id, self.role, fitting_projects[at]);
                findings.push(TaskFinding::LeftOut { party, role, fitting });
            }
        }
        choices
    }

    fn fits(
        &self,
        problem: &TaskProblem,
        projects: &[usize],
        partners: &[Option<usize>],
    ) -> Vec<Fit> {
        let texts: Vec<&str> = self.parties.iter().map(|party| party.text.as_str()).collect();
        let needs: Vec<(&str, &str)> = projects
            .iter()
            .map(|&at| &problem.projects[at])
            .map(|project| (project.title.as_str(), project.body.as_str()))
            .collect();
        let mut fits = Vec::new();
        for (&at, likeness) in projects.iter().zip(text::likeness(&needs, &texts)) {
            let project = &problem.projects[at];
            let owner = partners.get(at).copied().flatten().map(|owner| &problem.owners[owner]);
            for (party, likeness) in likeness.iter().enumerate() {
                let candidate = &self.parties[party];
                let mut reasons = fit_reasons(project, candidate, likeness);
                if reasons.is_empty() {
                    continue;
                }
                reasons.extend(match owner {
                    None => near(project, candidate),
                    Some(owner) => partner(owner, candidate),
                });
                fits.push(Fit { project: at, party, reasons });
            }
        }
        fits
    }

    /// Chosen pairs `(project, party)`, ascending.
    ///
    /// Every project and every party is asked to have one; where that cannot be, the conflict says
    /// exactly which of these demands to drop.
    fn assign(&self, count: usize, projects: &[usize], fits: &[Fit]) -> Vec<(usize, usize)> {
        let mut left = vec![Bounds { min: 0, max: 0 }; count];
        for &project in projects {
            left[project] = Bounds { min: 1, max: 1 };
        }
        let mut right: Vec<Bounds> = self
            .parties
            .iter()
            .map(|party| Bounds { min: party.max_projects.min(1), max: party.max_projects })
            .collect();
        let edge = |fit: &Fit| Edge {
            left: fit.project,
            right: fit.party,
            points: i64::from(total(&fit.reasons)),
        };
        let edges: Vec<Edge> = fits.iter().map(edge).collect();
        let solve = |left: &[Bounds], right: &[Bounds]| {
            // The edges are ours: in range and without repetition.
            PairingProblem::new(left.to_vec(), right.to_vec(), edges.clone())
                .map_or_else(|_| Pairing::empty(), |problem| assign::solve(&problem))
        };
        let first = solve(&left, &right);
        if first.conflict.is_empty() {
            return first.pairs;
        }
        for Conflict { side, index, available, .. } in first.conflict {
            match side {
                Side::Left => left[index].min = available,
                Side::Right => right[index].min = available,
            }
        }
        solve(&left, &right).pairs
    }
}

/// What speaks for a party before its place or its partner is looked at.
fn fit_reasons(project: &Project, party: &Party, likeness: &text::Likeness) -> Vec<Reason> {
    let own = project.industry.as_deref();
    [
        text::reason(likeness, TEXT_POINTS),
        industry::reason(own, party.industry.as_deref(), INDUSTRY_POINTS),
        shared(Criterion::Domain, &project.domains, &party.domains, DOMAIN_POINTS),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn near(project: &Project, party: &Party) -> Option<Reason> {
    let reason = place::by_division(&project.regions, &party.regions)?;
    Some(Reason { points: reason.points * (LAST_POINTS / place::MOST), ..reason })
}

fn partner(owner: &Party, party: &Party) -> Option<Reason> {
    shared(Criterion::Partner, &owner.domains, &party.domains, LAST_POINTS)
}

/// All of `most` where `own` domains are all shared, a part where some are.
fn shared(criterion: Criterion, own: &[String], other: &[String], most: Points) -> Option<Reason> {
    let mut common: Vec<String> =
        own.iter().filter(|domain| other.contains(domain)).cloned().collect();
    common.sort_unstable();
    common.dedup();
    if common.is_empty() {
        return None;
    }
    let parts = u32::try_from(common.len()).unwrap_or(u32::MAX);
    let whole = u32::try_from(own.len()).unwrap_or(u32::MAX);
    let points = fraction(most, parts, whole);
    Some(Reason { criterion, points, evidence: Evidence::SharedDomains(common) })
}

#[cfg(test)]
mod tests;
