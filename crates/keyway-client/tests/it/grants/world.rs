use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyway_client::grants::{Grants, Keep, Settings};
use keyway_core::Secret;
use keyway_oauth::Safe as _;
use keyway_vault::random::SystemRandom;
use tempfile::TempDir;

/// A person's folder, and where the keyring would be.
pub(crate) struct World {
    pub(crate) home: TempDir,
    pub(crate) keep: Keep,
    pub(crate) bus: Option<String>,
}

impl World {
    pub(crate) fn new(keep: Keep, bus: Option<String>) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self { home, keep, bus }
    }

    /// The grants as another process would see them: nothing is shared but the folder.
    pub(crate) fn grants(&self) -> Grants {
        grants(&self.folder(), self.keep, self.bus.clone())
    }

    /// The person's folder; not there before the first grant.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home.path().join(".keyway")
    }

    /// The one sealed file whose name begins so.
    pub(crate) fn sealed(&self, stem: &str) -> PathBuf {
        let mut found: Vec<_> = std::fs::read_dir(self.folder().join("grants"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                let name = path.file_name().unwrap().to_str().unwrap();
                name.starts_with(stem) && name.ends_with(".sealed")
            })
            .collect();
        assert_eq!(found.len(), 1, "files of {stem}");
        found.remove(0)
    }
}

pub(crate) fn grants(home: &Path, keep: Keep, bus: Option<String>) -> Grants {
    Grants::new(Settings {
        home: home.to_owned(),
        keep,
        bus,
        random: Arc::new(SystemRandom),
    })
}

pub(crate) fn secret(text: &str) -> Secret<Vec<u8>> {
    Secret::new(text.as_bytes().to_vec())
}

/// What a record holds, as text.
pub(crate) async fn text(grants: &Grants, name: &str) -> Option<String> {
    let value = grants.read(name).await.unwrap()?;
    Some(String::from_utf8(value.expose().clone()).unwrap())
}
