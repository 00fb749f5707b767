//! Providers: what connects a third party's system to agents of the gateway (ADR 0044).
//!
//! A provider says how it is installed, what its webhooks prove themselves with, what they mean, which
//! conversation each belongs to, and what an agent may do there. What is about webhooks is made of pure
//! functions over bytes and settings; what acts at the third party gets a token and a way out. What is
//! kept, who asks and when is the gateway's.
//!
//! ```
//! use keyway_core::provider::*;
//! use keyway_core::{Error, Secret, ports::Random};
//! use serde_json::Value;
//!
//! /// Everything whose body is the secret.
//! struct Knock;
//!
//! impl IntegrationProvider for Knock {
//!     fn id(&self) -> &'static str {
//!         "knock"
//!     }
//!     fn display_name(&self) -> &'static str {
//!         "Knock"
//!     }
//!     fn install(&self) -> InstallKind {
//!         InstallKind::Credentials
//!     }
//!     fn publication(&self) -> PublicationOffer {
//!         PublicationOffer::of(&[Granularity::PerEvent], Granularity::PerEvent)
//!     }
//!     fn new_secret(&self, _settings: &Value, _random: &dyn Random) -> Secret<String> {
//!         Secret::new("knock knock".into())
//!     }
//!     fn check(&self, _context: &ProviderContext<'_>, _: Granularity) -> Result<(), Error> {
//!         Ok(())
//!     }
//!     fn verify_webhook(
//!         &self,
//!         request: &WebhookRequest<'_>,
//!         context: &ProviderContext<'_>,
//!     ) -> Result<(), Refused> {
//!         let same = sign::same(request.body, context.secret.expose().as_bytes());
//!         same.then_some(()).ok_or(Refused::Signature)
//!     }
//!     fn headers(&self, _context: &ProviderContext<'_>) -> Vec<String> {
//!         Vec::new()
//!     }
//!     fn parse_webhook(
//!         &self,
//!         request: &WebhookRequest<'_>,
//!         _context: &ProviderContext<'_>,
//!     ) -> WebhookOutcome {
//!         WebhookOutcome::Accepted(WebhookEvent::new(sign::digest(request.body), "who is there?"))
//!     }
//!     fn explain(&self, _rule: &str) -> String {
//!         "whoever knows the secret is heard".into()
//!     }
//!     fn dispatch(&self, event: &WebhookEvent, _: Granularity) -> Option<SessionDispatch> {
//!         Some(event.alone())
//!     }
//! }
//!
//! let providers = Providers::new([Box::new(Knock) as Box<dyn IntegrationProvider>]).unwrap();
//! assert_eq!(providers.get("knock").unwrap().display_name(), "Knock");
//! ```

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
mod turn;
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
pub use turn::{Doing, Gathering, TurnStep, Vouched};
pub use webhook::{
    InstallationChange, LONGEST_KEY, Refused, WebhookEvent, WebhookOutcome, WebhookRequest,
};
