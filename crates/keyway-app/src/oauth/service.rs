use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keyway_core::OrgId;
use keyway_core::ports::{Clock, HttpSend, Random};
use keyway_store::Store;

use super::OauthSettings;
use super::device::Guesses;
use super::documents::DocumentCache;
use super::refresh::Recent;
use crate::audit::Audit;
use crate::keys::{KeyRing, SecretText, TokenKind};

/// Everything about OAuth clients, grants and tokens. Cheap to clone. What administers takes who is
/// asking first.
#[derive(Clone)]
pub struct Oauth {
    pub(super) parts: Arc<Parts>,
}

/// What [`Oauth`] is made of.
pub struct OauthParts {
    /// The rows.
    pub store: Store,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// What happened, written down.
    pub audit: Audit,
    /// Whose log it is written to as long as nobody has signed in: the first organization.
    pub organization: OrgId,
    /// The dials.
    pub settings: OauthSettings,
}

pub(super) struct Parts {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) audit: Audit,
    pub(super) home: OrgId,
    pub(super) settings: OauthSettings,
    pub(super) serving: Option<Serving>,
    pub(super) documents: DocumentCache,
    pub(super) recent: Recent,
    pub(super) guesses: Guesses,
}

/// What only the process that serves has.
pub(super) struct Serving {
    pub(super) ring: Arc<KeyRing>,
    pub(super) http: Arc<dyn HttpSend>,
}

impl Oauth {
    /// For a process that serves nothing, such as a command beside the gateway: the gateway notices
    /// what changes within a second.
    pub fn new(parts: OauthParts) -> Self {
        Self::with(parts, None)
    }

    pub(crate) fn serving(parts: OauthParts, ring: Arc<KeyRing>, http: Arc<dyn HttpSend>) -> Self {
        Self::with(parts, Some(Serving { ring, http }))
    }

    fn with(parts: OauthParts, serving: Option<Serving>) -> Self {
        Self {
            parts: Arc::new(Parts {
                store: parts.store,
                clock: parts.clock,
                random: parts.random,
                audit: parts.audit,
                home: parts.organization,
                settings: parts.settings,
                serving,
                documents: DocumentCache::default(),
                recent: Recent::default(),
                guesses: Guesses::default(),
            }),
        }
    }

    /// The dials.
    pub fn settings(&self) -> &OauthSettings {
        &self.parts.settings
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(super) fn secret(&self, kind: TokenKind) -> SecretText {
        SecretText::generate(kind, &*self.parts.random)
    }

    /// In the process that serves, a change of who may come in holds at once.
    pub(super) async fn noticed(&self) {
        if let Some(serving) = &self.parts.serving
            && let Err(error) = serving.ring.refresh().await
        {
            tracing::warn!(%error, "who may come in is not refreshed yet");
        }
    }
}

/// So much later than `now`.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// So much earlier than `now`.
pub(super) fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}

impl std::fmt::Debug for Oauth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oauth").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for OauthParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OauthParts").finish_non_exhaustive()
    }
}
