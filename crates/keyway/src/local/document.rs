use std::fmt;
use std::fs::{Metadata, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use sha2::{Digest as _, Sha256};

use crate::config::doc::Limits;

/// A file as it was read at one moment: what is hashed, shown and used are the same bytes.
#[derive(Clone)]
pub(crate) struct Document {
    /// The content.
    pub(crate) text: String,
    /// Its SHA-256.
    pub(crate) digest: Digest,
    /// Device and inode.
    pub(crate) identity: (u64, u64),
    /// The user who owns it.
    pub(crate) owner: u32,
    /// What others than this user can change, if anything: the file, or its folder.
    pub(crate) shared: Option<Shared>,
    /// Whether its group or everybody can read it.
    pub(crate) readable: bool,
}

/// How others can change a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared {
    /// They may write it.
    File,
    /// They may put another in its place.
    Folder,
}

impl Shared {
    fn of(path: &Path, file: &Metadata) -> Option<Self> {
        let open = |found: &Metadata| {
            let own = rustix::process::geteuid().as_raw();
            found.mode() & 0o022 != 0 || ![own, 0].contains(&found.uid())
        };
        if open(file) {
            return Some(Self::File);
        }
        let folder = path.parent().and_then(|folder| folder.metadata().ok())?;
        open(&folder).then_some(Self::Folder)
    }
}

/// The SHA-256 of a file's content, written as 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest(String);

impl Digest {
    /// Of a content.
    pub(crate) fn of(content: &[u8]) -> Self {
        Self(hex(&Sha256::digest(content)))
    }

    /// As it is written.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Document {
    /// Reads a file of at most 1 MiB; `None` when it is not there. Never waits for a pipe or a
    /// device. The error says what is wrong with the file, without anything of its content.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, String> {
        let unreadable = |error: &std::io::Error| crate::config::unreadable(error);
        let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or_default();
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(nonblocking)
            .open(path);
        let file = match file {
            Ok(file) => file,
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(unreadable(&error)),
        };
        let found = file.metadata().map_err(|error| unreadable(&error))?;
        if !found.is_file() {
            return Err("is not a plain file".into());
        }
        let most = u64::try_from(Limits::CONFIGURATION.bytes).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let read = file.take(most + 1).read_to_end(&mut bytes);
        read.map_err(|error| unreadable(&error))?;
        if bytes.len() > Limits::CONFIGURATION.bytes {
            let most = Limits::CONFIGURATION.bytes;
            return Err(format!("is longer than {most} bytes"));
        }
        let digest = Digest::of(&bytes);
        let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())?;
        Ok(Some(Self {
            readable: found.mode() & 0o044 != 0,
            text,
            digest,
            identity: (found.dev(), found.ino()),
            owner: found.uid(),
            shared: Shared::of(path, &found),
        }))
    }
}

/// A file in a folder that is a file is not there either.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
    )
}
