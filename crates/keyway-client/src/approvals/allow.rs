use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::file::{FileProblem, read_checked};

/// Calls that need no question: exact names of a server and a tool, nothing else. They are written
/// by the person, in `allow.json` of the person's folder or on the command line.
#[derive(Debug, Clone, Default)]
pub struct AllowList {
    own: BTreeSet<(String, String)>,
    given: BTreeSet<(String, String)>,
}

/// Why an entry of an allow list cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEntry {
    /// It has another form.
    #[error("an approval names one server and one tool, like `files/read_file`")]
    Form,
    /// It has a wildcard.
    #[error("an approval names one server and one tool exactly: there are no wildcards")]
    Wildcard,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowFile {
    allow: Vec<String>,
}

impl AllowList {
    /// Reads `allow.json`: `{"allow": ["files/read_file"]}`. A missing file allows nothing; one
    /// that cannot be used allows nothing either, and the text says why.
    pub fn read(path: &Path) -> (Self, Option<String>) {
        let mut list = Self::default();
        let told =
            |why: &dyn std::fmt::Display| Some(format!("{} is not used: {why}", path.display()));
        let text = match read_checked(path) {
            Ok(Some(text)) => text,
            Ok(None) => return (list, None),
            Err(problem) => return (list, told(&problem)),
        };
        let Ok(read) = serde_json::from_str::<AllowFile>(&text) else {
            return (list, told(&FileProblem::Unreadable));
        };
        let mut wrong = None;
        for entry in &read.allow {
            match parse(entry) {
                Ok(names) => drop(list.own.insert(names)),
                Err(bad) => wrong = told(&bad),
            }
        }
        if wrong.is_some() {
            list.own.clear();
        }
        (list, wrong)
    }

    /// Adds what the command line names: it counts for whichever server has the name now.
    pub fn give(&mut self, entry: &str) -> Result<(), BadEntry> {
        self.given.insert(parse(entry)?);
        Ok(())
    }

    /// Adds what another list was given.
    pub fn extend(&mut self, other: &Self) {
        self.own.extend(other.own.iter().cloned());
        self.given.extend(other.given.iter().cloned());
    }

    /// True when a call of this tool needs no question. What `allow.json` names counts for the
    /// person's own servers only: a project cannot take a name that is on it.
    pub fn admits(&self, profile: &str, server: &str, tool: &str) -> bool {
        let names = (server.to_owned(), tool.to_owned());
        self.given.contains(&names) || (profile.is_empty() && self.own.contains(&names))
    }
}

fn parse(entry: &str) -> Result<(String, String), BadEntry> {
    let (server, tool) = entry.split_once('/').ok_or(BadEntry::Form)?;
    if server.is_empty() || tool.is_empty() || entry.trim() != entry {
        return Err(BadEntry::Form);
    }
    if entry.contains('*') {
        return Err(BadEntry::Wildcard);
    }
    Ok((server.to_owned(), tool.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_names_are_taken() {
        let mut list = AllowList::default();
        assert_eq!(list.give("files"), Err(BadEntry::Form));
        assert_eq!(list.give("files/"), Err(BadEntry::Form));
        assert_eq!(list.give("files/*"), Err(BadEntry::Wildcard));
        list.give("files/read").unwrap();
        assert!(list.admits("", "files", "read") && list.admits("project", "files", "read"));
        assert!(!list.admits("", "files", "read_all") && !list.admits("", "file", "s/read"));
    }
}
