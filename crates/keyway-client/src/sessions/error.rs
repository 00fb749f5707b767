use std::path::Path;

/// Why a session cannot be used. No text repeats what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No session has this id, or one that begins like this.
    #[error("there is no such session: /sessions in `keyway chat` lists them")]
    NotFound,
    /// There is no session at all.
    #[error("there are no sessions yet: `keyway chat` begins one")]
    Empty,
    /// Several sessions begin like this.
    #[error("{0} sessions begin like this: give more of the id")]
    Ambiguous(usize),
    /// Another process writes to it.
    #[error("the session is open in another terminal: quit there first, or begin a new one")]
    Busy,
    /// A line of the file is no entry of a transcript.
    #[error("line {line} of {file} cannot be read: {reason}; nothing was changed")]
    Corrupt {
        /// The file's name.
        file: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it, without its text.
        reason: String,
    },
    /// The file system refused.
    #[error("cannot {doing}: {source}")]
    Io {
        /// What was being done, and to what.
        doing: String,
        /// Why it did not work.
        source: std::io::Error,
    },
}

impl SessionError {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound | Self::Empty => "session_not_found",
            Self::Ambiguous(_) => "session_ambiguous",
            Self::Busy => "session_busy",
            Self::Corrupt { .. } => "session_corrupt",
            Self::Io { .. } => "session_unusable",
        }
    }

    pub(super) fn io(doing: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let doing = format!("{doing} {}", path.display());
        move |source| Self::Io { doing, source }
    }
}
