//! The first start, and every start after it: the master key, the first organization, its owner
//! and the owner's API key.

mod error;
mod first;
mod key_file;
mod master_key;

pub use error::SetupError;
pub use first::{ORGANIZATION, Ready, first_start, organization};
pub use master_key::MasterKeySource;
