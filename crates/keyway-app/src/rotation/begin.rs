use std::time::Duration;

use keyway_store::{RotationLock, announced};
use keyway_vault::{KeyId, MasterKey};

use super::{Rotation, RotationError, ring, watch};

/// How long the gateway that runs may take to read the new key. It looks every second.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often it is looked whether it has.
const PACE: Duration = Duration::from_millis(100);

/// A rotation that goes on: nobody else can begin one while this lives.
#[derive(Debug)]
pub struct Begun {
    /// The key that everything is sealed with from here on.
    pub current: KeyId,
    /// The key was made just now; else one begun before goes on.
    pub made: bool,
    _lock: RotationLock,
}

impl Rotation {
    /// Makes the new key and puts it before the old one, unless there is a new one already; then
    /// waits until the gateway that runs, if one does, has it.
    ///
    /// # Errors
    ///
    /// [`RotationError::OneKey`] where the keys are kept elsewhere and there is no new one;
    /// [`RotationError::GatewayBehind`].
    pub async fn begin(&self) -> Result<Begun, RotationError> {
        let lock = RotationLock::take(&self.database)?;
        let mut keys = self.source.load().await?.ok_or(RotationError::NoKey)?;
        let made = keys.len() < 2;
        if made {
            if self.source.own_file().is_none() {
                let origin = self.source.origin();
                return Err(RotationError::OneKey { origin });
            }
            keys.insert(0, MasterKey::generate(&*self.random));
            self.source.write(&keys)?;
        }
        self.vault
            .replace_keys(ring(&self.store, &self.random, keys).await?);
        let current = self.vault.current_key();
        // Whoever keeps the keys may take one back that was retired before.
        self.store.reinstate_keys(&[current.to_string()]).await?;
        self.store.bump_key_epoch().await?;
        if !self.gateway_has_them().await? {
            return Err(RotationError::GatewayBehind);
        }
        Ok(Begun {
            current,
            made,
            _lock: lock,
        })
    }

    /// Waits until the gateway that runs here has the same keys, and answers whether it has. Without
    /// one there is nothing to wait for: it reads them when it starts.
    pub(super) async fn gateway_has_them(&self) -> Result<bool, RotationError> {
        let (epoch, wanted) = (self.store.key_epoch().await?, watch::told(&self.vault));
        let waiting = async {
            while announced(&self.database).is_some() {
                let told = self.store.fact(watch::SERVING).await?.unwrap_or_default();
                let told = String::from_utf8_lossy(&told);
                let (at, keys) = told.split_once(' ').unwrap_or_default();
                if keys == wanted {
                    break;
                }
                // It read them again, and they were others.
                if at.parse().is_ok_and(|at: i64| at >= epoch) {
                    return Ok(false);
                }
                tokio::time::sleep(PACE).await;
            }
            Ok(true)
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or(Ok(false))
    }
}
