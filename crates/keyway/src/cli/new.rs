//! `keyway new`: a project that holds together, is tested and serves.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::scaffold::{Kind, Names, Record, files};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway new acme                       an integration without code, in the folder acme
  keyway new acme-billing --rust        the same as a program of its own
  cd acme && keyway validate && keyway dev";

/// Begin a project: a credential, an app and a first action, ready to serve
///
/// Writes into a new folder of that name: the definitions or the sources, a README, an AGENTS.md for
/// coding agents, .env.example and .gitignore. A folder that has anything in it is refused, and nothing
/// is written.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct New {
    /// The project's name: small letters, digits and single hyphens
    name: String,
    /// Without code: keyway.yaml and a folder of definitions; the default
    #[arg(long)]
    manifest: bool,
    /// In Rust: a program of its own
    #[arg(long, conflicts_with = "manifest")]
    rust: bool,
    /// The folder of Keyway's own sources that a project in Rust is built on, instead of the registry
    #[arg(long, value_name = "DIR", requires = "rust")]
    keyway_path: Option<PathBuf>,
}

pub(crate) fn run(
    invocation: &Invocation,
    command: &New,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let kind = if command.rust {
        Kind::Rust
    } else {
        Kind::Manifest
    };
    let keyway = dependency(invocation, command.keyway_path.as_deref())?;
    let names = Names::new(&command.name, kind, keyway.clone()).map_err(|wrong| {
        Failure::usage("bad_project_name", format!("the project's name: {wrong}"))
    })?;
    let folder = invocation.directory.join(&command.name);
    refuse_used(&folder)?;
    let all = files(kind, &names);
    for (path, text) in &all {
        write(&folder.join(path), text)?;
    }
    let record = Record {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kind: Some(kind),
        name: command.name.clone(),
        keyway: if kind == Kind::Rust {
            keyway
        } else {
            String::new()
        },
        files: all.iter().cloned().collect(),
        ..Record::default()
    };
    record.write(&folder)?;
    let program = &invocation.gateway.identity().name;
    let next: &[&str] = match kind {
        Kind::Manifest => &["validate", "dev"],
        Kind::Rust => &["cargo test", "cargo run -- dev"],
    };
    if terminal.is_json() {
        let paths: Vec<_> = all.iter().map(|(path, _)| path).collect();
        terminal.value(&json!({ "folder": folder, "kind": kind, "files": paths }));
        return Ok(ExitCode::SUCCESS);
    }
    terminal.line(format!(
        "{} files written into {}",
        all.len(),
        folder.display()
    ));
    terminal.line(format!("  cd {}", command.name));
    for line in next {
        match kind {
            Kind::Manifest => terminal.line(format!("  {program} {line}")),
            Kind::Rust => terminal.line(format!("  {line}")),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What a project in Rust depends on, as TOML.
fn dependency(invocation: &Invocation, path: Option<&Path>) -> Result<String, Failure> {
    let Some(path) = path else {
        return Ok(format!("\"{}\"", env!("CARGO_PKG_VERSION")));
    };
    let path = invocation.directory.join(path).join("crates/keyway");
    if !path.join("Cargo.toml").is_file() {
        let message = "--keyway-path does not lead to Keyway's sources";
        return Err(Failure::usage("no_keyway_there", message)
            .with_hint("name the folder that has crates/keyway in it"));
    }
    let path = serde_json::to_string(&path).unwrap_or_default();
    Ok(format!("{{ path = {path} }}"))
}

/// Refuses a folder that has anything in it, and what is no folder.
fn refuse_used(folder: &Path) -> Result<(), Failure> {
    let shown = folder.display();
    let refused = match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => return Ok(()),
        Ok(false) => format!("{shown} is not empty; nothing was written"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            format!("{shown} is there and is no folder; nothing was written")
        }
        Err(error) => format!("{shown} cannot be looked into: {}", error.kind()),
    };
    Err(Failure::usage("folder_not_empty", refused)
        .with_hint("choose another name, or move what is there"))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(path, text));
    written.map_err(|error| {
        let message = format!("{} cannot be written: {}", path.display(), error.kind());
        Failure::new("scaffold_not_written", message)
    })
}
