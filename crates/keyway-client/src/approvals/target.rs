use keyway_core::rpc::RawJson;
use serde::{Deserialize, Serialize};

use super::fingerprint::{Fingerprint, Parts, digest};
use crate::text::block;

/// The most bytes of a definition that are kept.
const MOST_KEPT: usize = 64 * 1024;

/// The most characters of a definition that are shown.
const MOST_SHOWN: usize = 16 * 1024;

/// Which tool an answer is about, whatever its definition says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ToolKey {
    /// Whose server: empty for the person's own, else a mark of the project file that names it.
    pub profile: String,
    /// The server's name.
    pub server: String,
    /// Where it is, or what is run for it.
    pub address: Fingerprint,
    /// The tool, by the server's own name.
    pub tool: String,
}

impl ToolKey {
    /// A short name for the answer about this tool.
    pub(super) fn id(&self) -> String {
        let mut parts = Parts::default();
        for part in [
            &self.profile,
            &self.server,
            self.address.as_str(),
            &self.tool,
        ] {
            parts.add(part);
        }
        let whole = parts.finish();
        whole
            .trim_start_matches("sha256:")
            .chars()
            .take(10)
            .collect()
    }
}

/// A tool as it is listed now: what an approval is asked for.
#[derive(Debug, Clone)]
pub struct Target {
    /// Which tool.
    pub key: ToolKey,
    /// SHA-256 of the definition, byte for byte as the server listed it.
    pub hash: String,
    definition: RawJson,
}

impl Target {
    /// The tool with this definition.
    pub fn new(key: ToolKey, definition: RawJson) -> Self {
        Self {
            hash: digest(definition.as_str()),
            key,
            definition,
        }
    }

    /// What is kept of the definition: all of it, or nothing of one that is too long.
    pub(super) fn kept(&self) -> &str {
        let text = self.definition.as_str();
        if text.len() <= MOST_KEPT { text } else { "" }
    }

    /// The definition, ready to be shown.
    pub(super) fn shown(&self) -> String {
        pretty(self.definition.as_str())
    }
}

/// A definition, ready to be shown.
pub(super) fn pretty(definition: &str) -> String {
    if definition.is_empty() {
        return "(too long to be kept)".to_owned();
    }
    let parsed: Result<serde_json::Value, _> = serde_json::from_str(definition);
    let text = parsed.and_then(|value| serde_json::to_string_pretty(&value));
    block(text.as_deref().unwrap_or(definition), MOST_SHOWN)
}
