//! Every manifest takes its lints, its version and its dependencies from the workspace.

use std::fs;

use crate::Failure;
use crate::workspace::{Package, Workspace};

/// Every manifest that goes its own way.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let reference = workspace
        .package("keyway")
        .ok_or("the workspace has no package keyway")?;
    let mut findings = Vec::new();
    for package in &workspace.packages {
        let text = fs::read_to_string(&package.manifest_path)?;
        let mut say = |what: &str| findings.push(format!("{}: {what}", package.name));
        if !section(&text, "lints").any(|line| line == "workspace = true") {
            say("[lints] must say workspace = true");
        }
        if package.publish.as_deref() != Some(&[]) {
            say("publish must come from the workspace (nothing is published yet)");
        }
        if !same_house(package, reference) {
            say("version, edition, rust-version and license must come from the workspace");
        }
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for line in section(&text, kind).filter(|line| !from_workspace(line)) {
                say(&format!(
                    "[{kind}] `{line}` must come from [workspace.dependencies]"
                ));
            }
        }
    }
    Ok(findings)
}

fn same_house(package: &Package, reference: &Package) -> bool {
    package.version == reference.version
        && package.edition == reference.edition
        && package.rust_version == reference.rust_version
        && package.license == reference.license
}

fn from_workspace(line: &str) -> bool {
    line.contains(".workspace = true")
        || line.contains("workspace = true,")
        || line.contains("workspace = true }")
}

/// The entries of one section of a manifest: one a line, without blank lines and comments.
fn section<'text>(manifest: &'text str, name: &str) -> impl Iterator<Item = &'text str> {
    let header = format!("[{name}]");
    manifest
        .lines()
        .map(str::trim)
        .skip_while(move |line| *line != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}
