//! What happened in a session: an append-only list of typed events.

mod event;
mod messages;
mod sink;
#[expect(
    clippy::module_inception,
    reason = "the noun the folder is about has a file of its own"
)]
mod transcript;

pub use event::{Entry, Event, StopReason, Usage};
pub use messages::messages;
pub use sink::{Forgetful, Sink, SinkError};
pub(crate) use transcript::interrupted;
pub use transcript::{BadTranscript, Transcript};
