use keyway_store::{Reason, StoreError};
use keyway_vault::VaultError;

use crate::setup::SetupError;

/// Why the master key could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys could not be read or written.
    #[error(transparent)]
    Keys(#[from] SetupError),
    /// Something could not be sealed.
    #[error("what is stored cannot be sealed anew")]
    Vault(#[from] VaultError),
    /// Nothing was ever started here.
    #[error("there is no master key here yet")]
    NoKey,
    /// The new key has to come from whoever keeps the old one.
    #[error("{origin} has one key, and a rotation needs the new one before the old one")]
    OneKey {
        /// Where the keys come from.
        origin: &'static str,
    },
    /// The gateway that runs does not know the key that seals now.
    #[error("the gateway that runs here does not have the new master key")]
    GatewayBehind,
    /// The gateway that runs did not let go of keys that were taken away.
    #[error("the older keys are gone, and the gateway that runs here still has them in memory")]
    GatewayHolds,
    /// There is still something that only an older key opens.
    #[error("{older} sealed values still need an older key")]
    StillNeeded {
        /// How many.
        older: u64,
    },
    /// What does not open may need a key that would be taken away.
    #[error("{broken} sealed values do not open, and an older key may be what they need")]
    Broken {
        /// How many.
        broken: usize,
    },
    /// The keys are not in a file of ours.
    #[error("the older keys are in {origin}, which Keyway does not write")]
    NotOurs {
        /// Where the keys come from.
        origin: &'static str,
    },
}

impl RotationError {
    /// What the reader can do about it, where something can be done.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Store(error) if *error.reason() == Reason::Busy => {
                Some("another `keyway vault` runs; wait until it has ended")
            }
            Self::Store(_) | Self::Vault(_) => None,
            Self::Keys(error) => error.hint(),
            Self::NoKey => Some("start the gateway once: keyway serve"),
            Self::OneKey { .. } => Some(
                "make one (openssl rand -base64 32), put it before the old one with a space or a new line between them, restart the gateway, and run this again",
            ),
            Self::GatewayBehind => Some(
                "restart the gateway, so that it reads both keys, and run this again; nothing was sealed anew",
            ),
            Self::GatewayHolds => Some("restart the gateway; nothing else is left to do"),
            Self::StillNeeded { .. } => Some("run `keyway vault rotate` first"),
            Self::Broken { .. } => Some(
                "`keyway vault verify` names them; set the credentials again, or delete them, and run this again",
            ),
            Self::NotOurs { .. } => Some(
                "nothing here needs them any more: take them away there, and restart the gateway",
            ),
        }
    }
}
