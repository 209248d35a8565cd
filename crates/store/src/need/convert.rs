//! Rows of needs and back.

use lianmeng_domain::industry::{IndustryKey, IndustryScheme};
use lianmeng_domain::lamp::SUQIAN;
use lianmeng_domain::need::{
    CityRecord, Exclusion, Need, NeedChannel, NeedKind, NeedStage, NeedTrace, Rating, SendBack,
    SendBackReason,
};
use lianmeng_domain::text;
use sea_orm::ActiveValue::Set;

use super::row;
use crate::StoreError;
use crate::parse::{self, At};

/// The row of `need`, all columns set.
pub(super) fn columns(need: &Need) -> row::ActiveModel {
    let industry = need.industry.as_ref();
    let (back, city) = (need.send_back.as_ref(), need.city.as_ref());
    // Kept so that lamps are counted by comparing moments.
    let lamps = need.lamp_facts().moments(&SUQIAN);
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
        channel: Set(need.channel.word().to_owned()),
        consent: Set(need.consent.clone()),
        region_code: Set(need.region.map(|code| code.to_string())),
        industry_scheme: Set(industry.map(|i| i.scheme.word().to_owned())),
        industry_code: Set(industry.map(|i| i.code.clone())),
        dispatched_at: Set(need.dispatched_at),
        due_at: Set(need.due_at),
        send_backs: Set(need.send_backs),
        send_back_kind: Set(back.map(|back| back.reason.word().to_owned())),
        send_back_reason: Set(back.map(|back| back.note.clone())),
        proposed_handler_id: Set(back.and_then(|back| back.proposed).map(|id| id.to_string())),
        adjudication: Set(need.adjudication.clone()),
        exclusion: Set(need.exclusion.map(|reason| reason.word().to_owned())),
        suspended_until: Set(need.suspended_until),
        suspend_reason: Set(need.suspend_reason.clone()),
        answer: Set(need.answer.clone()),
        rating: Set(need.rating.map(|rating| i32::from(rating.stars()))),
        rating_consent: Set(need.rating_consent.clone()),
        reopens: Set(need.reopens),
        merged_into_id: Set(need.merged_into.map(|id| id.to_string())),
        merged_from: Set(need.merged_from.map(|stage| stage.word().to_owned())),
        city_number: Set(city.map(|city| city.number.clone())),
        city_status: Set(city.map(|city| city.status.clone())),
        city_at: Set(city.map(|city| city.at)),
        submitted_at: Set(need.trace.submitted_at),
        confirmed_at: Set(need.trace.confirmed_at),
        responded_at: Set(need.trace.responded_at),
        progress_at: Set(need.trace.progress_at),
        answered_at: Set(need.trace.answered_at),
        rated_at: Set(need.trace.rated_at),
        closed_at: Set(need.trace.closed_at),
        respond_by: Set(need.respond_by),
        imported_at: Set(city.map(|city| city.at)),
        lit_red_at: Set(lamps.red_at),
        lit_yellow_at: Set(lamps.yellow_at),
        lit_blue_at: Set(lamps.blue_at),
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
        let send_back = send_back(&row)?;
        let merged_from = row
            .merged_from
            .as_deref()
            .map(|word| parse::word(at("merged_from"), word, NeedStage::from_word))
            .transpose()?;
        let city = row.city_number.zip(row.city_status).zip(row.city_at);
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
            channel: parse::word(at("channel"), &row.channel, NeedChannel::from_word)?,
            consent: row.consent,
            region: parse::value_opt(at("region_code"), row.region_code.as_deref())?,
            industry: scheme
                .zip(row.industry_code)
                .map(|(scheme, code)| IndustryKey { scheme, code }),
            dispatched_at: row.dispatched_at,
            due_at: row.due_at,
            respond_by: row.respond_by,
            send_backs: row.send_backs,
            send_back,
            adjudication: row.adjudication,
            exclusion,
            suspended_until: row.suspended_until,
            suspend_reason: row.suspend_reason,
            answer: row.answer,
            rating,
            rating_consent: row.rating_consent,
            reopens: row.reopens,
            merged_into: parse::value_opt(at("merged_into_id"), row.merged_into_id.as_deref())?,
            merged_from,
            city: city.map(|((number, status), at)| CityRecord { number, status, at }),
            trace: NeedTrace {
                submitted_at: row.submitted_at,
                confirmed_at: row.confirmed_at,
                responded_at: row.responded_at,
                progress_at: row.progress_at,
                answered_at: row.answered_at,
                rated_at: row.rated_at,
                closed_at: row.closed_at,
            },
            created_at: row.created_at,
            version: row.version,
        })
    }
}

/// The last send-back. Rows from before it had a reason in words of ours have only the note.
fn send_back(row: &row::Model) -> Result<Option<SendBack>, StoreError> {
    let Some(note) = row.send_back_reason.clone() else { return Ok(None) };
    let at = |column| At("needs", column);
    let reason = match row.send_back_kind.as_deref() {
        Some(word) => parse::word(at("send_back_kind"), word, SendBackReason::from_word)?,
        None => SendBackReason::Other,
    };
    let proposed = parse::value_opt(at("proposed_handler_id"), row.proposed_handler_id.as_deref())?;
    Ok(Some(SendBack { reason, note, proposed }))
}
