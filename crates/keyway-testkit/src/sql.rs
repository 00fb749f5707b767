//! Raw SQL on a database file, for what no code of the product does.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _};

/// Runs statements on a file, from a connection of its own.
pub async fn run(path: &Path, statements: &str) {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(20));
    let mut connection = options.connect().await.expect("the database opens");
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut connection)
        .await
        .expect("the statements run");
    connection.close().await.expect("the database closes");
}

/// The number a query answers.
pub async fn number(path: &Path, query: &str) -> i64 {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(Duration::from_secs(20));
    let mut connection = options.connect().await.expect("the database opens");
    sqlx::query_scalar(AssertSqlSafe(query.to_owned()))
        .fetch_one(&mut connection)
        .await
        .expect("the query runs")
}

/// Runs statements that have to fail, and answers how.
pub async fn fails(path: &Path, statements: &str) -> String {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options.connect().await.expect("the database opens");
    let ran = sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut connection)
        .await;
    ran.expect_err("the statements fail").to_string()
}

/// Holds the write lock of a file until it is dropped.
pub async fn hold(path: &Path) -> Held {
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = options.connect().await.expect("the database opens");
    sqlx::raw_sql("BEGIN IMMEDIATE")
        .execute(&mut connection)
        .await
        .expect("the lock is free");
    Held {
        _connection: connection,
    }
}

/// The write lock of a file.
#[derive(Debug)]
pub struct Held {
    _connection: sqlx::SqliteConnection,
}
