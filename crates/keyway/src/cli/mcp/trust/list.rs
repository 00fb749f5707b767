use std::process::ExitCode;

use serde_json::json;

use super::pair;
use crate::cli::failure::Failure;
use crate::cli::mcp::plain;
use crate::cli::terminal::Terminal;
use crate::local::{Document, Home, Trust};

/// Lists what is trusted, and whether it is still there.
pub(super) fn run(home: &Home, terminal: &mut Terminal) -> Result<ExitCode, Failure> {
    let trust = Trust::read(home).map_err(|why| {
        let message = format!("{} {why}", home.trust_file().display());
        Failure::usage("trust_unusable", message)
    })?;
    let mut values = Vec::new();
    let mut rows = Vec::new();
    for trusted in trust.list() {
        let state = match Document::read(&trusted.path) {
            Ok(Some(now)) if now.digest.as_str() == trusted.sha256 => "in force",
            Ok(Some(_)) => "changed",
            Ok(None) => "gone",
            Err(_) => "unreadable",
        };
        let mut value = pair(&trusted.path, &trusted.sha256);
        if let Some(value) = value.as_object_mut() {
            value.insert("state".into(), state.into());
            value.insert("trustedAt".into(), json!(trusted.since));
        }
        values.push(value);
        let path = plain(&trusted.path.to_string_lossy());
        let hash = trusted.sha256.chars().take(16).collect();
        rows.push(vec![
            path,
            state.to_owned(),
            hash,
            trusted.since.to_string(),
        ]);
    }
    if terminal.is_json() {
        terminal.value(&json!({ "projects": values }));
    } else if rows.is_empty() {
        terminal.line("no project is trusted");
    } else {
        terminal.table(&["FILE", "STATE", "SHA-256", "SINCE"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}
