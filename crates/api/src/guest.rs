//! Guests of events in GraphQL. Changes are in [`change`], figures in [`figures`].

pub mod change;
pub mod figures;
pub mod loader;
pub mod person;
#[cfg(test)]
pub(crate) mod tests;

use async_graphql::connection::Connection;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};
use lianmeng_domain::guest::{self as rules, Guest, GuestKind, GuestStage, GuestWhy, Invitee};
use lianmeng_domain::ids::GuestId;
use lianmeng_domain::rights::DataClass;
use lianmeng_store::guest::{self as store, GuestFilter};

use crate::error::{Lang, Voice};
use crate::event::DockingEventNode;
use crate::ids;
use crate::organisation::MemberNode;
use crate::page::{self, Span};
use crate::scope::Scope;
use loader::PeopleOf;
use person::GuestPersonNode;

/// What kind of guest, which quotas are set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GuestKind", remote = "GuestKind")]
pub enum GuestKindWord {
    /// A centrally administered state-owned enterprise (央企).
    CentralSoe,
    /// A provincial, municipal or district state-owned enterprise (地方国企).
    LocalSoe,
    /// Another enterprise (企业).
    Enterprise,
    /// A government department (部门).
    Department,
    /// A bank or fund (金融机构).
    Bank,
    /// A research institute or university (科研院所).
    Institute,
    /// A chamber or association (商会、协会).
    Chamber,
    /// The press (媒体).
    Media,
    /// Somebody else (其他).
    Other,
}

/// Where an invitation to an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GuestStage", remote = "GuestStage")]
pub enum GuestStageWord {
    /// Written, not sent (拟邀).
    Draft,
    /// Sent, not answered (已邀请).
    Sent,
    /// Comes (参加).
    Yes,
    /// Does not come (不参加).
    No,
    /// Does not know yet (待定).
    Tentative,
    /// Would come and waits for a place (候补).
    Waiting,
    /// Taken back by the organisers (已撤回).
    Withdrawn,
    /// Not answered in time (逾期未复).
    Lapsed,
}

/// Why an invitation stands where it stands, where the answer does not say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GuestWhy", remote = "GuestWhy")]
pub enum GuestWhyWord {
    /// All places of its kind are taken.
    KindFull,
    /// The house is full, or the rest is kept for kinds below their minimum.
    HouseFull,
    /// It was the first to wait when a place became free.
    PlaceFreed,
    /// It was the first to wait when the limits were changed.
    LimitsChanged,
    /// The organisers chose it.
    ByHand,
    /// The time to answer was over.
    NotAnswered,
}

/// A guest as clients see it.
#[derive(Debug, Clone)]
pub struct GuestNode(pub Guest);

impl GuestNode {
    /// `guest` as it is when `scope` asks: lapsed once its time is over.
    pub(crate) fn new(scope: &Scope, guest: Guest) -> Self {
        Self(rules::at(guest, scope.desk.now))
    }
}

/// An invitation to a docking event (嘉宾) and what came of it. Organisers see all of their event,
/// whoever is invited its own from the time it was sent; auditors without what is personal.
#[Object(name = "Guest")]
impl GuestNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        ids::encode(self.0.id)
    }

    /// The event; null if you do not see it.
    async fn event(&self, ctx: &Context<'_>) -> Result<Option<DockingEventNode>> {
        Ok(Scope::of(ctx)?.one(self.0.event).await?.map(DockingEventNode))
    }

    /// Who is invited; null for guests from outside of the registry.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        match self.0.who {
            Invitee::Member(member) => Ok(MemberNode::find(Scope::of(ctx)?, member).await?),
            Invitee::Outside(_) => Ok(None),
        }
    }

    /// Name of a guest from outside of the registry; null for others, whose name is the member's.
    async fn outside_name(&self) -> Option<&str> {
        match &self.0.who {
            Invitee::Member(_) => None,
            Invitee::Outside(name) => Some(name),
        }
    }

    /// What kind of guest.
    async fn kind(&self) -> GuestKindWord {
        self.0.kind.into()
    }

    /// Where it stands now.
    async fn stage(&self) -> GuestStageWord {
        self.0.stage.into()
    }

    /// Why it stands there; null where the answer says it.
    async fn why(&self) -> Option<GuestWhyWord> {
        self.0.why.map(Into::into)
    }

    /// The same as a sentence, in the language of the request.
    async fn why_text(&self, ctx: &Context<'_>) -> Option<&'static str> {
        let lang = ctx.data_opt::<Voice>().map_or(Lang::English, |voice| voice.lang);
        self.0.why.map(|why| match lang {
            Lang::Chinese => why.sentence_zh(),
            Lang::English => why.sentence_en(),
        })
    }

    /// Words that go with the last step; empty if there are none, and for auditors.
    async fn note(&self) -> &str {
        &self.0.note
    }

    /// Whether the organisers wrote the answer down for the guest (代填).
    async fn is_proxy(&self) -> bool {
        self.0.is_proxy
    }

    /// When it was last sent; null until then.
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }

    /// Moment until which it can be accepted; null until it is sent.
    async fn reply_by(&self) -> Option<DateTime<Utc>> {
        self.0.reply_by
    }

    /// When it was last answered; null until then.
    async fn answered_at(&self) -> Option<DateTime<Utc>> {
        self.0.answered_at
    }

    /// Since when it waits for a place (候补); null unless it does.
    async fn waiting_since(&self) -> Option<DateTime<Utc>> {
        self.0.queued_at
    }

    /// How many people it stands for: those named, at least one, and those who come along.
    async fn head_count(&self) -> u32 {
        self.0.heads()
    }

    /// How many drivers and other staff come along without a name (随员), at most 20.
    async fn escort_count(&self) -> u16 {
        self.0.escorts
    }

    /// The persons who come (代表团): those named, in the order in which they were, then the places of
    /// those who come along; at most 40.
    #[graphql(complexity = "1 + 40 * child_complexity")]
    async fn people(&self, ctx: &Context<'_>) -> Result<Vec<GuestPersonNode>> {
        let found = Scope::of(ctx)?.few(PeopleOf(self.0.id)).await?;
        let (who, event) = (self.0.who.clone(), self.0.event);
        let node = |seen| GuestPersonNode { seen, who: who.clone(), event };
        Ok(found.into_iter().map(node).collect())
    }

    /// Number plates of their vehicles (车牌), at most 10; empty for auditors.
    async fn vehicle_plates(&self) -> &[String] {
        &self.0.plates
    }

    /// What they do not eat (餐饮禁忌); empty if nothing was said, and for auditors.
    async fn dietary_note(&self) -> &str {
        &self.0.diet
    }

    /// Version; send it back with a change.
    async fn version(&self) -> i64 {
        self.0.version
    }
}

/// Which guests a list holds; every given part must hold.
#[derive(Debug, Default, InputObject)]
pub struct GuestFilterInput {
    /// In one of these stages.
    #[graphql(validator(max_items = 8))]
    stages: Option<Vec<GuestStageWord>>,
    /// Of one of these kinds.
    #[graphql(validator(max_items = 9))]
    kinds: Option<Vec<GuestKindWord>>,
}

impl GuestFilterInput {
    pub(crate) fn into_filter(self, now: DateTime<Utc>) -> GuestFilter {
        let stages = |all: Vec<GuestStageWord>| all.into_iter().map(GuestStage::from).collect();
        let kinds = self.kinds.unwrap_or_default();
        GuestFilter {
            stages: self.stages.map(|all| (stages(all), now)),
            kinds: kinds.into_iter().map(GuestKind::from).collect(),
            ..GuestFilter::default()
        }
    }
}

/// Counts the whole list, only when asked.
#[derive(Debug)]
pub struct GuestTotal(pub(crate) GuestFilter);

#[Object]
impl GuestTotal {
    /// How many guests the whole list holds.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<u64> {
        let scope = Scope::of(ctx)?;
        let sees = scope.sees_of(DataClass::Guest);
        Ok(store::count(&scope.desk.db, sees, &self.0).await?)
    }
}

/// A list of guests.
pub(crate) type GuestList = Connection<String, GuestNode, GuestTotal>;

/// The page of guests that `filter` matches; `first_page` are its first rows where they were read
/// already.
pub(crate) fn listed(
    scope: &Scope,
    page: &page::Page<GuestId>,
    rows: Vec<Guest>,
    filter: GuestFilter,
) -> GuestList {
    let cursor = |row: &Guest| page::cursor(LIST, &[&row.id.to_string()]);
    page::connection_with(page.slice(rows), GuestTotal(filter), cursor, |guest| {
        GuestNode::new(scope, guest)
    })
}

/// What the list is called in cursors.
pub(crate) const LIST: &str = "guests";

/// Queries about guests.
#[derive(Debug, Default)]
pub struct GuestQuery;

#[Object]
impl GuestQuery {
    /// Invitations (邀请) to events that were sent to your own enterprise or organisation, or to one of
    /// your group, in the order they were written, at most 100 a page. Empty for others.
    #[graphql(complexity = "page::cost(first.or(last), child_complexity)")]
    #[expect(clippy::too_many_arguments, reason = "the arguments of a list are its interface")]
    async fn my_guest_invitations(
        &self,
        ctx: &Context<'_>,
        filter: Option<GuestFilterInput>,
        #[graphql(desc = "Rows on the page, 1 to 100; 20 if absent.")] first: Option<i32>,
        #[graphql(desc = "endCursor of the page before.")] after: Option<String>,
        #[graphql(desc = "Rows from the end, 1 to 100; not with `first`.")] last: Option<i32>,
        #[graphql(desc = "startCursor of the page after.")] before: Option<String>,
    ) -> Result<GuestList> {
        let scope = Scope::of(ctx)?;
        let page = Span { first, after, last, before }.by_id::<GuestId>(LIST)?;
        let filter = filter.unwrap_or_default().into_filter(scope.desk.now);
        let filter = GuestFilter { only_own: true, ..filter };
        let eyes = scope.eyes_of(DataClass::Guest);
        let rows = store::page(&scope.desk.db, eyes, &filter, page.window()).await?;
        Ok(listed(scope, &page, rows, filter))
    }
}
