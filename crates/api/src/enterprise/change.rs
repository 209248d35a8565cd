//! Changes of enterprises.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use lianmeng_app::enterprise::{self as app, EnterpriseCard, EnterpriseError};
use lianmeng_domain::enterprise::{CreditCode, Enterprise, Ownership, QualityTier};

use super::{EnterpriseNode, OwnershipWord, QualityTierWord};
use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::industry::IndustryInput;
use crate::region::PlaceInput;
use crate::scalars::Int32;
use crate::scope::Scope;

/// The card of an enterprise as a person fills it in.
#[derive(Debug, InputObject)]
pub struct EnterpriseCardInput {
    /// Unified social credit code (统一社会信用代码); both check digits are verified.
    credit_code: Option<String>,
    /// Registered name, 1 to 200 characters.
    #[graphql(validator(max_length = 200))]
    name: String,
    /// Short name.
    #[graphql(validator(max_length = 100))]
    short_name: Option<String>,
    /// Other names, at most 20.
    #[graphql(validator(max_items = 20))]
    aliases: Option<Vec<String>>,
    /// Who owns it.
    ownership: Option<OwnershipWord>,
    /// The enterprise one level up (母公司).
    parent_id: Option<ID>,
    /// Where it is.
    place: Option<PlaceInput>,
    /// Its industry (行业).
    industry: Option<IndustryInput>,
    /// Quality tiers.
    #[graphql(validator(max_items = 3))]
    tiers: Option<Vec<QualityTierWord>>,
    /// Whether it governs its chain (链主企业).
    #[graphql(default)]
    is_lead_firm: bool,
    /// Whether it is large in its trade (龙头企业).
    #[graphql(default)]
    is_flagship: bool,
    /// Whether it is above designated size (规上).
    is_above_scale: Option<bool>,
}

impl EnterpriseCardInput {
    /// The card, or the field to mend.
    fn into_card(self) -> Result<EnterpriseCard, UserError> {
        let invalid = |message: &dyn ToString, field| {
            UserError::new(ErrorCode::Invalid, message.to_string(), Some(field))
        };
        let code = self.credit_code.map(|code| code.parse::<CreditCode>()).transpose();
        let place = self.place.map(PlaceInput::into_place).transpose();
        let parent = self.parent_id.map(|id| ids::decode(&id)).transpose();
        Ok(EnterpriseCard {
            credit_code: code.map_err(|e| invalid(&e, "creditCode"))?,
            name: self.name,
            short_name: self.short_name,
            aliases: self.aliases.unwrap_or_default(),
            ownership: self.ownership.map(Ownership::from),
            parent: parent.map_err(|e| invalid(&e, "parentId"))?,
            place: place.map_err(|e| invalid(&e, "place"))?,
            industry: self.industry.map(Into::into),
            tiers: self.tiers.unwrap_or_default().into_iter().map(QualityTier::from).collect(),
            is_lead_firm: self.is_lead_firm,
            is_flagship: self.is_flagship,
            is_above_scale: self.is_above_scale,
        })
    }
}

/// Input of `enterpriseRegister`.
#[derive(Debug, InputObject)]
pub struct EnterpriseRegisterInput {
    /// The card.
    card: EnterpriseCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// Input of `enterpriseUpdate`.
#[derive(Debug, InputObject)]
pub struct EnterpriseUpdateInput {
    /// Enterprise to change.
    enterprise_id: ID,
    /// Version that was read; the change is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    version: i64,
    /// The whole new card.
    card: EnterpriseCardInput,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    request_key: String,
}

/// An enterprise, or why not.
#[derive(Debug, SimpleObject)]
pub struct EnterprisePayload {
    /// The enterprise after the change; null if it was refused.
    pub(crate) enterprise: Option<EnterpriseNode>,
    /// Why it was refused; empty if it was not.
    pub(crate) errors: Vec<UserError>,
}

impl EnterprisePayload {
    fn refused(error: UserError) -> Self {
        Self { enterprise: None, errors: vec![error] }
    }

    fn from_result(result: Result<Enterprise, EnterpriseError>) -> Result<Self, ApiError> {
        Ok(match result {
            Ok(enterprise) => {
                Self { enterprise: Some(EnterpriseNode(enterprise)), errors: Vec::new() }
            }
            Err(error) => Self::refused(user_error(error)?),
        })
    }
}

/// Changes of enterprises.
#[derive(Debug, Default)]
pub struct EnterpriseMutation;

#[Object]
impl EnterpriseMutation {
    /// Registers an enterprise. Coordinators only.
    async fn enterprise_register(
        &self,
        ctx: &Context<'_>,
        input: EnterpriseRegisterInput,
    ) -> Result<EnterprisePayload> {
        let card = match input.card.into_card() {
            Ok(card) => card,
            Err(error) => return Ok(EnterprisePayload::refused(error)),
        };
        let scope = Scope::of(ctx)?;
        let cmd = app::RegisterEnterprise { card, request_key: input.request_key };
        let done = app::register(&scope.desk, &scope.actor, &cmd).await;
        Ok(EnterprisePayload::from_result(done)?)
    }

    /// Replaces the card of an enterprise. Coordinators any, an enterprise its own.
    async fn enterprise_update(
        &self,
        ctx: &Context<'_>,
        input: EnterpriseUpdateInput,
    ) -> Result<EnterprisePayload> {
        let card = match input.card.into_card() {
            Ok(card) => card,
            Err(error) => return Ok(EnterprisePayload::refused(error)),
        };
        let scope = Scope::of(ctx)?;
        let cmd = app::UpdateEnterprise {
            enterprise: ids::decode(&input.enterprise_id)?,
            version: input.version,
            card,
            request_key: input.request_key,
        };
        let done = app::update(&scope.desk, &scope.actor, &cmd).await;
        Ok(EnterprisePayload::from_result(done)?)
    }
}

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
fn user_error(error: EnterpriseError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        EnterpriseError::NotFound => (Code::NotFound, None),
        EnterpriseError::NameMissing => (Code::Missing, Some("name")),
        EnterpriseError::CreditCodeTaken => (Code::Taken, Some("creditCode")),
        EnterpriseError::UnknownReference => (Code::UnknownReference, None),
        EnterpriseError::OwnershipCycle { .. } => (Code::Cycle, Some("parentId")),
        EnterpriseError::Command(error) => return command_error(error),
    };
    Ok(UserError::new(code, error, field))
}
