//! Who asks: signed access tokens, API tokens, and the logins behind them.
//!
//! An access token is a JWT (RFC 7519) signed with HMAC-SHA256 by one of the keys in the database;
//! `kid` names it. The token of a login carries account and login and nothing about roles: what the
//! account may do is read from the database, at most every few seconds. A development token carries
//! role and body itself.

pub mod gate;

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use lianmeng_domain::account::{AccountError, Login};
use lianmeng_domain::actor::{Actor, Role};
use lianmeng_domain::ids::{AccountId, LoginId};
use lianmeng_store::signing_key::SigningKey;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids;

/// Shortest key accepted, in bytes: as long as the hash.
pub const MIN_KEY_BYTES: usize = 32;

/// Why a token or key was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TokenError {
    /// The key is too short, or not base64.
    #[error("the signing key {0:?} is damaged; roll the keys with `lianmeng key roll --at-once`")]
    Key(String),
    /// There is no key.
    #[error("there is no key to sign with; roll the keys with `lianmeng key roll`")]
    NoKey,
    /// Not a token of ours.
    #[error("the token is not one of ours or was changed; sign in again")]
    Invalid,
    /// The token has ended.
    #[error("the token ended at {0}; refresh it or sign in again")]
    Expired(DateTime<Utc>),
    /// What it came from has ended.
    #[error("this login or token has ended or was revoked; sign in again")]
    Ended,
    /// The grant asked for is not held.
    #[error(transparent)]
    NotHeld(AccountError),
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    exp: i64,
}

/// Whom an access token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bearer {
    /// Whoever a developer wanted to be, until the token ends.
    Developer(Actor, DateTime<Utc>),
    /// The account of a login.
    Login(LoginId),
}

struct Key {
    kid: String,
    encode: EncodingKey,
    decode: DecodingKey,
    verifies_until: Option<DateTime<Utc>>,
}

/// The keys in force: the first one signs, all of them verify.
pub struct KeyRing(Vec<Key>);

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|key| &key.kid)).finish()
    }
}

impl KeyRing {
    /// A ring of `keys`, the one that signs first.
    ///
    /// With a `pepper` a key is the HMAC of what the database holds under the pepper, so that a
    /// stolen copy of the database signs nothing.
    ///
    /// # Errors
    ///
    /// [`TokenError::Key`] for one that is not base64 or below [`MIN_KEY_BYTES`].
    pub fn new(keys: &[SigningKey], pepper: &str) -> Result<Self, TokenError> {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;
        let read = |kept: &SigningKey| {
            let bad = || TokenError::Key(kept.kid.clone());
            let mut secret = STANDARD.decode(&kept.secret).map_err(|_| bad())?;
            if secret.len() < MIN_KEY_BYTES {
                return Err(bad());
            }
            if !pepper.is_empty() {
                let pepper = EncodingKey::from_secret(pepper.as_bytes());
                let mixed = jsonwebtoken::crypto::sign(&secret, &pepper, Algorithm::HS256);
                secret = mixed.map_err(|_| bad())?.into_bytes();
            }
            Ok(Key {
                kid: kept.kid.clone(),
                encode: EncodingKey::from_secret(&secret),
                decode: DecodingKey::from_secret(&secret),
                verifies_until: kept.verifies_until,
            })
        };
        keys.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Name of the key that signs.
    pub fn kid(&self) -> Option<&str> {
        self.0.first().map(|key| key.kid.as_str())
    }

    fn sign(&self, claims: &Claims) -> Result<String, TokenError> {
        let key = self.0.first().ok_or(TokenError::NoKey)?;
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, claims, &key.encode).map_err(|_| TokenError::Invalid)
    }

    /// A development token for `actor` that ends at `ends_at`.
    ///
    /// # Errors
    ///
    /// [`TokenError::NoKey`] if the ring is empty.
    pub fn sign_actor(&self, actor: &Actor, ends_at: DateTime<Utc>) -> Result<String, TokenError> {
        self.sign(&Claims {
            sub: actor.subject.clone(),
            sid: None,
            role: Some(actor.role.word().to_owned()),
            body: actor.body.as_ref().map(ToString::to_string),
            exp: ends_at.timestamp(),
        })
    }

    /// An access token for `login` that ends at `ends_at`.
    ///
    /// # Errors
    ///
    /// As [`Self::sign_actor`].
    pub fn sign_login(&self, login: &Login, ends_at: DateTime<Utc>) -> Result<String, TokenError> {
        self.sign(&Claims {
            sub: ids::wire::<AccountId>(login.account),
            sid: Some(login.id.to_string()),
            role: None,
            body: None,
            exp: ends_at.timestamp(),
        })
    }

    /// Whether the key that signed `token` is among these; true for what is no token at all.
    pub fn knows(&self, token: &str) -> bool {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
        kid.is_none_or(|kid| self.0.iter().any(|key| key.kid == kid))
    }

    /// Whom a token stands for.
    ///
    /// # Errors
    ///
    /// [`TokenError::Invalid`] or [`TokenError::Expired`].
    pub fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Bearer, TokenError> {
        let kid = jsonwebtoken::decode_header(token).ok().and_then(|header| header.kid);
        let key = self.0.iter().find(|key| kid.as_ref() == Some(&key.kid));
        let key = key.filter(|key| key.verifies_until.is_none_or(|until| now < until));
        let key = key.ok_or(TokenError::Invalid)?;
        let mut rules = Validation::new(Algorithm::HS256);
        // The end is compared with our own clock below, which tests can stop.
        rules.validate_exp = false;
        rules.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(token, &key.decode, &rules)
            .map_err(|_| TokenError::Invalid)?
            .claims;
        let ends_at = DateTime::from_timestamp(claims.exp, 0).ok_or(TokenError::Invalid)?;
        if ends_at <= now {
            return Err(TokenError::Expired(ends_at));
        }
        if let Some(login) = claims.sid {
            return login.parse().map(Bearer::Login).map_err(|_| TokenError::Invalid);
        }
        let role = claims.role.as_deref().and_then(Role::from_word);
        let role = role.ok_or(TokenError::Invalid)?;
        let body = claims.body.map(|body| body.parse()).transpose();
        let body = body.map_err(|_| TokenError::Invalid)?;
        Ok(Bearer::Developer(Actor { subject: claims.sub, role, body }, ends_at))
    }
}

/// The token of an `Authorization` header: what follows `Bearer `.
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use lianmeng_domain::account::LoginMethod;
    use lianmeng_domain::actor::Body;
    use lianmeng_domain::ids::EnterpriseId;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn kept(kid: &str, secret: &str, verifies_until: Option<i64>) -> SigningKey {
        SigningKey {
            kid: kid.to_owned(),
            secret: secret.repeat(11),
            made_at: at(0),
            tokens_end_at: None,
            verifies_until: verifies_until.map(at),
        }
    }

    fn ring(keys: &[SigningKey]) -> KeyRing {
        KeyRing::new(keys, "").unwrap()
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
        let ring = ring(&[kept("a", "abcd", None)]);
        let token = ring.sign_actor(&actor(), at(100)).unwrap();
        assert_eq!(ring.verify(&token, at(99)), Ok(Bearer::Developer(actor(), at(100))));
        assert_eq!(ring.verify(&token, at(100)), Err(TokenError::Expired(at(100))));
        let login = Login {
            id: LoginId::from(3),
            account: AccountId::from(4),
            method: LoginMethod::Password,
            started_at: at(0),
            seen_at: at(0),
            ends_at: at(9),
            ended: None,
            address: String::new(),
            agent: String::new(),
        };
        let token = ring.sign_login(&login, at(100)).unwrap();
        assert_eq!(ring.verify(&token, at(99)), Ok(Bearer::Login(login.id)));
    }

    #[test]
    fn an_old_key_verifies_until_its_time_and_a_forgotten_one_does_not() {
        let (old, new) = (kept("old", "abcd", Some(50)), kept("new", "efgh", None));
        let token = ring(&[kept("old", "abcd", None)]).sign_actor(&actor(), at(100)).unwrap();
        let both = ring(&[new.clone(), old]);
        assert_eq!(both.kid(), Some("new"));
        assert!(both.verify(&token, at(49)).is_ok());
        assert_eq!(both.verify(&token, at(50)), Err(TokenError::Invalid));
        let only_new = ring(&[new]);
        assert!(!only_new.knows(&token) && both.knows(&token) && only_new.knows("nonsense"));
        assert_eq!(only_new.verify(&token, at(1)), Err(TokenError::Invalid));
    }

    #[test]
    fn a_changed_token_another_key_and_no_signature_are_refused() {
        let ours = ring(&[kept("a", "abcd", None)]);
        let token = ours.sign_actor(&actor(), at(100)).unwrap();
        let other = ring(&[kept("a", "efgh", None)]);
        let peppered = KeyRing::new(&[kept("a", "abcd", None)], "pepper").unwrap();
        assert_eq!(other.verify(&token, at(1)), Err(TokenError::Invalid));
        assert_eq!(peppered.verify(&token, at(1)), Err(TokenError::Invalid));
        let (head, _) = token.rsplit_once('.').unwrap();
        assert_eq!(ours.verify(&format!("{head}."), at(1)), Err(TokenError::Invalid));
        assert_eq!(ours.verify("", at(1)), Err(TokenError::Invalid));
        let short = SigningKey { secret: "c2hvcnQ=".to_owned(), ..kept("b", "", None) };
        assert_eq!(KeyRing::new(&[short], "").unwrap_err(), TokenError::Key("b".to_owned()));
        assert_eq!(ring(&[]).sign_actor(&actor(), at(1)), Err(TokenError::NoKey));
    }
}
