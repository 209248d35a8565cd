//! Changes of guests. Each resolver translates, `app` decides.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Datelike as _, Utc};
use lianmeng_app::guest::delegation::{self, SetDelegation, Substitute};
use lianmeng_app::guest::{
    self as app, GuestCommandError, GuestDeed, InviteGuests, MoveGuest, SeatGuests, SendGuests,
    SetQuotas,
};
use lianmeng_app::secret::Secret;
use lianmeng_domain::guest::book::{BookError, Quota};
use lianmeng_domain::guest::person::{Delegation, PersonCard, PersonError};
use lianmeng_domain::guest::{GuestError, Invitee, Reply};
use lianmeng_domain::ids::{DockingEventId, GuestId};

use super::{GuestKindWord, GuestNode};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::event::DockingEventNode;
use crate::event::input::target;
use crate::event::payload::EventParticipantsPayload;
use crate::ids;
use crate::organisation::member;
use crate::scalars::{Int32, is_usual};
use crate::scope::Scope;

/// An answer to an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GuestReply", remote = "Reply")]
pub enum ReplyWord {
    /// Comes, or waits where there is no place.
    Yes,
    /// Does not come.
    No,
    /// Does not know yet.
    Tentative,
}

/// Whom to invite.
#[derive(Debug, InputObject)]
pub struct GuestInput {
    /// Enterprise or organisation; this or a name must be given.
    member_id: Option<ID>,
    /// Name of somebody outside of the registry, at most 100 characters; not read beside `memberId`.
    #[graphql(default, validator(max_length = 100))]
    outside_name: String,
    /// As what kind of guest.
    kind: GuestKindWord,
}

impl GuestInput {
    fn into_guest(self) -> Result<(Invitee, lianmeng_domain::guest::GuestKind), ApiError> {
        let who = match self.member_id {
            Some(id) => Invitee::Member(member(&id)?),
            None => Invitee::Outside(self.outside_name),
        };
        Ok((who, self.kind.into()))
    }
}

/// Input of `guestsInvite`.
#[derive(Debug, InputObject)]
pub struct GuestsInviteInput {
    /// Event to invite to.
    event_id: ID,
    /// Whom, at most 100 at a time.
    #[graphql(validator(max_items = 100))]
    guests: Vec<GuestInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `guestsSend`.
#[derive(Debug, InputObject)]
pub struct GuestsSendInput {
    /// The event.
    event_id: ID,
    /// Invitations to send, at most 100.
    #[graphql(validator(max_items = 100))]
    guest_ids: Vec<ID>,
    /// Moment until which they can be accepted, in the future and at the latest the end of the day of
    /// the event.
    reply_by: DateTime<Utc>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `guestAnswer`.
#[derive(Debug, InputObject)]
pub struct GuestAnswerInput {
    /// The invitation.
    guest_id: ID,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The answer.
    answer: ReplyWord,
    /// Words that go with it, at most 500 characters; for organisers, who answer for somebody else, who
    /// said so.
    #[graphql(default)]
    note: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `guestPromote` and `guestWithdraw`.
#[derive(Debug, InputObject)]
pub struct GuestMoveInput {
    /// The invitation.
    guest_id: ID,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Why, 1 to 500 characters; whoever is invited reads it.
    note: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A quota as it is given.
#[derive(Debug, InputObject)]
pub struct GuestQuotaInput {
    /// The kind.
    kind: GuestKindWord,
    /// Fewest guests; until they have come together, so many places are kept for the kind.
    #[graphql(default)]
    min: u16,
    /// Most guests; any number if absent.
    max: Option<u16>,
}

/// Input of `guestQuotasSet`.
#[derive(Debug, InputObject)]
pub struct GuestQuotasSetInput {
    /// The event.
    event_id: ID,
    /// For how many people there is room; what the venue holds if absent.
    #[graphql(validator(custom = "Int32"))]
    capacity: Option<u32>,
    /// Quotas; kinds that are not named have none.
    #[graphql(validator(max_items = 9))]
    quotas: Vec<GuestQuotaInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A person as it is given.
#[derive(Debug, InputObject)]
pub struct GuestPersonInput {
    /// A person of the delegation, who stays who they are and keeps their badge; somebody new if absent.
    person_id: Option<ID>,
    /// Name, 1 to 60 characters.
    name: String,
    /// What they are there (职务), at most 60 characters.
    #[graphql(default)]
    title: String,
    /// Phone number, 5 to 20 digits; may be left out.
    #[graphql(default)]
    phone: String,
    /// Whether they lead the delegation (带队); one of them does.
    #[graphql(default)]
    is_head: bool,
}

/// Input of `guestDelegation`.
#[derive(Debug, InputObject)]
pub struct GuestDelegationInput {
    /// The invitation.
    guest_id: ID,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// All who come, at most 20; who is not named any more is taken from the list.
    #[graphql(validator(max_items = 20))]
    people: Vec<GuestPersonInput>,
    /// How many come along without a name (随员), at most 20.
    #[graphql(default)]
    escort_count: u16,
    /// Number plates (车牌), at most 10.
    #[graphql(validator(max_items = 10))]
    vehicle_plates: Option<Vec<String>>,
    /// What they do not eat, at most 200 characters.
    #[graphql(default)]
    dietary_note: String,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `guestSubstitute`.
#[derive(Debug, InputObject)]
pub struct GuestSubstituteInput {
    /// The invitation.
    guest_id: ID,
    /// Version that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Who does not come.
    person_id: ID,
    /// Name of who comes instead, 1 to 60 characters.
    name: String,
    /// What they are there (职务), at most 60 characters.
    #[graphql(default)]
    title: String,
    /// Phone number, 5 to 20 digits; may be left out.
    #[graphql(default)]
    phone: String,
    /// Whether the badge goes to the new person; else it opens nothing from now on, and the new person
    /// gets another.
    #[graphql(default)]
    keeps_badge: bool,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `guestsSeat`.
#[derive(Debug, InputObject)]
pub struct GuestsSeatInput {
    /// The event.
    event_id: ID,
    /// Version of the event that was read.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Guests, or why not.
#[derive(Debug, SimpleObject)]
pub struct GuestsPayload {
    /// The guests after the change, in the order given; empty if it was refused.
    guests: Vec<GuestNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl GuestsPayload {
    async fn of(scope: &Scope, done: Result<Vec<GuestId>, GuestCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(ids) => {
                let found = scope.many(ids).await?.into_iter();
                let guests = found.map(|guest| GuestNode::new(scope, guest)).collect();
                Self { guests, errors: Vec::new() }
            }
            Err(error) => Self { guests: Vec::new(), errors: vec![user_error(error)?] },
        })
    }
}

/// A guest, or why not.
#[derive(Debug, SimpleObject)]
pub struct GuestPayload {
    /// The guest after the change; null if it was refused.
    guest: Option<GuestNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl GuestPayload {
    async fn of(scope: &Scope, done: Result<GuestId, GuestCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let guest = scope.one(id).await?.map(|guest| GuestNode::new(scope, guest));
                Self { guest, errors: Vec::new() }
            }
            Err(error) => Self { guest: None, errors: vec![user_error(error)?] },
        })
    }
}

/// An event whose places were changed, or why not.
#[derive(Debug, SimpleObject)]
pub struct GuestQuotasPayload {
    /// The event; null if the change was refused.
    event: Option<DockingEventNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Changes of guests.
#[derive(Debug, Default)]
pub struct GuestMutation;

#[Object]
impl GuestMutation {
    /// Writes invitations to an event down (拟邀); nobody is told before they are sent. Organisers.
    async fn guests_invite(
        &self,
        ctx: &Context<'_>,
        input: GuestsInviteInput,
    ) -> Result<GuestsPayload> {
        let scope = Scope::of(ctx)?;
        let guests = input.guests.into_iter().map(GuestInput::into_guest);
        let cmd = InviteGuests {
            event: ids::decode(&input.event_id)?,
            guests: guests.collect::<Result<_, _>>()?,
            request_key: input.request_key,
        };
        GuestsPayload::of(scope, app::invite(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Sends invitations (发出邀请), also anew to those who declined, did not answer in time, or were
    /// uninvited, and tells them. Organisers.
    async fn guests_send(
        &self,
        ctx: &Context<'_>,
        input: GuestsSendInput,
    ) -> Result<GuestsPayload> {
        let scope = Scope::of(ctx)?;
        let year = input.reply_by.year();
        if !is_usual(year) {
            let message = format!("replyBy has the year {year}; years have four digits");
            return Err(ApiError::BadInput(message).into());
        }
        let guests = input.guest_ids.iter().map(|id| ids::decode(id));
        let cmd = SendGuests {
            event: ids::decode(&input.event_id)?,
            guests: guests.collect::<Result<_, ApiError>>()?,
            reply_by: input.reply_by,
            request_key: input.request_key,
        };
        GuestsPayload::of(scope, app::send(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Answers an invitation: staff of who is invited, or organisers for them, which is marked. A yes
    /// beyond the quota or the capacity waits; a place that becomes free goes to who waits longest.
    async fn guest_answer(
        &self,
        ctx: &Context<'_>,
        input: GuestAnswerInput,
    ) -> Result<GuestPayload> {
        let deed = GuestDeed::Answer(input.answer.into(), input.note);
        advance(ctx, (&input.guest_id, input.version), deed, input.request_key).await
    }

    /// Gives a guest that waits a place (递补), whatever the quota of its kind; not beyond the capacity.
    /// Organisers.
    async fn guest_promote(
        &self,
        ctx: &Context<'_>,
        input: GuestMoveInput,
    ) -> Result<GuestPayload> {
        let deed = GuestDeed::Promote(input.note);
        advance(ctx, (&input.guest_id, input.version), deed, input.request_key).await
    }

    /// Takes an invitation back (撤回). Organisers.
    async fn guest_withdraw(
        &self,
        ctx: &Context<'_>,
        input: GuestMoveInput,
    ) -> Result<GuestPayload> {
        let deed = GuestDeed::Withdraw(input.note);
        advance(ctx, (&input.guest_id, input.version), deed, input.request_key).await
    }

    /// Replaces the capacity of an event and the quotas of the kinds of guests (名额). Nobody loses a
    /// place by that. Organisers.
    async fn guest_quotas_set(
        &self,
        ctx: &Context<'_>,
        input: GuestQuotasSetInput,
    ) -> Result<GuestQuotasPayload> {
        let scope = Scope::of(ctx)?;
        let quota =
            |one: GuestQuotaInput| Quota { kind: one.kind.into(), min: one.min, max: one.max };
        let cmd = SetQuotas {
            event: ids::decode::<DockingEventId>(&input.event_id)?,
            capacity: input.capacity,
            quotas: input.quotas.into_iter().map(quota).collect(),
            request_key: input.request_key,
        };
        Ok(match app::set_quotas(&scope.desk, &scope.actor, &cmd).await {
            Ok(id) => {
                let event = scope.one(id).await?.map(DockingEventNode);
                GuestQuotasPayload { event, errors: Vec::new() }
            }
            Err(error) => GuestQuotasPayload { event: None, errors: vec![user_error(error)?] },
        })
    }

    /// Writes down whom a guest sends (代表团), once it has accepted and has a place: its own staff, or
    /// organisers for it.
    async fn guest_delegation(
        &self,
        ctx: &Context<'_>,
        input: GuestDelegationInput,
    ) -> Result<GuestPayload> {
        let scope = Scope::of(ctx)?;
        let person = |one: GuestPersonInput| -> Result<_, ApiError> {
            let GuestPersonInput { person_id, name, title, phone, is_head } = one;
            let id = person_id.map(|id| ids::decode(&id)).transpose()?;
            Ok((id, PersonCard { name, title, phone, is_head }))
        };
        let cmd = SetDelegation {
            guest: ids::decode(&input.guest_id)?,
            version: input.version,
            delegation: Delegation {
                people: input.people.into_iter().map(person).collect::<Result<_, _>>()?,
                escorts: input.escort_count,
                plates: input.vehicle_plates.unwrap_or_default(),
                diet: input.dietary_note,
            },
            request_key: input.request_key,
        };
        let secret = drawn()?;
        let done = delegation::set(&scope.desk, &scope.actor, &cmd, &secret).await;
        GuestPayload::of(scope, done).await
    }

    /// Names somebody who comes instead of another (换人): staff of the guest, or organisers for it.
    async fn guest_substitute(
        &self,
        ctx: &Context<'_>,
        input: GuestSubstituteInput,
    ) -> Result<GuestPayload> {
        let scope = Scope::of(ctx)?;
        let GuestSubstituteInput { name, title, phone, .. } = input;
        let cmd = Substitute {
            guest: ids::decode(&input.guest_id)?,
            version: input.version,
            person: ids::decode(&input.person_id)?,
            card: PersonCard { name, title, phone, is_head: false },
            keeps_badge: input.keeps_badge,
            request_key: input.request_key,
        };
        let secret = drawn()?;
        let done = delegation::substitute(&scope.desk, &scope.actor, &cmd, &secret).await;
        GuestPayload::of(scope, done).await
    }

    /// Makes the guests of the registry who come participants (参会方) of the timetable, those that are
    /// none yet. Organisers.
    async fn guests_seat(
        &self,
        ctx: &Context<'_>,
        input: GuestsSeatInput,
    ) -> Result<EventParticipantsPayload> {
        let scope = Scope::of(ctx)?;
        let target = target(&input.event_id, input.version)?;
        let cmd = SeatGuests { target, request_key: input.request_key };
        let done = app::seat(&scope.desk, &scope.actor, &cmd).await;
        Ok(EventParticipantsPayload::from_result(done)?)
    }
}

fn drawn() -> Result<Secret, ApiError> {
    Secret::draw().map_err(|error| ApiError::Internal(Box::new(error)))
}

async fn advance(
    ctx: &Context<'_>,
    (guest, version): (&str, i64),
    deed: GuestDeed,
    request_key: String,
) -> Result<GuestPayload> {
    let scope = Scope::of(ctx)?;
    let cmd = MoveGuest { guest: ids::decode(guest)?, version, deed, request_key };
    GuestPayload::of(scope, app::advance(&scope.desk, &scope.actor, &cmd).await).await
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: GuestCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        GuestCommandError::NotFound => (Code::NotFound, None),
        GuestCommandError::UnknownReference => (Code::UnknownReference, Some("memberId")),
        GuestCommandError::Rule(ref rule) => rule_code(rule),
        GuestCommandError::Badge(error) => return Err(ApiError::Internal(Box::new(error))),
        GuestCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}

const fn rule_code(error: &GuestError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match error {
        GuestError::Stage(_)
        | GuestError::EventOver { .. }
        | GuestError::TooLate { .. }
        | GuestError::NotComing { .. } => (Code::WrongStage, None),
        GuestError::ReplyBy { .. } => (Code::Invalid, Some("replyBy")),
        GuestError::InvitedTwice { .. } => (Code::Taken, Some("guests")),
        GuestError::TooMany { .. } => (Code::CapacityExceeded, Some("guests")),
        GuestError::Name { length: 0 } => (Code::Missing, Some("outsideName")),
        GuestError::Name { .. } => (Code::Invalid, Some("outsideName")),
        GuestError::NoteMissing => (Code::Missing, Some("note")),
        GuestError::NoteLength { .. } => (Code::Invalid, Some("note")),
        GuestError::HouseFull { .. } => (Code::CapacityExceeded, None),
        GuestError::Book(BookError::Capacity { .. }) => (Code::Invalid, Some("capacity")),
        GuestError::Book(
            BookError::KindTwice { .. }
            | BookError::MinOverMax { .. }
            | BookError::MinsOverCapacity { .. },
        ) => (Code::Invalid, Some("quotas")),
        GuestError::Person(rule) => person_code(rule),
    }
}

const fn person_code(error: &PersonError) -> (ErrorCode, Option<&'static str>) {
    use ErrorCode as Code;
    match error {
        PersonError::CheckedIn => (Code::WrongStage, Some("personId")),
        PersonError::TooMany { .. } => (Code::CapacityExceeded, Some("people")),
        PersonError::Escorts { .. } => (Code::CapacityExceeded, Some("escortCount")),
        PersonError::Name { length: 0, .. } => (Code::Missing, Some("name")),
        PersonError::Name { .. } => (Code::Invalid, Some("name")),
        PersonError::Title { .. } => (Code::Invalid, Some("title")),
        PersonError::Phone { .. } => (Code::Invalid, Some("phone")),
        PersonError::Heads { .. } => (Code::Invalid, Some("isHead")),
        PersonError::Unknown { .. } | PersonError::Gone => {
            (Code::UnknownReference, Some("personId"))
        }
        PersonError::Twice { .. } => (Code::Taken, Some("personId")),
        PersonError::Plates => (Code::Invalid, Some("vehiclePlates")),
        PersonError::Diet { .. } => (Code::Invalid, Some("dietaryNote")),
    }
}
