use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How many files a folder of definitions may have.
const MAX_FILES: usize = 2_000;
/// How deep folders may nest.
const MAX_DEPTH: usize = 8;
/// What is kept beside an import and is no manifest.
const OVERRIDES: &[&str] = &[".overrides.yaml", ".overrides.yml", ".overrides.json"];

/// Why a folder cannot be read.
#[derive(Debug)]
pub(super) enum Unusable {
    /// The system says so.
    Io(PathBuf, io::Error),
    /// It holds too much.
    TooMuch(String),
}

/// The files of definitions in a folder, by their names. Hidden ones are none.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, Unusable> {
    let mut found = Vec::new();
    walk(folder, 0, &mut found)?;
    found.sort();
    Ok(found)
}

/// The files that are there now, as far as they can be seen.
pub(crate) fn watched(folder: &Path) -> Vec<PathBuf> {
    files(folder).unwrap_or_default()
}

fn walk(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) -> Result<(), Unusable> {
    if depth > MAX_DEPTH {
        let message = format!("folders nest deeper than {MAX_DEPTH} levels");
        return Err(Unusable::TooMuch(message));
    }
    let unusable = |path: &Path| {
        let path = path.to_owned();
        |error| Unusable::Io(path, error)
    };
    for entry in fs::read_dir(folder).map_err(unusable(folder))? {
        let path = entry.map_err(unusable(folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let Some(name) = name.filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let kind = match fs::metadata(&path) {
            // Something of an editor's, which is gone already or points nowhere, defines nothing.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_definition(name) => {
                continue;
            }
            kind => kind.map_err(unusable(&path))?,
        };
        if kind.is_dir() {
            walk(&path, depth + 1, found)?;
        } else if kind.is_file() && is_definition(name) {
            found.push(path);
        }
        if found.len() > MAX_FILES {
            let message = format!("there are more than {MAX_FILES} files");
            return Err(Unusable::TooMuch(message));
        }
    }
    Ok(())
}

fn is_definition(name: &str) -> bool {
    let end = name.rsplit_once('.').map(|(_, end)| end);
    matches!(end, Some("yaml" | "yml" | "json"))
        && !OVERRIDES.iter().any(|overrides| name.ends_with(overrides))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attack_what_an_editor_leaves_beside_definitions_changes_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("a.yaml"), "actions: {}").unwrap();
        for name in ["a.yaml.tmp", "4913", ".#a.yaml", "a.yaml~"] {
            std::os::unix::fs::symlink("/nowhere/at/all", path(name)).unwrap();
        }
        assert_eq!(files(directory.path()).unwrap(), [path("a.yaml")]);
        // A definition that is not there is not passed over.
        std::os::unix::fs::symlink("/nowhere/at/all", path("b.yaml")).unwrap();
        assert!(matches!(files(directory.path()), Err(Unusable::Io(..))));
    }
}
