//! A gateway as its author declares it: what it is called, and what it can do.

mod brought;
mod builder;
mod identity;
mod providers;

pub use builder::Builder;
pub use identity::Identity;
pub(crate) use providers::Brought;

use std::sync::Arc;

use keyway_core::action::Surrounding;
use keyway_core::{Action, Agent, Channel, CredentialDefinition, McpServer};
use keyway_http::Mount;

/// A gateway: an identity and the actions it offers. Configuration, storage and the outside world
/// come in when it runs.
///
/// ```
/// use keyway::{Action, Expose, Gateway};
/// # use schemars::JsonSchema;
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Deserialize, JsonSchema)]
/// # struct Input { name: String }
/// # #[derive(Serialize, JsonSchema)]
/// # struct Output { greeting: String }
///
/// let greet = Action::new("greet", |_context, input: Input| async move {
///     Ok(Output { greeting: format!("hello, {}", input.name) })
/// })
/// .expose(Expose::MCP | Expose::CLI);
///
/// let gateway = Gateway::builder()
///     .name("greeter")
///     .description("Greets people.")
///     .action(greet)
///     .build();
/// assert_eq!(gateway.identity().name, "greeter");
/// ```
#[derive(Debug, Clone)]
pub struct Gateway {
    identity: Identity,
    actions: Vec<Action>,
    credentials: Vec<Arc<CredentialDefinition>>,
    channels: Vec<Channel>,
    agents: Vec<Agent>,
    around: Surrounding,
    mounts: Vec<Mount>,
    servers: Vec<McpServer>,
    providers: Brought,
}

impl Gateway {
    /// Begins a gateway.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// How the gateway introduces itself, unless the configuration says otherwise.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The actions, in the order they were given.
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// The credentials that apps and the project define. What only actions name is not among them.
    pub fn credentials(&self) -> &[Arc<CredentialDefinition>] {
        &self.credentials
    }

    /// The agents, those that others brought along included.
    pub fn agents(&self) -> &[Agent] {
        &self.agents
    }

    /// What is around every action.
    pub fn surrounding(&self) -> &Surrounding {
        &self.around
    }

    /// Endpoints of its integrations, in the order they were given.
    pub fn mounts(&self) -> &[Mount] {
        &self.mounts
    }

    /// The channels, in the order they were given.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// The MCP servers that belong to its definition, in the order they were given.
    pub fn servers(&self) -> &[McpServer] {
        &self.servers
    }

    /// The providers that it brings along.
    pub(crate) fn providers(&self) -> &Brought {
        &self.providers
    }
}
