use std::process::ExitCode;

use keyway_core::names::Prefix;
use keyway_mcp::upstream::{Auth, HttpKind, ServerSpec, Transport};
use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::config::{Loaded, McpServer, Place, all_keys};

/// What stands where a secret is.
const MASK: &str = "••••••";

pub(super) fn run(invocation: &Invocation, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let loaded = invocation.configuration_told(Vec::new(), terminal)?;
    if terminal.is_json() {
        terminal.value(&as_json(&loaded));
        return Ok(ExitCode::SUCCESS);
    }
    match &loaded.file {
        Some(file) => terminal.note(format!("from {}", file.display())),
        None => terminal.note("no configuration file: defaults, variables and flags"),
    }
    let mut rows: Vec<_> = all_keys()
        .map(|key| {
            let place = loaded.places.get(key.path).unwrap_or(&Place::Default);
            vec![
                key.path.to_owned(),
                plain(&(key.get)(&loaded.config)),
                place.to_string(),
            ]
        })
        .collect();
    if loaded.config.master_key.value.is_some() {
        let name = "KEYWAY_MASTER_KEY";
        rows.push(vec!["master key".into(), MASK.into(), name.into()]);
    }
    if loaded.config.storage.url.is_some() {
        let name = "KEYWAY_DATABASE_URL";
        rows.push(vec!["database server".into(), MASK.into(), name.into()]);
    }
    terminal.table(&["KEY", "VALUE", "FROM"], &rows);
    if !loaded.config.mcp_servers.is_empty() {
        terminal.line("");
        let rows: Vec<_> = loaded.config.mcp_servers.iter().map(server_row).collect();
        terminal.table(&["MCP SERVER", "REACHED BY", "AUTH", "FROM"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

/// A value as it would stand in the file.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "[]".into(),
        other => other.to_string(),
    }
}

fn server_row(server: &McpServer) -> Vec<String> {
    let (reached, auth) = match &server.spec {
        Err(_) => ("unusable: see `config check`".to_owned(), "-"),
        Ok(spec) => match &spec.transport {
            Transport::Stdio(stdio) => (format!("stdio: {}", shown(&stdio.command, spec)), "-"),
            Transport::Http(http) => (
                format!("http: {}", shown(&http.url, spec)),
                auth_kind(&http.auth),
            ),
        },
    };
    vec![
        server.name.clone(),
        reached,
        auth.to_owned(),
        server.place.to_string(),
    ]
}

fn as_json(loaded: &Loaded) -> Value {
    let settings: serde_json::Map<_, _> = all_keys()
        .map(|key| {
            let place = loaded.places.get(key.path).unwrap_or(&Place::Default);
            let value = json!({ "value": (key.get)(&loaded.config), "from": place.to_string() });
            (key.path.to_owned(), value)
        })
        .collect();
    json!({
        "file": loaded.file,
        "settings": settings,
        "masterKeyInEnvironment": loaded.config.master_key.value.is_some(),
        "mcpServers": loaded.config.mcp_servers.iter().map(server_json).collect::<Vec<_>>(),
        "mcpFiles": loaded.mcp_files.iter().map(|file| json!({
            "path": file.path,
            "dialect": file.dialect,
            "servers": file.servers,
        })).collect::<Vec<_>>(),
    })
}

fn server_json(server: &McpServer) -> Value {
    let mut value = json!({
        "name": server.name,
        "organization": server.organization,
        "from": server.place.to_string(),
        "usable": server.spec.is_ok(),
    });
    let (Ok(spec), Some(members)) = (&server.spec, value.as_object_mut()) else {
        return value;
    };
    let reached = match &spec.transport {
        Transport::Stdio(stdio) => json!({
            "transport": "stdio",
            "command": shown(&stdio.command, spec),
            "args": stdio.args.len(),
            "env": masked(stdio.env.keys()),
            "cwd": stdio.cwd,
        }),
        Transport::Http(http) => json!({
            "transport": if http.kind == HttpKind::Sse { "sse" } else { "http" },
            "url": shown(&http.url, spec),
            "headers": masked(http.headers.iter().map(|(name, _)| name)),
            "auth": auth_kind(&http.auth),
        }),
    };
    if let Value::Object(reached) = reached {
        members.extend(reached);
    }
    members.insert("enabled".into(), spec.enabled.into());
    let prefix = match &spec.prefix {
        Prefix::Server => Value::from(format!("mcp__{}__", server.name)),
        Prefix::Custom(prefix) => prefix.as_str().into(),
        Prefix::None => Value::Null,
    };
    members.insert("prefix".into(), prefix);
    value
}

fn masked<'a>(names: impl Iterator<Item = &'a String>) -> Value {
    names
        .map(|name| (name.clone(), Value::from(MASK)))
        .collect()
}

/// A command, or where a URL leads: scheme, host and port, for paths and queries may hold keys.
fn shown(text: &str, spec: &ServerSpec) -> String {
    if spec.secrets.iter().any(|secret| secret.expose() == text) {
        return MASK.into();
    }
    match url::Url::parse(text) {
        Ok(url) if url.has_host() => format!("{}/…", url.origin().ascii_serialization()),
        _ => text.to_owned(),
    }
}

fn auth_kind(auth: &Auth) -> &'static str {
    match auth {
        Auth::None => "none",
        Auth::ApiKey { .. } => "api_key",
        Auth::OAuth(_) => "oauth",
    }
}
