use keyway_app::webhook_endpoints::{EndpointView, MadeEndpoint, MessagePage, MessageView};
use keyway_client::text::line;
use serde_json::json;

use crate::cli::people::minute;
use crate::cli::terminal::Terminal;

/// Shows an endpoint whose secret is new, and the secret.
pub(super) fn made(made: &MadeEndpoint, terminal: &mut Terminal) {
    if terminal.is_json() {
        let mut value = json!(made.endpoint);
        if let Some(shown) = value.as_object_mut() {
            shown.insert("secret".into(), made.secret.expose().as_str().into());
        }
        terminal.value(&value);
        return;
    }
    told(&made.endpoint, terminal);
    terminal.note("what messages are signed with, shown this once:");
    terminal.line(made.secret.expose());
}

/// Shows an endpoint.
pub(super) fn told(of: &EndpointView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(of));
        return;
    }
    terminal.line(format!("{}: {}", of.id, in_words(of)));
    terminal.line(format!("messages go to {}", line(&of.url, 200)));
    terminal.line(format!("of {}", of.events.join(", ")));
    let health = &of.health;
    if let Some(at) = health.last_success_at {
        terminal.line(format!("last success {}", minute(at)));
    }
    if let Some(at) = health.last_failure_at {
        let code = health.last_error.as_deref().unwrap_or_default();
        terminal.line(format!("last failure {} {code}", minute(at)));
    }
    if let Some(since) = health.failing_since {
        terminal.line(format!(
            "failing since {}, {} times in a row",
            minute(since),
            health.consecutive_failures
        ));
    }
    if let Some(until) = of.secret_before_until {
        terminal.line(format!(
            "the secret before signs as well until {}",
            minute(until)
        ));
    }
}

/// Shows all of them.
pub(super) fn list(all: &[EndpointView], terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "webhookEndpoints": all }));
        return;
    }
    let row = |of: &EndpointView| {
        vec![
            of.id.to_string(),
            of.state.to_owned(),
            line(&of.url, 60),
            of.events.len().to_string(),
            of.health.consecutive_failures.to_string(),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    terminal.table(&["ID", "STATE", "URL", "EVENTS", "FAILURES"], &rows);
}

/// Shows a message.
pub(super) fn message(of: &MessageView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(of));
        return;
    }
    terminal.line(format!("{}: {}, {}", of.id, of.state, of.kind));
    if let Some(subject) = &of.subject {
        terminal.line(format!("about {subject}"));
    }
    terminal.line(format!(
        "made {}, sent {} times",
        minute(of.created_at),
        of.attempts
    ));
    if let Some(status) = of.last_status {
        terminal.line(format!("answered {status}"));
    }
    if let Some(error) = &of.last_error {
        terminal.line(format!("last error: {error}"));
    }
    if let Some(at) = of.next_attempt_at {
        terminal.line(format!("sent again {}", minute(at)));
    }
}

/// Shows a page of messages.
pub(super) fn messages(page: &MessagePage, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(page));
        return;
    }
    let row = |of: &MessageView| {
        vec![
            of.id.to_string(),
            of.state.to_owned(),
            of.kind.clone(),
            minute(of.created_at),
            of.attempts.to_string(),
            of.last_status
                .map(|status| status.to_string())
                .unwrap_or_default(),
            of.last_error.clone().unwrap_or_default(),
        ]
    };
    let rows: Vec<_> = page.messages.iter().map(row).collect();
    let head = ["ID", "STATE", "TYPE", "MADE", "ATTEMPTS", "STATUS", "ERROR"];
    terminal.table(&head, &rows);
    if let Some(next) = &page.next_cursor {
        terminal.note(format!("there are more: --cursor {next}"));
    }
}

fn in_words(of: &EndpointView) -> &'static str {
    match of.state {
        "on" => "on",
        "gone" => "switched off, because it answered that it is gone (410)",
        "failing" => "switched off, because it failed for too long",
        _ => "off",
    }
}
