use std::process::ExitCode;

use clap::Args;

use crate::cli::failure::Failure;

/// Show what waits for a decision at a gateway (not there yet)
#[derive(Debug, Args)]
pub(super) struct Pending {}

pub(super) fn run(_command: &Pending) -> Result<ExitCode, Failure> {
    let message = "gateways do not hold calls for approval yet; this will show a gateway's inbox";
    Err(Failure::new("not_available", message)
        .with_hint("`keyway approvals remembered` shows the answers you gave on this machine"))
}
