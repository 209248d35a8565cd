//! The roots of the schema, and running a request against it.

use std::any::TypeId;
use std::future::Future;
use std::sync::Arc;

use async_graphql::{
    Context, Data, EmptySubscription, Executor, ID, Interface, MergedObject, Object, Request,
    Response, Result, Schema,
};
use futures_util::stream::{BoxStream, StreamExt as _};
use lianmeng_app::desk::Office;
use lianmeng_domain::actor::Actor;
use lianmeng_domain::ids::{
    AllianceId, ChainCommitteeId, ChainSegmentId, CooperationTaskId, DockingEventId, EnterpriseId,
    Id, IndustrialChainId, MeetingId, NeedId, OfferId, OrganisationId, OutcomeId, PairingId,
    ParticipantId, PartyOrganisationId, ProductId, ProjectId, SeatId, SuggestionId, SupplyEdgeId,
    VenueId, ZoneId,
};
use lianmeng_domain::region::RegionCode;

use crate::alliance::change::AllianceMutation;
use crate::alliance::{AllianceNode, AllianceQuery};
use crate::chain::change::ChainMutation;
use crate::chain::{ChainNode, ChainQuery, SegmentNode};
use crate::committee::change::CommitteeMutation;
use crate::committee::{CommitteeNode, CommitteeQuery, SeatNode};
use crate::enterprise::EnterpriseNode;
use crate::enterprise::change::EnterpriseMutation;
use crate::enterprise::list::EnterpriseQuery;
use crate::error::{self, ApiError};
use crate::event::meeting::{MeetingNode, ParticipantNode};
use crate::event::mutation::EventMutation;
use crate::event::{DockingEventNode, EventQuery};
use crate::graph::GraphQuery;
use crate::ids;
use crate::import::ImportMutation;
use crate::industry::{self, IndustryNode, IndustryQuery};
use crate::job::{JobMutation, JobQuery};
use crate::limits;
use crate::measure::Meter;
use crate::need::change::NeedMutation;
use crate::need::{NeedNode, NeedQuery};
use crate::offer::{OfferMutation, OfferNode, OfferQuery};
use crate::organisation::change::OrganisationMutation;
use crate::organisation::{OrganisationNode, OrganisationQuery};
use crate::outcome::{OutcomeMutation, OutcomeNode, OutcomeQuery};
use crate::pairing::{PairingMutation, PairingNode, PairingQuery};
use crate::party::{PartyMutation, PartyNode};
use crate::product::{ProductNode, ProductQuery};
use crate::project::{ProjectMutation, ProjectNode, ProjectQuery};
use crate::region::zone::{ZoneMutation, ZoneNode, ZoneQuery};
use crate::region::{self, RegionNode, RegionQuery};
use crate::scope::Scope;
use crate::suggestion::change::SuggestionMutation;
use crate::suggestion::{SuggestionNode, SuggestionQuery};
use crate::supply::{SupplyEdgeNode, SupplyMutation, SupplyQuery};
use crate::task::{CooperationTaskNode, TaskMutation, TaskQuery};
use crate::venue::{VenueMutation, VenueNode, VenueQuery};

/// Anything with a global id.
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
    EnterpriseQuery,
    GraphQuery,
    OrganisationQuery,
    ProductQuery,
    ChainQuery,
    CommitteeQuery,
    AllianceQuery,
    RegionQuery,
    ZoneQuery,
    IndustryQuery,
    SupplyQuery,
    NeedQuery,
    OfferQuery,
    ProjectQuery,
    TaskQuery,
    SuggestionQuery,
    PairingQuery,
    OutcomeQuery,
    JobQuery,
    VenueQuery,
    EventQuery,
);

/// Everything one can change.
#[derive(Debug, Default, MergedObject)]
pub struct Mutation(
    ImportMutation,
    EnterpriseMutation,
    OrganisationMutation,
    ChainMutation,
    CommitteeMutation,
    AllianceMutation,
    ZoneMutation,
    PartyMutation,
    SupplyMutation,
    NeedMutation,
    OfferMutation,
    ProjectMutation,
    TaskMutation,
    SuggestionMutation,
    PairingMutation,
    OutcomeMutation,
    JobMutation,
    VenueMutation,
    EventMutation,
);

/// The schema.
pub type LianmengSchema = Schema<Query, Mutation, EmptySubscription>;

/// Nesting depth a query may have.
const MAX_DEPTH: usize = 16;
/// Fields a query may ask for, a list counted with its page size.
const MAX_COMPLEXITY: usize = 20_000;

/// Builds the schema.
pub fn build() -> LianmengSchema {
    Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .limit_depth(MAX_DEPTH)
        .limit_complexity(MAX_COMPLEXITY)
        .limit_recursive_depth(32)
        .finish()
}

/// The schema as text, the content of `schema.graphql`.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items();
    build().sdl_with_options(options)
}

/// Answers requests of one caller: each gets a fresh [`Scope`], the limits before the schema sees
/// it, and errors with codes.
#[derive(Clone)]
pub struct Service {
    schema: LianmengSchema,
    office: Arc<Office>,
    actor: Actor,
    reads_only: bool,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("actor", &self.actor).finish_non_exhaustive()
    }
}

impl Service {
    /// A service that answers as `actor`.
    pub const fn new(schema: LianmengSchema, office: Arc<Office>, actor: Actor) -> Self {
        Self { schema, office, actor, reads_only: false }
    }

    /// The same service, refusing everything but queries: for requests that a link can trigger.
    #[must_use]
    pub fn reads_only(self) -> Self {
        Self { reads_only: true, ..self }
    }

    /// The request with its scope and what follows its cost, or the answer that refuses it.
    fn prepare(
        &self,
        mut request: Request,
        actor: &Actor,
    ) -> Result<(Request, Meter), Box<Response>> {
        let refuse = |error| Box::new(Response::from_errors(vec![error]));
        let document = limits::parse(&request.query).map_err(|error| refuse(*error))?;
        if self.reads_only && limits::changes(&document, request.operation_name.as_deref()) {
            return Err(refuse(limits::refuse(READS_ONLY, "send changes by POST".to_owned())));
        }
        let meter = Meter::start(&document, request.operation_name.as_deref(), actor);
        request.set_parsed_query(document);
        let scope = Scope::new(self.office.desk(), actor.clone());
        Ok((request.data(scope), meter))
    }
}

/// Code of the refusal of a change where only reads are allowed.
pub(crate) const READS_ONLY: &str = "METHOD_NOT_ALLOWED";

fn dressed(mut response: Response) -> Response {
    error::dress(&mut response.errors);
    response
}

impl Executor for Service {
    fn execute(&self, request: Request) -> impl Future<Output = Response> + Send {
        let prepared = self.prepare(request, &self.actor);
        async move {
            dressed(match prepared {
                Ok((request, meter)) => meter.run(self.schema.execute(request)).await,
                Err(refused) => *refused,
            })
        }
    }

    fn execute_stream(
        &self,
        request: Request,
        session_data: Option<Arc<Data>>,
    ) -> BoxStream<'static, Response> {
        // On a socket the caller is known from its first message.
        let joined = session_data.as_ref().and_then(|data| data.get(&TypeId::of::<Actor>()));
        let actor = joined.and_then(|any| any.downcast_ref()).unwrap_or(&self.actor);
        match self.prepare(request, actor) {
            Ok((request, meter)) => {
                let answers = Executor::execute_stream(&self.schema, request, session_data);
                meter.follow(answers).map(dressed).boxed()
            }
            Err(refused) => futures_util::stream::once(async move { dressed(*refused) }).boxed(),
        }
    }
}
