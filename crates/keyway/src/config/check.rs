//! What a value must look like beyond its kind. No error repeats the value.

use std::net::SocketAddr;

use keyway_core::scopes::ToolPattern;
use url::Url;

use super::reader::Wrong;
use super::settings::Icon;

/// `127.0.0.1:8420`, `[::1]:8420`, `localhost:8420`.
pub(super) fn address(text: &str) -> Result<SocketAddr, Wrong> {
    let named = text
        .strip_prefix("localhost:")
        .map(|port| format!("127.0.0.1:{port}"));
    named
        .as_deref()
        .unwrap_or(text)
        .parse()
        .map_err(|_| Wrong::expected("an IP address and a port, like `127.0.0.1:8420`"))
}

/// Scheme, host and port, nothing else; without the trailing slash.
pub(super) fn public_url(text: &str) -> Result<String, Wrong> {
    let wrong = || {
        Wrong::expected(
            "`http://` or `https://`, a host and if needed a port, without path or query",
        )
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    if !(bare && is_web(&url)) {
        return Err(wrong());
    }
    Ok(url.origin().ascii_serialization())
}

/// An `http:` or `https:` URL without user information.
pub(super) fn web_url(text: &str) -> Result<String, Wrong> {
    Url::parse(text)
        .ok()
        .filter(|url| is_web(url) && url.username().is_empty() && url.password().is_none())
        .map(|url| url.to_string())
        .ok_or_else(|| Wrong::expected("an `http://` or `https://` URL without user information"))
}

/// `*`, or origins as browsers send them.
pub(super) fn origins(list: Vec<String>) -> Result<Vec<String>, Wrong> {
    let wrong = || Wrong::expected("`*`, or origins like `https://app.example.com`");
    list.into_iter()
        .map(|text| {
            if text == "*" {
                return Ok(text);
            }
            let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
            let rest = rest.strip_suffix('/').unwrap_or(rest);
            if scheme.is_empty() || rest.is_empty() || rest.contains(['/', '?', '#', '@', '*', ' '])
            {
                return Err(wrong());
            }
            let url = Url::parse(&text).map_err(|_| wrong())?;
            if is_web(&url) {
                return Ok(url.origin().ascii_serialization());
            }
            Ok(format!("{scheme}://{rest}").to_ascii_lowercase())
        })
        .collect()
}

/// Host names, with a port where only that port is meant.
pub(super) fn hosts(list: Vec<String>) -> Result<Vec<String>, Wrong> {
    list.into_iter()
        .map(|text| {
            let url = Url::parse(&format!("http://{text}")).ok();
            url.filter(|url| {
                url.path() == "/" && url.query().is_none() && url.username().is_empty()
            })
            .filter(|_| !text.contains(['/', '*', '#', '?']))
            .map(|_| text.to_ascii_lowercase())
            .ok_or_else(|| Wrong::expected("host names like `gateway.example.com`"))
        })
        .collect()
}

/// Patterns of names of tools.
pub(super) fn tool_patterns(list: &[String]) -> Result<Vec<ToolPattern>, Wrong> {
    let patterns = list.iter().map(|text| text.parse());
    patterns
        .collect::<Result<_, _>>()
        .map_err(|_| Wrong::expected("names of tools, with `*` for any run of characters"))
}

/// The paths of the other endpoints, which the MCP endpoint cannot take.
const TAKEN: &[&str] = &[
    "/v1",
    "/api",
    "/x",
    "/healthz",
    "/readyz",
    "/metrics",
    "/oauth",
    "/.well-known",
    "/sign-in",
    "/sign-out",
    "/setup",
    "/reset",
    "/invitations",
    "/account",
    "/console",
    "/sso",
    "/device",
    "/assets",
];

/// What `keyway-egress` understands.
pub(super) fn egress(list: Vec<String>) -> Result<Vec<String>, Wrong> {
    for text in &list {
        text.parse::<keyway_egress::AllowRule>()
            .map_err(|problem| Wrong(problem.to_string()))?;
    }
    Ok(list)
}

/// A path of its own.
pub(super) fn route(text: &str) -> Result<String, Wrong> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    let good = text.len() > 1
        && text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains("//")
        && text.chars().all(plain)
        && text
            .split('/')
            .all(|segment| segment != "." && segment != "..");
    if !good {
        return Err(Wrong::expected(
            "a path like `/mcp`, without a slash at its end",
        ));
    }
    let under = |taken: &&&str| text == **taken || text.starts_with(&format!("{taken}/"));
    match TAKEN.iter().find(under) {
        Some(taken) => Err(Wrong(format!("`{taken}` belongs to another endpoint"))),
        None => Ok(text.to_owned()),
    }
}

/// A level or directives.
pub(super) fn log_filter(text: &str) -> Result<String, Wrong> {
    let level = |word: &str| {
        ["off", "error", "warn", "info", "debug", "trace"].contains(&word.to_lowercase().as_str())
    };
    let good = text
        .split(',')
        .all(|directive| match directive.rsplit_once('=') {
            Some((target, word)) => !target.trim().is_empty() && level(word.trim()),
            None => level(directive.trim()),
        });
    if good && tracing_subscriber::EnvFilter::try_new(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err(Wrong::expected(
        "a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or directives like `info,keyway_mcp=debug`",
    ))
}

/// A list of `{src, mime_type?, sizes?}`.
pub(super) fn icons(value: &serde_json::Value) -> Result<Vec<Icon>, Wrong> {
    let wrong =
        || Wrong::expected("a list of `src` (an `https:` or `data:` URI), `mime_type` and `sizes`");
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned).ok_or_else(wrong);
    let read = |value: &serde_json::Value| {
        let mut icon = Icon::default();
        for (key, value) in value.as_object().ok_or_else(wrong)? {
            match key.as_str() {
                "src" => icon.src = text(value)?,
                "mime_type" | "mimeType" => icon.mime_type = Some(text(value)?),
                "sizes" => {
                    let sizes = value.as_array().ok_or_else(wrong)?;
                    icon.sizes = sizes.iter().map(text).collect::<Result<_, _>>()?;
                }
                _ => return Err(wrong()),
            }
        }
        if icon.src.starts_with("https://") || icon.src.starts_with("data:") {
            return Ok(icon);
        }
        Err(wrong())
    };
    value
        .as_array()
        .ok_or_else(wrong)?
        .iter()
        .map(read)
        .collect()
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.has_host()
}
