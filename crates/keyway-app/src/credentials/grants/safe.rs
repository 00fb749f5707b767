use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use keyway_core::ports::{BoxFuture, Clock};
use keyway_core::{CredentialId, OrgId, Secret};
use keyway_oauth::{GrantInfo, Lock, Safe, SafeError};
use keyway_store::{NewGrant, Store, StoreError};
use keyway_vault::{Context, Vault, VaultError};
use parking_lot::Mutex;
use tokio::sync::{OwnedMutexGuard, watch};
use tokio_util::task::TaskTracker;

/// How long a process may hold a grant while it renews it. Longer than one exchange takes.
const HOLD: Duration = Duration::from_secs(30);
/// How often it is tried whether another process let go.
const TRY: Duration = Duration::from_millis(50);

/// The safe of the OAuth client: a record is what was granted for one instance, sealed by the vault in
/// its row. Names are `mcp:<organization>/<credential>`. Where it is one credential's, clients that were
/// registered for it are kept as well, as `client:<digest>`.
#[derive(Clone)]
pub(super) struct GrantSafe(Arc<Inner>, Option<Arc<Of>>);

/// The credential that clients are registered for.
struct Of {
    organization: OrgId,
    key: String,
}

struct Inner {
    store: Store,
    vault: Vault,
    clock: Arc<dyn Clock>,
    tasks: TaskTracker,
    changes: watch::Sender<()>,
    /// The fences of what this process holds.
    fences: Mutex<HashMap<String, i64>>,
    /// Of the tasks of this process one at a time asks the store.
    turns: Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>,
}

/// What the name of a record names.
struct Named {
    organization: OrgId,
    credential: CredentialId,
}

impl GrantSafe {
    pub(super) fn new(
        store: Store,
        vault: Vault,
        clock: Arc<dyn Clock>,
        tasks: TaskTracker,
    ) -> Self {
        let (changes, _) = watch::channel(());
        let inner = Inner {
            store,
            vault,
            clock,
            tasks,
            changes,
            fences: Mutex::default(),
            turns: Mutex::default(),
        };
        Self(Arc::new(inner), None)
    }

    /// The same, for a credential that clients are registered for.
    pub(super) fn registering(&self, organization: &OrgId, key: &str) -> Self {
        let of = Of {
            organization: organization.clone(),
            key: key.to_owned(),
        };
        Self(Arc::clone(&self.0), Some(Arc::new(of)))
    }

    /// The credential whose registered client this names, and the row of it.
    fn registered(&self, name: &str) -> Option<(&Of, String)> {
        let of = self.1.as_deref().filter(|_| name.starts_with("client:"))?;
        Some((of, format!("{}/{}/{name}", of.organization, of.key)))
    }

    /// Something was written, here or elsewhere.
    pub(super) fn announce(&self) {
        self.0.changes.send_replace(());
    }

    fn turn(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.turns.lock();
        if let Some(turn) = turns.get(name).and_then(Weak::upgrade) {
            return turn;
        }
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        turns.insert(name.to_owned(), Arc::downgrade(&turn));
        turn
    }

    async fn hold(&self, name: &str) -> Result<Lock, SafeError> {
        let inner = &self.0;
        if let Some((_, row)) = self.registered(name) {
            // Of two processes that register at once the last one's client is kept; both are good.
            return Ok(Box::new(self.turn(&row).lock_owned().await));
        }
        let named = Named::read(name)?;
        let turn = self.turn(name).lock_owned().await;
        loop {
            let now = inner.clock.now();
            let until = now.checked_add(HOLD).unwrap_or(now);
            let store = &inner.store;
            let held = store.hold_grant(&named.organization, &named.credential, now, until);
            if let Some(fence) = held.await.map_err(|error| failed(&error))? {
                inner.fences.lock().insert(name.to_owned(), fence);
                return Ok(Box::new(Held {
                    safe: self.clone(),
                    name: name.to_owned(),
                    fence,
                    _turn: turn,
                }));
            }
            let there = store.sealed_grant(&named.organization, &named.credential);
            if there.await.map_err(|error| failed(&error))?.is_none() {
                // Nothing that anybody could write to.
                return Ok(Box::new(turn));
            }
            tokio::time::sleep(TRY).await;
        }
    }
}

impl GrantSafe {
    async fn client(&self, of: &Of, row: &str) -> Result<Option<Secret<Vec<u8>>>, SafeError> {
        let sealed = self.0.store.credential_client(&of.organization, row).await;
        let Some(sealed) = sealed.map_err(|error| failed(&error))? else {
            return Ok(None);
        };
        // One that cannot be opened is registered anew.
        Ok(self.0.vault.open(&of.place(row), &sealed).ok())
    }

    async fn put_client(
        &self,
        of: &Of,
        row: &str,
        value: &Secret<Vec<u8>>,
    ) -> Result<(), SafeError> {
        let sealed = self.0.vault.seal(&of.place(row), value.expose());
        let sealed = sealed.map_err(|error| SafeError::Io(error.to_string()))?;
        let store = &self.0.store;
        let put = store.put_credential_client(&of.organization, &of.key, row, &sealed);
        put.await.map_err(|error| failed(&error))
    }
}

impl Of {
    /// The place of what is sealed of a registered client.
    fn place<'a>(&'a self, row: &'a str) -> Context<'a> {
        Context {
            organization: self.organization.as_str(),
            table: "credential_clients",
            column: "sealed",
            row,
        }
    }
}

/// A grant that is held; letting go of it is written down behind whoever held it.
struct Held {
    safe: GrantSafe,
    name: String,
    fence: i64,
    _turn: OwnedMutexGuard<()>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.safe.0.fences.lock().remove(&self.name);
        let (safe, fence) = (self.safe.clone(), self.fence);
        let Ok(named) = Named::read(&self.name) else {
            return;
        };
        self.safe.0.tasks.spawn(async move {
            let store = &safe.0.store;
            let (organization, credential) = (&named.organization, &named.credential);
            let done = store.let_go_of_grant(organization, credential, fence);
            if let Err(error) = done.await {
                tracing::debug!(%error, "a grant is held until its time is over");
            }
        });
    }
}

impl Safe for GrantSafe {
    fn read<'a>(
        &'a self,
        name: &'a str,
    ) -> BoxFuture<'a, Result<Option<Secret<Vec<u8>>>, SafeError>> {
        Box::pin(async move {
            if let Some((of, row)) = self.registered(name) {
                return self.client(of, &row).await;
            }
            let Named {
                organization,
                credential,
            } = Named::read(name)?;
            let sealed = self.0.store.sealed_grant(&organization, &credential).await;
            let Some(sealed) = sealed.map_err(|error| failed(&error))? else {
                return Ok(None);
            };
            let opened = self
                .0
                .vault
                .open(&place(&organization, &credential), &sealed);
            let opened = opened.map_err(|_| {
                SafeError::Corrupt(String::from("what is stored of it cannot be opened"))
            })?;
            Ok(Some(opened))
        })
    }

    fn write<'a>(
        &'a self,
        name: &'a str,
        value: Secret<Vec<u8>>,
    ) -> BoxFuture<'a, Result<(), SafeError>> {
        Box::pin(async move {
            if let Some((of, row)) = self.registered(name) {
                return self.put_client(of, &row, &value).await;
            }
            let Named {
                organization,
                credential,
            } = Named::read(name)?;
            let inner = &self.0;
            let fence = inner.fences.lock().get(name).copied();
            let fence = fence.ok_or_else(|| SafeError::Io(String::from("nobody holds it")))?;
            let info = GrantInfo::of_record(name, value.expose());
            let info = info.ok_or_else(|| SafeError::Io(String::from("it is no grant")))?;
            let sealed = seal_grant(&inner.vault, &organization, &credential, &value);
            let sealed = sealed.map_err(|error| SafeError::Io(error.to_string()))?;
            let grant = new_grant(sealed, &info);
            let now = inner.clock.now();
            let (store, organization) = (&inner.store, &organization);
            let written = store.replace_grant(organization, &credential, fence, &grant, now);
            if !written.await.map_err(|error| failed(&error))? {
                return Err(SafeError::Io(String::from("somebody else renewed it")));
            }
            self.announce();
            Ok(())
        })
    }

    fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<bool, SafeError>> {
        Box::pin(async move {
            let Some((of, row)) = self.registered(name) else {
                // A grant goes with the row of its instance.
                return Ok(false);
            };
            let store = &self.0.store;
            let removed = store.delete_credential_client(&of.organization, &row).await;
            removed.map_err(|error| failed(&error))
        })
    }

    fn names(&self) -> BoxFuture<'_, Result<Vec<String>, SafeError>> {
        // Nobody lists the grants of all organizations.
        Box::pin(async { Ok(Vec::new()) })
    }

    fn lock<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Lock, SafeError>> {
        Box::pin(self.hold(name))
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let mut changes = self.0.changes.subscribe();
            // The sender lives as long as the safe.
            let _ = changes.changed().await;
        })
    }
}

impl Named {
    fn read(name: &str) -> Result<Self, SafeError> {
        let parts = name
            .strip_prefix("mcp:")
            .and_then(|rest| rest.split_once('/'));
        let read = |(organization, credential): (&str, &str)| {
            Some(Self {
                organization: organization.parse().ok()?,
                credential: credential.parse().ok()?,
            })
        };
        let wrong = || SafeError::Io(String::from("no such record is kept here"));
        parts.and_then(read).ok_or_else(wrong)
    }
}

/// The place of what is sealed of a grant.
fn place<'a>(organization: &'a OrgId, credential: &'a CredentialId) -> Context<'a> {
    Context {
        organization: organization.as_str(),
        table: "credential_grants",
        column: "sealed",
        row: credential.as_str(),
    }
}

/// Seals the record of a grant for its row.
pub(in crate::credentials) fn seal_grant(
    vault: &Vault,
    organization: &OrgId,
    credential: &CredentialId,
    record: &Secret<Vec<u8>>,
) -> Result<Vec<u8>, VaultError> {
    vault.seal(&place(organization, credential), record.expose())
}

/// A grant as it is stored.
pub(in crate::credentials) fn new_grant(sealed: Vec<u8>, info: &GrantInfo) -> NewGrant {
    NewGrant {
        sealed,
        expires_at: info.expires_at,
        renewable: info.renewable,
        refused: info.refused,
    }
}

fn failed(error: &StoreError) -> SafeError {
    SafeError::Io(error.to_string())
}
