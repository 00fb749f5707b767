//! Secrets at rest, and signatures. Bytes in, bytes out: this crate reads no file, no clock and no environment.
//!
//! Each record is sealed with a data key of its own, which is sealed in turn with the master key
//! (envelope encryption). Both bind the record to its place: organization, table, column and row.
//! A sealed value that is moved to another place does not open there.
//!
//! ```
//! use std::sync::Arc;
//! use keyway_vault::{Context, KeyRing, MasterKey, Vault, random::SystemRandom};
//!
//! let key = MasterKey::generate(&SystemRandom);
//! let vault = Vault::new(KeyRing::new(key), Arc::new(SystemRandom));
//! let place = Context { organization: "org_1", table: "credentials", column: "token", row: "c1" };
//! let sealed = vault.seal(&place, b"hunter2")?;
//! assert_eq!(vault.open(&place, &sealed)?.expose(), b"hunter2");
//! let elsewhere = Context { organization: "org_2", ..place };
//! assert!(vault.open(&elsewhere, &sealed).is_err());
//! # Ok::<(), keyway_vault::VaultError>(())
//! ```

mod aead;
mod context;
mod error;
mod key_ring;
mod master_key;
pub mod random;
mod record;
mod signing;
mod token;
mod vault;

pub use context::Context;
pub use error::VaultError;
pub use key_ring::KeyRing;
pub use master_key::{BadMasterKey, KeyId, MasterKey};
pub use signing::{BadKeyId, BadVerifyingKey, Signature, VerifyingKey};
pub use vault::Vault;
