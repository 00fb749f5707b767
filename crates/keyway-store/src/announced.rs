use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::StoreError;
use crate::lock::{beside, private};

/// The most bytes of a URL that are read.
const MAX_URL: u64 = 2_048;

/// As long as it lives, commands beside the process that serves a database learn from
/// [`announced`] under which URL it does. The operating system takes it back when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Announced {
    _file: File,
}

impl Announced {
    /// Says that whoever holds the right to serve `database` does so under this URL. Waits for
    /// commands that are just looking.
    pub fn announce(database: &Path, url: &str) -> Result<Self, StoreError> {
        let doing = || format!("say where {} is served", database.display());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        private(&mut options);
        let announce = || {
            let mut file = options.open(beside(database, "served-at"))?;
            file.lock()?;
            file.set_len(0)?;
            file.write_all(url.as_bytes())?;
            Ok(file)
        };
        let file = announce().map_err(|source| StoreError::io(doing(), source))?;
        Ok(Self { _file: file })
    }
}

/// Under which URL a process serves `database` at this moment; `None` when none does, or none says.
pub fn announced(database: &Path) -> Option<String> {
    let file = File::open(beside(database, "served-at")).ok()?;
    // Nobody holds what a process left behind that has ended.
    if !matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        return None;
    }
    let mut url = String::new();
    file.take(MAX_URL).read_to_string(&mut url).ok()?;
    url.starts_with("http").then_some(url)
}
