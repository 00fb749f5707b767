use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use keyway_pages::BUILT_IN;

use crate::cli::failure::Failure;
use crate::cli::scaffold::{Names, Record, files, inside};

/// What is to become of one file.
#[derive(Debug)]
pub(super) struct Step {
    /// Its path, as the record has it.
    pub(super) path: String,
    /// Where that is.
    pub(super) at: PathBuf,
    /// It is a copied page.
    pub(super) page: Option<String>,
    /// As it is now; nothing where it is not there.
    pub(super) ours: Option<String>,
    /// As this version writes it.
    pub(super) theirs: String,
    pub(super) what: What,
}

/// How this version's file and the one that is there go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Nothing has to be written.
    Same,
    /// It is not there, and this version is the first that writes it.
    Add,
    /// It was not changed since it was written.
    Replace,
    /// Both changed it, in different places: the merged text.
    Merge(String),
    /// Both changed the same lines: the text with marks.
    Conflict(String),
    /// It was removed, or is somebody else's: it is left alone.
    Leave(&'static str),
}

impl What {
    pub(super) fn as_str(&self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Add => "add",
            Self::Replace => "replace",
            Self::Merge(_) => "merge",
            Self::Conflict(_) => "conflict",
            Self::Leave(_) => "leave",
        }
    }
}

/// What there is to do in a project, by path.
pub(super) fn plan(project: &Path, record: &Record) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    if let Some(kind) = record.kind {
        let names = Names::new(&record.name, kind, record.keyway.clone()).map_err(|wrong| {
            let message = format!("the record of what Keyway wrote here: {wrong}");
            Failure::usage("bad_scaffold_record", message)
        })?;
        for (path, theirs) in files(kind, &names) {
            let original = record.files.get(&path).map(String::as_str);
            steps.push(step(project, path, None, original, theirs)?);
        }
    }
    for (path, page) in &record.pages {
        let Some(built_in) = BUILT_IN.iter().find(|one| one.name == page.page) else {
            continue;
        };
        let (original, theirs) = (Some(page.text.as_str()), built_in.text.to_owned());
        let page = Some(page.page.clone());
        let step = step(project, path.clone(), page, original, theirs)?;
        // Whoever copies pages out keeps those they change.
        if step.ours.is_some() {
            steps.push(step);
        }
    }
    steps.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(steps)
}

fn step(
    project: &Path,
    path: String,
    page: Option<String>,
    original: Option<&str>,
    theirs: String,
) -> Result<Step, Failure> {
    let Some(at) = inside(project, &path) else {
        let message = format!("`{path}` does not lead to a file inside of the project");
        return Err(Failure::usage("path_outside", message));
    };
    let ours = match fs::read_to_string(&at) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            let message = format!("{} cannot be read: {}", at.display(), error.kind());
            return Err(Failure::new("file_unreadable", message));
        }
    };
    let what = decide(original, ours.as_deref(), &theirs);
    Ok(Step {
        path,
        at,
        page,
        ours,
        theirs,
        what,
    })
}

fn decide(original: Option<&str>, ours: Option<&str>, theirs: &str) -> What {
    match (original, ours) {
        (_, Some(ours)) if ours == theirs => What::Same,
        (Some(original), Some(_)) if original == theirs => What::Same,
        (None, None) => What::Add,
        (None, Some(_)) => What::Leave("it was there before"),
        (Some(_), None) => What::Leave("you removed it"),
        (Some(original), Some(ours)) if original == ours => What::Replace,
        (Some(original), Some(ours)) => match diffy::merge(original, ours, theirs) {
            Ok(merged) => What::Merge(merged),
            Err(marked) => What::Conflict(marked),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_three_sides_counts() {
        let (a, b, c) = ("1\n2\n3\n4\n5\n", "0\n2\n3\n4\n5\n", "1\n2\n3\n4\n6\n");
        for (original, ours, theirs, what) in [
            (Some(a), Some(a), a, What::Same),
            (Some(a), Some(b), a, What::Same),
            (Some(a), Some(c), c, What::Same),
            (Some(a), Some(a), c, What::Replace),
            (None, None, c, What::Add),
            (None, Some(b), c, What::Leave("it was there before")),
            (Some(a), None, c, What::Leave("you removed it")),
            (
                Some(a),
                Some(b),
                c,
                What::Merge("0\n2\n3\n4\n6\n".to_owned()),
            ),
        ] {
            assert_eq!(decide(original, ours, theirs), what);
        }
        let both = decide(Some("1\n"), Some("2\n"), "3\n");
        let What::Conflict(marked) = both else {
            panic!("{both:?}");
        };
        assert!(marked.starts_with("<<<<<<<") && marked.contains("2\n") && marked.contains("3\n"));
    }
}
