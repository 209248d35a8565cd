//! Ids on the wire: `<tag>:<ulid>`.

use async_graphql::ID;
use lianmeng_domain::ids::Id;

use crate::error::ApiError;

/// The wire form of `id`.
pub fn encode<T: Id>(id: T) -> ID {
    ID(wire(id))
}

/// The wire form of `id` as text.
pub fn wire<T: Id>(id: T) -> String {
    format!("{}:{id}", T::TAG)
}

/// The id behind a wire form.
///
/// # Errors
///
/// [`ApiError::BadId`] or [`ApiError::WrongKind`].
pub fn decode<T: Id>(id: &str) -> Result<T, ApiError> {
    let bad = || ApiError::BadId(id.chars().take(60).collect());
    let (tag, rest) = id.split_once(':').ok_or_else(bad)?;
    if tag != T::TAG {
        return Err(ApiError::WrongKind {
            id: id.chars().take(60).collect(),
            found: tag.chars().take(20).collect(),
            expected: T::TAG,
        });
    }
    rest.parse().map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::ids::{EnterpriseId, NeedId};

    use super::*;

    #[test]
    fn an_id_of_another_kind_is_told_apart_from_nonsense() {
        let need = wire(NeedId::from(7));
        assert_eq!(decode::<NeedId>(&need).unwrap(), NeedId::from(7));
        assert_eq!(decode::<EnterpriseId>(&need).unwrap_err().code(), "WRONG_KIND");
        for nonsense in ["", "need", "need:", "need:xyz", "nonsense"] {
            assert_eq!(decode::<NeedId>(nonsense).unwrap_err().code(), "BAD_ID", "{nonsense}");
        }
    }
}
