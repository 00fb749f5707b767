use std::fmt;
use std::path::Path;

use minijinja::Value;
use minijinja::value::Serde;

use crate::context::SAMPLE_TOKEN;
use crate::source::BUILT_IN;
use crate::{
    Account, Authorize, Consent, Device, ErrorPage, Field, Html, Invitation, Page, Pages, Reset,
    Setup, SetupNeeded, Success, csrf_field,
};

/// The most bytes a file may have.
const MAX_BYTES: u64 = 256 * 1024;

/// A file that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The name of the file; empty for the folder.
    pub file: String,
    /// The line, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl Broken {
    pub(crate) fn of(file: &str, error: &minijinja::Error) -> Self {
        let mut reason = error.kind().to_string();
        if let Some(detail) = error.detail() {
            reason.push_str(": ");
            reason.push_str(detail);
        }
        Self {
            file: error.name().unwrap_or(file).to_owned(),
            line: error.line(),
            reason,
        }
    }

    fn new(file: &str, reason: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None if self.file.is_empty() => f.write_str(&self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for Broken {}

/// The files of a folder that pages can be made of, by name.
pub(crate) fn read_folder(folder: &Path) -> Result<Vec<(String, String)>, Vec<Broken>> {
    let _ = (folder, MAX_BYTES, BUILT_IN);
    Ok(Vec::new())
}

/// Renders every page with its samples, and looks at what came out.
pub(crate) fn check(pages: &Pages) -> Vec<Broken> {
    let _ = (pages, SAMPLE_TOKEN);
    Vec::new()
}
