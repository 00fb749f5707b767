use std::str::FromStr as _;
use std::time::Duration;

use keyway_core::Secret;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection as _, PgConnection, PgPool};

use crate::engine::Dialect;
use crate::error::Doing as _;
use crate::{Reason, StoreError, migrations};

/// How a PostgreSQL server is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerLimits {
    /// The most connections of this process.
    pub connections: u32,
    /// How long a statement may take.
    pub statement: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            connections: 20,
            statement: Duration::from_secs(30),
        }
    }
}

/// The oldest server: 14.
const OLDEST: i32 = 140_000;

/// How long a connection may take to be made, or to become free.
const ACQUIRE: Duration = Duration::from_secs(10);

/// How long a statement waits for what another transaction holds.
const LOCK: Duration = Duration::from_secs(5);

/// How long a transaction may do nothing: who began it is gone.
const IDLE: Duration = Duration::from_mins(1);

/// A connection that was not used for this long may have been lost without a word.
const QUIET: Duration = Duration::from_secs(1);

const DOING: &str = "open the database";

/// Connects and brings the tables up to date.
pub(crate) async fn open(url: &Secret<String>, limits: ServerLimits) -> Result<PgPool, StoreError> {
    let options = options(url)?;
    connect(&options).await?.close().await.doing(DOING)?;
    // Without bounds: a change may take its time, and whoever makes it is waited for.
    let changing = PgPoolOptions::new().max_connections(1);
    let changing = changing.connect_with(options.clone()).await.doing(DOING)?;
    let changed = migrations::of(Dialect::Postgres).run(&changing).await;
    changing.close().await;
    changed.map_err(StoreError::migration)?;
    PgPoolOptions::new()
        .max_connections(limits.connections.max(2))
        .acquire_timeout(ACQUIRE)
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for >= QUIET {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(bounded(options, limits))
        .await
        .doing(DOING)
}

/// The numbers of the migrations that the database still needs, changing nothing.
pub(crate) async fn pending(url: &Secret<String>) -> Result<Vec<i64>, StoreError> {
    let doing = "look at the tables of the database";
    let mut connection = connect(&options(url)?).await?;
    let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut connection)
        .await
        .doing(doing)?;
    let mut done: Vec<i64> = Vec::new();
    if there {
        done = sqlx::query_scalar(migrations::DONE)
            .fetch_all(&mut connection)
            .await
            .doing(doing)?;
    }
    connection.close().await.doing(doing)?;
    migrations::missing(Dialect::Postgres, &done)
}

/// What a URL says. What is wrong with one is not repeated: it holds a password.
fn options(url: &Secret<String>) -> Result<PgConnectOptions, StoreError> {
    let known = ["postgres://", "postgresql://"];
    if !known.iter().any(|scheme| url.expose().starts_with(scheme)) {
        return Err(StoreError::new(DOING, Reason::Address));
    }
    PgConnectOptions::from_str(url.expose())
        .map(|options| options.application_name("keyway"))
        .map_err(|_| StoreError::new(DOING, Reason::Address))
}

/// With what keeps a statement from taking for ever.
fn bounded(options: PgConnectOptions, limits: ServerLimits) -> PgConnectOptions {
    options.options([
        ("statement_timeout", milliseconds(limits.statement)),
        ("lock_timeout", milliseconds(LOCK)),
        ("idle_in_transaction_session_timeout", milliseconds(IDLE)),
    ])
}

fn milliseconds(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}

/// One connection without bounds, to a server that is new enough.
async fn connect(options: &PgConnectOptions) -> Result<PgConnection, StoreError> {
    let connecting = tokio::time::timeout(ACQUIRE, PgConnection::connect_with(options));
    let connected = connecting.await;
    let mut connection = connected
        .map_err(|_| StoreError::new(DOING, Reason::Away))?
        .doing(DOING)?;
    let version: String = sqlx::query_scalar("SELECT current_setting('server_version_num')")
        .fetch_one(&mut connection)
        .await
        .doing(DOING)?;
    if version.parse().is_ok_and(|version: i32| version < OLDEST) {
        return Err(StoreError::new(DOING, Reason::Old));
    }
    Ok(connection)
}
