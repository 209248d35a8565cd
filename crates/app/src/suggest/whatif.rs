//! What the suggestions for a need would be with other weights or without somebody. Nothing is saved.

use std::collections::BTreeSet;

use lianmeng_domain::actor::Actor;
use lianmeng_domain::committee::Member;
use lianmeng_domain::ids::{NeedId, OfferId};
use lianmeng_domain::weights::Weights;
use lianmeng_matching::problem::{CandidateKind, Problem};
use lianmeng_matching::suggest::suggest;
use lianmeng_matching::whatif::{Difference, compare};

use super::{SuggestError, counterpart, gather, kept};
use crate::desk::Desk;
use crate::weights;

/// Asks what would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskWhatIf {
    /// The need.
    pub need: NeedId,
    /// Other weights; those in force if absent.
    pub weights: Option<Weights>,
    /// Enterprises and organisations that would not take part.
    pub without: Vec<Member>,
    /// Most suggestions of either list, 1 to 100.
    pub limit: usize,
}

/// A counterpart of either list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contender {
    /// Who could help.
    pub member: Member,
    /// The offer, where it is one.
    pub offer: Option<OfferId>,
    /// Rank from 1 and points with the weights in force; `None` if it would be new.
    pub before: Option<(usize, i32)>,
    /// Rank from 1 and points with the change; `None` if it would be lost.
    pub after: Option<(usize, i32)>,
}

/// Two lists of suggestions compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WhatIf {
    /// Everyone of either list: the changed list in its order, then those it lost.
    pub contenders: Vec<Contender>,
    /// How many are new, lost, and in both.
    pub counts: [usize; 3],
    /// Sums of the points before and after.
    pub totals: [i64; 2],
}

/// Compares the suggestions the engine would make now with those it would make with the change.
/// Its committee's secretary, or a coordinator.
///
/// # Errors
///
/// See [`SuggestError`].
pub async fn ask(desk: &Desk, actor: &Actor, ask: &AskWhatIf) -> Result<WhatIf, SuggestError> {
    let need = kept(desk, actor, ask.need).await?;
    let active = weights::active(&desk.db).await?.weights;
    let changed = ask.weights.clone().unwrap_or_else(|| active.clone());
    changed.check()?;
    let gathered = gather::for_need(desk, &need, ask.limit, &active).await?;
    let gather::Gathered { problem, offers, .. } = gathered;
    let without: BTreeSet<Member> = ask.without.iter().copied().collect();
    let is_out = |kind, id| {
        counterpart(&offers, kind, id).is_some_and(|(_, _, member)| without.contains(&member))
    };
    let staying = problem.candidates.iter().filter(|one| !is_out(one.kind, one.id)).cloned();
    let other = Problem { candidates: staying.collect(), weights: changed, ..problem.clone() };
    let work = move || difference(&problem, &other);
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| SuggestError::Engine(error.to_string()))?;
    let contenders = done.entries.iter().filter_map(|entry| {
        let (kind, id) = entry.key;
        let (_, offer, member) = counterpart(&offers, kind, id)?;
        Some(Contender { member, offer, before: entry.before, after: entry.after })
    });
    Ok(WhatIf {
        contenders: contenders.collect(),
        counts: [done.gained(), done.lost(), done.kept()],
        totals: [done.total_before, done.total_after],
    })
}

fn difference(before: &Problem, after: &Problem) -> Difference<(CandidateKind, u128)> {
    let list = |problem: &Problem| -> Vec<((CandidateKind, u128), i32)> {
        let found = suggest(problem).suggestions.into_iter();
        found.map(|one| ((one.kind, one.id), one.score)).collect()
    };
    compare(&list(before), &list(after))
}
