//! Reservations: a part of an offer kept for a need or a pairing 预留.
//!
//! Kept until a moment, then it lapses and the amount is free again. What was consumed can be given
//! back too, when a tenancy or a credit line ends.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use thiserror::Error;

use super::{Offer, may_write};
use crate::actor::{Actor, Role};
use crate::committee::Member;
use crate::ids::{ChainCommitteeId, EnterpriseId, NeedId, OfferId, PairingId, ReservationId};
use crate::need::NeedStage;
use crate::pairing::PairingStage;
use crate::policy;
use crate::steps::{self, Transition, WrongStage};
use crate::words;

words! {
    /// Where a reservation stands.
    pub enum ReservationStage {
        /// Kept until its moment 已预留.
        Reserved = "reserved",
        /// Taken up for good 已使用.
        Consumed = "consumed",
        /// Given back 已退回.
        Returned = "returned",
        /// Lapsed: its moment came before it was taken up 已过期.
        Expired = "expired",
    }
}

words! {
    /// A step of a reservation.
    pub enum ReservationStep {
        /// Take it up for good 使用.
        Consume = "consume",
        /// Give the amount back 退回.
        Return = "return",
        /// Let it lapse.
        Expire = "expire",
    }
}

/// Every step there is.
pub const TRANSITIONS: &[Transition<ReservationStage, ReservationStep>] = {
    use ReservationStage as Stage;
    use ReservationStep as Step;
    &[
        Transition { step: Step::Consume, from: &[Stage::Reserved], to: Stage::Consumed },
        Transition {
            step: Step::Return,
            from: &[Stage::Reserved, Stage::Consumed],
            to: Stage::Returned,
        },
        Transition { step: Step::Expire, from: &[Stage::Reserved], to: Stage::Expired },
    ]
};

impl ReservationStage {
    /// Whether the amount is taken from what is left of the offer.
    pub const fn holds(self) -> bool {
        matches!(self, Self::Reserved | Self::Consumed)
    }
}

/// What an amount is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A need.
    Need(NeedId),
    /// A pairing.
    Pairing(PairingId),
}

/// A reservation 预留.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// The offer a part of which is kept.
    pub offer: OfferId,
    /// What for.
    pub purpose: Purpose,
    /// How much, in the unit of the offer; 1 or more.
    pub amount: i64,
    /// Where it stands, by what is stored; see [`Self::stage_at`].
    pub stage: ReservationStage,
    /// The first moment at which it is no longer kept.
    pub until: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was taken up, given back or found lapsed; `None` while it is kept.
    pub ended_at: Option<DateTime<Utc>>,
    /// Raised by one with each save.
    pub version: i64,
}

/// Why nothing was reserved, taken up or given back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReservationError {
    /// The stage does not allow the step.
    #[error(transparent)]
    WrongStage(#[from] WrongStage),
    /// Nothing, or less.
    #[error("amount is {0}; reserve 1 or more")]
    AmountTooSmall(i64),
    /// An offer without a limit.
    #[error("the offer has no limit, so nothing of it needs to be reserved")]
    NoLimit,
    /// More than is left.
    #[error("{asked}{unit} asked for, but {left}{unit} is left; reserve {left} or less")]
    NotEnough {
        /// How much was asked for.
        asked: i64,
        /// How much is left.
        left: i64,
        /// The unit with a space before it; empty if the offer names none.
        unit: String,
    },
    /// The offer stands no longer.
    #[error("the offer stood until {0}; choose another one")]
    OfferOver(NaiveDate),
    /// A moment that is past.
    #[error("it cannot be kept until {until}, which is past; now it is {now}")]
    UntilPast {
        /// The moment given.
        until: DateTime<Utc>,
        /// The present.
        now: DateTime<Utc>,
    },
    /// A moment too far away.
    #[error("it cannot be kept until {until}; the latest moment is {latest}")]
    UntilFar {
        /// The moment given.
        until: DateTime<Utc>,
        /// The latest one.
        latest: DateTime<Utc>,
    },
    /// The need is not in process.
    #[error("the need is {0}; something can be reserved while it is in process")]
    NeedOver(NeedStage),
    /// The pairing has ended.
    #[error("the pairing has ended; something can be reserved while it is in force")]
    PairingOver,
}

/// Longest time something is kept without being taken up, in days.
pub const MAX_DAYS: i64 = 366;

impl Reservation {
    /// Where it stands at `now`, whether or not somebody has written down that it lapsed.
    pub fn stage_at(&self, now: DateTime<Utc>) -> ReservationStage {
        let is_lapsed = self.stage == ReservationStage::Reserved && self.until <= now;
        if is_lapsed { ReservationStage::Expired } else { self.stage }
    }
}

/// Checks that `amount` of `offer` may be kept until `until`. Whether so much is left is decided
/// where it is taken, in one statement; [`not_enough`] says it in words.
///
/// # Errors
///
/// See [`ReservationError`].
pub fn check(
    offer: &Offer,
    amount: i64,
    until: DateTime<Utc>,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> Result<(), ReservationError> {
    if amount < 1 {
        return Err(ReservationError::AmountTooSmall(amount));
    }
    if offer.capacity.is_none() {
        return Err(ReservationError::NoLimit);
    }
    if let Some(valid_until) = offer.valid_until.filter(|day| *day < today) {
        return Err(ReservationError::OfferOver(valid_until));
    }
    if until <= now {
        return Err(ReservationError::UntilPast { until, now });
    }
    let latest = now + TimeDelta::days(MAX_DAYS);
    if until > latest {
        return Err(ReservationError::UntilFar { until, latest });
    }
    Ok(())
}

/// That `asked` is more than what `offer` has left.
pub fn not_enough(offer: &Offer, asked: i64) -> ReservationError {
    let unit = offer.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    ReservationError::NotEnough { asked, left: offer.capacity_left.unwrap_or(0), unit }
}

/// Checks that something may be kept for a need in `stage`: from when it was handed in until it
/// ends.
///
/// # Errors
///
/// [`ReservationError::NeedOver`].
pub fn check_need(stage: NeedStage) -> Result<(), ReservationError> {
    match stage {
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
        | NeedStage::Reopened => Ok(()),
        NeedStage::Draft
        | NeedStage::Excluded
        | NeedStage::Merged
        | NeedStage::Expired
        | NeedStage::Closed => Err(ReservationError::NeedOver(stage)),
    }
}

/// Checks that something may be kept for a pairing in `stage`.
///
/// # Errors
///
/// [`ReservationError::PairingOver`].
pub const fn check_pairing(stage: PairingStage) -> Result<(), ReservationError> {
    match stage {
        PairingStage::Active | PairingStage::Renewed => Ok(()),
        PairingStage::Ended => Err(ReservationError::PairingOver),
    }
}

/// Takes `step` at `now`: a lapsed reservation allows none.
///
/// # Errors
///
/// [`ReservationError::WrongStage`] with the steps allowed.
pub fn advance(
    reservation: &Reservation,
    step: ReservationStep,
    now: DateTime<Utc>,
) -> Result<Reservation, ReservationError> {
    let stage = steps::next(TRANSITIONS, reservation.stage_at(now), step)?;
    Ok(Reservation { stage, ended_at: Some(now), ..reservation.clone() })
}

/// Whether `actor` may reserve of an offer of `provider` for something of `committee`, and say that
/// it was taken up: the provider, the committee's secretary, a coordinator. An enterprise asks for it
/// by its need; that alone does not take another's rooms.
pub fn may_reserve(actor: &Actor, provider: Member, committee: Option<ChainCommitteeId>) -> bool {
    let is_theirs = committee.is_some_and(|id| policy::may_act_for_committee(actor, id));
    is_theirs || may_write(actor, provider)
}

/// Whether `actor` may take `step`: those of [`may_reserve`], and the enterprise it is kept for may
/// give it back.
pub fn may_take(
    actor: &Actor,
    step: ReservationStep,
    (provider, committee): (Member, Option<ChainCommitteeId>),
    beneficiary: Option<EnterpriseId>,
) -> bool {
    let is_own = actor.role == Role::Enterprise
        && beneficiary.is_some()
        && actor.enterprise() == beneficiary;
    match step {
        ReservationStep::Consume => may_reserve(actor, provider, committee),
        ReservationStep::Return => is_own || may_reserve(actor, provider, committee),
        // The platform's own step.
        ReservationStep::Expire => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Body;
    use crate::ids::OrganisationId;
    use crate::offer::OfferKind;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_772_409_600 + hour * 3600, 0).unwrap()
    }

    fn offer(capacity: Option<i64>) -> Offer {
        Offer {
            id: OfferId::from(1),
            external_id: None,
            provider: Member::Organisation(OrganisationId::from(1)),
            kind: OfferKind::Space,
            title: "低成本空间".to_owned(),
            body: String::new(),
            capacity,
            capacity_left: capacity.map(|_| 60),
            unit: Some("m²".to_owned()),
            valid_until: Some(at(0).date_naive()),
            is_published: true,
            version: 1,
        }
    }

    fn reservation(stage: ReservationStage) -> Reservation {
        Reservation {
            id: ReservationId::from(1),
            offer: OfferId::from(1),
            purpose: Purpose::Need(NeedId::from(1)),
            amount: 40,
            stage,
            until: at(10),
            created_at: at(0),
            ended_at: None,
            version: 1,
        }
    }

    #[test]
    fn an_amount_is_kept_while_the_offer_stands_and_until_a_moment_ahead() {
        let now = (at(0), at(0).date_naive());
        let latest = at(24 * MAX_DAYS);
        let over = at(0).date_naive().pred_opt().unwrap();
        let cases = [
            ("one", offer(Some(100)), 1, at(1), Ok(())),
            ("nothing", offer(Some(100)), 0, at(1), Err(ReservationError::AmountTooSmall(0))),
            ("no limit", offer(None), 1, at(1), Err(ReservationError::NoLimit)),
            (
                "yesterday's",
                Offer { valid_until: Some(over), ..offer(Some(100)) },
                1,
                at(1),
                Err(ReservationError::OfferOver(over)),
            ),
            (
                "until now",
                offer(Some(100)),
                1,
                at(0),
                Err(ReservationError::UntilPast { until: at(0), now: at(0) }),
            ),
            ("as long as can be", offer(Some(100)), 1, latest, Ok(())),
            (
                "an hour longer",
                offer(Some(100)),
                1,
                latest + TimeDelta::hours(1),
                Err(ReservationError::UntilFar { until: latest + TimeDelta::hours(1), latest }),
            ),
        ];
        for (name, offer, amount, until, want) in cases {
            assert_eq!(check(&offer, amount, until, now), want, "{name}");
        }
    }

    #[test]
    fn what_is_left_is_named_with_its_unit() {
        assert_eq!(
            not_enough(&offer(Some(100)), 240).to_string(),
            "240 m² asked for, but 60 m² is left; reserve 60 or less"
        );
        let plain = Offer { unit: None, ..offer(Some(100)) };
        assert_eq!(
            not_enough(&plain, 61).to_string(),
            "61 asked for, but 60 is left; reserve 60 or less"
        );
    }

    #[test]
    fn a_reservation_is_taken_up_before_its_moment_and_given_back_even_later() {
        use ReservationStage as Stage;
        use ReservationStep as Step;
        let cases = [
            (Stage::Reserved, Step::Consume, 9, Some(Stage::Consumed)),
            (Stage::Reserved, Step::Consume, 10, None),
            (Stage::Reserved, Step::Return, 9, Some(Stage::Returned)),
            (Stage::Reserved, Step::Return, 10, None),
            (Stage::Consumed, Step::Return, 99, Some(Stage::Returned)),
            (Stage::Consumed, Step::Consume, 9, None),
            (Stage::Returned, Step::Return, 9, None),
            (Stage::Expired, Step::Consume, 9, None),
        ];
        for (stage, step, hour, want) in cases {
            let got = advance(&reservation(stage), step, at(hour)).ok();
            assert_eq!(got.map(|one| one.stage), want, "{stage} {step} at {hour}");
        }
        let error = advance(&reservation(Stage::Reserved), Step::Consume, at(10)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the stage is expired, which does not allow consume; it allows no further step"
        );
    }

    #[test]
    fn provider_secretary_and_coordinator_reserve_and_the_enterprise_may_only_give_back() {
        use ReservationStep as Step;
        let (firm, committee) = (EnterpriseId::from(3), ChainCommitteeId::from(5));
        let provider = Member::Organisation(OrganisationId::from(1));
        let actor = |role, body| Actor { subject: "t".to_owned(), role, body };
        let unit = |n| Some(Body::Organisation(OrganisationId::from(n)));
        let of = |n| Some(Body::Committee(ChainCommitteeId::from(n)));
        let own = |n| Some(Body::Enterprise(EnterpriseId::from(n)));
        let cases = [
            ("provider", actor(Role::DepartmentHandler, unit(1)), true, true),
            ("another unit", actor(Role::DepartmentHandler, unit(2)), false, false),
            ("secretary", actor(Role::CommitteeSecretary, of(5)), true, true),
            ("secretary elsewhere", actor(Role::CommitteeSecretary, of(6)), false, false),
            ("coordinator", actor(Role::Coordinator, None), true, true),
            ("the enterprise", actor(Role::Enterprise, own(3)), false, true),
            ("another enterprise", actor(Role::Enterprise, own(4)), false, false),
            ("auditor", actor(Role::Auditor, None), false, false),
            ("administrator", actor(Role::SystemAdmin, None), false, false),
        ];
        for (name, actor, reserves, gives_back) in cases {
            assert_eq!(may_reserve(&actor, provider, Some(committee)), reserves, "{name}");
            let may = |step| may_take(&actor, step, (provider, Some(committee)), Some(firm));
            assert_eq!((may(Step::Consume), may(Step::Return)), (reserves, gives_back), "{name}");
            assert!(!may(Step::Expire), "{name}");
        }
    }
}
