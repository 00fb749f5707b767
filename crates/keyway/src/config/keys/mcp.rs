use serde_json::json;

use super::{DAY, Key, SECOND, keys};
use crate::config::check;
use crate::config::reader::{Kind, show_duration};
use crate::config::settings::Surface;

const SURFACES: &[&str] = &["mcp", "http", "ws", "cli"];

/// The MCP endpoint, and what is exposed there.
pub(super) const KEYS: &[Key] = keys! {
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
                "ws" => Surface::Ws,
                _ => Surface::Cli,
            }).collect();
            Ok(())
        },
        |c| c.expose.default.iter().map(|surface| match surface {
            Surface::Mcp => "mcp",
            Surface::Http => "http",
            Surface::Ws => "ws",
            Surface::Cli => "cli",
        }).collect();
};
