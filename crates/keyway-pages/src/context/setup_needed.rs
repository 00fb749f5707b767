use serde::Serialize;

use crate::Page;

/// Nobody has a password yet: `setup-needed.html`. Says how to get a link that gives one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetupNeeded {
    /// The command that makes a link.
    pub command: String,
}

impl Page for SetupNeeded {
    const TEMPLATE: &'static str = "setup-needed.html";

    fn samples() -> Vec<Self> {
        vec![Self {
            command: "keyway setup-link".into(),
        }]
    }
}
