use std::fmt;
use std::str::FromStr;

use super::{Agent, Brought};
use crate::names::{ACTION_SLUG, AGENT_SLUG, APP_SLUG, SERVER_KEY};
use crate::scopes::ToolPattern;
use crate::{Action, App, McpServer};

/// What an agent may use.
///
/// ```
/// use keyway_core::agent::ToolTarget;
///
/// for text in ["acme:create-ticket", "app:acme", "agent:writer", "mcp__deepwiki", "mcp__wiki__ask_*"] {
///     assert_eq!(text.parse::<ToolTarget>().unwrap().to_string(), text);
/// }
/// assert!("Acme::create".parse::<ToolTarget>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ToolTarget {
    /// An action, by its slug: `acme:create-ticket`.
    Action(String),
    /// Every action of an app, by its slug: `app:acme`.
    App(String),
    /// Every tool of an MCP server, by its key: `mcp__deepwiki`.
    Server(String),
    /// Another agent, by its slug: `agent:writer`.
    Agent(String),
    /// Every listed tool whose name matches: `mcp__github__list_*`.
    Pattern(ToolPattern),
}

/// A text names nothing that an agent could use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected an action's slug, `app:<slug>`, `agent:<slug>`, `mcp__<server>`, or the name of a listed tool with `*` for any run of characters"
)]
pub struct BadAgentTool;

impl FromStr for ToolTarget {
    type Err = BadAgentTool;

    fn from_str(text: &str) -> Result<Self, BadAgentTool> {
        let of = |good: bool, target: fn(String) -> Self, name: &str| {
            good.then(|| target(name.to_owned())).ok_or(BadAgentTool)
        };
        if let Some(app) = text.strip_prefix("app:") {
            return of(APP_SLUG.allows(app), Self::App, app);
        }
        if let Some(agent) = text.strip_prefix("agent:") {
            return of(AGENT_SLUG.allows(agent), Self::Agent, agent);
        }
        if text.contains('*')
            || text
                .strip_prefix("mcp__")
                .is_some_and(|rest| rest.contains("__"))
        {
            return text.parse().map(Self::Pattern).map_err(|_| BadAgentTool);
        }
        if let Some(server) = text.strip_prefix("mcp__") {
            return of(SERVER_KEY.allows(server), Self::Server, server);
        }
        of(ACTION_SLUG.allows(text), Self::Action, text)
    }
}

impl fmt::Display for ToolTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Action(slug) => f.write_str(slug),
            Self::App(slug) => write!(f, "app:{slug}"),
            Self::Server(key) => write!(f, "mcp__{key}"),
            Self::Agent(slug) => write!(f, "agent:{slug}"),
            Self::Pattern(pattern) => write!(f, "{pattern}"),
        }
    }
}

/// Something for an agent to use: named, or brought along so that the gateway has it, too.
///
/// ```
/// use keyway_core::{Action, Agent};
/// use keyway_core::agent::AgentTool;
///
/// let search = Action::new("search", |_, (): ()| async { Ok("found") });
/// let agent = Agent::new("researcher")
///     .model("anthropic/claude-sonnet-4.6")
///     .tool(search)
///     .tool("app:acme")
///     .tool(AgentTool::server("deepwiki"));
/// assert_eq!(agent.tools().count(), 3);
/// ```
#[derive(Debug, Clone)]
pub struct AgentTool {
    /// What is meant; the text where it is not one that names anything.
    pub(super) target: Result<ToolTarget, String>,
    pub(super) brought: Brought,
}

impl AgentTool {
    /// An action, by its slug.
    pub fn action(slug: impl Into<String>) -> Self {
        ToolTarget::Action(slug.into()).into()
    }

    /// Every action of an app, by its slug.
    pub fn app(slug: impl Into<String>) -> Self {
        ToolTarget::App(slug.into()).into()
    }

    /// Every tool of an MCP server, by its key.
    pub fn server(key: impl Into<String>) -> Self {
        ToolTarget::Server(key.into()).into()
    }

    /// Another agent, by its slug.
    pub fn agent(slug: impl Into<String>) -> Self {
        ToolTarget::Agent(slug.into()).into()
    }
}

impl From<ToolTarget> for AgentTool {
    fn from(target: ToolTarget) -> Self {
        Self {
            target: Ok(target),
            brought: Brought::default(),
        }
    }
}

impl From<&str> for AgentTool {
    fn from(text: &str) -> Self {
        Self {
            target: text.parse().map_err(|_| text.to_owned()),
            brought: Brought::default(),
        }
    }
}

impl From<Action> for AgentTool {
    fn from(action: Action) -> Self {
        Self {
            target: Ok(ToolTarget::Action(action.slug().to_owned())),
            brought: Brought {
                actions: vec![action],
                ..Brought::default()
            },
        }
    }
}

impl From<App> for AgentTool {
    fn from(app: App) -> Self {
        Self {
            target: Ok(ToolTarget::App(app.slug().to_owned())),
            brought: Brought {
                apps: vec![app],
                ..Brought::default()
            },
        }
    }
}

impl From<McpServer> for AgentTool {
    fn from(server: McpServer) -> Self {
        Self {
            target: Ok(ToolTarget::Server(server.key().to_owned())),
            brought: Brought {
                servers: vec![server],
                ..Brought::default()
            },
        }
    }
}

impl From<Agent> for AgentTool {
    fn from(agent: Agent) -> Self {
        Self {
            target: Ok(ToolTarget::Agent(agent.slug().to_owned())),
            brought: Brought {
                agents: vec![agent],
                ..Brought::default()
            },
        }
    }
}
