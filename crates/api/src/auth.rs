//! Who asks: signed tokens.
//!
//! A token is a JWT (RFC 7519) signed with HMAC-SHA256. Its claims are the subject, the role, the
//! body the role is held for in wire form, and the moment it ends.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use lianmeng_domain::actor::{Actor, Body, Role};
use lianmeng_domain::ids::{ChainCommitteeId, EnterpriseId, Id, OrganisationId, ZoneId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids;

/// Shortest key accepted, in bytes: as long as the hash.
pub const MIN_KEY_BYTES: usize = 32;

/// The key that signs tokens and checks them.
#[derive(Clone)]
pub struct TokenKey {
    encode: EncodingKey,
    decode: DecodingKey,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(..)")
    }
}

/// Why a token or key was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// The key is too short.
    #[error("the signing key has {0} bytes; it needs at least {MIN_KEY_BYTES}")]
    ShortKey(usize),
    /// Not a token of ours.
    #[error("the token is not one of ours or was changed; sign in again")]
    Invalid,
    /// The token has ended.
    #[error("the token ended at {0}; sign in again")]
    Expired(DateTime<Utc>),
    /// A body that is no id of an enterprise, organisation, committee, zone or division.
    #[error(
        "{0:?} is no body a role can be held for; give enterprise:…, organisation:…, committee:…, zone:… or region:440305"
    )]
    Body(String),
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    role: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    exp: i64,
}

/// The wire form of a body: `enterprise:…`, `region:440305`.
pub fn body_wire(body: &Body) -> String {
    match body {
        Body::Enterprise(id) => ids::wire(*id),
        Body::Organisation(id) => ids::wire(*id),
        Body::Committee(id) => ids::wire(*id),
        Body::Zone(id) => ids::wire(*id),
        Body::Region(code) => format!("region:{code}"),
    }
}

/// The body behind a wire form.
///
/// # Errors
///
/// [`TokenError::Body`].
pub fn parse_body(text: &str) -> Result<Body, TokenError> {
    let bad = || TokenError::Body(text.chars().take(60).collect());
    let (tag, _) = text.split_once(':').ok_or_else(bad)?;
    let body = match tag {
        EnterpriseId::TAG => ids::decode(text).ok().map(Body::Enterprise),
        OrganisationId::TAG => ids::decode(text).ok().map(Body::Organisation),
        ChainCommitteeId::TAG => ids::decode(text).ok().map(Body::Committee),
        ZoneId::TAG => ids::decode(text).ok().map(Body::Zone),
        "region" => text["region:".len()..].parse().ok().map(Body::Region),
        _ => None,
    };
    body.ok_or_else(bad)
}

impl TokenKey {
    /// A key from `secret`.
    ///
    /// # Errors
    ///
    /// [`TokenError::ShortKey`] below [`MIN_KEY_BYTES`].
    pub fn new(secret: &[u8]) -> Result<Self, TokenError> {
        if secret.len() < MIN_KEY_BYTES {
            return Err(TokenError::ShortKey(secret.len()));
        }
        Ok(Self {
            encode: EncodingKey::from_secret(secret),
            decode: DecodingKey::from_secret(secret),
        })
    }

    /// A token for `actor` that ends at `ends_at`.
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] if the claims cannot be written.
    pub fn sign(&self, actor: &Actor, ends_at: DateTime<Utc>) -> Result<String, TokenError> {
        let claims = Claims {
            sub: actor.subject.clone(),
            role: actor.role.word().to_owned(),
            body: actor.body.as_ref().map(body_wire),
            exp: ends_at.timestamp(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encode)
            .map_err(|_| TokenError::Invalid)
    }

    /// The caller a token stands for, and when it ends.
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] or [`TokenError::Expired`].
    pub fn verify(
        &self,
        token: &str,
        now: DateTime<Utc>,
    ) -> Result<(Actor, DateTime<Utc>), TokenError> {
        let mut rules = Validation::new(Algorithm::HS256);
        // The end is compared with our own clock below, which tests can stop.
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &self.decode, &rules)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        let ends_at = DateTime::from_timestamp(claims.exp, 0).ok_or(TokenError::Invalid)?;
        if ends_at <= now {
            return Err(TokenError::Expired(ends_at));
        }
        let role = Role::from_word(&claims.role).ok_or(TokenError::Invalid)?;
        let body = claims.body.as_deref().map(parse_body).transpose()?;
        Ok((Actor { subject: claims.sub, role, body }, ends_at))
    }
}

/// The token of an `Authorization` header: what follows `Bearer `.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TokenKey {
        TokenKey::new(&[7; 32]).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn actor() -> Actor {
        Actor {
            subject: "dev".to_owned(),
            role: Role::Enterprise,
            body: Some(Body::Enterprise(EnterpriseId::from(5))),
        }
    }

    #[test]
    fn a_token_brings_back_its_caller_until_it_ends() {
        let token = key().sign(&actor(), at(100)).unwrap();
        assert_eq!(key().verify(&token, at(99)), Ok((actor(), at(100))));
        assert_eq!(key().verify(&token, at(100)), Err(TokenError::Expired(at(100))));
    }

    #[test]
    fn a_changed_token_another_key_and_no_signature_are_refused() {
        let token = key().sign(&actor(), at(100)).unwrap();
        let other = TokenKey::new(&[8; 32]).unwrap();
        assert_eq!(other.verify(&token, at(1)), Err(TokenError::Invalid));
        let (head, _) = token.rsplit_once('.').unwrap();
        assert_eq!(key().verify(&format!("{head}."), at(1)), Err(TokenError::Invalid));
        assert_eq!(key().verify("", at(1)), Err(TokenError::Invalid));
        assert_eq!(TokenKey::new(b"short").unwrap_err(), TokenError::ShortKey(5));
    }

    #[test]
    fn every_body_survives_its_wire_form() {
        for body in [
            Body::Enterprise(EnterpriseId::from(1)),
            Body::Organisation(OrganisationId::from(2)),
            Body::Committee(ChainCommitteeId::from(3)),
            Body::Zone(ZoneId::from(4)),
            Body::Region("440305".parse().unwrap()),
        ] {
            assert_eq!(parse_body(&body_wire(&body)), Ok(body));
        }
        for bad in ["", "region:1", "need:x", "enterprise:", "zone"] {
            assert!(parse_body(bad).is_err(), "{bad}");
        }
    }
}
