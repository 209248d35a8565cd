//! What changes of the registry share: their payloads, and why one is refused.

use async_graphql::{ID, SimpleObject};
use lianmeng_app::registry::RegistryError;
use lianmeng_domain::committee::SeatError;
use lianmeng_domain::ids::Id;
use lianmeng_domain::supply::SupplyError;

use crate::error::{ApiError, ErrorCode, UserError, command_error};
use crate::ids;
use crate::scalars::Int32;

/// Splits failures: what the user can mend becomes data, the rest an [`ApiError`].
pub(crate) fn user_error(error: RegistryError) -> Result<UserError, ApiError> {
    use ErrorCode as Code;
    let (code, field) = match error {
        RegistryError::Command(error) => return command_error(error),
        RegistryError::NotFound => (Code::NotFound, None),
        RegistryError::NameMissing => (Code::Missing, Some("name")),
        RegistryError::Taken => (Code::Taken, Some("name")),
        RegistryError::UnknownReference => (Code::UnknownReference, None),
        RegistryError::InUse => (Code::InUse, None),
        RegistryError::PartyCycle { .. } => (Code::Cycle, Some("parentId")),
        RegistryError::ForeignSegment { .. } => (Code::Invalid, Some("segmentIds")),
        RegistryError::LeadMustStay => (Code::Invalid, Some("partnerId")),
        RegistryError::Seat(SeatError::WrongHolder { .. }) => (Code::Invalid, Some("kind")),
        RegistryError::Seat(SeatError::TermReversed { .. }) => (Code::Invalid, Some("untilOn")),
        RegistryError::Supply(SupplyError::SelfEdge) => (Code::Invalid, Some("buyerId")),
        RegistryError::Supply(SupplyError::SourceMissing) => (Code::Missing, Some("source")),
        RegistryError::Supply(SupplyError::Confidence(_)) => {
            (Code::Invalid, Some("confidenceBasisPoints"))
        }
        RegistryError::Supply(SupplyError::DatesReversed { .. }) => {
            (Code::Invalid, Some("validTo"))
        }
    };
    Ok(UserError::new(code, error, field))
}

/// Defines the payload of a change: the thing, or why not.
macro_rules! payload {
    ($(#[$meta:meta])* $name:ident { $(#[$about:meta])* $field:ident: $node:ident($id:ty) }) => {
        $(#[$meta])*
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $name {
            $(#[$about])*
            $field: Option<$node>,
            /// Why it was refused; empty if it was not.
            errors: Vec<$crate::error::UserError>,
        }

        impl $name {
            /// The thing as it is after the change, or what to mend.
            async fn of(
                scope: &$crate::scope::Scope,
                done: Result<$id, lianmeng_app::registry::RegistryError>,
            ) -> Result<Self, $crate::error::ApiError> {
                Ok(match done {
                    Ok(id) => {
                        Self { $field: scope.one(id).await?.map($node), errors: Vec::new() }
                    }
                    Err(error) => Self {
                        $field: None,
                        errors: vec![$crate::registry::user_error(error)?],
                    },
                })
            }
        }
    };
}
pub(crate) use payload;

/// What was removed, or why not.
#[derive(Debug, SimpleObject)]
pub struct RemovedPayload {
    /// Global id of the thing that is gone; null if the removal was refused.
    removed_id: Option<ID>,
    /// Why it was refused; empty if it was not.
    errors: Vec<UserError>,
}

impl RemovedPayload {
    /// The id of what is gone, or what to mend.
    pub(crate) fn of<I: Id>(done: Result<I, RegistryError>) -> Result<Self, ApiError> {
        Ok(match done {
            Ok(id) => Self { removed_id: Some(ids::encode(id)), errors: Vec::new() },
            Err(error) => Self { removed_id: None, errors: vec![user_error(error)?] },
        })
    }
}

/// Which version of a thing to remove.
#[derive(Debug, async_graphql::InputObject)]
pub struct RemoveInput {
    /// The thing to remove.
    pub(crate) id: ID,
    /// Version that was read; the removal is refused if somebody saved it since.
    #[graphql(validator(custom = "Int32"))]
    pub(crate) version: i64,
    /// Key chosen by the client, 8 to 64 characters; repeating it is safe.
    #[graphql(validator(min_length = 8, max_length = 64))]
    pub(crate) request_key: String,
}

impl RemoveInput {
    /// The command behind it.
    pub(crate) fn into_cmd<I: Id>(self) -> Result<lianmeng_app::registry::Remove<I>, ApiError> {
        Ok(lianmeng_app::registry::Remove {
            id: ids::decode(&self.id)?,
            version: self.version,
            request_key: self.request_key,
        })
    }
}

/// The ids behind wire forms.
pub(crate) fn decode_all<I: Id>(wires: &[ID]) -> Result<Vec<I>, ApiError> {
    wires.iter().map(|wire| ids::decode(wire)).collect()
}
