use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use keyway_core::{ApiKeyId, OrgId, Principal, Subject};
use keyway_store::{Credential, Use};
use tokio_util::sync::CancellationToken;

use super::KeyDigest;

/// A key that came in and was found valid, and what was learnt about it since.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) digest: KeyDigest,
    pub(crate) id: ApiKeyId,
    pub(crate) principal: Principal,
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
            user: found.user.clone(),
        };
        Self {
            digest,
            id: found.id.clone(),
            principal: Principal::new(found.organization.clone(), subject),
            revoked: CancellationToken::new(),
            expires: AtomicI64::new(expiry(found)),
            epoch: AtomicI64::new(found.epoch),
            used: AtomicI64::new(0),
            recorded: AtomicI64::new(0),
        }
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
        self.expires.store(expiry(found), Ordering::Relaxed);
        self.epoch.store(found.epoch, Ordering::Relaxed);
    }

    /// The last use, if it has not been handed out before.
    pub(crate) fn unrecorded(&self) -> Option<Use> {
        let used = self.used.load(Ordering::Relaxed);
        (self.recorded.swap(used, Ordering::Relaxed) != used).then(|| Use {
            organization: self.organization().clone(),
            id: self.id.clone(),
            at: Timestamp::from_millisecond(used).unwrap_or_default(),
        })
    }

    fn organization(&self) -> &OrgId {
        self.principal.organization()
    }
}

fn expiry(found: &Credential) -> i64 {
    found.expires_at.map_or(i64::MAX, Timestamp::as_millisecond)
}
