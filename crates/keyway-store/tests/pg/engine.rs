#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;

use keyway_core::Secret;
use keyway_store::{ServerLimits, Store};
use keyway_testkit::postgres::{self, Database};

/// A store on a database of its own, which goes with it.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) database: Database,
}

impl Fresh {
    /// The same database, opened by somebody else.
    pub(crate) async fn beside(&self) -> Store {
        open(&self.database.url()).await
    }

    /// The same database, served by who knows that nobody else does; nothing where others may.
    pub(crate) async fn served_alone(&self) -> Option<Store> {
        std::future::ready(None).await
    }
}

pub(crate) async fn fresh() -> Fresh {
    let tables = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres");
    let template = postgres::named_after(Path::new(tables));
    let database = postgres::like(&template, async |url| open(url).await.close().await).await;
    let store = open(&database.url()).await;
    Fresh { store, database }
}

/// Opens the database of a URL.
pub(crate) async fn open(url: &str) -> Store {
    let limits = ServerLimits {
        connections: 6,
        ..ServerLimits::default()
    };
    Store::connect(&Secret::new(url.to_owned()), limits)
        .await
        .unwrap()
}
