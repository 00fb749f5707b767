use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::error::Doing as _;
use crate::sqlite::BUSY;
use crate::{Reason, StoreError};

/// A transaction that writes; what it did is undone when it is dropped before [`Writing::commit`].
#[derive(Debug)]
pub(crate) struct Writing {
    transaction: Transaction<'static, Sqlite>,
    _turn: OwnedMutexGuard<()>,
}

/// A connection for one statement that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    connection: PoolConnection<Sqlite>,
    _turn: OwnedMutexGuard<()>,
}

impl Writing {
    pub(crate) async fn begin(
        pool: &SqlitePool,
        turn: &Arc<Mutex<()>>,
        doing: &'static str,
    ) -> Result<Self, StoreError> {
        let turn = wait(turn, doing).await?;
        Ok(Self {
            transaction: pool.begin_with("BEGIN IMMEDIATE").await.doing(doing)?,
            _turn: turn,
        })
    }

    /// Makes it so.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.transaction.commit().await
    }
}

impl Writer {
    pub(crate) async fn take(pool: &SqlitePool, turn: &Arc<Mutex<()>>) -> Result<Self, StoreError> {
        let doing = "reach the database";
        let turn = wait(turn, doing).await?;
        Ok(Self {
            connection: pool.acquire().await.doing(doing)?,
            _turn: turn,
        })
    }
}

/// Waits for a turn, for as long as one waits for another process's write.
pub(crate) async fn wait(
    turn: &Arc<Mutex<()>>,
    doing: &'static str,
) -> Result<OwnedMutexGuard<()>, StoreError> {
    let waiting = tokio::time::timeout(BUSY, Arc::clone(turn).lock_owned());
    waiting
        .await
        .map_err(|_| StoreError::new(doing, Reason::Busy))
}

impl Deref for Writing {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.transaction
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }
}

impl Deref for Writer {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
