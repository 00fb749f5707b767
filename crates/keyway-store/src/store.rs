use std::path::Path;
use std::sync::Arc;

use keyway_core::Secret;

use crate::engine::{Dialect, Pool, query, query_scalar};
use crate::error::Doing as _;
use crate::lock::ServeLock;
use crate::writing::{Turn, Writer, Writing};
use crate::{Reason, ServerLimits, StoreError, postgres, sqlite};

/// The rows, in one SQLite file or on a PostgreSQL server. Cheap to clone; it stays open until the last clone
/// is gone or [`Store::close`] was called.
#[derive(Debug, Clone)]
pub struct Store {
    pool: Pool,
    /// Whose writes survive a loss of power: the disk is waited for.
    durable: Pool,
    turn: Turn,
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
        let store = Self {
            durable: Pool::Sqlite(sqlite::durable(&pool)),
            pool: Pool::Sqlite(pool),
            turn: Some(Arc::default()),
            _lock: lock,
        };
        if purpose == Purpose::Serve {
            store.let_go_of_the_dead().await?;
        }
        Ok(store)
    }

    /// Opens a database on a PostgreSQL server and brings its tables up to date. Any number of processes may
    /// serve it.
    pub async fn connect(url: &Secret<String>, limits: ServerLimits) -> Result<Self, StoreError> {
        let pool = Pool::Postgres(postgres::open(url, limits).await?);
        Ok(Self {
            durable: pool.clone(),
            pool,
            turn: None,
            _lock: None,
        })
    }

    /// The numbers of the changes that the tables on a PostgreSQL server still need. Changes nothing.
    pub async fn pending_changes(url: &Secret<String>) -> Result<Vec<i64>, StoreError> {
        postgres::pending(url).await
    }

    /// The same of a file. One that is not there needs them all.
    pub async fn pending_changes_in(path: &Path) -> Result<Vec<i64>, StoreError> {
        sqlite::pending(path).await
    }

    /// Whether other processes may serve the same database.
    pub fn is_shared(&self) -> bool {
        self.pool.dialect() == Dialect::Postgres
    }

    /// Answers once the database does.
    pub async fn ping(&self) -> Result<(), StoreError> {
        query_scalar::<i64>("SELECT count(*) FROM counters WHERE name = ''")
            .fetch_one(&self.pool)
            .await
            .map(drop)
            .doing("reach the database")
    }

    /// Finishes what runs and closes the connections. Calls after it fail.
    pub async fn close(&self) {
        self.durable.close().await;
        self.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    /// A transaction that will write: it takes the write lock at once, so that what it reads stays
    /// true until it commits.
    pub(crate) async fn write(&self, doing: &'static str) -> Result<Writing, StoreError> {
        Writing::begin(&self.pool, &self.turn, doing).await
    }

    /// The same, and what it commits survives a loss of power.
    pub(crate) async fn write_durably(&self, doing: &'static str) -> Result<Writing, StoreError> {
        Writing::begin(&self.durable, &self.turn, doing).await
    }

    /// A turn at writing one statement, which commits itself.
    pub(crate) async fn writer(&self) -> Result<Writer, StoreError> {
        Writer::take(&self.pool, &self.turn).await
    }

    /// The same, and it survives a loss of power.
    pub(crate) async fn durable_writer(&self) -> Result<Writer, StoreError> {
        Writer::take(&self.durable, &self.turn).await
    }

    pub(crate) fn turn(&self) -> &Turn {
        &self.turn
    }

    /// Jobs, and the sessions they speak in, that a process held which served this file before: it is
    /// dead, as this one has its lock. So nobody waits for its leases to run out.
    async fn let_go_of_the_dead(&self) -> Result<(), StoreError> {
        let doing = "let go of what a process held that is gone";
        let mut transaction = self.write(doing).await?;
        for sql in [
            "UPDATE jobs SET lease_until = 0 WHERE state = 'running'",
            "UPDATE sessions SET lease_until = 0 \
             WHERE lease_until IS NOT NULL AND external_key IS NOT NULL",
        ] {
            let letting = query(sql).execute(&mut *transaction);
            letting.await.doing(doing)?;
        }
        transaction.commit().await.doing(doing)
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
