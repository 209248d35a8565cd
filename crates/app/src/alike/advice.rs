//! Where a need belongs, learned from those that were handled before.

use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::OrganisationId;
use lianmeng_domain::need::{Need, NeedKind, NeedStage, NeedStep, SeenNeed, rights};
use lianmeng_domain::suggestion::Reason;
use lianmeng_domain::text::normalise;
use lianmeng_matching::classify::{self, Case, Description};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::organisation::{self, OrganisationFilter};
use lianmeng_store::page::{NameOrder, Window};

use super::{AlikeError, item, near};
use crate::desk::Desk;

/// Needs of the past looked at.
const LOOKED_AT: usize = 200;
/// Units whose services are read.
const UNITS: u64 = 500;
/// What a coordinator decided counts as so many dispatches.
const DECIDED: u32 = 3;

/// Something suggested for a need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advised<T> {
    /// What.
    pub what: T,
    /// Points, at most 10 000; the sum over `reasons`.
    pub points: i32,
    /// What speaks for it.
    pub reasons: Vec<Reason>,
}

/// What is suggested to whoever dispatches a need; empty lists where nothing is certain enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Advice {
    /// Kinds, at most three, most points first.
    pub kinds: Vec<Advised<NeedKind>>,
    /// Units, at most three, most points first.
    pub units: Vec<Advised<OrganisationId>>,
}

/// Suggests kind and handling unit of `need`, learned from those the caller reads in full. `None` for
/// who may not dispatch it.
///
/// # Errors
///
/// See [`AlikeError`].
pub async fn advise(
    desk: &Desk,
    actor: &Actor,
    eyes: Eyes<'_>,
    need: &Need,
) -> Result<Option<Advice>, AlikeError> {
    if !rights::may_take(actor, NeedStep::Dispatch, need) {
        return Ok(None);
    }
    let asked = item(need, true);
    let past = near(desk, eyes, &asked, LOOKED_AT).await?;
    let past: Vec<&SeenNeed> = past.iter().filter(|seen| seen.is_full).collect();
    let kinds: Vec<Case> = past.iter().filter_map(|seen| kind_case(&seen.need)).collect();
    let units: Vec<Case> = past.iter().filter_map(|seen| unit_case(&seen.need)).collect();
    let window = Window::first(UNITS);
    let filter = OrganisationFilter::default();
    let all = organisation::page(&desk.db, eyes.sees, &filter, NameOrder::Id, window).await?;
    let told = all.into_iter().filter(|unit| !unit.services.is_empty()).map(|unit| Description {
        class: unit.id.to_string(),
        text: normalise(&format!("{} {}", unit.name, unit.services)),
    });
    let told: Vec<Description> = told.collect();
    let asking = desk.alike.ask(move |memory| {
        let said = classify::kinds();
        let kinds = classify::advise(memory, &asked, &kinds, &said, classify::KINDS_FROM);
        (kinds, classify::advise(memory, &asked, &units, &told, classify::UNITS_FROM))
    });
    let (kinds, units) = asking.await?;
    Ok(Some(Advice {
        kinds: read(kinds, NeedKind::from_word),
        units: read(units, |id| id.parse().ok()),
    }))
}

fn read<T>(advice: Vec<classify::Advice>, class: impl Fn(&str) -> Option<T>) -> Vec<Advised<T>> {
    let one = |advice: classify::Advice| {
        let reasons = advice.reasons.iter().map(|reason| Reason {
            criterion: reason.key().to_owned(),
            points: reason.points,
            zh: reason.text_zh(),
            en: reason.text_en(),
        });
        let reasons = reasons.collect();
        Some(Advised { what: class(&advice.class)?, points: advice.points, reasons })
    };
    advice.into_iter().filter_map(one).collect()
}

/// A need whose kind somebody looked at: it was taken in.
fn kind_case(need: &Need) -> Option<Case> {
    is_taken_in(need.stage).then(|| Case {
        item: item(need, true),
        class: need.kind.word().to_owned(),
        weight: 1,
    })
}

/// A need that its unit took on.
fn unit_case(need: &Need) -> Option<Case> {
    let handler = need.handler.filter(|_| is_taken_on(need.stage))?;
    let weight = if need.adjudication.is_some() { DECIDED } else { 1 };
    Some(Case { item: item(need, true), class: handler.to_string(), weight })
}

const fn is_taken_in(stage: NeedStage) -> bool {
    match stage {
        NeedStage::Draft
        | NeedStage::Submitted
        | NeedStage::Excluded
        | NeedStage::Merged
        | NeedStage::Expired => false,
        NeedStage::Triaged
        | NeedStage::Dispatched
        | NeedStage::SentBack
        | NeedStage::Accepted
        | NeedStage::InProgress
        | NeedStage::Whistled
        | NeedStage::Matching
        | NeedStage::Suspended
        | NeedStage::Answered
        | NeedStage::Rated
        | NeedStage::Reopened
        | NeedStage::Closed => true,
    }
}

const fn is_taken_on(stage: NeedStage) -> bool {
    match stage {
        NeedStage::Accepted
        | NeedStage::InProgress
        | NeedStage::Whistled
        | NeedStage::Matching
        | NeedStage::Suspended
        | NeedStage::Answered
        | NeedStage::Rated
        | NeedStage::Closed => true,
        NeedStage::Draft
        | NeedStage::Submitted
        | NeedStage::Excluded
        | NeedStage::Triaged
        | NeedStage::Dispatched
        | NeedStage::SentBack
        | NeedStage::Reopened
        | NeedStage::Merged
        | NeedStage::Expired => false,
    }
}
