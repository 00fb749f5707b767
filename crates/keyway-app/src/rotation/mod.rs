//! Changing the master key while calls run: a new key, everything sealed anew, the old key taken
//! away. ADR 0031.

mod begin;
mod error;
mod report;
mod reseal;
mod retire;
mod ring;
mod verify;
mod watch;

use std::path::PathBuf;
use std::sync::Arc;

use keyway_core::ports::Random;
use keyway_store::{SECRET_COLUMNS, SecretColumn, Store};
use keyway_vault::{Context, Vault};

pub use begin::Begun;
pub use error::RotationError;
pub use report::{Broken, Checked, Progress, Resealed};
pub use watch::KeyWatch;

pub(crate) use ring::ring;

use crate::setup::MasterKeySource;

/// How many sealed values are read and replaced at once.
const BATCH: u32 = 50;

/// The rotation of the master key of one data directory.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "holds the vault")]
pub struct Rotation {
    /// The rows.
    pub store: Store,
    /// Where the database is.
    pub database: PathBuf,
    /// What seals.
    pub vault: Vault,
    /// Where the keys are kept.
    pub source: MasterKeySource,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// What is sealed.
    pub columns: &'static [SecretColumn],
}

impl Rotation {
    /// The columns of every data directory.
    pub const COLUMNS: &[SecretColumn] = SECRET_COLUMNS;

    async fn count(&self) -> Result<u64, RotationError> {
        let mut all = 0;
        for of in self.columns {
            all += self.store.count_sealed(of).await?;
        }
        Ok(all)
    }
}

/// The place of a sealed value.
fn place<'a>(of: &SecretColumn, row: &'a keyway_store::SealedRow) -> Context<'a> {
    Context {
        organization: &row.organization,
        table: of.table,
        column: of.column,
        row: &row.row,
    }
}
