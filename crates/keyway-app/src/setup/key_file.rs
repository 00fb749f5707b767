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
    let written = write_draft(&draft, text.as_bytes(), None);
    // A link fails where the name is taken; a rename would replace another process's key.
    let linked = written.and_then(|()| std::fs::hard_link(&draft, path));
    let _ = std::fs::remove_file(&draft);
    match linked.and_then(|()| keep_name(path)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Writes a file that only its owner may read in place of the one that is there. Whenever it is
/// killed, the one or the other is there whole. A link stays one, and the owner stays the owner.
///
/// The rotation's lock is held: drafts of others are what a killed one left.
pub(super) fn replace(path: &Path, text: &[u8]) -> Result<(), SetupError> {
    let failed = |source| SetupError::KeyFile {
        doing: "write",
        file: path.to_owned(),
        source,
    };
    let file = std::fs::canonicalize(path).map_err(failed)?;
    let owner = std::fs::metadata(&file).map_err(failed)?;
    sweep(&file).map_err(failed)?;
    let draft = draft(&file);
    let written = write_draft(&draft, text, Some(&owner));
    let replaced = written.and_then(|()| std::fs::rename(&draft, &file));
    if replaced.is_err() {
        let _ = std::fs::remove_file(&draft);
    }
    // What is sealed next depends on it.
    replaced.and_then(|()| keep_name(&file)).map_err(failed)
}

/// Has the name outlive a loss of power, too.
fn keep_name(path: &Path) -> std::io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn folder(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn draft(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.tmp", std::process::id()))
}

/// Takes drafts away that were never renamed: there is a key in them.
fn sweep(path: &Path) -> std::io::Result<()> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    for entry in std::fs::read_dir(folder(path))? {
        let entry = entry?;
        let name = entry.file_name();
        let draft = name
            .to_str()
            .and_then(|name| name.strip_prefix(&*stem)?.strip_prefix('.'))
            .and_then(|rest| rest.strip_suffix(".tmp"));
        if draft.is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Written whole under another name first: who is killed half-way leaves no half key. Never through
/// a file or link that somebody put there.
fn write_draft(
    draft: &Path,
    text: &[u8],
    owner: Option<&std::fs::Metadata>,
) -> std::io::Result<()> {
    match std::fs::remove_file(draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    if let Some(owner) = owner {
        give(&file, owner)?;
    }
    file.write_all(text)?;
    file.sync_all()
}

/// Who may read it is who could read the one before.
#[cfg(unix)]
fn give(file: &File, to: &std::fs::Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let own = file.metadata()?;
    if (own.uid(), own.gid()) == (to.uid(), to.gid()) {
        return Ok(());
    }
    fchown(file, Some(to.uid()), Some(to.gid()))
}

#[cfg(not(unix))]
fn give(_file: &File, _to: &std::fs::Metadata) -> std::io::Result<()> {
    Ok(())
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
