use std::path::{Path, PathBuf};

use super::document::{Digest, Document};

/// The project that is worked in: the working directory, if it has servers of its own.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    dir: PathBuf,
    file: PathBuf,
}

impl Project {
    /// The project of a directory. Links in the directory's own path are resolved; the file below it
    /// may be a link, since what counts is its content for this directory.
    pub(crate) fn of(directory: &Path) -> Self {
        let dir = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_owned());
        let file = dir.join(".keyway").join("mcp.json");
        Self { dir, file }
    }

    /// The directory.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Its file of servers.
    pub(crate) fn file(&self) -> &Path {
        &self.file
    }

    /// What tells this project's tokens and approvals from the person's own and from those of other
    /// projects: the first 16 hexadecimal digits of its path's SHA-256.
    pub(crate) fn profile(&self) -> String {
        let path = self.dir.as_os_str().as_encoded_bytes();
        let mut mark = Digest::of(path).as_str().to_owned();
        mark.truncate(16);
        mark
    }

    /// The file's content; `None` where there is none, or where it is the person's own file, as in
    /// the home directory.
    pub(crate) fn read(&self, user_file: &Path) -> Result<Option<Document>, String> {
        let Some(document) = Document::read(&self.file)? else {
            return Ok(None);
        };
        let own = Document::read(user_file).ok().flatten();
        let same = own.is_some_and(|own| own.identity == document.identity);
        Ok((!same).then_some(document))
    }
}
