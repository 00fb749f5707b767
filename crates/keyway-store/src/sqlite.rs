use std::fs::{DirBuilder, OpenOptions};
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqlitePool};

use crate::engine::Dialect;
use crate::error::Doing as _;
use crate::{Limits, StoreError, lock, migrations};

/// How long a statement waits for another write before it fails.
pub(crate) const BUSY: Duration = Duration::from_secs(5);

/// How long a call waits for a free connection before it fails.
pub(crate) const ACQUIRE: Duration = Duration::from_secs(10);

/// SQLite writes one at a time; this many may read beside it.
const CONNECTIONS: u32 = 4;

/// How many rows may wait for who reads them: a page of a list goes over in one go.
const ROWS: usize = 1024;

/// The size of a page, as [`Limits::file_bytes`] is counted in.
const PAGE: u32 = 4096;

/// Makes the directory and the file, readable by the owner alone.
pub(crate) fn prepare(path: &Path) -> Result<(), StoreError> {
    if let Some(directory) = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(directory).map_err(|source| {
            StoreError::io(
                format!("make the directory {}", directory.display()),
                source,
            )
        })?;
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    lock::private(&mut options);
    options
        .open(path)
        .map(drop)
        .map_err(|source| StoreError::io(format!("open {}", path.display()), source))
}

/// Opens the pool and brings the tables up to date.
pub(crate) async fn open(path: &Path, limits: Limits) -> Result<SqlitePool, StoreError> {
    // SQLite has no advisory locks: without one of our own, two processes that start at the same
    // moment would both apply the same migration.
    let locked = path.to_owned();
    let _lock = tokio::task::spawn_blocking(move || lock::migration(&locked))
        .await
        .map_err(|source| StoreError::io("lock the database", std::io::Error::other(source)))??;
    let mut options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .foreign_keys(true)
        .busy_timeout(BUSY)
        .row_buffer_size(ROWS)
        .page_size(PAGE);
    if let Some(bytes) = limits.file_bytes {
        options = options.pragma(
            "max_page_count",
            (bytes / u64::from(PAGE)).max(1).to_string(),
        );
    }
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(|source| StoreError::sql(format!("open {}", path.display()), source))?;
    migrations::of(Dialect::Sqlite)
        .run(&pool)
        .await
        .map_err(StoreError::migration)?;
    Ok(pool)
}

/// The numbers of the migrations that a file still needs, changing nothing.
pub(crate) async fn pending(path: &Path) -> Result<Vec<i64>, StoreError> {
    let doing = "look at the tables of the database";
    if !path.exists() {
        return migrations::missing(Dialect::Sqlite, &[]);
    }
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let mut connection = options.connect().await.doing(doing)?;
    let tables = "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
    let there: i64 = sqlx::query_scalar(tables)
        .fetch_one(&mut connection)
        .await
        .doing(doing)?;
    let mut done: Vec<i64> = Vec::new();
    if there > 0 {
        done = sqlx::query_scalar(migrations::DONE)
            .fetch_all(&mut connection)
            .await
            .doing(doing)?;
    }
    connection.close().await.doing(doing)?;
    migrations::missing(Dialect::Sqlite, &done)
}

/// The one connection whose commits wait for the disk. It connects when it is first used.
pub(crate) fn durable(pool: &SqlitePool) -> SqlitePool {
    single(pool, SqliteSynchronous::Full)
}

/// One more connection, with its own say on what a commit waits for. It connects when it is first used.
pub(crate) fn single(pool: &SqlitePool, synchronous: SqliteSynchronous) -> SqlitePool {
    let options = pool.connect_options();
    let options = (*options).clone().synchronous(synchronous);
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_lazy_with(options)
}
