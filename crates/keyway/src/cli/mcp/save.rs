//! Where a command puts what it was given, byte for byte.

use std::fs::{File, Metadata, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::plain;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;

/// What happens to a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// It is replaced whole.
    Replace,
}

/// A place to write to.
#[derive(Debug)]
pub(super) enum Out {
    /// Standard output.
    Standard,
    /// A file.
    File { path: PathBuf, existing: Existing },
}

impl Out {
    /// `-` or a file. What cannot be written to is refused before anything is asked of anybody.
    pub(super) fn of(
        invocation: &Invocation,
        given: &Path,
        existing: Existing,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        if given == Path::new("-") {
            return if terminal.is_json() {
                Err(Failure::usage(
                    "bad_command_line",
                    "`--out -` writes bytes, and --json wants JSON there",
                ))
            } else if terminal.is_seen() {
                Err(on_a_terminal())
            } else {
                Ok(Self::Standard)
            };
        }
        let path = invocation.directory.join(given);
        let shown = plain(&given.to_string_lossy());
        if folder(&path).is_none_or(|folder| !folder.is_dir()) {
            let message = format!("{shown} cannot be written: its folder does not exist");
            return Err(Failure::usage("no_folder", message));
        }
        match path.symlink_metadata() {
            Ok(_) if path.is_dir() => {
                let message = format!("{shown} is a directory");
                Err(Failure::usage("is_a_directory", message))
            }
            Ok(_) if existing == Existing::Keep => {
                let message = format!("{shown} is there already; nothing was written");
                Err(Failure::usage("file_exists", message).with_hint("--force replaces it"))
            }
            _ => Ok(Self::File { path, existing }),
        }
    }

    /// Writes all of it, or nothing.
    pub(super) fn write(&self, bytes: &[u8], terminal: &mut Terminal) -> Result<(), Failure> {
        let Self::File { path, existing } = self else {
            return if terminal.bytes(bytes) {
                Ok(())
            } else {
                Err(on_a_terminal())
            };
        };
        file(path, *existing, bytes).map_err(|error| {
            let shown = plain(&path.to_string_lossy());
            let message = format!("{shown} cannot be written: {}", error.kind());
            Failure::new("not_written", message)
        })
    }
}

/// Writes a file of which there is never a half: with the rights that any new file gets, or those of
/// the one that it replaces.
fn file(path: &Path, existing: Existing, bytes: &[u8]) -> io::Result<()> {
    let before = path.metadata().ok();
    if existing == Existing::Replace && before.as_ref().is_some_and(|before| !before.is_file()) {
        // A pipe or a device is written to, never replaced.
        return File::options().write(true).open(path)?.write_all(bytes);
    }
    let path = match existing {
        Existing::Keep => path.to_owned(),
        // What a link leads to is replaced, not the link.
        Existing::Replace => path.canonicalize().unwrap_or_else(|_| path.to_owned()),
    };
    let folder = folder(&path).unwrap_or(Path::new("."));
    let new = Permissions::from_mode(0o666);
    let mut fresh = tempfile::Builder::new()
        .permissions(new)
        .tempfile_in(folder)?;
    fresh.write_all(bytes)?;
    let kept = before.filter(|_| existing == Existing::Replace);
    if let Some(rights) = kept.as_ref().map(Metadata::permissions) {
        fresh.as_file().set_permissions(rights)?;
    }
    let put = match existing {
        Existing::Keep => fresh.persist_noclobber(&path),
        Existing::Replace => fresh.persist(&path),
    };
    put.map(drop).map_err(|error| error.error)
}

fn folder(path: &Path) -> Option<&Path> {
    let folder = path.parent()?;
    Some(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    })
}

fn on_a_terminal() -> Failure {
    let message = "bytes are not written to a terminal, which would obey what is in them";
    Failure::usage("terminal_output", message)
        .with_hint("name a file, or send standard output to a file or a pipe")
}
