use std::sync::Arc;

use keyway_core::ports::{Clock, Random};
use keyway_core::{Actor, OrgId, Secret, UserId};
use keyway_store::{
    FirstRows, FirstStart, KEY_CHECK, Member, Organization, Role, ServerTools, Store, StoreError,
};
use keyway_vault::{Vault, VaultError};

use super::{MasterKeySource, SetupError};
use crate::keys::new_key;
use crate::rotation::ring;

/// The slug of the first organization.
pub const ORGANIZATION: &str = "default";

/// What is ready after a start.
#[derive(Debug)]
pub struct Ready {
    /// The first organization.
    pub organization: OrgId,
    /// The first API key, on the first start only. This is the only moment it is known.
    pub first_key: Option<Secret<String>>,
    /// Seals and opens secrets.
    pub vault: Vault,
    /// How often the master keys had changed before they were read.
    pub key_epoch: i64,
    /// What is decided about MCP servers, of every organization, and where the change counter stood
    /// before it was read.
    pub server_tools: (Vec<ServerTools>, i64),
}

/// Makes what a fresh data directory lacks: the master key (unless it comes from elsewhere), the
/// organization `default`, its owner, and one API key. Changes nothing where it is all there, and
/// refuses, having changed nothing, where the master key does not belong to the data.
pub async fn first_start(
    store: &Store,
    clock: &dyn Clock,
    random: &Arc<dyn Random>,
    master_key: &MasterKeySource,
) -> Result<Ready, SetupError> {
    let key_epoch = store.key_epoch().await?;
    let tools_epoch = store.server_tools_epoch().await?;
    let server_tools = (store.server_tools_since(0).await?, tools_epoch);
    let vault = open_vault(store, random, master_key).await?;
    if let Some(found) = organization(store).await? {
        return Ok(Ready {
            organization: found.id,
            first_key: None,
            vault,
            key_epoch,
            server_tools,
        });
    }
    let now = clock.now();
    let organization = Organization {
        id: OrgId::generate(clock, &**random),
        slug: ORGANIZATION.to_owned(),
        name: "Default".to_owned(),
        created_at: now,
        revision: 1,
    };
    let owner = Member {
        id: UserId::generate(clock, &**random),
        name: "Owner".to_owned(),
        email: None,
        role: Role::Owner,
        created_at: now,
        disabled_at: None,
        revision: 1,
    };
    let name = "first key".to_owned();
    let (key, row) = new_key(clock, &**random, Actor::User(owner.id.clone()), name, now);
    let rows = FirstRows {
        organization,
        owner,
        api_key: row,
    };
    let (organization, first_key) = match store.first_start(&rows).await? {
        FirstStart::Made => (rows.organization.id, Some(key.secret().clone())),
        FirstStart::Before(found) => (found.id, None),
    };
    Ok(Ready {
        organization,
        first_key,
        vault,
        key_epoch,
        server_tools,
    })
}

/// The first organization, once there has been a first start.
pub async fn organization(store: &Store) -> Result<Option<Organization>, StoreError> {
    store.organization(ORGANIZATION).await
}

async fn open_vault(
    store: &Store,
    random: &Arc<dyn Random>,
    source: &MasterKeySource,
) -> Result<Vault, SetupError> {
    let proof = store.fact(KEY_CHECK).await?;
    let keys = match (source.load().await?, &proof) {
        (Some(keys), _) => keys,
        (None, None) => source.make(&**random).await?,
        (None, Some(_)) => {
            return Err(SetupError::KeyMissing {
                file: source.file.clone(),
            });
        }
    };
    let vault = Vault::new(ring(store, random, keys).await?, Arc::clone(random));
    let proof = match proof {
        Some(proof) => proof,
        None => store.record_fact(KEY_CHECK, &vault.key_check()?).await?,
    };
    match vault.check_key(&proof) {
        Ok(()) => Ok(vault),
        Err(VaultError::UnknownKey) => Err(SetupError::KeyWrong),
        Err(error) => Err(error.into()),
    }
}
