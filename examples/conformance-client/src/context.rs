use keyway_core::Secret;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What the suite says of a run.
pub(crate) struct Context {
    /// The server.
    pub(crate) url: String,
    /// The scenario.
    pub(crate) scenario: String,
    /// What the scenario gives its client.
    pub(crate) given: Given,
}

/// What a scenario gives its client.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Given {
    /// A client that is registered already.
    #[serde(rename = "client_id")]
    pub(crate) client_id: Option<String>,
    /// Its secret.
    #[serde(rename = "client_secret")]
    pub(crate) client_secret: Option<String>,
    /// The calls to make.
    pub(crate) tool_calls: Vec<ToolCall>,
}

/// A call to make.
#[derive(Deserialize)]
pub(crate) struct ToolCall {
    pub(crate) name: String,
    pub(crate) arguments: Map<String, Value>,
}

impl Context {
    /// Reads the arguments and the environment.
    pub(crate) fn read() -> Result<Self, String> {
        let url = std::env::args().next_back().unwrap_or_default();
        if !url.starts_with("http") {
            return Err("the server's URL is the last argument".into());
        }
        let given = variable("MCP_CONFORMANCE_CONTEXT");
        let given = given.map(|text| serde_json::from_str(&text));
        Ok(Self {
            url,
            scenario: variable("MCP_CONFORMANCE_SCENARIO").unwrap_or_default(),
            given: given
                .transpose()
                .map_err(|error| format!("the context cannot be read: {error}"))?
                .unwrap_or_default(),
        })
    }

    /// True when the server is behind OAuth, as a person would configure it.
    pub(crate) fn is_protected(&self) -> bool {
        self.scenario.starts_with("auth/")
    }

    /// The secret of the client that is registered already.
    pub(crate) fn client_secret(&self) -> Option<Secret<String>> {
        self.given.client_secret.clone().map(Secret::new)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the suite speaks to its client through the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
