use std::path::PathBuf;

use keyway_store::StoreError;
use keyway_vault::{BadMasterKey, VaultError};

/// Why a gateway cannot start with this data directory and this master key.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is data, and no key to read it with.
    #[error("there is data in this directory, and its master key is missing: {} is not there", file.display())]
    KeyMissing {
        /// Where the key was looked for.
        file: PathBuf,
    },
    /// The data belongs to another key.
    #[error("the data in this directory was sealed with another master key")]
    KeyWrong,
    /// Others than the owner may read the key file.
    #[error("the master key file {} can be read by others than its owner (mode {mode:03o})", file.display())]
    KeyReadable {
        /// The file.
        file: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The text is not a master key.
    #[error("the master key from {origin} is not one")]
    KeyMalformed {
        /// Where it came from.
        origin: String,
        /// What is wrong with it.
        source: BadMasterKey,
    },
    /// The key file could not be read or written.
    #[error("cannot {doing} the master key file {}", file.display())]
    KeyFile {
        /// `read`, `write`
        doing: &'static str,
        /// The file.
        file: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// The command that prints the key failed. What it printed is not repeated.
    #[error("the master key command {program} failed: {reason}")]
    KeyCommand {
        /// The program.
        program: String,
        /// What happened.
        reason: String,
    },
    /// The vault failed.
    #[error("the master key cannot be used")]
    Vault(#[from] VaultError),
}

impl SetupError {
    /// What the reader can do about it, where something can be done.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::KeyMissing { .. } => Some(
                "put the key file back, or set KEYWAY_MASTER_KEY; nothing was changed. Without the key the sealed data is lost: to start afresh, use another data directory",
            ),
            Self::KeyWrong => Some(
                "use the key this data directory was made with, or another data directory; nothing was changed",
            ),
            Self::KeyReadable { .. } => Some("take the permissions away: chmod 600"),
            Self::KeyMalformed { .. } => {
                Some("a master key is 32 random bytes in base64: openssl rand -base64 32")
            }
            _ => None,
        }
    }
}
