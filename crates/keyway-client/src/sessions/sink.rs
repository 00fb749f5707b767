use keyway_agent::transcript::{Entry, Sink, SinkError};
use keyway_core::ports::BoxFuture;
use parking_lot::Mutex;

use super::Journal;

/// A session's file as the place where a transcript is kept.
#[derive(Debug)]
pub struct Kept(Mutex<Journal>);

impl From<Journal> for Kept {
    fn from(journal: Journal) -> Self {
        Self(Mutex::new(journal))
    }
}

impl Sink for Kept {
    fn append<'a>(&'a self, entry: &'a Entry) -> BoxFuture<'a, Result<(), SinkError>> {
        // A line into the system's cache: not worth a thread.
        let done = self.0.lock().append(entry);
        let done = done.map_err(|error| SinkError(error.to_string()));
        Box::pin(std::future::ready(done))
    }
}
