use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use jiff::Timestamp;
use keyway_core::ports::Clock;
use keyway_core::{ApiKeyId, Error, Kind, Principal, Subject};
use keyway_store::{Store, StoreError};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::{KeyDigest, Known, SecretText, TokenKind};

/// The most refused keys that are remembered.
const REFUSED: usize = 1024;
/// How long a refusal is remembered, in milliseconds. It ends sooner when any key changes.
const REFUSED_FOR: i64 = 5_000;

/// Every valid key that came in, so that the next time costs a hash and a look into a table.
pub(crate) struct KeyRing {
    store: Store,
    clock: Arc<dyn Clock>,
    table: ArcSwap<Table>,
    refused: Mutex<HashMap<KeyDigest, i64>>,
    /// One refresh at a time; holds the change counter it ended with.
    refreshing: tokio::sync::Mutex<i64>,
}

#[derive(Default, Clone)]
struct Table {
    by_digest: HashMap<KeyDigest, Arc<Known>>,
    by_id: HashMap<ApiKeyId, Arc<Known>>,
}

impl KeyRing {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            table: ArcSwap::default(),
            refused: Mutex::default(),
            refreshing: tokio::sync::Mutex::new(0),
        }
    }

    /// Who comes in with `bearer`.
    pub(crate) async fn authenticate(&self, bearer: &str) -> Result<Principal, Error> {
        let now = self.clock.now();
        let digest = KeyDigest::of(bearer);
        if let Some(known) = self.table.load().by_digest.get(&digest) {
            return admit(known, now);
        }
        SecretText::parse(TokenKind::ApiKey, bearer).map_err(|error| {
            refusal()
                .with_hint("a key starts with `kw_`")
                .with_source(error)
        })?;
        if self.was_refused(digest, now) {
            return Err(refusal());
        }
        let found = self.store.credential(&digest.to_hex()).await?;
        let Some(found) = found.filter(|found| found.expires_at.is_none_or(|end| end > now)) else {
            self.refuse(digest, now);
            return Err(refusal());
        };
        admit(&self.keep(Known::new(digest, &found)), now)
    }

    /// Cancelled once the key behind `who` stops being valid. Who has no key never is.
    pub(crate) fn revoked(&self, who: &Principal) -> CancellationToken {
        let Subject::ApiKey { key, .. } = who.subject() else {
            return CancellationToken::new();
        };
        if let Some(known) = self.table.load().by_id.get(key) {
            return known.revoked.clone();
        }
        let gone = CancellationToken::new();
        gone.cancel();
        gone
    }

    /// Lets go of every key that expired, was revoked, or lost its owner, in this process or any
    /// other. Cheap while nothing changed.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let mut seen = self.refreshing.lock().await;
        let epoch = self.store.auth_epoch().await?;
        if *seen != epoch {
            self.refused.lock().clear();
            *seen = epoch;
        }
        let now = self.clock.now();
        let mut gone = Vec::new();
        for known in self.table.load_full().by_digest.values() {
            if known.is_older_than(epoch) {
                match self.store.credential(&known.digest.to_hex()).await? {
                    Some(found) => known.update(&found),
                    None => gone.push(Arc::clone(known)),
                }
            }
            if !known.is_valid(now) {
                gone.push(Arc::clone(known));
            }
        }
        if !gone.is_empty() {
            self.drop_keys(&gone);
        }
        Ok(())
    }

    /// Writes down when keys were last used.
    pub(crate) async fn record_uses(&self) -> Result<(), StoreError> {
        let uses: Vec<_> = self
            .table
            .load()
            .by_digest
            .values()
            .filter_map(|known| known.unrecorded())
            .collect();
        if uses.is_empty() {
            return Ok(());
        }
        self.store.record_uses(&uses).await
    }

    fn keep(&self, known: Known) -> Arc<Known> {
        let known = Arc::new(known);
        let mut kept = Arc::clone(&known);
        self.table.rcu(|table| {
            let mut table = Table::clone(table);
            // Of two first uses at the same moment one wins, so that there is one token to cancel.
            kept = Arc::clone(
                table
                    .by_digest
                    .entry(known.digest)
                    .or_insert_with(|| Arc::clone(&known)),
            );
            table.by_id.insert(kept.id.clone(), Arc::clone(&kept));
            table
        });
        kept
    }

    fn drop_keys(&self, gone: &[Arc<Known>]) {
        self.table.rcu(|table| {
            let mut table = Table::clone(table);
            for known in gone {
                table.by_digest.remove(&known.digest);
                table.by_id.remove(&known.id);
            }
            table
        });
        for known in gone {
            known.revoked.cancel();
        }
    }

    fn was_refused(&self, digest: KeyDigest, now: Timestamp) -> bool {
        self.refused
            .lock()
            .get(&digest)
            .is_some_and(|until| now.as_millisecond() < *until)
    }

    fn refuse(&self, digest: KeyDigest, now: Timestamp) {
        let mut refused = self.refused.lock();
        if refused.len() >= REFUSED {
            refused.clear();
        }
        refused.insert(digest, now.as_millisecond() + REFUSED_FOR);
    }
}

fn admit(known: &Known, now: Timestamp) -> Result<Principal, Error> {
    if !known.is_valid(now) || known.revoked.is_cancelled() {
        return Err(refusal());
    }
    known.touch(now);
    Ok(known.principal())
}

/// The same for a key that never was, one that expired and one that was revoked.
fn refusal() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "invalid_api_key",
        "the API key is not valid",
    )
}
