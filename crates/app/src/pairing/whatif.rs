//! What a plan of pairings would be with other wishes, other rules or without somebody. Saves nothing.

use std::collections::BTreeSet;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::pairing::pattern::may_plan;
use lianmeng_matching::whatif::compare;

use super::people::People;
use super::plan::{PairingPlan, PairingRules, PlanPairings, Wish, check, ready};
use super::{PairingCommandError, solve};
use crate::desk::Desk;
use crate::seat;

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlanChange {
    /// Wishes of side A: in place of those of the same member, or of somebody who joins.
    pub a: Vec<Wish>,
    /// Wishes of side B, likewise.
    pub b: Vec<Wish>,
    /// Who would not take part.
    pub without: Vec<Member>,
    /// Other rules; the same if absent.
    pub rules: Option<PairingRules>,
}

/// Asks what would change.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskPlanWhatIf {
    /// The plan.
    pub plan: PlanPairings,
    /// The change.
    pub changed: PlanChange,
}

/// A pair of either plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComparedPair {
    /// Side A.
    pub a: Member,
    /// Side B.
    pub b: Member,
    /// Points in the plan as asked; `None` if the pair would be new.
    pub before: Option<i32>,
    /// Points with the change; `None` if it would be lost.
    pub after: Option<i32>,
}

/// Two plans compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanWhatIf {
    /// The plan as asked, with its exposure.
    pub before: PairingPlan,
    /// The plan with the change, with its exposure.
    pub after: PairingPlan,
    /// Every pair of either: those of the changed plan in its order, then the lost ones in theirs.
    pub pairs: Vec<ComparedPair>,
    /// How many are new, lost, and in both.
    pub counts: [usize; 3],
}

/// Compares the plan as asked with the changed one. Coordinators and secretaries.
///
/// # Errors
///
/// See [`PairingCommandError`]; what is wrong with either plan is told in the same way.
pub async fn ask(
    desk: &Desk,
    actor: &Actor,
    ask: &AskPlanWhatIf,
) -> Result<PlanWhatIf, PairingCommandError> {
    if !may_plan(actor) {
        return Err(PairingCommandError::NotFound);
    }
    let changed = changed(&ask.plan, &ask.changed);
    check(&ask.plan)?;
    check(&changed)?;
    let people = People::of(&desk.db, &[&ask.plan, &changed]).await?;
    let one = ready(desk, &ask.plan, &people).await?;
    let other = ready(desk, &changed, &people).await?;
    let both = seat::run(move || {
        let worths = solve::Worths::of(&[&one, &other], &people);
        let known = (&people, &worths);
        let before = solve::solve(&one, known, true, &[])?;
        // What is equally good is not told as a difference.
        let after = solve::solve(&other, known, true, &before.pairs)?;
        Ok::<_, PairingCommandError>((before, after))
    });
    let (before, after) = both.await.map_err(PairingCommandError::Engine)??;
    Ok(difference(before, after))
}

fn difference(before: PairingPlan, after: PairingPlan) -> PlanWhatIf {
    let list = |plan: &PairingPlan| -> Vec<((Member, Member), i32)> {
        plan.pairs.iter().map(|pair| ((pair.a, pair.b), pair.points)).collect()
    };
    let found = compare(&list(&before), &list(&after));
    let points = |place: Option<(usize, i32)>| place.map(|(_, points)| points);
    let pairs = found.entries.iter().map(|entry| ComparedPair {
        a: entry.key.0,
        b: entry.key.1,
        before: points(entry.before),
        after: points(entry.after),
    });
    PlanWhatIf {
        pairs: pairs.collect(),
        counts: [found.gained(), found.lost(), found.kept()],
        before,
        after,
    }
}

/// The plan with the change. Rules lose whoever takes no part.
fn changed(plan: &PlanPairings, change: &PlanChange) -> PlanPairings {
    let without: BTreeSet<Member> = change.without.iter().copied().collect();
    let side = |own: &[Wish], other: &[Wish]| -> Vec<Wish> {
        let replaced = |wish: &Wish| {
            other.iter().find(|one| one.member == wish.member).copied().unwrap_or(*wish)
        };
        let known: BTreeSet<Member> = own.iter().map(|wish| wish.member).collect();
        let joining = other.iter().filter(|wish| !known.contains(&wish.member)).copied();
        let all = own.iter().map(replaced).chain(joining);
        all.filter(|wish| !without.contains(&wish.member)).collect()
    };
    let mut rules = change.rules.clone().unwrap_or_else(|| plan.rules.clone());
    for couples in [&mut rules.must, &mut rules.avoid] {
        couples.retain(|pair| !without.contains(&pair.a) && !without.contains(&pair.b));
    }
    for group in &mut rules.groups {
        group.members.retain(|member| !without.contains(member));
    }
    rules.groups.retain(|group| !group.members.is_empty());
    if let Some(fairness) = &mut rules.fairness {
        fairness.newcomers.retain(|member| !without.contains(member));
    }
    PlanPairings {
        a: side(&plan.a, &change.a),
        b: side(&plan.b, &change.b),
        pattern: plan.pattern.clone(),
        rules,
    }
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::ids::EnterpriseId;

    use super::super::plan::Group;
    use super::*;
    use crate::pairing::Couple;

    #[test]
    fn a_change_replaces_adds_and_leaves_out_and_rules_follow() {
        let firm = |n: u128| Member::Enterprise(EnterpriseId::from(n));
        let wish = |n, max| Wish { member: firm(n), min: None, max: Some(max) };
        let plan = PlanPairings {
            a: vec![wish(1, 1), wish(2, 1)],
            b: vec![wish(3, 1)],
            pattern: None,
            rules: PairingRules {
                must: vec![Couple { a: firm(1), b: firm(3) }, Couple { a: firm(2), b: firm(3) }],
                groups: vec![Group { members: vec![firm(1), firm(2)], ..Group::default() }],
                ..PairingRules::default()
            },
        };
        let change = PlanChange {
            a: vec![wish(2, 5), wish(4, 1)],
            without: vec![firm(1)],
            ..PlanChange::default()
        };
        let got = changed(&plan, &change);
        assert_eq!((got.a, got.b), (vec![wish(2, 5), wish(4, 1)], vec![wish(3, 1)]));
        assert_eq!(got.rules.must, [Couple { a: firm(2), b: firm(3) }]);
        assert_eq!(got.rules.groups[0].members, [firm(2)]);
        assert_eq!(changed(&plan, &PlanChange::default()), plan);
    }
}
