//! What a vendor wants to get back unchanged: signed reasoning and signatures of calls.

use genai::chat::{ContentPart, MessageContent, StreamEnd};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What goes back with an answer that had calls.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Carried {
    /// What stands before the text.
    #[serde(default)]
    pub(super) parts: Vec<ContentPart>,
    /// The signatures of each call.
    #[serde(default)]
    pub(super) signatures: Vec<Option<Vec<String>>>,
}

/// What there is to carry, as JSON for the transcript.
pub(super) fn pack(end: &StreamEnd) -> Option<Value> {
    let mut carried = Carried::default();
    let parts = end.captured_content.iter().flat_map(MessageContent::parts);
    for part in parts {
        match part {
            ContentPart::ThoughtSignature(_)
            | ContentPart::ReasoningContent(_)
            | ContentPart::Custom(_) => carried.parts.push(part.clone()),
            ContentPart::ToolCall(call) => carried.signatures.push(call.thought_signatures.clone()),
            _ => {}
        }
    }
    let has_reasoning = |part: &ContentPart| matches!(part, ContentPart::ReasoningContent(_));
    if !carried.parts.iter().any(has_reasoning)
        && let Some(reasoning) = &end.captured_reasoning_content
    {
        carried
            .parts
            .push(ContentPart::ReasoningContent(reasoning.clone()));
    }
    let says_something =
        !carried.parts.is_empty() || carried.signatures.iter().any(Option::is_some);
    says_something.then(|| serde_json::to_value(&carried).ok())?
}

/// What was packed; nothing, where it was something else.
pub(super) fn unpack(carry: Value) -> Carried {
    serde_json::from_value(carry).unwrap_or_default()
}
