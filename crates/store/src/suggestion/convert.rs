//! Rows of suggestions and back.

use lianmeng_domain::suggestion::{
    DeclineCode, DeclineReason, Suggestion, SuggestionKind, SuggestionStage,
};
use lianmeng_domain::weights::Fusion;
use sea_orm::ActiveValue::Set;

use super::row;
use crate::StoreError;
use crate::parse::{self, At};
use crate::sight;

/// The row of `suggestion`, all columns set.
pub(super) fn columns(suggestion: &Suggestion) -> row::ActiveModel {
    let (enterprise_b, organisation_b) = parse::member_columns(suggestion.b);
    let code = |reason: &Option<DeclineReason>| reason.as_ref().map(|r| r.code.word().to_owned());
    let note = |reason: &Option<DeclineReason>| reason.as_ref().and_then(|r| r.note.clone());
    row::ActiveModel {
        id: Set(suggestion.id.to_string()),
        kind: Set(suggestion.kind.word().to_owned()),
        need_id: Set(suggestion.need.map(|id| id.to_string())),
        offer_id: Set(suggestion.offer.map(|id| id.to_string())),
        project_id: Set(suggestion.project.map(|id| id.to_string())),
        committee_id: Set(suggestion.committee.map(|id| id.to_string())),
        enterprise_a: Set(suggestion.a.to_string()),
        enterprise_b: Set(enterprise_b),
        organisation_b: Set(organisation_b),
        pair_key: Set(super::pair_key(suggestion)),
        points: Set(suggestion.points),
        reasons: Set(parse::reasons_text(&suggestion.reasons)),
        reasons_b: Set(parse::reasons_text(&suggestion.reasons_b)),
        fusion: Set(suggestion.fusion.word().to_owned()),
        stage: Set(suggestion.stage.word().to_owned()),
        is_shown: Set(suggestion.stage != SuggestionStage::Proposed),
        decline_reason_a: Set(code(&suggestion.decline_a)),
        decline_note_a: Set(note(&suggestion.decline_a)),
        decline_reason_b: Set(code(&suggestion.decline_b)),
        decline_note_b: Set(note(&suggestion.decline_b)),
        weights_version: Set(suggestion.weights_version),
        version: Set(suggestion.version),
    }
}

fn declined(
    at: At,
    code: Option<&str>,
    note: Option<String>,
) -> Result<Option<DeclineReason>, StoreError> {
    let code = code.map(|word| parse::word(at, word, DeclineCode::from_word)).transpose()?;
    Ok(code.map(|code| DeclineReason { code, note }))
}

impl TryFrom<row::Model> for Suggestion {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("suggestions", column);
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            kind: parse::word(at("kind"), &row.kind, SuggestionKind::from_word)?,
            need: parse::value_opt(at("need_id"), row.need_id.as_deref())?,
            offer: parse::value_opt(at("offer_id"), row.offer_id.as_deref())?,
            project: parse::value_opt(at("project_id"), row.project_id.as_deref())?,
            committee: parse::value_opt(at("committee_id"), row.committee_id.as_deref())?,
            a: parse::value(at("enterprise_a"), &row.enterprise_a)?,
            b: sight::member(
                (at("enterprise_b"), row.enterprise_b.as_deref()),
                (at("organisation_b"), row.organisation_b.as_deref()),
            )?,
            points: row.points,
            reasons: parse::reasons(at("reasons"), &row.reasons)?,
            reasons_b: parse::reasons(at("reasons_b"), &row.reasons_b)?,
            fusion: parse::word(at("fusion"), &row.fusion, Fusion::from_word)?,
            stage: parse::word(at("stage"), &row.stage, SuggestionStage::from_word)?,
            decline_a: declined(
                at("decline_reason_a"),
                row.decline_reason_a.as_deref(),
                row.decline_note_a,
            )?,
            decline_b: declined(
                at("decline_reason_b"),
                row.decline_reason_b.as_deref(),
                row.decline_note_b,
            )?,
            weights_version: row.weights_version,
            version: row.version,
        })
    }
}
