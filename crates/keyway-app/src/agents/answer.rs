//! What a tool answered, as a model reads it.

use keyway_agent::{ToolOutcome, ToolStatus};
use keyway_core::json;
use keyway_core::rpc::{RawJson, RpcError};
use serde_json::Value;

/// What the codes of calls begin with that a person would have had to approve.
const DENIALS: &str = "approval_";

/// The outcome of a call that answered a `CallToolResult`, or an error of the protocol.
pub(super) fn outcome(answer: Result<RawJson, RpcError>) -> ToolOutcome {
    match answer {
        Ok(result) => {
            let text = text(&result);
            let failed = json::member(result.as_str(), "isError")
                .is_some_and(|member| member.value == "true");
            let status = match failed {
                false => ToolStatus::Done,
                true if is_denial(&text) => ToolStatus::Denied,
                true => ToolStatus::Failed,
            };
            ToolOutcome { text, status }
        }
        Err(error) => ToolOutcome {
            text: error.message,
            status: ToolStatus::Failed,
        },
    }
}

/// The texts of a result; what is no text is named, and data stands for texts where there are none.
fn text(result: &RawJson) -> String {
    let content = json::member(result.as_str(), "content");
    let blocks: Vec<Value> = content
        .and_then(|found| serde_json::from_str(found.value).ok())
        .unwrap_or_default();
    let texts: Vec<_> = blocks.iter().map(block).collect();
    if !texts.is_empty() {
        return texts.join("\n");
    }
    json::member(result.as_str(), "structuredContent")
        .map_or_else(|| "(nothing)".to_owned(), |found| found.value.to_owned())
}

fn block(block: &Value) -> String {
    let of = |key: &str| block.get(key).and_then(Value::as_str);
    match (of("type"), of("text")) {
        (Some("text"), Some(text)) => text.to_owned(),
        (Some("resource"), _) => {
            let resource = block.get("resource");
            let inner = |key: &str| resource?.get(key)?.as_str();
            match inner("text") {
                Some(text) => text.to_owned(),
                None => format!("[a resource: {}]", inner("uri").unwrap_or("without a URI")),
            }
        }
        (Some("resource_link"), _) => {
            format!("[a resource: {}]", of("uri").unwrap_or("without a URI"))
        }
        (kind, _) => format!(
            "[{} of type {}, which cannot be shown here]",
            kind.unwrap_or("content"),
            of("mimeType").unwrap_or("unknown")
        ),
    }
}

/// True for the text of our own error about an approval.
fn is_denial(text: &str) -> bool {
    let error: Option<Value> = serde_json::from_str(text).ok();
    let code = error.as_ref().and_then(|error| {
        let own = error.get("code").or_else(|| error.pointer("/error/code"));
        own.and_then(Value::as_str)
    });
    code.is_some_and(|code| code.starts_with(DENIALS))
}

#[cfg(test)]
mod tests {
    use keyway_core::action::render;
    use keyway_core::{Error, Kind};

    use super::*;

    fn read(text: &str) -> ToolOutcome {
        outcome(Ok(RawJson::parse(text.to_owned().into()).unwrap()))
    }

    #[test]
    fn texts_are_read_and_other_content_is_named() {
        let answer = r#"{"content":[{"type":"text","text":"one"},
            {"type":"image","data":"AA==","mimeType":"image/png"},
            {"type":"resource","resource":{"uri":"a://b","text":"inside"}}]}"#;
        let told = read(answer);
        assert_eq!(told.status, ToolStatus::Done);
        assert!(told.text.starts_with("one\n[image of type image/png"));
        assert!(told.text.ends_with("inside"));
        let data = read(r#"{"content":[],"structuredContent":{"a":1}}"#);
        assert_eq!(data.text, r#"{"a":1}"#);
    }

    #[test]
    fn a_failure_and_a_denial_are_told_apart() {
        let failed = read(r#"{"content":[{"type":"text","text":"no"}],"isError":true}"#);
        assert_eq!(failed.status, ToolStatus::Failed);
        let denied = Error::new(Kind::Forbidden, "approval_unavailable", "nobody to ask");
        let denied = outcome(Ok(render::error_result(&denied)));
        assert_eq!(denied.status, ToolStatus::Denied, "{}", denied.text);
    }
}
