use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Kind;
use crate::cli::failure::Failure;

/// Where it is kept, below a project's folder. It belongs into the repository.
const FILE: &str = ".keyway/scaffold.json";

/// What Keyway wrote into a project, as it wrote it last: what a later version is held against.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Record {
    /// The version that wrote it.
    pub(in crate::cli) version: String,
    /// How the project is written; nothing where it was not begun by `keyway new`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::cli) kind: Option<Kind>,
    /// The project's name.
    #[serde(default)]
    pub(in crate::cli) name: String,
    /// What a Rust project depends on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in crate::cli) keyway: String,
    /// The scaffold's files, by path.
    #[serde(default)]
    pub(in crate::cli) files: BTreeMap<String, String>,
    /// Pages that were copied out, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(in crate::cli) pages: BTreeMap<String, PageRecord>,
}

/// A page that was copied out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct PageRecord {
    /// Which one.
    pub(in crate::cli) page: String,
    /// As it was written.
    pub(in crate::cli) text: String,
}

impl Record {
    /// The record of a project, if it has one.
    pub(in crate::cli) fn read(project: &Path) -> Result<Option<Self>, Failure> {
        let Some(path) = inside(project, FILE) else {
            return Err(linked(project));
        };
        let unusable = |why: String| {
            let message = format!("{} cannot be used: {why}", path.display());
            Failure::usage("bad_scaffold_record", message)
                .with_hint("take it back from the repository")
        };
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| {
                unusable(format!("line {}, column {}", error.line(), error.column()))
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unusable(error.kind().to_string())),
        }
    }

    /// Keeps it, in no place that a link leads to.
    pub(in crate::cli) fn write(&self, project: &Path) -> Result<(), Failure> {
        let Some(path) = inside(project, FILE) else {
            return Err(linked(project));
        };
        let failed = |error: io::Error| {
            let message = format!("{} cannot be written: {}", path.display(), error.kind());
            Failure::new("scaffold_not_written", message)
        };
        if let Some(folder) = path.parent() {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true).mode(0o700);
            builder.create(folder).map_err(failed)?;
        }
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        fs::write(&path, text).map_err(failed)
    }
}

fn linked(project: &Path) -> Failure {
    let path = project.join(FILE);
    let message = format!("{} is a link, or its folder is", path.display());
    Failure::usage("bad_scaffold_record", message)
        .with_hint("what Keyway wrote is kept in the project itself: put a file in its place")
}

/// Where a path of a record leads, if that is a place inside the project that no link leads out of, and
/// none of the repository's own.
pub(in crate::cli) fn inside(project: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path);
    let plain = |component: Component<'_>| match component {
        Component::Normal(name) => !name.eq_ignore_ascii_case(".git"),
        _ => false,
    };
    if path.is_empty() || !relative.components().all(plain) {
        return None;
    }
    let mut at = project.to_owned();
    for component in relative.components() {
        at.push(component);
        if fs::symlink_metadata(&at).is_ok_and(|found| found.is_symlink()) {
            return None;
        }
    }
    Some(at)
}
