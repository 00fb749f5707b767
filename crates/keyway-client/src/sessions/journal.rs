use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use keyway_agent::transcript::Entry;

use super::SessionError;
use super::lines::Whole;

/// The one writer of a session's file. The system lets go of its lock when the process ends,
/// however it ends.
#[derive(Debug)]
pub struct Journal {
    id: String,
    path: PathBuf,
    file: File,
    /// How long the file is, as far as it is whole.
    length: u64,
}

impl Journal {
    pub(super) fn open(
        options: &mut OpenOptions,
        id: &str,
        path: &Path,
    ) -> Result<Self, SessionError> {
        options.read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
        let file = options.open(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SessionError::NotFound,
            _ => SessionError::io("open", path)(error),
        })?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SessionError::Busy),
            Err(TryLockError::Error(error)) => return Err(SessionError::io("lock", path)(error)),
        }
        Ok(Self {
            id: id.to_owned(),
            path: path.to_owned(),
            file,
            length: 0,
        })
    }

    /// The session's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Adds an entry. When this returns, the system has the whole line, and a killed process loses
    /// nothing of it. A line that cannot be written is taken back.
    pub fn append(&mut self, entry: &Entry) -> Result<(), SessionError> {
        let mut line = serde_json::to_vec(entry)
            .map_err(std::io::Error::from)
            .map_err(SessionError::io("write to", &self.path))?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            let _ = self.file.set_len(self.length);
            return Err(SessionError::io("write to", &self.path)(error));
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Cuts the file to what is whole of it, so that the next line begins on its own.
    pub(super) fn mend(&mut self, whole: Whole) -> Result<(), SessionError> {
        let mending = || SessionError::io("mend the last line of", &self.path);
        self.file.set_len(whole.bytes).map_err(mending())?;
        self.length = whole.bytes;
        if whole.ends_open {
            self.file.write_all(b"\n").map_err(mending())?;
            self.length += 1;
        }
        Ok(())
    }
}
