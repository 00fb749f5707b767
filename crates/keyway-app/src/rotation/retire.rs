use keyway_store::RotationLock;
use keyway_vault::KeyId;

use super::ring::keep_public;
use super::{Progress, Rotation, RotationError, ring};

impl Rotation {
    /// Takes every key but the current one away, once nothing needs them: all that is sealed is
    /// opened first. Of each its public signing key stays, so that what it signed can be checked. The
    /// gateway that runs has let go of them when this returns. Answers which are gone.
    ///
    /// # Errors
    ///
    /// [`RotationError::StillNeeded`], [`RotationError::Broken`]: nothing was changed.
    /// [`RotationError::NotOurs`]: whoever keeps the keys may take the older ones away.
    pub async fn retire(
        &self,
        progress: impl FnMut(Progress),
    ) -> Result<Vec<KeyId>, RotationError> {
        let _lock = RotationLock::take(&self.database)?;
        let mut keys = self.source.load().await?.ok_or(RotationError::NoKey)?;
        let all = ring(&self.store, &self.random, keys.clone()).await?;
        self.vault.replace_keys(all);
        let gone = keys.split_off(1);
        if gone.is_empty() {
            return Ok(Vec::new());
        }
        // First of all, so that what is true when everything was opened stays true: a command that
        // began before the rotation stores nothing from here on.
        let ids: Vec<_> = gone.iter().map(|key| key.id().to_string()).collect();
        self.store.retire_keys(&ids).await?;
        if let Err(needed) = self.needs_none(progress).await {
            self.store.reinstate_keys(&ids).await?;
            return Err(needed);
        }
        // What they signed is checked with what is kept here, wherever the keys themselves are.
        keep_public(&self.store, &self.vault).await?;
        if self.source.own_file().is_none() {
            let origin = self.source.origin();
            return Err(RotationError::NotOurs { origin });
        }
        self.source.write(&keys)?;
        self.vault
            .replace_keys(ring(&self.store, &self.random, keys).await?);
        self.store.bump_key_epoch().await?;
        if !self.gateway_has_them().await? {
            return Err(RotationError::GatewayHolds);
        }
        Ok(gone.iter().map(keyway_vault::MasterKey::id).collect())
    }

    /// Nothing that is stored needs an older key.
    async fn needs_none(&self, progress: impl FnMut(Progress)) -> Result<(), RotationError> {
        let checked = self.verify(progress).await?;
        if !checked.is_rotated() {
            let older = checked.older;
            return Err(RotationError::StillNeeded { older });
        }
        if !checked.broken.is_empty() {
            let broken = checked.broken.len();
            return Err(RotationError::Broken { broken });
        }
        Ok(())
    }
}
