use jiff::Timestamp;
use keyway_core::ConnectorId;
use keyway_core::ports::UpstreamStatus;
use serde::Serialize;

use super::{ConnectorScope, HeaderSetting, OauthSettings};
use crate::credentials::ConsentView;

/// A connector as it is shown: never its secrets.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectorView {
    /// Its id.
    pub id: ConnectorId,
    /// The server's key: its tools are `mcp__<slug>__<tool>`.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Who may use it.
    #[serde(flatten)]
    pub scope: ConnectorScope,
    /// How it is authenticated to.
    pub auth: AuthView,
    /// Whether it is connected to.
    pub enabled: bool,
    /// Only these tools are used, by the server's own names; all where absent.
    pub allow: Option<Vec<String>>,
    /// These tools are not.
    pub deny: Vec<String>,
    /// How long connecting and each list may take, in milliseconds; the default where absent.
    pub connect_timeout_ms: Option<u64>,
    /// How long a call may take, in milliseconds; the default where absent.
    pub call_timeout_ms: Option<u64>,
    /// Grows with each change.
    pub revision: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// By whom.
    pub changed_by: String,
    /// How the connection stands. Absent where another process serves, and for servers that everybody
    /// reaches with tokens of their own.
    pub status: Option<UpstreamStatus>,
    /// Who agreed to it, for one behind OAuth.
    pub consent: Option<ConsentView>,
}

/// How a connector is authenticated to, without secrets.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AuthView {
    /// Not at all.
    None,
    /// With headers.
    Headers {
        /// Their names.
        headers: Vec<HeaderSetting>,
    },
    /// With tokens of its authorization server.
    Oauth(OauthSettings),
}
