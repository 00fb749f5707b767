use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::file::{ServersFile, Whose};
use super::select::warn_of_files;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::terminal::Terminal;
use crate::config::suggest;

/// Remove one of your own MCP servers from your file
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  keyway mcp remove github")]
pub(super) struct Remove {
    /// Its name
    name: String,
    /// Remove it from the project's file, ./.keyway/mcp.json
    #[arg(long)]
    project: bool,
}

pub(super) fn run(
    invocation: &Invocation,
    command: &Remove,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    warn_of_files(invocation, terminal);
    let whose = if command.project {
        Whose::Project
    } else {
        Whose::Person
    };
    let file = ServersFile::open(invocation, whose)?;
    let (text, oauth) = file.edited(|servers| {
        let Some(property) = servers.get(&command.name) else {
            let names: Vec<_> = servers
                .properties()
                .iter()
                .filter_map(|property| property.name()?.decoded_value().ok())
                .collect();
            return Err(absent(&command.name, &names, &file));
        };
        let entry = property.value().and_then(|value| value.to_serde_value());
        let auth = entry.as_ref().and_then(|entry| entry.get("auth"));
        let kind = auth.map(|auth| auth.get("type").unwrap_or(auth));
        let oauth = kind.is_some_and(|kind| kind == "oauth");
        property.remove();
        Ok(oauth)
    })?;
    file.write(&text)?;
    let path = file.path().display();
    if terminal.is_json() {
        terminal.value(&json!({ "file": file.path(), "removed": command.name }));
    } else {
        terminal.line(format!("removed `{}` from {path}", command.name));
    }
    if oauth {
        terminal.note(format!(
            "tokens it was given are kept: `keyway mcp disconnect {}` forgets them",
            command.name
        ));
    }
    Ok(ExitCode::SUCCESS)
}

fn absent(name: &str, names: &[String], file: &ServersFile) -> Failure {
    let shown = suggest::shown_key(name).map_or_else(String::new, |name| format!(" `{name}`"));
    let message = format!("there is no server{shown} in {}", file.path().display());
    let failure = Failure::usage("unknown_server", message);
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.with_hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}
