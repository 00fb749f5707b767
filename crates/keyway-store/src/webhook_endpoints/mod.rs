//! Where organizations are told of what happens in them, and what is still to be told (ADR 0047).

mod change;
mod endpoint;
mod events;
mod health;

pub use change::{EndpointChange, NewWebhookEndpoint, RotatedEndpoint};
pub use endpoint::{EndpointHealth, OffReason, StoredWebhookEndpoint};
pub use events::WebhookEvent;
pub(crate) use health::{Failed, failed, succeeded};
