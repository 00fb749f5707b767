use serde::Serialize;

use super::{Moment, SAMPLE_OUTSIDE};
use crate::Page;

/// How the gateway is, at a glance: `console/overview.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// How many tools whoever looks may call.
    pub tools: usize,
    /// MCP servers whoever looks may see.
    pub servers: Vec<ServerLine>,
    /// How many of them are connected.
    pub connected: usize,
}

/// An MCP server and how it is.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerLine {
    /// Its key.
    pub key: String,
    /// `connected`, `connecting`, …; its text is `server-state-{state}`.
    pub state: &'static str,
    /// Why it is not connected. Text from outside.
    pub reason: Option<String>,
    /// Since when.
    pub since: Moment,
    /// How many tools it lists.
    pub tools: usize,
}

impl Page for Overview {
    const TEMPLATE: &'static str = "console/overview.html";

    fn samples() -> Vec<Self> {
        let states = [
            "configured",
            "connecting",
            "connected",
            "disconnected",
            "auth_required",
            "auth_failed",
        ];
        let line = |(at, state): (i64, &&'static str)| ServerLine {
            key: format!("server-{at}"),
            state,
            reason: (*state != "connected").then(|| SAMPLE_OUTSIDE.into()),
            since: Moment::sample(at * 4000),
            tools: 12,
        };
        let full = Self {
            tools: 1234,
            servers: (0..).zip(&states).map(line).collect(),
            connected: 1,
        };
        let empty = Self {
            tools: 0,
            servers: Vec::new(),
            connected: 0,
        };
        vec![full, empty]
    }
}
