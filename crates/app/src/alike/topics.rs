//! The monthly topic 每月一题: what many enterprises of a committee asked for in a month.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, Utc};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{ChainCommitteeId, NeedId};
use lianmeng_domain::need::{Need, NeedStage, Rating, SeenNeed};
use lianmeng_domain::policy;
use lianmeng_matching::topics::{self, Topic, Voice};
use lianmeng_store::eyes::Eyes;
use lianmeng_store::need;

use super::{AlikeError, item};
use crate::desk::{Desk, day_end};

/// Most needs of each of the two months.
const MOST: u64 = 5_000;

/// A month of the calendar in China.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(NaiveDate);

impl Month {
    /// The month `YYYY-MM`; `None` if it is none, or before 1970 or after 2999.
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = text.len() == 7 && !text.contains('+');
        let first = format!("{text}-01").parse::<NaiveDate>().ok()?;
        (is_plain && (1970..3000).contains(&first.year())).then_some(Self(first))
    }

    /// From its first moment until before the first of the next month.
    fn span(self) -> (DateTime<Utc>, DateTime<Utc>) {
        let start = |first: NaiveDate| day_end(first.pred_opt().unwrap_or(first));
        (start(self.0), start(self.0 + Months::new(1)))
    }

    fn before(self) -> Self {
        Self(self.0 - Months::new(1))
    }
}

/// A topic of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthlyTopic {
    /// What the engine says of it.
    pub topic: Topic,
    /// Its representative needs, the first like most others.
    pub representatives: Vec<SeenNeed>,
}

/// The topics of `committee` in `month`, most points first, at most `limit`. `None` for anyone but its
/// secretary, coordinators and auditors. At most the newest 5 000 needs of each month count.
///
/// # Errors
///
/// See [`AlikeError`].
pub async fn monthly_topics(
    desk: &Desk,
    actor: &Actor,
    eyes: Eyes<'_>,
    (committee, month): (ChainCommitteeId, Month),
    limit: usize,
) -> Result<Option<Vec<MonthlyTopic>>, AlikeError> {
    if actor.role != Role::Auditor && !policy::may_act_for_committee(actor, committee) {
        return Ok(None);
    }
    let written = async |month: Month| {
        need::texts::written(&desk.db, eyes, committee, month.span(), MOST).await
    };
    let (present, before) = (written(month).await?, written(month.before()).await?);
    let mut needs: Vec<(SeenNeed, bool)> = present.into_iter().map(|seen| (seen, true)).collect();
    needs.extend(before.into_iter().map(|seen| (seen, false)));
    needs.retain(|(seen, _)| counts(&seen.need));
    needs.sort_by_key(|(seen, _)| seen.need.id);
    let voices: Vec<Voice> =
        needs.iter().map(|(seen, is_present)| voice(seen, *is_present)).collect();
    let found = tokio::task::spawn_blocking(move || topics::topics(&voices, topics::LEAST)).await?;
    let of_id = |id: &String| {
        let id: NeedId = id.parse().ok()?;
        let at = needs.binary_search_by_key(&id, |(seen, _)| seen.need.id).ok()?;
        needs.get(at).map(|(seen, _)| seen.clone())
    };
    let told = found.into_iter().take(limit).map(|topic| {
        let representatives = topic.representatives.iter().filter_map(of_id).collect();
        MonthlyTopic { topic, representatives }
    });
    Ok(Some(told.collect()))
}

/// Whether a need speaks for its enterprise: one that was excluded does not. A merged one does: that
/// several ask is what makes a topic.
const fn counts(need: &Need) -> bool {
    match need.stage {
        NeedStage::Draft | NeedStage::Excluded => false,
        NeedStage::Submitted
        | NeedStage::Triaged
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
        | NeedStage::Merged
        | NeedStage::Expired
        | NeedStage::Closed => true,
    }
}

fn voice(seen: &SeenNeed, is_present: bool) -> Voice {
    Voice {
        item: item(&seen.need, seen.is_full),
        is_present,
        is_satisfied: seen.need.rating.map(Rating::is_satisfied),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_begins_and_ends_at_midnight_in_china() {
        let (from, until) = Month::parse("2026-02").unwrap().span();
        assert_eq!(from.to_rfc3339(), "2026-01-31T16:00:00+00:00");
        assert_eq!(until.to_rfc3339(), "2026-02-28T16:00:00+00:00");
        assert_eq!(Month::parse("2026-01").unwrap().before(), Month::parse("2025-12").unwrap());
        for wrong in ["2026", "2026-13", "2026-1", "2026-02-01", "+026-02", "一月", "1900-01"] {
            assert_eq!(Month::parse(wrong), None, "{wrong}");
        }
    }
}
