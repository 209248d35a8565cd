//! Having an event proposed, in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::proposal::{
    self as app, About, AskEvent, EventProposal, Format, Invitee, Kind, KindQuota, Met,
    ProposalFigures, ProposalStatus, ProposedEvent, ProposedHost, SmallerEvent, Words,
};

use crate::error::{ApiError, UserError, ask_error};
use crate::ids;
use crate::need::words::NeedKindWord;
use crate::organisation::{MemberNode, member};
use crate::region::{PlaceInput, PlaceNode};
use crate::scope::Scope;
use crate::suggestion::SuggestionNode;

/// Whether there is a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "EventProposalStatus", remote = "ProposalStatus")]
pub enum StatusWord {
    /// There is, and no other choice of members is worth more.
    Optimal,
    /// There is; `boundPoints` says what others can be worth at most.
    Proposed,
    /// Those who must come, quotas and seats contradict each other.
    Impossible,
}

/// What kind of event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "EventFormat", remote = "Format")]
pub enum FormatWord {
    /// Scenario release (场景发布).
    ScenarioRelease,
    /// Roadshow (路演).
    Roadshow,
    /// Site visit (考察走访).
    SiteVisit,
    /// Grouped sessions (分组对接).
    GroupedSessions,
    /// One-to-one tables (一对一洽谈).
    Tables,
    /// Salon (沙龙).
    Salon,
    /// Symposium (座谈会).
    Symposium,
}

/// What a match is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MatchTopic", remote = "About")]
pub enum AboutWord {
    /// Supply, projects, technology.
    Cooperation,
    /// Money (融资).
    Finance,
    /// A scenario that its owner opens (应用场景).
    Scenario,
    /// Land, a park or a plant (选址).
    Site,
}

/// What kind of member somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "InviteeKind", remote = "Kind")]
pub enum KindWord {
    /// A central state-owned enterprise (央企).
    CentralSoe,
    /// Another state-owned enterprise (省属、市属、区属国企).
    LocalSoe,
    /// A private or foreign enterprise (民营、外资).
    PrivateFirm,
    /// A bank (金融机构).
    Finance,
    /// A university or an institute (高校院所).
    Institute,
    /// A department (部门).
    Department,
    /// Anybody else.
    Other,
}

/// Fewest and most members of a kind.
#[derive(Debug, InputObject)]
pub struct InviteeQuotaInput {
    /// The kind; each at most once.
    kind: KindWord,
    /// Fewest.
    #[graphql(default)]
    min: u16,
    /// Most; no limit if absent.
    max: Option<u16>,
}

/// Question of `eventPropose`.
#[derive(Debug, InputObject)]
pub struct EventProposeInput {
    /// Most members invited, 1 to 300.
    capacity: u16,
    /// Only suggestions for needs of this committee.
    committee_id: Option<ID>,
    /// Only suggestions for needs of these kinds; all, tasks too, if absent.
    #[graphql(default, validator(max_items = 12))]
    need_kinds: Vec<NeedKindWord>,
    /// Divisions and zones that may host (承办方), at most 60; without any no host is proposed. No more
    /// members are invited than the largest of their venues seats.
    #[graphql(default, validator(max_items = 60))]
    hosts: Vec<PlaceInput>,
    /// Most hosts, 1 to 10.
    #[graphql(default = 2)]
    max_hosts: u16,
    /// Fewest and most members of a kind.
    #[graphql(default, validator(max_items = 7))]
    quotas: Vec<InviteeQuotaInput>,
    /// Enterprises and organisations that must be invited, at most 100.
    #[graphql(default, validator(max_items = 100))]
    must_invite_ids: Vec<ID>,
    /// Enterprises and organisations that cannot come, at most 100.
    #[graphql(default, validator(max_items = 100))]
    without_ids: Vec<ID>,
    /// Most matches a member meets, 1 to 20.
    #[graphql(default = 3)]
    meetings_each: u16,
    /// How much of the worth the smaller event keeps, in basis points.
    #[graphql(default = 8000)]
    keep_basis_points: u32,
}

impl EventProposeInput {
    fn into_ask(self) -> Result<AskEvent, ApiError> {
        let members = |list: &[ID]| list.iter().map(|id| member(id)).collect::<Result<_, _>>();
        let hosts = self.hosts.into_iter().map(PlaceInput::into_place);
        let quotas = self.quotas.into_iter().map(|one| KindQuota {
            kind: one.kind.into(),
            min: one.min.into(),
            max: one.max.map(Into::into),
        });
        Ok(AskEvent {
            capacity: self.capacity.into(),
            committee: self.committee_id.map(|id| ids::decode(&id)).transpose()?,
            kinds: self.need_kinds.into_iter().map(Into::into).collect(),
            hosts: hosts.collect::<Result<_, ApiError>>()?,
            max_hosts: self.max_hosts.into(),
            quotas: quotas.collect(),
            must: members(&self.must_invite_ids)?,
            without: members(&self.without_ids)?,
            meetings_each: self.meetings_each.into(),
            keep_basis_points: self.keep_basis_points,
        })
    }
}

/// What a proposal costs against the limit of a query: its children once per member or match there may
/// be.
fn cost(input: &EventProposeInput, child: usize) -> usize {
    let members = usize::from(input.capacity.min(300)).max(1);
    let matches = members * usize::from(input.meetings_each) / 2;
    50 + members.max(matches).saturating_mul(child)
}

/// A host and why.
#[derive(Debug)]
pub struct HostNode(ProposedHost);

/// A host of a proposed event, and why.
#[Object(name = "EventProposalHost")]
impl HostNode {
    /// The division or zone.
    async fn host(&self) -> PlaceNode {
        PlaceNode(self.0.host)
    }

    /// Why, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.reason.zh
    }

    /// Why, in English.
    async fn en(&self) -> &str {
        &self.0.reason.en
    }
}

/// Somebody to invite.
#[derive(Debug)]
pub struct InviteeNode(Invitee);

/// Somebody to invite, and why.
#[Object(name = "EventProposalInvitee")]
impl InviteeNode {
    /// Who; null if gone.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.member).await?)
    }

    /// How many others it is to meet.
    async fn matches(&self) -> usize {
        self.0.matches
    }

    /// Why, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.reason.zh
    }

    /// Why, in English.
    async fn en(&self) -> &str {
        &self.0.reason.en
    }
}

/// Two who are to meet.
#[derive(Debug)]
pub struct MatchNode(Met);

/// Two who are to meet at a proposed event.
#[Object(name = "EventProposalMatch")]
impl MatchNode {
    /// Side A of the suggestion; null if gone.
    async fn a(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.a).await?)
    }

    /// Side B of the suggestion; null if gone.
    async fn b(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(Scope::of(ctx)?, self.0.b).await?)
    }

    /// The suggestion (撮合建议) that brings them together; of several the one worth most. Null if gone.
    async fn suggestion(&self, ctx: &Context<'_>) -> Result<Option<SuggestionNode>> {
        Ok(Scope::of(ctx)?.one(self.0.suggestion).await?.map(SuggestionNode))
    }

    /// What it is about.
    async fn topic(&self) -> AboutWord {
        self.0.about.into()
    }

    /// Its points times how likely both accept, rounded down.
    async fn expected_points(&self) -> u64 {
        self.0.expected_points
    }
}

/// A proposed event.
#[derive(Debug)]
pub struct ProposedNode(ProposedEvent);

/// A proposed event (活动建议); nothing is saved.
#[Object(name = "ProposedEvent")]
impl ProposedNode {
    /// What it is for (目的), in Chinese: what its matches are about.
    async fn purpose_zh(&self) -> &str {
        &self.0.purpose.zh
    }

    /// What it is for, in English.
    async fn purpose_en(&self) -> &str {
        &self.0.purpose.en
    }

    /// Its format.
    async fn format(&self) -> FormatWord {
        self.0.format.into()
    }

    /// Why this format, in Chinese.
    async fn format_zh(&self) -> &str {
        &self.0.format_reason.zh
    }

    /// Why this format, in English.
    async fn format_en(&self) -> &str {
        &self.0.format_reason.en
    }

    /// Who hosts, the leading one first; empty if nobody may.
    async fn hosts(&self) -> Vec<HostNode> {
        self.0.hosts.iter().cloned().map(HostNode).collect()
    }

    /// Whom to invite, by id.
    async fn invitees(&self) -> Vec<InviteeNode> {
        self.0.invitees.iter().cloned().map(InviteeNode).collect()
    }

    /// Who is to meet whom, the most worth first.
    async fn matches(&self) -> Vec<MatchNode> {
        self.0.matches.iter().copied().map(MatchNode).collect()
    }
}

/// Worth and bound of a proposed event.
#[derive(Debug)]
pub struct FiguresNode {
    figures: ProposalFigures,
    acceptance: app::Acceptance,
    pairs: usize,
}

/// Worth and bound of a proposed event.
#[Object(name = "EventProposalFigures")]
impl FiguresNode {
    /// Members invited.
    async fn invited(&self) -> usize {
        self.figures.people
    }

    /// Expected worth in points: points of each match times how likely both accept.
    async fn expected_points(&self) -> u64 {
        self.figures.expected_points
    }

    /// No choice of members is worth more.
    async fn bound_points(&self) -> u64 {
        self.figures.bound_points
    }

    /// What a greedy hand reaches: the best suggestion first, while seats last.
    async fn greedy_points(&self) -> u64 {
        self.figures.greedy_points
    }

    /// What inviting by lot reaches, within the same limits: the mean of twenty.
    async fn lot_points(&self) -> u64 {
        self.figures.lot_points
    }

    /// Matches both sides are expected to accept, in hundredths of a percent of one.
    async fn expected_matches_basis_points(&self) -> u64 {
        self.figures.expected_matches_basis_points
    }

    /// How likely a suggestion is taken to be accepted that nobody answered, in basis points.
    async fn acceptance_basis_points(&self) -> u32 {
        self.acceptance.basis_points
    }

    /// Whether that is the platform's own share of suggestions that were shown and have ended; while
    /// fewer than 20 have, half is taken.
    async fn is_acceptance_measured(&self) -> bool {
        self.acceptance.is_measured
    }

    /// How many pairs were looked at, at most 20,000: those with most points.
    async fn pairs(&self) -> usize {
        self.pairs
    }
}

/// A smaller event.
#[derive(Debug)]
pub struct SmallerNode(SmallerEvent);

/// A smaller event (小规模方案) that keeps most of the worth.
#[Object(name = "SmallerEvent")]
impl SmallerNode {
    /// The event.
    async fn event(&self) -> ProposedNode {
        ProposedNode(self.0.event.clone())
    }

    /// Members invited.
    async fn invited(&self) -> usize {
        self.0.people
    }

    /// Expected worth in points.
    async fn expected_points(&self) -> u64 {
        self.0.expected_points
    }

    /// Share of the worth that it keeps, in basis points.
    async fn keeps_basis_points(&self) -> u64 {
        self.0.keeps_basis_points
    }
}

/// A demand of a conflict.
#[derive(Debug)]
pub struct DemandNode(Words);

/// A demand of a proposal that cannot be met, and what to do.
#[Object(name = "EventProposalDemand")]
impl DemandNode {
    /// In Chinese.
    async fn zh(&self) -> &str {
        &self.0.zh
    }

    /// In English.
    async fn en(&self) -> &str {
        &self.0.en
    }
}

/// A proposed event, or why there is none.
#[derive(Debug, Default, SimpleObject)]
pub struct EventProposalPayload {
    /// Whether there is one; null if the question was refused.
    status: Option<StatusWord>,
    /// The event; null if there is none.
    event: Option<ProposedNode>,
    /// Worth and bound; null if there is none.
    figures: Option<FiguresNode>,
    /// A smaller event that keeps most of the worth; null where none is smaller.
    smaller: Option<SmallerNode>,
    /// Demands that contradict each other; empty if there is an event.
    conflict: Vec<DemandNode>,
    /// Why the question was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl From<EventProposal> for EventProposalPayload {
    fn from(found: EventProposal) -> Self {
        let EventProposal { acceptance, pairs, .. } = found;
        Self {
            status: Some(found.status.into()),
            event: found.event.map(ProposedNode),
            figures: found.figures.map(|figures| FiguresNode { figures, acceptance, pairs }),
            smaller: found.smaller.map(SmallerNode),
            conflict: found.conflict.into_iter().map(DemandNode).collect(),
            errors: Vec::new(),
        }
    }
}

/// The query.
#[derive(Debug, Default)]
pub struct ProposalQuery;

#[Object]
impl ProposalQuery {
    /// The event that makes the most of so many seats (活动建议): format, hosts, whom to invite and what
    /// is to be expected, from the suggestions that stand. Those who avoid each other are not brought
    /// together. Saves nothing; `eventCreate` and `eventAddFromSuggestions` do. Coordinators.
    #[graphql(complexity = "cost(&input, child_complexity)")]
    async fn event_propose(
        &self,
        ctx: &Context<'_>,
        input: EventProposeInput,
    ) -> Result<EventProposalPayload> {
        let scope = Scope::of(ctx)?;
        Ok(match app::propose(&scope.desk, &scope.actor, &input.into_ask()?).await {
            Ok(found) => found.into(),
            Err(error) => EventProposalPayload {
                errors: vec![ask_error(error)?],
                ..EventProposalPayload::default()
            },
        })
    }
}
