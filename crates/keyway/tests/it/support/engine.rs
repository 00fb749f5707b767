use std::path::Path;

use keyway_core::Secret;
use keyway_store::{ServerLimits, Store};
use keyway_testkit::postgres::{self, Database};

/// A database on a server for one gateway, when the tests are to run on PostgreSQL:
/// `KEYWAY_TEST_ENGINE=postgres`.
pub(crate) fn wanted() -> Option<Database> {
    #[expect(clippy::disallowed_methods, reason = "tests have no configuration")]
    let engine = std::env::var("KEYWAY_TEST_ENGINE");
    (engine.as_deref() == Ok("postgres")).then(database)
}

/// A database on a PostgreSQL server, with the tables and no rows.
pub(crate) fn database() -> Database {
    let tables = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../keyway-store/migrations/postgres"
    );
    let template = postgres::named_after(Path::new(tables));
    // Some who ask have a runtime that must not be blocked, and some have none.
    let making = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(postgres::like(&template, fill))
    });
    making.join().unwrap()
}

async fn fill(url: &str) {
    let url = Secret::new(url.to_owned());
    let store = Store::connect(&url, ServerLimits::default()).await;
    store.unwrap().close().await;
}
