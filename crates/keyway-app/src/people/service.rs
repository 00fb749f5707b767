use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keyway_core::ports::{Clock, Random};
use keyway_core::{Error, Principal};
use keyway_store::Store;
use keyway_vault::Vault;

use super::SignInSettings;
use super::password::Passwords;
use super::throttle::Throttle;
use super::visits::Visits;
use crate::access;
use crate::audit::{Audit, Event};
use crate::keys::{KeyRing, SecretText, TokenKind};

/// Everything about people and machine identities. Cheap to clone. What administers takes who is
/// asking first, and refuses everyone but owners, admins and the operator at the terminal.
#[derive(Clone)]
pub struct People {
    pub(crate) parts: Arc<Parts>,
}

/// What [`People`] needs in a process that serves nothing, such as a command beside the gateway: the
/// gateway notices what changes within a second.
pub struct PeopleParts {
    /// The rows.
    pub store: Store,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// How people sign in.
    pub settings: SignInSettings,
}

/// What a process that serves has besides.
pub(crate) struct Serving {
    pub(crate) ring: Arc<KeyRing>,
    pub(crate) vault: Vault,
    pub(crate) audit: Audit,
}

pub(crate) struct Parts {
    pub(super) store: Store,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) random: Arc<dyn Random>,
    pub(super) settings: SignInSettings,
    pub(super) ring: Option<Arc<KeyRing>>,
    pub(super) vault: Option<Vault>,
    pub(super) audit: Audit,
    pub(super) passwords: Passwords,
    pub(super) throttle: Throttle,
    pub(super) visits: Visits,
}

impl People {
    /// For a process that serves nothing.
    pub fn new(parts: PeopleParts) -> Self {
        let (clock, random) = (Arc::clone(&parts.clock), Arc::clone(&parts.random));
        let audit = Audit::direct(&parts.store, clock, random);
        Self::with(parts, None, None, audit)
    }

    pub(crate) fn serving(parts: PeopleParts, serving: Serving) -> Self {
        let Serving { ring, vault, audit } = serving;
        Self::with(parts, Some(ring), Some(vault), audit)
    }

    fn with(
        parts: PeopleParts,
        ring: Option<Arc<KeyRing>>,
        vault: Option<Vault>,
        audit: Audit,
    ) -> Self {
        Self {
            parts: Arc::new(Parts {
                passwords: Passwords::new(parts.settings.hash, Arc::clone(&parts.random)),
                store: parts.store,
                clock: parts.clock,
                random: parts.random,
                settings: parts.settings,
                throttle: Throttle::default(),
                visits: Visits::default(),
                ring,
                vault,
                audit,
            }),
        }
    }

    /// Refuses `who` unless they administer their organization at this moment: the operator, or an
    /// owner or admin who comes with the scope `admin`.
    pub async fn administer(&self, who: &Principal) -> Result<(), Error> {
        access::administer(&self.parts.store, who).await.map(drop)
    }

    /// The fewest characters of a password.
    pub fn password_min_length(&self) -> usize {
        self.parts.settings.password_min_length
    }

    /// Writes down what was done, and answers once it is.
    pub(super) async fn record(&self, event: Event) -> Result<(), Error> {
        self.parts.audit.record(event).await
    }

    /// Makes a change that is written down before it is begun, and how it ended after it. Who may
    /// make it is asked within, so that a refusal is written down too.
    pub(super) async fn change<T>(
        &self,
        event: Event,
        change: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        self.parts.audit.change(event, change).await
    }

    pub(super) fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    pub(super) fn secret(&self, kind: TokenKind) -> SecretText {
        SecretText::generate(kind, &*self.parts.random)
    }

    /// In the process that serves, a change of who may come in holds at once.
    pub(super) async fn noticed(&self) {
        if let Some(ring) = &self.parts.ring
            && let Err(error) = ring.refresh().await
        {
            tracing::warn!(%error, "who may come in is not refreshed yet");
        }
    }
}

/// So much later than `now`.
pub(super) fn later(now: Timestamp, by: std::time::Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("People").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PeopleParts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeopleParts").finish_non_exhaustive()
    }
}
