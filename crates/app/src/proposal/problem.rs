//! From suggestions to the engine's problem: who they bring together, what each is worth and how likely
//! both accept.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use lianmeng_domain::committee::Member;
use lianmeng_domain::enterprise::Ownership;
use lianmeng_domain::need::NeedKind;
use lianmeng_domain::organisation::OrganisationKind;
use lianmeng_domain::region::Place;
use lianmeng_domain::suggestion::SuggestionStage;
use lianmeng_planning::proposal::{
    About, Host, Kind, MAX_PEOPLE, Person, Problem, Quota, Suggestion,
};
use lianmeng_store::event::candidates::{Candidate, Endings};

use super::AskEvent;
use super::answer::Acceptance;
use super::gather::Known;
use crate::event::people::wire_of_member;
use crate::labels::Labels;

/// Work of the search: a second or two.
const STEPS: u64 = 20_000_000;
/// Endings below which the platform's own share of accepted suggestions says nothing yet.
const ENOUGH: u64 = 20;
/// Taken for that share until then, in basis points.
const HALF: u32 = 5_000;
/// Days a host waits that never hosted.
const NEVER: u32 = 36_500;
/// Certainty, in basis points.
const SURE: u32 = 10_000;

/// A problem, and what its texts stand for.
#[derive(Debug)]
pub(super) struct Put {
    pub(super) problem: Problem,
    pub(super) people: Labels<Member>,
    pub(super) hosts: Labels<Place>,
    /// The suggestion of each pair, by its two texts.
    pub(super) suggestions: BTreeMap<(String, String), Candidate>,
    pub(super) acceptance: Acceptance,
}

/// The engine's problem.
pub(super) fn problem(ask: &AskEvent, known: &Known, today: NaiveDate) -> Put {
    let acceptance = acceptance(known.endings);
    let best = best(&known.candidates, &acceptance);
    let members = members(ask, &known.candidates);
    let named = members.iter().map(|one| (*one, name(known, *one), wire_of_member(*one)));
    let people = Labels::of(named);
    let text: BTreeMap<Member, &String> = members.iter().copied().zip(people.texts()).collect();
    let (mut suggestions, mut ids) = (Vec::new(), BTreeMap::new());
    for one in best.values() {
        let sides = (text.get(&Member::Enterprise(one.a)), text.get(&one.b));
        let (Some(a), Some(b)) = sides else { continue };
        suggestions.push(Suggestion {
            a: (*a).clone(),
            b: (*b).clone(),
            value_points: u32::try_from(one.points).unwrap_or(0),
            probability_basis_points: probability(one.stage, &acceptance),
            about: about(one.need),
        });
        ids.insert(((*a).clone(), (*b).clone()), **one);
    }
    let code = |place: Place| crate::season::place_text(place);
    let host_names = ask
        .hosts
        .iter()
        .map(|place| (*place, known.names.get(place).map_or("", String::as_str), code(*place)));
    let hosts = Labels::of(host_names);
    let person = |(member, id): (&Member, &String)| Person {
        id: id.clone(),
        kind: kind(known, *member),
        district: district(ask, known, *member).and_then(|at| hosts.texts().get(at).cloned()),
        capacity: ask.meetings_each,
        must_invite: ask.must.contains(member),
        away: ask.without.contains(member),
        cost_fen: 0,
    };
    let problem = Problem {
        people: members.iter().zip(people.texts()).map(person).collect(),
        suggestions,
        capacity: ask.capacity,
        quotas: ask
            .quotas
            .iter()
            .map(|one| Quota { kind: one.kind, min: one.min, max: one.max })
            .collect(),
        hosts: ask
            .hosts
            .iter()
            .zip(hosts.texts())
            .map(|(place, id)| host(known, *place, id, today))
            .collect(),
        max_hosts: ask.max_hosts,
        keep_basis_points: ask.keep_basis_points,
        steps: STEPS,
    };
    Put { problem, people, hosts, suggestions: ids, acceptance }
}

/// How likely a suggestion is accepted that nobody answered: the platform's own share of those shown,
/// or half while too few have ended.
fn acceptance(endings: Endings) -> Acceptance {
    let ended = endings.accepted + endings.not_accepted;
    let is_measured = ended >= ENOUGH;
    let share = (endings.accepted * u64::from(SURE)).checked_div(ended).unwrap_or(0);
    let basis_points = if is_measured { u32::try_from(share).unwrap_or(HALF) } else { HALF };
    Acceptance { basis_points, is_measured, ended }
}

/// How likely both accept: sure where both did; where one did, the root of the share, as if each side
/// accepted by itself.
fn probability(stage: SuggestionStage, acceptance: &Acceptance) -> u32 {
    match stage {
        SuggestionStage::Mutual | SuggestionStage::Paired => SURE,
        SuggestionStage::AcceptedByA | SuggestionStage::AcceptedByB => {
            (acceptance.basis_points * SURE).isqrt()
        }
        SuggestionStage::Proposed | SuggestionStage::Shown => acceptance.basis_points,
        SuggestionStage::Declined | SuggestionStage::Expired | SuggestionStage::Withdrawn => 0,
    }
}

/// The suggestion of each pair that is worth most; of equal ones the one with the lower id.
fn best<'a>(
    candidates: &'a [Candidate],
    acceptance: &Acceptance,
) -> BTreeMap<(Member, Member), &'a Candidate> {
    let worth =
        |one: &Candidate| i64::from(one.points) * i64::from(probability(one.stage, acceptance));
    let mut best: BTreeMap<(Member, Member), &Candidate> = BTreeMap::new();
    for one in candidates {
        let a = Member::Enterprise(one.a);
        if a == one.b {
            continue;
        }
        let place = best.entry((a.min(one.b), a.max(one.b))).or_insert(one);
        let rank = |one: &Candidate| (worth(one), std::cmp::Reverse(one.id));
        if rank(one) > rank(place) {
            *place = one;
        }
    }
    best
}

/// Whom the question names and whom suggestions bring together, by id; where they are more than the
/// engine takes, those of the suggestions with most points.
fn members(ask: &AskEvent, candidates: &[Candidate]) -> Vec<Member> {
    let mut all: BTreeSet<Member> = ask.must.iter().chain(&ask.without).copied().collect();
    for one in candidates {
        for member in [Member::Enterprise(one.a), one.b] {
            if all.len() < MAX_PEOPLE {
                all.insert(member);
            }
        }
    }
    all.into_iter().collect()
}

fn name(known: &Known, member: Member) -> &str {
    known.members.name(member).unwrap_or_default()
}

fn kind(known: &Known, member: Member) -> Kind {
    match member {
        Member::Enterprise(id) => {
            match known.members.enterprises.get(&id).and_then(|one| one.ownership) {
                Some(Ownership::CentralSoe) => Kind::CentralSoe,
                Some(
                    Ownership::ProvincialSoe
                    | Ownership::MunicipalSoe
                    | Ownership::DistrictSoe
                    | Ownership::OutsideSoe,
                ) => Kind::LocalSoe,
                Some(Ownership::PrivateFirm | Ownership::ForeignFirm) => Kind::PrivateFirm,
                Some(Ownership::Other) | None => Kind::Other,
            }
        }
        Member::Organisation(id) => {
            match known.members.organisations.get(&id).map(|one| one.kind) {
                Some(OrganisationKind::Bank) => Kind::Finance,
                Some(OrganisationKind::Institute) => Kind::Institute,
                Some(OrganisationKind::Department) => Kind::Department,
                Some(OrganisationKind::Chamber) | None => Kind::Other,
            }
        }
    }
}

const fn about(need: Option<NeedKind>) -> About {
    match need {
        Some(NeedKind::Finance) => About::Finance,
        Some(NeedKind::Scenario) => About::Scenario,
        Some(NeedKind::Space) => About::Site,
        Some(
            NeedKind::Policy
            | NeedKind::Approval
            | NeedKind::Facilities
            | NeedKind::Talent
            | NeedKind::TechBreakthrough
            | NeedKind::Supply
            | NeedKind::Market
            | NeedKind::Investment
            | NeedKind::Other,
        )
        | None => About::Cooperation,
    }
}

/// The host somebody belongs to: its own place, else the first division it lies in.
fn district(ask: &AskEvent, known: &Known, member: Member) -> Option<usize> {
    let place = match member {
        Member::Enterprise(id) => known.members.enterprises.get(&id)?.place?,
        Member::Organisation(id) => known.members.organisations.get(&id)?.place?,
    };
    let own = ask.hosts.iter().position(|host| *host == place);
    own.or_else(|| {
        ask.hosts.iter().position(|host| match (host, place) {
            (Place::Region(host), Place::Region(code)) => code.is_within(*host),
            (Place::Region(_) | Place::Zone(_), Place::Zone(_))
            | (Place::Zone(_), Place::Region(_)) => false,
        })
    })
}

fn host(known: &Known, place: Place, id: &str, today: NaiveDate) -> Host {
    let last = known.hostings.iter().find(|(host, _)| *host == place).map(|(_, day)| *day);
    let waited = last.map_or(NEVER, |day| u32::try_from((today - day).num_days()).unwrap_or(0));
    let largest = known.venues.iter().find(|venue| venue.place == Some(place));
    let seats = largest.and_then(|venue| venue.capacity);
    Host {
        id: id.to_owned(),
        name: known.names.get(&place).cloned().unwrap_or_default(),
        capacity: seats.and_then(|seats| usize::try_from(seats).ok()),
        waited_days: waited,
    }
}
