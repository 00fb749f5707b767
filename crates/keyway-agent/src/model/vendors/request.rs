//! From our request to `genai`'s.

use genai::chat::{
    CacheControl, ChatMessage, ChatOptions, ChatRequest, ContentPart, MessageContent,
    MessageOptions, Tool, ToolCall as GenaiCall, ToolResponse,
};
use serde_json::{Map, Value, json};

use super::Patience;
use super::carry::{self, Carried};
use crate::model::{CallResult, Message, ModelRequest, VendorKind};
use crate::tools::{ToolCall, ToolDefinition, ToolStatus};

/// How a request is to be sent.
pub(super) fn options(request: &ModelRequest, kind: VendorKind, patience: Patience) -> ChatOptions {
    let mut options = ChatOptions::default()
        .with_capture_usage(true)
        // The text is taken from the pieces.
        .with_capture_content(false)
        // Gemini takes it for a wish to be shown thoughts, which not every model has.
        .with_capture_reasoning_content(kind != VendorKind::Gemini)
        .with_capture_tool_calls(true)
        .with_stream_header_timeout(patience.beginning)
        .with_stream_read_timeout(patience.silence);
    if let Some(most) = request.max_output_tokens {
        options = options.with_max_tokens(most);
    }
    // The model's name as it was given. Gemini has it in the URL.
    if kind != VendorKind::Gemini {
        options.extra_body = Some(json!({ "model": request.model.model() }));
    }
    options
}

/// What is sent.
pub(super) fn chat_request(request: ModelRequest, kind: VendorKind) -> ChatRequest {
    let tools = tools(&request, kind);
    let mut messages: Vec<ChatMessage> = request.messages.into_iter().map(message).collect();
    if kind == VendorKind::Anthropic
        && let Some(last) = messages.last_mut()
    {
        // Everything up to here is the beginning of the next request: worth caching.
        last.options = Some(MessageOptions::from(CacheControl::Ephemeral));
    }
    let mut chat = ChatRequest::from(messages);
    if !request.system.trim().is_empty() {
        chat = chat.with_system(request.system);
    }
    if !tools.is_empty() {
        chat = chat.with_tools(tools.into_iter().map(tool).collect::<Vec<_>>());
    }
    chat
}

/// The tools of a request. Anthropic wants some to be named where a conversation has calls, also
/// when there are none now, after a session was resumed without its servers for example.
fn tools(request: &ModelRequest, kind: VendorKind) -> Vec<ToolDefinition> {
    if kind != VendorKind::Anthropic || !request.tools.is_empty() {
        return request.tools.clone();
    }
    let mut gone: Vec<ToolDefinition> = Vec::new();
    let calls = request.messages.iter().flat_map(|message| match message {
        Message::Assistant { calls, .. } => calls.as_slice(),
        _ => &[],
    });
    for call in calls {
        if !gone.iter().any(|tool| tool.name == call.name) {
            gone.push(ToolDefinition {
                name: call.name.clone(),
                description: "Not available now: do not call it.".to_owned(),
                input_schema: json!({ "type": "object" }),
            });
        }
    }
    gone
}

fn message(message: Message) -> ChatMessage {
    match message {
        Message::User { text } => ChatMessage::user(text),
        Message::Assistant { text, calls, carry } => {
            let Carried {
                mut parts,
                mut signatures,
            } = carry.map(carry::unpack).unwrap_or_default();
            if !text.trim().is_empty() {
                parts.push(ContentPart::Text(text));
            }
            signatures.resize(calls.len(), None);
            for (call, signature) in calls.into_iter().zip(signatures) {
                parts.push(ContentPart::ToolCall(sent_call(call, signature)));
            }
            ChatMessage::assistant(MessageContent::from_parts(parts))
        }
        Message::Results(results) => {
            let responses: Vec<ToolResponse> = results.into_iter().map(response).collect();
            ChatMessage::tool(MessageContent::from_tool_responses(responses))
        }
    }
}

fn sent_call(call: ToolCall, thought_signatures: Option<Vec<String>>) -> GenaiCall {
    GenaiCall {
        call_id: call.id,
        fn_name: call.name,
        // Vendors take nothing but objects back, even where the model wrote something else.
        fn_arguments: match call.arguments {
            Value::Object(object) => Value::Object(object),
            _ => Value::Object(Map::new()),
        },
        thought_signatures,
    }
}

fn response(result: CallResult) -> ToolResponse {
    let text = match result.status {
        ToolStatus::Done if result.text.is_empty() => "(no output)".to_owned(),
        ToolStatus::Done => result.text,
        ToolStatus::Failed => format!("Error: {}", result.text),
        ToolStatus::Denied => format!("Denied: {}", result.text),
        ToolStatus::Interrupted => format!("Interrupted: {}", result.text),
    };
    ToolResponse::new(result.id, text).with_fn_name(result.name)
}

fn tool(definition: ToolDefinition) -> Tool {
    Tool::new(definition.name)
        .with_description(definition.description)
        .with_schema(definition.input_schema)
}
