use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, openat, renameat_with, statat};
use tempfile::TempDir;

use super::record::{MANAGER, Record};

pub(super) const PAGE: &str = "SKILL.md";
pub(super) const SCHEMAS: &str = "schemas";
const METADATA: &str = "metadata.json";
const TEMPORARY: &str = ".keyway-new-";

/// The most bytes that are read of one file.
const MOST: u64 = 4 << 20;

/// Something of the name of a folder of ours that is not ours, and is left alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    /// The server whose folder it would be.
    pub server: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Why a file of a skill cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// There is none of this name.
    #[error("there is no such file in the skill")]
    Missing,
    /// It cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[source] io::Error),
}

/// The folder that holds one folder for every server.
#[derive(Debug, Clone)]
pub(super) struct Root {
    path: PathBuf,
}

/// The folder of one server.
pub(super) enum Standing {
    None,
    Ours(Record),
    Foreign,
}

/// What a folder is to hold.
pub(super) struct Content {
    pub(super) page: String,
    /// Schema files, by name.
    pub(super) schemas: Vec<(String, String)>,
    pub(super) record: Record,
}

/// The root, with no other process writing into it.
pub(super) struct Locked {
    root: Root,
    _lock: File,
}

impl Root {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder where it is missing, for its owner alone, and waits until no other process
    /// writes into it. What a process left behind that died while it wrote is cleared away.
    pub(super) fn lock(&self) -> io::Result<Locked> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.path)?;
        let lock = File::open(&self.path)?;
        lock.lock()?;
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            if name.as_bytes().starts_with(TEMPORARY.as_bytes()) {
                let _ = fs::remove_dir_all(self.path.join(name));
            }
        }
        Ok(Locked {
            root: self.clone(),
            _lock: lock,
        })
    }

    /// Whose the folder of this name is. Anything but a folder with our metadata is foreign, a link
    /// as well.
    pub(super) fn standing(&self, name: &str) -> Standing {
        match fs::symlink_metadata(self.path.join(name)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Standing::None,
            Ok(about) if about.is_dir() => match self.record(name) {
                Some(record) => Standing::Ours(record),
                None => Standing::Foreign,
            },
            _ => Standing::Foreign,
        }
    }

    fn record(&self, name: &str) -> Option<Record> {
        let text = self.read(name, &[METADATA]).ok()?;
        let record: Record = serde_json::from_str(&text).ok()?;
        (record.managed_by == MANAGER).then_some(record)
    }

    /// Reads a file of a folder. No link is followed, at any step.
    pub(super) fn read(&self, name: &str, path: &[&str]) -> Result<String, ReadError> {
        let wrong = |error: rustix::io::Errno| match error {
            rustix::io::Errno::NOENT | rustix::io::Errno::LOOP | rustix::io::Errno::NOTDIR => {
                ReadError::Missing
            }
            error => ReadError::Io(error.into()),
        };
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let inside = OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let mut at =
            openat(CWD, &self.path, flags | OFlags::DIRECTORY, Mode::empty()).map_err(wrong)?;
        for step in std::iter::once(&name).chain(path) {
            // One step is one name: nothing leads out.
            if step.is_empty() || step.contains(['/', '\0']) || matches!(*step, "." | "..") {
                return Err(ReadError::Missing);
            }
            at = openat(&at, *step, flags | inside, Mode::empty()).map_err(wrong)?;
        }
        let file = File::from(at);
        let about = file.metadata().map_err(ReadError::Io)?;
        if !about.is_file() {
            return Err(ReadError::Missing);
        }
        let mut bytes = Vec::new();
        let read = file.take(MOST).read_to_end(&mut bytes);
        read.map_err(ReadError::Io)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Locked {
    /// Puts a folder in place of the one there was, in one step. What stands there must be ours, or
    /// nothing.
    pub(super) fn replace(&self, name: &str, content: &Content) -> io::Result<()> {
        let new = self.aside()?;
        let schemas = new.path().join(SCHEMAS);
        DirBuilder::new().mode(0o700).create(&schemas)?;
        for (file, text) in &content.schemas {
            write(&schemas.join(file), text)?;
        }
        write(&new.path().join(PAGE), &content.page)?;
        write(&new.path().join(METADATA), &record_text(&content.record))?;
        self.exchange(new, name)
    }

    /// Puts other metadata, and another page where one is given, into a folder of ours.
    pub(super) fn mark(&self, name: &str, page: Option<&str>, record: &Record) -> io::Result<()> {
        let folder = self.root.path.join(name);
        let record = record_text(record);
        let page = page.map(|page| (PAGE, page));
        for (file, text) in page.into_iter().chain([(METADATA, &*record)]) {
            let mut new = tempfile::Builder::new().tempfile_in(&folder)?;
            new.write_all(text.as_bytes())?;
            new.persist(folder.join(file))?;
        }
        Ok(())
    }

    /// Every folder of ours.
    pub(super) fn ours(&self) -> io::Result<Vec<(String, Record)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.root.path)? {
            let Ok(name) = entry?.file_name().into_string() else {
                continue;
            };
            if let Standing::Ours(record) = self.root.standing(&name) {
                found.push((name, record));
            }
        }
        found.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }

    /// Removes a folder of ours, out of sight first.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        let aside = self.aside()?;
        fs::rename(self.root.path.join(name), aside.path().join("old"))?;
        // Links inside are removed, not what they lead to.
        aside.close()
    }

    /// A folder out of sight, for its owner alone.
    fn aside(&self) -> io::Result<TempDir> {
        tempfile::Builder::new()
            .prefix(TEMPORARY)
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&self.root.path)
    }

    fn exchange(&self, new: TempDir, name: &str) -> io::Result<()> {
        let target = self.root.path.join(name);
        if statat(CWD, &target, AtFlags::SYMLINK_NOFOLLOW).is_err() {
            fs::rename(new.path(), &target)?;
            // It is not there any more.
            let _ = new.keep();
            return Ok(());
        }
        let exchanged = renameat_with(CWD, new.path(), CWD, &target, RenameFlags::EXCHANGE);
        if exchanged.is_err() {
            // Not every file system can; then there is a moment without.
            self.remove(name)?;
            fs::rename(new.path(), &target)?;
            let _ = new.keep();
            return Ok(());
        }
        // What is under the temporary name now is the old one.
        new.close()
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

fn record_text(record: &Record) -> String {
    let mut text = serde_json::to_string_pretty(record).unwrap_or_default();
    text.push('\n');
    text
}
