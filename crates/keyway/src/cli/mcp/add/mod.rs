//! `keyway mcp add`: a server into the person's own file, or the project's.

mod check;
mod entry;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use super::file::{ServersFile, Whose};
use super::select::warn_of_files;
use crate::cli::failure::Failure;
use crate::cli::invocation::Invocation;
use crate::cli::json::input_value;
use crate::cli::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway mcp add docs --url https://docs.example.com/mcp
  keyway mcp add github --url https://api.example.com/mcp --key @env:GITHUB_TOKEN
  keyway mcp add posthog --url https://mcp.posthog.com/mcp --oauth --scope read
  keyway mcp add files -- npx -y @modelcontextprotocol/server-filesystem /srv/files
  keyway mcp add git --env TOKEN=@env:GIT_TOKEN -- uvx mcp-server-git

Secrets are written as references only: @env:NAME or ${env:NAME} for a variable, @file:PATH for a
file. The command always acts on files of this machine.";

/// Add an MCP server to your own: behind a URL, or a program to start
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Add {
    /// What it is called: 1 to 128 letters, digits, `_`, `-` and `.`
    name: String,
    /// Its address
    #[arg(long, conflicts_with = "command")]
    url: Option<String>,
    /// A header of every request: `Name=value`
    #[arg(long, value_name = "NAME=VALUE", conflicts_with = "command")]
    header: Vec<String>,
    /// The API key, as a reference
    #[arg(long, value_name = "REFERENCE", conflicts_with_all = ["command", "oauth"])]
    key: Option<String>,
    /// The header of the API key [default: Authorization]
    #[arg(long, value_name = "NAME", requires = "key")]
    key_header: Option<String>,
    /// The word before the API key [default: Bearer, nothing with --key-header]
    #[arg(long, value_name = "WORD", requires = "key")]
    key_scheme: Option<String>,
    /// It asks people to sign in (`keyway mcp connect`)
    #[arg(long, conflicts_with = "command")]
    oauth: bool,
    /// A scope to ask for
    #[arg(long, requires = "oauth")]
    scope: Vec<String>,
    /// The id of a client that was registered by hand
    #[arg(long, value_name = "ID", requires = "oauth")]
    client_id: Option<String>,
    /// Its secret, as a reference
    #[arg(long, value_name = "REFERENCE", requires = "client_id")]
    client_secret: Option<String>,
    /// A variable for the program: `NAME=value`
    #[arg(long, value_name = "NAME=VALUE", requires = "command")]
    env: Vec<String>,
    /// The program's working directory
    #[arg(long, value_name = "DIR", requires = "command")]
    cwd: Option<PathBuf>,
    /// Put it into the project's file, ./.keyway/mcp.json
    #[arg(long)]
    project: bool,
    /// Put it in place of the server that has this name
    #[arg(long)]
    replace: bool,
    /// The program and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(
    invocation: &Invocation,
    add: &Add,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    warn_of_files(invocation, terminal);
    check::name(&add.name)?;
    let whose = if add.project {
        Whose::Project
    } else {
        Whose::Person
    };
    let file = ServersFile::open(invocation, whose)?;
    let entry = entry::of(add, &invocation.directory, whose)?;
    let (text, replaced) = file.edited(|servers| match servers.get(&add.name) {
        Some(_) if !add.replace => {
            let path = file.path().display();
            let message = format!("`{}` is in {path} already", add.name);
            Err(Failure::usage("server_exists", message)
                .with_hint("choose another name, or give --replace"))
        }
        Some(property) => {
            property.set_value(input_value(&entry));
            Ok(true)
        }
        None => {
            servers.append(&add.name, input_value(&entry));
            Ok(false)
        }
    })?;
    let unset = check::content(&text, &add.name, invocation, &file, whose)?;
    file.write(&text)?;
    if terminal.is_json() {
        let told = json!({
            "file": file.path(), "name": add.name, "entry": entry, "replaced": replaced,
        });
        terminal.value(&told);
    } else {
        let verb = if replaced { "replaced" } else { "added" };
        let path = file.path().display();
        terminal.line(format!("{verb} `{}` in {path}:", add.name));
        terminal.value(&entry);
    }
    for variable in unset {
        terminal.warn(format!(
            "the environment variable `{variable}` is not set now"
        ));
    }
    if add.oauth {
        terminal.note(format!("`keyway mcp connect {}` signs you in", add.name));
    }
    Ok(ExitCode::SUCCESS)
}
