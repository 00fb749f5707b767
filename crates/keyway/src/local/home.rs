use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::config::Environment;

/// The person's own folder: `KEYWAY_HOME`, else `.keyway` in the home directory. Nobody else can
/// look into it once it was made here.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// Where it is; it need not be there yet. A relative `KEYWAY_HOME` begins at `directory`.
    pub(crate) fn of(environment: &Environment, directory: &Path) -> Result<Self, Failure> {
        if let Some(own) = environment.get("KEYWAY_HOME") {
            return Ok(Self(directory.join(own)));
        }
        match environment.get("HOME") {
            Some(home) => Ok(Self(directory.join(home).join(".keyway"))),
            None => Err(
                Failure::usage("no_home", "it is not known where your own files are")
                    .with_hint("set KEYWAY_HOME to a folder of yours"),
            ),
        }
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.0
    }

    /// The person's own servers.
    pub(crate) fn user_file(&self) -> PathBuf {
        self.0.join("mcp.json")
    }

    /// Further models, their keys and prices.
    pub(crate) fn models_file(&self) -> PathBuf {
        self.0.join("models.json")
    }

    /// Which project files are trusted.
    pub(crate) fn trust_file(&self) -> PathBuf {
        self.0.join("trust.json")
    }

    /// Makes the folder, for this user only, where it is not there.
    pub(crate) fn make(&self) -> std::io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
    }
}
