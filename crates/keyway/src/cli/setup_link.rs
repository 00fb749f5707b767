use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::people::{Desk, minute};
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway setup-link         show a link that gives the first owner a password
  keyway setup-link --json  the same for a program";

/// Make a link that gives the owner of the first organization a name, an address and a password
///
/// It works once, for an hour, and ends the links made before it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct SetupLink {}

pub(crate) async fn run(
    invocation: &Invocation,
    _command: &SetupLink,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let desk = Desk::set_up(invocation, terminal).await?;
    let link = desk.people.make_setup_link(&desk.who).await?;
    let url = desk.url(&link.path());
    if terminal.is_json() {
        terminal.value(&json!({ "url": url.expose(), "expiresAt": link.expires_at }));
    } else {
        terminal.note(format!(
            "open this in a browser; it works once, until {}:",
            minute(link.expires_at)
        ));
        terminal.line(url.expose());
    }
    Ok(ExitCode::SUCCESS)
}
