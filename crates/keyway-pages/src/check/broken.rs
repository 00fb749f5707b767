use std::fmt;

/// A template that cannot be used, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The name of the file, or of the folder.
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

    pub(super) fn new(file: &str, reason: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            reason: reason.into(),
        }
    }

    pub(super) fn at(mut self, line: Option<usize>) -> Self {
        self.line = line;
        self
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.reason),
            None => write!(f, "{}: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for Broken {}
