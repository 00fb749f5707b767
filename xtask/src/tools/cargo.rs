//! Cargo's own tools, from crates.io.

use std::path::PathBuf;
use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::tools::cache;
use crate::workspace::Workspace;

/// The versions installed where the machine has none.
const TOOLS: &[(&str, &str)] = &[
    ("cargo-deny", "0.20.2"),
    ("cargo-fuzz", "0.13.2"),
    ("cargo-nextest", "0.9.143"),
];

/// The tool's program: the machine's own, else the cache's, installed when missing.
pub(crate) fn cargo_tool(workspace: &Workspace, name: &str) -> Result<PathBuf, Failure> {
    if answers(name) {
        return Ok(PathBuf::from(name));
    }
    let (_, version) = TOOLS
        .iter()
        .find(|(tool, _)| *tool == name)
        .ok_or("no such tool")?;
    let folder = cache::folder(workspace, name, &[version.as_bytes()], |folder| {
        println!("{name} {version}: building, this takes some minutes");
        let mut command = Command::new("cargo");
        command
            .args([
                "install",
                "--locked",
                "--quiet",
                "--version",
                version,
                "--root",
            ])
            .arg(folder)
            .arg(name)
            .env("CARGO_TARGET_DIR", folder.join("target"))
            .current_dir(folder);
        if !process::run(&mut command, Show::Live)?.success {
            return Err(format!("cargo install {name} failed").into());
        }
        std::fs::remove_dir_all(folder.join("target")).map_err(Into::into)
    })?;
    Ok(folder.join("bin").join(name))
}

fn answers(name: &str) -> bool {
    let subcommand = name.trim_start_matches("cargo-");
    let mut command = Command::new(name);
    command.args([subcommand, "--version"]);
    process::run(&mut command, Show::Nothing).is_ok_and(|finished| finished.success)
}
