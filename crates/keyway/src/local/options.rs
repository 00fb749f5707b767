use std::sync::Arc;
use std::time::Duration;

use keyway_oauth::SignIn;

/// How a local client starts.
#[derive(Clone)]
pub(crate) struct Options {
    /// Which servers it connects to.
    pub(crate) start: Start,
    /// Whether it follows its files.
    pub(crate) files: Files,
    /// How a person signs in when a call needs more than was granted; `None` where nobody is there.
    pub(crate) sign_in: Option<Arc<dyn SignIn>>,
    /// How long a call may take, in place of what servers say; zero for no limit.
    pub(crate) call_timeout: Option<Duration>,
    /// How long a child process may take to leave by itself, and again after SIGTERM.
    pub(crate) grace: Duration,
}

/// Which servers are connected to at the start. Others are there, and are connected to when
/// somebody asks ([`super::LocalClient::reconnect`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// All that are enabled.
    All,
    /// These, as far as they are configured.
    Only(Vec<String>),
    /// None.
    Nothing,
}

/// What a local client does when its files change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Files {
    /// It takes the change over.
    Follow,
    /// Nothing: it does not live that long.
    Once,
}

impl Options {
    /// For one command about some servers.
    pub(crate) fn once(start: Start) -> Self {
        Self {
            start,
            files: Files::Once,
            sign_in: None,
            call_timeout: None,
            grace: Duration::from_secs(2),
        }
    }

    /// For what runs as long as the person likes.
    pub(crate) fn following() -> Self {
        Self {
            files: Files::Follow,
            ..Self::once(Start::All)
        }
    }

    /// With another limit of calls.
    pub(crate) fn with_call_timeout(self, limit: Duration) -> Self {
        Self {
            call_timeout: Some(limit),
            ..self
        }
    }

    /// With a person who can sign in.
    pub(crate) fn with_sign_in(self, sign_in: Arc<dyn SignIn>) -> Self {
        Self {
            sign_in: Some(sign_in),
            ..self
        }
    }
}

impl Start {
    /// True when the server is connected to.
    pub(super) fn wants(&self, server: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| name == server),
            Self::Nothing => false,
        }
    }
}
