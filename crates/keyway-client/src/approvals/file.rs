//! Files that decide what is done without a question. One that somebody else could have written is
//! not read, and one that cannot be read allows nothing.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

/// The most bytes of such a file.
const MOST_BYTES: u64 = 32 << 20;

/// How often a lock that another process holds is tried, every 10 ms.
const LOCK_TRIES: u32 = 1_000;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// Its text is not what such a file holds.
    #[error("its content cannot be understood")]
    Unreadable,
    /// A newer Keyway wrote it.
    #[error("a newer version of Keyway wrote it")]
    Newer,
    /// Somebody else may write to it, or to its folder.
    #[error("{0} may be changed by others: `chmod go-w` it, after a look at what it says")]
    Writable(&'static str),
    /// It belongs to somebody else.
    #[error("it belongs to another user")]
    Foreign,
    /// It is too long.
    #[error("it is larger than 32 MiB")]
    TooLarge,
    /// The system does not let us.
    #[error("it cannot be used: {0}")]
    Io(io::ErrorKind),
    /// Another process holds its lock and does not let go.
    #[error("another process of Keyway holds its lock")]
    Locked,
}

impl From<io::Error> for FileProblem {
    fn from(error: io::Error) -> Self {
        Self::Io(error.kind())
    }
}

/// The text of a file that only its owner, who is us, can have written. `None` when there is none.
pub(super) fn read_checked(path: &Path) -> Result<Option<String>, FileProblem> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let own = rustix::process::geteuid().as_raw();
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(FileProblem::Unreadable);
    }
    if about.uid() != own {
        return Err(FileProblem::Foreign);
    }
    if about.mode() & 0o022 != 0 {
        return Err(FileProblem::Writable("it"));
    }
    if let Some(folder) = path.parent() {
        let about = fs::metadata(folder)?;
        if about.mode() & 0o022 != 0 {
            return Err(FileProblem::Writable("its folder"));
        }
    }
    if about.len() > MOST_BYTES {
        return Err(FileProblem::TooLarge);
    }
    let mut bytes = Vec::new();
    file.take(MOST_BYTES).read_to_end(&mut bytes)?;
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|_| FileProblem::Unreadable)
}

/// Replaces a file in one step (mode 0600), so that a reader finds the old text or the new one.
pub(super) fn replace(path: &Path, text: &str) -> Result<(), FileProblem> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".approvals-")
        .tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Holds the lock beside a file as long as it lives. Its folder is made (mode 0700) if it is not
/// there.
pub(super) struct Lock(#[expect(dead_code, reason = "closing it lets go of the lock")] File);

impl Lock {
    /// Waits up to ten seconds for other processes.
    pub(super) fn take(path: &Path) -> Result<Self, FileProblem> {
        if let Some(folder) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(path.with_extension("lock"))?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(fs::TryLockError::WouldBlock) => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(fs::TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        Err(FileProblem::Locked)
    }
}
