use serde_json::{Value, json};

use super::check;
use super::reader::{Kind, Reader, Wrong, show_duration};
use super::settings::{Config, LogFormat, Surface};

/// One key of `keyway.yaml`: the one place that says how it is named, read, shown and described.
/// Its environment variable is `KEYWAY_` and the path in capitals, with `_` for `.`.
pub struct Key {
    /// The dotted path.
    pub path: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What it is for.
    pub doc: &'static str,
    /// The setting of Keryx that it takes the place of; empty when none.
    pub replaces: &'static str,
    pub(super) set: fn(&mut Config, &Reader<'_>) -> Result<(), Wrong>,
    /// The value in effect, as JSON; `null` when there is none.
    pub get: fn(&Config) -> Value,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Key").field(&self.path).finish()
    }
}

impl Key {
    /// The environment variable that sets it.
    pub fn variable(&self) -> String {
        format!("KEYWAY_{}", self.path.replace('.', "_").to_uppercase())
    }

    /// Its default, as JSON; `null` when there is none.
    pub fn default(&self) -> Value {
        (self.get)(&Config::default())
    }

    /// The key with this path.
    pub fn find(path: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.path == path)
    }
}

macro_rules! keys {
    ($($path:literal: $kind:expr, $doc:literal, $replaces:literal,
        $set:expr, $get:expr;)*) => {
        &[$(Key { path: $path, kind: $kind, doc: $doc, replaces: $replaces, set: $set, get: $get }),*]
    };
}

const SURFACES: &[&str] = &["mcp", "http", "cli"];
const FORMATS: &[&str] = &["auto", "text", "json"];
const SECOND: u64 = 1_000;
const DAY: u64 = 24 * 60 * 60 * SECOND;

/// Every key but `mcp_servers`, in the order of the reference.
pub const KEYS: &[Key] = keys! {
    "bind": Kind::Address,
        "The address and port to listen on. Port 0 takes a free one.",
        "`WEB_SERVER_HOST`, `WEB_SERVER_PORT`",
        |c, v| { c.listen.bind = check::address(&v.text().unwrap_or_default())?; Ok(()) },
        |c| json!(c.listen.bind.to_string());
    "public_url": Kind::Url,
        "The URL clients reach Keyway under, when it is not the bound address (a proxy, a tunnel). Scheme, host and port only.",
        "`applicationUrl` (`APPLICATION_URL`)",
        |c, v| { c.listen.public_url = Some(check::public_url(&v.text()?)?); Ok(()) },
        |c| json!(c.listen.public_url);
    "allowed_origins": Kind::List,
        "Web origins whose pages may call Keyway, besides its own. `*` is any, and then never with credentials.",
        "`allowedOrigins` (`WEB_SERVER_ALLOWED_ORIGINS`, `MCP_ALLOWED_ORIGINS`)",
        |c, v| { c.listen.allowed_origins = check::origins(v.list()?)?; Ok(()) },
        |c| json!(c.listen.allowed_origins);
    "allowed_hosts": Kind::List,
        "Host names Keyway answers to, besides the bound address and the host of `public_url` (protection against DNS rebinding).",
        "",
        |c, v| { c.listen.allowed_hosts = check::hosts(v.list()?)?; Ok(()) },
        |c| json!(c.listen.allowed_hosts);
    "data_dir": Kind::Path,
        "The directory of everything Keyway writes. Created at the first start; only its owner may read it.",
        "",
        |c, v| { c.storage.data_dir = v.path()?; Ok(()) },
        |c| json!(c.storage.data_dir);
    "database": Kind::Path,
        "The SQLite file. `keyway.db` in the data directory when not given.",
        "`DATABASE_URL`",
        |c, v| { c.storage.database = Some(v.path()?); Ok(()) },
        |c| json!(c.storage.database);
    "auth.required": Kind::Bool,
        "Whether a caller needs an API key. `false` is accepted only when `bind` is a loopback address.",
        "",
        |c, v| { c.auth.required = v.bool()?; Ok(()) },
        |c| json!(c.auth.required);
    "mcp.enabled": Kind::Bool,
        "Whether the MCP endpoint is served.",
        "`enabled` (`MCP_SERVER_ENABLED`, there `false`)",
        |c, v| { c.mcp.enabled = v.bool()?; Ok(()) },
        |c| json!(c.mcp.enabled);
    "mcp.route": Kind::Text,
        "The path of the MCP endpoint.",
        "`route` (`MCP_SERVER_ROUTE`)",
        |c, v| { c.mcp.route = check::route(&v.text()?)?; Ok(()) },
        |c| json!(c.mcp.route);
    "mcp.instructions": Kind::Text,
        "What a model should know before it uses the server. The project's description when not given.",
        "`instructions` (`MCP_SERVER_INSTRUCTIONS`)",
        |c, v| { c.mcp.instructions = Some(v.text()?); Ok(()) },
        |c| json!(c.mcp.instructions);
    "mcp.markdown_depth_limit": Kind::Integer(1, 32),
        "How deep markdown answers nest before the rest is shown as JSON.",
        "`markdownDepthLimit` (`MCP_MARKDOWN_DEPTH_LIMIT`)",
        |c, v| { c.mcp.markdown_depth_limit = v.usize()?; Ok(()) },
        |c| json!(c.mcp.markdown_depth_limit);
    "mcp.name": Kind::Text,
        "The server's name for programs. The project's name when not given.",
        "",
        |c, v| { c.mcp.name = Some(v.text()?); Ok(()) },
        |c| json!(c.mcp.name);
    "mcp.title": Kind::Text,
        "The server's name for people.",
        "",
        |c, v| { c.mcp.title = Some(v.text()?); Ok(()) },
        |c| json!(c.mcp.title);
    "mcp.version": Kind::Text,
        "The server's version. The project's version when not given.",
        "",
        |c, v| { c.mcp.version = Some(v.text()?); Ok(()) },
        |c| json!(c.mcp.version);
    "mcp.website_url": Kind::Url,
        "Where people read about the server.",
        "",
        |c, v| { c.mcp.website_url = Some(check::web_url(&v.text()?)?); Ok(()) },
        |c| json!(c.mcp.website_url);
    "mcp.icons": Kind::Icons,
        "Pictures of the server: `src` (an `https:` or `data:` URI), `mime_type`, `sizes`.",
        "",
        |c, v| { c.mcp.icons = check::icons(&v.json()?)?; Ok(()) },
        |c| json!(c.mcp.icons);
    "mcp.session_ttl": Kind::Duration(SECOND, 365 * DAY),
        "After how long without a request an MCP session of the older protocol revisions ends.",
        "`MCP_SESSION_TTL`",
        |c, v| { c.mcp.session_ttl = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.mcp.session_ttl));
    "mcp.session_limit": Kind::Integer(1, 10_000_000),
        "How many MCP sessions of the older protocol revisions may be open at once.",
        "",
        |c, v| { c.mcp.session_limit = v.usize()?; Ok(()) },
        |c| json!(c.mcp.session_limit);
    "expose.default": Kind::Choices(SURFACES),
        "Where actions are exposed that say nothing about it.",
        "exposure by default (there every action is a tool: `[mcp]`)",
        |c, v| {
            c.expose.default = v.choices()?.into_iter().map(|word| match word {
                "mcp" => Surface::Mcp,
                "http" => Surface::Http,
                _ => Surface::Cli,
            }).collect();
            Ok(())
        },
        |c| c.expose.default.iter().map(|surface| match surface {
            Surface::Mcp => "mcp",
            Surface::Http => "http",
            Surface::Cli => "cli",
        }).collect();
    "limits.body_bytes": Kind::Bytes(1 << 10, 1 << 30),
        "The most bytes a request body may have; a longer one is answered with 413.",
        "`WEB_MAX_BODY_SIZE`",
        |c, v| { c.limits.body_bytes = v.usize()?; Ok(()) },
        |c| json!(c.limits.body_bytes);
    "limits.json_depth": Kind::Integer(8, 512),
        "How deep JSON from outside may nest.",
        "",
        |c, v| { c.limits.json_depth = v.usize()?; Ok(()) },
        |c| json!(c.limits.json_depth);
    "limits.json_nodes": Kind::Integer(100, 100_000_000),
        "The most values and keys one JSON text from outside may have.",
        "",
        |c, v| { c.limits.json_nodes = v.usize()?; Ok(()) },
        |c| json!(c.limits.json_nodes);
    "limits.request_timeout": Kind::Duration(100, DAY),
        "How long a client may take to send its request.",
        "",
        |c, v| { c.limits.request_timeout = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.limits.request_timeout));
    "mcp_files": Kind::Paths,
        "Files of other programs that name MCP servers: desktop clients' `mcpServers`, VS Code's `servers`, Keen's `servers`. None is read unless it is named here.",
        "",
        |c, v| { c.mcp_files = v.paths()?; Ok(()) },
        |c| json!(c.mcp_files);
    "egress.allow": Kind::List,
        "Private addresses, networks (`10.0.0.0/8`) and host names that outgoing requests may reach all the same. Servers in the operator's own files need not be named. The variable holds for your own client (`keyway mcp`, `keyway chat`) as well.",
        "",
        |c, v| { c.egress.allow = check::egress(v.list()?)?; Ok(()) },
        |c| json!(c.egress.allow);
    "master_key.file": Kind::Path,
        "The file of the master key. `master.key` in the data directory when not given; the first start creates it, readable by its owner only.",
        "",
        |c, v| { c.master_key.file = Some(v.path()?); Ok(()) },
        |c| json!(c.master_key.file);
    "master_key.command": Kind::Command,
        "A program and its arguments whose output is the master key (a password manager, a key service).",
        "",
        |c, v| { c.master_key.command = v.command()?; Ok(()) },
        |c| json!(c.master_key.command);
    "shutdown.grace": Kind::Duration(0, 60 * 60 * SECOND),
        "How long running calls may take to finish once the process was told to stop.",
        "`PROCESS_SHUTDOWN_TIMEOUT`",
        |c, v| { c.shutdown.grace = v.duration()?; Ok(()) },
        |c| json!(show_duration(c.shutdown.grace));
    "log.filter": Kind::Text,
        "What is logged: a level (`error`, `warn`, `info`, `debug`, `trace`), or directives like `info,keyway_mcp=debug`.",
        "`LOG_LEVEL`",
        |c, v| { c.log.filter = check::log_filter(&v.text()?)?; Ok(()) },
        |c| json!(c.log.filter);
    "log.format": Kind::Choice(FORMATS),
        "How it is logged: `text` for people, `json` for programs, `auto` text on a terminal and JSON otherwise.",
        "`LOG_FORMAT`",
        |c, v| {
            c.log.format = match v.choice()? {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                _ => LogFormat::Auto,
            };
            Ok(())
        },
        |c| json!(match c.log.format {
            LogFormat::Auto => "auto",
            LogFormat::Text => "text",
            LogFormat::Json => "json",
        });
};
