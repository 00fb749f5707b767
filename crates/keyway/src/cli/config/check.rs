use std::process::ExitCode;

use serde_json::json;

use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::config::{Finding, Loaded, Severity};

/// Tells every finding. The exit code is 2 when there is an error: in the configuration, which
/// stops the start, or in a server, which costs that server.
pub(super) fn run(invocation: &Invocation, terminal: &mut Terminal) -> ExitCode {
    let (loaded, findings) = match invocation.load(Vec::new()) {
        Ok(mut loaded) => {
            let findings = std::mem::take(&mut loaded.findings);
            (Some(loaded), findings)
        }
        Err(findings) => (None, findings),
    };
    let errors = findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    if terminal.is_json() {
        terminal.value(&json!({
            "starts": loaded.is_some(),
            "ok": errors == 0,
            "file": loaded.as_ref().and_then(|loaded| loaded.file.clone()),
            "mcpServers": loaded.as_ref().map(usable),
            "findings": findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
        }));
    } else {
        tell(loaded.as_ref(), &findings, errors, terminal);
    }
    ExitCode::from(if errors == 0 { 0 } else { 2 })
}

fn usable(loaded: &Loaded) -> serde_json::Value {
    let servers = loaded.config.mcp_servers.iter();
    servers
        .map(|server| json!({ "name": server.name, "usable": server.spec.is_ok() }))
        .collect()
}

fn tell(loaded: Option<&Loaded>, findings: &[Finding], errors: usize, terminal: &mut Terminal) {
    for finding in findings {
        let label = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        };
        terminal.line(format!("{label}: {finding}"));
    }
    let Some(loaded) = loaded else {
        let these = if errors == 1 { "this is" } else { "these are" };
        terminal.line(format!("the gateway does not start until {these} mended"));
        return;
    };
    for file in &loaded.mcp_files {
        if let Some(dialect) = file.dialect {
            let (path, servers) = (file.path.display(), file.servers);
            let plural = if servers == 1 { "" } else { "s" };
            terminal.line(format!(
                "{path}: {servers} server{plural} in the format of {}",
                dialect.describe()
            ));
        }
    }
    let servers = &loaded.config.mcp_servers;
    let good = servers.iter().filter(|server| server.spec.is_ok()).count();
    let file = loaded.file.as_ref().map_or_else(
        || "no configuration file".to_owned(),
        |file| file.display().to_string(),
    );
    terminal.line(format!(
        "{file}: the gateway starts, with {good} of {} MCP servers",
        servers.len()
    ));
}
