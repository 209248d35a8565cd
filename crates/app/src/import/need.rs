//! Needs, handed in on behalf of their enterprises.

use chrono::{DateTime, Utc};
use lianmeng_domain::draft::{Draft, DraftKind, Field};
use lianmeng_domain::ids::{EnterpriseId, NeedId};
use lianmeng_domain::need::{Need, NeedChannel, NeedKind, NeedStage, NeedTrace, rules};
use lianmeng_store::import as stored;

use super::directory::{Directory, Slot};
use super::enterprise::industry;
use super::named::enter;
use super::notes::Counts;
use super::place::region;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Judges and saves the needs; the external id is the key, else enterprise and exact title.
pub(super) async fn needs(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Need;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let mut held = Directory::new(stored::needs(judge.tx).await?);
    for draft in judge.cmd.drafts.rows(kind) {
        need(judge, &mut held, draft);
    }
    let mut counts = Counts::default();
    let changed = held.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_needs(judge.tx, &changed).await?;
    Ok(())
}

fn need(judge: &mut Judge<'_>, held: &mut Directory<Need>, draft: Draft<'_>) -> Option<Slot> {
    let kind = DraftKind::Need;
    let mut row = Row::new(draft, &mut judge.notes);
    let external_id = row.text(Field::ExternalId);
    let enterprise = row.required_find(Field::Enterprise, &judge.enterprises);
    let enterprise = enterprise.and_then(|slot| judge.enterprises.get(slot)).map(|firm| firm.id);
    let what = row.required_word(Field::NeedKind, NeedKind::from_word);
    let title = row.required(Field::Title);
    let body = body(&mut row, title.as_deref());
    let summary = row.text(Field::Summary);
    let committee = row.find(Field::Committee, &judge.committees);
    let committee = committee.and_then(|slot| judge.committees.get(slot)).map(|c| c.id);
    let region = region(&mut row, &judge.atlas);
    let industry = industry(&mut row, &judge.industries);
    if !row.is_good(kind) {
        return None;
    }
    let (((enterprise, what), title), body) = enterprise.zip(what).zip(title).zip(body)?;
    let known = match external_id.as_deref() {
        Some(id) => held.by_key(id),
        None => of_enterprise(held, enterprise, &title),
    };
    let before = known.and_then(|slot| held.get(slot)).cloned();
    let base =
        before.clone().unwrap_or_else(|| blank(judge.desk.mint(), enterprise, judge.desk.now));
    let need = Need {
        external_id: external_id.or(base.external_id),
        enterprise,
        kind: what,
        title,
        body,
        public_summary: summary.unwrap_or(base.public_summary),
        committee: committee.or(base.committee),
        region: region.or(base.region),
        industry: industry.or(base.industry),
        ..base
    };
    check(&mut row, before.as_ref(), &need);
    if !row.is_good(kind) {
        return None;
    }
    enter(&mut row, kind, held, known, need)
}

/// The text of a need; its title where nothing else is said.
fn body(row: &mut Row<'_, '_>, title: Option<&str>) -> Option<String> {
    if !row.draft.get(Field::Body).is_empty() {
        return row.text(Field::Body);
    }
    let reason = "nothing is said beyond the title, which stands for the text";
    row.note(Field::Body, flaw("body_from_title", reason, "describe what is asked for"));
    title.map(str::to_owned)
}

/// The need of this exact title that an enterprise has.
fn of_enterprise(held: &Directory<Need>, enterprise: EnterpriseId, title: &str) -> Option<Slot> {
    held.named(title).find(|&slot| held.get(slot).is_some_and(|need| need.enterprise == enterprise))
}

/// Refuses texts that are too long, and changes to a need that is being worked on.
fn check(row: &mut Row<'_, '_>, before: Option<&Need>, need: &Need) {
    if let Err(error) = rules::check_texts(need) {
        row.reject(Field::Title, flaw("text_length", error.to_string(), "mend the text"));
    }
    let is_open =
        matches!(need.stage, NeedStage::Draft | NeedStage::Submitted | NeedStage::Triaged);
    if !is_open && before != Some(need) {
        let reason = format!("the need is {} already and is no longer rewritten", need.stage);
        row.reject(Field::Title, flaw("need_under_way", reason, "change it where it is handled"));
    }
}

/// A need that was just handed in by somebody else than its enterprise.
fn blank(id: NeedId, enterprise: EnterpriseId, now: DateTime<Utc>) -> Need {
    let trace =
        NeedTrace { submitted_at: Some(now), confirmed_at: Some(now), ..NeedTrace::default() };
    Need {
        stage: NeedStage::Submitted,
        is_proxy: true,
        channel: NeedChannel::Import,
        trace,
        ..Need::blank(id, enterprise, now)
    }
}
