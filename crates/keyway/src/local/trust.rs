use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Home;
use super::document::{Digest, Document, Shared};
use crate::cli::Failure;

/// Which project files the person trusts: each by its path and the SHA-256 of its content.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trust {
    version: u32,
    projects: Vec<Trusted>,
}

/// One trusted file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trusted {
    /// The file.
    pub(crate) path: PathBuf,
    /// The SHA-256 of the content that was shown, as 64 hexadecimal digits.
    pub(crate) sha256: String,
    /// When the person said so.
    #[serde(rename = "trusted_at")]
    pub(crate) since: Timestamp,
}

const VERSION: u32 = 1;

impl Trust {
    /// What is trusted now. The error says why the record cannot be relied on; nothing is trusted
    /// then.
    pub(crate) fn read(home: &Home) -> Result<Self, String> {
        let Some(document) = Document::read(&home.trust_file())? else {
            return Ok(Self {
                version: VERSION,
                projects: Vec::new(),
            });
        };
        if document.owner != rustix::process::geteuid().as_raw() {
            return Err("belongs to another user".into());
        }
        match document.shared {
            None => {}
            Some(Shared::File) => return Err("can be changed by other users".into()),
            Some(Shared::Folder) => {
                return Err("is in a folder that other users can change: `chmod go-w` it".into());
            }
        }
        let trust: Self = serde_json::from_str(&document.text)
            .map_err(|_| "is not what `keyway mcp trust` writes".to_owned())?;
        if trust.version == VERSION {
            Ok(trust)
        } else {
            Err("was written by another version of Keyway".into())
        }
    }

    /// True when exactly this content is trusted at exactly this place.
    pub(crate) fn covers(&self, file: &Path, digest: &Digest) -> bool {
        self.projects
            .iter()
            .any(|trusted| trusted.path == file && trusted.sha256 == digest.as_str())
    }

    /// Everything that is trusted, by path.
    pub(crate) fn list(&self) -> &[Trusted] {
        &self.projects
    }

    /// Trusts a content at a place, instead of what was trusted there before. On disk when this
    /// returns.
    pub(crate) fn add(
        home: &Home,
        file: &Path,
        digest: &Digest,
        now: Timestamp,
    ) -> Result<(), Failure> {
        change(home, |projects| {
            projects.retain(|trusted| trusted.path != file);
            projects.push(Trusted {
                path: file.to_owned(),
                sha256: digest.as_str().to_owned(),
                since: now,
            });
            projects.sort_by(|one, other| one.path.cmp(&other.path));
        })
    }

    /// Trusts nothing at a place any more. False when nothing was.
    pub(crate) fn remove(home: &Home, file: &Path) -> Result<bool, Failure> {
        let mut removed = false;
        change(home, |projects| {
            let before = projects.len();
            projects.retain(|trusted| trusted.path != file);
            removed = projects.len() < before;
        })?;
        Ok(removed)
    }
}

/// Changes the record, one process at a time, all of it or nothing.
fn change(home: &Home, edit: impl FnOnce(&mut Vec<Trusted>)) -> Result<(), Failure> {
    let file = home.trust_file();
    let failed = |error: &std::io::Error| {
        let message = format!("{} cannot be written: {}", file.display(), error.kind());
        Failure::new("trust_not_kept", message)
    };
    home.make().map_err(|error| failed(&error))?;
    let directory = File::open(home.dir()).map_err(|error| failed(&error))?;
    // Held until it is dropped.
    directory.lock().map_err(|error| failed(&error))?;
    let mut trust = Trust::read(home).map_err(|why| {
        let message = format!("{} {why}", file.display());
        Failure::usage("trust_unusable", message)
            .with_hint("look at it, then remove it; every project has to be trusted anew")
    })?;
    edit(&mut trust.projects);
    let text = serde_json::to_string_pretty(&trust).unwrap_or_default() + "\n";
    write(home.dir(), &file, &text).map_err(|error| failed(&error))
}

/// Replaces a file whole; a new one can be read by this user only.
pub(crate) fn write(directory: &Path, file: &Path, text: &str) -> std::io::Result<()> {
    // Such a file is made with mode 0600.
    let mut fresh = tempfile::NamedTempFile::new_in(directory)?;
    fresh.write_all(text.as_bytes())?;
    fresh.as_file().sync_all()?;
    fresh.persist(file).map_err(|error| error.error)?;
    fs::File::open(directory)?.sync_all()
}
