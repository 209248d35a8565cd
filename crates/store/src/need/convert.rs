//! Rows of needs and back.

use lianmeng_domain::industry::{IndustryKey, IndustryScheme};
use lianmeng_domain::need::{Exclusion, Need, NeedKind, NeedStage, Rating};
use lianmeng_domain::text;
use sea_orm::ActiveValue::Set;

use super::row;
use crate::StoreError;
use crate::parse::{self, At};

/// The row of `need`, all columns set.
pub(super) fn columns(need: &Need) -> row::ActiveModel {
    let industry = need.industry.as_ref();
    row::ActiveModel {
        id: Set(need.id.to_string()),
        external_id: Set(need.external_id.clone()),
        enterprise_id: Set(need.enterprise.to_string()),
        committee_id: Set(need.committee.map(|id| id.to_string())),
        handler_id: Set(need.handler.map(|id| id.to_string())),
        kind: Set(need.kind.word().to_owned()),
        title: Set(need.title.clone()),
        title_key: Set(text::normalise(&need.title)),
        public_summary: Set(need.public_summary.clone()),
        body: Set(need.body.clone()),
        stage: Set(need.stage.word().to_owned()),
        is_published: Set(need.is_published),
        is_proxy: Set(need.is_proxy),
        region_code: Set(need.region.map(|code| code.to_string())),
        industry_scheme: Set(industry.map(|i| i.scheme.word().to_owned())),
        industry_code: Set(industry.map(|i| i.code.clone())),
        dispatched_at: Set(need.dispatched_at),
        due_at: Set(need.due_at),
        send_backs: Set(need.send_backs),
        send_back_reason: Set(need.send_back_reason.clone()),
        exclusion: Set(need.exclusion.map(|reason| reason.word().to_owned())),
        suspended_until: Set(need.suspended_until),
        answer: Set(need.answer.clone()),
        rating: Set(need.rating.map(|rating| i32::from(rating.stars()))),
        reopens: Set(need.reopens),
        merged_into_id: Set(need.merged_into.map(|id| id.to_string())),
        created_at: Set(need.created_at),
        version: Set(need.version),
    }
}

impl TryFrom<row::Model> for Need {
    type Error = StoreError;

    fn try_from(row: row::Model) -> Result<Self, StoreError> {
        let at = |column| At("needs", column);
        let scheme = row
            .industry_scheme
            .as_deref()
            .map(|word| parse::word(at("industry_scheme"), word, IndustryScheme::from_word))
            .transpose()?;
        let exclusion = row
            .exclusion
            .as_deref()
            .map(|word| parse::word(at("exclusion"), word, Exclusion::from_word))
            .transpose()?;
        let rating = row
            .rating
            .map(|stars| Rating::new(stars).map_err(|_| at("rating").corrupt(&stars.to_string())))
            .transpose()?;
        Ok(Self {
            id: parse::value(at("id"), &row.id)?,
            external_id: row.external_id,
            enterprise: parse::value(at("enterprise_id"), &row.enterprise_id)?,
            committee: parse::value_opt(at("committee_id"), row.committee_id.as_deref())?,
            handler: parse::value_opt(at("handler_id"), row.handler_id.as_deref())?,
            kind: parse::word(at("kind"), &row.kind, NeedKind::from_word)?,
            title: row.title,
            public_summary: row.public_summary,
            body: row.body,
            stage: parse::word(at("stage"), &row.stage, NeedStage::from_word)?,
            is_published: row.is_published,
            is_proxy: row.is_proxy,
            region: parse::value_opt(at("region_code"), row.region_code.as_deref())?,
            industry: scheme
                .zip(row.industry_code)
                .map(|(scheme, code)| IndustryKey { scheme, code }),
            dispatched_at: row.dispatched_at,
            due_at: row.due_at,
            send_backs: row.send_backs,
            send_back_reason: row.send_back_reason,
            exclusion,
            suspended_until: row.suspended_until,
            answer: row.answer,
            rating,
            reopens: row.reopens,
            merged_into: parse::value_opt(at("merged_into_id"), row.merged_into_id.as_deref())?,
            created_at: row.created_at,
            version: row.version,
        })
    }
}
