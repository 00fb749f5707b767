//! Providers: what connects a third party's system to agents of the gateway (ADR 0044).
//!
//! A provider says what its webhooks prove themselves with, what they mean, and which conversation each
//! belongs to. It is made of pure functions over bytes and settings; what is kept, who asks and when is
//! the gateway's.

mod context;
mod dispatch;
mod granularity;
mod install;
mod interface;
mod registry;
pub mod sign;
mod webhook;

pub use context::ProviderContext;
pub use dispatch::SessionDispatch;
pub use granularity::{Granularity, PublicationOffer, UnknownGranularity};
pub use install::InstallKind;
pub use interface::IntegrationProvider;
pub use registry::{BadProvider, Providers};
pub use webhook::{LONGEST_KEY, Refused, WebhookEvent, WebhookOutcome, WebhookRequest};
