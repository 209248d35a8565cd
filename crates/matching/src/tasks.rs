//! Cooperation tasks 央地合作任务: for each project a municipal owner and a central counterpart.
//!
//! The score of a task is that of the project with its owner plus that of the project with its
//! counterpart. The two do not depend on each other, so that one flow chooses both at once and
//! exactly ([`choose`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::score::{Points, Reason, total};
use lianmeng_domain::region::RegionCode;

pub mod choose;
mod fit;

use choose::{Levels, Link, Load, Market};
use fit::Fit;

pub use fit::MOST;

/// A key project that seeks both sides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Project {
    /// Its id; ties break on its position.
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
    /// Its id; ties break on its position.
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

/// A task that stays whatever is proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The project it covers; it is not proposed again. `None` if it serves none.
    pub project: Option<u128>,
    /// Its owner.
    pub owner: u128,
    /// Its counterpart.
    pub counterpart: u128,
    /// Whether it is under way and counts for the load of both.
    pub is_load: bool,
}

/// Projects, owners and counterparts, and what is given.
#[derive(Debug, Clone, Default)]
pub struct TaskProblem {
    /// Projects to place.
    pub projects: Vec<Project>,
    /// Municipal enterprises that may own a task.
    pub owners: Vec<Party>,
    /// Central enterprises and subsidiaries that may be the counterpart.
    pub counterparts: Vec<Party>,
    /// Tasks that stay.
    pub kept: Vec<Kept>,
    /// Project, owner and counterpart of tasks that may change; of equally good choices the one with
    /// more of them is taken.
    pub standing: Vec<(u128, u128, u128)>,
    /// Project and party that people gave up; not proposed again.
    pub given_up: Vec<(u128, u128)>,
    /// Parties that must not meet, either way round.
    pub apart: Vec<(u128, u128)>,
    /// Whether a party fits a project for being near it, with nothing else in common.
    pub is_place_enough: bool,
}

/// One side of a suggested task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// Id of the party.
    pub party: u128,
    /// Sum over `reasons`, at most [`MOST`].
    pub score: Points,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
}

/// A task worth proposing. Its score is the sum of both sides, at most 10 000.
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
    /// Tasks that stay are more than the party may carry.
    Overloaded {
        /// The party.
        party: u128,
        /// Its side.
        role: Role,
        /// How many it has.
        kept: u64,
        /// How many it may carry.
        max: u64,
    },
}

/// Tasks worth proposing and what could not be done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskSuggestions {
    /// One task for each project that has both sides, in the order of the projects given.
    pub tasks: Vec<TaskSuggestion>,
    /// Every project without a task, every party without a project, every overloaded one; sorted.
    pub findings: Vec<TaskFinding>,
    /// What the tasks are worth.
    pub levels: Levels,
    /// Whether no other tasks are worth more; always, but where very many parties must not meet.
    pub is_proved: bool,
}

/// Finds an owner and a counterpart for as many projects as possible, then a first project for as
/// many owners and counterparts as possible, then the most points, exactly.
///
/// None of these is traded against a later one. Tasks that are kept cover their project and count
/// for the load of their parties. A party fits a project if domain, industry or text speak for it, or
/// the place where that is enough. Ties break for what stands, then by position. Time: texts are
/// compared once for each side; then as [`choose::choose`].
pub fn suggest_tasks(problem: &TaskProblem) -> TaskSuggestions {
    let covered: BTreeSet<u128> = problem.kept.iter().filter_map(|task| task.project).collect();
    let open: Vec<usize> = (0..problem.projects.len())
        .filter(|&at| problem.projects.get(at).is_some_and(|one| !covered.contains(&one.id)))
        .collect();
    let own = Side::new(problem, Role::Owner, &open);
    let other = Side::new(problem, Role::Counterpart, &open);
    let market = Market {
        projects: problem.projects.len(),
        own: own.links(problem),
        other: other.links(problem),
        apart: apart(problem, &own, &other),
        owners: own.loads.clone(),
        counterparts: other.loads.clone(),
    };
    let choice = choose::choose(&market);
    let mut findings = own.overloaded();
    findings.extend(other.overloaded());
    let chosen: BTreeSet<usize> = choice.tasks.iter().map(|task| task.project).collect();
    let uncovered: Vec<usize> = open.iter().copied().filter(|at| !chosen.contains(at)).collect();
    let own_used = used(&own, choice.tasks.iter().map(|task| task.own));
    let other_used = used(&other, choice.tasks.iter().map(|task| task.other));
    findings.extend(own.left_out(&own_used));
    findings.extend(other.left_out(&other_used));
    for project in uncovered {
        findings.extend(missing(problem, (project, &own, &own_used), (&other, &other_used)));
    }
    findings.sort_unstable();
    let task = |task: &choose::Chosen| {
        Some(TaskSuggestion {
            project: problem.projects.get(task.project)?.id,
            owner: own.chosen(task.own)?,
            counterpart: other.chosen(task.other)?,
        })
    };
    TaskSuggestions {
        tasks: choice.tasks.iter().filter_map(task).collect(),
        findings,
        levels: choice.levels,
        is_proved: choice.is_proved,
    }
}

/// One side of the market.
struct Side<'a> {
    role: Role,
    parties: &'a [Party],
    fits: Vec<Fit>,
    loads: Vec<Load>,
    /// How many kept tasks each party carries.
    kept: Vec<u64>,
    /// Whether each party has a kept task, finished ones included.
    is_served: Vec<bool>,
}

impl<'a> Side<'a> {
    fn new(problem: &'a TaskProblem, role: Role, open: &[usize]) -> Self {
        let parties = match role {
            Role::Owner => &problem.owners,
            Role::Counterpart => &problem.counterparts,
        };
        let party_of = |task: &Kept| match role {
            Role::Owner => task.owner,
            Role::Counterpart => task.counterpart,
        };
        let mut carried: BTreeMap<u128, u64> = BTreeMap::new();
        let mut served: BTreeSet<u128> = BTreeSet::new();
        for task in &problem.kept {
            served.insert(party_of(task));
            *carried.entry(party_of(task)).or_default() += u64::from(task.is_load);
        }
        let kept: Vec<u64> =
            parties.iter().map(|party| carried.get(&party.id).copied().unwrap_or(0)).collect();
        let is_served: Vec<bool> = parties.iter().map(|party| served.contains(&party.id)).collect();
        let loads = parties.iter().zip(&kept).zip(&is_served);
        let loads = loads.map(|((party, &kept), &is_served)| Load {
            room: party.max_projects.saturating_sub(kept),
            is_served,
        });
        let loads = loads.collect();
        let fits = fit::fits(&problem.projects, open, parties, problem.is_place_enough);
        let given_up: BTreeSet<(u128, u128)> = problem.given_up.iter().copied().collect();
        let is_open = |one: &Fit| {
            let project = problem.projects.get(one.project).map(|project| project.id);
            let party = parties.get(one.party).map(|party| party.id);
            project.zip(party).is_some_and(|pair| !given_up.contains(&pair))
        };
        let fits = fits.into_iter().filter(is_open).collect();
        Self { role, parties, fits, loads, kept, is_served }
    }

    fn links(&self, problem: &TaskProblem) -> Vec<Link> {
        let standing: BTreeSet<(u128, u128)> = problem
            .standing
            .iter()
            .map(|&(project, owner, counterpart)| match self.role {
                Role::Owner => (project, owner),
                Role::Counterpart => (project, counterpart),
            })
            .collect();
        let link = |fit: &Fit| {
            let project = problem.projects.get(fit.project).map(|project| project.id);
            let party = self.parties.get(fit.party).map(|party| party.id);
            let stands = project.zip(party).is_some_and(|pair| standing.contains(&pair));
            Link { project: fit.project, party: fit.party, points: fit.points(), stands }
        };
        self.fits.iter().map(link).collect()
    }

    fn chosen(&self, fit: usize) -> Option<Chosen> {
        let fit = self.fits.get(fit)?;
        let party = self.parties.get(fit.party)?.id;
        Some(Chosen { party, score: total(&fit.reasons), reasons: fit.reasons.clone() })
    }

    fn overloaded(&self) -> Vec<TaskFinding> {
        let each = self.parties.iter().zip(&self.kept);
        let over = each.filter(|(party, kept)| **kept > party.max_projects);
        let finding = |(party, &kept): (&Party, &u64)| TaskFinding::Overloaded {
            party: party.id,
            role: self.role,
            kept,
            max: party.max_projects,
        };
        over.map(finding).collect()
    }

    /// Parties without a project, and how many fit them.
    fn left_out(&self, used: &[u64]) -> Vec<TaskFinding> {
        let mut fitting = vec![0; self.parties.len()];
        for fit in &self.fits {
            if let Some(count) = fitting.get_mut(fit.party) {
                *count += 1;
            }
        }
        let each = self.parties.iter().zip(&self.is_served).zip(used).zip(fitting);
        each.filter(|(((_, is_served), used), _)| !**is_served && **used == 0)
            .map(|(((party, _), _), fitting)| TaskFinding::LeftOut {
                party: party.id,
                role: self.role,
                fitting,
            })
            .collect()
    }

    /// How many parties fit a project, and whether one of them has room left.
    fn supply(&self, project: usize, used: &[u64]) -> (usize, bool) {
        let of: Vec<usize> =
            self.fits.iter().filter(|fit| fit.project == project).map(|fit| fit.party).collect();
        let has_room = |party: &usize| {
            let room = self.loads.get(*party).map_or(0, |load| load.room);
            used.get(*party).is_some_and(|used| *used < room)
        };
        (of.len(), of.iter().any(has_room))
    }
}

/// How many projects each party got.
fn used(side: &Side<'_>, fits: impl Iterator<Item = usize>) -> Vec<u64> {
    let mut used = vec![0; side.parties.len()];
    for fit in fits {
        let party = side.fits.get(fit).and_then(|fit| used.get_mut(fit.party));
        if let Some(count) = party {
            *count += 1;
        }
    }
    used
}

/// Why a project has no task: a side that nobody fits, else the sides that are full.
fn missing(
    problem: &TaskProblem,
    (project, own, own_used): (usize, &Side<'_>, &[u64]),
    (other, other_used): (&Side<'_>, &[u64]),
) -> Vec<TaskFinding> {
    let Some(id) = problem.projects.get(project).map(|project| project.id) else {
        return Vec::new();
    };
    let sides = [
        (Role::Owner, own.supply(project, own_used)),
        (Role::Counterpart, other.supply(project, other_used)),
    ];
    let nobody = sides.iter().filter(|(_, (fitting, _))| *fitting == 0);
    let found: Vec<_> =
        nobody.map(|&(role, _)| TaskFinding::NobodyFits { project: id, role }).collect();
    if !found.is_empty() {
        return found;
    }
    let full = |&(role, (fitting, _)): &(Role, (usize, bool))| TaskFinding::AllFull {
        project: id,
        role,
        fitting,
    };
    let mut found: Vec<_> = sides.iter().filter(|(_, (_, has_room))| !has_room).map(full).collect();
    if found.is_empty() {
        // Both have somebody free, but not for each other.
        found.extend(sides.get(1).map(full));
    }
    found
}

/// Parties that must not meet, by their positions.
fn apart(problem: &TaskProblem, own: &Side<'_>, other: &Side<'_>) -> BTreeSet<(usize, usize)> {
    let places = |side: &Side<'_>| -> BTreeMap<u128, usize> {
        side.parties.iter().enumerate().map(|(at, party)| (party.id, at)).collect()
    };
    let (own, other) = (places(own), places(other));
    let ways = problem.apart.iter().flat_map(|&(one, two)| [(one, two), (two, one)]);
    // An enterprise on both sides is no task of its own.
    let same = own.iter().filter_map(|(id, at)| Some((*at, *other.get(id)?)));
    let met = ways.filter_map(|(one, two)| Some((*own.get(&one)?, *other.get(&two)?)));
    met.chain(same).collect()
}

#[cfg(test)]
mod tests;
