//! What an integration author sees: actions, principals, secrets, errors, and the ports through
//! which the outside world is reached.
//!
//! Nothing in this crate does I/O: the clock, randomness, the network and the caller on the other
//! end of a conversation all come in through the traits in [`ports`].

#![deny(missing_docs)]

#[doc(hidden)]
pub mod __private;
pub mod action;
pub mod agent;
mod app;
mod arrival;
pub mod channel;
pub mod client;
mod client_id;
pub mod credential;
mod error;
pub mod headers;
pub mod ids;
pub mod json;
pub mod mcp_server;
pub mod names;
pub mod ports;
mod principal;
pub mod provider;
mod role;
pub mod rpc;
pub mod scopes;
mod secret;
pub mod secrets;
mod visible;

pub use action::{Action, Context};
pub use agent::Agent;
pub use app::App;
pub use arrival::{Arrival, TraceId};
pub use channel::Channel;
pub use client_id::{BadClientId, ClientId};
pub use credential::{Credential, CredentialDefinition};
pub use error::{Error, Kind, Problem};
pub use ids::{
    ApiKeyId, ApprovalId, AuditEventId, ConnectorId, CredentialId, DeliveryId, GrantId,
    InstallationId, InvitationId, JobId, OrgId, PersonLinkId, ProjectId, PublicationId, RequestId,
    ServiceAccountId, SessionId, TaskId, UserId, WebSessionId, WebhookEndpointId, WebhookMessageId,
};
pub use mcp_server::McpServer;
pub use principal::{ActingAgent, Actor, Principal, Subject};
pub use role::{Role, UnknownRole};
pub use scopes::Scopes;
pub use secret::Secret;
pub use visible::{MAX_NAME, is_hidden, is_visible, shortened};
