use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use keyway_core::{ApiKeyId, Principal, Subject};
use keyway_store::{Credential, Use};
use tokio_util::sync::CancellationToken;

use super::KeyDigest;

/// A key that came in and was found valid, and what was learnt about it since.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) digest: KeyDigest,
    pub(crate) id: ApiKeyId,
    principal: ArcSwap<Principal>,
    /// Cancelled once the key is no longer valid.
    pub(crate) revoked: CancellationToken,
    /// Milliseconds; `i64::MAX` for never.
    expires: AtomicI64,
    epoch: AtomicI64,
    used: AtomicI64,
    recorded: AtomicI64,
}

impl Known {
    pub(crate) fn new(digest: KeyDigest, found: &Credential) -> Self {
        let subject = Subject::ApiKey {
            key: found.id.clone(),
            owner: found.owner.clone(),
        };
        let principal = Principal::new(found.organization.clone(), subject)
            .with_role(found.role)
            .with_scopes(found.scopes.clone());
        Self {
            digest,
            id: found.id.clone(),
            principal: ArcSwap::from_pointee(principal),
            revoked: CancellationToken::new(),
            expires: AtomicI64::new(expiry(found)),
            epoch: AtomicI64::new(found.epoch),
            used: AtomicI64::new(0),
            recorded: AtomicI64::new(0),
        }
    }

    /// Who comes in with it.
    pub(crate) fn principal(&self) -> Principal {
        Principal::clone(&self.principal.load())
    }

    /// True while the key is valid, as far as is known.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        now.as_millisecond() < self.expires.load(Ordering::Relaxed)
    }

    /// Remembers that the key was used.
    pub(crate) fn touch(&self, now: Timestamp) {
        self.used.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// True when the store has changed since this was last read.
    pub(crate) fn is_older_than(&self, epoch: i64) -> bool {
        self.epoch.load(Ordering::Relaxed) < epoch
    }

    /// Takes over what the store says now.
    pub(crate) fn update(&self, found: &Credential) {
        let principal = self
            .principal()
            .with_role(found.role)
            .with_scopes(found.scopes.clone());
        self.principal.store(Arc::new(principal));
        self.expires.store(expiry(found), Ordering::Relaxed);
        self.epoch.store(found.epoch, Ordering::Relaxed);
    }

    /// The last use, if it has not been handed out before.
    pub(crate) fn unrecorded(&self) -> Option<Use> {
        let used = self.used.load(Ordering::Relaxed);
        (self.recorded.swap(used, Ordering::Relaxed) != used).then(|| Use {
            organization: self.principal.load().organization().clone(),
            id: self.id.clone(),
            at: Timestamp::from_millisecond(used).unwrap_or_default(),
        })
    }
}

fn expiry(found: &Credential) -> i64 {
    found.expires_at.map_or(i64::MAX, Timestamp::as_millisecond)
}
