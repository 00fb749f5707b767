use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Sqlite, SqliteConnection, SqlitePool, Transaction};

use super::Dialect;

/// Connections to the database.
#[derive(Debug, Clone)]
pub(crate) enum Pool {
    /// To a file.
    Sqlite(SqlitePool),
    /// To a server.
    Postgres(PgPool),
}

impl Pool {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// One connection, for several statements.
    pub(crate) async fn acquire(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::Sqlite(Box::pin(pool.acquire()).await?),
            Self::Postgres(pool) => Connection::Postgres(Box::pin(pool.acquire()).await?),
        })
    }

    /// A transaction that will write. On SQLite it takes the write lock at once, so that what it reads
    /// stays true until it commits; on PostgreSQL it sees with each statement what was committed before
    /// that, and takes what has to stay true with [`Connection::alone`].
    pub(crate) async fn begin(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => {
                Connection::SqliteTransaction(Box::pin(pool.begin_with("BEGIN IMMEDIATE")).await?)
            }
            Self::Postgres(pool) => Connection::PostgresTransaction(Box::pin(pool.begin()).await?),
        })
    }

    /// A transaction whose statements all see the same, and change nothing.
    pub(crate) async fn begin_reading(&self) -> Result<Connection, sqlx::Error> {
        Ok(match self {
            Self::Sqlite(pool) => Connection::SqliteTransaction(Box::pin(pool.begin()).await?),
            Self::Postgres(pool) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                Connection::PostgresTransaction(Box::pin(pool.begin_with(begin)).await?)
            }
        })
    }

    /// Finishes what runs. Calls after it fail.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// One connection, in a transaction or not. A transaction that is dropped never was.
#[derive(Debug)]
pub(crate) enum Connection {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTransaction(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTransaction(Transaction<'static, Postgres>),
}

impl Connection {
    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) | Self::SqliteTransaction(_) => Dialect::Sqlite,
            Self::Postgres(_) | Self::PostgresTransaction(_) => Dialect::Postgres,
        }
    }

    /// Makes what a transaction wrote so for everybody.
    pub(crate) async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(_) | Self::Postgres(_) => Ok(()),
            Self::SqliteTransaction(transaction) => Box::pin(transaction.commit()).await,
            Self::PostgresTransaction(transaction) => Box::pin(transaction.commit()).await,
        }
    }
}

/// Where a statement runs.
#[derive(Debug)]
pub(crate) enum Target<'c> {
    SqlitePool(&'c SqlitePool),
    Sqlite(&'c mut SqliteConnection),
    PostgresPool(&'c PgPool),
    Postgres(&'c mut PgConnection),
}

/// What statements run on: `&Pool` and `&mut Connection`.
pub(crate) trait Executor<'c>: Into<Target<'c>> + Send {}

impl<'c, T: Into<Target<'c>> + Send> Executor<'c> for T {}

impl<'c> From<&'c Pool> for Target<'c> {
    fn from(pool: &'c Pool) -> Self {
        match pool {
            Pool::Sqlite(pool) => Self::SqlitePool(pool),
            Pool::Postgres(pool) => Self::PostgresPool(pool),
        }
    }
}

impl<'c> From<&'c mut Connection> for Target<'c> {
    fn from(connection: &'c mut Connection) -> Self {
        match connection {
            Connection::Sqlite(connection) => Self::Sqlite(connection),
            Connection::SqliteTransaction(connection) => Self::Sqlite(connection),
            Connection::Postgres(connection) => Self::Postgres(connection),
            Connection::PostgresTransaction(connection) => Self::Postgres(connection),
        }
    }
}
