use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use keyway_core::{Action, Secret, action};

use super::definitions::Defined;
use super::oauth_clients::OAuthClients;
use super::servers::McpServer;
use super::sign_in::SignIn;

/// Everything that can be configured, with each value in effect.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where Keyway listens and who may speak to it.
    pub listen: Listen,
    /// The MCP endpoint.
    pub mcp: Mcp,
    /// Bounds of what one caller may cost.
    pub limits: Limits,
    /// Who may call.
    pub auth: Auth,
    /// How people sign in.
    pub sign_in: SignIn,
    /// Where data is kept.
    pub storage: Storage,
    /// Where the master key comes from.
    pub master_key: MasterKey,
    /// What outgoing requests may reach.
    pub egress: Egress,
    /// How the process ends.
    pub shutdown: Shutdown,
    /// Who may do what.
    pub policy: Policy,
    /// Calls that a person has to approve.
    pub approvals: keyway_app::approvals::ApprovalSettings,
    /// What comes in by webhooks.
    pub deliveries: keyway_app::inbox::InboxSettings,
    /// Webhooks that go out.
    pub webhooks: keyway_app::webhook_endpoints::WebhookSettings,
    /// Sessions of agents.
    pub sessions: keyway_app::agents::AgentSettings,
    /// Calls that MCP clients come back for.
    pub tasks: keyway_app::tasks::TaskSettings,
    /// How often someone may ask.
    pub rate_limits: keyway_app::limits::RateLimits,
    /// The audit log.
    pub audit: keyway_app::audit::AuditSettings,
    /// The authorization server.
    pub oauth: keyway_app::oauth::OauthSettings,
    /// What is logged.
    pub log: Log,
    /// Where actions are exposed that say nothing about it.
    pub expose: Expose,
    /// What people see.
    pub templates: Templates,
    /// What is defined without code.
    pub definitions: Defined,
    /// Who answers for agents.
    pub models: crate::models::GatewayModels,
    /// Who the gateway is at the authorization servers of credentials.
    pub oauth_clients: OAuthClients,
    /// The MCP servers Keyway is a client of, unusable entries included.
    pub mcp_servers: Vec<McpServer>,
    /// The files that servers were taken from besides `keyway.yaml`.
    pub mcp_files: Vec<PathBuf>,
    /// Names of the environment variables that secrets were taken from. A child process never
    /// inherits them.
    pub secret_variables: BTreeSet<String>,
}

/// Where Keyway listens and who may speak to it.
#[derive(Debug, Clone)]
pub struct Listen {
    /// The address and port. Port 0 takes a free one.
    pub bind: SocketAddr,
    /// The URL clients reach Keyway under, when it differs from the bound address (a proxy, a
    /// tunnel). No path, no trailing slash.
    pub public_url: Option<String>,
    /// Web origins whose pages may call Keyway, besides its own. `*` is any.
    pub allowed_origins: Vec<String>,
    /// Host names Keyway answers to, besides those of the bound address and of `public_url`.
    pub allowed_hosts: Vec<String>,
    /// How many proxies in front are trusted to say who the client is.
    pub trusted_hops: usize,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 8420)),
            public_url: None,
            allowed_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            trusted_hops: 0,
        }
    }
}

/// The MCP endpoint.
#[derive(Debug, Clone)]
pub struct Mcp {
    /// Whether it is served.
    pub enabled: bool,
    /// Its path.
    pub route: String,
    /// What a model should know before it uses the server. The project's description when absent.
    pub instructions: Option<String>,
    /// How deep markdown answers nest before the rest is shown as JSON.
    pub markdown_depth_limit: usize,
    /// The server's name for programs. The project's name when absent.
    pub name: Option<String>,
    /// The server's name for people.
    pub title: Option<String>,
    /// The server's version. The project's version when absent.
    pub version: Option<String>,
    /// Where people read about it.
    pub website_url: Option<String>,
    /// Pictures of it.
    pub icons: Vec<Icon>,
    /// After how long without a request a legacy MCP session ends.
    pub session_ttl: Duration,
    /// How many legacy MCP sessions may be open at once.
    pub session_limit: usize,
}

impl Default for Mcp {
    fn default() -> Self {
        Self {
            enabled: true,
            route: "/mcp".into(),
            instructions: None,
            markdown_depth_limit: 5,
            name: None,
            title: None,
            version: None,
            website_url: None,
            icons: Vec::new(),
            session_ttl: Duration::from_hours(24),
            session_limit: 50_000,
        }
    }
}

/// A picture of the server (MCP `Icon`).
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Icon {
    /// An `https:` or `data:` URI.
    pub src: String,
    /// The media type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mime_type: Option<String>,
    /// `48x48`, `any`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sizes: Vec<String>,
}

/// Bounds of what one caller may cost.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The most bytes a request body may have.
    pub body_bytes: usize,
    /// How deep JSON may nest.
    pub json_depth: usize,
    /// The most values and keys one JSON text may have.
    pub json_nodes: usize,
    /// How long a client may take to send its request.
    pub request_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let bounds = keyway_core::json::Bounds::default();
        Self {
            body_bytes: bounds.bytes,
            json_depth: bounds.depth,
            json_nodes: bounds.nodes,
            request_timeout: Duration::from_secs(30),
        }
    }
}

/// Who may do what.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The operator's policies: a file, or a folder of them.
    pub file: Option<PathBuf>,
    /// What a tool counts as whose server says nothing about it.
    pub unannotated: keyway_app::policy::Unannotated,
    /// Whether the built-in policies about approvals hold.
    pub approvals: keyway_app::policy::Approvals,
}

/// Who may call.
#[derive(Debug, Clone)]
pub struct Auth {
    /// Whether a caller needs an API key or an access token. Only a gateway bound to loopback may do without.
    pub required: bool,
}

impl Default for Auth {
    fn default() -> Self {
        Self { required: true }
    }
}

/// Where data is kept.
#[derive(Debug, Clone)]
pub struct Storage {
    /// The directory of everything Keyway writes; only its owner may read it.
    pub data_dir: PathBuf,
    /// The SQLite file, when it is not `keyway.db` in the data directory.
    pub database: Option<PathBuf>,
    /// What `KEYWAY_DATABASE_URL` holds: a PostgreSQL server, instead of the file.
    pub url: Option<Secret<String>>,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data_dir: ".keyway".into(),
            database: None,
            url: None,
        }
    }
}

impl Storage {
    /// Whether something may be kept already: there is the file, or a server is named.
    pub fn is_there(&self) -> bool {
        self.url.is_some() || self.database_path().exists()
    }

    /// The SQLite file in effect.
    pub fn database_path(&self) -> PathBuf {
        self.database
            .clone()
            .unwrap_or_else(|| self.data_dir.join("keyway.db"))
    }
}

/// Where the master key comes from: the value in `KEYWAY_MASTER_KEY`, else the output of the
/// command, else the file, which the first start creates.
#[derive(Debug, Clone, Default)]
pub struct MasterKey {
    /// What `KEYWAY_MASTER_KEY` holds.
    pub value: Option<Secret<String>>,
    /// A program and its arguments; what it prints is the key.
    pub command: Vec<String>,
    /// The key file, when it is not `master.key` in the data directory.
    pub file: Option<PathBuf>,
}

impl MasterKey {
    /// The key file in effect.
    pub fn file_path(&self, storage: &Storage) -> PathBuf {
        self.file
            .clone()
            .unwrap_or_else(|| storage.data_dir.join("master.key"))
    }
}

/// What outgoing requests may reach.
#[derive(Debug, Clone, Default)]
pub struct Egress {
    /// Private addresses, networks and hosts that are allowed all the same.
    pub allow: Vec<String>,
}

impl Egress {
    /// The entries as `keyway-egress` takes them.
    pub fn allow_list(&self) -> keyway_egress::AllowList {
        let rules = self.allow.iter().filter_map(|text| text.parse().ok());
        keyway_egress::AllowList::new(rules.collect())
    }
}

/// How the process ends.
#[derive(Debug, Clone)]
pub struct Shutdown {
    /// How long running calls may take to finish once the process was told to stop.
    pub grace: Duration,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(20),
        }
    }
}

/// What is logged.
#[derive(Debug, Clone)]
pub struct Log {
    /// Which events: a level, or directives like `info,keyway_mcp=debug`.
    pub filter: String,
    /// How they are written.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            filter: "info".into(),
            format: LogFormat::Auto,
        }
    }
}

/// How log events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LogFormat {
    /// Text on a terminal, JSON otherwise.
    #[default]
    Auto,
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Where actions are exposed that say nothing about it.
#[derive(Debug, Clone, Default)]
pub struct Expose {
    /// The transports. None unless the project says so.
    pub default: Vec<Surface>,
}

impl Expose {
    /// The actions, those that say nothing about it exposed by default.
    pub fn apply(&self, actions: &[Action]) -> Vec<Action> {
        let default = self
            .default
            .iter()
            .fold(action::Expose::NONE, |all, surface| {
                all | match surface {
                    Surface::Mcp => action::Expose::MCP,
                    Surface::Http => action::Expose::HTTP,
                    Surface::Ws => action::Expose::WS,
                    Surface::Cli => action::Expose::CLI,
                }
            });
        let actions = actions.iter().cloned();
        actions
            .map(|action| action.expose_by_default(default))
            .collect()
    }
}

/// What people see.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    /// The folder whose files override the pages that are built in.
    pub dir: Option<PathBuf>,
}

/// A transport an action can be exposed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// An MCP tool.
    Mcp,
    /// `POST /v1/actions/{slug}`.
    Http,
    /// A call over the WebSocket at `/v1/ws`.
    Ws,
    /// `keyway call {slug}`.
    Cli,
}
