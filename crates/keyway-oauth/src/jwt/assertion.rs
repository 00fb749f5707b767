use jiff::{SignedDuration, Timestamp};
use keyway_core::{ClientId, Secret};
use serde::Deserialize;

use super::{Audience, Compact, JwkSet, JwtError, Moment, SKEW};

/// How far ahead an assertion may end.
const LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// The longest `jti`.
const MAX_ID: usize = 512;

/// What a client proves itself with (RFC 7523 section 2.2): a token that it signed about itself.
#[derive(Debug)]
pub struct Assertion {
    token: Compact,
    subject: String,
}

/// What is to be kept of an assertion that was used, so that it works once.
#[derive(Debug, Clone)]
pub struct SpentAssertion {
    /// `jti`
    pub id: Secret<String>,
    /// From when on it does not work anyway.
    pub expires_at: Timestamp,
}

impl PartialEq for SpentAssertion {
    fn eq(&self, other: &Self) -> bool {
        self.id.expose() == other.id.expose() && self.expires_at == other.expires_at
    }
}

impl Eq for SpentAssertion {}

#[derive(Deserialize)]
struct Subject {
    sub: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: Option<Moment>,
    nbf: Option<Moment>,
    iat: Option<Moment>,
    jti: Option<String>,
}

impl Assertion {
    /// Reads an assertion; checks nothing but its form.
    pub fn parse(text: &str) -> Result<Self, JwtError> {
        let token = Compact::parse(text)?;
        let Subject { sub } = token.unverified()?;
        Ok(Self {
            token,
            subject: sub,
        })
    }

    /// The client that it claims to be about: good for looking up the client's keys.
    pub fn claimed_subject(&self) -> &str {
        &self.subject
    }

    /// Checks it (RFC 7523 section 3): signed by one of the client's keys, issued by the client
    /// about itself, for this server (one of `audiences`), ending within 5 minutes, not in the
    /// future, and with a `jti`.
    pub fn verify(
        &self,
        client: &ClientId,
        keys: &JwkSet,
        audiences: &[String],
        now: Timestamp,
    ) -> Result<SpentAssertion, JwtError> {
        self.token
            .check_type(&["jwt", "client-authentication+jwt"])?;
        let claims: Claims = self.token.verify(keys)?.claims()?;
        if claims.iss != client.as_str() {
            return Err(JwtError::Issuer);
        }
        if claims.sub != client.as_str() {
            return Err(JwtError::Subject);
        }
        // One for several servers could be passed on by any of them.
        let [audience] = claims.aud.as_slice() else {
            return Err(JwtError::Audience);
        };
        if !audiences.contains(audience) {
            return Err(JwtError::Audience);
        }
        let end = Moment::check_end(claims.exp, now)?;
        if end.0.duration_since(now) > LONGEST + SKEW {
            return Err(JwtError::Expired);
        }
        Moment::check_begin(claims.nbf, now)?;
        Moment::check_begin(claims.iat, now)?;
        let id = claims.jti.filter(|id| !id.is_empty() && id.len() <= MAX_ID);
        Ok(SpentAssertion {
            id: Secret::new(id.ok_or(JwtError::Id)?),
            expires_at: end.0.checked_add(SKEW).unwrap_or(Timestamp::MAX),
        })
    }
}
