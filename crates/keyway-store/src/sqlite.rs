use std::fs::{DirBuilder, OpenOptions};
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr as _, SqlitePool};

use crate::{Limits, StoreError, lock};

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

/// Every change of the tables, in order. One that has been released is never edited.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (
        1,
        "organizations and api keys",
        include_str!("../migrations/sqlite/0001_organizations_and_api_keys.sql"),
    ),
    (
        2,
        "people",
        include_str!("../migrations/sqlite/0002_people.sql"),
    ),
    (
        3,
        "oauth",
        include_str!("../migrations/sqlite/0003_oauth.sql"),
    ),
    (
        4,
        "audit",
        include_str!("../migrations/sqlite/0004_audit.sql"),
    ),
    (
        5,
        "credentials",
        include_str!("../migrations/sqlite/0005_credentials.sql"),
    ),
    (
        6,
        "jobs",
        include_str!("../migrations/sqlite/0006_jobs.sql"),
    ),
    (
        7,
        "sessions",
        include_str!("../migrations/sqlite/0007_sessions.sql"),
    ),
    (
        9,
        "retired keys",
        include_str!("../migrations/sqlite/0009_retired_keys.sql"),
    ),
    (
        10,
        "audit blocks",
        include_str!("../migrations/sqlite/0010_audit_blocks.sql"),
    ),
    (
        11,
        "credential oauth",
        include_str!("../migrations/sqlite/0011_credential_oauth.sql"),
    ),
    (
        12,
        "session scopes",
        include_str!("../migrations/sqlite/0012_session_scopes.sql"),
    ),
    (
        13,
        "connectors",
        include_str!("../migrations/sqlite/0013_connectors.sql"),
    ),
    (
        14,
        "server tools",
        include_str!("../migrations/sqlite/0014_server_tools.sql"),
    ),
    (
        15,
        "credential clients",
        include_str!("../migrations/sqlite/0015_credential_clients.sql"),
    ),
    (
        16,
        "approvals",
        include_str!("../migrations/sqlite/0016_approvals.sql"),
    ),
    (
        17,
        "call stats",
        include_str!("../migrations/sqlite/0017_call_stats.sql"),
    ),
    (
        18,
        "revisions",
        include_str!("../migrations/sqlite/0018_revisions.sql"),
    ),
    (
        19,
        "deliveries",
        include_str!("../migrations/sqlite/0019_deliveries.sql"),
    ),
    (
        20,
        "installs",
        include_str!("../migrations/sqlite/0020_installs.sql"),
    ),
    (
        21,
        "replies",
        include_str!("../migrations/sqlite/0021_replies.sql"),
    ),
    (
        22,
        "webhook endpoints",
        include_str!("../migrations/sqlite/0022_webhook_endpoints.sql"),
    ),
    (
        23,
        "tasks",
        include_str!("../migrations/sqlite/0023_tasks.sql"),
    ),
    (
        24,
        "sessions of people",
        include_str!("../migrations/sqlite/0024_sessions_of_people.sql"),
    ),
    (
        25,
        "external people",
        include_str!("../migrations/sqlite/0025_external_people.sql"),
    ),
    (
        26,
        "publication limits",
        include_str!("../migrations/sqlite/0026_publication_limits.sql"),
    ),
];

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
    migrator().run(&pool).await.map_err(StoreError::migration)?;
    Ok(pool)
}

/// The one connection whose commits wait for the disk. It connects when it is first used.
pub(crate) fn durable(pool: &SqlitePool) -> SqlitePool {
    let options = pool.connect_options();
    let options = (*options).clone().synchronous(SqliteSynchronous::Full);
    SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .connect_lazy_with(options)
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|&(version, name, sql)| {
        let sql = sql.into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    Migrator::with_migrations(migrations.collect())
}
