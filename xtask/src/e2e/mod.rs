//! End-to-end tests: real MCP clients and real MCP servers on both sides of the real binary.

mod authorization;
mod clients;
mod conformance;
mod conformance_client;
mod console;
mod desk;
mod gateway;
mod openapi;
mod person;
mod sign_in;
mod tap;
mod terminal;
mod terminal_servers;
mod tour;

use std::process::Command;

use crate::Failure;
use crate::process::{self, Show};
use crate::steps::Tally;
use crate::tools::{Node, Python};
use crate::workspace::Workspace;

/// What every suite needs.
struct Rig<'a> {
    workspace: &'a Workspace,
    node: Node,
    python: Python,
    /// The files of a suite that are wanted; all of them where this is empty.
    only: &'a [String],
}

/// A suite prints one line for each check and counts them.
type Suite = fn(&Rig<'_>) -> Result<Tally, Failure>;

const SUITES: &[(&str, Suite)] = &[
    ("conformance", conformance::run),
    ("conformance-client", conformance_client::run),
    ("clients", clients::run),
    ("sign-in", sign_in::run),
    ("console", console::run),
    ("tour", tour::run),
    ("terminal", terminal::run),
    ("terminal-servers", terminal_servers::run),
    ("openapi", openapi::run),
];

/// Suites that take long: they run when they are named, or in the long run.
const LONG: &[(&str, Suite)] = &[("openapi-all", openapi::run_all)];

/// Whether the suites that take long run unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    Short,
    Long,
}

/// Runs the suites of those names, or all of them; of a suite of many files only those that are named.
pub(crate) fn run(
    workspace: &Workspace,
    suites: &[String],
    only: &[String],
    length: Length,
) -> Result<Tally, Failure> {
    let known = || SUITES.iter().chain(LONG);
    if let Some(unknown) = suites
        .iter()
        .find(|name| known().all(|(suite, _)| suite != name))
    {
        return Err(format!("there is no suite called {unknown}").into());
    }
    build(workspace)?;
    let rig = Rig {
        workspace,
        node: Node::ensure(workspace)?,
        python: Python::ensure(workspace)?,
        only,
    };
    let mut total = Tally::default();
    let unasked = match length {
        Length::Short => SUITES.len(),
        Length::Long => SUITES.len() + LONG.len(),
    };
    let chosen = known().enumerate().filter(|(at, (name, _))| {
        suites.iter().any(|one| one == name) || (suites.is_empty() && *at < unasked)
    });
    for (_, (name, suite)) in chosen {
        println!("# {name}");
        total += suite(&rig)
            .unwrap_or_else(|failure| tap::report(&format!("{name} runs"), Err(failure)));
    }
    Ok(total)
}

fn build(workspace: &Workspace) -> Result<(), Failure> {
    let mut cargo = Command::new("cargo");
    cargo
        .args([
            "build",
            "--quiet",
            "--package",
            "keyway",
            "--package",
            "keyway-conformance",
            "--package",
            "keyway-conformance-client",
            "--package",
            "keyway-testkit",
            "--bins",
        ])
        .current_dir(&workspace.root);
    let built = process::run(&mut cargo, Show::Live)?;
    built
        .success
        .then_some(())
        .ok_or_else(|| "the binaries do not build".into())
}
