use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use keyway_core::Secret;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{OidcError, Provider, ProviderTokens};
use crate::jwt::{Algorithm, Audience, Compact, JwkSet, JwtError, Moment};

/// How old an ID token may be: it comes straight from the provider.
const OLDEST: SignedDuration = SignedDuration::from_hours(1);
/// The most characters of a subject (`OpenID` Connect Core section 2).
const MAX_SUBJECT: usize = 255;

/// What an ID token is held against (`OpenID` Connect Core section 3.1.3.7).
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Who has to have issued it.
    pub provider: &'a Provider,
    /// The provider's keys.
    pub keys: &'a JwkSet,
    /// Who we are to the provider.
    pub client_id: &'a str,
    /// The nonce of the sign-in.
    pub nonce: &'a Secret<String>,
    /// The claim that lists groups, if one is configured: a name, or a JSON Pointer that begins with
    /// a slash.
    pub groups_claim: Option<&'a str>,
    /// Now.
    pub now: Timestamp,
}

/// Who signed in, as the provider says. Only the pair of issuer and subject identifies a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// Who, at that provider.
    pub subject: String,
    /// `name`, to be shown.
    pub name: Option<String>,
    /// What the configured claim lists.
    pub groups: Vec<String>,
    email: Option<String>,
    email_verified: bool,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: Option<Moment>,
    iat: Option<Moment>,
    nbf: Option<Moment>,
    nonce: Option<String>,
    at_hash: Option<String>,
    email: Option<String>,
    /// Some providers write the truth as a text.
    email_verified: Option<Value>,
    name: Option<String>,
}

impl Expected<'_> {
    /// Checks the ID token, and says who it is about.
    pub fn identify(&self, tokens: &ProviderTokens) -> Result<Identity, OidcError> {
        let token = Compact::parse(tokens.id_token.expose())?;
        if !self.provider.algorithms.contains(&token.algorithm()) {
            return Err(JwtError::Algorithm.into());
        }
        token.check_type(&["jwt"])?;
        let verified = token.verify(self.keys)?;
        let claims: Claims = verified.claims()?;
        self.check_parties(&claims)?;
        self.check_times(&claims)?;
        let nonce = claims.nonce.as_deref().unwrap_or_default();
        if !same(nonce, self.nonce.expose()) {
            return Err(JwtError::Nonce.into());
        }
        check_access_token(&claims, tokens, token.algorithm())?;
        let groups = match self.groups_claim {
            Some(claim) => groups(&verified.claims()?, claim),
            None => Vec::new(),
        };
        Ok(Identity {
            issuer: claims.iss,
            subject: claims.sub,
            name: claims.name.filter(|name| !name.is_empty()),
            groups,
            email: claims.email.filter(|email| !email.is_empty()),
            email_verified: claims
                .email_verified
                .is_some_and(|value| value == Value::Bool(true) || value == "true"),
        })
    }

    fn check_parties(&self, claims: &Claims) -> Result<(), JwtError> {
        if claims.iss != self.provider.issuer {
            return Err(JwtError::Issuer);
        }
        let plain = claims.sub.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if claims.sub.is_empty() || claims.sub.len() > MAX_SUBJECT || !plain {
            return Err(JwtError::Subject);
        }
        let audiences = claims.aud.as_slice();
        let ours = audiences.iter().any(|audience| audience == self.client_id);
        let party = claims.azp.as_deref();
        let several = audiences.len() > 1 && party.is_none();
        if !ours || several || party.is_some_and(|party| party != self.client_id) {
            return Err(JwtError::Audience);
        }
        Ok(())
    }

    fn check_times(&self, claims: &Claims) -> Result<(), JwtError> {
        Moment::check_end(claims.exp, self.now)?;
        Moment::check_begin(claims.nbf, self.now)?;
        Moment::check_begin(claims.iat, self.now)?;
        let issued = claims.iat.ok_or(JwtError::Malformed)?;
        if self.now.duration_since(issued.0) > OLDEST {
            return Err(JwtError::Expired);
        }
        Ok(())
    }
}

impl Identity {
    /// The e-mail address, if the provider says that it checked it. Nobody is ever linked by
    /// another one.
    pub fn verified_email(&self) -> Option<&str> {
        self.email.as_deref().filter(|_| self.email_verified)
    }

    /// The e-mail address as the provider says it, to be shown only.
    pub fn unverified_email(&self) -> Option<&str> {
        self.email.as_deref()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

/// Section 3.1.3.8: the left half of the hash of the access token, with the hash of the algorithm.
fn check_access_token(
    claims: &Claims,
    tokens: &ProviderTokens,
    algorithm: Algorithm,
) -> Result<(), JwtError> {
    let (Some(hash), Some(token)) = (&claims.at_hash, &tokens.access_token) else {
        return Ok(());
    };
    let token = token.expose().as_bytes();
    let half = match algorithm {
        Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 => {
            Sha256::digest(token).get(..16).map(<[u8]>::to_vec)
        }
        // Ed25519 hashes with SHA-512.
        Algorithm::EdDsa => sha2::Sha512::digest(token).get(..32).map(<[u8]>::to_vec),
    };
    let half = URL_SAFE_NO_PAD.encode(half.unwrap_or_default());
    if !same(hash, &half) {
        return Err(JwtError::AccessToken);
    }
    Ok(())
}

/// The texts of a claim: a list, or one text.
fn groups(claims: &Map<String, Value>, claim: &str) -> Vec<String> {
    let found = if claim.starts_with('/') {
        // A pointer needs a value to begin at.
        let mut parts = claim
            .split('/')
            .skip(1)
            .map(|part| part.replace("~1", "/").replace("~0", "~"));
        let first = parts.next().and_then(|part| claims.get(&part));
        parts.fold(first, |value, part| value?.get(&part))
    } else {
        claims.get(claim)
    };
    match found {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(all)) => {
            let texts = all.iter().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn same(one: &str, other: &str) -> bool {
    !one.is_empty() && verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}
