//! The pinned Python packages, in a virtual environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::tools::cache;
use crate::workspace::Workspace;

/// The virtual environment.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    folder: PathBuf,
}

impl Python {
    /// Installs the packages of `e2e/python/requirements.txt` when they are not in the cache.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self, Failure> {
        let pins = fs::read(workspace.root.join("e2e/python/requirements.txt"))?;
        let folder = cache::folder(workspace, "python", &[&pins], |folder| {
            let requirements = folder.join("requirements.txt");
            fs::write(&requirements, &pins)?;
            step(Command::new("python3").args(["-m", "venv", "venv"]), folder)?;
            step(
                Command::new("venv/bin/pip").args(["install", "-q", "-r", "requirements.txt"]),
                folder,
            )
        })?;
        Ok(Self { folder })
    }

    /// A command that runs a script with the environment's Python.
    pub(crate) fn command(&self, script: &Path) -> Command {
        let mut command = Command::new(self.program());
        command.arg(script);
        command
    }

    /// The environment's Python itself.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.join("venv/bin/python")
    }
}

fn step(command: &mut Command, folder: &Path) -> Result<(), Failure> {
    let program = folder.join(command.get_program());
    let mut command_here = Command::new(if program.exists() {
        program
    } else {
        command.get_program().into()
    });
    command_here
        .args(command.get_args())
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .current_dir(folder);
    let finished = process::run(&mut command_here, Show::Nothing)?;
    finished
        .success
        .then_some(())
        .ok_or_else(|| finished.output.into())
}
