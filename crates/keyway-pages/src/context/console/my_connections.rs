use serde::Serialize;

use super::{Moment, SAMPLE_OUTSIDE};
use crate::Page;

/// What somebody connected for themselves: `console/my-connections.html`.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MyConnections {
    /// What is connected, and what could be.
    pub connections: Vec<ConnectionLine>,
}

/// Something that everybody connects for themselves.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionLine {
    /// The key of the credential.
    pub key: String,
    /// Its name. Text from outside.
    pub name: String,
    /// Whether it is connected, and good.
    pub connected: bool,
    /// Whether what was connected is not accepted any more.
    pub broken: bool,
    /// Where it is connected.
    pub connect: String,
    /// When tokens last came.
    pub renewed: Option<Moment>,
    /// When it was last used.
    pub used: Option<Moment>,
    /// Whether there is something to end.
    pub there: bool,
}

impl Page for MyConnections {
    const TEMPLATE: &'static str = "console/my-connections.html";

    fn samples() -> Vec<Self> {
        let line = |key: &str, connected, broken| ConnectionLine {
            key: key.into(),
            name: SAMPLE_OUTSIDE.into(),
            connected,
            broken,
            connect: format!("/connect/{key}?for=user"),
            renewed: connected.then(|| Moment::sample(600)),
            used: connected.then(|| Moment::sample(70)),
            there: connected || broken,
        };
        vec![
            Self {
                connections: vec![
                    line("mcp:wiki", true, false),
                    line("mcp:mail", false, true),
                    line("acme", false, false),
                ],
            },
            Self {
                connections: Vec::new(),
            },
        ]
    }
}
