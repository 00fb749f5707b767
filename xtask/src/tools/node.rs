//! The pinned npm packages, among them the Node.js that runs them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::tools::cache;
use crate::workspace::Workspace;

/// The installed packages.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    modules: PathBuf,
}

impl Node {
    /// Installs the packages of `e2e/node/package-lock.json` when they are not in the cache, and
    /// links them beside the scripts that import them.
    pub(crate) fn ensure(workspace: &Workspace) -> Result<Self, Failure> {
        let project = workspace.root.join("e2e/node");
        let manifest = fs::read(project.join("package.json"))?;
        let lock = fs::read(project.join("package-lock.json"))?;
        let folder = cache::folder(workspace, "node", &[&manifest, &lock], |folder| {
            fs::write(folder.join("package.json"), &manifest)?;
            fs::write(folder.join("package-lock.json"), &lock)?;
            install(folder)
        })?;
        let modules = folder.join("node_modules");
        link(&modules, &project.join("node_modules"))?;
        Ok(Self { modules })
    }

    /// A command that runs a script or a program of a package with the pinned Node.js.
    pub(crate) fn command(&self, script: &Path) -> Command {
        let mut command = Command::new(self.program());
        command.arg(script);
        command
    }

    /// The pinned Node.js itself.
    pub(crate) fn program(&self) -> PathBuf {
        self.modules.join("node/bin/node")
    }

    /// The path of a file in a package.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.modules.join(path)
    }
}

fn install(folder: &Path) -> Result<(), Failure> {
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-audit", "--no-fund", "--loglevel", "error"])
        .current_dir(folder);
    let finished = process::run(&mut npm, Show::Nothing)?;
    if !finished.success {
        return Err(format!("npm ci failed:\n{}", finished.output).into());
    }
    let program = folder.join("node_modules/node/bin/node");
    let mut version = Command::new(&program);
    version.arg("--version");
    process::run(&mut version, Show::Nothing)
        .map(drop)
        .map_err(|failure| {
            format!("npm installed no Node.js (its install scripts may be blocked): {failure}")
                .into()
        })
}

fn link(target: &Path, place: &Path) -> Result<(), Failure> {
    if fs::read_link(place).is_ok_and(|current| current == target) {
        return Ok(());
    }
    if place.symlink_metadata().is_ok() {
        fs::remove_file(place)
            .map_err(|error| format!("{} is in the way: {error}", place.display()))?;
    }
    symlink(target, place).map_err(Into::into)
}
