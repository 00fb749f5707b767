use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A header that is sent to a server, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderSetting {
    /// Its name.
    pub name: String,
    /// The word before the value, like `Bearer`. Without one the value goes out as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
}

/// Whose tokens are sent to a server behind OAuth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OauthMode {
    /// An administrator consents once, for everybody.
    Shared,
    /// Everybody consents for themselves.
    PerUser,
    /// Nobody consents: the gateway is the client.
    ClientCredentials,
}

/// How a server behind OAuth is signed in at, without the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OauthSettings {
    /// Whose tokens are sent.
    pub mode: OauthMode,
    /// The scopes to ask for; what the server names where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// A client that was registered by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// What is stored of a connector besides its columns. Nothing of it is secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct ConnectorSettings {
    /// The headers that are sent, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) headers: Vec<HeaderSetting>,
    /// Set for a server behind OAuth; then there are no headers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) oauth: Option<OauthSettings>,
    /// Only these tools are used, by the server's own names; all where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) allow: Option<Vec<String>>,
    /// These tools are not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) deny: Vec<String>,
    /// How long connecting and each list may take, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connect_timeout_ms: Option<u64>,
    /// How long a call may take, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call_timeout_ms: Option<u64>,
}

impl ConnectorSettings {
    /// What a row holds. What cannot be read is as if nothing was set.
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(crate) fn connect(&self) -> Option<Duration> {
        self.connect_timeout_ms.map(Duration::from_millis)
    }

    pub(crate) fn call(&self) -> Option<Duration> {
        self.call_timeout_ms.map(Duration::from_millis)
    }
}
