//! Patterns of pairing in GraphQL.

use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use lianmeng_app::pairing::pattern::{self as app, CreatePattern, PatternCommandError};
use lianmeng_domain::pairing::pattern::{
    self as rules, Count, MemberKind, PairingPattern, PatternError, Role, Slot,
};
use lianmeng_store::pairing::pattern as store;

use super::PairingKindWord;
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::scalars::Int32;
use crate::scope::Scope;

/// Who may fill a role of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MemberKind", remote = "MemberKind")]
pub enum MemberKindWord {
    /// Any enterprise (企业).
    Enterprise,
    /// Centrally administered state-owned enterprise (央企).
    CentralSoe,
    /// One of these that belongs to another enterprise (央企所属企业).
    CentralSubsidiary,
    /// State-owned, provincial (省属国企).
    ProvincialSoe,
    /// State-owned, municipal (市属国企).
    MunicipalSoe,
    /// State-owned, district (区属国企).
    DistrictSoe,
    /// State-owned by another place (外地国企).
    OutsideSoe,
    /// Private (民营).
    PrivateFirm,
    /// Foreign (外资).
    ForeignFirm,
    /// Governs its chain (链主企业).
    LeadFirm,
    /// Large in its trade (龙头企业).
    Flagship,
    /// Neither governs its chain nor is large in its trade (一般企业).
    OrdinaryFirm,
    /// Any other organisation (其他组织); villages are registered as such.
    Organisation,
    /// Government department or organ (部门).
    Department,
    /// Chamber or association (商会、协会).
    Chamber,
    /// Bank or other financial institution (金融机构).
    Bank,
    /// Research institute or university (科研院所).
    Institute,
}

/// A role of a pattern.
#[derive(Debug, SimpleObject)]
pub struct PatternRole {
    /// What it is called in Chinese.
    zh: String,
    /// What it is called in English.
    en: String,
    /// Who may fill it: whoever is of one of these kinds.
    who: Vec<MemberKindWord>,
}

impl From<&Role> for PatternRole {
    fn from(role: &Role) -> Self {
        let who = role.who.iter().map(|kind| (*kind).into()).collect();
        Self { zh: role.zh.clone(), en: role.en.clone(), who }
    }
}

/// A role around the anchor of a pattern.
#[derive(Debug, SimpleObject)]
pub struct PatternSlot {
    /// The role.
    role: PatternRole,
    /// At least so many of this role for each anchor.
    per_anchor_min: u32,
    /// At most so many of this role for each anchor.
    per_anchor_max: u32,
    /// At least so many anchors for each who fills the role.
    per_filler_min: u32,
    /// At most so many anchors for each who fills the role.
    per_filler_max: u32,
}

impl From<&Slot> for PatternSlot {
    fn from(slot: &Slot) -> Self {
        Self {
            role: (&slot.role).into(),
            per_anchor_min: slot.per_anchor.min,
            per_anchor_max: slot.per_anchor.max,
            per_filler_min: slot.per_filler.min,
            per_filler_max: slot.per_filler.max,
        }
    }
}

/// A pattern as clients see it.
#[derive(Debug)]
pub struct PairingPatternNode(PairingPattern);

/// A pattern of pairing (结对模式): who stands in the middle, and how many of which roles around them.
#[Object(name = "PairingPattern")]
impl PairingPatternNode {
    /// Its name; give it to `pairingPlan`.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is called in Chinese.
    async fn zh(&self) -> &str {
        &self.0.zh
    }

    /// What it is called in English.
    async fn en(&self) -> &str {
        &self.0.en
    }

    /// What kind of pairings it makes.
    async fn kind(&self) -> PairingKindWord {
        self.0.kind.into()
    }

    /// Who stands in the middle (牵头方); side A of a plan.
    async fn anchor(&self) -> PatternRole {
        (&self.0.anchor).into()
    }

    /// The roles around each anchor; side B of a plan. Who fits several fills the first of them.
    async fn slots(&self) -> Vec<PatternSlot> {
        self.0.slots.iter().map(Into::into).collect()
    }

    /// When it was added; the first moment of 1970 for patterns that come with the program.
    async fn made_at(&self) -> DateTime<Utc> {
        self.0.made_at
    }

    /// Who added it; null for patterns that come with the program.
    async fn made_by(&self) -> Option<&str> {
        Some(self.0.made_by.as_str()).filter(|who| !who.is_empty())
    }
}

/// A role of a pattern.
#[derive(Debug, InputObject)]
pub struct PatternRoleInput {
    /// What it is called in Chinese, 1 to 100 characters.
    #[graphql(validator(max_length = 400))]
    zh: String,
    /// What it is called in English, 1 to 100 characters.
    #[graphql(validator(max_length = 400))]
    en: String,
    /// Who may fill it; each kind once.
    #[graphql(validator(min_items = 1, max_items = 17))]
    who: Vec<MemberKindWord>,
}

impl From<PatternRoleInput> for Role {
    fn from(input: PatternRoleInput) -> Self {
        Self { zh: input.zh, en: input.en, who: input.who.into_iter().map(Into::into).collect() }
    }
}

/// A role around the anchor of a pattern.
#[derive(Debug, InputObject)]
pub struct PatternSlotInput {
    /// The role.
    role: PatternRoleInput,
    /// At least so many of this role for each anchor.
    #[graphql(validator(custom = "Int32"))]
    per_anchor_min: u32,
    /// At most so many of this role for each anchor, 1 to 300.
    #[graphql(validator(custom = "Int32"))]
    per_anchor_max: u32,
    /// At least so many anchors for each who fills the role.
    #[graphql(validator(custom = "Int32"))]
    per_filler_min: u32,
    /// At most so many anchors for each who fills the role, 1 to 300.
    #[graphql(validator(custom = "Int32"))]
    per_filler_max: u32,
}

impl From<PatternSlotInput> for Slot {
    fn from(input: PatternSlotInput) -> Self {
        Self {
            role: input.role.into(),
            per_anchor: Count { min: input.per_anchor_min, max: input.per_anchor_max },
            per_filler: Count { min: input.per_filler_min, max: input.per_filler_max },
        }
    }
}

/// Input of `pairingPatternCreate`.
#[derive(Debug, InputObject)]
pub struct PairingPatternCreateInput {
    /// Its name: 1 to 40 capitals, digits and underscores; none that exists.
    #[graphql(validator(max_length = 80))]
    name: String,
    /// What it is called in Chinese, 1 to 100 characters.
    #[graphql(validator(max_length = 400))]
    zh: String,
    /// What it is called in English, 1 to 100 characters.
    #[graphql(validator(max_length = 400))]
    en: String,
    /// What kind of pairings it makes.
    kind: PairingKindWord,
    /// Who stands in the middle.
    anchor: PatternRoleInput,
    /// The roles around each anchor, 1 to 8.
    #[graphql(validator(min_items = 1, max_items = 8))]
    slots: Vec<PatternSlotInput>,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// A pattern, or why not.
#[derive(Debug, SimpleObject)]
pub struct PairingPatternPayload {
    /// The pattern after the change; null if it was refused.
    pattern: Option<PairingPatternNode>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

/// Queries about patterns.
#[derive(Debug, Default)]
pub struct PatternQuery;

#[Object]
impl PatternQuery {
    /// Every pattern of pairing (结对模式), by name, at most 200. Coordinators and secretaries; empty
    /// for everyone else.
    async fn pairing_patterns(&self, ctx: &Context<'_>) -> Result<Vec<PairingPatternNode>> {
        let scope = Scope::of(ctx)?;
        if !rules::may_plan(&scope.actor) {
            return Ok(Vec::new());
        }
        let found = store::all(&scope.desk.db, app::MAX_PATTERNS).await?;
        Ok(found.into_iter().map(PairingPatternNode).collect())
    }
}

/// Changes of patterns.
#[derive(Debug, Default)]
pub struct PatternMutation;

#[Object]
impl PatternMutation {
    /// Adds a pattern of pairing (结对模式). Patterns are never changed: what was planned by one stays
    /// explained. Coordinators.
    async fn pairing_pattern_create(
        &self,
        ctx: &Context<'_>,
        input: PairingPatternCreateInput,
    ) -> Result<PairingPatternPayload> {
        let scope = Scope::of(ctx)?;
        let cmd = CreatePattern {
            name: input.name,
            zh: input.zh,
            en: input.en,
            kind: input.kind.into(),
            anchor: input.anchor.into(),
            slots: input.slots.into_iter().map(Into::into).collect(),
            request_key: input.request_key,
        };
        Ok(match app::create(&scope.desk, &scope.actor, &cmd).await {
            Ok(name) => {
                let pattern = store::find(&scope.desk.db, &name).await?.map(PairingPatternNode);
                PairingPatternPayload { pattern, errors: Vec::new() }
            }
            Err(error) => PairingPatternPayload { pattern: None, errors: vec![user_error(error)?] },
        })
    }
}

fn user_error(error: PatternCommandError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        PatternCommandError::NotFound => (Code::NotFound, None),
        PatternCommandError::Taken => (Code::Taken, Some("name")),
        PatternCommandError::TooMany => (Code::CapacityExceeded, None),
        PatternCommandError::Rule(PatternError::Name(_)) => (Code::Invalid, Some("name")),
        PatternCommandError::Rule(PatternError::Title(_)) => (Code::Invalid, None),
        PatternCommandError::Rule(PatternError::Sides { .. }) => (Code::Invalid, Some("kind")),
        PatternCommandError::Rule(
            PatternError::Slots(_) | PatternError::Who | PatternError::Count { .. },
        ) => (Code::Invalid, Some("slots")),
        PatternCommandError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
