use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::ports::Random;
use keyway_oauth::SafeError;
use keyway_vault::{KeyRing, MasterKey, Vault};

use super::folder::{Folder, failed, owner_only, private};

/// The file of the key that seals the grants, in the person's own folder.
pub(super) const KEY_FILE: &str = "grants.key";
/// The longest key file that is read, in bytes.
const MAX: u64 = 4096;

/// The vault over the key there is; `None` when there is none.
pub(super) fn load(home: &Path, random: &Arc<dyn Random>) -> Result<Option<Vault>, SafeError> {
    let path = home.join(KEY_FILE);
    let broken = |error: &std::io::Error| failed("read the key file", &path, error);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(broken(&error)),
    };
    // Of the open file, so that what is checked is what is read.
    let about = file.metadata().map_err(|error| broken(&error))?;
    owner_only(&path, &about, "600")?;
    let mut text = Vec::new();
    let read = file.take(MAX).read_to_end(&mut text);
    let text = Secret::new(text);
    read.map_err(|error| broken(&error))?;
    let key = MasterKey::parse(text.expose()).map_err(|error| {
        SafeError::Corrupt(format!(
            "{} holds no key ({error}); put the right one back, or remove the file and sign in again to each server: keyway mcp connect <server>",
            path.display()
        ))
    })?;
    Ok(Some(Vault::new(KeyRing::new(key), Arc::clone(random))))
}

/// The vault over the key there is, or over a new one.
pub(super) fn load_or_make(folder: &Folder, random: &Arc<dyn Random>) -> Result<Vault, SafeError> {
    let home = folder.home();
    if let Some(vault) = load(home, random)? {
        return Ok(vault);
    }
    folder.ensure()?;
    let path = home.join(KEY_FILE);
    // Written whole under another name first, and linked: a link fails where the name is taken,
    // where a rename would replace another process's key.
    let draft = home.join(format!("{KEY_FILE}.{}.tmp", folder.token()));
    let text = MasterKey::generate(&**random).to_text();
    let written = private().open(&draft).and_then(|mut file| {
        file.write_all(text.expose().as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&draft, &path));
    let _ = fs::remove_file(&draft);
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(failed("write the key file", &path, &error)),
    }
    load(home, random)?.ok_or_else(|| {
        SafeError::Io(format!(
            "{} is gone again after it was made",
            path.display()
        ))
    })
}
