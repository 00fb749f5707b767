//! `keyway dev`: a gateway that follows what is saved.

mod tell;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use keyway_mcp::upstream::Transport;

use super::failure::Failure;
use super::invocation::Invocation;
use super::serve::Flags;
use super::terminal::Terminal;
use super::validate::counted;
use crate::config::{DEFAULT_FILE, DOTENV, Finding, Flag, Loaded};
use crate::serve::{Reload, Setup, serve_and};

/// How often files are looked at.
const PACE: Duration = Duration::from_millis(40);

const EXAMPLES: &str = "\
Examples:
  keyway dev                                  on http://127.0.0.1:8420/mcp
  keyway dev --no-auth                        without a key, for this machine only
  keyway dev --public-url https://abc.example behind a tunnel
  keyway dev --json                           one JSON object a line: serving, reloaded, refused

A project in Rust is its own program: `cargo run -- dev` serves it and follows its manifest; after a
change of its sources start it again, or let `watchexec -r -e rs,toml -- cargo run -- dev` do that.";

/// Start the gateway for development: what is saved is served at once
///
/// Watches keyway.yaml, its folder of definitions, its files of MCP servers and .env, and shows which
/// tools were gained, lost and changed by a save. A bad edit is told as `keyway validate` tells it, and
/// what was good before goes on. Variables of the project's .env are read behind those of the
/// process. Data is kept in .keyway of the project. Calls that run end with what they were begun with.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Dev {
    #[command(flatten)]
    flags: Flags,
}

/// Serves until a signal.
pub(crate) async fn run(invocation: Invocation, command: Dev) -> Result<ExitCode, Failure> {
    let flags = command.flags.flags();
    let mut loaded = load(&invocation, flags.clone()).map_err(Failure::configuration)?;
    let flags = quiet(flags, &loaded);
    if !loaded.places.contains_key("log.filter") {
        loaded = load(&invocation, flags.clone()).map_err(Failure::configuration)?;
    }
    let no_colour = invocation.environment.is_set("NO_COLOR");
    programs(
        &loaded,
        &mut Terminal::of_process(invocation.global.json, no_colour),
    );
    let file = loaded.file.clone();
    let file = file.unwrap_or_else(|| invocation.directory.join(DEFAULT_FILE));
    let dotenv = invocation.project().join(DOTENV);
    let gateway = invocation.gateway.clone();
    let environment = invocation
        .with_dotenv()
        .map_err(Failure::configuration)?
        .environment;
    let teller = tell::Teller::new(&invocation, file.parent());
    let saved = teller.clone();
    let reload = Reload::new(file, move || load(&invocation, flags.clone()));
    let setup = Setup {
        config: loaded.config,
        environment,
        findings: loaded.findings,
        reload: Some(reload.developing(dotenv, PACE, move |reloaded| saved.saved(reloaded))),
    };
    let serving = serve_and(&gateway, setup, async |running| {
        teller.serving(running).await;
    });
    Ok(Box::pin(serving).await?)
}

/// Says which programs the configuration has run, before any of them is: a project may be somebody
/// else's. What they are started with may hold secrets.
fn programs(loaded: &Loaded, terminal: &mut Terminal) {
    for server in &loaded.config.mcp_servers {
        if let Ok(spec) = &server.spec
            && let (true, Transport::Stdio(stdio)) = (spec.enabled, &spec.transport)
        {
            let (command, given) = (&stdio.command, counted(stdio.args.len(), "argument"));
            let (name, place) = (&server.name, &server.place);
            terminal.note(format!("{place}: `{name}` runs `{command}` with {given}"));
        }
    }
}

fn load(invocation: &Invocation, flags: Vec<Flag>) -> Result<Loaded, Vec<Finding>> {
    invocation.with_dotenv()?.load(flags)
}

/// Only warnings are logged, unless something else is configured.
fn quiet(mut flags: Vec<Flag>, loaded: &Loaded) -> Vec<Flag> {
    if !loaded.places.contains_key("log.filter") {
        flags.push(Flag {
            name: "keyway dev",
            key: "log.filter",
            value: "warn".to_owned(),
        });
    }
    flags
}
