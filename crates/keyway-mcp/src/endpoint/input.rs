//! What a client is asked, and what it answers.

use keyway_core::json;
use keyway_core::ports::{ClientCapabilities, InputRequest};
use keyway_core::rpc::RpcError;
use serde_json::json;

/// A capability a client would need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needed {
    ElicitationForm,
    ElicitationUrl,
    Sampling,
    Roots,
    Unknown,
}

impl Needed {
    /// What a request needs that the client did not declare.
    pub(super) fn missing(request: &InputRequest, declared: &ClientCapabilities) -> Option<Self> {
        let (needed, there) = match request.method.as_str() {
            "elicitation/create" if is_url_mode(request) => {
                (Self::ElicitationUrl, declared.elicitation_url)
            }
            "elicitation/create" => (Self::ElicitationForm, declared.elicitation_form),
            "sampling/createMessage" => (Self::Sampling, declared.sampling),
            "roots/list" => (Self::Roots, declared.roots),
            _ => (Self::Unknown, false),
        };
        (!there).then_some(needed)
    }

    /// The capability in words.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ElicitationForm => "elicitation",
            Self::ElicitationUrl => "elicitation in URL mode",
            Self::Sampling => "sampling",
            Self::Roots => "roots",
            Self::Unknown => "requests of this kind",
        }
    }

    /// The refusal of a call that cannot do without the capability (MCP 2026-07-28).
    pub(super) fn error(self) -> RpcError {
        let required = match self {
            Self::ElicitationForm => json!({ "elicitation": {} }),
            Self::ElicitationUrl => json!({ "elicitation": { "url": {} } }),
            Self::Sampling => json!({ "sampling": {} }),
            Self::Roots => json!({ "roots": {} }),
            Self::Unknown => json!({}),
        };
        RpcError::new(
            RpcError::MISSING_CLIENT_CAPABILITY,
            format!("this needs a client that supports {}", self.name()),
        )
        .with_data(&json!({ "requiredCapabilities": required }))
    }
}

fn is_url_mode(request: &InputRequest) -> bool {
    request
        .params
        .as_ref()
        .and_then(|params| json::member(params.get(), "mode"))
        .is_some_and(|mode| mode.value == "\"url\"")
}
