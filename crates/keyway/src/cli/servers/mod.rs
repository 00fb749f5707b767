//! `keyway servers`: what is shown of MCP servers, and what becomes of tools that they change.

mod shown;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use keyway_app::Part;
use keyway_app::trust::{
    Answer, ChangeView, Looked, McpServers, NewTools, Pinning, ServerPatch, ToolPatch,
};
use keyway_core::Principal;
use serde_json::json;

use super::failure::Failure;
use super::invocation::Invocation;
use super::local::Local;
use super::people::Organization;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  keyway servers list
  keyway servers show acme-mcp
  keyway servers tools acme-mcp
  keyway servers changes acme-mcp                       what it changed, and what looks risky about it
  keyway servers accept acme-mcp search --hash sha256:… exactly the definition that was looked at
  keyway servers reject acme-mcp search --hash sha256:…
  keyway servers set acme-mcp --new-tools on --definitions pin
  keyway servers set acme-mcp --tool delete_all --deny
  keyway servers set acme-mcp --tool send --needs-approval on
  keyway servers disable acme-mcp";

/// Decide what is shown of MCP servers: connectors, configured and defined ones
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Servers {
    #[command(flatten)]
    organization: Organization,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the servers there are, with what is decided about each
    List,
    /// Show what is decided about a server
    Show {
        /// Its key
        server: String,
    },
    /// List the tools that are remembered of a server, and whether they are shown
    Tools {
        /// Its key
        server: String,
        /// Only those in whose names this is found
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Show the changed and new tools that are held back
    Changes {
        /// Its key
        server: String,
    },
    /// Accept a changed or new tool
    Accept(Decided),
    /// Reject a changed or new tool
    Reject(Decided),
    /// Change what is decided about a server, or with --tool about one of its tools
    Set(Set),
    /// Show nothing of a server, and let nothing reach it
    Disable {
        /// Its key
        server: String,
    },
    /// Show a server again
    Enable {
        /// Its key
        server: String,
    },
    /// Connect to a server anew
    Reconnect {
        /// Its key
        server: String,
    },
}

#[derive(Debug, Args)]
struct Decided {
    /// The server's key
    server: String,
    /// The server's own name of the tool
    tool: String,
    /// The hash that `changes` shows: it is about that definition, and no later one
    #[arg(long, value_name = "HASH")]
    hash: String,
}

#[derive(Debug, Args)]
struct Set {
    /// The server's key
    server: String,
    /// One of its tools, by the server's own name
    #[arg(long, value_name = "TOOL")]
    tool: Option<String>,
    /// What becomes of a definition that the server changes
    #[arg(long, value_enum, conflicts_with = "tool")]
    definitions: Option<Definitions>,
    /// What becomes of a tool that the server did not list before
    #[arg(long, value_enum, conflicts_with = "tool")]
    new_tools: Option<Switch>,
    /// Whether only tools that are allowed one by one are shown
    #[arg(long, value_enum, conflicts_with = "tool")]
    only_allowed: Option<Switch>,
    /// Whether calls need an approval; `usual` for a tool: as its server says
    #[arg(long, value_enum)]
    needs_approval: Option<Tri>,
    /// Allow the tool
    #[arg(long, requires = "tool", conflicts_with_all = ["deny", "neither"])]
    allow: bool,
    /// Deny the tool: it is not listed, and not called
    #[arg(long, requires = "tool", conflicts_with = "neither")]
    deny: bool,
    /// Neither allow nor deny the tool
    #[arg(long, requires = "tool")]
    neither: bool,
    /// The name the tool is shown under; empty for its own
    #[arg(long, requires = "tool", value_name = "NAME")]
    name: Option<String>,
    /// The description the tool is shown with; empty for its own
    #[arg(long, requires = "tool", value_name = "TEXT")]
    description: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Definitions {
    /// It is shown at once
    Follow,
    /// It is held back until it is accepted
    Pin,
    /// As is usual for servers of its kind
    Usual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Tri {
    On,
    Off,
    Usual,
}

pub(crate) async fn run(
    invocation: &Invocation,
    command: Servers,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    let invocation = &invocation.with_dotenv().map_err(Failure::configuration)?;
    let config = invocation.configuration()?.config;
    let local = Local::open(&invocation.gateway, &config).await?;
    let people = local.app().people();
    let operator = local.app().local();
    let done = match people
        .operator_of(&operator, &command.organization.organization)
        .await
    {
        Ok(who) => dispatch(&local.app().mcp_servers(), &who, command.command, terminal).await,
        Err(error) => Err(error.into()),
    };
    local.close().await;
    done
}

async fn dispatch(
    all: &McpServers,
    who: &Principal,
    command: Command,
    terminal: &mut Terminal,
) -> Result<ExitCode, Failure> {
    match command {
        Command::List => shown::servers(&all.list(who).await?, terminal),
        Command::Show { server } => shown::server(&all.get(who, &server).await?, terminal),
        Command::Tools { server, search } => {
            let (mut rows, mut cursor) = (Vec::new(), None);
            loop {
                let part = Part {
                    search: search.as_deref(),
                    cursor: cursor.as_deref(),
                    limit: None,
                };
                let page = all.tools(who, &server, part).await?;
                rows.extend(page.rows);
                cursor = page.next_cursor;
                if cursor.is_none() {
                    break;
                }
            }
            shown::tools(&rows, terminal);
        }
        Command::Changes { server } => shown::changes(&changes(all, who, &server).await?, terminal),
        Command::Accept(decided) => {
            answer(all, who, Answer::Accept, decided, "accepted", terminal).await?;
        }
        Command::Reject(decided) => {
            answer(all, who, Answer::Reject, decided, "rejected", terminal).await?;
        }
        Command::Set(set) => match &set.tool {
            Some(tool) => {
                let revision = all.revision_of(who, &set.server, tool).await?;
                let patch = set.of_tool();
                let view = all.change_tool(who, &set.server, tool, revision, &patch);
                shown::tools(&[view.await?], terminal);
            }
            None => change(all, who, &set.server, &set.of_server(), terminal).await?,
        },
        Command::Disable { server } => switch(all, who, &server, true, terminal).await?,
        Command::Enable { server } => switch(all, who, &server, false, terminal).await?,
        Command::Reconnect { server } => {
            all.reconnect(who, &server).await?;
            told(&server, "reconnecting", terminal);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn changes(
    all: &McpServers,
    who: &Principal,
    server: &str,
) -> Result<Vec<ChangeView>, Failure> {
    let (mut rows, mut cursor) = (Vec::new(), None);
    loop {
        let part = Part {
            cursor: cursor.as_deref(),
            ..Part::default()
        };
        let page = all.changes(who, server, part).await?;
        rows.extend(page.rows);
        cursor = page.next_cursor;
        if cursor.is_none() {
            return Ok(rows);
        }
    }
}

async fn answer(
    all: &McpServers,
    who: &Principal,
    answer: Answer,
    decided: Decided,
    done: &str,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let looked = Looked {
        tool: decided.tool,
        hash: decided.hash,
    };
    let looked = [looked];
    all.answer(who, &decided.server, answer, &looked).await?;
    let [looked] = looked;
    if terminal.is_json() {
        terminal.value(&json!({ "tool": looked.tool, "hash": looked.hash, "state": done }));
    } else {
        let tool = keyway_client::text::line(&looked.tool, 256);
        terminal.line(format!("{done} {tool}"));
    }
    Ok(())
}

async fn switch(
    all: &McpServers,
    who: &Principal,
    server: &str,
    disabled: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let patch = ServerPatch {
        disabled: Some(disabled),
        ..ServerPatch::default()
    };
    change(all, who, server, &patch, terminal).await
}

async fn change(
    all: &McpServers,
    who: &Principal,
    server: &str,
    patch: &ServerPatch,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let revision = all.get(who, server).await?.revision;
    let view = all.change(who, server, revision, patch).await?;
    shown::server(&view, terminal);
    Ok(())
}

fn told(server: &str, what: &str, terminal: &mut Terminal) {
    if terminal.is_json() {
        terminal.value(&json!({ "key": server, "state": what }));
    } else {
        terminal.line(format!("{what} {server}"));
    }
}

impl Set {
    fn of_server(&self) -> ServerPatch {
        ServerPatch {
            disabled: None,
            definitions: self.definitions.map(|given| match given {
                Definitions::Follow => Some(Pinning::Follow),
                Definitions::Pin => Some(Pinning::Pin),
                Definitions::Usual => None,
            }),
            new_tools: self.new_tools.map(|given| match given {
                Switch::On => Some(NewTools::On),
                Switch::Off => Some(NewTools::Off),
            }),
            only_allowed: self.only_allowed.map(|given| given == Switch::On),
            needs_approval: self.needs_approval.map(|given| matches!(given, Tri::On)),
        }
    }

    fn of_tool(&self) -> ToolPatch {
        let allowed = match (self.allow, self.deny, self.neither) {
            (true, ..) => Some(Some(true)),
            (_, true, _) => Some(Some(false)),
            (.., true) => Some(None),
            _ => None,
        };
        ToolPatch {
            allowed,
            needs_approval: self.needs_approval.map(|given| match given {
                Tri::On => Some(true),
                Tri::Off => Some(false),
                Tri::Usual => None,
            }),
            name: self.name.clone().map(Some),
            description: self.description.clone().map(Some),
        }
    }
}
