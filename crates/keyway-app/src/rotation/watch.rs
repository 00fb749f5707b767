use std::sync::Arc;
use std::time::Duration;

use keyway_core::ports::Random;
use keyway_store::{KEY_CHECK, Store, StoreError};
use keyway_vault::Vault;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::{RotationError, ring};
use crate::setup::{MasterKeySource, SetupError};

/// The name of the fact that tells which keys the gateway that runs has, after the number of the
/// change it read them at.
pub(super) const SERVING: &str = "serving_keys";

/// How often the change counter is read.
const LOOK: Duration = Duration::from_secs(1);

/// Keeps the keys of a gateway that runs as they are kept, and says so to who changes them.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "holds the vault")]
pub struct KeyWatch {
    /// The rows.
    pub store: Store,
    /// What seals.
    pub vault: Vault,
    /// Where the keys are kept.
    pub source: MasterKeySource,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// How often the keys had changed before they were read.
    pub seen: i64,
}

/// Which keys a vault has, as it is told.
pub(super) fn told(vault: &Vault) -> String {
    let ids = vault.key_ids();
    let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
    ids.join(" ")
}

impl KeyWatch {
    /// Says which keys this gateway begins with.
    ///
    /// # Errors
    ///
    /// The store fails.
    pub async fn announce(&self) -> Result<(), StoreError> {
        let (epoch, keys) = (self.seen, told(&self.vault));
        let told = format!("{epoch} {keys}");
        self.store.set_fact(SERVING, told.as_bytes()).await
    }

    /// Reads the keys again whenever they changed, until `shutdown`. Keys that cannot be read, or do
    /// not belong to the data, change nothing.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut warned = None;
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            let epoch = match self.store.key_epoch().await {
                Ok(epoch) if epoch != self.seen => epoch,
                Ok(_) | Err(_) => continue,
            };
            match self.reload(epoch).await {
                Ok(()) => {
                    tracing::info!(keys = told(&self.vault), "read the master keys again");
                }
                // Once for each change: it is tried again until it works.
                Err(error) if warned != Some(epoch) => {
                    warned = Some(epoch);
                    tracing::error!(%error, "the changed master keys cannot be used; the old ones stay");
                }
                Err(_) => {}
            }
        }
    }

    async fn reload(&mut self, epoch: i64) -> Result<(), RotationError> {
        let keys = self.source.load().await?.ok_or(RotationError::NoKey)?;
        let keys = ring(&self.store, &self.random, keys).await?;
        let proof = self.store.fact(KEY_CHECK).await?;
        let tried = Vault::new(keys, Arc::clone(&self.random));
        let belongs = proof.is_none_or(|proof| tried.check_key(&proof).is_ok());
        if !belongs {
            return Err(SetupError::KeyWrong.into());
        }
        self.vault.share_keys_of(&tried);
        self.seen = epoch;
        self.announce().await?;
        Ok(())
    }
}
