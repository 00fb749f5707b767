use keyway_core::ports::BoxFuture;

use super::Entry;

/// Where a transcript is kept.
pub trait Sink: Send + Sync {
    /// Keeps an entry. Once this is done the entry is there after a crash of the process; a turn
    /// does not go on before.
    fn append<'a>(&'a self, entry: &'a Entry) -> BoxFuture<'a, Result<(), SinkError>>;
}

/// An entry could not be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the transcript cannot be written: {0}")]
pub struct SinkError(
    /// Why, and what to do.
    pub String,
);

impl SinkError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "transcript_unwritable"
    }
}

/// Keeps nothing: for a single question.
#[derive(Debug, Clone, Copy, Default)]
pub struct Forgetful;

impl Sink for Forgetful {
    fn append<'a>(&'a self, _: &'a Entry) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async { Ok(()) })
    }
}
