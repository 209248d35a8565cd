//! What a party is worth for a project, and why. Owners and counterparts are measured alike and
//! apart from each other, so that the score of a task is the sum of its two sides.

use super::{Party, Project};
use crate::criteria::{industry, place, text};
use crate::score::{Criterion, Evidence, Points, Reason, fraction, total};

/// Most points for sharing a domain with the project.
const DOMAIN_POINTS: Points = 1500;
/// Most points for likeness of the texts.
const TEXT_POINTS: Points = 1500;
/// Most points for nearness of the industries.
const INDUSTRY_POINTS: Points = 1000;
/// Most points for being near the project.
const PLACE_POINTS: Points = 1000;

/// Most points of a side; both sides together make a perfect match.
pub const MOST: Points = DOMAIN_POINTS + TEXT_POINTS + INDUSTRY_POINTS + PLACE_POINTS;

/// A party that fits a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fit {
    /// Index of the project.
    pub(super) project: usize,
    /// Index of the party.
    pub(super) party: usize,
    /// Why; never empty.
    pub(super) reasons: Vec<Reason>,
}

impl Fit {
    /// What it is worth.
    pub(super) fn points(&self) -> Points {
        total(&self.reasons)
    }
}

/// Which parties fit which of the projects at `open`, project by project, each party in its order.
pub(super) fn fits(
    projects: &[Project],
    open: &[usize],
    parties: &[Party],
    is_place_enough: bool,
) -> Vec<Fit> {
    let texts: Vec<&str> = parties.iter().map(|party| party.text.as_str()).collect();
    let open: Vec<(usize, &Project)> =
        open.iter().filter_map(|&at| Some((at, projects.get(at)?))).collect();
    let needs: Vec<(&str, &str)> =
        open.iter().map(|(_, one)| (one.title.as_str(), one.body.as_str())).collect();
    let mut fits = Vec::new();
    for (&(at, project), likeness) in open.iter().zip(text::likeness(&needs, &texts)) {
        for (party, (candidate, likeness)) in parties.iter().zip(&likeness).enumerate() {
            let mut reasons = substance(project, candidate, likeness);
            if reasons.is_empty() && !is_place_enough {
                continue;
            }
            reasons.extend(near(project, candidate));
            if !reasons.is_empty() {
                fits.push(Fit { project: at, party, reasons });
            }
        }
    }
    fits
}

/// What speaks for a party before its place is looked at.
fn substance(project: &Project, party: &Party, likeness: &text::Likeness) -> Vec<Reason> {
    let own = project.industry.as_deref();
    [
        shared(&project.domains, &party.domains),
        text::reason(likeness, TEXT_POINTS),
        industry::reason(own, party.industry.as_deref(), INDUSTRY_POINTS),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn near(project: &Project, party: &Party) -> Option<Reason> {
    let reason = place::by_division(&project.regions, &party.regions)?;
    let points = reason.points * PLACE_POINTS / place::MOST;
    Some(Reason { points, ..reason })
}

/// All points where the party works in every domain of the project, a part where in some.
fn shared(own: &[String], other: &[String]) -> Option<Reason> {
    let mut common: Vec<String> =
        own.iter().filter(|domain| other.contains(domain)).cloned().collect();
    common.sort_unstable();
    common.dedup();
    if common.is_empty() {
        return None;
    }
    let parts = u32::try_from(common.len()).unwrap_or(u32::MAX);
    let whole = u32::try_from(own.len()).unwrap_or(u32::MAX);
    let points = fraction(DOMAIN_POINTS, parts, whole);
    let evidence = Evidence::SharedDomains(common);
    Some(Reason { criterion: Criterion::Domain, points, evidence })
}
