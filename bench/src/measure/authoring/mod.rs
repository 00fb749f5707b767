//! What authors define: what a credential costs a call, an HTTP action beside the same request by
//! hand, turning an OpenAPI document into actions, and taking a save over.

mod import;
mod in_process;
mod lease;
mod reload;
mod requests;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::median;
use crate::Failure;
use crate::report::Figure;

/// How much is measured.
#[derive(Debug)]
pub(super) struct Effort {
    pub(super) rounds: usize,
    pub(super) load: Duration,
    pub(super) warm_up: Duration,
    /// Operations of the document that is imported.
    pub(super) operations: usize,
}

impl Effort {
    pub(super) fn full(rounds: usize) -> Self {
        Self {
            rounds,
            load: Duration::from_secs(1),
            warm_up: Duration::from_millis(200),
            operations: 500,
        }
    }

    pub(super) fn smoke() -> Self {
        Self {
            rounds: 1,
            load: Duration::from_millis(100),
            warm_up: Duration::from_millis(20),
            operations: 20,
        }
    }
}

pub(super) async fn run(effort: &Effort) -> Result<Vec<Figure>, Failure> {
    eprintln!("credentials");
    let mut figures = lease::run(effort).await?;
    eprintln!("HTTP actions");
    figures.extend(requests::run(effort).await?);
    eprintln!("import");
    figures.push(import::run(effort)?);
    eprintln!("reload");
    figures.push(reload::run(effort)?);
    Ok(figures)
}

/// Runs a command of `keyway` in a directory to its end.
fn keyway(directory: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let output = Command::new(std::env::current_exe()?)
        .args(["serve", "keyway", "--"])
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("BENCH_KEY", "key-of-the-bench")
        .stdin(Stdio::null())
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("keyway {arguments:?}: {said}").into());
    }
    Ok(())
}
