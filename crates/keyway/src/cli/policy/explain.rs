use std::process::ExitCode;

use clap::Args;
use keyway_app::policy::{Access, Explained, Question, Tags};
use keyway_core::Scopes;
use serde_json::json;

use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::local::Local;
use crate::cli::terminal::Terminal;

/// Say what is decided when someone calls a tool, and show the policies behind it
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// Who: an email address, `user_…`, `svc_…`, `role:member`, a client's id, `anonymous`, `operator`
    principal: String,
    /// The tool, by the name clients know, or an action's slug
    tool: String,
    /// How they come in: `api_key`, `oauth`, `web`
    #[arg(long, default_value = "api_key")]
    access: String,
    /// The OAuth client they come through; implies `--access oauth`
    #[arg(long, value_name = "ID")]
    client: Option<String>,
    /// What their token or key is good for
    #[arg(long, default_value = "mcp")]
    scopes: String,
    /// Take a tool that is not known here for one that says it may destroy something
    #[arg(long)]
    destructive: bool,
    /// Take a tool that is not known here for one that says it only reads
    #[arg(long)]
    read_only: bool,
}

pub(super) async fn run(
    invocation: &Invocation,
    command: Explain,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let config = invocation.configuration()?.config;
    let question = question(&command)?;
    let opened = Local::open(&invocation.gateway, &config).await?;
    let app = opened.app();
    let explained = app.check_policy(&app.local(), &question).await;
    opened.close().await;
    tell(&command, &explained?, terminal);
    Ok(ExitCode::SUCCESS)
}

fn question(command: &Explain) -> Result<Question<'_>, Failure> {
    let scopes = command.scopes.parse::<Scopes>();
    let scopes =
        scopes.map_err(|error| Failure::usage("bad_scopes", format!("--scopes: {error}")))?;
    let access = command.access.parse::<Access>();
    let access =
        access.map_err(|error| Failure::usage("bad_access", format!("--access: {error}")))?;
    Ok(Question {
        principal: &command.principal,
        tool: &command.tool,
        access,
        client: command.client.as_deref(),
        scopes,
        tags: Tags {
            destructive: command.destructive,
            read_only: command.read_only,
            annotated: command.destructive || command.read_only,
            ..Tags::default()
        },
    })
}

fn tell(command: &Explain, explained: &Explained, terminal: &mut Terminal) {
    let decision = &explained.decision;
    let verdict = explained.outcome();
    if terminal.is_json() {
        terminal.value(&json!({
            "principal": command.principal,
            "tool": &*explained.tool.name,
            "decision": verdict,
            "inScope": explained.in_scope,
            "policy": decision.verdict.as_str(),
            "failure": decision.failure,
            "policies": explained.policies,
        }));
        return;
    }
    terminal.line(format!(
        "{} calls {}: {verdict}",
        command.principal, explained.tool.name
    ));
    if !explained.in_scope {
        terminal.line(format!(
            "the scopes are not good for this tool; with wider ones policy says {}",
            decision.verdict.as_str()
        ));
    }
    if let Some(failure) = &decision.failure {
        terminal.line(format!("policy could not be evaluated: {failure}"));
    } else if explained.policies.is_empty() {
        terminal.line("no policy permits it");
    }
    for shown in &explained.policies {
        let doc = shown.doc.as_deref().unwrap_or_default();
        terminal.line(format!(
            "\n{} ({}:{}) {doc}",
            shown.id, shown.file, shown.line
        ));
        for line in shown.text.lines() {
            terminal.line(format!("  {line}"));
        }
    }
}
