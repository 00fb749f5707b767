//! Providers: what connects a third party's system to agents of the gateway (ADR 0044).
//!
//! A provider says how it is installed, what its webhooks prove themselves with, what they mean, which
//! conversation each belongs to, and what an agent may do there. What is about webhooks is made of pure
//! functions over bytes and settings; what acts at the third party gets a token and a way out. What is
//! kept, who asks and when is the gateway's.

mod action;
mod claim;
mod context;
mod dispatch;
mod examples;
mod fixture;
mod granularity;
mod install;
mod interface;
mod press;
mod publication;
mod registry;
mod scope;
pub mod sign;
mod tool;
mod webhook;

pub use crate::ports::{BoxFuture, Random};
pub use action::{publication_only, scope_missing};
pub use claim::Claim;
pub use context::ProviderContext;
pub use dispatch::SessionDispatch;
pub use examples::Examples;
pub use fixture::{Fill, Fixture, SignedWebhook};
pub use granularity::{Granularity, PublicationOffer, UnknownGranularity};
pub use install::{
    Addresses, Attempt, InstallContext, InstallField, InstallKind, Progress, Returned, Secrets,
    Step, Token, Visit, Workspace,
};
pub use interface::IntegrationProvider;
pub use press::{NotPressed, Press, Pressed, Question, Whisper};
pub use publication::{Posted, PublicationContext, Reply};
pub use registry::{BadProvider, Providers};
pub use scope::{GrantedScopes, PublicationScope};
pub use tool::{Effect, McpToolDescriptor};
pub use webhook::{
    InstallationChange, LONGEST_KEY, Refused, WebhookEvent, WebhookOutcome, WebhookRequest,
};
