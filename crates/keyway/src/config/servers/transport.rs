use std::collections::BTreeMap;
use std::path::PathBuf;

use keyway_core::Secret;
use keyway_mcp::upstream::{Http, HttpKind, Stdio, Transport};
use url::Url;

use super::Dialect;
use super::auth;
use super::fields::Fields;
use crate::config::doc::At;
use crate::config::reference::Resolved;

/// What an entry says about its transport in so many words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Stdio,
    Http,
    Sse,
}

/// How the server is reached, and which texts were filled in and must not be shown. The rule: a
/// `command` that is not empty makes a child process, everything else is HTTP.
pub(super) fn read(fields: &mut Fields<'_>) -> Option<(Transport, Vec<String>)> {
    let said = said(fields);
    let command = fields
        .text("command")
        .filter(|command| !command.text.trim().is_empty());
    let url_field = url_field(fields);
    match (command, url_field) {
        (Some(command), url) => {
            if said.is_some_and(|said| said != Said::Stdio) {
                let (field, at) = said_at(fields);
                fields.problem_help(
                    at,
                    field,
                    "this transport has no `command`",
                    "remove `command`, or the transport: with `command` it is stdio",
                );
            } else if let Some((field, at)) = url {
                fields.note(
                    at,
                    field,
                    "not used: with `command` the server is a child process",
                );
            }
            Some(stdio(fields, command))
        }
        (None, Some((field, _))) => {
            if said == Some(Said::Stdio) {
                let (field, at) = said_at(fields);
                fields.problem_help(
                    at,
                    field,
                    "stdio needs a `command`",
                    "add `command`, or remove the transport: with a URL it is HTTP",
                );
            }
            http(fields, field, said)
        }
        (None, None) => {
            // A command that could not be filled in was told already.
            if fields.problems.is_empty() {
                let at = fields.node.at;
                fields.problem_help(
                    at,
                    "",
                    "neither `command` nor `url`",
                    "give `command` for a child process, or `url` for a server behind HTTP",
                );
            }
            None
        }
    }
}

/// The field that names the transport, and where it is.
fn said_at(fields: &Fields<'_>) -> (&'static str, At) {
    let client = matches!(fields.dialect, Dialect::Desktop | Dialect::VsCode);
    let field = if client && fields.get("transport").is_none() {
        "type"
    } else {
        "transport"
    };
    (
        field,
        fields.get(field).map_or(fields.node.at, |node| node.at),
    )
}

fn said(fields: &mut Fields<'_>) -> Option<Said> {
    let client = matches!(fields.dialect, Dialect::Desktop | Dialect::VsCode);
    let (field, _) = said_at(fields);
    let node = fields.get(field)?;
    let said = match node.text().unwrap_or_default() {
        "stdio" => Said::Stdio,
        "local" if client => Said::Stdio,
        "http" => Said::Http,
        "streamable-http" | "streamableHttp" | "streamable_http" if client => Said::Http,
        "sse" => Said::Sse,
        "ws" | "websocket" => {
            fields.problem(node.at, field, "WebSocket is not a transport of MCP");
            return None;
        }
        _ => {
            fields.problem(node.at, field, "expected one of `stdio`, `http`, `sse`");
            return None;
        }
    };
    Some(said)
}

/// The field that holds the address, and where it is.
fn url_field(fields: &Fields<'_>) -> Option<(&'static str, At)> {
    let names: &[&'static str] = match fields.dialect {
        Dialect::Desktop => &["url", "serverUrl", "httpUrl"],
        _ => &["url"],
    };
    names
        .iter()
        .find_map(|name| fields.get(name).map(|node| (*name, node.at)))
}

fn stdio(fields: &mut Fields<'_>, command: Resolved) -> (Transport, Vec<String>) {
    let mut secrets = Vec::new();
    let mut take = |resolved: Resolved| {
        if resolved.filled {
            secrets.push(resolved.text.clone());
        }
        resolved.text
    };
    let command = take(command);
    let args = fields
        .list("args")
        .unwrap_or_default()
        .into_iter()
        .map(&mut take)
        .collect();
    let cwd = fields.text("cwd").map(|cwd| directory(fields, cwd.text));
    let env = env(fields);
    auth::refuse_for_stdio(fields);
    if let Some(node) = fields.get("headers") {
        fields.problem_help(
            node.at,
            "headers",
            "a child process has no headers",
            "give it credentials in `env`",
        );
    }
    if let Some(node) = fields.get("envFile") {
        fields.problem_help(
            node.at,
            "envFile",
            "files of variables are not read",
            "put the variables into `env`, with `${env:NAME}` for their values",
        );
    }
    let stdio = Stdio {
        command,
        args,
        env,
        cwd,
    };
    (Transport::Stdio(stdio), secrets)
}

fn env(fields: &mut Fields<'_>) -> BTreeMap<String, Secret<String>> {
    let pairs = fields.pairs("env");
    if pairs
        .iter()
        .any(|(name, _)| name.is_empty() || name.contains(['=', '\0']))
    {
        let at = fields.get("env").map_or(fields.node.at, |node| node.at);
        fields.problem(at, "env", "a name that no variable can have");
    }
    pairs
        .into_iter()
        .map(|(name, value)| (name, Secret::new(value.text)))
        .collect()
}

/// A relative directory begins at the directory of the file; in a project's file, at the project.
fn directory(fields: &Fields<'_>, cwd: String) -> PathBuf {
    fields.references.base().join(cwd)
}

fn http(
    fields: &mut Fields<'_>,
    field: &'static str,
    said: Option<Said>,
) -> Option<(Transport, Vec<String>)> {
    for name in ["args", "env", "cwd"] {
        if let Some(node) = fields.get(name) {
            fields.problem(node.at, name, "only a server with `command` has this");
        }
    }
    let url = fields.text(field);
    let headers: Vec<_> = fields
        .pairs("headers")
        .into_iter()
        .map(|(name, value)| (name, Secret::new(value.text)))
        .collect();
    let auth = auth::read(fields);
    let url = url?;
    let at = fields.get(field).map_or(fields.node.at, |node| node.at);
    if let Err(expected) = check_url(&url.text) {
        fields.problem(at, field, expected);
        return None;
    }
    let mut http = Http::new(url.text.clone());
    http.headers = headers;
    http.auth = auth?;
    http.kind = match (said, fields.dialect) {
        (Some(Said::Sse), _) => HttpKind::Sse,
        (Some(Said::Http), Dialect::Keyway) => HttpKind::StreamableOnly,
        _ => HttpKind::Auto,
    };
    if let Err(problem) = http.all_headers() {
        let name = if fields.get("headers").is_some() {
            "headers"
        } else {
            "auth"
        };
        let at = fields.get(name).map_or(fields.node.at, |node| node.at);
        fields.problem(at, name, problem.to_string());
        return None;
    }
    let secrets = if url.filled {
        vec![url.text]
    } else {
        Vec::new()
    };
    Some((Transport::Http(http), secrets))
}

/// What is wrong with the address of a server, if anything is.
pub(crate) fn check_url(text: &str) -> Result<(), &'static str> {
    if let Some(rest) = text.strip_prefix("unix:") {
        let (socket, path) = rest.split_once('#').unwrap_or((rest, "/"));
        return if socket.starts_with('/') && path.starts_with('/') {
            Ok(())
        } else {
            Err("expected `unix:/path/to.sock`, if needed with `#/path`")
        };
    }
    let url = Url::parse(text).map_err(|_| "expected an `http:`, `https:` or `unix:` URL")?;
    match url.scheme() {
        "http" | "https" if url.has_host() => {}
        "ws" | "wss" => return Err("WebSocket is not a transport of MCP"),
        _ => return Err("expected an `http:`, `https:` or `unix:` URL"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL with user name or password is not accepted: use `auth` or `headers`");
    }
    if url.fragment().is_some() {
        return Err("a URL with `#…` is not accepted");
    }
    Ok(())
}
