use std::process::ExitCode;
use std::sync::Arc;

use keyway_core::action::{Calling, Next, Ran, Surrounding};
use keyway_core::provider::IntegrationProvider;
use keyway_core::{Action, Agent, App, Channel, CredentialDefinition, Error, McpServer};
use keyway_http::Mount;
use keyway_http::axum::Router;

use super::{Brought, Gateway, Identity, brought};
use crate::config::Icon;

/// Puts a [`Gateway`] together.
#[derive(Debug, Clone, Default)]
pub struct Builder {
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

impl Builder {
    /// The name for programs; `keyway` unless said.
    ///
    /// ```
    /// let gateway = keyway::Gateway::builder().name("billing").build();
    /// assert_eq!(gateway.identity().name, "billing");
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.identity.name = name.into();
        self
    }

    /// The name for people.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.identity.title = Some(title.into());
        self
    }

    /// The project's version; Keyway's own unless said. `env!("CARGO_PKG_VERSION")` is the usual
    /// argument.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.identity.version = version.into();
        self
    }

    /// What the project is for. Models read it before they use the server.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.identity.description = Some(description.into());
        self
    }

    /// Where people read about the project.
    pub fn website_url(mut self, url: impl Into<String>) -> Self {
        self.identity.website_url = Some(url.into());
        self
    }

    /// Adds a picture.
    pub fn icon(mut self, icon: Icon) -> Self {
        self.identity.icons.push(icon);
        self
    }

    /// Adds an action.
    pub fn action(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Adds actions.
    pub fn actions(mut self, actions: impl IntoIterator<Item = Action>) -> Self {
        self.actions.extend(actions);
        self
    }

    /// Adds an app: its credential and its actions.
    pub fn app(mut self, app: App) -> Self {
        let (credential, actions) = app.into_parts();
        self.credentials.push(credential);
        self.actions.extend(actions);
        self
    }

    /// Adds a credential that belongs to no app.
    pub fn credential(mut self, credential: impl Into<Arc<CredentialDefinition>>) -> Self {
        self.credentials.push(credential.into());
        self
    }

    /// Adds a channel that actions publish to.
    ///
    /// ```
    /// use keyway::{Channel, Gateway};
    ///
    /// let gateway = Gateway::builder().channel(Channel::new("orders").allow_everyone()).build();
    /// assert_eq!(gateway.channels()[0].name(), "orders");
    /// ```
    pub fn channel(mut self, channel: Channel) -> Self {
        self.channels.push(channel);
        self
    }

    /// Adds a provider beside those that come with the gateway. Its id is its own among all of them.
    ///
    /// ```
    /// use keyway::Gateway;
    /// use keyway::provider::IntegrationProvider;
    ///
    /// fn with(provider: impl IntegrationProvider) -> Gateway {
    ///     Gateway::builder().provider(provider).build()
    /// }
    /// ```
    pub fn provider(mut self, provider: impl IntegrationProvider) -> Self {
        self.providers.0.push(Arc::new(provider));
        self
    }

    /// Adds an agent, and the actions, apps and agents that its tools bring along.
    ///
    /// ```
    /// use keyway::{Action, Agent, Gateway};
    ///
    /// let lookup = Action::new("invoice:look-up", |_, (): ()| async { Ok("paid") });
    /// let billing = Agent::new("billing").model("anthropic/claude-sonnet-4.6").tool(lookup);
    /// let gateway = Gateway::builder().agent(billing).build();
    /// assert_eq!((gateway.agents().len(), gateway.actions().len()), (1, 1));
    /// ```
    pub fn agent(mut self, agent: Agent) -> Self {
        self.agents.push(agent);
        self
    }

    /// Runs something around every action, those that are defined without code too; see
    /// [`Action::around`]. Calls of upstream MCP servers are none of actions.
    ///
    /// ```
    /// use keyway::{Error, Gateway, Kind};
    ///
    /// let gateway = Gateway::builder()
    ///     .around(|calling, next| async move {
    ///         let outcome = next.run().await;
    ///         if let Err(error) = &outcome {
    ///             eprintln!("{} failed: {}", calling.slug(), error.code());
    ///         }
    ///         outcome
    ///     })
    ///     .build();
    /// assert!(!gateway.surrounding().is_empty());
    /// ```
    pub fn around<F, R>(mut self, around: F) -> Self
    where
        F: Fn(Calling, Next) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Ran, Error>> + Send + 'static,
    {
        self.around.add(around);
        self
    }

    /// Serves endpoints of an integration below `/x/<id>`, behind the gateway's door: who asks has
    /// shown a key or a token, which the endpoints do not see; requests count as calls of the tool
    /// `x-<id>` for limits, scopes and policies; each is in the audit log, before it runs where its
    /// method may change something. Who asks is an extension of the request.
    ///
    /// ```
    /// use keyway::Gateway;
    /// use keyway::axum::routing::get;
    /// use keyway::axum::{Extension, Router};
    /// use keyway::Principal;
    ///
    /// async fn whoami(Extension(who): Extension<Principal>) -> String {
    ///     who.organization().to_string()
    /// }
    ///
    /// let gateway = Gateway::builder()
    ///     .mount("/x/acme", Router::new().route("/whoami", get(whoami)))
    ///     .build();
    /// assert_eq!(gateway.mounts().len(), 1);
    /// ```
    #[track_caller]
    pub fn mount(mut self, path: impl Into<String>, router: Router) -> Self {
        self.mounts.push(Mount::new(path, router));
        self
    }

    /// Adds an MCP server. Where it needs credentials, each caller reaches it with their own.
    ///
    /// ```
    /// use keyway::{Gateway, McpServer};
    ///
    /// let deepwiki = McpServer::http("deepwiki", "https://mcp.deepwiki.com/mcp");
    /// let gateway = Gateway::builder().server(deepwiki).build();
    /// assert_eq!(gateway.servers()[0].key(), "deepwiki");
    /// ```
    pub fn server(mut self, server: McpServer) -> Self {
        self.servers.push(server);
        self
    }

    /// The gateway. Clashes between its actions are found when it starts.
    pub fn build(mut self) -> Gateway {
        brought::take(
            &mut self.agents,
            &mut self.actions,
            &mut self.credentials,
            &mut self.servers,
        );
        Gateway {
            identity: self.identity,
            actions: self.actions,
            credentials: self.credentials,
            channels: self.channels,
            agents: self.agents,
            around: self.around,
            mounts: self.mounts,
            servers: self.servers,
            providers: self.providers,
        }
    }

    /// Runs the gateway as this process: its whole command line, `serve` and all the rest.
    ///
    /// ```no_run
    /// fn main() -> std::process::ExitCode {
    ///     keyway::Gateway::builder().name("billing").main()
    /// }
    /// ```
    pub fn main(self) -> ExitCode {
        crate::cli::run(self.build())
    }
}
