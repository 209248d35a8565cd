//! What each step asks for beyond the stage. Every rule takes a need and returns the changed one;
//! the version stays, the store raises it.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Exclusion, Need, NeedError, NeedStage, NeedStep, Rating, TRANSITIONS};
use crate::ids::{ChainCommitteeId, OrganisationId};
use crate::steps;

/// Longest title in characters.
pub const MAX_TITLE: usize = 200;
/// Longest public summary in characters.
pub const MAX_SUMMARY: usize = 2_000;
/// Longest body, answer or reason in characters.
pub const MAX_TEXT: usize = 20_000;

/// Ratings after which a need is taken up again; a second poor rating stays.
const MAX_AUTOMATIC_REOPENS: i32 = 1;

/// Takes `step` if the stage allows it and changes nothing else.
///
/// # Errors
///
/// [`NeedError::WrongStage`] with the steps allowed.
pub fn advance(need: &Need, step: NeedStep) -> Result<Need, NeedError> {
    let stage = steps::next(TRANSITIONS, need.stage, step)?;
    Ok(Need { stage, ..need.clone() })
}

/// Checks the lengths of the texts a person writes.
///
/// # Errors
///
/// [`NeedError::TextLength`] for an empty title or body and for a text that is too long.
pub fn check_texts(need: &Need) -> Result<(), NeedError> {
    length("title", &need.title, MAX_TITLE)?;
    length("body", &need.body, MAX_TEXT)?;
    if need.public_summary.is_empty() {
        return Ok(());
    }
    length("publicSummary", &need.public_summary, MAX_SUMMARY)
}

fn length(field: &'static str, text: &str, max: usize) -> Result<(), NeedError> {
    let length = text.trim().chars().count();
    if (1..=max).contains(&length) {
        return Ok(());
    }
    Err(NeedError::TextLength { field, length, max })
}

/// Hands in a draft 点单. `confirms_no_secret`: the writer confirmed that it holds no state secret.
///
/// # Errors
///
/// Wrong stage, texts, [`NeedError::SecretNotRuledOut`].
pub fn submit(need: &Need, confirms_no_secret: bool) -> Result<Need, NeedError> {
    let submitted = advance(need, NeedStep::Submit)?;
    check_texts(need)?;
    if !confirms_no_secret {
        return Err(NeedError::SecretNotRuledOut);
    }
    Ok(submitted)
}

/// Refuses to take a need in.
///
/// # Errors
///
/// Wrong stage.
pub fn exclude(need: &Need, reason: Exclusion) -> Result<Need, NeedError> {
    let excluded = advance(need, NeedStep::Exclude)?;
    Ok(Need { exclusion: Some(reason), is_published: false, ..excluded })
}

/// Takes a need in 分诊, for `committee` or for the one it names already.
///
/// # Errors
///
/// Wrong stage, [`NeedError::CommitteeMissing`].
pub fn triage(need: &Need, committee: Option<ChainCommitteeId>) -> Result<Need, NeedError> {
    let triaged = advance(need, NeedStep::Triage)?;
    let committee = committee.or(need.committee).ok_or(NeedError::CommitteeMissing)?;
    Ok(Need { committee: Some(committee), ..triaged })
}

/// Where a need is sent and until when it must be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DispatchOrder {
    /// The unit.
    pub handler: OrganisationId,
    /// The moment; may be left out after a send-back, where the old one stands.
    pub due_at: Option<DateTime<Utc>>,
}

/// Sends a need to a unit 派单.
///
/// The clock starts now, except after a send-back: then it has been running all along, and the due
/// date may come nearer but not move away.
///
/// # Errors
///
/// Wrong stage, [`NeedError::DueMissing`], [`NeedError::DuePast`], [`NeedError::ClockRuns`],
/// [`NeedError::SameHandler`].
pub fn dispatch(need: &Need, order: DispatchOrder, now: DateTime<Utc>) -> Result<Need, NeedError> {
    let dispatched = advance(need, NeedStep::Dispatch)?;
    let standing = need.due_at.filter(|_| need.stage == NeedStage::SentBack);
    let due_at = order.due_at.or(standing).ok_or(NeedError::DueMissing)?;
    if let Some(latest) = standing
        && due_at > latest
    {
        return Err(NeedError::ClockRuns { due_at, latest });
    }
    if due_at <= now && standing != Some(due_at) {
        return Err(NeedError::DuePast { due_at, now });
    }
    if need.stage == NeedStage::Reopened && need.handler == Some(order.handler) {
        return Err(NeedError::SameHandler);
    }
    let dispatched_at = need.dispatched_at.filter(|_| standing.is_some()).unwrap_or(now);
    Ok(Need {
        handler: Some(order.handler),
        dispatched_at: Some(dispatched_at),
        due_at: Some(due_at),
        ..dispatched
    })
}

/// Takes a need on 接单.
///
/// # Errors
///
/// Wrong stage.
pub fn accept(need: &Need) -> Result<Need, NeedError> {
    advance(need, NeedStep::Accept)
}

/// Sends a need back 退单, with a reason. The clock goes on running.
///
/// # Errors
///
/// Wrong stage, a reason that is empty or too long.
pub fn send_back(need: &Need, reason: &str) -> Result<Need, NeedError> {
    let sent_back = advance(need, NeedStep::SendBack)?;
    length("reason", reason, MAX_SUMMARY)?;
    Ok(Need {
        send_backs: need.send_backs.saturating_add(1),
        send_back_reason: Some(reason.trim().to_owned()),
        ..sent_back
    })
}

/// Begins work 办理.
///
/// # Errors
///
/// Wrong stage.
pub fn start(need: &Need) -> Result<Need, NeedError> {
    advance(need, NeedStep::Start)
}

/// Seeks a counterpart 撮合, for kinds that ask for one.
///
/// # Errors
///
/// Wrong stage, [`NeedError::NotMatching`].
pub fn seek(need: &Need) -> Result<Need, NeedError> {
    let matching = advance(need, NeedStep::Seek)?;
    if !need.kind.is_matching() {
        return Err(NeedError::NotMatching(need.kind));
    }
    Ok(Need { suspended_until: None, ..matching })
}

/// Lets a need rest until a day after `today`.
///
/// # Errors
///
/// Wrong stage, [`NeedError::RestOver`].
pub fn suspend(need: &Need, until: NaiveDate, today: NaiveDate) -> Result<Need, NeedError> {
    let suspended = advance(need, NeedStep::Suspend)?;
    let earliest = today.succ_opt().unwrap_or(today);
    if until < earliest {
        return Err(NeedError::RestOver { until, earliest });
    }
    Ok(Need { suspended_until: Some(until), ..suspended })
}

/// Goes on after a rest.
///
/// # Errors
///
/// Wrong stage, [`NeedError::NoHandler`].
pub fn resume(need: &Need) -> Result<Need, NeedError> {
    let resumed = advance(need, NeedStep::Resume)?;
    if need.handler.is_none() {
        return Err(NeedError::NoHandler);
    }
    Ok(Need { suspended_until: None, ..resumed })
}

/// Answers a need 答复.
///
/// # Errors
///
/// Wrong stage, an answer that is empty or too long.
pub fn answer(need: &Need, answer: &str) -> Result<Need, NeedError> {
    let answered = advance(need, NeedStep::Answer)?;
    length("answer", answer, MAX_TEXT)?;
    Ok(Need { answer: Some(answer.trim().to_owned()), ..answered })
}

/// Rates the answer 评单. The first poor rating takes the need up again at once.
///
/// # Errors
///
/// Wrong stage.
pub fn rate(need: &Need, rating: Rating) -> Result<Need, NeedError> {
    let rated = Need { rating: Some(rating), ..advance(need, NeedStep::Rate)? };
    if rating.is_satisfied() || need.reopens >= MAX_AUTOMATIC_REOPENS {
        return Ok(rated);
    }
    let reopened = advance(&rated, NeedStep::Reopen)?;
    Ok(Need { reopens: need.reopens.saturating_add(1), ..reopened })
}

/// Closes a need 办结.
///
/// # Errors
///
/// Wrong stage.
pub fn close(need: &Need) -> Result<Need, NeedError> {
    advance(need, NeedStep::Close)
}

/// Publishes title and public summary; `summary` replaces the one there is.
///
/// # Errors
///
/// [`NeedError::NotPublishable`] before it is submitted and at its end,
/// [`NeedError::SummaryMissing`], a summary that is too long.
pub fn publish(need: &Need, summary: Option<&str>) -> Result<Need, NeedError> {
    match need.stage {
        NeedStage::Draft | NeedStage::Excluded | NeedStage::Merged | NeedStage::Expired => {
            return Err(NeedError::NotPublishable(need.stage));
        }
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
        | NeedStage::Closed => {}
    }
    let summary = summary.unwrap_or(&need.public_summary).trim();
    if summary.is_empty() {
        return Err(NeedError::SummaryMissing);
    }
    length("publicSummary", summary, MAX_SUMMARY)?;
    Ok(Need { is_published: true, public_summary: summary.to_owned(), ..need.clone() })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::ids::{EnterpriseId, NeedId};
    use crate::need::NeedKind;
    use crate::steps::WrongStage;

    fn at(hour: u32) -> DateTime<Utc> {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc()
    }

    fn need(stage: NeedStage) -> Need {
        Need {
            id: NeedId::from(1),
            external_id: None,
            enterprise: EnterpriseId::from(1),
            committee: Some(ChainCommitteeId::from(1)),
            handler: None,
            kind: NeedKind::Facilities,
            title: "通勤班车".to_owned(),
            public_summary: String::new(),
            body: "园区到地铁站没有班车".to_owned(),
            stage,
            is_published: false,
            is_proxy: false,
            region: None,
            industry: None,
            dispatched_at: None,
            due_at: None,
            send_backs: 0,
            send_back_reason: None,
            exclusion: None,
            suspended_until: None,
            answer: None,
            rating: None,
            reopens: 0,
            merged_into: None,
            created_at: at(0),
            version: 1,
        }
    }

    fn order(handler: u128, due_at: Option<DateTime<Utc>>) -> DispatchOrder {
        DispatchOrder { handler: OrganisationId::from(handler), due_at }
    }

    #[test]
    fn every_pair_of_stage_and_step_is_either_in_the_table_or_refused_with_the_steps_allowed() {
        let mut taken = 0;
        for &stage in NeedStage::ALL {
            let allowed: BTreeSet<_> = steps::allowed(TRANSITIONS, stage).into_iter().collect();
            for &step in NeedStep::ALL {
                match advance(&need(stage), step) {
                    Ok(_) => {
                        taken += 1;
                        assert!(allowed.contains(&step), "{stage} {step}");
                    }
                    Err(NeedError::WrongStage(WrongStage { allowed: named, .. })) => {
                        assert!(!allowed.contains(&step), "{stage} {step}");
                        assert_eq!(named.len(), allowed.len(), "{stage}");
                    }
                    Err(other) => panic!("{stage} {step}: {other}"),
                }
            }
        }
        let rows: usize = TRANSITIONS.iter().map(|row| row.from.len()).sum();
        assert_eq!(taken, rows);
    }

    #[test]
    fn every_stage_is_reached_and_only_the_ends_are_dead() {
        use NeedStage::{Closed, Excluded, Expired, Merged};
        let mut reached: BTreeSet<_> = BTreeSet::from([NeedStage::Draft]);
        for _ in NeedStage::ALL {
            for row in TRANSITIONS {
                if row.from.iter().any(|from| reached.contains(from)) {
                    reached.insert(row.to);
                }
            }
        }
        assert_eq!(reached.len(), NeedStage::ALL.len());
        let dead: Vec<_> = NeedStage::ALL
            .iter()
            .copied()
            .filter(|&stage| steps::allowed(TRANSITIONS, stage).is_empty())
            .collect();
        assert_eq!(dead, [Excluded, Merged, Expired, Closed]);
    }

    #[test]
    fn the_refusal_names_the_steps_allowed() {
        let error = accept(&need(NeedStage::Triaged)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the stage is triaged, which does not allow accept; it allows exclude, dispatch, seek, \
             merge, expire"
        );
        let error = accept(&need(NeedStage::Closed)).unwrap_err();
        assert!(error.to_string().ends_with("it allows no further step"), "{error}");
    }

    #[test]
    fn dispatch_needs_a_due_date_ahead() {
        let (past, now) = (at(9), at(10));
        let cases = [
            ("no date", None, Err(NeedError::DueMissing)),
            ("now", Some(now), Err(NeedError::DuePast { due_at: now, now })),
            ("past", Some(past), Err(NeedError::DuePast { due_at: past, now })),
            ("ahead", Some(at(11)), Ok(())),
        ];
        for (name, due_at, want) in cases {
            let got = dispatch(&need(NeedStage::Triaged), order(7, due_at), now);
            assert_eq!(got.map(|_| ()), want, "{name}");
        }
    }

    #[test]
    fn a_send_back_does_not_stop_the_clock() {
        let sent = dispatch(&need(NeedStage::Triaged), order(7, Some(at(12))), at(1)).unwrap();
        let back = send_back(&sent, "不属于本部门职责").unwrap();
        assert_eq!((back.due_at, back.send_backs), (Some(at(12)), 1));
        assert!(back.is_overdue(at(13)), "while nobody is in charge");

        let again = dispatch(&back, order(8, None), at(5)).unwrap();
        assert_eq!(
            (again.dispatched_at, again.due_at, again.handler),
            (Some(at(1)), Some(at(12)), Some(OrganisationId::from(8)))
        );
        assert_eq!(
            dispatch(&back, order(8, Some(at(13))), at(5)),
            Err(NeedError::ClockRuns { due_at: at(13), latest: at(12) })
        );
        assert!(dispatch(&back, order(8, Some(at(11))), at(5)).is_ok(), "sooner is allowed");
        assert!(dispatch(&back, order(8, None), at(14)).is_ok(), "late already, and still late");
        let empty = NeedError::TextLength { field: "reason", length: 0, max: MAX_SUMMARY };
        assert_eq!(send_back(&sent, "  "), Err(empty));
    }

    #[test]
    fn a_poor_rating_takes_the_need_up_again_once_and_with_another_unit() {
        let answered = Need {
            handler: Some(OrganisationId::from(7)),
            due_at: Some(at(2)),
            dispatched_at: Some(at(1)),
            ..need(NeedStage::Answered)
        };
        let poor = Rating::new(2).unwrap();
        let reopened = rate(&answered, poor).unwrap();
        assert_eq!((reopened.stage, reopened.reopens), (NeedStage::Reopened, 1));
        let order = |n| order(n, Some(at(9)));
        assert_eq!(dispatch(&reopened, order(7), at(3)), Err(NeedError::SameHandler));
        let second = dispatch(&reopened, order(8), at(3)).unwrap();
        assert_eq!(second.dispatched_at, Some(at(3)), "a new clock");

        let again = Need { stage: NeedStage::Answered, ..second };
        assert_eq!(rate(&again, poor).unwrap().stage, NeedStage::Rated);
        assert_eq!(rate(&answered, Rating::new(3).unwrap()).unwrap().stage, NeedStage::Rated);
    }

    #[test]
    fn ratings_go_from_one_to_five() {
        for (stars, good) in [(0, false), (1, true), (5, true), (6, false), (-1, false)] {
            assert_eq!(Rating::new(stars).is_ok(), good, "{stars}");
        }
    }

    #[test]
    fn a_need_is_submitted_with_texts_and_without_secrets() {
        let draft = need(NeedStage::Draft);
        assert_eq!(submit(&draft, true).unwrap().stage, NeedStage::Submitted);
        assert_eq!(submit(&draft, false), Err(NeedError::SecretNotRuledOut));
        let long = Need { title: "题".repeat(MAX_TITLE + 1), ..draft.clone() };
        let error = NeedError::TextLength { field: "title", length: 201, max: 200 };
        assert_eq!(submit(&long, true), Err(error));
        let exact = Need { title: "题".repeat(MAX_TITLE), ..draft };
        assert!(submit(&exact, true).is_ok());
    }

    #[test]
    fn only_a_matching_kind_seeks_a_counterpart() {
        let casework = need(NeedStage::Triaged);
        assert_eq!(seek(&casework), Err(NeedError::NotMatching(NeedKind::Facilities)));
        let matching = Need { kind: NeedKind::TechBreakthrough, ..casework };
        assert_eq!(seek(&matching).unwrap().stage, NeedStage::Matching);
    }

    #[test]
    fn a_need_rests_until_a_later_day_and_goes_on_only_with_a_unit() {
        let today = at(0).date_naive();
        let busy = need(NeedStage::InProgress);
        let earliest = today.succ_opt().unwrap();
        let error = NeedError::RestOver { until: today, earliest };
        assert_eq!(suspend(&busy, today, today), Err(error));
        let resting = suspend(&busy, earliest, today).unwrap();
        assert_eq!(resume(&resting), Err(NeedError::NoHandler));
        let handled = Need { handler: Some(OrganisationId::from(1)), ..resting };
        let resumed = resume(&handled).unwrap();
        assert_eq!((resumed.stage, resumed.suspended_until), (NeedStage::InProgress, None));
    }

    #[test]
    fn a_need_is_published_with_a_summary_while_it_lives() {
        let draft = need(NeedStage::Draft);
        let refused = NeedError::NotPublishable(NeedStage::Draft);
        assert_eq!(publish(&draft, Some("摘要")), Err(refused));
        let triaged = need(NeedStage::Triaged);
        assert_eq!(publish(&triaged, None), Err(NeedError::SummaryMissing));
        assert!(publish(&triaged, Some("求班车")).unwrap().is_published);
        let excluded = exclude(&publish(&triaged, Some("求班车")).unwrap(), Exclusion::Petition);
        assert!(!excluded.unwrap().is_published);
    }
}
