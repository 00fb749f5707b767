use keyway_core::json::{self, Bounds};
use serde::Deserialize;
use serde_json::{Value, json};

use super::jwk::Wire;
use super::{Algorithm, Jwk, JwtError};

/// The most keys of a provider.
const MAX: usize = 100;
/// The most keys of a client.
const MAX_OF_CLIENT: usize = 10;
/// Bounds of a set.
const BOUNDS: Bounds = Bounds {
    bytes: 256 << 10,
    depth: 8,
    nodes: 10_000,
};

/// Public keys (RFC 7517 section 5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JwkSet {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<Value>,
}

impl JwkSet {
    /// Reads the keys of a provider. Keys of other kinds, for other uses, or that cannot be read
    /// are left out (RFC 7517 section 5); a set without one that can be used is an error.
    pub fn of_provider(body: &[u8]) -> Result<Self, JwtError> {
        json::check(body, BOUNDS).map_err(|_| JwtError::Keys)?;
        let wire: Keys = serde_json::from_slice(body).map_err(|_| JwtError::Keys)?;
        if wire.keys.len() > MAX {
            return Err(JwtError::Keys);
        }
        let keys = wire.keys.into_iter();
        let keys: Vec<_> = keys
            .filter_map(|key| wire_key(key).ok()?.read().ok())
            .collect();
        if keys.is_empty() {
            return Err(JwtError::Keys);
        }
        Ok(Self { keys })
    }

    /// Reads the keys of a client. Each has to be usable: a client that sends a private key, or one
    /// that can never work, is told so at once.
    pub fn of_client(set: &Value) -> Result<Self, JwtError> {
        let keys = set.get("keys").and_then(Value::as_array);
        let keys = keys.ok_or(JwtError::Keys)?;
        if keys.is_empty() || keys.len() > MAX_OF_CLIENT {
            return Err(JwtError::Keys);
        }
        let keys = keys.iter().map(|key| wire_key(key.clone())?.read());
        Ok(Self {
            keys: keys.collect::<Result<_, _>>()?,
        })
    }

    /// The set as JSON: what was understood of it.
    pub fn to_json(&self) -> Value {
        let keys: Vec<_> = self.keys.iter().map(Jwk::to_json).collect();
        json!({ "keys": keys })
    }

    /// The keys.
    pub fn iter(&self) -> impl Iterator<Item = &Jwk> {
        self.keys.iter()
    }

    /// The keys that a token with this header may be signed with. With a `kid` only those that have
    /// it.
    pub(super) fn fitting(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &Jwk> {
        let named = move |key: &&Jwk| id.is_none_or(|id| key.id() == Some(id));
        let keys = self.keys.iter().filter(named);
        keys.filter(move |key| key.fits(algorithm))
            .take(MAX_OF_CLIENT)
    }
}

fn wire_key(key: Value) -> Result<Wire, JwtError> {
    serde_json::from_value(key).map_err(|_| JwtError::Keys)
}
