//! Reference files that are made from the code and committed.

use std::fs;
use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::workspace::Workspace;

/// A file, and the arguments of `keyway` that print it.
const FILES: &[(&str, &[&str])] = &[
    ("docs/reference/cli.md", &["internal-docs", "cli.md"]),
    ("docs/reference/config.md", &["internal-docs", "config.md"]),
    (
        "docs/reference/config.schema.json",
        &["internal-docs", "config.schema.json"],
    ),
    ("docs/reference/env.md", &["internal-docs", "env.md"]),
    (
        "docs/reference/openapi.json",
        &["internal-docs", "openapi.json"],
    ),
];

/// Writes the files, or with `check` says which of them are stale; `true` when all is well.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<bool, Failure> {
    let mut fresh = true;
    for (file, arguments) in FILES {
        let mut command = Command::new("cargo");
        command
            .args(["run", "--quiet", "--package", "keyway", "--"])
            .args(*arguments)
            .current_dir(&workspace.root);
        let printed = process::run(&mut command, Show::Nothing)?;
        if !printed.success {
            return Err(
                format!("keyway {} failed:\n{}", arguments.join(" "), printed.output).into(),
            );
        }
        let path = workspace.root.join(file);
        let current = fs::read_to_string(&path).unwrap_or_default();
        if current == printed.output {
            println!("gen: {file}: fresh");
        } else if check {
            println!("gen: {file}: stale, run cargo xtask gen");
            fresh = false;
        } else {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::write(&path, printed.output)?;
            println!("gen: {file}: written");
        }
    }
    Ok(fresh)
}
