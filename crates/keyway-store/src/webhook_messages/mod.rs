//! Messages to webhook endpoints: each is sent by a job (ADR 0047).

mod list;
mod message;
mod record;
mod send;

pub use list::MessageFilter;
pub use message::StoredWebhookMessage;
pub use record::NewWebhookMessage;
pub(crate) use record::insert;
pub use send::{MessageAttempt, SendableMessage};
