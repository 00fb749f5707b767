//! The keys of `keyway.yaml`: a table a topic.

mod audit;
mod definitions;
mod deliveries;
mod limits;
mod listen;
mod mcp;
mod oauth;
mod policy;
mod process;
mod sessions;
mod sign_in;
mod tasks;
mod templates;
mod webhooks;

use serde_json::Value;

use super::reader::{Kind, Reader, Wrong};
use super::settings::Config;

/// One key of `keyway.yaml`: the one place that says how it is named, read, shown and described.
/// Its environment variable is `KEYWAY_` and the path in capitals, with `_` for `.`.
pub struct Key {
    /// The dotted path.
    pub path: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is for.
    pub doc: &'static str,
    /// The setting of Keryx that it takes the place of; empty when none.
    pub replaces: &'static str,
    pub(in crate::config) set: fn(&mut Config, &Reader<'_>) -> Result<(), Wrong>,
    /// The value in effect, as JSON; `null` when there is none.
    pub get: fn(&Config) -> Value,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.path).finish()
    }
}

impl Key {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        format!("KEYWAY_{}", self.path.replace('.', "_").to_uppercase())
    }

    /// Its default, as JSON; `null` when there is none.
    pub fn default(&self) -> Value {
        (self.get)(&Config::default())
    }

    /// The key with this path.
    pub fn find(path: &str) -> Option<&'static Self> {
        all().find(|key| key.path == path)
    }
}

macro_rules! keys {
    ($($path:literal: $kind:expr, $doc:literal, $replaces:literal,
        $set:expr, $get:expr;)*) => {
        &[$($crate::config::Key { path: $path, kind: $kind, doc: $doc, replaces: $replaces, set: $set, get: $get }),*]
    };
}

use keys;

/// Milliseconds.
const SECOND: u64 = 1_000;
const DAY: u64 = 24 * 60 * 60 * SECOND;

/// Every key but `mcp_servers`, by topic, in the order of the reference.
const TOPICS: &[&[Key]] = &[
    listen::KEYS,
    mcp::KEYS,
    limits::KEYS,
    policy::KEYS,
    policy::OAUTH_KEYS,
    deliveries::KEYS,
    sessions::KEYS,
    tasks::KEYS,
    webhooks::KEYS,
    sign_in::KEYS,
    audit::KEYS,
    oauth::KEYS,
    process::KEYS,
    templates::KEYS,
    definitions::KEYS,
];

/// Every key but `mcp_servers`, in the order of the reference.
pub fn all() -> impl Iterator<Item = &'static Key> {
    TOPICS.iter().copied().flatten()
}
