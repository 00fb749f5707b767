use std::time::Duration;

use keyway_core::Secret;

use super::{ConnectorScope, OauthMode};

/// A connector as somebody typed it.
#[derive(Debug, Clone)]
pub struct ConnectorDraft {
    /// Its name for people, of which its key is made.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Who may use it.
    pub scope: ConnectorScope,
    /// How it is authenticated to.
    pub auth: AuthDraft,
    /// Whether it is connected to.
    pub enabled: bool,
    /// Only these tools are used, by the server's own names; all where absent.
    pub allow: Option<Vec<String>>,
    /// These tools are not.
    pub deny: Vec<String>,
    /// How long connecting and each list may take.
    pub connect_timeout: Option<Duration>,
    /// How long a call may take.
    pub call_timeout: Option<Duration>,
}

impl ConnectorDraft {
    /// A connector for everybody that sends nothing of its own.
    pub fn new(name: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            url: url.into(),
            scope: ConnectorScope::Organization,
            auth: AuthDraft::None,
            enabled: true,
            allow: None,
            deny: Vec::new(),
            connect_timeout: None,
            call_timeout: None,
        }
    }
}

/// How a server is authenticated to, as somebody typed it.
#[derive(Debug, Clone, Default)]
pub enum AuthDraft {
    /// Not at all.
    #[default]
    None,
    /// With headers.
    Headers(Vec<HeaderDraft>),
    /// With tokens of its authorization server.
    Oauth(OauthDraft),
}

/// A header as somebody typed it.
#[derive(Debug, Clone, Default)]
pub struct HeaderDraft {
    /// Its name; `Authorization` where absent.
    pub name: Option<String>,
    /// The word before the value; the value goes out as it is where absent.
    pub scheme: Option<String>,
    /// Its value. Where absent, what is stored under the name stays.
    pub value: Option<Secret<String>>,
}

/// How a server behind OAuth is signed in at, as somebody typed it.
#[derive(Debug, Clone)]
pub struct OauthDraft {
    /// Whose tokens are sent.
    pub mode: OauthMode,
    /// The scopes to ask for; what the server names where there are none.
    pub scopes: Vec<String>,
    /// A client that was registered by hand.
    pub client_id: Option<String>,
    /// Its secret. Where absent, what is stored stays.
    pub client_secret: Option<Secret<String>>,
}

/// What is to change of a connector; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct ConnectorPatch {
    /// Its name for people. Its key stays.
    pub name: Option<String>,
    /// Where it is.
    pub url: Option<String>,
    /// Who may use it.
    pub scope: Option<ConnectorScope>,
    /// How it is authenticated to.
    pub auth: Option<AuthDraft>,
    /// Whether it is connected to.
    pub enabled: Option<bool>,
    /// Only these tools are used; all for `Some(None)`.
    pub allow: Option<Option<Vec<String>>>,
    /// These tools are not.
    pub deny: Option<Vec<String>>,
    /// How long connecting and each list may take; the default for `Some(None)`.
    pub connect_timeout: Option<Option<Duration>>,
    /// How long a call may take; the default for `Some(None)`.
    pub call_timeout: Option<Option<Duration>>,
}

impl ConnectorPatch {
    /// True where nothing is to change.
    pub fn is_empty(&self) -> bool {
        self.changes().is_empty()
    }

    /// The names of what is to change, for the audit log.
    pub(super) fn changes(&self) -> Vec<&'static str> {
        [
            ("name", self.name.is_some()),
            ("url", self.url.is_some()),
            ("scope", self.scope.is_some()),
            ("auth", self.auth.is_some()),
            ("enabled", self.enabled.is_some()),
            ("allow", self.allow.is_some()),
            ("deny", self.deny.is_some()),
            ("connect_timeout", self.connect_timeout.is_some()),
            ("call_timeout", self.call_timeout.is_some()),
        ]
        .into_iter()
        .filter_map(|(name, changes)| changes.then_some(name))
        .collect()
    }

    /// The draft with what is to change.
    pub(super) fn over(self, mut draft: ConnectorDraft) -> ConnectorDraft {
        let Self {
            name,
            url,
            scope,
            auth,
            enabled,
            allow,
            deny,
            connect_timeout,
            call_timeout,
        } = self;
        draft.name = name.unwrap_or(draft.name);
        draft.url = url.unwrap_or(draft.url);
        draft.scope = scope.unwrap_or(draft.scope);
        draft.auth = auth.unwrap_or(draft.auth);
        draft.enabled = enabled.unwrap_or(draft.enabled);
        draft.allow = allow.unwrap_or(draft.allow);
        draft.deny = deny.unwrap_or(draft.deny);
        draft.connect_timeout = connect_timeout.unwrap_or(draft.connect_timeout);
        draft.call_timeout = call_timeout.unwrap_or(draft.call_timeout);
        draft
    }
}
