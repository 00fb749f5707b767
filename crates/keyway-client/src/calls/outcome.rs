use keyway_agent::{ToolOutcome, ToolStatus};
use keyway_core::rpc::RawJson;
use serde_json::Value;

use super::content::block_text;
use super::error::{CallError, CallErrorKind};

/// What a server answered to a call of a tool.
#[derive(Clone)]
pub struct CallOutcome {
    /// The result (MCP `CallToolResult`), byte for byte.
    pub result: RawJson,
    parsed: Value,
}

impl CallOutcome {
    pub(super) fn new(result: RawJson) -> Self {
        Self {
            parsed: result.read().unwrap_or_default(),
            result,
        }
    }

    /// True when the tool says that it failed.
    pub fn is_error(&self) -> bool {
        self.parsed.get("isError").and_then(Value::as_bool) == Some(true)
    }

    /// The content in words: texts as they are, anything else as what it is; the structured
    /// content where there is no other.
    pub fn text(&self) -> String {
        let content = self.parsed.get("content").and_then(Value::as_array);
        let blocks: Vec<_> = content.into_iter().flatten().map(block_text).collect();
        if !blocks.is_empty() {
            return blocks.join("\n");
        }
        match self.parsed.get("structuredContent") {
            Some(structured) => serde_json::to_string_pretty(structured).unwrap_or_default(),
            None => String::new(),
        }
    }
}

impl std::fmt::Debug for CallOutcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallOutcome({:?})", self.result)
    }
}

/// What a model is told of a call, however it ended. At most `most` characters of a result.
pub fn told(ended: &Result<CallOutcome, CallError>, most: usize) -> ToolOutcome {
    match ended {
        Ok(outcome) => ToolOutcome {
            text: shortened(outcome.text(), most),
            status: if outcome.is_error() {
                ToolStatus::Failed
            } else {
                ToolStatus::Done
            },
        },
        Err(error) => ToolOutcome {
            text: error.told(),
            status: match error.kind {
                CallErrorKind::Denied => ToolStatus::Denied,
                CallErrorKind::Interrupted => ToolStatus::Interrupted,
                _ => ToolStatus::Failed,
            },
        },
    }
}

fn shortened(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => {
            let kept = text.get(..end).unwrap_or_default();
            let all = text.chars().count();
            format!("{kept}\n[cut here: {most} of {all} characters]")
        }
    }
}
