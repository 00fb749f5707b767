use std::time::Duration;

use jiff::Timestamp;
use keyway_core::OrgId;

use crate::audit::Outcome;

/// A call of a tool that ended, as far as it is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted<'a> {
    pub(crate) organization: &'a OrgId,
    pub(crate) at: Timestamp,
    /// The MCP server behind the tool; `None` for actions of the gateway's own.
    pub(crate) server: Option<&'a str>,
    /// The tool; `None` for a name that nothing has.
    pub(crate) tool: Option<&'a str>,
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
}
