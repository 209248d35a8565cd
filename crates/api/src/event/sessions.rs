//! Having sessions grouped, in GraphQL.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::sessions::{
    self as app, AskSessions, GroupDelegation, GroupItem, GroupMember, GroupReason, GroupSession,
    SessionLock, SessionRoom, SessionsConflict, SessionsFigures, SessionsProposal, SessionsStatus,
};

use crate::error::{ApiError, UserError, ask_error};
use crate::ids;
use crate::organisation::{MemberNode, member};
use crate::project::ProjectNode;
use crate::scope::Scope;

/// Whether there are sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "GroupSessionsStatus", remote = "SessionsStatus")]
pub enum StatusWord {
    /// There are, and no others are more relevant.
    Optimal,
    /// There are; `boundPoints` says how relevant others can be at most.
    Planned,
    /// There are none; sessions that are told are those that break least.
    Impossible,
    /// None were found in time; `conflict` says what the nearest ones break.
    NotFound,
}

/// A room (会议室).
#[derive(Debug, InputObject)]
pub struct GroupRoomInput {
    /// Its name.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// Seats for people of participants and delegations; no limit if absent.
    capacity: Option<u32>,
}

/// A room in a half-day.
#[derive(Debug, InputObject)]
pub struct GroupLockInput {
    /// The half-day, from 1.
    half_day: u16,
    /// Name of the room.
    #[graphql(validator(max_length = 100))]
    room: String,
}

impl From<GroupLockInput> for SessionLock {
    fn from(input: GroupLockInput) -> Self {
        Self { half_day: input.half_day.into(), room: input.room }
    }
}

/// Who is put into one group.
#[derive(Debug, InputObject)]
pub struct GroupMemberInput {
    /// Enterprise or organisation.
    member_id: ID,
    /// People who come.
    #[graphql(default = 1)]
    people: u32,
    /// Half-days on which they cannot come, from 1.
    #[graphql(default, validator(max_items = 60))]
    away: Vec<u16>,
    /// The session they are in already (锁定).
    locked: Option<GroupLockInput>,
}

/// A project (项目) that is presented once.
#[derive(Debug, InputObject)]
pub struct GroupItemInput {
    /// The project.
    project_id: ID,
    /// Name of the delegation (代表团) that presents it; the city of the project if absent, without one
    /// its owner.
    #[graphql(validator(min_length = 1, max_length = 100))]
    delegation: Option<String>,
    /// People who must be there, by name; each is in one room at a time. At most 20.
    #[graphql(default, validator(max_items = 20))]
    presenters: Vec<String>,
    /// The session it is in already (锁定).
    locked: Option<GroupLockInput>,
}

/// What is known of a delegation.
#[derive(Debug, InputObject)]
pub struct GroupDelegationInput {
    /// Its name, as items call it.
    #[graphql(validator(min_length = 1, max_length = 100))]
    name: String,
    /// People in each room where it presents.
    #[graphql(default = 1)]
    people: u32,
    /// In how many rooms it can be at once.
    #[graphql(default = 1)]
    teams: u32,
    /// Half-days on which it cannot come, from 1.
    #[graphql(default, validator(max_items = 60))]
    away: Vec<u16>,
}

/// Question of `sessionsPropose`.
#[derive(Debug, InputObject)]
pub struct SessionsProposeInput {
    /// How many half-days, 1 to 60.
    half_days: u16,
    /// Rooms that can be used at the same time, in each half-day; rooms in all half-days are at most 60.
    #[graphql(validator(max_items = 60))]
    rooms: Vec<GroupRoomInput>,
    /// How many groups, each with one session; as many as rooms and half-days allow if absent.
    groups: Option<u16>,
    /// Who is put into groups, at most 300.
    #[graphql(validator(max_items = 300))]
    participants: Vec<GroupMemberInput>,
    /// What is presented, at most 300 projects.
    #[graphql(validator(max_items = 300))]
    items: Vec<GroupItemInput>,
    /// Delegations with several people or teams, or that are not there all the time; at most 100.
    #[graphql(default, validator(max_items = 100))]
    delegations: Vec<GroupDelegationInput>,
    /// Fewest participants of a session.
    #[graphql(default)]
    min_participants: u16,
    /// Most participants of a session; no limit if absent.
    max_participants: Option<u16>,
    /// Fewest projects of a session.
    #[graphql(default)]
    min_items: u16,
    /// Most projects of a session; no limit if absent.
    max_items: Option<u16>,
    /// Start of the random numbers; another one may group otherwise.
    #[graphql(default = 1)]
    seed: u32,
}

impl SessionsProposeInput {
    fn into_ask(self) -> Result<AskSessions, ApiError> {
        let room = |one: GroupRoomInput| SessionRoom { name: one.name, capacity: one.capacity };
        let delegation = |one: GroupDelegationInput| GroupDelegation {
            name: one.name,
            people: one.people,
            teams: one.teams,
            away: numbers(one.away),
        };
        Ok(AskSessions {
            half_days: self.half_days.into(),
            rooms: self.rooms.into_iter().map(room).collect(),
            groups: self.groups.map(Into::into),
            participants: self
                .participants
                .into_iter()
                .map(participant)
                .collect::<Result<_, ApiError>>()?,
            items: self.items.into_iter().map(item).collect::<Result<_, ApiError>>()?,
            delegations: self.delegations.into_iter().map(delegation).collect(),
            participants_each: (
                self.min_participants.into(),
                self.max_participants.map(Into::into),
            ),
            items_each: (self.min_items.into(), self.max_items.map(Into::into)),
            seed: self.seed.into(),
        })
    }
}

fn numbers(list: Vec<u16>) -> Vec<usize> {
    list.into_iter().map(usize::from).collect()
}

fn participant(input: GroupMemberInput) -> Result<GroupMember, ApiError> {
    Ok(GroupMember {
        member: member(&input.member_id)?,
        people: input.people,
        away: numbers(input.away),
        locked: input.locked.map(Into::into),
    })
}

fn item(input: GroupItemInput) -> Result<GroupItem, ApiError> {
    Ok(GroupItem {
        project: ids::decode(&input.project_id)?,
        delegation: input.delegation,
        presenters: input.presenters,
        locked: input.locked.map(Into::into),
    })
}

/// What sessions cost against the limit of a query: their children once per member and project.
fn cost(input: &SessionsProposeInput, child: usize) -> usize {
    let rows = (input.participants.len() + input.items.len()).max(1);
    50 + rows.saturating_mul(child)
}

/// A session with everybody in it.
#[derive(Debug)]
pub struct GroupSessionNode(GroupSession);

/// A session (场次) of a grouping: one room, one half-day.
#[Object(name = "GroupSession")]
impl GroupSessionNode {
    /// The half-day, from 1.
    async fn half_day(&self) -> usize {
        self.0.half_day
    }

    /// Name of the room.
    async fn room(&self) -> &str {
        &self.0.room
    }

    /// Who is in it, in the order of the question; those that are gone are left out.
    async fn participants(&self, ctx: &Context<'_>) -> Result<Vec<MemberNode>> {
        let scope = Scope::of(ctx)?;
        let found = self.0.participants.iter().map(|member| MemberNode::find(scope, *member));
        let found = futures_util::future::try_join_all(found).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// What is presented, in the order of the question; projects that are gone are left out.
    async fn projects(&self, ctx: &Context<'_>) -> Result<Vec<ProjectNode>> {
        let found = Scope::of(ctx)?.many(self.0.projects.iter().copied()).await?;
        Ok(found.into_iter().map(ProjectNode).collect())
    }

    /// Names of the delegations that present.
    async fn delegations(&self) -> &[String] {
        &self.0.delegations
    }

    /// People seated.
    async fn people(&self) -> u64 {
        self.0.people
    }

    /// Points of all pairs of a participant and a project in it; 10 000 is a perfect match.
    async fn relevance_points(&self) -> u64 {
        self.0.relevance_points
    }
}

/// Totals of a grouping.
#[derive(Debug)]
pub struct TotalsNode(SessionsFigures);

/// Totals of a grouping, in points.
#[Object(name = "GroupSessionsFigures")]
impl TotalsNode {
    /// Points of all pairs of a participant and a project in the same session.
    async fn relevance_points(&self) -> u64 {
        self.0.relevance
    }

    /// No grouping has more.
    async fn bound_points(&self) -> u64 {
        self.0.bound
    }

    /// What a greedy hand reaches; null where it would break a limit.
    async fn greedy_points(&self) -> Option<u64> {
        self.0.greedy
    }

    /// What lists cut in pieces reach; null where they would break a limit.
    async fn listed_points(&self) -> Option<u64> {
        self.0.in_list_order
    }
}

/// Why a participant or project is in its session.
#[derive(Debug)]
pub struct GroupReasonNode(GroupReason);

/// Why a participant or project is in its session.
#[Object(name = "GroupReason")]
impl GroupReasonNode {
    /// The participant; null for a project, or if gone.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        let Some(member) = self.0.member else { return Ok(None) };
        Ok(MemberNode::find(Scope::of(ctx)?, member).await?)
    }

    /// The project; null for a participant, or if gone.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<ProjectNode>> {
        let Some(project) = self.0.project else { return Ok(None) };
        Ok(Scope::of(ctx)?.one(project).await?.map(ProjectNode))
    }

    /// Why, in Chinese.
    async fn zh(&self) -> &str {
        &self.0.words.zh
    }

    /// Why, in English.
    async fn en(&self) -> &str {
        &self.0.words.en
    }
}

/// Something that cannot be met.
#[derive(Debug)]
pub struct GroupConflictNode(SessionsConflict);

/// Something of a grouping that cannot be met, or was not, and what to do.
#[Object(name = "GroupDemand")]
impl GroupConflictNode {
    /// Name of whom or of the room it is about; null where it is about all.
    async fn about(&self) -> Option<&str> {
        self.0.about.as_deref()
    }

    /// In Chinese.
    async fn zh(&self) -> &str {
        &self.0.words.zh
    }

    /// In English.
    async fn en(&self) -> &str {
        &self.0.words.en
    }
}

/// Grouped sessions, or why there are none.
#[derive(Debug, Default, SimpleObject)]
pub struct GroupSessionsPayload {
    /// Whether there are sessions; null if the question was refused.
    status: Option<StatusWord>,
    /// Sessions by half-day, then room; where none were found the nearest ones.
    sessions: Vec<GroupSessionNode>,
    /// Totals; null if there are none.
    figures: Option<TotalsNode>,
    /// Why each participant and project is where it is: participants first, in their order.
    reasons: Vec<GroupReasonNode>,
    /// What cannot be met, or was not; empty if there are sessions.
    conflict: Vec<GroupConflictNode>,
    /// Why the question was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl From<SessionsProposal> for GroupSessionsPayload {
    fn from(found: SessionsProposal) -> Self {
        Self {
            status: Some(found.status.into()),
            sessions: found.sessions.into_iter().map(GroupSessionNode).collect(),
            figures: found.figures.map(TotalsNode),
            reasons: found.reasons.into_iter().map(GroupReasonNode).collect(),
            conflict: found.conflict.into_iter().map(GroupConflictNode).collect(),
            errors: Vec::new(),
        }
    }
}

/// The query.
#[derive(Debug, Default)]
pub struct SessionsQuery;

#[Object]
impl SessionsQuery {
    /// Grouped sessions (分组对接): participants and projects put together by relevance (words, industry,
    /// place), nobody in two rooms at once. What is locked stays. Saves nothing. Coordinators.
    #[graphql(complexity = "cost(&input, child_complexity)")]
    async fn sessions_propose(
        &self,
        ctx: &Context<'_>,
        input: SessionsProposeInput,
    ) -> Result<GroupSessionsPayload> {
        let scope = Scope::of(ctx)?;
        Ok(match app::propose(&scope.desk, &scope.actor, &input.into_ask()?).await {
            Ok(found) => found.into(),
            Err(error) => GroupSessionsPayload {
                errors: vec![ask_error(error)?],
                ..GroupSessionsPayload::default()
            },
        })
    }
}
