//! What is decided about servers, as it is told at the terminal. Names and texts are the servers'.

use keyway_app::trust::{ChangeView, DifferenceKind, ServerView, ToolView};
use keyway_client::text::{block, line};
use serde_json::json;

use crate::cli::terminal::Terminal;

pub(super) fn servers(all: &[ServerView], terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!({ "servers": all }));
    }
    if all.is_empty() {
        return terminal.note(
            "there are no servers; `keyway connectors add` connects one, `mcp_servers` in \
             keyway.yaml configures one",
        );
    }
    let yes = |said: bool| if said { "yes" } else { "-" }.to_owned();
    let row = |one: &ServerView| {
        vec![
            one.key.clone(),
            if one.is_connector {
                "connector"
            } else {
                "configuration"
            }
            .to_owned(),
            if one.disabled { "disabled" } else { "shown" }.to_owned(),
            one.definitions.to_owned(),
            one.new_tools.to_owned(),
            yes(one.needs_approval),
            one.held.to_string(),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let head = [
        "KEY",
        "FROM",
        "STATE",
        "DEFINITIONS",
        "NEW TOOLS",
        "APPROVAL",
        "HELD",
    ];
    terminal.table(&head, &rows);
}

pub(super) fn server(one: &ServerView, terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!(one));
    }
    let yes = |said: bool| if said { "yes" } else { "no" }.to_owned();
    let rows = [
        ("key", one.key.clone()),
        ("disabled", yes(one.disabled)),
        ("definitions", one.definitions.to_owned()),
        ("new tools", one.new_tools.to_owned()),
        ("only allowed tools", yes(one.only_allowed)),
        ("needs approval", yes(one.needs_approval)),
        ("held back", one.held.to_string()),
    ];
    for (name, value) in rows {
        terminal.line(format!("{name:<20}{value}"));
    }
}

pub(super) fn tools(all: &[ToolView], terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!({ "tools": all }));
    }
    if all.is_empty() {
        return terminal.note(
            "nothing is remembered of its tools: what a server lists without being held back is \
             seen at the running gateway, in the console or by GET /v1/mcp-servers/KEY/tools",
        );
    }
    let row = |one: &ToolView| {
        vec![
            line(&one.tool, 80),
            one.shown_as.clone().unwrap_or_else(|| "-".to_owned()),
            one.state.as_str().to_owned(),
            if one.needs_approval { "needed" } else { "-" }.to_owned(),
            if one.odd.is_empty() {
                "-"
            } else {
                "suspicious"
            }
            .to_owned(),
            line(&one.description, 60),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let head = [
        "TOOL",
        "SHOWN AS",
        "STATE",
        "APPROVAL",
        "CHARACTERS",
        "DESCRIPTION",
    ];
    terminal.table(&head, &rows);
}

pub(super) fn changes(all: &[ChangeView], terminal: &mut Terminal) {
    if terminal.is_json() {
        return terminal.value(&json!({ "changes": all }));
    }
    if all.is_empty() {
        return terminal.note("nothing is held back");
    }
    for (nth, one) in all.iter().enumerate() {
        if nth > 0 {
            terminal.line("");
        }
        let what = match (one.is_new, one.rejected) {
            (_, true) => "rejected",
            (true, _) => "new",
            _ => "changed",
        };
        terminal.line(format!("{} ({what})", line(&one.tool, 256)));
        terminal.line(format!("  hash {}", one.hash));
        for finding in &one.findings {
            let mark = if finding.risk.is_grave() { "!!" } else { " !" };
            let (path, found) = (line(&finding.path, 200), line(&finding.found, 200));
            terminal.line(format!("  {mark} {} {path} {found}", finding.risk.as_str()));
        }
        for difference in &one.differences {
            let sign = match difference.kind {
                DifferenceKind::Added => '+',
                DifferenceKind::Removed => '-',
                DifferenceKind::Changed => '~',
            };
            terminal.line(format!("  {sign} {}", line(&difference.path, 200)));
            for (sign, text) in [('-', &difference.before), ('+', &difference.after)] {
                for row in text.iter().flat_map(|text| {
                    let shown = block(text, 2_000);
                    shown.lines().map(str::to_owned).collect::<Vec<_>>()
                }) {
                    terminal.line(format!("      {sign} {row}"));
                }
            }
        }
    }
}
