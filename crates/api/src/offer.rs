//! Offers in GraphQL.

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::offer::{self as app, OfferCard, OfferCommandError, RegisterOffer, UpdateOffer};
use lianmeng_domain::ids::OfferId;
use lianmeng_domain::offer::{Offer, OfferError, OfferKind};
use lianmeng_domain::rights::DataClass;
use lianmeng_store::offer::{self as store, OfferFilter};

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::loader::casework::{ConfirmationOf, ReservationsOf};
use crate::organisation::{MemberNode, member};
use crate::page::{self, Span};
use crate::scalars::{Day, Int32, Long};
use crate::scope::Scope;

use reservation::ReservationNode;

pub mod reservation;
#[cfg(test)]
mod tests;

/// What is offered (供给类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "OfferKind", remote = "OfferKind")]
pub enum OfferKindWord {
    /// Goods (产品).
    Product,
    /// A technique, patent or laboratory (技术成果).
    Technology,
    /// A service (服务).
    Service,
    /// Money: credit, fund, insurance (金融).
    Finance,
    /// Land, rooms, beds (空间).
    Space,
    /// People, training (人才).
    Talent,
    /// A policy one may apply for (政策).
    Policy,
    /// Customers, a scenario to try something in (市场与场景).
    Market,
    /// Anything else (其他).
    Other,
}

/// Which offers a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct OfferFilterInput {
    /// Part of the title, at most 100 characters.
    #[graphql(validator(max_length = 100))]
    search: Option<String>,
    /// Enterprise or organisation that offers it.
    provider_id: Option<ID>,
    /// Of one of these kinds.
    #[graphql(validator(max_items = 20))]
    kinds: Option<Vec<OfferKindWord>>,
    /// Still valid on this day, with something left.
    open_on: Option<Day>,
}

impl OfferFilterInput {
    fn into_filter(self) -> Result<OfferFilter, ApiError> {
        Ok(OfferFilter {
            search: page::words(self.search),
            provider: self.provider_id.map(|id| member(&id)).transpose()?,
            kinds: self.kinds.unwrap_or_default().into_iter().map(Into::into).collect(),
            open_on: self.open_on.map(Day::date),
        })
    }
}

/// An offer as clients see it.
#[derive(Debug, Clone)]
pub struct OfferNode(pub Offer);

/// An offer (供给、资源): what a need can be matched with.
#[Object(name = "Offer")]
impl OfferNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The enterprise or organisation that offers it; null if it is gone.
    async fn provider(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.provider).await?)
    }

    /// What it is.
    async fn kind(&self) -> OfferKindWord {
        self.0.kind.into()
    }

    /// Title, 1 to 200 characters.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Description; empty if not written.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// How much there is, in `unit`; null where there is no limit.
    async fn capacity(&self) -> Option<Long> {
        self.0.capacity.map(Long)
    }

    /// How much is left, in `unit`: neither kept for somebody nor taken up; null where there is no
    /// limit.
    async fn capacity_left(&self) -> Option<Long> {
        self.0.capacity_left.map(Long)
    }

    /// Parts of it that are or were kept for needs and pairings (预留), those that you read, the newest
    /// first.
    #[graphql(complexity = "page::cost(first, child_complexity)")]
    async fn reservations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Most reservations, 1 to 100; 20 if absent.")] first: Option<i32>,
    ) -> Result<Vec<ReservationNode>> {
        let key = ReservationsOf::new(self.0.id, page::size(first)?);
        Ok(Scope::of(ctx)?.few(key).await?.into_iter().map(ReservationNode).collect())
    }

    /// What the capacity counts, such as m², 床位 or 分 (fen); null if not said.
    async fn unit(&self) -> Option<&str> {
        self.0.unit.as_deref()
    }

    /// Last day it stands; null while it has no end.
    async fn valid_until(&self) -> Option<Day> {
        self.0.valid_until.map(Day)
    }

    /// Whether it is valid today with something left.
    async fn is_open(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.0.is_open_on(Scope::of(ctx)?.desk.today))
    }

    /// When somebody last confirmed that it stands, by saving or confirming it; null if nobody did.
    async fn confirmed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(Scope::of(ctx)?.one(ConfirmationOf::Offer(self.0.id)).await?)
    }

    /// Whether everyone may read it.
    async fn is_published(&self) -> bool {
        self.0.is_published
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct OfferTotal(OfferFilter);

#[Object]
impl OfferTotal {
    /// How many offers the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        Ok(store::count(&scope.desk.db, scope.sees_of(DataClass::Offer), &self.0).await?)
    }
}

/// Queries about offers.
#[derive(Debug, Default)]
pub struct OfferQuery;

const LIST: &str = "offers";

#[Object]
impl OfferQuery {
    /// Offers that match, newest first, at most 100 a page.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn offers(
        &self,
        ctx: &Context<'_>,
        filter: Option<OfferFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<Connection<String, OfferNode, OfferTotal>> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<OfferId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter()?;
        let rows =
            store::page(&scope.desk.db, scope.sees_of(DataClass::Offer), &filter, page.window())
                .await?;
        Ok(page::connection_with(
            page.slice(rows),
            OfferTotal(filter),
            |offer| page::cursor(LIST, &[&offer.id.to_string()]),
            OfferNode,
        ))
    }
}

/// An offer as a person writes it.
#[derive(Debug, InputObject)]
pub struct OfferCardInput {
    /// What is offered.
    kind: OfferKindWord,
    /// Title, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    title: String,
    /// Description, at most 20 000 characters.
    #[graphql(validator(max_length = 20000))]
    body: Option<String>,
    /// How much there is, 0 or more; no limit if absent.
    capacity: Option<Long>,
    /// What the capacity counts.
    #[graphql(validator(max_length = 20))]
    unit: Option<String>,
    /// Last day it stands; no end if absent.
    valid_until: Option<Day>,
    /// Whether everyone may read it.
    #[graphql(default = true)]
    is_published: bool,
}

impl From<OfferCardInput> for OfferCard {
    fn from(input: OfferCardInput) -> Self {
        Self {
            kind: input.kind.into(),
            title: input.title,
            body: input.body.unwrap_or_default(),
            capacity: input.capacity.map(Long::number),
            unit: input.unit,
            valid_until: input.valid_until.map(Day::date),
            is_published: input.is_published,
        }
    }
}

/// Input of `offerRegister`.
#[derive(Debug, InputObject)]
pub struct OfferRegisterInput {
    /// Enterprise or organisation that offers it.
    provider_id: ID,
    /// What is written.
    card: OfferCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `offerUpdate`.
#[derive(Debug, InputObject)]
pub struct OfferUpdateInput {
    /// Offer to change.
    offer_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: OfferCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// An offer, or why not.
#[derive(Debug, SimpleObject)]
pub struct OfferPayload {
    /// The offer after the change; null if it was refused.
    pub(crate) offer: Option<OfferNode>,
    /// Why it was refused; empty if it was not.
    pub(crate) errors: Vec<UserError>,
}

impl OfferPayload {
    async fn of(scope: &Scope, done: Result<OfferId, OfferCommandError>) -> Result<Self> {
        Ok(match done {
            Ok(id) => {
                let offer = scope.one(id).await?.map(OfferNode);
                Self { offer, errors: Vec::new() }
            }
            Err(error) => Self { offer: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Changes of offers.
#[derive(Debug, Default)]
pub struct OfferMutation;

#[Object]
impl OfferMutation {
    /// Registers an offer. The provider itself, or a coordinator.
    async fn offer_register(
        &self,
        ctx: &Context<'_>,
        input: OfferRegisterInput,
    ) -> Result<OfferPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = RegisterOffer {
            provider: member(&input.provider_id)?,
            card: input.card.into(),
            request_key: input.request_key,
        };
        OfferPayload::of(scope, app::register(&scope.desk, &scope.actor, &cmd).await).await
    }

    /// Replaces what is written in an offer. The provider itself, or a coordinator.
    async fn offer_update(
        &self,
        ctx: &Context<'_>,
        input: OfferUpdateInput,
    ) -> Result<OfferPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = UpdateOffer {
            offer: ids::decode(&input.offer_id)?,
            version: input.version,
            card: input.card.into(),
            request_key: input.request_key,
        };
        OfferPayload::of(scope, app::update(&scope.desk, &scope.actor, &cmd).await).await
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: OfferCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        OfferCommandError::NotFound => (Code::NotFound, Some("offerId")),
        OfferCommandError::ProviderNotFound => (Code::NotFound, Some("providerId")),
        OfferCommandError::Rule(OfferError::TitleLength(0)) => (Code::Missing, Some("title")),
        OfferCommandError::Rule(OfferError::TitleLength(_)) => (Code::Invalid, Some("title")),
        OfferCommandError::Rule(OfferError::BodyLength(_)) => (Code::Invalid, Some("body")),
        OfferCommandError::Rule(OfferError::CapacityNegative(_)) => {
            (Code::Invalid, Some("capacity"))
        }
        OfferCommandError::Rule(OfferError::CapacityInUse { .. }) => {
            (Code::CapacityExceeded, Some("capacity"))
        }
        OfferCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
