//! Ids: one type per thing, so that a need can never stand where an offer is meant.
//!
//! An id is a [ULID](https://github.com/ulid/spec): 48 bits of milliseconds, 80 random bits, written
//! as 26 characters that sort by time. On the wire it carries a tag: `need:01J…`.

use std::fmt;
use std::str::FromStr;
use std::sync::Mutex;

use thiserror::Error;
use ulid::Ulid;

/// A text that is not an id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text:?} is not an id; expected 26 characters of Crockford base 32")]
pub struct IdError {
    /// The text as given, cut to 40 characters.
    pub text: String,
}

/// An id of one kind of thing.
pub trait Id: Copy + Ord + fmt::Display + FromStr<Err = IdError> + From<Ulid> + 'static {
    /// What stands before the colon on the wire.
    const TAG: &'static str;
}

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident = $tag:literal;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl Id for $name {
            const TAG: &'static str = $tag;
        }

        impl $name {
            /// The id as a number that sorts like the id.
            pub const fn number(self) -> u128 {
                self.0.0
            }
        }

        impl From<Ulid> for $name {
            fn from(id: Ulid) -> Self {
                Self(id)
            }
        }

        impl From<u128> for $name {
            fn from(number: u128) -> Self {
                Self(Ulid(number))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Ulid::from_string(text)
                    .map(Self)
                    .map_err(|_| IdError { text: text.chars().take(40).collect() })
            }
        }
    )+};
}

ids! {
    /// Id of a functional zone 功能区.
    ZoneId = "zone";
    /// Id of an enterprise 企业.
    EnterpriseId = "enterprise";
    /// Id of another organisation: department, bank, institute, chamber.
    OrganisationId = "organisation";
    /// Id of a Party organisation 党组织.
    PartyOrganisationId = "party_organisation";
    /// Id of a product 产品.
    ProductId = "product";
    /// Id of a supply edge 供应关系.
    SupplyEdgeId = "supply_edge";
    /// Id of an industrial chain 产业链.
    IndustrialChainId = "chain";
    /// Id of a chain segment 链条环节.
    ChainSegmentId = "segment";
    /// Id of a chain committee 产业链党委.
    ChainCommitteeId = "committee";
    /// Id of a seat on a committee 委员单位席位.
    SeatId = "seat";
    /// Id of an alliance 党建联盟.
    AllianceId = "alliance";
    /// Id of a need 企业需求.
    NeedId = "need";
    /// Id of a note on a need 办理记录.
    NeedNoteId = "need_note";
    /// Id of a bid 揭榜方案.
    BidId = "bid";
    /// Id of an attachment 附件.
    AttachmentId = "attachment";
    /// Id of a supervision 督办.
    SupervisionId = "supervision";
    /// Id of an offer 供给.
    OfferId = "offer";
    /// Id of a reservation of a part of an offer 预留.
    ReservationId = "reservation";
    /// Id of a suggestion 撮合建议.
    SuggestionId = "suggestion";
    /// Id of a pairing 结对.
    PairingId = "pairing";
    /// Id of a project 项目.
    ProjectId = "project";
    /// What was reported of a cohort of projects.
    ProjectReportId = "project_report";
    /// Id of a cooperation task 央地合作任务.
    CooperationTaskId = "task";
    /// Id of an outcome 合作成果.
    OutcomeId = "outcome";
    /// Id of a contact 联系人.
    ContactId = "contact";
    /// Id of a venue 场地.
    VenueId = "venue";
    /// Id of a docking event 对接活动.
    DockingEventId = "event";
    /// Id of a session 场次.
    SessionId = "session";
    /// Id of a participant 参会方.
    ParticipantId = "participant";
    /// Id of a meeting 一对一会面.
    MeetingId = "meeting";
    /// Id of an invitation to an event 嘉宾.
    GuestId = "guest";
    /// Id of a person who comes with a guest 随行人员.
    GuestPersonId = "guest_person";
    /// Id of a meeting request 会面申请.
    MeetingRequestId = "meeting_request";
    /// Id of a checkpoint 签到点.
    CheckpointId = "checkpoint";
    /// Id of what somebody said of a meeting 会面结果.
    MeetingResultId = "meeting_result";
    /// Id of a follow-up of a meeting 跟进.
    FollowUpId = "follow_up";
    /// Id of an account 账号.
    AccountId = "account";
    /// Id of a grant: a role held for a body and a term 任职.
    GrantId = "grant";
    /// Id of a sign-in 登录; a session is part of an event.
    LoginId = "login";
    /// Id of a token for another system 接口令牌.
    ApiTokenId = "api_token";
    /// Id of an invitation to come in 入驻邀请.
    InvitationId = "invitation";
    /// Id of what was invited together.
    InvitationBatchId = "invitation_batch";
    /// Id of a claim 认领.
    ClaimId = "claim";
    /// Id of an audit row.
    AuditId = "audit";
    /// Id of a job.
    JobId = "job";
    /// Id of a notice 通知.
    NoticeId = "notice";
    /// Id of a message that takes notices out of the house 通知送达.
    DeliveryId = "delivery";
    /// Id of a webhook 网络回调.
    WebhookId = "webhook";
}

/// Where new ids come from: given the moment, ids rise and never repeat.
///
/// Seeded by the caller: with randomness at start of the server, with a fixed number in tests and
/// in the demo.
#[derive(Debug)]
pub struct IdSource(Mutex<State>);

#[derive(Debug)]
struct State {
    last: u128,
    random: u64,
}

/// Bits of an id below the milliseconds.
const RANDOM_BITS: u32 = 80;

impl IdSource {
    /// A source whose random bits follow from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(State { last: 0, random: seed }))
    }

    /// The next id at `now_ms`, milliseconds since 1970 UTC.
    ///
    /// A clock that stands still or runs backwards does not make ids fall or repeat.
    pub fn mint<T: Id>(&self, now_ms: i64) -> T {
        // A panic elsewhere cannot leave the two numbers half written.
        let mut state = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let high = splitmix(&mut state.random);
        let low = splitmix(&mut state.random);
        let random = (u128::from(high) << 64 | u128::from(low)) >> (128 - RANDOM_BITS);
        let fresh = u128::from(now_ms.max(0).unsigned_abs()) << RANDOM_BITS | random;
        // Within one millisecond the next id follows the last one at a random small distance.
        let step = 1 + u128::from(low >> 40);
        let next = if fresh >> RANDOM_BITS > state.last >> RANDOM_BITS {
            fresh
        } else {
            state.last + step
        };
        state.last = next;
        T::from(Ulid(next))
    }
}

/// Sebastiano Vigna's `SplitMix64`: a full-period mixer, good enough for ids and tiny.
pub(crate) fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_even_when_the_clock_stands_still_or_falls() {
        let source = IdSource::new(1);
        let ids: Vec<NeedId> = [5, 5, 4, 6, 6, 0].map(|ms| source.mint(ms)).to_vec();
        assert!(ids.windows(2).all(|w| w[0] < w[1]), "{ids:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (a, b): (IdSource, IdSource) = (IdSource::new(7), IdSource::new(7));
        assert_eq!(a.mint::<NeedId>(9), b.mint::<NeedId>(9));
        assert_ne!(a.mint::<NeedId>(9), IdSource::new(8).mint::<NeedId>(9));
    }

    #[test]
    fn an_id_survives_its_text() {
        let id: NeedId = IdSource::new(3).mint(1_700_000_000_000);
        assert_eq!(id.to_string().parse::<NeedId>(), Ok(id));
        assert_eq!("x".parse::<NeedId>(), Err(IdError { text: "x".to_owned() }));
    }
}
