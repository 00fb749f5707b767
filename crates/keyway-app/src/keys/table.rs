use std::collections::HashMap;
use std::sync::Arc;

use keyway_core::{ApiKeyId, GrantId, Principal, Subject};
use keyway_store::oauth::TokenCredential;
use parking_lot::RwLock;
use tokio_util::sync::CancellationToken;

use super::KeyDigest;
use super::known::{Holder, Known, KnownGrant};

/// Into how many parts the table is cut: what comes in at once rarely meets at one lock.
const SHARDS: usize = 64;

type Shard = RwLock<HashMap<KeyDigest, Arc<Known>>>;

/// Everything known, by digest; and what of it can be revoked, by id.
pub(super) struct Table {
    shards: [Shard; SHARDS],
    keys: RwLock<HashMap<ApiKeyId, Arc<Known>>>,
    grants: RwLock<HashMap<GrantId, Arc<KnownGrant>>>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            shards: std::array::from_fn(|_| RwLock::default()),
            keys: RwLock::default(),
            grants: RwLock::default(),
        }
    }
}

impl Table {
    /// Does something with what is known under a digest.
    pub(super) fn with<T>(&self, digest: &KeyDigest, look: impl FnOnce(&Known) -> T) -> Option<T> {
        let shard = self.shard(digest)?.read();
        shard.get(digest).map(|known| look(known))
    }

    /// Adds what was found. Of two first uses at the same moment one wins, so that there is one
    /// token to cancel.
    pub(super) fn keep(&self, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        let Some(shard) = self.shard(&known.digest) else {
            return known;
        };
        let kept = Arc::clone(
            shard
                .write()
                .entry(known.digest)
                .or_insert_with(|| Arc::clone(&known)),
        );
        if let Holder::Key { id, .. } = &kept.holder {
            self.keys.write().insert(id.clone(), Arc::clone(&kept));
        }
        kept
    }

    /// The grant of a token, known from now on.
    pub(super) fn grant(&self, found: &TokenCredential) -> Arc<KnownGrant> {
        let mut grants = self.grants.write();
        let known = grants
            .entry(found.grant.clone())
            .or_insert_with(|| Arc::new(KnownGrant::new(found)));
        Arc::clone(known)
    }

    /// What is cancelled once `subject` is no longer valid; `None` for one that is not known.
    pub(super) fn revoked(&self, subject: &Subject) -> Option<CancellationToken> {
        match subject {
            Subject::ApiKey { key, .. } => {
                let keys = self.keys.read();
                keys.get(key).map(|known| known.revoked().clone())
            }
            Subject::Token { grant, .. } => {
                let grants = self.grants.read();
                grants.get(grant).map(|known| known.revoked.clone())
            }
            _ => None,
        }
    }

    /// `who` with the role and scopes that are known of their key or grant; `None` for one that is
    /// not known.
    pub(super) fn now(&self, who: &Principal) -> Option<Principal> {
        match who.subject() {
            Subject::ApiKey { key, .. } => {
                let keys = self.keys.read();
                let known = keys.get(key)?.principal();
                Some(
                    who.with_role(known.role())
                        .with_scopes(known.scopes().clone()),
                )
            }
            Subject::Token { grant, .. } => {
                let grants = self.grants.read();
                grants.get(grant).map(|known| known.now(who))
            }
            _ => None,
        }
    }

    /// Everything known that is wanted.
    pub(super) fn pick(&self, wanted: impl Fn(&Known) -> bool) -> Vec<Arc<Known>> {
        let mut picked = Vec::new();
        for shard in &self.shards {
            let shard = shard.read();
            picked.extend(shard.values().filter(|known| wanted(known)).map(Arc::clone));
        }
        picked
    }

    /// The grants that are wanted.
    pub(super) fn pick_grants(&self, wanted: impl Fn(&KnownGrant) -> bool) -> Vec<Arc<KnownGrant>> {
        let grants = self.grants.read();
        let picked = grants.values().filter(|known| wanted(known));
        picked.map(Arc::clone).collect()
    }

    /// Lets go of keys and tokens. What hangs on a key ends; what hangs on the grant of a token
    /// goes on.
    pub(super) fn drop_known(&self, gone: &[Arc<Known>]) {
        for known in gone {
            if let Some(shard) = self.shard(&known.digest) {
                shard.write().remove(&known.digest);
            }
            if let Holder::Key { id, revoked } = &known.holder {
                self.keys.write().remove(id);
                revoked.cancel();
            }
        }
    }

    /// Lets go of grants, of their tokens, and ends what hangs on them.
    pub(super) fn drop_grants(&self, gone: &[Arc<KnownGrant>]) {
        if gone.is_empty() {
            return;
        }
        {
            let mut grants = self.grants.write();
            for grant in gone {
                grants.remove(&grant.id);
            }
        }
        for grant in gone {
            grant.revoked.cancel();
        }
        self.drop_known(&self.pick(|known| {
            matches!(&known.holder, Holder::Token { grant, .. } if grant.revoked.is_cancelled())
        }));
    }

    fn shard(&self, digest: &KeyDigest) -> Option<&Shard> {
        self.shards.get(digest.first() % SHARDS)
    }
}
