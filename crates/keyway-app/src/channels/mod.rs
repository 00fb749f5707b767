//! Channels: messages to everyone who subscribed (ADR 0030).

mod hub;
mod listen;
mod pump;
mod subscription;
mod view;

pub(crate) use hub::Hub;
pub use subscription::{Heard, Lost, Subscription};
pub use view::ChannelView;

/// How many messages a subscriber may be behind before it is let go.
const BEHIND: usize = 256;

/// What the topics of channels start with in the outbox, which has other users.
const TOPIC: &str = "channel/";
