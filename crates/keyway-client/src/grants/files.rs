use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::sync::Arc;

use keyway_core::Secret;
use keyway_core::ports::Random;
use keyway_oauth::SafeError;
use keyway_vault::{Context, Vault, VaultError};

use super::folder::{Folder, failed};
use super::{key, record};

/// The ending of sealed files.
const ENDING: &str = ".sealed";
/// The longest file that is read, in bytes.
const MAX: u64 = 1024 * 1024;

/// Records as files, each sealed with a data key of its own under the key in `grants.key`, bound to
/// the record's name.
#[derive(Clone)]
pub(super) struct Files {
    folder: Arc<Folder>,
    random: Arc<dyn Random>,
}

impl Files {
    pub(super) fn new(folder: Arc<Folder>, random: Arc<dyn Random>) -> Self {
        Self { folder, random }
    }

    pub(super) fn read(&self, name: &str) -> Result<Option<Secret<Vec<u8>>>, SafeError> {
        if !self.folder.check()? {
            return Ok(None);
        }
        let Some(file) = self.load(&file_name(name))? else {
            return Ok(None);
        };
        let damaged = |why: &str| {
            let mend = record::mend(name);
            SafeError::Corrupt(format!("the grant {name} cannot be opened: {why}; {mend}"))
        };
        let (found, sealed) =
            record::decode(&file).ok_or_else(|| damaged("its file is damaged"))?;
        if found != name {
            return Err(damaged("its file belongs to another grant"));
        }
        let vault = self
            .vault()?
            .ok_or_else(|| damaged("its key, grants.key, is not there"))?;
        let opened = vault.open(&place(name), sealed).map_err(|error| {
            damaged(match error {
                VaultError::UnknownKey => {
                    "it was sealed with another key than the one in grants.key"
                }
                _ => "its file is damaged",
            })
        })?;
        Ok(Some(opened))
    }

    pub(super) fn write(&self, name: &str, value: &Secret<Vec<u8>>) -> Result<(), SafeError> {
        let vault = key::load_or_make(&self.folder, &self.random)?;
        let sealed = vault.seal(&place(name), value.expose()).map_err(|error| {
            SafeError::Io(format!("the grant {name} cannot be sealed: {error}"))
        })?;
        self.folder
            .replace(&file_name(name), &record::encode(name, &sealed))
    }

    pub(super) fn remove(&self, name: &str) -> Result<bool, SafeError> {
        self.folder.remove(&file_name(name))
    }

    /// The names of all records, read from their files: the key is not needed for it.
    pub(super) fn names(&self) -> Result<Vec<String>, SafeError> {
        let mut names = Vec::new();
        for file in self.folder.files()? {
            let Some(stem) = file.strip_suffix(ENDING) else {
                continue;
            };
            let content = self.load(&file)?.unwrap_or_default();
            match record::decode(&content) {
                Some((name, _)) if record::file_stem(name) == stem => names.push(name.to_owned()),
                _ => tracing::warn!(file, "a file among the grants is damaged or misplaced"),
            }
        }
        names.sort();
        Ok(names)
    }

    fn vault(&self) -> Result<Option<Vault>, SafeError> {
        key::load(self.folder.home(), &self.random)
    }

    fn load(&self, file: &str) -> Result<Option<Vec<u8>>, SafeError> {
        let path = self.folder.file(file);
        let mut content = Vec::new();
        match File::open(&path).and_then(|file| file.take(MAX).read_to_end(&mut content)) {
            Ok(_) => Ok(Some(content)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("read", &path, &error)),
        }
    }
}

fn file_name(name: &str) -> String {
    record::file_stem(name) + ENDING
}

/// What a sealed value is bound to. There is one person and no organization.
fn place(name: &str) -> Context<'_> {
    Context {
        organization: "",
        table: "grants",
        column: "record",
        row: name,
    }
}
