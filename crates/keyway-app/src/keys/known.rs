use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use keyway_core::scopes::Scope;
use keyway_core::{ApiKeyId, GrantId, OrgId, Principal, Role, Scopes, Subject};
use keyway_store::oauth::{GrantStanding, TokenCredential};
use keyway_store::{Credential, Use};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::KeyDigest;

/// A key or an access token that came in and was found valid, and what was learnt about it since.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) digest: KeyDigest,
    pub(crate) holder: Holder,
    principal: ArcSwap<Principal>,
    /// Milliseconds; `i64::MAX` for never.
    expires: AtomicI64,
    epoch: AtomicI64,
    used: AtomicI64,
    recorded: AtomicI64,
}

/// What a known text is.
#[derive(Debug)]
pub(crate) enum Holder {
    /// An API key.
    Key {
        /// Its row.
        id: ApiKeyId,
        /// Cancelled once the key is no longer valid.
        revoked: CancellationToken,
    },
    /// An access token.
    Token {
        /// What it came of.
        grant: Arc<KnownGrant>,
        /// What it is good at.
        resource: Box<str>,
    },
}

/// The grant of access tokens that came in. It outlives each of them.
#[derive(Debug)]
pub(crate) struct KnownGrant {
    pub(crate) id: GrantId,
    organization: OrgId,
    /// Cancelled once the grant is no longer valid.
    pub(crate) revoked: CancellationToken,
    /// The role of who gave it.
    role: Mutex<Role>,
    epoch: AtomicI64,
    used: AtomicI64,
    recorded: AtomicI64,
}

impl Known {
    pub(crate) fn key(digest: KeyDigest, found: &Credential) -> Self {
        let subject = Subject::ApiKey {
            key: found.id.clone(),
            owner: found.owner.clone(),
        };
        let principal = Principal::new(found.organization.clone(), subject)
            .with_role(found.role)
            .with_scopes(found.scopes.clone());
        let holder = Holder::Key {
            id: found.id.clone(),
            revoked: CancellationToken::new(),
        };
        Self::new(digest, holder, principal, expiry(found), found.epoch)
    }

    pub(crate) fn token(
        digest: KeyDigest,
        found: &TokenCredential,
        grant: Arc<KnownGrant>,
    ) -> Self {
        let subject = Subject::Token {
            grant: found.grant.clone(),
            client: found.client.clone(),
            owner: found.owner.clone(),
        };
        let principal = Principal::new(found.organization.clone(), subject)
            .with_role(found.role)
            .with_scopes(within(&found.scopes, found.role));
        let holder = Holder::Token {
            grant,
            resource: found.resource.as_str().into(),
        };
        let ends = found.expires_at.as_millisecond();
        Self::new(digest, holder, principal, ends, found.epoch)
    }

    fn new(
        digest: KeyDigest,
        holder: Holder,
        principal: Principal,
        expires: i64,
        epoch: i64,
    ) -> Self {
        Self {
            digest,
            holder,
            principal: ArcSwap::from_pointee(principal),
            expires: AtomicI64::new(expires),
            epoch: AtomicI64::new(epoch),
            used: AtomicI64::new(0),
            recorded: AtomicI64::new(0),
        }
    }

    /// Who comes in with it.
    pub(crate) fn principal(&self) -> Principal {
        Principal::clone(&self.principal.load())
    }

    /// True while it is valid, as far as is known.
    pub(crate) fn is_valid(&self, now: Timestamp) -> bool {
        now.as_millisecond() < self.expires.load(Ordering::Relaxed)
    }

    /// Cancelled once the key, or the token's grant, is no longer valid.
    pub(crate) fn revoked(&self) -> &CancellationToken {
        match &self.holder {
            Holder::Key { revoked, .. } => revoked,
            Holder::Token { grant, .. } => &grant.revoked,
        }
    }

    /// Remembers that it was used.
    pub(crate) fn touch(&self, now: Timestamp) {
        self.used.store(now.as_millisecond(), Ordering::Relaxed);
        if let Holder::Token { grant, .. } = &self.holder {
            grant.used.store(now.as_millisecond(), Ordering::Relaxed);
        }
    }

    /// True when the store has changed since this was last read.
    pub(crate) fn is_older_than(&self, epoch: i64) -> bool {
        self.epoch.load(Ordering::Relaxed) < epoch
    }

    /// Takes over what the store says now of a key.
    pub(crate) fn update(&self, found: &Credential) {
        let principal = self
            .principal()
            .with_role(found.role)
            .with_scopes(found.scopes.clone());
        self.principal.store(Arc::new(principal));
        self.expires.store(expiry(found), Ordering::Relaxed);
        self.epoch.store(found.epoch, Ordering::Relaxed);
    }

    /// Takes over what the store says now of the grant of a token.
    pub(crate) fn stand(&self, found: &GrantStanding) {
        let principal = self.principal();
        let scopes = within(principal.scopes(), found.role);
        let principal = principal.with_role(found.role).with_scopes(scopes);
        self.principal.store(Arc::new(principal));
        self.epoch.store(found.epoch, Ordering::Relaxed);
    }

    /// The last use of a key, if it has not been handed out before.
    pub(crate) fn unrecorded(&self) -> Option<Use> {
        let Holder::Key { id, .. } = &self.holder else {
            return None;
        };
        let used = self.used.load(Ordering::Relaxed);
        (self.recorded.swap(used, Ordering::Relaxed) != used).then(|| Use {
            organization: self.principal.load().organization().clone(),
            id: id.clone(),
            at: moment(used),
        })
    }
}

impl KnownGrant {
    pub(crate) fn new(found: &TokenCredential) -> Self {
        Self {
            id: found.grant.clone(),
            organization: found.organization.clone(),
            revoked: CancellationToken::new(),
            role: Mutex::new(found.role),
            epoch: AtomicI64::new(found.epoch),
            used: AtomicI64::new(found.created_at.as_millisecond()),
            recorded: AtomicI64::new(0),
        }
    }

    /// True when the store has changed since this was last read.
    pub(crate) fn is_older_than(&self, epoch: i64) -> bool {
        self.epoch.load(Ordering::Relaxed) < epoch
    }

    /// It is valid as of this state of the store.
    pub(crate) fn stand(&self, found: &GrantStanding) {
        *self.role.lock() = found.role;
        self.epoch.store(found.epoch, Ordering::Relaxed);
    }

    /// `who` came in with a token of it: what they are now.
    pub(super) fn now(&self, who: &Principal) -> Principal {
        let role = *self.role.lock();
        who.with_role(role).with_scopes(within(who.scopes(), role))
    }

    /// When a token of it was last used, in milliseconds.
    pub(crate) fn used(&self) -> i64 {
        self.used.load(Ordering::Relaxed)
    }

    /// The last use, if it has not been handed out before.
    pub(crate) fn unrecorded(&self) -> Option<(OrgId, GrantId, Timestamp)> {
        let used = self.used();
        let news = self.recorded.swap(used, Ordering::Relaxed) != used;
        news.then(|| (self.organization.clone(), self.id.clone(), moment(used)))
    }
}

/// What of a token's scopes someone of this role may have.
fn within(scopes: &Scopes, role: Role) -> Scopes {
    if role.administers() || !scopes.admin() {
        return scopes.clone();
    }
    Scopes::of(
        scopes
            .iter()
            .filter(|scope| **scope != Scope::Admin)
            .cloned(),
    )
}

fn expiry(found: &Credential) -> i64 {
    found.expires_at.map_or(i64::MAX, Timestamp::as_millisecond)
}

fn moment(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default()
}
