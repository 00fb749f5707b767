use keyway_app::installations::InstallationView;
use keyway_client::text::line;
use serde_json::json;

use crate::cli::people::minute;
use crate::cli::terminal::Terminal;

/// Shows an installation.
pub(super) fn told(of: &InstallationView, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!(of));
        return;
    }
    let name = line(&of.name, 64);
    terminal.line(format!(
        "{}: {} of {name}, {}",
        of.id, of.provider_name, of.state
    ));
    if let Some(workspace) = &of.workspace {
        terminal.line(format!(
            "in {} ({})",
            line(&workspace.name, 64),
            line(&workspace.id, 64)
        ));
    }
    terminal.line(format!("webhooks go to {}", of.addresses.webhook));
    terminal.line(format!("browsers come back to {}", of.addresses.callback));
    for typed in &of.fields {
        let state = match (typed.set, typed.field.required) {
            (true, _) => "set",
            (false, true) => "required",
            (false, false) => "not set",
        };
        let field = &typed.field;
        terminal.line(format!(
            "{}: {state}. {}: {}",
            field.name, field.title, field.help
        ));
    }
}

/// Shows all of them.
pub(super) fn list(all: &[InstallationView], terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "installations": all }));
        return;
    }
    let row = |of: &InstallationView| {
        let workspace = of.workspace.as_ref().map(|there| line(&there.name, 40));
        vec![
            of.id.to_string(),
            of.provider.clone(),
            line(&of.name, 40),
            of.state.to_owned(),
            workspace.unwrap_or_default(),
            minute(of.created_at),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    terminal.table(
        &[
            "ID",
            "PROVIDER",
            "PUBLICATION",
            "STATE",
            "WORKSPACE",
            "MADE",
        ],
        &rows,
    );
}
