//! The file a master key is kept in when the operator keeps it nowhere else.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use keyway_core::Secret;
use zeroize::Zeroizing;

use super::SetupError;

/// The longest key file that is read, in bytes.
const MAX: u64 = 4096;

/// The content of the file, or nothing when it is not there. One that others may read is refused.
pub(super) fn read(path: &Path) -> Result<Option<Secret<Vec<u8>>>, SetupError> {
    let failed = |source| SetupError::KeyFile {
        doing: "read",
        file: path.to_owned(),
        source,
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // Of the open file, so that what is checked is what is read.
    let about = file.metadata().map_err(failed)?;
    check_mode(path, &about)?;
    let mut text = Vec::new();
    file.take(MAX).read_to_end(&mut text).map_err(failed)?;
    Ok(Some(Secret::new(text)))
}

/// Writes a new file that only its owner may read. False when there is one already.
pub(super) fn write(path: &Path, text: &Secret<String>) -> Result<bool, SetupError> {
    let failed = |source| SetupError::KeyFile {
        doing: "write",
        file: path.to_owned(),
        source,
    };
    let text = Zeroizing::new(format!("{}\n", text.expose()));
    let draft = draft(path);
    let written = write_draft(&draft, text.as_bytes());
    // A link fails where the name is taken; a rename would replace another process's key.
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    let _ = std::fs::remove_file(&draft);
    match linked {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Writes a file that only its owner may read in place of the one that is there. Whenever it is
/// killed, the one or the other is there whole.
pub(super) fn replace(path: &Path, text: &[u8]) -> Result<(), SetupError> {
    let draft = draft(path);
    let replaced = write_draft(&draft, text).and_then(|()| std::fs::rename(&draft, path));
    if replaced.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    // The name, too, is to outlive a loss of power: what is sealed next depends on it.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let kept = replaced.and_then(|()| match folder {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    });
    kept.map_err(|source| SetupError::KeyFile {
        doing: "write",
        file: path.to_owned(),
        source,
    })
}

fn draft(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.tmp", std::process::id()))
}

/// Written whole under another name first: who is killed half-way leaves no half key.
fn write_draft(draft: &Path, text: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(unix)]
fn check_mode(path: &Path, about: &std::fs::Metadata) -> Result<(), SetupError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
    let others = mode & 0o077;
    if others != 0 {
        return Err(SetupError::KeyReadable {
            file: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_path: &Path, _about: &std::fs::Metadata) -> Result<(), SetupError> {
    Ok(())
}
