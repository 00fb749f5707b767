use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyway_core::json::{self, Bounds};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::{Algorithm, JwkSet, JwtError};

/// The longest token.
const MAX: usize = 64 << 10;
/// Bounds of header and claims.
const BOUNDS: Bounds = Bounds {
    bytes: MAX,
    depth: 16,
    nodes: 10_000,
};

/// A token in the compact form (RFC 7515 section 7.1) whose signature was not looked at yet. Its
/// claims come out of [`Compact::verify`] only. `Debug` shows nothing of it.
pub struct Compact {
    algorithm: Algorithm,
    key: Option<String>,
    kind: Option<String>,
    /// Header and payload as they were signed.
    signed: String,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// The claims of a token whose signature is right.
pub(crate) struct Verified<'a> {
    payload: &'a [u8],
}

/// The header (RFC 7515 section 4.1). Keys that it brings along mean nothing.
#[derive(Deserialize)]
struct Header<'a> {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    #[serde(borrow)]
    crit: Option<&'a RawValue>,
}

impl Compact {
    /// Reads a token.
    pub fn parse(text: &str) -> Result<Self, JwtError> {
        if text.len() > MAX {
            return Err(JwtError::Malformed);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JwtError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwtError::Malformed)?;
        let decode = |part: &str| {
            URL_SAFE_NO_PAD
                .decode(part)
                .map_err(|_| JwtError::Malformed)
        };
        let (header, payload) = (decode(header)?, decode(payload)?);
        let header: Header<'_> = read(&header)?;
        let algorithm = header.alg.parse().map_err(|_| JwtError::Algorithm)?;
        if header.crit.is_some() {
            return Err(JwtError::Critical);
        }
        Ok(Self {
            algorithm,
            key: header.kid,
            kind: header.typ,
            signed: signed.to_owned(),
            payload,
            signature: decode(signature)?,
        })
    }

    /// The algorithm that the header names.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Refuses a token of another type than these; one that says none is taken (RFC 8725 section
    /// 3.11).
    pub(crate) fn check_type(&self, types: &[&str]) -> Result<(), JwtError> {
        let Some(kind) = &self.kind else {
            return Ok(());
        };
        let kind = kind.to_ascii_lowercase();
        let kind = kind.strip_prefix("application/").unwrap_or(&kind);
        if types.contains(&kind) {
            return Ok(());
        }
        Err(JwtError::Type)
    }

    /// Checks the signature under the keys that fit the header: those of its `kid`, if it has one,
    /// and of its algorithm.
    pub(crate) fn verify(&self, keys: &JwkSet) -> Result<Verified<'_>, JwtError> {
        let mut fitting = keys.fitting(self.key.as_deref(), self.algorithm).peekable();
        if fitting.peek().is_none() {
            return Err(JwtError::UnknownKey);
        }
        let message = self.signed.as_bytes();
        let mut verified = fitting.map(|key| key.verify(self.algorithm, message, &self.signature));
        if !verified.any(|verified| verified.is_ok()) {
            return Err(JwtError::Signature);
        }
        Ok(Verified {
            payload: &self.payload,
        })
    }

    /// The claims as they stand, whoever signed them.
    pub(super) fn unverified<C: DeserializeOwned>(&self) -> Result<C, JwtError> {
        read(&self.payload)
    }
}

impl Verified<'_> {
    /// The claims.
    pub(crate) fn claims<C: DeserializeOwned>(&self) -> Result<C, JwtError> {
        read(self.payload)
    }
}

impl fmt::Debug for Compact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compact")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Reads a JSON object; a field twice is malformed.
fn read<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, JwtError> {
    json::check(text, BOUNDS).map_err(|_| JwtError::Malformed)?;
    // serde would take an array for a struct.
    if text.first() != Some(&b'{') {
        return Err(JwtError::Malformed);
    }
    serde_json::from_slice(text).map_err(|_| JwtError::Malformed)
}
