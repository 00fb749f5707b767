//! What must not be in the tree: addresses that only one machine can reach, paths of one machine.

use std::fs;

use crate::Failure;
use crate::workspace::Workspace;

/// Folders of one person's or one machine's disk.
const PERSONAL: &[&str] = &["/home/", "/root/", "/Users/", ":\\Users\\"];

/// Files that tell a package manager what to fetch: names and versions, never from where.
const PINS: &[&str] = &[
    "package.json",
    "package-lock.json",
    "requirements.txt",
    ".npmrc",
    "pip.conf",
    ".cargo/config.toml",
];

/// Every file that names either.
pub(super) fn check(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    let mut findings = Vec::new();
    for file in workspace.files()? {
        if file == "xtask/src/lint/words.rs" {
            continue;
        }
        let Ok(text) = fs::read_to_string(workspace.root.join(&file)) else {
            continue;
        };
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(path) = PERSONAL.iter().find(|path| line.contains(**path)) {
                findings.push(format!(
                    "{file}:{number} names a path of one machine: {path}"
                ));
            }
            if PINS.iter().any(|pins| file.ends_with(pins)) && names_a_source(line) {
                findings.push(format!("{file}:{number} names where to download from"));
            }
        }
    }
    Ok(findings)
}

fn names_a_source(line: &str) -> bool {
    let line = line.trim_start();
    let key = |name: &str| line.starts_with(name);
    key("\"resolved\"")
        || key("registry")
        || key("index-url")
        || key("--index-url")
        || key("--extra-index-url")
}

#[cfg(test)]
mod tests {
    use super::names_a_source;

    #[test]
    fn a_funding_link_is_not_a_source() {
        assert!(!names_a_source(
            "        \"url\": \"https://example.org/sponsor\""
        ));
        assert!(names_a_source(
            "      \"resolved\": \"https://example.org/a.tgz\","
        ));
    }
}
