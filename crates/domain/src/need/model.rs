//! A second, smaller telling of the life of a need, walked beside the rules through random histories.
//!
//! The model knows stages by hand, not from the table: what both agree on was meant.

use chrono::{DateTime, TimeDelta, Utc};

use super::call::{self, WhistleOrder};
use super::rules::{self, DispatchOrder, Verdict};
use super::{
    Exclusion, Need, NeedError, NeedKind, NeedStage as S, NeedStep as Step, Rating, SendBack,
    SendBackReason,
};
use super::{lapse, merge};
use crate::ids::{ChainCommitteeId, EnterpriseId, NeedId, OrganisationId};

/// Histories walked; each has at most [`LENGTH`] attempts.
const HISTORIES: u64 = 2_000_000;
const LENGTH: u64 = 14;

/// Numbers that look random: Steele's `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.roll(u64::try_from(count).unwrap())).unwrap()
    }

    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}

/// What the model remembers.
#[derive(Debug, Clone, Copy)]
struct Model {
    stage: S,
    merged_from: S,
    send_backs: i32,
    is_decided: bool,
    reopens: i32,
    handler: u128,
    clock: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

/// One attempt: the step and its choices.
#[derive(Debug, Clone, Copy)]
struct Attempt {
    step: Step,
    unit: u128,
    has_basis: bool,
    has_due: bool,
    stars: i32,
    days: i64,
}

fn attempt(dice: &mut Dice) -> Attempt {
    let step = Step::ALL[dice.below(Step::ALL.len())];
    Attempt {
        step,
        unit: 7 + u128::from(dice.roll(2)),
        has_basis: dice.roll(3) == 0,
        has_due: dice.roll(4) != 0,
        stars: 1 + i32::try_from(dice.roll(5)).unwrap(),
        days: i64::try_from(dice.roll(3)).unwrap(),
    }
}

fn take(need: &Need, a: Attempt, now: DateTime<Utc>) -> Result<Need, NeedError> {
    let unit = OrganisationId::from(a.unit);
    match a.step {
        Step::Submit => rules::submit(need, true, now),
        Step::Exclude => rules::exclude(need, Exclusion::Other, now),
        Step::Triage => rules::triage(need, None),
        Step::Dispatch => {
            let due_at = a.has_due.then(|| now + TimeDelta::days(4));
            let basis = a.has_basis.then(|| "职责".to_owned());
            rules::dispatch(need, &DispatchOrder { handler: unit, due_at, basis }, now)
        }
        Step::Accept => rules::accept(need, now),
        Step::SendBack => {
            let proposed = Some(OrganisationId::from(9));
            let reason = SendBackReason::NotResponsible;
            rules::send_back(need, &SendBack { reason, note: "退".to_owned(), proposed })
        }
        Step::Start => rules::start(need, now),
        Step::Whistle => {
            let units = vec![OrganisationId::from(20 + a.unit)];
            let order = WhistleOrder { units, reason: "吹".to_owned(), hours: 24 };
            call::whistle(need, &order, &[], now).map(|(need, _)| need)
        }
        Step::CheckIn => rules::advance(need, Step::CheckIn),
        Step::Seek => rules::seek(need),
        Step::Suspend => {
            let today = now.date_naive();
            rules::suspend(need, (today + TimeDelta::days(1), "等"), today)
        }
        Step::Resume => rules::resume(need),
        Step::Answer => rules::answer(need, "答", now),
        Step::Rate => {
            let rating = Rating::new(a.stars).unwrap();
            rules::rate(need, &Verdict { rating, consent: None }, now)
        }
        Step::Reopen => rules::reopen(need),
        Step::Close => rules::close(need, now),
        Step::Merge => merge::merge(need, &target(), now),
        Step::Unmerge => merge::unmerge(need),
        Step::Expire => lapse::expire(need, now + TimeDelta::days(90)).map(Option::unwrap),
    }
}

fn target() -> Need {
    let blank = Need::blank(NeedId::from(2), EnterpriseId::from(2), DateTime::UNIX_EPOCH);
    Need { stage: S::Accepted, ..blank }
}

/// What the model says of an attempt: where it leads, or `None` where it is refused.
fn expected(m: Model, a: Attempt, now: DateTime<Utc>) -> Option<Model> {
    let to = |stage| Model { stage, ..m };
    Some(match (a.step, m.stage) {
        (Step::Submit, S::Draft) => to(S::Submitted),
        (Step::Exclude, S::Submitted | S::Triaged) => to(S::Excluded),
        (Step::Triage, S::Submitted) => to(S::Triaged),
        (Step::Dispatch, S::Triaged | S::SentBack | S::Reopened) => return dispatched(m, a, now),
        (Step::Accept, S::Dispatched) => to(S::Accepted),
        (Step::SendBack, S::Dispatched) if !m.is_decided => {
            Model { send_backs: m.send_backs + 1, ..to(S::SentBack) }
        }
        (Step::Start, S::Accepted) => to(S::InProgress),
        (Step::Whistle, S::InProgress) | (Step::Whistle | Step::CheckIn, S::Whistled) => {
            to(S::Whistled)
        }
        (Step::Seek, S::Triaged | S::InProgress | S::Suspended) => to(S::Matching),
        (Step::Suspend, S::Accepted | S::InProgress | S::Whistled | S::Matching) => {
            to(S::Suspended)
        }
        (Step::Resume, S::Suspended) if m.handler != 0 => to(S::InProgress),
        (Step::Answer, S::InProgress | S::Whistled | S::Matching) => to(S::Answered),
        (Step::Rate, S::Answered) if a.stars < 3 && m.reopens == 0 => again(m),
        (Step::Rate, S::Answered) => to(S::Rated),
        (Step::Reopen, S::Rated) if m.reopens == 0 => again(m),
        (Step::Close, S::Rated) => to(S::Closed),
        (Step::Merge, S::Submitted | S::Triaged) => Model { merged_from: m.stage, ..to(S::Merged) },
        (Step::Unmerge, S::Merged) => to(m.merged_from),
        (Step::Expire, S::Draft | S::Submitted | S::Triaged | S::Matching) => to(S::Expired),
        _ => return None,
    })
}

fn again(m: Model) -> Model {
    Model { stage: S::Reopened, reopens: 1, send_backs: 0, is_decided: false, ..m }
}

fn dispatched(m: Model, a: Attempt, now: DateTime<Utc>) -> Option<Model> {
    let is_decided = a.has_basis;
    let due = now + TimeDelta::days(4);
    let clock = match (m.stage, m.clock, a.has_due) {
        (S::SentBack, Some(clock), false) => clock,
        // The due date may come nearer and never moves away.
        (S::SentBack, Some((from, until)), true) if due <= until => (from, due),
        (S::SentBack, _, _) | (_, _, false) => return None,
        (_, _, true) => (now, due),
    };
    let is_same = m.stage == S::Reopened && m.handler == a.unit;
    let is_refused =
        is_same || (m.send_backs >= 2 && !is_decided) || (m.send_backs == 0 && is_decided);
    let handler = a.unit;
    let sent = Model { stage: S::Dispatched, handler, is_decided, clock: Some(clock), ..m };
    (!is_refused).then_some(sent)
}

fn agree(m: Model, need: &Need) {
    let handler = need.handler.map_or(0, OrganisationId::number);
    assert_eq!(
        (m.stage, m.send_backs, m.reopens, m.handler),
        (need.stage, need.send_backs, need.reopens, handler)
    );
    assert_eq!(m.is_decided, need.adjudication.is_some());
    assert_eq!(m.clock, need.dispatched_at.zip(need.due_at));
    assert_eq!(need.merged_into.is_some(), need.stage == S::Merged);
    assert_eq!(need.suspended_until.is_some(), need.stage == S::Suspended);
    let ends = matches!(need.stage, S::Closed | S::Excluded | S::Merged | S::Expired);
    assert_eq!(need.trace.closed_at.is_some(), ends, "{:?}", need.stage);
}

#[test]
fn millions_of_histories_go_as_a_second_telling_says() {
    let mut dice = Dice(2026);
    let (mut taken, mut refused) = (0_u64, 0_u64);
    let blank = Need {
        committee: Some(ChainCommitteeId::from(1)),
        kind: NeedKind::Supply,
        title: "题".to_owned(),
        body: "文".to_owned(),
        ..Need::blank(NeedId::from(1), EnterpriseId::from(1), DateTime::UNIX_EPOCH)
    };
    for _ in 0..HISTORIES {
        let mut need = blank.clone();
        let mut now = DateTime::UNIX_EPOCH;
        let mut model = Model {
            stage: S::Draft,
            merged_from: S::Draft,
            send_backs: 0,
            is_decided: false,
            reopens: 0,
            handler: 0,
            clock: None,
        };
        for _ in 0..LENGTH {
            let a = attempt(&mut dice);
            now += TimeDelta::days(a.days);
            match (expected(model, a, now), take(&need, a, now)) {
                (Some(next), Ok(moved)) => {
                    agree(next, &moved);
                    (model, need, taken) = (next, moved, taken + 1);
                }
                (None, Err(_)) => refused += 1,
                (want, got) => panic!("{model:?} {a:?}: {want:?}, but {:?}", got.map(|n| n.stage)),
            }
        }
    }
    assert_eq!(taken + refused, HISTORIES * LENGTH);
    assert!(taken > HISTORIES, "histories move: {taken} steps taken, {refused} refused");
}
