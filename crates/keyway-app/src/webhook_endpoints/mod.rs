//! Webhooks that go out: an organization's endpoints are told, signed, of what happens in it (ADR 0047).

mod address;
mod draft;
mod error;
mod kind;
mod manage;
mod message;
mod messages;
mod secret;
mod send;
mod settings;
mod tell;
mod view;

pub use draft::{EndpointDraft, EndpointPatch};
pub use kind::EventType;
pub use manage::{MadeEndpoint, WebhookEndpoints};
pub use messages::{ListMessages, Replayed, WebhookMessages};
pub use settings::WebhookSettings;
pub use view::{EndpointHealthView, EndpointPage, EndpointView, MessagePage, MessageView};
