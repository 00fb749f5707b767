use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::engine::{Connection, Pool};
use crate::error::Doing as _;
use crate::sqlite::BUSY;
use crate::{Reason, StoreError};

/// Whose turn it is to write. SQLite writes one at a time: who waits here is let in in order and at once;
/// who waits for the file asks again and again, with ever longer pauses. PostgreSQL needs no turns.
pub(crate) type Turn = Option<Arc<Mutex<()>>>;

/// A transaction that writes, and the turn at it: given back when it ends.
#[derive(Debug)]
pub(crate) struct Writing {
    connection: Connection,
    _turn: Option<OwnedMutexGuard<()>>,
}

/// A connection for one statement that writes, and the turn at it.
#[derive(Debug)]
pub(crate) struct Writer {
    connection: Connection,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Writing {
    pub(crate) async fn begin(
        pool: &Pool,
        turn: &Turn,
        doing: &'static str,
    ) -> Result<Self, StoreError> {
        let turn = wait(turn, doing).await?;
        Ok(Self {
            connection: pool.begin().await.doing(doing)?,
            _turn: turn,
        })
    }

    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        self.connection.commit().await
    }
}

impl Writer {
    pub(crate) async fn take(pool: &Pool, turn: &Turn) -> Result<Self, StoreError> {
        let doing = "reach the database";
        let turn = wait(turn, doing).await?;
        Ok(Self {
            connection: pool.acquire().await.doing(doing)?,
            _turn: turn,
        })
    }
}

/// A turn, for as long as the guard lives.
pub(crate) async fn wait(
    turn: &Turn,
    doing: &'static str,
) -> Result<Option<OwnedMutexGuard<()>>, StoreError> {
    let Some(turn) = turn else {
        return Ok(None);
    };
    let waiting = tokio::time::timeout(BUSY, Arc::clone(turn).lock_owned());
    let turn = waiting.await;
    turn.map(Some)
        .map_err(|_| StoreError::new(doing, Reason::Busy))
}

impl Deref for Writing {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Writing {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl Deref for Writer {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Writer {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}
