use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use keyway_core::ports::{BoxFuture, Random};
use keyway_oauth::{Lock, SafeError};
use tokio::sync::watch;
use tokio::time::sleep;

use super::record::file_stem;

/// How often another process's changes are looked for.
const LOOK: Duration = Duration::from_secs(1);
/// How often a lock that another holds is tried again.
const TRY: Duration = Duration::from_millis(25);
/// The file that says that something changed.
const STAMP: &str = "changed";

/// The folder of the grants: private to its owner, with one lock a record and a sign of change.
/// The keyring uses it too, for locks and signs.
pub(super) struct Folder {
    home: PathBuf,
    path: PathBuf,
    random: Arc<dyn Random>,
    here: watch::Sender<()>,
}

/// What a change changes.
type Sign = (Option<SystemTime>, Vec<u8>);

impl Folder {
    /// The folder `grants` in the person's own folder. Touches nothing.
    pub(super) fn new(home: PathBuf, random: Arc<dyn Random>) -> Self {
        Self {
            path: home.join("grants"),
            home,
            random,
            here: watch::Sender::new(()),
        }
    }

    /// The person's own folder.
    pub(super) fn home(&self) -> &Path {
        &self.home
    }

    /// This folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where a file of this folder is.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Sees to it that the folder is there, for its owner alone.
    pub(super) fn ensure(&self) -> Result<(), SafeError> {
        for folder in [&self.home, &self.path] {
            private_folder(folder).map_err(|error| failed("make the folder", folder, &error))?;
        }
        self.check().map(drop)
    }

    /// Whether the folder is there. One that others may read is refused.
    pub(super) fn check(&self) -> Result<bool, SafeError> {
        let about = match fs::metadata(&self.path) {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed("read the folder", &self.path, &error)),
        };
        owner_only(&self.path, &about, "700")?;
        Ok(true)
    }

    /// The names of the files.
    pub(super) fn files(&self) -> Result<Vec<String>, SafeError> {
        if !self.check()? {
            return Ok(Vec::new());
        }
        let read = |error| failed("read the folder", &self.path, &error);
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(read)? {
            names.extend(entry.map_err(read)?.file_name().into_string().ok());
        }
        Ok(names)
    }

    /// Puts a file in place, whole or not at all, on disk when this returns.
    pub(super) fn replace(&self, name: &str, content: &[u8]) -> Result<(), SafeError> {
        self.ensure()?;
        let path = self.file(name);
        self.write(name, content)
            .map_err(|error| failed("write", &path, &error))
    }

    /// Removes a file. False when there was none.
    pub(super) fn remove(&self, name: &str) -> Result<bool, SafeError> {
        if !self.check()? {
            return Ok(false);
        }
        let path = self.file(name);
        let removed = fs::remove_file(&path).and_then(|()| File::open(&self.path)?.sync_all());
        match removed {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed("remove", &path, &error)),
        }
    }

    /// Says that something changed, here and to other processes.
    pub(super) fn tell(&self) {
        let stamp = self.token();
        // Without it the others see the change later or not at all; what was written is written.
        if let Err(error) = self.write(STAMP, stamp.as_bytes()) {
            tracing::warn!(error = %error.kind(), "other processes cannot be told of a change of grants");
        }
        self.here.send_replace(());
    }

    /// Completes when something changed since this was called.
    pub(super) fn changed(&self) -> BoxFuture<'_, ()> {
        let before = self.sign();
        let mut here = self.here.subscribe();
        Box::pin(async move {
            loop {
                tokio::select! {
                    told = here.changed() => if told.is_ok() { return },
                    () = sleep(LOOK) => {}
                }
                if self.sign() != before {
                    return;
                }
            }
        })
    }

    /// Waits for the lock of this name. The system lets go of it when the process ends.
    pub(super) async fn lock(&self, name: &str) -> Result<Lock, SafeError> {
        self.ensure()?;
        let locks = self.file("locks");
        private_folder(&locks).map_err(|error| failed("make the folder", &locks, &error))?;
        let path = locks.join(file_stem(name));
        let broken = |error: &std::io::Error| failed("lock", &path, error);
        let file = private().open(&path).map_err(|error| broken(&error))?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Box::new(file)),
                Err(TryLockError::WouldBlock) => sleep(TRY).await,
                Err(TryLockError::Error(error)) => return Err(broken(&error)),
            }
        }
    }

    /// 32 hexadecimal digits that were never there before.
    pub(super) fn token(&self) -> String {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes);
        bytes.iter().fold(String::new(), |mut text, byte| {
            use std::fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn write(&self, name: &str, content: &[u8]) -> std::io::Result<()> {
        let drafts = self.file("drafts");
        private_folder(&drafts)?;
        // One draft at a time under one name: a process that is killed leaves at most one behind,
        // and the next one overwrites it.
        let turn = private().open(drafts.join("lock"))?;
        turn.lock()?;
        let draft = drafts.join("draft");
        let mut file = private().truncate(true).open(&draft)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&draft, self.file(name))?;
        File::open(&self.path)?.sync_all()
    }

    fn sign(&self) -> Sign {
        let time = fs::metadata(&self.path).and_then(|about| about.modified());
        let stamp = fs::read(self.file(STAMP));
        (time.ok(), stamp.unwrap_or_default())
    }
}

/// An error of the file system, without what was written.
pub(super) fn failed(doing: &str, path: &Path, error: &std::io::Error) -> SafeError {
    SafeError::Io(format!("cannot {doing} {}: {error}", path.display()))
}

/// Files made with these options are for the owner alone.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Refuses what others than the owner may read or write.
pub(super) fn owner_only(path: &Path, about: &fs::Metadata, wanted: &str) -> Result<(), SafeError> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            let path = path.display();
            return Err(SafeError::Unavailable(format!(
                "{path} is open to others than its owner (mode {mode:03o}); take the permissions away: chmod {wanted} {path}"
            )));
        }
    }
    #[cfg(not(unix))]
    let _ = (path, about, wanted);
    Ok(())
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
