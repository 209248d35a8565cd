//! The roots of the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, MergedObject, Object, Result, Schema, SchemaBuilder};
use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, CooperationTaskId, DockingEventId, EnterpriseId,
    Id, IndustrialChainId, MeetingId, NeedId, OfferId, OrganisationId, OutcomeId, PairingId,
    ParticipantId, PartyOrganisationId, ProductId, ProjectId, ReservationId, SeatId, SuggestionId,
    SupplyEdgeId, VenueId, ZoneId,
};
use lianmeng_domain::region::RegionCode;

use crate::account::AccountQuery;
use crate::account::change::AccountMutation;
use crate::alliance::change::AllianceMutation;
use crate::alliance::{AllianceNode, AllianceQuery};
use crate::attachment::AttachmentMutation;
use crate::audit::AuditQuery;
use crate::bidding::BiddingMutation;
use crate::calendar::{CalendarMutation, CalendarQuery};
use crate::chain::change::ChainMutation;
use crate::chain::{ChainNode, ChainQuery, SegmentNode};
use crate::check_in::change::CheckInMutation;
use crate::claim::{ClaimMutation, ClaimQuery};
use crate::colleague::ColleagueQuery;
use crate::colleague::change::ColleagueMutation;
use crate::committee::change::CommitteeMutation;
use crate::committee::{CommitteeNode, CommitteeQuery, SeatNode};
use crate::confirmation::ConfirmationMutation;
use crate::contact::ContactMutation;
use crate::credit::CreditMutation;
use crate::deadline::{DeadlineMutation, DeadlineQuery};
use crate::enterprise::EnterpriseNode;
use crate::enterprise::change::EnterpriseMutation;
use crate::enterprise::list::EnterpriseQuery;
use crate::error::ApiError;
use crate::event::day::DayMutation;
use crate::event::meeting::{MeetingNode, ParticipantNode};
use crate::event::mutation::EventMutation;
use crate::event::proposal::ProposalQuery;
use crate::event::sessions::SessionsQuery;
use crate::event::visits::VisitsQuery;
use crate::event::{DockingEventNode, EventQuery};
use crate::follow_up::{FollowUpMutation, FollowUpQuery};
use crate::graph::GraphQuery;
use crate::guest::GuestQuery;
use crate::guest::change::GuestMutation;
use crate::ids;
use crate::import::ImportMutation;
use crate::industry::{self, IndustryNode, IndustryQuery};
use crate::invitation::InvitationQuery;
use crate::invitation::change::InvitationMutation;
use crate::job::{JobMutation, JobQuery};
use crate::limits::Limits;
use crate::live::{LiveQuery, Subscription};
use crate::meeting_result::MeetingResultMutation;
use crate::need::alike::AlikeQuery;
use crate::need::change::NeedMutation;
use crate::need::figures::NeedStatsQuery;
use crate::need::overview::NeedOverviewQuery;
use crate::need::{NeedNode, NeedQuery};
use crate::notice::settings::NoticeSettingsMutation;
use crate::notice::webhook::WebhookMutation;
use crate::notice::{NoticeMutation, NoticeQuery};
use crate::offer::reservation::{ReservationMutation, ReservationNode};
use crate::offer::{OfferMutation, OfferNode, OfferQuery};
use crate::organisation::change::OrganisationMutation;
use crate::organisation::{OrganisationNode, OrganisationQuery};
use crate::outcome::{OutcomeMutation, OutcomeNode, OutcomeQuery};
use crate::pairing::{PairingMutation, PairingNode, PairingQuery};
use crate::party::{PartyMutation, PartyNode};
use crate::product::{ProductNode, ProductQuery};
use crate::project::change::LedgerMutation;
use crate::project::figures::PortfolioQuery;
use crate::project::{ProjectMutation, ProjectNode, ProjectQuery};
use crate::region::zone::{ZoneMutation, ZoneNode, ZoneQuery};
use crate::region::{self, RegionNode, RegionQuery};
use crate::request::change::RequestMutation;
use crate::scope::Scope;
use crate::search::SearchQuery;
use crate::season::{SeasonMutation, SeasonQuery};
use crate::service::Engine;
pub use crate::service::Service;
use crate::suggestion::change::SuggestionMutation;
use crate::suggestion::whatif::WhatIfQuery;
use crate::suggestion::{SuggestionNode, SuggestionQuery};
use crate::supervision::SupervisionMutation;
use crate::supply::{SupplyEdgeNode, SupplyMutation, SupplyQuery};
use crate::task::{CooperationTaskNode, TaskMutation, TaskQuery};
use crate::task_list::{TaskListMutation, TaskListQuery};
use crate::travel::{TravelMutation, TravelQuery};
use crate::venue::{VenueMutation, VenueNode, VenueQuery};
use crate::weights::{WeightsMutation, WeightsQuery};

/// Anything with a global id.
#[expect(clippy::large_enum_variant, reason = "needs are the largest and the most asked for")]
#[derive(Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
pub enum Node {
    /// An enterprise.
    Enterprise(EnterpriseNode),
    /// Another organisation.
    Organisation(OrganisationNode),
    /// A product.
    Product(ProductNode),
    /// An industrial chain.
    Chain(ChainNode),
    /// A segment of a chain.
    Segment(SegmentNode),
    /// A chain committee.
    Committee(CommitteeNode),
    /// A seat on a committee.
    Seat(SeatNode),
    /// An alliance.
    Alliance(AllianceNode),
    /// An administrative division.
    Region(RegionNode),
    /// A functional zone.
    Zone(ZoneNode),
    /// An industry.
    Industry(IndustryNode),
    /// A Party organisation.
    Party(PartyNode),
    /// A supply edge.
    Supply(SupplyEdgeNode),
    /// A need.
    Need(NeedNode),
    /// An offer.
    Offer(OfferNode),
    /// A reservation of an offer.
    Reservation(ReservationNode),
    /// A project.
    Project(ProjectNode),
    /// A cooperation task.
    CooperationTask(CooperationTaskNode),
    /// A suggestion.
    Suggestion(SuggestionNode),
    /// A pairing.
    Pairing(PairingNode),
    /// An outcome.
    Outcome(OutcomeNode),
    /// A venue.
    Venue(VenueNode),
    /// A docking event.
    DockingEvent(DockingEventNode),
    /// A participant of an event.
    Participant(ParticipantNode),
    /// A meeting of an event.
    Meeting(MeetingNode),
}

/// Looking things up by their global id.
#[derive(Debug, Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// The thing with this global id; null if there is none that you may see.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        let scope = Scope::of(ctx)?;
        Ok(find_node(scope, &id).await?)
    }

    /// The things with these global ids, in order, at most 100; null where there is none that you
    /// may see.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(validator(max_items = 100))] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        let scope = Scope::of(ctx)?;
        let found = ids.iter().map(|id| find_node(scope, id));
        Ok(futures_util::future::try_join_all(found).await?)
    }
}

/// Finds a thing by its global id, by what its id starts with: `Id => Variant(Node),`.
macro_rules! find_by_tag {
    ($scope:ident, $id:ident, $tag:ident: $($type:ty => $variant:ident($node:ident),)+) => {$(
        if $tag == <$type>::TAG {
            let found = $scope.one(ids::decode::<$type>($id)?).await?;
            return Ok(found.map(|thing| Node::$variant($node(thing))));
        }
    )+};
}

async fn find_node(scope: &Scope, id: &str) -> Result<Option<Node>, ApiError> {
    let bad = || ApiError::BadId(id.chars().take(60).collect());
    let (tag, rest) = id.split_once(':').ok_or_else(bad)?;
    find_by_tag! { scope, id, tag:
        EnterpriseId => Enterprise(EnterpriseNode),
        OrganisationId => Organisation(OrganisationNode),
        PartyOrganisationId => Party(PartyNode),
        ProductId => Product(ProductNode),
        SupplyEdgeId => Supply(SupplyEdgeNode),
        IndustrialChainId => Chain(ChainNode),
        ChainSegmentId => Segment(SegmentNode),
        ChainCommitteeId => Committee(CommitteeNode),
        SeatId => Seat(SeatNode),
        AllianceId => Alliance(AllianceNode),
        ZoneId => Zone(ZoneNode),
        NeedId => Need(NeedNode),
        OfferId => Offer(OfferNode),
        ReservationId => Reservation(ReservationNode),
        ProjectId => Project(ProjectNode),
        CooperationTaskId => CooperationTask(CooperationTaskNode),
        SuggestionId => Suggestion(SuggestionNode),
        PairingId => Pairing(PairingNode),
        OutcomeId => Outcome(OutcomeNode),
        VenueId => Venue(VenueNode),
        DockingEventId => DockingEvent(DockingEventNode),
        ParticipantId => Participant(ParticipantNode),
        MeetingId => Meeting(MeetingNode),
    }
    match tag {
        region::TAG => {
            let code = rest.parse::<RegionCode>().map_err(|_| bad())?;
            Ok(scope.one(code).await?.map(|region| Node::Region(RegionNode(region))))
        }
        industry::TAG => {
            let key = industry::key(rest).ok_or_else(bad)?;
            Ok(scope.one(key).await?.map(|industry| Node::Industry(IndustryNode(industry))))
        }
        _ => Err(bad()),
    }
}

/// Everything one can ask.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    NodeQuery,
    LiveQuery,
    AccountQuery,
    InvitationQuery,
    ClaimQuery,
    ColleagueQuery,
    EnterpriseQuery,
    GraphQuery,
    OrganisationQuery,
    ProductQuery,
    ChainQuery,
    CommitteeQuery,
    AllianceQuery,
    RegionQuery,
    TravelQuery,
    ZoneQuery,
    IndustryQuery,
    SupplyQuery,
    NeedQuery,
    AlikeQuery,
    SearchQuery,
    NeedStatsQuery,
    NeedOverviewQuery,
    OfferQuery,
    UndertakingQuery,
    TaskingQuery,
    SuggestionQuery,
    JudgeQuery,
    PairingQuery,
    OutcomeQuery,
    JobQuery,
    AuditQuery,
    NoticeQuery,
    VenueQuery,
    OccasionQuery,
    TimeQuery,
);

/// What one can ask about projects.
#[derive(Debug, Default, MergedObject)]
pub struct UndertakingQuery(ProjectQuery, PortfolioQuery);

/// What one can ask about docking events.
#[derive(Debug, Default, MergedObject)]
pub struct OccasionQuery(
    EventQuery,
    GuestQuery,
    FollowUpQuery,
    SeasonQuery,
    ProposalQuery,
    SessionsQuery,
    VisitsQuery,
);

/// What one can ask about cooperation tasks.
#[derive(Debug, Default, MergedObject)]
pub struct TaskingQuery(TaskQuery, TaskListQuery);

/// What one can ask about time.
#[derive(Debug, Default, MergedObject)]
pub struct TimeQuery(CalendarQuery, DeadlineQuery);

/// Queries about how suggestions are judged.
#[derive(Debug, Default, MergedObject)]
pub struct JudgeQuery(WeightsQuery, WhatIfQuery);

/// Everything one can change.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    AccountMutation,
    InvitationMutation,
    ClaimMutation,
    ColleagueMutation,
    FileMutation,
    FirmMutation,
    OrganisationMutation,
    ChainMutation,
    CommitteeMutation,
    AllianceMutation,
    ZoneMutation,
    PartyMutation,
    SupplyMutation,
    NeedMutation,
    BiddingMutation,
    OfferMutation,
    ReservationMutation,
    UndertakingMutation,
    TaskingMutation,
    SuggestionMutation,
    WeightsMutation,
    PairingMutation,
    OutcomeMutation,
    JobMutation,
    TellingMutation,
    ContactMutation,
    VenueMutation,
    OccasionMutation,
    AttendanceMutation,
    TimeMutation,
);

/// Changes of projects and of their ledgers.
#[derive(Debug, Default, MergedObject)]
pub struct UndertakingMutation(ProjectMutation, LedgerMutation);

/// Changes of docking events, before the day, on it and after it.
#[derive(Debug, Default, MergedObject)]
pub struct OccasionMutation(
    EventMutation,
    DayMutation,
    MeetingResultMutation,
    FollowUpMutation,
    SeasonMutation,
);

/// Changes of cooperation tasks.
#[derive(Debug, Default, MergedObject)]
pub struct TaskingMutation(TaskMutation, TaskListMutation);

/// Changes of enterprises.
#[derive(Debug, Default, MergedObject)]
pub struct FirmMutation(EnterpriseMutation, CreditMutation, ConfirmationMutation);

/// What one can do with files.
#[derive(Debug, Default, MergedObject)]
pub struct FileMutation(ImportMutation, AttachmentMutation);

/// Changes of who comes to events and whom they want to meet.
#[derive(Debug, Default, MergedObject)]
pub struct AttendanceMutation(GuestMutation, RequestMutation, CheckInMutation);

/// What one can change about time.
#[derive(Debug, Default, MergedObject)]
pub struct TimeMutation(CalendarMutation, DeadlineMutation, SupervisionMutation, TravelMutation);

/// Changes of what people are told, and how.
#[derive(Debug, Default, MergedObject)]
pub struct TellingMutation(NoticeMutation, NoticeSettingsMutation, WebhookMutation);

/// The schema.
pub type LianmengSchema = Schema<Query, Mutation, Subscription>;

/// Levels of selections the library follows; more than the limits let through.
const MAX_RECURSION: usize = 64;

/// The schema with limits of its own, ready for options.
///
/// No extension is added: with even one, every field of every answer costs an allocation more.
pub(crate) fn builder(limits: &Limits) -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .limit_depth(limits.depth)
        .limit_complexity(limits.cost)
        .limit_recursive_depth(MAX_RECURSION)
        // They tell names of a schema one may not see, and cost a comparison with every name.
        .disable_suggestions()
}

/// The schema with the usual limits, and what keeps requests to it cheap.
pub fn build() -> Arc<Engine> {
    Arc::new(Engine::default())
}

/// The schema as text, the content of `schema.graphql`.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_enum_items()
        .include_specified_by();
    builder(&Limits::default()).finish().sdl_with_options(options)
}
