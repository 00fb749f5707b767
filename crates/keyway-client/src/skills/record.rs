use jiff::Timestamp;
use keyway_core::ports::UpstreamState;
use serde::{Deserialize, Serialize};

/// What `metadata.json` of a skill's folder says. Only folders that have one are managed: replaced,
/// marked and removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// Always `keyway`.
    pub managed_by: String,
    /// The server.
    pub server: String,
    /// Whose server: empty for the person's own, else the mark of a project.
    #[serde(default)]
    pub profile: String,
    /// The state of its connection when the folder was written or marked last.
    pub status: String,
    /// How many tools the folder has.
    pub tools: usize,
    /// When they were listed.
    pub refreshed_at: Option<Timestamp>,
    /// Why the server is not connected, when it is not. Without secrets.
    #[serde(default)]
    pub last_error: Option<String>,
}

/// Who manages our folders.
pub(super) const MANAGER: &str = "keyway";

/// What stands for the state of a server that is not enabled.
pub(super) const DISABLED: &str = "disabled";

/// A state as it is written.
pub(super) fn word(state: UpstreamState) -> &'static str {
    match state {
        UpstreamState::Configured => "configured",
        UpstreamState::Connecting => "connecting",
        UpstreamState::Connected => "connected",
        UpstreamState::Disconnected => "disconnected",
        UpstreamState::AuthRequired => "auth_required",
        UpstreamState::AuthFailed => "auth_failed",
    }
}
