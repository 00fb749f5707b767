use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::{Reason, StoreError};

/// Holds the right to serve a database for as long as it lives. The operating system lets go of it
/// when the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct ServeLock {
    _file: File,
}

impl ServeLock {
    /// Takes the lock, or says who has it.
    pub(crate) fn take(database: &Path) -> Result<Self, StoreError> {
        let doing = || format!("lock {}", database.display());
        let path = beside(database, "serve-lock");
        let mut file = open(&path).map_err(|source| StoreError::io(doing(), source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::new(doing(), Reason::InUse(holder(&mut file))));
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::io(doing(), source)),
        }
        // The id only makes the other one's message better: without it the lock is as good.
        let _ = file.set_len(0);
        let _ = write!(file, "{}", std::process::id());
        Ok(Self { _file: file })
    }
}

/// Holds the right to change the master keys of a database for as long as it lives.
#[derive(Debug)]
pub struct RotationLock {
    _file: File,
}

impl RotationLock {
    /// Takes the lock; [`Reason::Busy`] when another process has it.
    pub fn take(database: &Path) -> Result<Self, StoreError> {
        let doing = || format!("change the master keys of {}", database.display());
        let path = beside(database, "rotate-lock");
        let file = open(&path).map_err(|source| StoreError::io(doing(), source))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::new(doing(), Reason::Busy)),
            Err(TryLockError::Error(source)) => Err(StoreError::io(doing(), source)),
        }
    }
}

/// Waits until no other process is changing the tables, and keeps others from it while it lives.
/// Blocks the thread.
pub(crate) fn migration(database: &Path) -> Result<File, StoreError> {
    let path = beside(database, "migrate-lock");
    open(&path)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|source| StoreError::io(format!("lock {}", database.display()), source))
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    private(&mut options);
    options.open(path)
}

/// Files made with these options are for the owner alone.
pub(crate) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    #[cfg(not(unix))]
    let _ = options;
}

pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
