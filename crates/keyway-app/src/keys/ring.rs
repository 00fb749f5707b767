use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use keyway_core::ports::Clock;
use keyway_core::{Error, GrantId, Kind, Principal, Subject};
use keyway_store::{Store, StoreError};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::known::{Holder, Known, KnownGrant};
use super::table::Table;
use super::{KeyDigest, SecretText, TokenKind};

/// The most refused keys that are remembered.
const REFUSED: usize = 1024;
/// How long a refusal is remembered, in milliseconds. It ends sooner when any key changes.
const REFUSED_FOR: i64 = 5_000;
/// For how many grants the store is asked at once.
const BATCH: usize = 500;
/// After how many milliseconds without a use a grant is let go of; streams that hang on it end.
const IDLE: i64 = 24 * 60 * 60 * 1_000;

/// Every valid API key and access token that came in, so that the next time costs a hash and a look
/// into a table.
pub(crate) struct KeyRing {
    store: Store,
    clock: Arc<dyn Clock>,
    table: Table,
    refused: Mutex<HashMap<KeyDigest, i64>>,
    /// One refresh at a time; holds the change counter it ended with.
    refreshing: tokio::sync::Mutex<i64>,
}

impl KeyRing {
    pub(crate) fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            table: Table::default(),
            refused: Mutex::default(),
            refreshing: tokio::sync::Mutex::new(0),
        }
    }

    /// Who comes in with `bearer` at `resource`. An API key is good everywhere, an access token at
    /// the resource it was issued for and nowhere else; without a resource none is.
    pub(crate) async fn authenticate(
        &self,
        bearer: &str,
        resource: Option<&str>,
    ) -> Result<Principal, Error> {
        let now = self.clock.now();
        let digest = KeyDigest::of(bearer);
        let known = |known: &Known| admit(known, resource, now);
        if let Some(answer) = self.table.with(&digest, known) {
            return answer;
        }
        if SecretText::parse(TokenKind::Access, bearer).is_ok() {
            return self.token(digest, resource, now).await;
        }
        SecretText::parse(TokenKind::ApiKey, bearer).map_err(|error| {
            bad_key()
                .with_hint("a key starts with `kw_`, an access token with `kwa_`")
                .with_source(error)
        })?;
        if self.was_refused(digest, now) {
            return Err(bad_key());
        }
        let found = self.store.credential(&digest.to_hex()).await?;
        let Some(found) = found.filter(|found| found.expires_at.is_none_or(|end| end > now)) else {
            self.refuse(digest, now);
            return Err(bad_key());
        };
        let known = self.table.keep(Known::key(digest, &found));
        admit(&known, resource, now)
    }

    async fn token(
        &self,
        digest: KeyDigest,
        resource: Option<&str>,
        now: Timestamp,
    ) -> Result<Principal, Error> {
        if self.was_refused(digest, now) {
            return Err(bad_token());
        }
        let Some(found) = self.store.access_token(&digest.to_hex(), now).await? else {
            self.refuse(digest, now);
            return Err(bad_token());
        };
        let grant = self.table.grant(&found);
        let known = self.table.keep(Known::token(digest, &found, grant));
        admit(&known, resource, now)
    }

    /// Cancelled once the key, or the grant of the token, behind `who` stops being valid. Who has
    /// neither never is.
    pub(crate) fn revoked(&self, who: &Principal) -> CancellationToken {
        let held = matches!(
            who.subject(),
            Subject::ApiKey { .. } | Subject::Token { .. }
        );
        if !held {
            return CancellationToken::new();
        }
        self.table.revoked(who.subject()).unwrap_or_else(|| {
            let gone = CancellationToken::new();
            gone.cancel();
            gone
        })
    }

    /// `who` with the role and scopes that are known of their key or grant.
    pub(crate) fn now(&self, who: &Principal) -> Option<Principal> {
        self.table.now(who)
    }

    /// True when an access token with this digest came in here.
    pub(crate) fn has_seen(&self, digest: &KeyDigest) -> bool {
        self.table.with(digest, |_| ()).is_some()
    }

    /// Lets go of every key and token that expired, was revoked, or lost its owner, in this process
    /// or any other. Cheap while nothing changed.
    pub(crate) async fn refresh(&self) -> Result<(), StoreError> {
        let mut seen = self.refreshing.lock().await;
        let epoch = self.store.auth_epoch().await?;
        if *seen != epoch {
            self.refused.lock().clear();
            *seen = epoch;
        }
        let now = self.clock.now();
        self.refresh_grants(epoch, now).await?;
        let wanted = |known: &Known| known.is_older_than(epoch) || !known.is_valid(now);
        let mut gone = Vec::new();
        for known in self.table.pick(wanted) {
            if !known.is_valid(now) {
                gone.push(known);
            } else if matches!(known.holder, Holder::Key { .. }) {
                match self.store.credential(&known.digest.to_hex()).await? {
                    Some(found) => known.update(&found),
                    None => gone.push(Arc::clone(&known)),
                }
                if !known.is_valid(now) {
                    gone.push(known);
                }
            }
        }
        self.table.drop_known(&gone);
        Ok(())
    }

    /// Lets go of the grants that are no longer valid, and of those nobody uses any more.
    async fn refresh_grants(&self, epoch: i64, now: Timestamp) -> Result<(), StoreError> {
        let idle = now.as_millisecond() - IDLE;
        let older = |known: &KnownGrant| known.is_older_than(epoch);
        let mut asked: HashMap<GrantId, Arc<KnownGrant>> = HashMap::new();
        for grant in self.table.pick_grants(older) {
            asked.insert(grant.id.clone(), grant);
        }
        // A token may have been read before its grant was, which is known longer.
        let tokens = self.table.pick(|known| {
            known.is_older_than(epoch) && matches!(known.holder, Holder::Token { .. })
        });
        for known in &tokens {
            if let Holder::Token { grant, .. } = &known.holder {
                asked.insert(grant.id.clone(), Arc::clone(grant));
            }
        }
        let ids: Vec<_> = asked.keys().cloned().collect();
        let mut standing = HashMap::new();
        for some in ids.chunks(BATCH) {
            for found in self.store.oauth_grants_standing(some, now).await? {
                standing.insert(found.grant.clone(), found);
            }
        }
        let mut gone = self.table.pick_grants(|known| known.used() < idle);
        for (id, grant) in asked {
            match standing.get(&id) {
                Some(found) => grant.stand(found),
                None => gone.push(grant),
            }
        }
        for known in tokens {
            if let Holder::Token { grant, .. } = &known.holder
                && let Some(found) = standing.get(&grant.id)
            {
                known.stand(found);
            }
        }
        self.table.drop_grants(&gone);
        Ok(())
    }

    /// Writes down when keys and grants were last used.
    pub(crate) async fn record_uses(&self) -> Result<(), StoreError> {
        let keys = self
            .table
            .pick(|known| matches!(known.holder, Holder::Key { .. }));
        let uses: Vec<_> = keys.iter().filter_map(|known| known.unrecorded()).collect();
        if !uses.is_empty() {
            self.store.record_uses(&uses).await?;
        }
        let grants = self.table.pick_grants(|_| true);
        let uses: Vec<_> = grants
            .iter()
            .filter_map(|known| known.unrecorded())
            .collect();
        if !uses.is_empty() {
            self.store.record_grant_uses(&uses).await?;
        }
        Ok(())
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

fn admit(known: &Known, resource: Option<&str>, now: Timestamp) -> Result<Principal, Error> {
    let usable = known.is_valid(now) && !known.revoked().is_cancelled();
    match &known.holder {
        Holder::Key { .. } if !usable => return Err(bad_key()),
        Holder::Token { resource: own, .. } if !usable || resource != Some(&**own) => {
            return Err(bad_token());
        }
        _ => {}
    }
    known.touch(now);
    Ok(known.principal())
}

/// The same for a key that never was, one that expired and one that was revoked.
fn bad_key() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "invalid_api_key",
        "the API key is not valid",
    )
}

/// The same for a token that never was, one that expired, was revoked, or is for another resource.
fn bad_token() -> Error {
    Error::new(
        Kind::Unauthenticated,
        "invalid_token",
        "the access token is unknown, expired, revoked or for another resource",
    )
    .with_hint("sign in again")
}
