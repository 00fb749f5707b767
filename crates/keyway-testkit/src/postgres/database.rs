use std::fs::OpenOptions;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use sha2::{Digest as _, Sha256};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::server;

/// A database of its own; it goes when this is dropped.
#[derive(Debug)]
pub struct Database {
    name: String,
}

impl Database {
    /// Its URL, with the password.
    pub fn url(&self) -> String {
        url(&self.name)
    }

    /// Runs statements on it, from a connection of its own.
    pub async fn run(&self, statements: &str) {
        execute(&self.name, statements).await;
    }
}

/// An empty database.
pub async fn fresh() -> Database {
    let name = unique();
    execute(
        "postgres",
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    execute("postgres", &format!("CREATE DATABASE {name}")).await;
    Database { name }
}

/// A copy of the database that `make` fills, once for all that ask for this name. The name says all that the
/// contents depend on.
pub async fn like(template: &str, make: impl AsyncFnOnce(&str)) -> Database {
    assert!(
        template
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
        "a name of letters"
    );
    if !exists(template).await {
        let lock = std::env::temp_dir().join(format!("keyway-test-{template}.lock"));
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(lock);
        let file = file.expect("a lock file in the temporary directory");
        file.lock().expect("the lock is taken");
        if !exists(template).await {
            let half = format!("{template}_half");
            execute(
                "postgres",
                &format!("DROP DATABASE IF EXISTS {half} WITH (FORCE)"),
            )
            .await;
            execute("postgres", &format!("CREATE DATABASE {half}")).await;
            make(&url(&half)).await;
            execute(
                "postgres",
                &format!("ALTER DATABASE {half} RENAME TO {template}"),
            )
            .await;
        }
    }
    let name = unique();
    // A test that was killed, with the same process id.
    execute(
        "postgres",
        &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
    )
    .await;
    execute(
        "postgres",
        &format!("CREATE DATABASE {name} TEMPLATE {template}"),
    )
    .await;
    Database { name }
}

/// The name of a template that depends on nothing but the files of a folder.
pub fn named_after(folder: &Path) -> String {
    let files = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        digest.update(std::fs::read(file).expect("the file is read"));
    }
    let digest = digest.finalize();
    let number = digest.first_chunk().map(|bytes| u64::from_be_bytes(*bytes));
    format!("template_{:016x}", number.unwrap_or_default())
}

fn url(database: &str) -> String {
    format!("{}/{database}", server::url())
}

fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("test_{}_{number}", std::process::id())
}

async fn exists(database: &str) -> bool {
    let mut connection = connect("postgres").await;
    let there = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)")
        .bind(database)
        .fetch_one(&mut connection)
        .await
        .expect("the server answers");
    connection.close().await.expect("the connection closes");
    there
}

async fn execute(database: &str, statements: &str) {
    let mut connection = connect(database).await;
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(&mut connection)
        .await
        .expect("the statements run");
    connection.close().await.expect("the connection closes");
}

async fn connect(database: &str) -> PgConnection {
    PgConnection::connect(&url(database))
        .await
        .expect("the server lets us in")
}

impl Drop for Database {
    fn drop(&mut self) {
        let name = self.name.clone();
        // A test's own runtime may be about to end.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime = runtime.expect("a runtime");
            runtime.block_on(execute(
                "postgres",
                &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            ));
        });
        let _ = dropping.join();
    }
}
