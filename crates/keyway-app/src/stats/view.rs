use jiff::Timestamp;
use keyway_store::CallCounts;
use serde::Serialize;

/// What calls did in a stretch of time, as an administrator sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsView {
    /// `24h` or `7d`.
    pub window: &'static str,
    /// Where it begins.
    pub since: Timestamp,
    /// The present moment.
    pub until: Timestamp,
    /// How long one step of the series is, in seconds.
    pub step_seconds: i64,
    /// All of it.
    pub totals: CallsView,
    /// Step by step, the oldest first, also those without calls.
    pub series: Vec<StatsPoint>,
    /// The tools that were called most, at most 50.
    pub tools: Vec<ToolStats>,
    /// The MCP servers: those that are not connected, then those that are called most; at most 50.
    pub servers: Vec<ServerStats>,
    /// How many servers there are.
    pub server_count: usize,
    /// How many of them are connected.
    pub connected_count: usize,
    /// What became of the connection, the newest first, at most 100. Only where one server is asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<StateChange>,
}

/// Calls, added up.
#[derive(Debug, Clone, Default, Serialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct CallsView {
    /// How many were made.
    pub calls: u64,
    /// Of these, those that failed.
    pub errors: u64,
    /// Of these, those that were not let through.
    pub denied: u64,
    /// Of these, those that were taken back.
    pub cancelled: u64,
    /// How long half of those that ran took at most, in microseconds; absent where none ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50_us: Option<u64>,
    /// How long 95 of 100 took at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_us: Option<u64>,
}

/// One step of a series.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsPoint {
    /// When it begins.
    pub at: Timestamp,
    /// What calls did.
    #[serde(flatten)]
    pub calls: CallsView,
}

/// A tool, and what its calls did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToolStats {
    /// The tool, by the name clients know. `(others)` and `(unknown)` are none.
    pub tool: String,
    /// The MCP server; absent for an action of the gateway's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// What they did.
    #[serde(flatten)]
    pub calls: CallsView,
}

/// An MCP server, how it fares, and what calls of its tools did.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerStats {
    /// Its key.
    pub server: String,
    /// The state of the connection now, as `/v1/mcp-servers` has it; where no gateway of this process
    /// knows, the one that was written down last.
    pub state: &'static str,
    /// Why, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Of the time the gateway ran and knew the server, which part it was connected, from 0 to 1. Absent
    /// where nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<f64>,
    /// What calls did.
    #[serde(flatten)]
    pub calls: CallsView,
}

/// A change of the state of a server.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StateChange {
    /// Since when.
    pub at: Timestamp,
    /// The state: as of a connection, or `stopped` while the gateway was, or `removed`.
    pub state: &'static str,
    /// Why, redacted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<&CallCounts> for CallsView {
    fn from(counts: &CallCounts) -> Self {
        Self {
            calls: counts.calls,
            errors: counts.errors,
            denied: counts.denied,
            cancelled: counts.cancelled,
            p50_us: counts.quantile(500),
            p95_us: counts.quantile(950),
        }
    }
}
