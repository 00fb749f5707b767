use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use keyway_core::credential::Fields;
use keyway_core::{CredentialId, Error, OrgId, ProjectId};
use keyway_store::{Store, StoreError};
use keyway_vault::Vault;
use parking_lot::{Mutex, RwLock};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::instance::{Instance, open};
use super::uses::Uses;
use super::{Grants, error};

/// How often the change counter is read: what another process changed counts here within this time.
const LOOK: Duration = Duration::from_secs(1);
/// After how many looks the last uses are written down.
const LOOKS_PER_RECORD: u32 = 30;
/// For how many keys of organizations instances are held.
const MOST: usize = 10_000;

/// The instances that were used lately, opened: the next lease costs two looks into tables.
pub(crate) struct Held {
    store: Store,
    vault: Vault,
    table: RwLock<Table>,
    pub(super) uses: Uses,
    /// Grows whenever something may have changed.
    changes: watch::Sender<u64>,
}

#[derive(Default)]
struct Table {
    /// Grows whenever everything is let go of, so that what was read before is not held after.
    generation: u64,
    known: HashMap<OrgId, HashMap<String, Arc<Known>>>,
    projects: HashMap<OrgId, HashMap<String, ProjectId>>,
    size: usize,
}

/// The instances of one key of one organization.
pub(super) struct Known {
    pub(super) instances: Vec<Instance>,
    opened: Mutex<HashMap<CredentialId, Fields>>,
}

impl Held {
    pub(crate) fn new(store: Store, vault: Vault) -> Self {
        Self {
            store,
            vault,
            table: RwLock::default(),
            uses: Uses::default(),
            changes: watch::Sender::new(0),
        }
    }

    /// The instances of a key.
    pub(super) async fn of(&self, organization: &OrgId, key: &str) -> Result<Arc<Known>, Error> {
        let generation = {
            let table = self.table.read();
            let found = table.known.get(organization).and_then(|of| of.get(key));
            if let Some(known) = found {
                return Ok(Arc::clone(known));
            }
            table.generation
        };
        let stored = self.store.credentials_of(organization, Some(key)).await?;
        let known = Arc::new(Known {
            instances: stored.iter().map(Instance::from).collect(),
            opened: Mutex::default(),
        });
        let mut table = self.table.write();
        if table.generation == generation {
            if table.size >= MOST {
                table.clear();
            }
            table.size += 1;
            let of = table.known.entry(organization.clone()).or_default();
            of.insert(key.to_owned(), Arc::clone(&known));
        }
        Ok(known)
    }

    /// The fields of an instance, opened once.
    pub(super) async fn fields(
        &self,
        organization: &OrgId,
        known: &Known,
        id: &CredentialId,
    ) -> Result<Option<Fields>, Error> {
        if let Some(fields) = known.opened.lock().get(id) {
            return Ok(Some(fields.clone()));
        }
        let Some((sealed, _)) = self.store.sealed_credential(organization, id).await? else {
            return Ok(None);
        };
        let fields = open(&self.vault, organization, id, &sealed)
            .map_err(|source| error::unreadable().with_source(source))?;
        known.opened.lock().insert(id.clone(), fields.clone());
        Ok(Some(fields))
    }

    /// A project of the organization by its slug.
    pub(super) async fn project(
        &self,
        organization: &OrgId,
        slug: &str,
    ) -> Result<Option<ProjectId>, Error> {
        let generation = {
            let table = self.table.read();
            let found = table.projects.get(organization).and_then(|of| of.get(slug));
            if let Some(project) = found {
                return Ok(Some(project.clone()));
            }
            table.generation
        };
        let found = self.store.project_by_slug(organization, slug).await?;
        let Some(project) = found.map(|project| project.id) else {
            return Ok(None);
        };
        let mut table = self.table.write();
        if table.generation == generation {
            let of = table.projects.entry(organization.clone()).or_default();
            of.insert(slug.to_owned(), project.clone());
        }
        Ok(Some(project))
    }

    /// Lets go of everything: something changed.
    pub(super) fn forget(&self) {
        self.table.write().clear();
        self.changes.send_modify(|changes| *changes += 1);
    }

    /// Keeps in mind that instances were used.
    pub(crate) fn used(&self, instances: &[CredentialId], at: jiff::Timestamp) {
        self.uses.record(instances, at, &Ok(()));
    }

    /// Tells of every time something may have changed.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Every instance of a key, with the revision it has.
    pub(crate) async fn revisions(
        &self,
        organization: &OrgId,
        key: &str,
    ) -> Result<Vec<(CredentialId, i64)>, Error> {
        let known = self.of(organization, key).await?;
        let each = known.instances.iter();
        Ok(each.map(|one| (one.id.clone(), one.revision)).collect())
    }

    async fn record_uses(&self) -> Result<(), StoreError> {
        let uses = self.uses.take();
        if uses.is_empty() {
            return Ok(());
        }
        self.store.record_credential_uses(&uses).await
    }
}

impl Table {
    fn clear(&mut self) {
        *self = Self {
            generation: self.generation + 1,
            ..Self::default()
        };
    }
}

/// Keeps what is held true to the store until `shutdown`, then writes down the last uses.
pub(crate) async fn watch(held: Arc<Held>, grants: Arc<Grants>, shutdown: CancellationToken) {
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut failing, mut looks, mut seen, mut seen_grants) = (false, 0u32, None, None);
    while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
        looks = looks.wrapping_add(1);
        let looked = async {
            let epoch = held.store.credential_epoch().await?;
            if seen.replace(epoch) != Some(epoch) {
                held.forget();
            }
            let epoch = held.store.credential_grant_epoch().await?;
            if seen_grants.replace(epoch) != Some(epoch) {
                grants.changed();
            }
            if looks.is_multiple_of(LOOKS_PER_RECORD) {
                held.record_uses().await?;
            }
            Ok::<_, StoreError>(())
        };
        match looked.await {
            Ok(()) => failing = false,
            Err(error) if failing => tracing::debug!(%error, "credentials are still not refreshed"),
            Err(error) => {
                failing = true;
                tracing::warn!(%error, "credentials are not refreshed: revoked ones may still be used");
            }
        }
    }
    if let Err(error) = held.record_uses().await {
        tracing::warn!(%error, "the last uses of credentials are not written down");
    }
}
