#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use keyway_store::{Purpose, Store};

/// A store on a fresh file, which goes away with the directory.
pub(crate) struct Fresh {
    pub(crate) store: Store,
    pub(crate) directory: tempfile::TempDir,
}

impl Fresh {
    /// The same database, opened by somebody else.
    pub(crate) async fn beside(&self) -> Store {
        self.open(Purpose::Command).await
    }

    /// The same database, served by who knows that nobody else does; nothing where others may.
    pub(crate) async fn served_alone(&self) -> Option<Store> {
        Some(self.open(Purpose::Serve).await)
    }

    async fn open(&self, purpose: Purpose) -> Store {
        let path = self.directory.path().join("keyway.db");
        Store::open(&path, purpose).await.unwrap()
    }
}

pub(crate) async fn fresh() -> Fresh {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyway.db");
    let store = Store::open(&path, Purpose::Command).await.unwrap();
    Fresh { store, directory }
}
