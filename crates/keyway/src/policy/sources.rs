use std::io::Read as _;
use std::path::{Path, PathBuf};

use keyway_app::policy::{Approvals, Fault, Policies, Source};

/// The most bytes a file of policies may have.
const MAX_BYTES: u64 = 1 << 20;

/// Files of policies as they were read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    /// Reads the file, or all `.cedar` files of the folder, in the order of their names. Nothing
    /// without a path.
    pub(crate) fn read(path: Option<&Path>) -> Result<Self, Vec<Fault>> {
        let Some(path) = path else {
            return Ok(Self::default());
        };
        let files = files(path).map_err(|message| vec![fault(path, message)])?;
        if files.is_empty() {
            return Err(vec![fault(path, "the folder has no `.cedar` file".into())]);
        }
        let (mut sources, mut faults) = (Vec::new(), Vec::new());
        for file in files {
            match text(&file) {
                Ok(text) => sources.push(Source {
                    name: file.display().to_string(),
                    text,
                }),
                Err(message) => faults.push(fault(&file, message)),
            }
        }
        if faults.is_empty() {
            Ok(Self(sources))
        } else {
            Err(faults)
        }
    }

    /// The policies, together with the built-in ones.
    pub(crate) fn policies(&self, approvals: Approvals) -> Result<Policies, Vec<Fault>> {
        Policies::read(&self.0, approvals)
    }

    /// What is looked at to learn that something changed.
    pub(crate) fn watched(path: &Path) -> Vec<PathBuf> {
        let mut watched = vec![path.to_owned()];
        watched.extend(files(path).unwrap_or_default());
        watched
    }
}

/// Faults, one a line.
pub(crate) fn faults_of(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| unreadable(&error))?;
    let mut files: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.extension().is_some_and(|end| end == "cedar") && file.is_file())
        .collect();
    files.sort();
    Ok(files)
}

fn text(file: &Path) -> Result<String, String> {
    let opened = std::fs::File::open(file).map_err(|error| unreadable(&error))?;
    let mut bytes = Vec::new();
    let mut limited = opened.take(MAX_BYTES + 1);
    limited
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(format!("the file is longer than {MAX_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "the file is not UTF-8".into())
}

fn unreadable(error: &std::io::Error) -> String {
    format!("cannot be read: {}", error.kind())
}

fn fault(path: &Path, message: String) -> Fault {
    Fault {
        file: path.display().to_string(),
        line: 1,
        column: 1,
        message,
        hint: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_in_order_and_what_cannot_be_read_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| dir.path().join(name);
        let empty = Sources::read(Some(dir.path())).unwrap_err();
        assert!(empty[0].message.contains("no `.cedar` file"));
        std::fs::write(
            file("b.cedar"),
            "@id(\"b\") permit (principal, action, resource);",
        )
        .unwrap();
        std::fs::write(
            file("a.cedar"),
            "@id(\"a\") forbid (principal, action, resource);",
        )
        .unwrap();
        std::fs::write(file("notes.txt"), "not a policy").unwrap();
        let sources = Sources::read(Some(dir.path())).unwrap();
        let policies = sources.policies(Approvals::BuiltIn).unwrap();
        let own: Vec<_> = policies
            .all()
            .iter()
            .map(|shown| shown.id.as_str())
            .collect();
        assert_eq!(&own[own.len() - 2..], ["a", "b"]);
        assert_eq!(Sources::watched(dir.path()).len(), 3);
        let missing = Sources::read(Some(&file("none.cedar"))).unwrap_err();
        assert!(
            missing[0]
                .to_string()
                .ends_with("none.cedar:1:1: cannot be read: entity not found")
        );
        std::fs::write(file("c.cedar"), b"\xff").unwrap();
        let bad = Sources::read(Some(dir.path())).unwrap_err();
        assert!(bad[0].message.contains("UTF-8"));
    }
}
