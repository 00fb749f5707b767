//! What the tests need beside Rust and a C compiler, installed once into a cache folder.
//!
//! Everything is pinned: npm packages by `e2e/node/package-lock.json`, Python packages by
//! `e2e/python/requirements.txt`, cargo's tools by the table here. A folder in the cache carries a
//! hash of its pins in its name, so a second run installs nothing.

mod cache;
mod cargo;
mod debian;
mod node;
mod python;

use crate::Failure;
use crate::process::Stopwatch;
use crate::workspace::Workspace;

pub(crate) use cargo::cargo_tool;
pub(crate) use node::Node;
pub(crate) use python::Python;

/// Installs everything that is missing, saying what and how long it took.
pub(crate) fn install(workspace: &Workspace) -> Result<bool, Failure> {
    debian::ensure()?;
    timed("node packages", || Node::ensure(workspace).map(drop))?;
    timed("python packages", || Python::ensure(workspace).map(drop))?;
    timed("cargo-nextest", || {
        cargo_tool(workspace, "cargo-nextest").map(drop)
    })?;
    timed("cargo-deny", || {
        cargo_tool(workspace, "cargo-deny").map(drop)
    })?;
    Ok(true)
}

fn timed(what: &str, install: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    install().map_err(|failure| format!("{what}: {failure}"))?;
    println!("{what}: there ({:.1} s)", watch.elapsed().as_secs_f32());
    Ok(())
}
