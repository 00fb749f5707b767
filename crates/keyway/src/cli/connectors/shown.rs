//! Connectors as they are told at the terminal.

use std::process::ExitCode;

use keyway_app::connectors::{AuthView, ConnectorView, OauthMode, Probed};
use serde_json::json;

use crate::cli::people::minute;
use crate::cli::terminal::Terminal;

pub(super) fn list(all: &[ConnectorView], terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!({ "connectors": all }));
    }
    if all.is_empty() {
        return terminal.note("nothing is connected; `keyway connectors add` connects a server");
    }
    let row = |one: &ConnectorView| {
        vec![
            one.slug.clone(),
            one.name.clone(),
            one.url.clone(),
            auth(&one.auth),
            one.scope.to_string(),
            if one.enabled { "on" } else { "off" }.to_owned(),
            minute(one.changed_at),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let head = ["KEY", "NAME", "URL", "AUTH", "FOR", "STATE", "CHANGED"];
    terminal.table(&head, &rows);
}

pub(super) fn show(one: &ConnectorView, terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!(one));
    }
    let names = |all: &[String]| {
        if all.is_empty() {
            "-".to_owned()
        } else {
            all.join(" ")
        }
    };
    let limit = |ms: Option<u64>| ms.map_or_else(|| "default".to_owned(), |ms| format!("{ms} ms"));
    let rows = [
        ("id", one.id.to_string()),
        ("key", one.slug.clone()),
        ("tools", format!("mcp__{}__…", one.slug)),
        ("name", one.name.clone()),
        ("url", one.url.clone()),
        ("auth", auth(&one.auth)),
        ("for", one.scope.to_string()),
        ("state", if one.enabled { "on" } else { "off" }.to_owned()),
        (
            "only",
            one.allow
                .as_deref()
                .map_or_else(|| "all tools".to_owned(), names),
        ),
        ("not", names(&one.deny)),
        ("connecting", limit(one.connect_timeout_ms)),
        ("calls", limit(one.call_timeout_ms)),
        ("revision", one.revision.to_string()),
        (
            "made",
            format!("{} by {}", minute(one.created_at), one.created_by),
        ),
        (
            "changed",
            format!("{} by {}", minute(one.changed_at), one.changed_by),
        ),
    ];
    for (name, value) in rows {
        terminal.line(format!("{name:<11} {value}"));
    }
    terminal.note("`keyway mcp status` tells how a running gateway is connected to it");
}

pub(super) fn told(view: &ConnectorView, what: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(view));
    } else {
        terminal.line(format!(
            "{what}: {} as mcp__{} ({})",
            view.name, view.slug, view.id
        ));
    }
}

/// What became of trying a server out; the exit code tells too.
pub(super) fn probed(found: &Probed, terminal: &mut Terminal) -> ExitCode {
    let good = matches!(found, Probed::Good { .. });
    if terminal.is_json() {
        terminal.value(&json!(found));
        return ExitCode::from(u8::from(!good));
    }
    match found {
        Probed::Good {
            server_name,
            server_version,
            protocol,
            era,
            transport,
            tools,
            tool_names,
            resources,
            prompts,
            warnings,
            took_ms,
        } => {
            let unnamed = "(it does not say)";
            let rows = [
                (
                    "server",
                    server_name.as_deref().unwrap_or(unnamed).to_owned(),
                ),
                (
                    "version",
                    server_version.as_deref().unwrap_or("-").to_owned(),
                ),
                ("protocol", format!("{protocol} ({era}, {transport})")),
                ("tools", format!("{tools}: {}", tool_names.join(" "))),
                ("resources", resources.to_string()),
                ("prompts", prompts.to_string()),
                ("took", format!("{took_ms} ms")),
            ];
            for (name, value) in rows {
                terminal.line(format!("{name:<10} {value}"));
            }
            for warning in warnings {
                terminal.warn(warning);
            }
        }
        Probed::Failed { reason, hint, .. } => {
            terminal.line(format!("the server cannot be used: {reason}"));
            terminal.note(hint);
        }
    }
    ExitCode::from(u8::from(!good))
}

fn auth(view: &AuthView) -> String {
    match view {
        AuthView::None => "none".to_owned(),
        AuthView::Headers { headers } => {
            let names: Vec<_> = headers.iter().map(|one| one.name.as_str()).collect();
            names.join(" ")
        }
        AuthView::Oauth(oauth) => match oauth.mode {
            OauthMode::Shared => "OAuth, shared".to_owned(),
            OauthMode::PerUser => "OAuth, each person".to_owned(),
            OauthMode::ClientCredentials => "OAuth, as the gateway".to_owned(),
        },
    }
}
