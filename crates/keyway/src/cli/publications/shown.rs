use keyway_app::publications::{MadePublication, PublicationView, UsageView};
use keyway_client::text::line;
use keyway_core::Secret;
use serde_json::{Value, json};

use crate::cli::people::{minute, page_url};
use crate::cli::terminal::Terminal;
use crate::config::Config;

/// Shows a publication that was made, and its secret.
pub(super) fn made(made: &MadePublication, config: &Config, terminal: &mut Terminal) {
    let view = whole(&made.publication, config);
    if terminal.is_json() {
        let mut value = json!(view);
        if let Some(shown) = value.as_object_mut() {
            shown.insert("secret".into(), made.secret.expose().as_str().into());
        }
        terminal.value(&value);
        return;
    }
    told(&view, config, terminal);
    terminal.note("what webhooks are signed with, shown this once:");
    terminal.line(made.secret.expose());
}

/// Shows a publication.
pub(super) fn told(of: &PublicationView, config: &Config, terminal: &mut Terminal) {
    let view = whole(of, config);
    if terminal.is_json() {
        terminal.value(&json!(view));
        return;
    }
    let state = if view.paused { "paused" } else { "open" };
    terminal.line(format!("{}: {}, {state}", view.id, line(&view.name, 64)));
    terminal.line(format!("webhooks go to {}", view.url));
    terminal.line(format!(
        "agent {}, {}, as {}",
        view.agent, view.granularity, view.service_account
    ));
    if !view.scopes.is_empty() {
        terminal.line(format!("may {}", view.scopes.join(", ")));
    }
    if let Some(limits) = view.limits.as_object().filter(|limits| !limits.is_empty()) {
        let limits = limits.iter().map(|(name, most)| format!("{name}={most}"));
        let limits: Vec<_> = limits.collect();
        terminal.line(format!("at most {}", limits.join(", ")));
    }
    let said = |name| view.schedule.get(name).and_then(Value::as_str);
    if let Some(cron) = said("cron") {
        let zone = said("timeZone").unwrap_or("UTC");
        let next = match view.next_run_at {
            Some(next) if !view.paused => format!(", next at {}", minute(next)),
            _ => String::new(),
        };
        terminal.line(format!("by the clock: {cron} ({zone}){next}"));
    }
    if view.state != "installed" {
        terminal.line(format!(
            "{} is {}: `keyway installations show {}`",
            view.provider, view.state, view.installation
        ));
    }
}

/// Shows all of them.
pub(super) fn list(all: &[PublicationView], terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "publications": all }));
        return;
    }
    let row = |of: &PublicationView| {
        let state = if of.paused { "paused" } else { "open" };
        vec![
            of.id.to_string(),
            line(&of.name, 40),
            of.agent.clone(),
            of.provider.clone(),
            state.to_owned(),
            minute(of.created_at),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    terminal.table(&["ID", "NAME", "AGENT", "PROVIDER", "STATE", "MADE"], &rows);
}

/// Shows what a publication took.
pub(super) fn usage(days: &[UsageView], terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "days": days }));
        return;
    }
    let row = |of: &UsageView| {
        vec![
            of.day.to_string(),
            of.turns.to_string(),
            of.tokens.to_string(),
            dollars(of.cost_micros),
        ]
    };
    let rows: Vec<_> = days.iter().map(row).collect();
    terminal.table(&["DAY", "TURNS", "TOKENS", "US DOLLARS"], &rows);
}

/// Millionths of a dollar as dollars.
fn dollars(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// With the whole address, where this process does not serve the gateway itself.
fn whole(of: &PublicationView, config: &Config) -> PublicationView {
    let mut view = of.clone();
    if view.url.starts_with('/') {
        let path = Secret::new(std::mem::take(&mut view.url));
        view.url.clone_from(page_url(config, &path).expose());
    }
    view
}
