//! What each step asks for beyond the stage. Every rule takes a need and returns the changed one;
//! the version stays, the store raises it.

use chrono::{DateTime, NaiveDate, Utc};

use super::rights::ADJUDICATION_AFTER;
use super::{
    CityRecord, Exclusion, Need, NeedError, NeedStage, NeedStep, NeedTrace, Rating, SendBack,
    TRANSITIONS,
};
use crate::ids::{ChainCommitteeId, OrganisationId};
use crate::steps;

/// Longest title in characters.
pub const MAX_TITLE: usize = 200;
/// Longest public summary in characters.
pub const MAX_SUMMARY: usize = 2_000;
/// Longest body, answer or reason in characters.
pub const MAX_TEXT: usize = 20_000;

/// Longest record of a consent, number or status in another system, in characters.
pub const MAX_RECORD: usize = 500;

/// How often a need is taken up again; a second poor rating stays.
const MAX_REOPENS: i32 = 1;

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
    if let Some(consent) = &need.consent {
        length("consent", consent, MAX_RECORD)?;
    }
    if need.public_summary.is_empty() {
        return Ok(());
    }
    length("publicSummary", &need.public_summary, MAX_SUMMARY)
}

pub(super) fn length(field: &'static str, text: &str, max: usize) -> Result<(), NeedError> {
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
pub fn submit(
    need: &Need,
    confirms_no_secret: bool,
    now: DateTime<Utc>,
) -> Result<Need, NeedError> {
    let submitted = advance(need, NeedStep::Submit)?;
    check_texts(need)?;
    if !confirms_no_secret {
        return Err(NeedError::SecretNotRuledOut);
    }
    let trace = NeedTrace { submitted_at: Some(now), confirmed_at: Some(now), ..submitted.trace };
    Ok(Need { trace, ..submitted })
}

/// Refuses to take a need in.
///
/// # Errors
///
/// Wrong stage.
pub fn exclude(need: &Need, reason: Exclusion, now: DateTime<Utc>) -> Result<Need, NeedError> {
    let excluded = ended(advance(need, NeedStep::Exclude)?, now);
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

/// The need, at its end since `now`.
pub(super) fn ended(need: Need, now: DateTime<Utc>) -> Need {
    let trace = NeedTrace { closed_at: Some(now), ..need.trace };
    Need { trace, ..need }
}

/// The need after its unit did something at `now`.
pub(super) fn progressed(need: Need, now: DateTime<Utc>) -> Need {
    let trace = NeedTrace { progress_at: Some(now), ..need.trace };
    Need { trace, ..need }
}

/// Where a need is sent and until when it must be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchOrder {
    /// The unit.
    pub handler: OrganisationId,
    /// The moment; may be left out after a send-back, where the old one stands.
    pub due_at: Option<DateTime<Utc>>,
    /// On what basis the unit must take it, 1 to 2 000 characters: a decision that binds the unit.
    /// It may be made after one send-back and must be after two.
    pub basis: Option<String>,
}

/// Sends a need to a unit 派单.
///
/// The clock starts now, except after a send-back: then it has been running all along, and the due
/// date may come nearer but not move away.
///
/// # Errors
///
/// Wrong stage, [`NeedError::DueMissing`], [`NeedError::DuePast`], [`NeedError::ClockRuns`],
/// [`NeedError::SameHandler`], [`NeedError::BasisMissing`], [`NeedError::NothingToDecide`].
pub fn dispatch(need: &Need, order: &DispatchOrder, now: DateTime<Utc>) -> Result<Need, NeedError> {
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
    let adjudication = basis(need, order.basis.as_deref())?;
    let dispatched_at = need.dispatched_at.filter(|_| standing.is_some()).unwrap_or(now);
    Ok(Need {
        handler: Some(order.handler),
        dispatched_at: Some(dispatched_at),
        due_at: Some(due_at),
        adjudication,
        ..dispatched
    })
}

/// The basis of a decision, where one is made.
fn basis(need: &Need, basis: Option<&str>) -> Result<Option<String>, NeedError> {
    let Some(basis) = basis else {
        let is_needed = need.send_backs >= ADJUDICATION_AFTER;
        let missing = NeedError::BasisMissing { send_backs: need.send_backs };
        return if is_needed { Err(missing) } else { Ok(None) };
    };
    if need.send_backs == 0 {
        return Err(NeedError::NothingToDecide);
    }
    length("basis", basis, MAX_SUMMARY)?;
    Ok(Some(basis.trim().to_owned()))
}

/// Takes a need on 接单.
///
/// # Errors
///
/// Wrong stage.
pub fn accept(need: &Need, now: DateTime<Utc>) -> Result<Need, NeedError> {
    let accepted = progressed(advance(need, NeedStep::Accept)?, now);
    let responded_at = accepted.trace.responded_at.or(Some(now));
    Ok(Need { trace: NeedTrace { responded_at, ..accepted.trace }, ..accepted })
}

/// Sends a need back 退单, with a reason and the unit that should have it. The clock goes on running.
///
/// # Errors
///
/// Wrong stage, a note that is empty or too long, [`NeedError::ProposesItself`],
/// [`NeedError::Adjudicated`].
pub fn send_back(need: &Need, back: &SendBack) -> Result<Need, NeedError> {
    let sent_back = advance(need, NeedStep::SendBack)?;
    if need.adjudication.is_some() {
        return Err(NeedError::Adjudicated);
    }
    length("note", &back.note, MAX_SUMMARY)?;
    if back.proposed.is_some() && back.proposed == need.handler {
        return Err(NeedError::ProposesItself);
    }
    let note = back.note.trim().to_owned();
    Ok(Need {
        send_backs: need.send_backs.saturating_add(1),
        send_back: Some(SendBack { note, ..back.clone() }),
        ..sent_back
    })
}

/// Begins work 办理.
///
/// # Errors
///
/// Wrong stage.
pub fn start(need: &Need, now: DateTime<Utc>) -> Result<Need, NeedError> {
    Ok(progressed(advance(need, NeedStep::Start)?, now))
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
    Ok(Need { suspended_until: None, suspend_reason: None, ..matching })
}

/// Lets a need rest until a day after `today`, for a reason. The moment by which it must be answered
/// does not move.
///
/// # Errors
///
/// Wrong stage, a reason that is empty or too long, [`NeedError::RestOver`].
pub fn suspend(need: &Need, rest: (NaiveDate, &str), today: NaiveDate) -> Result<Need, NeedError> {
    let (until, reason) = rest;
    let suspended = advance(need, NeedStep::Suspend)?;
    length("reason", reason, MAX_SUMMARY)?;
    let earliest = today.succ_opt().unwrap_or(today);
    if until < earliest {
        return Err(NeedError::RestOver { until, earliest });
    }
    let suspend_reason = Some(reason.trim().to_owned());
    Ok(Need { suspended_until: Some(until), suspend_reason, ..suspended })
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
    Ok(Need { suspended_until: None, suspend_reason: None, ..resumed })
}

/// Answers a need 答复.
///
/// # Errors
///
/// Wrong stage, an answer that is empty or too long.
pub fn answer(need: &Need, answer: &str, now: DateTime<Utc>) -> Result<Need, NeedError> {
    let answered = progressed(advance(need, NeedStep::Answer)?, now);
    length("answer", answer, MAX_TEXT)?;
    let trace = NeedTrace { answered_at: Some(now), rated_at: None, ..answered.trace };
    let answer = Some(answer.trim().to_owned());
    Ok(Need { answer, rating: None, rating_consent: None, trace, ..answered })
}

/// A rating, and where a liaison gives it, the record of the enterprise's consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The rating.
    pub rating: Rating,
    /// Who of the enterprise agreed, how and when, 1 to 500 characters; `None` from the enterprise.
    pub consent: Option<String>,
}

/// Rates the answer 评单. The first poor rating takes the need up again at once.
///
/// # Errors
///
/// Wrong stage, a record of consent that is empty or too long.
pub fn rate(need: &Need, verdict: &Verdict, now: DateTime<Utc>) -> Result<Need, NeedError> {
    let Verdict { rating, ref consent } = *verdict;
    if let Some(consent) = consent {
        length("consent", consent, MAX_RECORD)?;
    }
    let rated = advance(need, NeedStep::Rate)?;
    let trace = NeedTrace { rated_at: Some(now), ..rated.trace };
    let rated = Need { rating: Some(rating), rating_consent: consent.clone(), trace, ..rated };
    if rating.is_satisfied() || need.reopens >= MAX_REOPENS {
        return Ok(rated);
    }
    reopen(&rated)
}

/// Takes a rated need up again 重办, once: a new round with a new clock and another unit.
///
/// # Errors
///
/// Wrong stage, [`NeedError::ReopenedBefore`].
pub fn reopen(need: &Need) -> Result<Need, NeedError> {
    let reopened = advance(need, NeedStep::Reopen)?;
    if need.reopens >= MAX_REOPENS {
        return Err(NeedError::ReopenedBefore);
    }
    Ok(Need {
        reopens: need.reopens.saturating_add(1),
        send_backs: 0,
        adjudication: None,
        ..reopened
    })
}

/// Closes a need 办结.
///
/// # Errors
///
/// Wrong stage.
pub fn close(need: &Need, now: DateTime<Utc>) -> Result<Need, NeedError> {
    Ok(ended(advance(need, NeedStep::Close)?, now))
}

/// Records what the city's own platform says of a need.
///
/// # Errors
///
/// A number or status that is empty or too long.
pub fn mirror(need: &Need, record: &CityRecord) -> Result<Need, NeedError> {
    const MAX: usize = 100;
    length("number", &record.number, MAX)?;
    length("status", &record.status, MAX)?;
    Ok(Need { city: Some(record.clone()), ..need.clone() })
}

/// Publishes title and public summary; `summary` replaces the one there is.
///
/// # Errors
///
/// [`NeedError::NotPublishable`] before it is submitted and at its end,
/// [`NeedError::SummaryMissing`], a summary that is too long.
pub fn publish(need: &Need, summary: Option<&str>) -> Result<Need, NeedError> {
    if !need.stage.stands() {
        return Err(NeedError::NotPublishable(need.stage));
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
    use crate::need::{NeedKind, SendBackReason};
    use crate::steps::WrongStage;

    fn at(hour: u32) -> DateTime<Utc> {
        NaiveDate::from_ymd_opt(2026, 3, 2).unwrap().and_hms_opt(hour, 0, 0).unwrap().and_utc()
    }

    fn need(stage: NeedStage) -> Need {
        Need {
            committee: Some(ChainCommitteeId::from(1)),
            kind: NeedKind::Facilities,
            title: "通勤班车".to_owned(),
            body: "园区到地铁站没有班车".to_owned(),
            stage,
            ..Need::blank(NeedId::from(1), EnterpriseId::from(1), at(0))
        }
    }

    fn back(note: &str) -> SendBack {
        let (reason, proposed) = (SendBackReason::NotResponsible, Some(OrganisationId::from(9)));
        SendBack { reason, note: note.to_owned(), proposed }
    }

    fn stars(stars: i32) -> Verdict {
        Verdict { rating: Rating::new(stars).unwrap(), consent: None }
    }

    fn order(handler: u128, due_at: Option<DateTime<Utc>>) -> DispatchOrder {
        DispatchOrder { handler: OrganisationId::from(handler), due_at, basis: None }
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
        let pairs: BTreeSet<_> = TRANSITIONS
            .iter()
            .flat_map(|row| row.from.iter().map(|&from| (from, row.step)))
            .collect();
        assert_eq!(taken, pairs.len());
    }

    #[test]
    fn every_stage_is_reached_and_only_the_ends_are_dead() {
        use NeedStage::{Closed, Excluded, Expired};
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
        assert_eq!(dead, [Excluded, Expired, Closed], "a merging can be undone");
    }

    #[test]
    fn the_refusal_names_the_steps_allowed() {
        let error = accept(&need(NeedStage::Triaged), at(1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the stage is triaged, which does not allow accept; it allows exclude, dispatch, seek, \
             merge, expire"
        );
        let error = accept(&need(NeedStage::Closed), at(1)).unwrap_err();
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
            let got = dispatch(&need(NeedStage::Triaged), &order(7, due_at), now);
            assert_eq!(got.map(|_| ()), want, "{name}");
        }
    }

    #[test]
    fn a_send_back_does_not_stop_the_clock() {
        let sent = dispatch(&need(NeedStage::Triaged), &order(7, Some(at(12))), at(1)).unwrap();
        let returned = send_back(&sent, &back("不属于本部门职责")).unwrap();
        assert_eq!((returned.due_at, returned.send_backs), (Some(at(12)), 1));
        assert!(returned.is_overdue(at(13)), "while nobody is in charge");

        let again = dispatch(&returned, &order(8, None), at(5)).unwrap();
        assert_eq!(
            (again.dispatched_at, again.due_at, again.handler),
            (Some(at(1)), Some(at(12)), Some(OrganisationId::from(8)))
        );
        assert_eq!(
            dispatch(&returned, &order(8, Some(at(13))), at(5)),
            Err(NeedError::ClockRuns { due_at: at(13), latest: at(12) })
        );
        assert!(dispatch(&returned, &order(8, Some(at(11))), at(5)).is_ok(), "sooner is allowed");
        assert!(
            dispatch(&returned, &order(8, None), at(14)).is_ok(),
            "late already, and still late"
        );
        let empty = NeedError::TextLength { field: "note", length: 0, max: MAX_SUMMARY };
        assert_eq!(send_back(&sent, &back("  ")), Err(empty));
    }

    #[test]
    fn a_poor_rating_takes_the_need_up_again_once_and_with_another_unit() {
        let answered = Need {
            handler: Some(OrganisationId::from(7)),
            due_at: Some(at(2)),
            dispatched_at: Some(at(1)),
            ..need(NeedStage::Answered)
        };
        let poor = stars(2);
        let reopened = rate(&answered, &poor, at(3)).unwrap();
        assert_eq!((reopened.stage, reopened.reopens), (NeedStage::Reopened, 1));
        let order = |n| order(n, Some(at(9)));
        assert_eq!(dispatch(&reopened, &order(7), at(3)), Err(NeedError::SameHandler));
        let second = dispatch(&reopened, &order(8), at(3)).unwrap();
        assert_eq!(second.dispatched_at, Some(at(3)), "a new clock");

        let again = Need { stage: NeedStage::Answered, ..second };
        assert_eq!(rate(&again, &poor, at(4)).unwrap().stage, NeedStage::Rated);
        assert_eq!(rate(&answered, &stars(3), at(3)).unwrap().stage, NeedStage::Rated);
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
        assert_eq!(submit(&draft, true, at(0)).unwrap().stage, NeedStage::Submitted);
        assert_eq!(submit(&draft, false, at(0)), Err(NeedError::SecretNotRuledOut));
        let long = Need { title: "题".repeat(MAX_TITLE + 1), ..draft.clone() };
        let error = NeedError::TextLength { field: "title", length: 201, max: 200 };
        assert_eq!(submit(&long, true, at(0)), Err(error));
        let exact = Need { title: "题".repeat(MAX_TITLE), ..draft };
        assert!(submit(&exact, true, at(0)).is_ok());
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
        assert_eq!(suspend(&busy, (today, "等环评"), today), Err(error));
        let resting = suspend(&busy, (earliest, "等环评"), today).unwrap();
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
        let excluded =
            exclude(&publish(&triaged, Some("求班车")).unwrap(), Exclusion::Petition, at(1));
        assert!(!excluded.unwrap().is_published);
    }
}
