use std::path::Path;
use std::sync::Arc;

use sqlx::SqlitePool;

use crate::error::Doing as _;
use crate::lock::ServeLock;
use crate::{Reason, StoreError, sqlite};

/// The rows, in one SQLite file. Cheap to clone; the file stays open until the last clone is gone
/// or [`Store::close`] was called.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    _lock: Option<Arc<ServeLock>>,
}

/// What a database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To serve it. Only one process at a time may.
    Serve,
    /// To look or change something from the command line, also next to the process that serves it.
    Command,
}

/// Bounds of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// The most bytes the file may grow to; without bound when absent.
    pub file_bytes: Option<u64>,
}

impl Store {
    /// Opens the database at `path`, makes it if it is not there, and brings its tables up to date.
    /// A missing directory is made, for the owner alone.
    pub async fn open(path: &Path, purpose: Purpose) -> Result<Self, StoreError> {
        Self::open_within(path, purpose, Limits::default()).await
    }

    /// Like [`Store::open`], with bounds.
    pub async fn open_within(
        path: &Path,
        purpose: Purpose,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        sqlite::prepare(path)?;
        let lock = match purpose {
            Purpose::Serve => Some(Arc::new(ServeLock::take(path)?)),
            Purpose::Command => None,
        };
        let pool = sqlite::open(path, limits).await?;
        Ok(Self { pool, _lock: lock })
    }

    /// Answers once the database does.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query_scalar::<_, i64>("SELECT 1")
            .fetch_one(&self.pool)
            .await
            .map(drop)
            .doing("reach the database")
    }

    /// Finishes what runs and closes the file. Calls after it fail.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// A transaction that will write: it takes the write lock at once, so that what it reads stays
    /// true until it commits.
    pub(crate) async fn write(
        &self,
        doing: &'static str,
    ) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, StoreError> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.doing(doing)
    }
}

/// Reads an id from a row.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|_| damaged())
}

/// Reads a moment from a row.
pub(crate) fn moment(milliseconds: i64) -> Result<jiff::Timestamp, StoreError> {
    jiff::Timestamp::from_millisecond(milliseconds).map_err(|_| damaged())
}

/// Reads a role from a row.
pub(crate) fn role(text: &str) -> Result<keyway_core::Role, StoreError> {
    text.parse().map_err(|_| damaged())
}

/// Reads scopes from a row.
pub(crate) fn scopes(text: &str) -> Result<keyway_core::Scopes, StoreError> {
    text.parse().map_err(|_| damaged())
}

/// Reads for whom a row is from its two columns, of which one is filled.
pub(crate) fn actor(
    user: Option<&str>,
    service_account: Option<&str>,
) -> Result<keyway_core::Actor, StoreError> {
    use keyway_core::Actor;
    match (user, service_account) {
        (Some(user), None) => Ok(Actor::User(id(user)?)),
        (None, Some(account)) => Ok(Actor::ServiceAccount(id(account)?)),
        _ => Err(damaged()),
    }
}

/// Writes for whom a row is: the user's column, the service account's column.
pub(crate) fn actor_columns(actor: &keyway_core::Actor) -> (Option<&str>, Option<&str>) {
    use keyway_core::Actor;
    match actor {
        Actor::User(user) => (Some(user.as_str()), None),
        Actor::ServiceAccount(account) => (None, Some(account.as_str())),
    }
}

/// A row holds what no version of Keyway writes.
pub(crate) fn damaged() -> StoreError {
    StoreError::new("read a row", Reason::Damaged)
}
