use std::fs::DirBuilder;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use keyway_client::text;

use crate::cli::Failure;
use crate::config::{Environment, unreadable};

/// The person's own folder: `KEYWAY_HOME`, else `.keyway` in the home directory. Nobody else can
/// look into it once it was made here.
#[derive(Debug, Clone)]
pub(crate) struct Home(PathBuf);

impl Home {
    /// Where it is; it need not be there yet. A relative `KEYWAY_HOME` begins at `directory`.
    /// What is there and is no folder, or cannot be read, is refused.
    pub(crate) fn of(environment: &Environment, directory: &Path) -> Result<Self, Failure> {
        let path = match (environment.get("KEYWAY_HOME"), environment.get("HOME")) {
            (Some(own), _) => directory.join(own),
            (None, Some(home)) => directory.join(home).join(".keyway"),
            (None, None) => {
                return Err(
                    Failure::usage("no_home", "it is not known where your own files are")
                        .with_hint("set KEYWAY_HOME to a folder of yours"),
                );
            }
        };
        match std::fs::read_dir(&path) {
            Ok(_) => Ok(Self(path)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self(path)),
            Err(error) => Err(unusable(&path, &error)),
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

fn unusable(path: &Path, error: &std::io::Error) -> Failure {
    let shown = text::line(&path.to_string_lossy(), 300);
    let why = match error.kind() {
        ErrorKind::NotADirectory => "is not a folder".into(),
        _ => unreadable(error),
    };
    Failure::usage(
        "home_unusable",
        format!("your own folder cannot be used: {shown} {why}"),
    )
    .with_hint("set KEYWAY_HOME to a folder of yours, or mend this one")
}
