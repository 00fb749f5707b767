//! An authorization server and an MCP server behind it, as a process of their own.

use std::process::Command;
use std::time::Duration;

use crate::Failure;
use crate::process::{Running, Show};
use crate::workspace::Workspace;

/// How long a debug build on a busy machine may take to start.
const START: Duration = Duration::from_mins(1);

/// Both of them, until this is dropped. Whoever comes to the authorization server is asked.
pub(super) struct Authorization {
    _process: Running,
    /// Where the MCP server is.
    pub(super) mcp: String,
    /// Where it is said what they do, and what they saw.
    pub(super) control: String,
}

impl Authorization {
    pub(super) fn start(workspace: &Workspace) -> Result<Self, Failure> {
        let mut command = Command::new(workspace.binary("keyway-authorization"));
        let mut process = Running::start(command.args(["--consent", "asked"]), Show::Nothing)?;
        let (mcp, control) = process.wait_for(START, |output| {
            Some((said(output, "mcp ")?, said(output, "control ")?))
        })?;
        Ok(Self {
            _process: process,
            mcp,
            control,
        })
    }
}

/// The rest of the first line that begins with this, once all of it is there.
pub(super) fn said(output: &str, what: &str) -> Option<String> {
    let mut lines = output
        .split_inclusive('\n')
        .filter_map(|line| line.strip_suffix('\n'));
    lines.find_map(|line| line.strip_prefix(what).map(str::to_owned))
}
