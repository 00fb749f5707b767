use keyway_core::rpc::RawJson;
use serde_json::{Map, Value, json};

/// The most suggestions that are taken; the most the specification allows.
const MOST: usize = 100;

/// What a suggestion is for (MCP `PromptReference`, `ResourceTemplateReference`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// An argument of a prompt, by its name.
    Prompt(String),
    /// A variable of a resource template, by the URI template.
    Template(String),
}

impl Reference {
    pub(super) fn target(&self) -> &str {
        match self {
            Self::Prompt(name) => name,
            Self::Template(template) => template,
        }
    }
}

/// The params of `completion/complete`.
pub(super) fn params(
    reference: &Reference,
    argument: &str,
    typed: &str,
    given: &[(String, String)],
) -> String {
    let reference = match reference {
        Reference::Prompt(name) => json!({ "type": "ref/prompt", "name": name }),
        Reference::Template(uri) => json!({ "type": "ref/resource", "uri": uri }),
    };
    let given: Map<String, Value> = given
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().into()))
        .collect();
    let mut params = json!({
        "ref": reference,
        "argument": { "name": argument, "value": typed },
    });
    if !given.is_empty()
        && let Some(params) = params.as_object_mut()
    {
        params.insert("context".into(), json!({ "arguments": given }));
    }
    params.to_string()
}

/// The suggestions of an answer.
pub(super) fn values(answer: &RawJson) -> Vec<String> {
    let answer: Value = answer.read().unwrap_or_default();
    let values = answer
        .pointer("/completion/values")
        .and_then(Value::as_array);
    values
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .take(MOST)
        .map(str::to_owned)
        .collect()
}
