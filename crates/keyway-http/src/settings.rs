use std::time::Duration;

/// How the HTTP side behaves. Plain data; the wiring fills it from the configuration.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The MCP endpoint.
    pub mcp: McpSettings,
    /// Who may come from where.
    pub access: Access,
    /// Limits of a request.
    pub limits: RequestLimits,
    /// Bounds of JSON in a body.
    pub json: keyway_core::json::Bounds,
    /// Limits of a connection.
    pub connection: ConnectionLimits,
    /// How callers of `/mcp` and `/v1` are recognised.
    pub authentication: Authentication,
}

/// How callers are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authentication {
    /// By an API key in `Authorization: Bearer`.
    ApiKey,
    /// Not at all: everyone is the anonymous principal. Only for loopback.
    Off,
}

/// The MCP endpoint's place.
#[derive(Debug, Clone)]
pub struct McpSettings {
    /// False leaves the endpoint out; its path is then unknown.
    pub enabled: bool,
    /// The path, `/mcp` unless configured.
    pub route: String,
}

/// Which hosts and origins are let in (protection against DNS rebinding), and what browsers learn.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// True when every bound address is a loopback address; the `Host` header is then checked.
    pub loopback_only: bool,
    /// The port that is listened on.
    pub port: Option<u16>,
    /// The host of `public_url`, without port.
    pub public_host: Option<String>,
    /// The origin of `public_url`, as browsers write it.
    pub public_origin: Option<String>,
    /// Further hosts; with a port where only that port is meant.
    pub allowed_hosts: Vec<String>,
    /// Origins of browser pages that may call, or `*` for every origin.
    pub allowed_origins: Vec<String>,
    /// How many proxies in front are ours: so many entries of `Forwarded` and `X-Forwarded-*`,
    /// counted from the right, are believed.
    pub trusted_hops: usize,
}

/// Limits of one request.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// The most bytes a body may have.
    pub body_bytes: usize,
    /// How long a whole body may take to arrive.
    pub body_time: Duration,
}

/// Limits of one connection.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// How long a request's head may take to arrive, from its first byte.
    pub head_time: Duration,
    /// How long a connection may stay open between requests.
    pub idle_time: Duration,
    /// How long a reader may take nothing of what is sent before the connection is closed.
    pub stall_time: Duration,
    /// The most header fields a request may have.
    pub max_headers: usize,
}

/// Origins of the browser-based MCP clients that are let in unless configured otherwise.
pub const CONNECTOR_ORIGINS: [&str; 5] = [
    "https://claude.ai",
    "https://claude.com",
    "https://chatgpt.com",
    "https://vscode.dev",
    "https://github.dev",
];

impl Default for Settings {
    fn default() -> Self {
        Self {
            mcp: McpSettings::default(),
            access: Access::default(),
            limits: RequestLimits::default(),
            json: keyway_core::json::Bounds::default(),
            connection: ConnectionLimits::default(),
            authentication: Authentication::ApiKey,
        }
    }
}

impl Default for McpSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            route: "/mcp".into(),
        }
    }
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            body_bytes: 4 * 1024 * 1024,
            body_time: Duration::from_secs(30),
        }
    }
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self {
            head_time: Duration::from_secs(30),
            idle_time: Duration::from_mins(2),
            stall_time: Duration::from_secs(30),
            max_headers: 100,
        }
    }
}
