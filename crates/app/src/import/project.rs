//! Offers and projects.

use lianmeng_domain::draft::{Draft, DraftKind, Field};
use lianmeng_domain::offer::{self, Offer, OfferKind};
use lianmeng_domain::project::{self, Project, ProjectStage};
use lianmeng_store::import as stored;

use super::committee::member;
use super::decimal::Decimal;
use super::directory::{Directory, Slot};
use super::named::{self, enter};
use super::notes::Counts;
use super::place::region;
use super::row::{Row, flaw};
use super::{ImportError, Judge};

/// Judges and saves the offers; the external id is the key, else provider and exact title.
pub(super) async fn offers(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Offer;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let mut held = Directory::new(stored::offers(judge.tx).await?);
    for draft in judge.cmd.drafts.rows(kind) {
        offer(judge, &mut held, draft);
    }
    let mut counts = Counts::default();
    let changed = held.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_offers(judge.tx, &changed).await?;
    Ok(())
}

fn offer(judge: &mut Judge<'_>, held: &mut Directory<Offer>, draft: Draft<'_>) -> Option<Slot> {
    let kind = DraftKind::Offer;
    let mut row = Row::new(draft, &mut judge.notes);
    let external_id = row.text(Field::ExternalId);
    let provider = member(&mut row, &judge.enterprises, &judge.organisations);
    let what = row.required_word(Field::OfferKind, OfferKind::from_word);
    let title = row.required(Field::Title);
    let body = row.text(Field::Body);
    let capacity = row.whole(Field::Capacity).map(i64::from);
    let unit = row.text(Field::Unit);
    let valid_until = row.date(Field::ValidTo);
    let is_published = row.flag(Field::IsPublished);
    if !row.is_good(kind) {
        return None;
    }
    let ((provider, what), title) = provider.zip(what).zip(title)?;
    let known = match external_id.as_deref() {
        Some(id) => held.by_key(id),
        None => held
            .named(&title)
            .find(|&slot| held.get(slot).is_some_and(|offer| offer.provider == provider)),
    };
    let before = known.and_then(|slot| held.get(slot)).cloned();
    let base = before.clone().unwrap_or_else(|| Offer {
        id: judge.desk.mint(),
        external_id: None,
        provider,
        kind: what,
        title: String::new(),
        body: String::new(),
        capacity: None,
        capacity_left: None,
        unit: None,
        valid_until: None,
        is_published: false,
        version: 1,
    });
    let said = Offer {
        external_id: external_id.or(base.external_id),
        provider,
        kind: what,
        title,
        body: body.unwrap_or(base.body),
        capacity: capacity.or(base.capacity),
        unit: unit.or(base.unit),
        valid_until: valid_until.or(base.valid_until),
        is_published: is_published.unwrap_or(base.is_published),
        ..base
    };
    match offer::revise(&said, before.as_ref()) {
        Ok(offer) => enter(&mut row, kind, held, known, offer),
        Err(error) => {
            row.reject(Field::Title, flaw("rule_broken", error.to_string(), "mend the row"));
            row.is_good(kind);
            None
        }
    }
}

/// Judges and saves the projects; the external id is the key, else the exact name.
pub(super) async fn projects(judge: &mut Judge<'_>) -> Result<(), ImportError> {
    let kind = DraftKind::Project;
    if judge.cmd.drafts.rows(kind).next().is_none() {
        return Ok(());
    }
    let mut held = Directory::new(stored::projects(judge.tx).await?);
    for draft in judge.cmd.drafts.rows(kind) {
        project(judge, &mut held, draft);
    }
    let mut counts = Counts::default();
    let changed = held.outcome(&mut counts);
    judge.notes.add_counts(kind, counts);
    stored::put_projects(judge.tx, &changed).await?;
    Ok(())
}

fn project(judge: &mut Judge<'_>, held: &mut Directory<Project>, draft: Draft<'_>) -> Option<Slot> {
    let kind = DraftKind::Project;
    let mut row = Row::new(draft, &mut judge.notes);
    let external_id = row.text(Field::ExternalId);
    let name = row.required(Field::Name);
    let domain = row.required(Field::Domain);
    let summary = row.text(Field::Summary);
    let owner = row.find(Field::Enterprise, &judge.enterprises);
    let owner = owner.and_then(|slot| judge.enterprises.get(slot)).map(|firm| firm.id);
    let region = region(&mut row, &judge.atlas);
    let amount_fen = investment(&mut row);
    let stage = row.word(Field::ProjectStage, ProjectStage::from_word);
    let is_published = row.flag(Field::IsPublished);
    let is_example = row.flag(Field::IsExample);
    let known = named::known(&mut row, held, external_id.as_deref(), name.as_deref());
    if !row.is_good(kind) {
        return None;
    }
    let (name, domain) = name.zip(domain)?;
    let base = known.and_then(|slot| held.get(slot)).cloned().unwrap_or_else(|| Project {
        id: judge.desk.mint(),
        external_id: None,
        name: String::new(),
        summary: String::new(),
        domain: String::new(),
        owner: None,
        region: None,
        amount_fen: None,
        stage: ProjectStage::Planned,
        is_published: false,
        is_example: false,
        version: 1,
    });
    let said = Project {
        external_id: external_id.or(base.external_id),
        name,
        domain,
        summary: summary.unwrap_or(base.summary),
        owner: owner.or(base.owner),
        region: region.or(base.region),
        amount_fen: amount_fen.or(base.amount_fen),
        stage: stage.unwrap_or(base.stage),
        is_published: is_published.unwrap_or(base.is_published),
        is_example: is_example.unwrap_or(base.is_example),
        ..base
    };
    match project::revise(&said) {
        Ok(project) => enter(&mut row, kind, held, known, project),
        Err(error) => {
            row.reject(Field::Name, flaw("rule_broken", error.to_string(), "mend the row"));
            row.is_good(kind);
            None
        }
    }
}

/// An investment in fen. The cell says 亿 or 万, else the header does, else it is in yuan.
fn investment(row: &mut Row<'_, '_>) -> Option<i64> {
    let text = row.text(Field::Investment)?;
    let header = row.draft.spot(Field::Investment).column.unwrap_or_default();
    let amount = fen(&text, &header);
    if amount.is_none() {
        let reason = "this is no amount of money";
        row.reject(Field::Investment, flaw("number_invalid", reason, "write 630000000 or 6.3亿"));
    }
    amount
}

fn fen(text: &str, header: &str) -> Option<i64> {
    let text = text.trim_end_matches(['元', ' ']);
    let unit = |text: &str| {
        if text.contains('亿') {
            10_000_000_000
        } else if text.contains('万') {
            1_000_000
        } else {
            100
        }
    };
    let bare = text.trim_end_matches(['亿', '万']);
    let scale = if bare.len() < text.len() { unit(text) } else { unit(header) };
    Decimal::parse(bare.trim_end())?.times(scale).filter(|fen| *fen >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_the_unit_of_the_cell_or_else_of_the_header() {
        for (text, header, want) in [
            ("6.3亿", "投资额", Some(63_000_000_000)),
            ("6.3 亿元", "投资额（万元）", Some(63_000_000_000)),
            ("63000", "投资额（万元）", Some(63_000_000_000)),
            ("40", "总投资(亿元)", Some(400_000_000_000)),
            ("630000000", "投资额", Some(63_000_000_000)),
            ("0.01", "投资额", Some(1)),
            ("0.001", "投资额", None),
            ("-5万", "投资额", None),
            ("若干", "投资额", None),
            ("9e30", "投资额", None),
        ] {
            assert_eq!(fen(text, header), want, "{text} {header}");
        }
    }
}
