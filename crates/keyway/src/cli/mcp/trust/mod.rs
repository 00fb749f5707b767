//! `keyway mcp trust`: the person looks at a project's file and says that it counts.

mod list;
mod revoke;
mod show;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use keyway_app::system::SystemClock;
use keyway_core::ports::Clock as _;
use serde_json::json;

use crate::cli::confirm::confirmed;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::mcp::plain;
use crate::cli::mcp::select::warn_of_files;
use crate::cli::terminal::Terminal;
use crate::local::{Document, Home, Preview, Project, Trust};

const EXAMPLES: &str = "\
Examples:
  keyway mcp trust                 look at ./.keyway/mcp.json, and say yes or no
  keyway mcp trust --yes SHA256    yes to exactly this content, where there is no terminal
  keyway mcp trust --list          what is trusted
  keyway mcp trust --revoke        the file of this project counts no longer

What is trusted is this content of this file: after any change it counts only once it is trusted
again.";

/// Trust the servers of this project (./.keyway/mcp.json), after a look at what they would do
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct TrustCommand {
    /// Do not ask: the file is trusted if its content has this SHA-256
    #[arg(long, value_name = "SHA256", conflicts_with_all = ["revoke", "list"])]
    yes: Option<String>,
    /// Trust the file of this project, or of the one given, no longer
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".")]
    #[arg(conflicts_with = "list")]
    revoke: Option<PathBuf>,
    /// List everything that is trusted
    #[arg(long)]
    list: bool,
}

pub(super) fn run(
    invocation: &Invocation,
    command: &TrustCommand,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let home = Home::of(&invocation.environment, &invocation.directory)?;
    warn_of_files(invocation, terminal);
    if command.list {
        return list::run(&home, terminal);
    }
    if let Some(other) = &command.revoke {
        let project = Project::of(&invocation.directory.join(other));
        return revoke::run(&home, &project, terminal);
    }
    let project = Project::of(&invocation.directory);
    let document = document(&project, &home)?;
    let preview = Preview::of(&document.text).map_err(|why| {
        let message = format!("{}:{why}", plain(&project.file().to_string_lossy()));
        Failure::usage("invalid_project_file", message).with_hint("mend the file first")
    })?;
    let known =
        Trust::read(&home).is_ok_and(|trust| trust.covers(project.file(), &document.digest));
    show::show(
        invocation, &home, &project, &document, &preview, known, terminal,
    );
    if known {
        return Ok(ExitCode::SUCCESS);
    }
    agreed(command, &document, terminal)?;
    // What was shown is what is trusted; a file that was exchanged meanwhile is not.
    let now = project.read(&home.user_file()).ok().flatten();
    if now.is_none_or(|now| now.digest != document.digest) {
        let message = "the file changed while it was looked at: nothing was trusted";
        return Err(Failure::new("project_file_changed", message).with_hint("look at it again"));
    }
    Trust::add(&home, project.file(), &document.digest, SystemClock.now())?;
    if !terminal.is_json() {
        terminal.line(format!(
            "trusted: {}",
            plain(&project.file().to_string_lossy())
        ));
        terminal.note("`keyway mcp status` shows its servers");
    }
    Ok(ExitCode::SUCCESS)
}

/// The project's file as it is now.
fn document(project: &Project, home: &Home) -> Result<Document, Failure> {
    let shown = plain(&project.file().to_string_lossy());
    match project.read(&home.user_file()) {
        Ok(Some(document)) => Ok(document),
        Ok(None) if project.file().exists() => {
            let message = format!("{shown} is your own file: it needs no trust");
            Err(Failure::usage("own_file", message))
        }
        Ok(None) => {
            let message = format!("there is no {shown}: this project names no servers");
            Err(Failure::usage("no_project_file", message))
        }
        Err(why) => {
            let message = format!("{shown} {why}");
            Err(Failure::usage("invalid_project_file", message))
        }
    }
}

/// Nothing when the person says yes.
fn agreed(
    command: &TrustCommand,
    document: &Document,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let digest = document.digest.as_str();
    if let Some(given) = &command.yes {
        if given.eq_ignore_ascii_case(digest) {
            return Ok(());
        }
        let message = "the file has another content than the one with this SHA-256";
        return Err(Failure::usage("other_content", message)
            .with_hint("look at it: `keyway mcp trust` shows what it would do and its SHA-256"));
    }
    let instead = format!("`keyway mcp trust --yes {digest}` trusts exactly what was shown");
    if confirmed(terminal, "Trust these servers?", &instead)? {
        Ok(())
    } else {
        Err(Failure::new(
            "not_trusted",
            "not trusted; nothing was changed",
        ))
    }
}

/// How a digest stands in JSON beside its file.
fn pair(file: &std::path::Path, digest: &str) -> serde_json::Value {
    json!({ "file": file, "sha256": digest })
}
