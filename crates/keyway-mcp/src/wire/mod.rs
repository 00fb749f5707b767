//! What both sides of the protocol share: JSON-RPC envelopes over raw text, event streams, `_meta`,
//! headers that mirror the body, and the revisions.

mod capabilities;
mod edit;
mod envelope;
mod header;
mod id;
pub mod meta;
mod revision;
mod sse;
mod write;

pub use capabilities::{TASKS, declares_tasks, read_capabilities, without_tasks};
pub use edit::ObjectEdit;
pub use envelope::{Message, Messages, Refusal, parse, parse_batch};
pub use header::{BadHeader, decode_header, encode_header};
pub use id::Id;
pub use revision::Revision;
pub use sse::{SseEvent, SseParser, TooLarge, write_comment, write_event};
pub use write::{write_error, write_notification, write_request, write_result};
