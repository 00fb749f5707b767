use serde_json::json;

use super::{Key, keys};
use crate::config::check;
use crate::config::reader::Kind;

/// Where Keyway listens, and who may come in.
pub(super) const KEYS: &[Key] = keys! {
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
        "Further web origins whose pages may call Keyway, besides its own. Those of the known web clients (`https://claude.ai`, `https://claude.com`, `https://chatgpt.com`, `https://vscode.dev`, `https://github.dev`) are always let in, also where this list is empty. `*` is any, and then never with credentials.",
        "`allowedOrigins` (`WEB_SERVER_ALLOWED_ORIGINS`, `MCP_ALLOWED_ORIGINS`)",
        |c, v| { c.listen.allowed_origins = check::origins(v.list()?)?; Ok(()) },
        |c| json!(c.listen.allowed_origins);
    "allowed_hosts": Kind::List,
        "Host names Keyway answers to, besides the bound address and the host of `public_url` (protection against DNS rebinding).",
        "",
        |c, v| { c.listen.allowed_hosts = check::hosts(v.list()?)?; Ok(()) },
        |c| json!(c.listen.allowed_hosts);
    "trusted_hops": Kind::Integer(0, 16),
        "How many proxies in front of Keyway are yours. So many entries of `Forwarded` and `X-Forwarded-*`, counted from the right, are believed: for the client's address, and without `public_url` for the address Keyway is reached under.",
        "`MCP_OAUTH_TRUST_PROXY` (there `true` or `false`)",
        |c, v| { c.listen.trusted_hops = v.usize()?; Ok(()) },
        |c| json!(c.listen.trusted_hops);
    "auth.required": Kind::Bool,
        "Whether a caller of `/mcp` and `/v1` needs an API key or an access token. `false` lets everyone in who reaches the address, offers no signing in to clients, and is accepted only when `bind` is a loopback address.",
        "",
        |c, v| { c.auth.required = v.bool()?; Ok(()) },
        |c| json!(c.auth.required);
};
